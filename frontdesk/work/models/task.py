from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission, Role
from frontdesk.clinic.models import Site
from frontdesk.kit.models import paired
from frontdesk.people.models import Patient


class Queue(models.TextChoices):
    """The lists in which work waits for a person."""

    NURSE = "nurse", "Nurse triage"
    PROVIDER = "provider", "Provider review"
    CRISIS = "crisis", "Crisis"
    OBSTETRICS = "obstetrics", "Obstetric triage"
    RESULTS = "results", "Results"
    CALLBACK = "callback", "Call back"
    CONTACT = "contact", "Tell the patient"
    MESSAGES = "messages", "Messages"
    REFERRALS = "referrals", "Referrals and papers"
    AUTHORIZATIONS = "authorizations", "Authorizations"
    LANGUAGE = "language", "Interpreters"
    DESK = "desk", "Front desk"


class QueueRule(models.Model):
    """How one queue is kept: whose it is, who works in it, by when its work is due, who hears of a breach.

    `owner` answers for the queue; `roles` may claim from it. Work is due `due_minutes` after it comes in (where
    whoever opens it does not say), counted while the site is open if `business_hours`. What is overdue by
    `escalate_minutes` is escalated to `escalate_to`.
    """

    queue = models.CharField(max_length=16, choices=Queue.choices, unique=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    roles = ArrayField(models.CharField(max_length=20, choices=Role.choices), default=list)
    due_minutes = models.PositiveIntegerField(default=60)
    business_hours = models.BooleanField(default=True)
    escalate_minutes = models.PositiveIntegerField(default=30)
    escalate_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["queue"]

    def __str__(self) -> str:
        return self.get_queue_display()


class DueTime(models.Model):
    """A category of work in a queue that has its own due time: voicemail, a result, a callback."""

    rule = models.ForeignKey(QueueRule, models.CASCADE, related_name="due_times")
    category = models.SlugField(max_length=30)
    due_minutes = models.PositiveIntegerField()
    business_hours = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule", "category"], name="work_due_time_once")]

    def __str__(self) -> str:
        return self.category


class TaskQuerySet(models.QuerySet["Task"]):
    def visible_to(self, user: User) -> TaskQuerySet:
        """Tasks of the user's sites; restricted queues only for those who may see them."""
        if not user.may(Permission.SEE_QUEUES):
            return self.none()
        mine = self if user.may(Permission.SEE_ALL_SITES) else self.filter(site__in=Site.objects.of(user))
        return mine if user.may(Permission.SEE_RESTRICTED) else mine.filter(restricted=False)

    def open(self) -> TaskQuerySet:
        return self.filter(done_at=None)

    def in_order(self) -> TaskQuerySet:
        """The gravest first, then by clock."""
        return self.order_by("-weight", "due_at", "pk")


class Task(models.Model):
    """Something a person must do, with an owner and a clock. `weight` is the lane's rank (3 gravest)."""

    queue = models.CharField(max_length=16, choices=Queue.choices)
    site = models.ForeignKey(Site, models.PROTECT, related_name="tasks")
    patient = models.ForeignKey(Patient, models.PROTECT, null=True, blank=True, related_name="tasks")
    about_kind = models.CharField(max_length=40)
    about_ref = models.BigIntegerField()
    title = models.CharField(max_length=200)
    next_step = models.CharField(max_length=200, blank=True)
    weight = models.PositiveSmallIntegerField(default=0)
    category = models.SlugField(max_length=30, blank=True, help_text="Which due time holds: see DueTime.")
    restricted = models.BooleanField(default=False)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="tasks"
    )
    assigned_at = models.DateTimeField(
        null=True, blank=True, help_text="Given to its owner by somebody else."
    )
    assigned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=300, blank=True, help_text="What whoever handed it over said.")
    escalated_at = models.DateTimeField(null=True, blank=True)
    escalations = models.PositiveSmallIntegerField(default=0)
    same_as = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="duplicates", help_text="Merged into it."
    )
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=200, blank=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["site", "-weight", "due_at"], condition=models.Q(done_at=None), name="work_open"
            ),
            models.Index(fields=["about_kind", "about_ref"]),
        ]
        constraints = [paired("done", table="work_task"), paired("assigned", table="work_task")]

    def __str__(self) -> str:
        return self.title
