"""The clinic of the table: the starter in force, everybody on duty, time kept for urgent visits and after discharge."""

from __future__ import annotations

from datetime import date, time, timedelta

from frontdesk.book.actions.days import remake_days
from frontdesk.book.models import Session
from frontdesk.clinic.choices import Modality
from frontdesk.clinic.models import Duty
from frontdesk.clinic.queries.roster import TARGETS
from frontdesk.people.models import Patient, RiskFlag
from tests.factories import clinic as factory
from tests.factories.time import slot_class
from tests.universe import LAST_OPEN, LONG_AGO, NOW, TODAY, Universe

# Who answers what: the desk's own matters are the manager's, crises the doctor's, everything else the nurse's.
ON_DUTY = {
    "crisis": "carol", "provider": "carol", "manager": "dan", "desk_lead": "dan", "referrals": "alice",
    "authorizations": "dan", "language": "alice", "on_call": "carol",
}  # fmt: skip


def furnish(clinic: Universe) -> dict[str, Patient]:
    """Make the clinic of the table; answers the callers by the names that the table has for them."""
    clinic.use_starter()
    _duties(clinic)
    _visit_types(clinic)
    _kept_time(clinic)
    return _callers(clinic)


def _duties(clinic: Universe) -> None:
    for target in TARGETS:
        user = getattr(clinic, ON_DUTY.get(target, "bob"))
        span = {"starts": NOW - timedelta(days=1), "ends": NOW + timedelta(days=5)}
        Duty.objects.create(site=clinic.main, target=target, user=user, **span)


def _visit_types(clinic: Universe) -> None:
    """Follow-ups may be by video; children and people just out of hospital have visits of their own."""
    clinic.follow_up.converts_to = [Modality.VIDEO]
    clinic.follow_up.save()
    for code, name in (("child", "Child visit"), ("after-discharge", "Visit after discharge")):
        factory.visit_type(code, name, in_=clinic.follow_up.specialty, minutes=30)


def _kept_time(clinic: Universe) -> None:
    """Of Dr. Calden's days 14:00 to 15:00 is kept for urgent visits, 15:00 to 16:00 for those after a discharge."""
    child, discharged = (
        clinic.follow_up.specialty.visit_types.get(code=one) for one in ("child", "after-discharge")
    )
    urgent = slot_class(
        "same-day-urgent", "Same-day urgent", clinic.same_day, clinic.follow_up, child, by_direction=True
    )
    after = slot_class("after-discharge", "After discharge", discharged)
    for kept, hour in ((urgent, 14), (after, 15)):
        for weekday in range(5):
            Session.objects.create(
                resource=clinic.dr_carol, site=clinic.main, weekday=weekday, starts=time(hour), ends=time(hour + 1),
                valid_from=TODAY, slot_class=kept,
            )  # fmt: skip
    remake_days(resources=[clinic.dr_carol.pk], first=TODAY, last=LAST_OPEN)


def _callers(clinic: Universe) -> dict[str, Patient]:
    leo = clinic.newcomer("Leo", "Marsh", born=date(2021, 9, 2))
    diabetic = clinic.newcomer("Grace", "Odum", born=date(1961, 4, 18))
    RiskFlag.objects.create(patient=diabetic, code="diabetes", label="Diabetes", since=LONG_AGO.date())
    return {
        "Benjamin Okafor": clinic.ben, "Dora Nilsson": clinic.dora, "Ana Lucero": clinic.ana,
        "Leo Marsh": leo, "Grace Odum": diabetic,
    }  # fmt: skip
