from __future__ import annotations

from django.conf import settings
from django.db import models

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.clinic.choices import Modality
from frontdesk.clinic.models import Site, SlotClass, VisitType
from frontdesk.kit.models import paired
from frontdesk.triage.models.request import Request


class Direction(models.TextChoices):
    """What a clinician directs. `SAME_DAY` and `WITHIN_DAYS` open booking; the others do not."""

    SAME_DAY = "same_day", "Book a visit today"
    WITHIN_DAYS = "within_days", "Book a visit within some days"
    CALL_BACK = "call_back", "Clinician calls back"
    SENT_TO_EMERGENCY = "sent_to_emergency", "Sent to emergency care"
    NO_VISIT = "no_visit", "No visit needed"


class HandoffQuerySet(models.QuerySet["Handoff"]):
    def visible_to(self, user: User) -> HandoffQuerySet:
        if not user.may(Permission.SEE_QUEUES):
            return self.none()
        sites = Site.objects.of(user)
        mine = self if user.may(Permission.SEE_ALL_SITES) else self.filter(request__site__in=sites)
        return mine if user.may(Permission.SEE_RESTRICTED) else mine.filter(request__restricted=False)


class Handoff(models.Model):
    """A request given to a clinician: who accepted it and when, and what they directed.

    `accepted_by_other` names somebody without a log-in (911, an outside crisis line); then
    `accepted_by` is the member of staff who wrote it down.
    """

    request = models.ForeignKey(Request, models.PROTECT, related_name="handoffs")
    target = models.CharField(max_length=30)
    situation = models.TextField(blank=True)
    words = models.TextField(
        blank=True, help_text="What the caller had said when it was offered, word for word."
    )
    callback = models.CharField(max_length=40, blank=True)
    asked_action = models.CharField(max_length=200)
    offered_at = models.DateTimeField()
    offered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        help_text="Empty: the screener.",
    )
    due_at = models.DateTimeField(help_text="When the step that runs now runs out.")
    last_resort_at = models.DateTimeField(
        null=True, blank=True, help_text="The tree was gone through and nobody had accepted."
    )
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="handoffs_accepted"
    )
    accepted_by_other = models.CharField(max_length=120, blank=True)
    direction = models.CharField(max_length=20, choices=Direction.choices, blank=True)
    direction_note = models.CharField(max_length=500, blank=True)
    direct_visit_type = models.ForeignKey(VisitType, models.PROTECT, null=True, blank=True, related_name="+")
    direct_by = models.DateField(null=True, blank=True, help_text="The visit must be on or before this day.")
    direct_slot_class = models.ForeignKey(
        SlotClass, models.PROTECT, null=True, blank=True, related_name="+", help_text="Only time kept so."
    )
    direct_modality = models.CharField(max_length=10, choices=Modality.choices, blank=True)
    directed_at = models.DateTimeField(null=True, blank=True)
    directed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    outcome = models.CharField(max_length=300, blank=True, help_text="What came of it, said afterwards.")
    outcome_at = models.DateTimeField(null=True, blank=True)
    outcome_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = HandoffQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            paired("accepted", table="triage_handoff"),
            paired("directed", table="triage_handoff"),
            paired("outcome", table="triage_handoff"),
            models.UniqueConstraint(
                fields=["request", "target"],
                condition=models.Q(directed_at=None),
                name="triage_handoff_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"handoff to {self.target}"


class StepEnd(models.TextChoices):
    """How one step of an escalation ended."""

    ACCEPTED = "accepted", "Accepted"
    PASSED_ON = "passed_on", "Nobody accepted in time"
    NOBODY = "nobody", "Nobody was on duty"
    SUPERSEDED = "superseded", "No longer needed"


class EscalationStep(models.Model):
    """One step of a handoff's tree: who was asked, from when until when. The last resort has no `due_at`."""

    handoff = models.ForeignKey(Handoff, models.PROTECT, related_name="steps")
    number = models.PositiveSmallIntegerField(help_text="1 is the first.")
    duty = models.CharField(
        max_length=30, help_text="The duty that was asked; empty for the last resort.", blank=True
    )
    asked = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")
    words = models.CharField(max_length=200, help_text="Who was asked, in words.")
    script_key = models.CharField(
        max_length=40, blank=True, help_text="The last resort: what to say to the caller."
    )
    began_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    end = models.CharField(max_length=12, choices=StepEnd.choices, blank=True)

    class Meta:
        ordering = ["handoff", "number"]
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(ended_at=None), name="triage_step_running")
        ]
        constraints = [
            models.UniqueConstraint(fields=["handoff", "number"], name="triage_escalation_step_once"),
            models.UniqueConstraint(
                fields=["handoff"], condition=models.Q(ended_at=None), name="triage_escalation_one_runs"
            ),
        ]

    def __str__(self) -> str:
        return f"step {self.number}: {self.words}"
