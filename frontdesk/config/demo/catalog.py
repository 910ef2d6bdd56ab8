"""What the demo clinic offers: its sites, its specialties and their visit types."""

from __future__ import annotations

from typing import NamedTuple

from frontdesk.clinic.choices import Modality, RoomType

EASTERN = "America/New_York"
CENTRAL = "America/Chicago"


class SitePlan(NamedTuple):
    code: str
    name: str
    short: str
    address: str
    zone: str = EASTERN


SITES = (
    SitePlan("harbor-street", "Harbor Street Clinic", "Harbor Street", "1 Harbor Street"),
    SitePlan("eastgate", "Eastgate", "Eastgate", "240 Eastgate Avenue"),
    SitePlan("millbrook", "Millbrook", "Millbrook", "18 Old Mill Road, Millbrook"),
    SitePlan("quarry-hill", "Quarry Hill Clinic", "Quarry Hill", "77 Quarry Hill Road"),
    SitePlan("linden-square", "Linden Square", "Linden Square", "5 Linden Square"),
    SitePlan("ferry-landing", "Ferry Landing Clinic", "Ferry Landing", "31 Ferry Landing"),
    SitePlan("north-common", "North Common", "North Common", "402 North Common Street"),
    SitePlan("saltmarsh", "Saltmarsh Clinic", "Saltmarsh", "1180 Saltmarsh Lane"),
    SitePlan("orchard-park", "Orchard Park", "Orchard Park", "63 Orchard Park Drive"),
    SitePlan("weavers-row", "Weavers Row Clinic", "Weavers Row", "9 Weavers Row"),
    SitePlan("cedar-crossing", "Cedar Crossing", "Cedar Crossing", "515 Cedar Crossing"),
    SitePlan("stonebridge", "Stonebridge Clinic", "Stonebridge", "88 Stonebridge Street"),
    SitePlan("university-gate", "University Gate", "University Gate", "3 University Gate"),
    SitePlan("lighthouse", "Lighthouse Road Clinic", "Lighthouse Road", "29 Lighthouse Road"),
    SitePlan("foundry", "Foundry Street", "Foundry Street", "140 Foundry Street"),
    SitePlan("meadow-view", "Meadow View Clinic", "Meadow View", "712 Meadow View Road"),
    SitePlan("lakeshore", "Lakeshore Clinic", "Lakeshore", "2200 Lakeshore Drive", CENTRAL),
    SitePlan("prairie-avenue", "Prairie Avenue", "Prairie Avenue", "655 Prairie Avenue", CENTRAL),
    SitePlan("river-bend", "River Bend Clinic", "River Bend", "47 River Bend Road", CENTRAL),
    SitePlan("granary", "Granary Street", "Granary Street", "16 Granary Street", CENTRAL),
)

SITE_PHONES = "838"
"""The area code of the sites' own (fictional) numbers: no patient has it."""


class SpecialtyPlan(NamedTuple):
    code: str
    name: str
    title: str
    """What follows the name of a provider who is no physician; a physician is called Dr."""
    room: RoomType


SPECIALTIES = {
    plan.code: plan
    for plan in (
        SpecialtyPlan("family", "Family medicine", "", RoomType.EXAM),
        SpecialtyPlan("internal", "Internal medicine", "", RoomType.EXAM),
        SpecialtyPlan("pediatrics", "Pediatrics", "", RoomType.EXAM),
        SpecialtyPlan("ob-gyn", "Obstetrics and gynecology", "", RoomType.EXAM),
        SpecialtyPlan("orthopedics", "Orthopedics", "", RoomType.EXAM),
        SpecialtyPlan("cardiology", "Cardiology", "", RoomType.EXAM),
        SpecialtyPlan("dermatology", "Dermatology", "", RoomType.EXAM),
        SpecialtyPlan("therapy", "Physical therapy", "PT", RoomType.THERAPY),
    )
}

ANY_LEAD = 365


class VisitPlan(NamedTuple):
    """`weight` is how often it is booked beside the others; `lead` how many days ahead at most; `first` says
    that it is for patients who have not been seen in the specialty."""

    specialty: str
    code: str
    name: str
    name_es: str
    minutes: int
    weight: float
    room: RoomType | None = RoomType.EXAM
    lead: int = ANY_LEAD
    first: bool = False

    @property
    def same_day(self) -> bool:
        return self.lead == 0

    @property
    def modality(self) -> Modality:
        return Modality.VIDEO if self.room is None else Modality.IN_PERSON


_EXAM, _PROCEDURE, _THERAPY, _IMAGING = (
    RoomType.EXAM,
    RoomType.PROCEDURE,
    RoomType.THERAPY,
    RoomType.IMAGING,
)

VISIT_TYPES = (
    VisitPlan("family", "fm-new", "New patient", "Paciente nuevo", 45, 1, first=True),
    VisitPlan("family", "fm-follow-up", "Follow-up", "Visita de seguimiento", 20, 8),
    VisitPlan("family", "fm-physical", "Physical", "Examen físico", 40, 4),
    VisitPlan("family", "fm-sick", "Sick visit", "Visita por enfermedad", 20, 4, lead=3),
    VisitPlan("family", "fm-same-day", "Same-day visit", "Visita para hoy mismo", 20, 3, lead=0),
    VisitPlan("family", "fm-after-discharge", "After discharge", "Visita después del alta", 40, 1.5, lead=10),
    VisitPlan("family", "fm-procedure", "Minor procedure", "Procedimiento menor", 45, 1, _PROCEDURE),
    VisitPlan("family", "fm-video", "Video visit", "Visita por video", 20, 2, None),
    VisitPlan("internal", "im-new", "New patient", "Paciente nuevo", 60, 1, first=True),
    VisitPlan("internal", "im-follow-up", "Follow-up", "Visita de seguimiento", 30, 8),
    VisitPlan("internal", "im-physical", "Physical", "Examen físico", 45, 3),
    VisitPlan("internal", "im-same-day", "Same-day visit", "Visita para hoy mismo", 20, 3, lead=0),
    VisitPlan("internal", "im-after-discharge", "After discharge", "Visita después del alta", 40, 2, lead=10),
    VisitPlan("internal", "im-video", "Video visit", "Visita por video", 20, 2, None),
    VisitPlan("pediatrics", "pd-new", "New child", "Niño nuevo", 40, 1, first=True),
    VisitPlan("pediatrics", "pd-well", "Well child", "Control del niño sano", 30, 7),
    VisitPlan("pediatrics", "pd-follow-up", "Follow-up", "Visita de seguimiento", 20, 5),
    VisitPlan("pediatrics", "pd-same-day", "Same-day sick child", "Niño enfermo, hoy mismo", 20, 4, lead=0),
    VisitPlan("pediatrics", "pd-shots", "Shots", "Vacunas", 15, 3),
    VisitPlan("pediatrics", "pd-video", "Video visit", "Visita por video", 20, 1, None),
    VisitPlan("ob-gyn", "og-new", "New patient", "Paciente nueva", 45, 1, first=True),
    VisitPlan("ob-gyn", "og-yearly", "Yearly exam", "Examen anual", 30, 5),
    VisitPlan("ob-gyn", "og-prenatal", "Prenatal visit", "Control prenatal", 20, 6),
    VisitPlan("ob-gyn", "og-same-day", "Same-day visit", "Visita para hoy mismo", 20, 2, lead=0),
    VisitPlan("ob-gyn", "og-ultrasound", "Ultrasound", "Ecografía", 30, 2, _IMAGING),
    VisitPlan(
        "ob-gyn", "og-procedure", "Office procedure", "Procedimiento en consultorio", 45, 1, _PROCEDURE
    ),
    VisitPlan("ob-gyn", "og-video", "Video visit", "Visita por video", 20, 1, None),
    VisitPlan("orthopedics", "or-new", "New patient", "Paciente nuevo", 40, 1, first=True),
    VisitPlan("orthopedics", "or-follow-up", "Follow-up", "Visita de seguimiento", 20, 6),
    VisitPlan("orthopedics", "or-post-op", "Post-op check", "Control después de la cirugía", 20, 4),
    VisitPlan("orthopedics", "or-injury", "Same-day injury", "Lesión, hoy mismo", 30, 2, lead=0),
    VisitPlan(
        "orthopedics", "or-injection", "Joint injection", "Inyección en la articulación", 30, 2, _PROCEDURE
    ),
    VisitPlan("orthopedics", "or-video", "Video visit", "Visita por video", 15, 1, None),
    VisitPlan("cardiology", "ca-new", "New patient", "Paciente nuevo", 60, 1, first=True),
    VisitPlan("cardiology", "ca-follow-up", "Follow-up", "Visita de seguimiento", 30, 7),
    VisitPlan("cardiology", "ca-echo", "Echocardiogram", "Ecocardiograma", 45, 2, _IMAGING),
    VisitPlan(
        "cardiology", "ca-after-discharge", "After discharge", "Visita después del alta", 40, 2, lead=10
    ),
    VisitPlan("cardiology", "ca-same-day", "Same-day visit", "Visita para hoy mismo", 30, 1, lead=0),
    VisitPlan("cardiology", "ca-video", "Video visit", "Visita por video", 20, 1, None),
    VisitPlan("dermatology", "de-new", "New patient", "Paciente nuevo", 30, 1, first=True),
    VisitPlan("dermatology", "de-follow-up", "Follow-up", "Visita de seguimiento", 20, 6),
    VisitPlan("dermatology", "de-skin-check", "Full skin check", "Revisión completa de la piel", 30, 4),
    VisitPlan("dermatology", "de-procedure", "Skin procedure", "Procedimiento de la piel", 45, 2, _PROCEDURE),
    VisitPlan("dermatology", "de-same-day", "Same-day visit", "Visita para hoy mismo", 15, 1, lead=0),
    VisitPlan("dermatology", "de-video", "Video visit", "Visita por video", 15, 1, None),
    VisitPlan("therapy", "pt-first", "First visit", "Primera visita", 60, 1, _THERAPY, first=True),
    VisitPlan("therapy", "pt-session", "Therapy session", "Sesión de terapia", 45, 8, _THERAPY),
    VisitPlan("therapy", "pt-short", "Short session", "Sesión corta", 30, 3, _THERAPY),
    VisitPlan("therapy", "pt-video", "Video visit", "Visita por video", 30, 1, None),
)

EQUIPMENT = (
    ("ultrasound", "Ultrasound"),
    ("ecg", "ECG"),
    ("x-ray", "X-ray"),
    ("spirometer", "Spirometer"),
)

RISK_FLAGS = (
    # code, label, share of adults under 60, share from 60 on
    ("blood-thinner", "Blood thinner", 0.01, 0.12),
    ("fall-risk", "Fall risk", 0.0, 0.09),
    ("pacemaker", "Pacemaker", 0.0, 0.03),
    ("latex-allergy", "Latex allergy", 0.012, 0.01),
    ("hard-of-hearing", "Hard of hearing", 0.004, 0.05),
)
