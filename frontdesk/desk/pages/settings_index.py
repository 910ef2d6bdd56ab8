"""What can be set, in the order in which the settings page shows it. A new page of settings adds its line here."""

from __future__ import annotations

from frontdesk.accounts.permissions import Permission

# Those that not everybody at a desk may open, with what it takes.
KEPT: dict[str, Permission] = {"desk:settings-systems": Permission.CONNECT_SYSTEMS}

# (title, what it decides, the name of its address)
SETTINGS: list[tuple[str, str, str]] = [
    (
        "Time",
        "Templates of every week, absences and blocks, kept time, closures and holidays, discrepancies.",
        "desk:time",
    ),
    (
        "Visit types",
        "What a visit is for, how long it takes, what it needs, and when it may be booked.",
        "desk:settings-visit-types",
    ),
    (
        "Slot classes",
        "What time is kept for, for whom, and when it opens to everybody.",
        "desk:settings-slot-classes",
    ),
    (
        "Protection grid",
        "For each visit type: how it moves, what is kept for it, what it may become. One page to print.",
        "desk:settings-grid",
    ),
    (
        "Extra visits",
        "When a provider may be given a second visit at once: rules that the provider signs.",
        "desk:settings-overbooking",
    ),
    (
        "Guides to the visit type",
        "The questions that lead to the right visit type, with the reason.",
        "desk:settings-guides",
    ),
    (
        "Drafts",
        "Changes of settings that wait for a second signature or for their day.",
        "desk:settings-drafts",
    ),
    (
        "Knowledge cards",
        "What the desk must know of services, payers and places, read again by a day.",
        "desk:settings-cards",
    ),
    (
        "Queues",
        "Who answers for each queue, which roles work in it, by when its work is due.",
        "desk:settings-queues",
    ),
    ("Duty roster", "Who answers escalations, where and when.", "desk:settings-duty"),
    (
        "Organization",
        "Sites, departments, providers, rooms and machines, as they belong together.",
        "desk:settings-organization",
    ),
    (
        "Connected systems",
        "Other programs that see, hold and book: what each may do, its keys, its limits.",
        "desk:settings-systems",
    ),
    (
        "Calendar addresses",
        "A provider’s visits in a calendar program outside: made, shown once, taken back.",
        "desk:settings-calendars",
    ),
    (
        "Protocols",
        "The rules by which callers’ words decide the lane: read, drafted, tried and approved.",
        "desk:protocols",
    ),
    (
        "Glossary",
        "The words of this desk, in English and Spanish: scheduling, triage, privacy, portal, coverage.",
        "desk:glossary",
    ),
    (
        "What the machine does by itself",
        "Every automatic action: when, under whose approval, and how it is switched off.",
        "desk:settings-machine",
    ),
]
