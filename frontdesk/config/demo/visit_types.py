"""The visit types of the demo clinic: what is offered, how long it takes and what it needs."""

from __future__ import annotations

from typing import NamedTuple

from frontdesk.book.engine.segments import Part
from frontdesk.clinic.choices import Modality, RoomType

ANY_LEAD = 365


class VisitPlan(NamedTuple):
    """`weight` is how often it is booked beside the others, none for what the filling of days leaves alone; `lead`
    how many days ahead at most; `first` says that it is for patients who have not been seen in the specialty.

    `segments` say what it takes where that is not a provider and a room throughout; the `of` of a provider who
    does not lead is the code of a specialty.
    """

    specialty: str
    code: str
    name: str
    name_es: str
    minutes: int
    weight: float
    room: RoomType | None = RoomType.EXAM
    lead: int = ANY_LEAD
    first: bool = False
    places: int = 1
    segments: tuple[Part, ...] = ()

    @property
    def same_day(self) -> bool:
        return self.lead == 0

    @property
    def modality(self) -> Modality:
        return Modality.VIDEO if self.room is None else Modality.IN_PERSON

    @property
    def room_type(self) -> str:
        return self.room.value if self.room else ""


_EXAM, _PROCEDURE, _THERAPY, _IMAGING = (
    RoomType.EXAM,
    RoomType.PROCEDURE,
    RoomType.THERAPY,
    RoomType.IMAGING,
)


def _nurse_first(minutes: int) -> tuple[Part, ...]:
    """A nurse for ten minutes, then the provider; one room throughout."""
    return (
        Part("provider", 0, 10, "nursing"),
        Part("room", 0, minutes, "exam"),
        Part("provider", 10, minutes - 10, leads=True),
    )


_ULTRASOUND = (
    Part("room", 0, 40, "imaging"),
    Part("equipment", 10, 20, "ultrasound"),
    Part("provider", 15, 15, leads=True),
)
_ECHO = (
    Part("room", 0, 45, "imaging"),
    Part("equipment", 5, 35, "echo"),
    Part("provider", 25, 20, leads=True),
)

VISIT_TYPES = (
    VisitPlan("family", "fm-new", "New patient", "Paciente nuevo", 45, 1, first=True),
    VisitPlan("family", "fm-follow-up", "Follow-up", "Visita de seguimiento", 20, 8),
    VisitPlan("family", "fm-physical", "Physical", "Examen físico", 40, 4, segments=_nurse_first(40)),
    VisitPlan("family", "fm-sick", "Sick visit", "Visita por enfermedad", 20, 4, lead=3),
    VisitPlan("family", "fm-same-day", "Same-day visit", "Visita para hoy mismo", 20, 3, lead=0),
    VisitPlan("family", "fm-after-discharge", "After discharge", "Visita después del alta", 40, 1.5, lead=14),
    VisitPlan("family", "fm-procedure", "Minor procedure", "Procedimiento menor", 45, 1, _PROCEDURE),
    VisitPlan("family", "fm-video", "Video visit", "Visita por video", 20, 2, None),
    VisitPlan(
        "family", "fm-diabetes-group", "Diabetes class", "Clase sobre la diabetes", 90, 0, _THERAPY, places=8
    ),
    VisitPlan("internal", "im-new", "New patient", "Paciente nuevo", 60, 1, first=True),
    VisitPlan("internal", "im-follow-up", "Follow-up", "Visita de seguimiento", 30, 8),
    VisitPlan("internal", "im-physical", "Physical", "Examen físico", 45, 3, segments=_nurse_first(45)),
    VisitPlan("internal", "im-same-day", "Same-day visit", "Visita para hoy mismo", 20, 3, lead=0),
    VisitPlan("internal", "im-after-discharge", "After discharge", "Visita después del alta", 40, 2, lead=14),
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
    VisitPlan("ob-gyn", "og-ultrasound", "Ultrasound", "Ecografía", 40, 2, _IMAGING, segments=_ULTRASOUND),
    VisitPlan(
        "ob-gyn", "og-procedure", "Office procedure", "Procedimiento en consultorio", 45, 1, _PROCEDURE
    ),
    VisitPlan(
        "ob-gyn", "og-class", "Prenatal class", "Clase de preparación al parto", 90, 0, _THERAPY, places=10
    ),
    VisitPlan("ob-gyn", "og-video", "Video visit", "Visita por video", 20, 1, None),
    VisitPlan("orthopedics", "or-new", "New patient", "Paciente nuevo", 40, 1, first=True),
    VisitPlan("orthopedics", "or-follow-up", "Follow-up", "Visita de seguimiento", 20, 6),
    VisitPlan("orthopedics", "or-post-op", "Post-op check", "Control después de la cirugía", 20, 4),
    VisitPlan("orthopedics", "or-pre-op", "Pre-op visit", "Visita antes de la cirugía", 30, 2),
    VisitPlan("orthopedics", "or-injury", "Same-day injury", "Lesión, hoy mismo", 30, 2, lead=0),
    VisitPlan(
        "orthopedics", "or-injection", "Joint injection", "Inyección en la articulación", 30, 2, _PROCEDURE
    ),
    VisitPlan("orthopedics", "or-video", "Video visit", "Visita por video", 15, 1, None),
    VisitPlan("cardiology", "ca-new", "New patient", "Paciente nuevo", 60, 1, first=True),
    VisitPlan("cardiology", "ca-follow-up", "Follow-up", "Visita de seguimiento", 30, 7),
    VisitPlan("cardiology", "ca-echo", "Echocardiogram", "Ecocardiograma", 45, 2, _IMAGING, segments=_ECHO),
    VisitPlan(
        "cardiology", "ca-after-discharge", "After discharge", "Visita después del alta", 40, 2, lead=14
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
    VisitPlan("nursing", "ns-lab", "Fasting lab", "Análisis en ayunas", 15, 5),
    VisitPlan("nursing", "ns-pressure", "Blood pressure check", "Control de la presión", 15, 3),
    VisitPlan("nursing", "ns-wound", "Wound care", "Cuidado de heridas", 25, 1),
    VisitPlan("family", "fm-counseling", "Counseling", "Consejería", 45, 0),
)

# family name of the provider, visit type, minutes: who takes longer, or less long, than is usual
LENGTHS = (
    ("Vanderbroeck-Nakamura", "im-follow-up", 40),
    ("Vanderbroeck-Nakamura", "im-physical", 60),
    ("Oyelaran-Whitcombe", "or-follow-up", 15),
    ("Thorvaldsen", "fm-physical", 50),
    ("Thorvaldsen", "fm-sick", 15),
    ("Castellano-Reyes", "pd-well", 40),
    ("Sundaresan-Holt", "fm-new", 60),
    ("Grigoryan", "ca-follow-up", 20),
    ("Iyer-Hartmann", "pt-first", 75),
)
