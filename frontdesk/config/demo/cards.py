"""The knowledge cards of the demo clinic. The payers are invented."""

from __future__ import annotations

from typing import NamedTuple


class CardPlan(NamedTuple):
    """`review_in` is in days from today; below zero it is overdue, and never before the card was written."""

    title: str
    body: str
    review_in: int
    visit_types: tuple[str, ...] = ()
    payers: tuple[str, ...] = ()


CARDS = (
    CardPlan(
        "Lakeland Health Plan: referrals",
        "Asks for a referral before the first visit with orthopedics and cardiology. The number has ten digits and "
        "begins with R. It is good for 90 days or six visits, whichever comes first.",
        -12,
        ("or-new", "ca-new"),
        ("Lakeland Health Plan",),
    ),
    CardPlan(
        "Tidewater Mutual: physical therapy",
        "Twelve sessions a calendar year without authorization. From the thirteenth on, the therapist sends the plan "
        "of care first; an answer takes about five working days.",
        45,
        ("pt-first", "pt-session", "pt-short"),
        ("Tidewater Mutual",),
    ),
    CardPlan(
        "Northshore Choice: video visits",
        "Pays video visits like visits in person. Does not pay for visits by telephone: offer video, or a visit here.",
        -40,
        ("fm-video", "im-video", "pd-video"),
        ("Northshore Choice",),
    ),
    CardPlan(
        "Granite Care: imaging",
        "Ultrasound and echocardiogram need an authorization number before the day of the visit. Without one, move "
        "the visit rather than let the patient come for nothing.",
        20,
        ("og-ultrasound", "ca-echo"),
        ("Granite Care",),
    ),
    CardPlan(
        "Fasting labs",
        "Nothing to eat for eight hours, water is fine. People with diabetes who take insulin: ask the nurse before "
        "you book. Best before 09:30.",
        120,
        ("ns-lab",),
    ),
    CardPlan(
        "After the hospital",
        "Within 14 days of the discharge. Ask for the discharge papers, and whether the medicines were changed. Time "
        "is kept for these visits until noon of the day before.",
        90,
        ("fm-after-discharge", "im-after-discharge", "ca-after-discharge"),
    ),
    CardPlan(
        "Before an operation",
        "The visit is two to thirty days before the operation and is never moved for somebody else. The hospital’s "
        "papers must be here the day before.",
        -3,
        ("or-pre-op",),
    ),
    CardPlan(
        "Isolation rooms",
        "Each site has one, the last of its exam rooms. Patients with infection precautions come in by the side door "
        "and go straight to it.",
        60,
    ),
    CardPlan(
        "Diabetes class",
        "Eight places, ninety minutes, in the group room. Bring the meter and the last results. Somebody from the "
        "family may come along and takes no place.",
        150,
        ("fm-diabetes-group",),
    ),
    CardPlan(
        "Interpreters",
        "Spanish in person on weekdays, every other language by telephone line. American Sign Language by video. A "
        "child of the family does not interpret.",
        30,
    ),
)
