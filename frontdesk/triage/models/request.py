from __future__ import annotations

from django.conf import settings
from django.db import models

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.clinic.models import Site, Specialty
from frontdesk.daybook.models import EntrySubject
from frontdesk.kit.models import paired
from frontdesk.people.models import Patient
from frontdesk.triage.engine.lanes import RANK, Lane


class Channel(models.TextChoices):
    PHONE = "phone", "Call in"
    WALK_IN = "walk_in", "Walk-in"
    MESSAGE = "message", "Message"
    VOICEMAIL = "voicemail", "Voicemail"
    EMAIL = "email", "E-mail"
    SMS = "sms", "Text message"
    PORTAL = "portal", "Portal message"
    PARTNER = "partner", "Another system"


class Kind(models.TextChoices):
    SYMPTOM = "symptom", "Symptom"
    POST_DISCHARGE = "post_discharge", "After discharge"
    MEDICATION = "medication", "Medicine"
    PROVIDER_ADD_ON = "provider_add_on", "Provider add-on"
    OPERATIONAL_FAILURE = "operational_failure", "Failure here"
    PAPERWORK = "paperwork", "Paperwork"
    ROUTINE = "routine", "Routine"


class SafeToTalk(models.TextChoices):
    YES = "yes", "Yes, can talk freely"
    NO = "no", "No: call back, or ask yes/no only"


class ToldHow(models.TextChoices):
    """By what means the caller was told how it goes on."""

    ON_THE_CALL = "call", "On this call"
    IN_PERSON = "person", "In person"
    CALLED_BACK = "callback", "Called back"
    MESSAGE = "message", "By a message they agreed to"
    NOT_REACHED = "not_reached", "Not reached; a task goes on trying"


class Outcome(models.TextChoices):
    BOOKED = "booked", "A visit was booked"
    HANDED_OVER = "handed_over", "Handed over to a clinician or 911"
    ANSWERED = "answered", "Answered, nothing to book"
    CALLER_LEFT = "caller_left", "The caller hung up and could not be reached"
    DUPLICATE = "duplicate", "Same matter as another request"


class RequestQuerySet(models.QuerySet["Request"]):
    def visible_to(self, user: User) -> RequestQuerySet:
        """Requests of the user's sites; restricted ones only for those who may see them."""
        if not (user.may(Permission.TAKE_REQUESTS) or user.may(Permission.ACCEPT_HANDOFFS)):
            return self.none()
        mine = self if user.may(Permission.SEE_ALL_SITES) else self.filter(site__in=Site.objects.of(user))
        if user.may(Permission.SEE_RESTRICTED):
            return mine
        return mine.filter(models.Q(restricted=False) | models.Q(taken_by=user))

    def open(self) -> RequestQuerySet:
        return self.filter(closed_at=None)

    def taken_by_user(self, user: User) -> RequestQuerySet:
        return self.filter(taken_by=user)

    def with_mark(self) -> RequestQuerySet:
        """Each with `mark`, how many entries the daybook has about it, read at the same instant as the row itself.

        A page that is made from the row is never older than its mark, so it cannot miss what comes after.
        """
        about = EntrySubject.objects.filter(kind="request", ref=models.OuterRef("pk"))
        counted = about.order_by().values("ref").annotate(entries=models.Count("pk")).values("entries")
        return self.annotate(mark=models.Subquery(counted))


class Request(models.Model):
    """What a contact asks for: identity, callback, the caller's own words, and exactly one lane.

    The `said_...` fields keep what was typed, as typed; `recorded` holds what of it the daybook has.
    """

    site = models.ForeignKey(Site, models.PROTECT, related_name="requests")
    channel = models.CharField(max_length=10, choices=Channel.choices, default=Channel.PHONE)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", help_text="Empty: the machine."
    )
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="requests",
        help_text="Empty: it waits in a queue until somebody takes it.",
    )
    contact_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="When the patient called or wrote, where that was before it was opened.",
    )
    outside_id = models.CharField(
        max_length=120,
        blank=True,
        default="",
        db_default="",
        help_text="What another system calls the message.",
    )
    dropped_at = models.DateTimeField(null=True, blank=True, help_text="The line was lost: call back.")
    dropped_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    same_as = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="duplicates",
        help_text="Closed as its duplicate.",
    )
    specialty = models.ForeignKey(Specialty, models.PROTECT, null=True, blank=True, related_name="+")
    parked_at = models.DateTimeField(null=True, blank=True)
    parked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    said_name = models.CharField(max_length=170, blank=True)
    said_birth_date = models.CharField(max_length=40, blank=True)
    said_phone = models.CharField(max_length=40, blank=True)
    said_email = models.CharField(
        max_length=254, blank=True, default="", db_default="", help_text="Where an e-mail came from."
    )
    said_mrn = models.CharField(max_length=40, blank=True)
    caller = models.CharField(
        max_length=10, blank=True, choices=[("patient", "The patient"), ("other", "Someone else")]
    )
    caller_name = models.CharField(max_length=170, blank=True)
    callback = models.CharField(max_length=40, blank=True)
    safe = models.CharField(max_length=3, choices=SafeToTalk.choices, blank=True)
    kind = models.CharField(max_length=20, choices=Kind.choices, blank=True)
    draft_words = models.TextField(blank=True, help_text="Being typed; not yet stored as spoken.")
    answers = models.JSONField(
        default=dict, help_text="What a matched rule asks for: onset, procedure date ..."
    )
    told = models.TextField(blank=True, help_text="What the caller was told.")
    told_at = models.DateTimeField(
        null=True, blank=True, help_text="When it was first written down that the caller was told."
    )
    told_how = models.CharField(max_length=12, choices=ToldHow.choices, blank=True)
    recorded = models.JSONField(default=dict)

    patient = models.ForeignKey(Patient, models.PROTECT, null=True, blank=True, related_name="requests")
    matched_at = models.DateTimeField(null=True, blank=True)
    matched_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    matched_on = models.CharField(max_length=80, blank=True, help_text="The two identifiers that agreed.")

    lane = models.CharField(
        max_length=12, choices=[(lane.value, lane.value) for lane in Lane], default=Lane.ROUTINE
    )
    lane_since = models.DateTimeField()
    rule_title = models.CharField(max_length=120, blank=True)
    rule_code = models.CharField(max_length=20, blank=True)
    script_key = models.CharField(max_length=40, blank=True)
    restricted = models.BooleanField(default=False)

    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True)

    objects = RequestQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["taken_by"], condition=models.Q(closed_at=None), name="triage_request_open"),
            models.Index(fields=["site", "opened_at"]),
        ]
        constraints = [
            paired("parked", table="triage_request"),
            paired("matched", table="triage_request"),
            paired("dropped", table="triage_request"),
            models.UniqueConstraint(
                fields=["channel", "outside_id"],
                condition=~models.Q(outside_id=""),
                name="triage_request_outside_once",
            ),
            paired("closed", table="triage_request"),
            models.CheckConstraint(
                condition=models.Q(lane__in=[lane.value for lane in Lane]), name="triage_request_lane"
            ),
        ]

    def __str__(self) -> str:
        return f"request {self.pk}"

    @property
    def current_lane(self) -> Lane:
        return Lane(self.lane)

    @property
    def rank(self) -> int:
        return RANK[self.current_lane]

    @property
    def is_open(self) -> bool:
        return self.closed_at is None
