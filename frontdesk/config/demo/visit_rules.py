"""What the clinic says of each visit type beside its length: how it moves, what must be ready, how it is prepared."""

from __future__ import annotations

from typing import NamedTuple

from frontdesk.clinic.choices import Audience, Modality, Moves, RoomType
from frontdesk.config.demo.visit_types import ANY_LEAD, VisitPlan

VIDEO, PHONE = Modality.VIDEO.value, Modality.PHONE.value


class Grid(NamedTuple):
    """A row of the protection grid. `converts` are the modalities that the visit may change to."""

    moves: Moves = Moves.FREELY
    because: str = ""
    converts: tuple[str, ...] = ()


class Prep(NamedTuple):
    """How many hours the patient needs to prepare, and how; in English and in Spanish."""

    hours: int = 0
    text: str = ""
    text_es: str = ""


_POST_OP = Grid(Moves.NEVER, "The surgeon set the day: a wound is looked at in its time.")
_PRE_OP = Grid(Moves.NEVER, "The operation falls away without it.")
_DISCHARGE = Grid(Moves.APPROVED, "It must be within 14 days of the discharge.", (VIDEO,))
_PROCEDURE = Grid(Moves.APPROVED, "The room, the set and the authorization are bound to the day.")
_PRENATAL = Grid(Moves.APPROVED, "Its week of pregnancy decides when it is due.")
_MACHINE = Grid(Moves.APPROVED, "The machine is shared, and the patient has prepared.")
_GROUP = Grid(Moves.APPROVED, "Everybody in the group would have to move.")
_CONVERTS = Grid(converts=(VIDEO, PHONE))

GRID = {
    "fm-follow-up": _CONVERTS,
    "im-follow-up": _CONVERTS,
    "pd-follow-up": _CONVERTS,
    "or-follow-up": _CONVERTS,
    "ca-follow-up": _CONVERTS,
    "de-follow-up": Grid(converts=(VIDEO,)),
    "fm-sick": Grid(converts=(VIDEO, PHONE)),
    "pt-short": Grid(converts=(VIDEO,)),
    "or-post-op": _POST_OP,
    "or-pre-op": _PRE_OP,
    "fm-after-discharge": _DISCHARGE,
    "im-after-discharge": _DISCHARGE,
    "ca-after-discharge": _DISCHARGE,
    "fm-procedure": _PROCEDURE,
    "og-procedure": _PROCEDURE,
    "de-procedure": _PROCEDURE,
    "or-injection": _PROCEDURE,
    "og-prenatal": _PRENATAL,
    "og-ultrasound": _MACHINE,
    "ca-echo": _MACHINE,
    "fm-diabetes-group": _GROUP,
    "og-class": _GROUP,
}

PREP = {
    "ns-lab": Prep(
        8,
        "Nothing to eat for 8 hours before; water is fine. Take your medicines as usual.",
        "No coma nada durante 8 horas antes; puede tomar agua. Tome sus medicinas como siempre.",
    ),
    "ca-echo": Prep(
        2,
        "No coffee or smoking for 2 hours before. Wear a top that opens in front.",
        "No tome café ni fume durante 2 horas antes. Use una blusa o camisa que se abra por delante.",
    ),
    "og-ultrasound": Prep(
        1,
        "Drink four glasses of water an hour before, and do not empty your bladder.",
        "Tome cuatro vasos de agua una hora antes y no vacíe la vejiga.",
    ),
    "or-pre-op": Prep(
        24,
        "Bring the list of your medicines and the papers from the hospital.",
        "Traiga la lista de sus medicinas y los papeles del hospital.",
    ),
    "or-injection": Prep(
        24,
        "Tell us at least a day before if you take a blood thinner.",
        "Avísenos al menos un día antes si toma un anticoagulante.",
    ),
    "fm-physical": Prep(
        0,
        "Bring your medicines and the dates of your last shots.",
        "Traiga sus medicinas y las fechas de sus últimas vacunas.",
    ),
    "im-physical": Prep(
        0,
        "Bring your medicines and the dates of your last shots.",
        "Traiga sus medicinas y las fechas de sus últimas vacunas.",
    ),
}

CHECKS = {
    "ca-new": ("coverage", "referral"),
    "or-new": ("coverage", "referral"),
    "pt-first": ("authorization", "coverage", "referral"),
    "og-ultrasound": ("authorization",),
    "ca-echo": ("authorization",),
    "or-pre-op": ("authorization",),
}

# system, code, the clinic's own words
HINTS = {
    "fm-new": (("CPT", "99203", "New patient, middle length"),),
    "im-new": (("CPT", "99204", "New patient, long"),),
    "fm-follow-up": (("CPT", "99213", "Known patient, usual"),),
    "im-follow-up": (("CPT", "99214", "Known patient, several problems"),),
    "fm-physical": (("CPT", "99396", "Yearly check-up, 40 to 64"),),
    "pd-well": (("CPT", "99392", "Check-up of a small child"),),
    "fm-after-discharge": (("CPT", "99495", "After the hospital, within 14 days"),),
    "ca-echo": (("CPT", "93306", "Echo with color"),),
    "og-ultrasound": (("CPT", "76805", "Ultrasound, second trimester"),),
    "or-injection": (("CPT", "20610", "Injection of a large joint"),),
    "pt-session": (("CPT", "97110", "Exercise, each 15 minutes"),),
    "ns-lab": (("CPT", "36415", "Blood draw"), ("ICD-10-CM", "Z13.1", "Looking for diabetes")),
    "fm-diabetes-group": (("HCPCS", "G0109", "Diabetes class, each half hour"),),
}

SENSITIVE = {"fm-counseling", "og-prenatal"}
"""What they are is said to nobody outside: no message, calendar or other system names it."""
PUBLIC = {"fm-new", "ns-pressure", "pd-shots"}
"""Their open time is published, for anybody to ask for."""

BUFFERS = {"ca-new": (0, 10), "im-new": (0, 10), "fm-after-discharge": (5, 5), "og-ultrasound": (5, 5)}
"""Free minutes wished for before and after."""
TURNOVERS = {RoomType.PROCEDURE: 10, RoomType.IMAGING: 5}
"""Minutes to make a room of the type ready again."""
LEAST = {"ns-lab": 12 * 60, "or-pre-op": 24 * 60, "fm-diabetes-group": 24 * 60, "og-class": 24 * 60}
"""Minutes between booking and visit, at least."""


def grid(plan: VisitPlan) -> Grid:
    return GRID.get(plan.code, Grid(converts=(PHONE,)) if plan.room is None else Grid())


def prep(plan: VisitPlan) -> Prep:
    return PREP.get(plan.code, Prep())


def checks(plan: VisitPlan) -> tuple[str, ...]:
    """The links of its chain that must pass: coverage for everybody new, authorization for every procedure."""
    if plan.code in CHECKS:
        return CHECKS[plan.code]
    if plan.first:
        return ("coverage",)
    return ("authorization",) if plan.room is RoomType.PROCEDURE else ()


def audience(plan: VisitPlan) -> Audience:
    return Audience.NEW if plan.first else Audience.ANYBODY


def turnover(plan: VisitPlan) -> int:
    return TURNOVERS.get(plan.room, 0) if plan.room else 0


def lead_most(plan: VisitPlan) -> int | None:
    """Days ahead at most; new patients at most a year, others as far as the book is open."""
    return plan.lead if plan.first or plan.lead < ANY_LEAD else None
