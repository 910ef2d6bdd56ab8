"""What the demo clinic offers: its sites, its specialties and their visit types."""

from __future__ import annotations

from typing import NamedTuple

from frontdesk.clinic.choices import RoomType

EASTERN = "America/New_York"
CENTRAL = "America/Chicago"


class SitePlan(NamedTuple):
    code: str
    name: str
    short: str
    address: str
    zone: str = EASTERN
    state: str = "NY"


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
    SitePlan("lakeshore", "Lakeshore Clinic", "Lakeshore", "2200 Lakeshore Drive", CENTRAL, "IL"),
    SitePlan("prairie-avenue", "Prairie Avenue", "Prairie Avenue", "655 Prairie Avenue", CENTRAL, "IL"),
    SitePlan("river-bend", "River Bend Clinic", "River Bend", "47 River Bend Road", CENTRAL, "IL"),
    SitePlan("granary", "Granary Street", "Granary Street", "16 Granary Street", CENTRAL, "IL"),
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
        SpecialtyPlan("nursing", "Nursing and lab", "RN", RoomType.EXAM),
    )
}
NURSING = "nursing"

ORGANIZATION = "Harbor Street Health"

DEPARTMENTS = {
    "primary-care": ("Primary care", ("family", "internal", "pediatrics", "nursing")),
    "specialty-care": ("Specialty care", ("ob-gyn", "orthopedics", "cardiology", "dermatology")),
    "therapy": ("Physical therapy", ("therapy",)),
    "imaging": ("Imaging and procedures", ()),
}
"""Each department of a site: its name, and the specialties of its providers."""

HOLIDAYS = (
    "New Year's Day",
    "Memorial Day",
    "Independence Day",
    "Labor Day",
    "Thanksgiving Day",
    "Christmas Day",
)
"""Of all public holidays, those on which the sites close."""


EQUIPMENT = (
    ("ultrasound", "Ultrasound"),
    ("ecg", "ECG"),
    ("x-ray", "X-ray"),
    ("echo", "Echo machine"),
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

PRECAUTIONS = ("infection-precautions", "Infection precautions", 0.006)
"""Code, label, share of all adults: they are seen in isolation rooms."""
