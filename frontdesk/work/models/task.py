from __future__ import annotations

from django.conf import settings
from django.db import models

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.clinic.models import Site
from frontdesk.kit.models import paired
from frontdesk.people.models import Patient


class Queue(models.TextChoices):
    """The lists in which work waits for a person."""

    NURSE = "nurse", "Nurse triage"
    PROVIDER = "provider", "Provider review"
    CRISIS = "crisis", "Crisis"
    CONTACT = "contact", "Tell the patient"
    DESK = "desk", "Front desk"


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

    queue = models.CharField(max_length=12, choices=Queue.choices)
    site = models.ForeignKey(Site, models.PROTECT, related_name="tasks")
    patient = models.ForeignKey(Patient, models.PROTECT, null=True, blank=True, related_name="tasks")
    about_kind = models.CharField(max_length=40)
    about_ref = models.BigIntegerField()
    title = models.CharField(max_length=200)
    next_step = models.CharField(max_length=200, blank=True)
    weight = models.PositiveSmallIntegerField(default=0)
    restricted = models.BooleanField(default=False)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="tasks"
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
        constraints = [paired("done", table="work_task")]

    def __str__(self) -> str:
        return self.title
