"""Who may open which door. Every address is walked as everybody and as nobody, against one table.

The addresses come from the resolver: one that is not in the table fails the day it is born.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Role
from frontdesk.triage.actions import words
from tests.desk import protocol_scene as protocols
from tests.desk import settings_scene as settings
from tests.desk import system_scene as systems
from tests.desk import time_scene as times
from tests.desk import watch_scene as watch
from tests.desk import work_scene as work
from tests.desk.support import Answer, Desk, Scene, rows, undone
from tests.factories import staff
from tests.factories.protocol import SELF_HARM
from tests.factories.there import there
from tests.universe import LAST_OPEN, NOW, Universe

pytestmark = pytest.mark.django_db

# Alice is a scheduler, Bob a nurse, Carol a provider, Dan the manager, Erin the administrator, Pat a patient:
# every role once; Charlie is a scheduler of another site.
EVERYBODY = frozenset("alice bob carol dan erin pat charlie".split())
LOOKS, CHANGES = "GET", "POST"

Args = Callable[[Scene, Universe], tuple[int | str, ...]]
Data = Callable[[Scene, Universe], dict[str, str]]


def nothing(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return ()


def no_data(scene: Scene, cast: Universe) -> dict[str, str]:
    return {}


@dataclass(frozen=True)
class Door:
    """`may` come in by `method` and get `answers`; for those whom it `hides` from it is not there (404).

    Everybody else is refused (403), nobody is sent to the log-in unless it is `open`, and the other method is
    no method of this door (405), unless a page `takes` a form too: that is the status with which it does.
    """

    may: str
    answers: int = 200
    hides: str = ""
    method: str = LOOKS
    args: Args = nothing
    data: Data = no_data
    open: bool = False
    takes: int = 0
    not_theirs: int = 0  # what Charlie hears, whose site does not have what the form names

    def status_for(self, name: str, method: str) -> int:
        if method != self.method and not self.takes:
            return 405
        if name in self.may.split():
            taken = self.not_theirs if name == "charlie" and self.not_theirs else self.takes
            return self.answers if method == self.method else taken
        return 404 if name in self.hides.split() else 403


def routine(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (scene.routine.pk,)


def urgent(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (scene.urgent.pk,)


def held(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (scene.hold.pk,)


def task(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (scene.task.pk,)


def free_task(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (scene.work.free.pk,)


def follow_up(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (cast.follow_up.pk,)


def primary(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (cast.follow_up.specialty.pk,)


def draft(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (scene.settings.draft.pk,)


def writing(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (scene.settings.writing.pk,)


def card(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (scene.settings.card.pk,)


def main_street(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (cast.main.pk,)


def visit(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (scene.visit.pk,)


def move_to(scene: Scene, cast: Universe) -> dict[str, str]:
    """An hour later, with the same provider."""
    return {
        "day": f"{LAST_OPEN}", "time": "16:00", "with": str(cast.dr_carol.pk), "where": "main", "type": "follow-up",
    }  # fmt: skip


def waiver(scene: Scene, cast: Universe) -> dict[str, str]:
    return {"link": str(scene.visit.chain.get(link="Coverage").pk), "because": "Paid in cash"}


def system(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (scene.system.client.pk,)


def subscription(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (scene.system.client.subscriptions.get().pk,)


def version(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (scene.time.version.pk,)


def absence(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (scene.time.absence.pk,)


def demir(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (cast.dr_yusuf.pk,)


def group(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (scene.plans.group.pk,)


def conflict(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (scene.watch.conflict.pk,)


def waiting(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (scene.counter.walk_in.pk,)


def tardy(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (scene.counter.tardy.pk,)


ALL_STAFF = "alice bob carol dan erin charlie"
HERE = "alice bob carol dan"  # those of Main Street who work with requests
ELSEWHERE = "charlie erin pat"  # for them its requests are not there
TAKE = "alice bob dan"
SET = "carol dan erin"  # who may change the clinic's settings


def protocol_doors() -> dict[str, Door]:
    """Everybody reads the protocols; a draft is changed by its author, Dan, alone; Carol approves."""
    p = protocols

    def of(name: str) -> Args:
        return lambda scene, cast: (getattr(scene.protocols, name).pk,)

    def form(make: Callable[..., dict[str, str]], name: str = "writing") -> Data:
        return lambda scene, cast: make(getattr(scene.protocols, name))

    writing = of("writing")
    return {
        "desk:protocols": Door(ALL_STAFF),
        "desk:protocol-new": Door(SET, takes=302, data=lambda scene, cast: p.new_form()),
        "desk:protocol-starter": Door(SET, 302, method=CHANGES),
        "desk:protocol-take-in": Door(SET, 422, method=CHANGES),
        "desk:protocol-version": Door(ALL_STAFF, args=writing),
        "desk:protocol-begin": Door(SET, 302, method=CHANGES, args=lambda scene, cast: (cast.protocol.pk,)),
        "desk:protocol-download": Door(ALL_STAFF, args=writing),
        "desk:protocol-rule": Door("dan", args=writing, takes=302, data=form(p.rule_form)),
        "desk:protocol-concept": Door("dan", args=writing, takes=302, data=form(p.concept_form)),
        "desk:protocol-script": Door("dan", args=writing, takes=302, data=form(p.script_form)),
        "desk:protocol-tree": Door(
            "dan", args=of("scoped_writing"), takes=302, data=form(p.tree_form, "scoped_writing")
        ),
        "desk:protocol-kinds": Door("dan", args=writing, takes=302, data=form(p.kinds_form)),
        "desk:protocol-words": Door("dan", args=writing, takes=302, data=form(p.words_form)),
        "desk:protocol-scope": Door(
            "dan", args=of("scoped_writing"), takes=302, data=form(p.scope_form, "scoped_writing")
        ),
        "desk:protocol-remove": Door("dan", 302, method=CHANGES, args=writing, data=form(p.removal)),
        "desk:protocol-take": Door(
            "dan", 302, method=CHANGES, args=of("scoped_writing"), data=form(p.taking, "scoped_writing")
        ),
        "desk:protocol-try": Door(ALL_STAFF, args=writing, takes=200, data=lambda scene, cast: p.try_form()),
        "desk:protocol-changes": Door(ALL_STAFF, args=writing),
        # For past requests callers' words are read.
        "desk:protocol-backtest": Door(
            "carol dan", args=writing, takes=302,
            data=lambda scene, cast: {"first": "2026-02-01", "last": "2026-03-03"},
        ),
        "desk:backtest": Door("carol dan", args=of("backtest")),
        "desk:protocol-hand-in": Door(
            "dan", 302, method=CHANGES, args=writing, data=lambda scene, cast: {"because": "Rashes"}
        ),
        "desk:protocol-take-back": Door("dan", 302, method=CHANGES, args=of("waiting")),
        "desk:protocol-withdraw": Door("carol dan", 302, method=CHANGES, args=of("waiting")),
        "desk:protocol-approve": Door("carol", 302, method=CHANGES, args=of("waiting")),
        "desk:protocol-end": Door(
            "carol", 302, method=CHANGES, args=of("scoped"), data=lambda scene, cast: {"end-because": "Enough"}
        ),
        "desk:protocol-read": Door(ALL_STAFF, 302, method=CHANGES, args=lambda scene, cast: (cast.protocol.pk,)),
    }  # fmt: skip


TABLE: dict[str, Door] = {
    "login": Door("", 200, open=True),
    "logout": Door(" ".join(EVERYBODY), 302, method=CHANGES),
    "healthz": Door(" ".join(EVERYBODY), 200, open=True),
    "desk:today": Door(ALL_STAFF),
    "desk:requests": Door(f"{TAKE} charlie"),
    "desk:request-new": Door(f"{TAKE} charlie", 302, method=CHANGES),
    "desk:request": Door(HERE, hides=ELSEWHERE, args=routine),
    "desk:request-state": Door(HERE, hides=ELSEWHERE, args=routine),
    "desk:request-field": Door(
        TAKE, 302, ELSEWHERE, CHANGES, routine, lambda scene, cast: {"callback": "212-555-0177"}
    ),
    "desk:request-words": Door(
        TAKE, 302, ELSEWHERE, CHANGES, routine, lambda scene, cast: {"words": "Mornings suit best."}
    ),
    "desk:request-patient": Door(
        TAKE, 302, ELSEWHERE, CHANGES, routine, lambda scene, cast: {"patient": str(cast.ben.pk)}
    ),
    "desk:request-record": Door(
        TAKE, 302, ELSEWHERE, CHANGES, urgent,
        lambda scene, cast: {"given": "Dora", "family": "Nilsson", "language": "en"},
    ),
    "desk:request-park": Door(TAKE, 302, ELSEWHERE, CHANGES, routine),
    "desk:request-close": Door(
        TAKE, 409, ELSEWHERE, CHANGES, routine, lambda scene, cast: {"outcome": "answered"}
    ),
    "desk:request-lane": Door(
        HERE, 302, ELSEWHERE, CHANGES, routine, lambda scene, cast: {"lane": "urgent", "reason": "He sounds faint"}
    ),
    "desk:request-step": Door(HERE, 302, ELSEWHERE, CHANGES, urgent, lambda scene, cast: {"step": "stay"}),
    "desk:handoff-accept": Door(
        "bob carol", 302, ELSEWHERE, CHANGES, lambda scene, cast: (scene.offered.pk,)
    ),
    "desk:handoff-direct": Door(
        "bob carol", 302, ELSEWHERE, CHANGES, lambda scene, cast: (scene.accepted.pk,),
        lambda scene, cast: {"direction": "call_back"},
    ),
    "desk:handoff": Door(HERE, hides=ELSEWHERE, args=lambda scene, cast: (scene.offered.pk,)),
    "desk:handoff-export": Door(HERE, hides=ELSEWHERE, args=lambda scene, cast: (scene.accepted.pk,)),
    "desk:handoff-outcome": Door(
        HERE, 302, ELSEWHERE, CHANGES, lambda scene, cast: (scene.accepted.pk,),
        lambda scene, cast: {"outcome": "Seen the same afternoon"},
    ),
    "desk:duty": Door(ALL_STAFF),
    "desk:asked": Door(f"{HERE} charlie"),
    "desk:find": Door(TAKE, hides=ELSEWHERE, args=routine),
    "desk:hold": Door(TAKE, 302, ELSEWHERE, CHANGES, routine),
    "desk:hold-first": Door(TAKE, 302, ELSEWHERE, CHANGES, routine),
    "desk:book": Door(TAKE, 302, ELSEWHERE, CHANGES, held),
    "desk:let-go": Door(TAKE, 302, ELSEWHERE, CHANGES, held),
    "desk:hold-keep": Door(
        "bob carol dan", 302, ELSEWHERE, CHANGES, held, lambda scene, cast: {"hours": "4", "because": "x-ray"}
    ),
    "desk:plan-several": Door(
        TAKE, hides=ELSEWHERE, args=routine, takes=302,
        data=lambda scene, cast: {"time": scene.plans.time, "order_ref": "Order 1", "key": "k"},
    ),
    "desk:plan": Door(HERE, hides=ELSEWHERE, args=lambda scene, cast: (scene.plans.plan.pk,)),
    "desk:plan-cancel": Door(
        TAKE, 302, ELSEWHERE, CHANGES, lambda scene, cast: (scene.plans.plan.pk,),
        lambda scene, cast: {"from_place": "1", "why": "not-needed", "key": "k"},
    ),
    "desk:groups": Door(f"{HERE} charlie"),
    "desk:gathering-new": Door(
        f"{TAKE} charlie", takes=302, data=lambda scene, cast: {"time": scene.plans.group_time, "key": "k"}
    ),
    "desk:gathering": Door(HERE, hides=ELSEWHERE, args=group),
    "desk:gathering-take": Door(
        TAKE, 302, ELSEWHERE, CHANGES, group,
        lambda scene, cast: {"request": str(scene.routine.pk), "key": "k"},
    ),
    "desk:gathering-cancel": Door(
        TAKE, 302, ELSEWHERE, CHANGES, group, lambda scene, cast: {"why": "room-or-machine", "key": "k"}
    ),
    "desk:place": Door(
        TAKE, 302, ELSEWHERE, CHANGES, lambda scene, cast: (scene.plans.place.pk,),
        lambda scene, cast: {"to": "", "why": "patient-ill", "version": "1", "key": "k"},
    ),
    "desk:request-offer": Door(
        HERE, 302, ELSEWHERE, CHANGES, routine, lambda scene, cast: {"offer": "Video check", "taken": "yes"}
    ),
    "desk:request-contact": Door(
        HERE, 302, ELSEWHERE, CHANGES, routine, lambda scene, cast: {"how": "phone_out", "end": "not_reached"}
    ),
    "desk:walk-ins": Door(f"{HERE} charlie"),
    "desk:walk-in-new": Door(f"{TAKE} charlie", 302, method=CHANGES),
    # Only a clinician weighs somebody who waits.
    "desk:walk-in-tier": Door(
        "bob carol", 302, ELSEWHERE, CHANGES, waiting, lambda scene, cast: {"tier": "2", "reason": "Pale"}
    ),
    "desk:walk-in-leave": Door(HERE, 302, ELSEWHERE, CHANGES, waiting, lambda scene, cast: {"end": "left"}),
    "desk:visit-late": Door(HERE, hides=ELSEWHERE, args=tardy),
    "desk:late": Door(HERE, 302, ELSEWHERE, args=lambda scene, cast: (scene.counter.asked.pk,)),
    "desk:late-arrived": Door(
        TAKE, 302, ELSEWHERE, CHANGES, tardy, lambda scene, cast: {"arrived": "09:20"}
    ),
    "desk:late-answer": Door(
        "bob carol", 302, ELSEWHERE, CHANGES, lambda scene, cast: (scene.counter.asked.pk,),
        lambda scene, cast: {"feasible": "yes"},
    ),
    "desk:late-approve": Door(
        "bob carol dan", 302, ELSEWHERE, CHANGES, lambda scene, cast: (scene.counter.feasible.pk,),
        lambda scene, cast: {"because": "Ten minutes are left"},
    ),
    "desk:late-settle": Door(
        HERE, 302, ELSEWHERE, CHANGES, lambda scene, cast: (scene.counter.asked.pk,),
        lambda scene, cast: {"disposition": "virtual"},
    ),
    "desk:trail": Door(HERE, hides=ELSEWHERE, args=routine),
    "desk:trail-export": Door(HERE, hides=ELSEWHERE, args=routine),
    "desk:story": Door(HERE, hides=ELSEWHERE, args=routine),
    "desk:story-pdf": Door(HERE, hides=ELSEWHERE, args=routine),
    "desk:visit-story": Door(HERE, hides=ELSEWHERE, args=visit),
    "desk:calendar": Door(f"{HERE} charlie"),
    "desk:calendar-grid": Door(f"{HERE} charlie"),
    "desk:calendar-news": Door(f"{HERE} charlie"),
    "desk:visit-move": Door(
        TAKE, hides=ELSEWHERE, args=visit, takes=302,
        data=lambda scene, cast: {**move_to(scene, cast), "why": "patient-asked", "version": "1"},
    ),
    "desk:visit-cancel": Door(
        TAKE, 302, ELSEWHERE, CHANGES, visit, lambda scene, cast: {"why": "patient-asked", "version": "1"}
    ),
    # The visit has not begun, and there is nothing to take back.
    "desk:visit-missed": Door(
        TAKE, 409, ELSEWHERE, CHANGES, visit, lambda scene, cast: {"why": "no-word", "version": "1"}
    ),
    "desk:visit-undo": Door(TAKE, 409, ELSEWHERE, CHANGES, visit, lambda scene, cast: {"version": "1"}),
    "desk:visit-waive": Door("bob carol dan", 302, ELSEWHERE, CHANGES, visit, waiver),
    "desk:visit-may-move": Door(
        "bob carol dan", 302, ELSEWHERE, CHANGES, visit,
        lambda scene, cast: {"moves": "never", "because": "After discharge", "version": "1"},
    ),
    "desk:visit-calendar-link": Door(TAKE, 200, ELSEWHERE, CHANGES, visit),
    "desk:visit-calendar-revoke": Door(
        TAKE, 302, ELSEWHERE, CHANGES, lambda scene, cast: (scene.feeds.link.pk,)
    ),
    "desk:queues": Door(f"{HERE} charlie"),
    "desk:task-claim": Door(HERE, 302, "charlie", CHANGES, task),
    "desk:task-done": Door(HERE, 302, "charlie", CHANGES, task),
    "desk:task": Door(HERE, hides="charlie", args=free_task),
    "desk:task-give": Door(
        HERE, 302, "charlie", CHANGES, free_task, lambda scene, cast: {"to": str(cast.bob.pk), "note": "He knows him"}
    ),
    "desk:task-back": Door("bob", 302, "charlie", CHANGES, lambda scene, cast: (scene.work.bobs.pk,)),
    "desk:task-same": Door(
        HERE, 302, "charlie", CHANGES, free_task, lambda scene, cast: {"into": str(scene.work.twin.pk)}
    ),
    "desk:task-move": Door(
        HERE, 302, "charlie", CHANGES, free_task,
        lambda scene, cast: {"queue": "results", "because": "Asks about a lab"},
    ),
    "desk:request-take": Door(
        TAKE, 302, ELSEWHERE, CHANGES, lambda scene, cast: (scene.work.message.pk,)
    ),
    "desk:request-drop": Door(TAKE, 302, ELSEWHERE, CHANGES, routine),
    # A message is for a site at which one works.
    "desk:take-down": Door(
        f"{TAKE} charlie", takes=302, not_theirs=422, data=lambda scene, cast: work.message_form()
    ),
    "desk:patients": Door(f"{HERE} charlie", takes=302),
    "desk:patient": Door(f"{HERE} charlie", args=lambda scene, cast: (cast.ben.pk,)),
    "desk:looks": Door("dan erin"),
    "desk:mailbox": Door(f"{TAKE} charlie"),
    "desk:letter": Door(f"{TAKE} charlie", args=lambda scene, cast: (scene.letter,)),
    "desk:reports": Door("dan erin"),
    "desk:protocol": Door(ALL_STAFF),
    **protocol_doors(),
    "desk:gallery": Door(ALL_STAFF),
    "desk:settings": Door(ALL_STAFF),
    "desk:settings-visit-types": Door(ALL_STAFF),
    "desk:settings-visit-type": Door(ALL_STAFF, args=follow_up),
    "desk:settings-visit-type-new": Door(
        SET, takes=302, data=lambda scene, cast: settings.visit_type_form(cast.follow_up, code="brand-new")
    ),
    "desk:settings-visit-type-edit": Door(
        SET, args=follow_up, takes=302, data=lambda scene, cast: settings.visit_type_form(cast.follow_up)
    ),
    "desk:settings-slot-classes": Door(ALL_STAFF),
    "desk:settings-slot-class-new": Door(SET, takes=302, data=lambda scene, cast: settings.slot_class_form()),
    "desk:settings-slot-class-edit": Door(
        SET, args=lambda scene, cast: (scene.settings.slot_class.pk,), takes=302,
        data=lambda scene, cast: settings.slot_class_form(code="urgent"),
    ),
    "desk:settings-grid": Door(ALL_STAFF),
    "desk:settings-grid-edit": Door(SET, takes=302, data=lambda scene, cast: settings.grid_form(cast)),
    "desk:settings-guides": Door(ALL_STAFF),
    "desk:settings-guide": Door(ALL_STAFF, args=primary),
    "desk:settings-guide-download": Door(ALL_STAFF, args=primary),
    "desk:settings-guide-edit": Door(SET, 302, method=CHANGES, args=primary),
    # Only its author changes a draft that is being written.
    "desk:settings-guide-draft": Door("dan", args=writing),
    "desk:settings-guide-question": Door(
        "dan", args=writing, takes=302, data=lambda scene, cast: settings.question_form(scene.settings.writing)
    ),
    "desk:settings-guide-rule": Door(
        "dan", args=writing, takes=302, data=lambda scene, cast: settings.rule_form(scene.settings.writing)
    ),
    "desk:settings-guide-arrange": Door(
        "dan", 302, method=CHANGES, args=writing,
        data=lambda scene, cast: settings.arrangement(scene.settings.writing),
    ),
    "desk:settings-guide-upload": Door("dan", 422, method=CHANGES, args=writing),
    "desk:settings-guide-hand-in": Door(
        "dan", 302, method=CHANGES, args=writing, data=lambda scene, cast: settings.SIGNED
    ),
    "desk:settings-guide-take-back": Door(
        "dan", 302, method=CHANGES, args=lambda scene, cast: (scene.settings.guide_draft.pk,)
    ),
    "desk:settings-guide-draft-download": Door(ALL_STAFF, args=writing),
    "desk:settings-drafts": Door(ALL_STAFF),
    "desk:settings-draft": Door(ALL_STAFF, args=draft),
    "desk:settings-draft-approve": Door(SET, 302, method=CHANGES, args=draft),
    "desk:settings-draft-withdraw": Door(SET, 302, method=CHANGES, args=draft),
    "desk:settings-cards": Door(ALL_STAFF),
    "desk:settings-card-new": Door(SET, takes=302, data=lambda scene, cast: settings.card_form()),
    "desk:settings-card-edit": Door(SET, args=card, takes=302, data=lambda scene, cast: settings.card_form()),
    "desk:settings-card-retire": Door(SET, 302, method=CHANGES, args=card),
    "desk:settings-duty": Door(ALL_STAFF),
    "desk:settings-duty-add": Door(
        SET, 302, method=CHANGES, data=lambda scene, cast: settings.duty_form(cast)
    ),
    "desk:settings-duty-end": Door(
        SET, 302, "charlie pat", CHANGES, lambda scene, cast: (scene.settings.duty.pk,), lambda scene, cast: {"site": "main"}
    ),
    "desk:settings-queues": Door(ALL_STAFF),
    "desk:settings-queue": Door(
        SET, args=lambda scene, cast: ("messages",), takes=302, data=lambda scene, cast: work.queue_form(cast)
    ),
    "desk:settings-hours": Door(SET, args=main_street, takes=302, data=lambda scene, cast: work.hours_form()),
    "desk:settings-organization": Door(ALL_STAFF),
    "desk:settings-organization-name": Door(
        SET, 302, method=CHANGES, data=lambda scene, cast: {"organization": "Harbor Health"}
    ),
    "desk:settings-department-new": Door(
        SET, 302, method=CHANGES, args=main_street, data=lambda scene, cast: {"name": "Skin"}
    ),
    "desk:settings-assign": Door(
        SET, 302, method=CHANGES, args=main_street,
        data=lambda scene, cast: {"resource": str(cast.exam_1.pk), "department": str(scene.settings.department.pk)},
    ),
    "desk:time": Door(ALL_STAFF),
    "desk:time-week": Door("alice bob carol dan erin", hides="charlie", args=demir),
    "desk:time-draft": Door(
        SET, hides="charlie", args=demir, takes=302, data=lambda scene, cast: times.week_form()
    ),
    "desk:time-version": Door("alice bob carol dan erin", hides="charlie", args=version),
    "desk:time-edit": Door(
        SET, hides="charlie", args=version, takes=302, data=lambda scene, cast: times.week_form()
    ),
    "desk:time-approve": Door("dan erin", 302, "charlie", CHANGES, version),
    "desk:time-withdraw": Door(SET, 302, "charlie", CHANGES, version),
    "desk:absences": Door(
        f"{HERE} charlie", takes=302, data=lambda scene, cast: times.absence_form(who="Dr. Lena Fischer")
    ),
    "desk:absence": Door(HERE, hides="charlie", args=absence),
    "desk:absence-lift": Door(HERE, 302, "charlie", CHANGES, absence),
    "desk:kept": Door(ALL_STAFF),
    "desk:kept-session-release": Door(
        "bob dan", 302, "charlie", CHANGES, lambda scene, cast: (scene.time.kept.pk,),
        lambda scene, cast: times.release_form(scene.time),
    ),
    "desk:kept-block-release": Door(
        "bob dan", 302, "charlie", CHANGES, lambda scene, cast: (scene.time.kept_block.pk,),
        lambda scene, cast: times.release_form(scene.time),
    ),
    "desk:closures": Door(ALL_STAFF),
    "desk:closure-close": Door(SET, 302, method=CHANGES, data=lambda scene, cast: times.closure_form()),
    "desk:closure-reopen": Door(
        SET, 302, "charlie", CHANGES, lambda scene, cast: (scene.time.closure.pk,)
    ),
    "desk:discrepancies": Door(ALL_STAFF),
    "desk:settings-calendars": Door(ALL_STAFF),
    # A provider's own address; a manager and an administrator anybody's. The page that shows it is the answer.
    "desk:settings-calendar-make": Door(
        "carol dan erin", method=CHANGES, args=lambda scene, cast: (cast.dr_carol.pk,)
    ),
    "desk:settings-calendar-revoke": Door(
        "carol dan erin", 302, method=CHANGES, args=lambda scene, cast: (scene.feeds.own.pk,)
    ),
    "desk:settings-systems": Door("dan erin"),
    "desk:settings-system-new": Door("dan erin", takes=302, data=lambda scene, cast: systems.system_form(cast)),
    "desk:settings-system": Door("dan erin", args=system),
    "desk:settings-system-edit": Door(
        "dan erin", args=system, takes=302, data=lambda scene, cast: systems.system_form(cast)
    ),
    "desk:settings-system-end": Door("dan erin", args=system, takes=302),
    "desk:settings-system-told": Door("dan erin", args=system),
    "desk:settings-told-again": Door("dan erin", 302, method=CHANGES, args=subscription),
    "desk:settings-told-end": Door("dan erin", 302, method=CHANGES, args=subscription),
    "desk:settings-overbooking": Door(ALL_STAFF),
    "desk:settings-overbooking-new": Door(SET, takes=302, data=lambda scene, cast: watch.rule_form(cast)),
    "desk:settings-overbooking-sign": Door(
        "carol", 302, "charlie", CHANGES, lambda scene, cast: (scene.watch.rule.pk,)
    ),
    "desk:settings-overbooking-end": Door(
        "carol dan", 302, "charlie", CHANGES, lambda scene, cast: (scene.watch.rule.pk,),
        lambda scene, cast: {"because": "Enough"},
    ),
    "desk:audit": Door("dan erin"),
    "desk:audit-run": Door("dan", 302, method=CHANGES),
    "desk:gaps": Door("dan erin"),
    "desk:triage-report": Door("dan erin"),
    "desk:triage-rows": Door("dan erin"),
    "desk:acknowledgements": Door("dan erin"),
    "desk:glossary": Door("alice bob carol dan erin charlie"),
    "desk:settings-machine-switch": Door(
        "carol dan erin",
        answers=302,
        method=CHANGES,
        args=lambda scene, cast: ("audits",),
        data=lambda scene, cast: {"on": "no", "because": "A trial"},
    ),
    "desk:settings-machine": Door("alice bob carol dan erin charlie"),
    "desk:conflicts": Door(f"{HERE} charlie"),
    "desk:conflict-new": Door(
        f"{HERE} charlie", takes=302, not_theirs=422, data=lambda scene, cast: watch.conflict_form(cast)
    ),
    "desk:conflict": Door(HERE, hides="charlie", args=conflict),
    "desk:conflict-accept": Door(
        TAKE, 302, "charlie", CHANGES, conflict, lambda scene, cast: watch.acceptance(scene.watch, cast)
    ),
    "desk:conflict-resolve": Door(
        TAKE, 302, "charlie", CHANGES, conflict, lambda scene, cast: {"words": "Mopped up"}
    ),
}  # fmt: skip
HIDDEN = sorted(name for name, door in TABLE.items() if "charlie" in door.hides)


def addresses(patterns: list[URLPattern | URLResolver], space: str = "") -> Iterator[str]:
    """The full name of every address; one without a name fails here."""
    for one in patterns:
        if isinstance(one, URLResolver):
            inside = f"{space}{one.namespace}:" if one.namespace else space
            yield from addresses(one.url_patterns, inside)
        else:
            assert one.name, f"{one.pattern} has no name, so nothing says who may open it."
            yield f"{space}{one.name}"


def test_every_address_stands_in_the_table() -> None:
    """The doors of other programs have tables of their own, in tests/gateway."""
    desk = [one for one in addresses(get_resolver().url_patterns) if not one.startswith("gateway:")]
    assert sorted(desk) == sorted(TABLE)


def test_every_role_walks() -> None:
    # Charlie's role is Alice's; a machine has no session: it cannot log in (tests/accounts/test_forms.py).
    assert len(Role) - 1 == len(EVERYBODY) - 1


def ask(
    desk: Desk,
    who: User | None,
    method: str,
    name: str,
    things: Scene,
    *,
    instead: tuple[int, ...] = (),
) -> Answer:
    """Knock at a door; `instead` names another thing than the one of the scene."""
    door, browser = TABLE[name], desk.browser(who)
    url = reverse(name, args=instead or door.args(things, desk.universe))
    return browser.get(url) if method == LOOKS else browser.post(url, door.data(things, desk.universe))


@pytest.mark.parametrize("who", sorted(EVERYBODY))
def test_who_may(who: str, desk: Desk, things: Scene) -> None:
    user, wrong = getattr(desk.universe, who), []
    assert isinstance(user, User)
    desk.browser(user)
    before = rows()
    for name, method in product(sorted(set(TABLE) - {"login", "logout"}), (LOOKS, CHANGES)):
        with undone():
            answer = ask(desk, user, method, name, things)
            expected = TABLE[name].status_for(who, method)
            if answer.status_code != expected:
                wrong.append(f"{method} {name}: {answer.status_code}, not {expected}")
            elif expected in (403, 404, 405) and rows() != before:
                wrong.append(f"{method} {name}: refused, and yet something was written")
    assert not wrong


def test_nobody_is_sent_to_the_log_in(desk: Desk, things: Scene) -> None:
    wrong, before = [], rows()
    for name, method in product(sorted(set(TABLE) - {"login"}), (LOOKS, CHANGES)):
        answer = ask(desk, None, method, name, things)
        if TABLE[name].open:
            right = answer.status_code == (200 if method == LOOKS else 405)
        else:
            there = answer.headers.get("Location", "").partition("?")[0]
            right = (answer.status_code, there) == (302, reverse("login"))
        if not right:
            wrong.append(f"{method} {name}: {answer.status_code}")
    assert not wrong
    assert rows() == before


@pytest.mark.parametrize("who", sorted(EVERYBODY))
def test_everybody_may_log_out(who: str, desk: Desk) -> None:
    user = getattr(desk.universe, who)
    assert desk.get(user, "logout").status_code == 405
    assert desk.post(user, "logout").status_code == 302
    assert desk.get(user, "desk:today")["Location"].startswith(reverse("login"))


def test_what_is_of_another_site_is_as_if_it_were_not_there(desk: Desk, things: Scene) -> None:
    charlie = desk.universe.charlie
    for name in HIDDEN:
        theirs, none = (
            ask(desk, charlie, TABLE[name].method, name, things, instead=instead)
            for instead in ((), (987_654_321,))
        )
        assert (theirs.status_code, none.status_code) == (404, 404), name
        assert theirs.content == none.content, name
        assert sorted(theirs.headers.items()) == sorted(none.headers.items()), name


def test_a_restricted_call_is_there_for_its_taker_and_for_clinicians_alone(desk: Desk) -> None:
    cast = desk.universe
    cast.use_starter()
    other = staff.user("amy", Role.SCHEDULER, sites=(cast.main,))
    request = cast.ready(cast.ben, said=SELF_HARM)
    seen = {
        who.username: desk.get(who, "desk:request", request.pk).status_code
        for who in (cast.alice, cast.bob, cast.carol, other, cast.dan)
    }
    assert seen == {"alice": 200, "bob": 200, "carol": 200, "amy": 404, "dan": 404}
    for who in (other, cast.dan):
        assert desk.get(who, "desk:trail", request.pk).status_code == 404
        assert (
            reverse("desk:request", args=[request.pk]) not in desk.get(who, "desk:requests").content.decode()
        )


@pytest.mark.parametrize(("who", "status"), [("alice", 403), ("dan", 403), ("bob", 302), ("carol", 302)])
def test_only_a_clinician_lowers_a_lane(who: str, status: int, desk: Desk, things: Scene) -> None:
    user = getattr(desk.universe, who)
    answer = desk.post(user, "desk:request-lane", things.urgent.pk, lane="routine", reason="Fever is down")
    things.urgent.refresh_from_db()
    assert answer.status_code == status
    assert things.urgent.lane == ("urgent" if status == 403 else "routine")
    if status == 403:
        assert answer["X-Refused"] == "LANE_LOWER"
        assert "Only a clinician may lower a lane." in answer.content.decode()


def test_somebody_who_is_shut_out_loses_the_session(desk: Desk) -> None:
    cast = desk.universe
    assert desk.get(cast.alice, "desk:today").status_code == 200
    cast.alice.is_active = False
    cast.alice.save()
    assert desk.get(cast.alice, "desk:today").status_code == 302


def test_somebody_without_a_site_sees_no_request_and_opens_none(desk: Desk) -> None:
    cast = desk.universe
    request = cast.ready(cast.ben)
    stray = staff.user("stray", Role.SCHEDULER)
    assert desk.get(stray, "desk:today").status_code == 200
    assert desk.get(stray, "desk:request", request.pk).status_code == 404
    answer = desk.post(stray, "desk:request-new")
    assert answer.status_code == 403
    assert "You have no site yet" in answer.content.decode()


def test_a_lane_that_was_raised_is_in_the_daybook_under_the_name_of_who_did_it(desk: Desk) -> None:
    cast = desk.universe
    request = cast.ready(cast.ben)
    words.add(request=request, text="He sounds faint", by=cast.alice, now=NOW)
    desk.post(cast.carol, "desk:request-lane", request.pk, lane="urgent", reason="He sounds faint")
    assert there(request.lane_changes.last()).changed_by == cast.carol


def test_a_refusal_names_the_role_and_not_the_rule(desk: Desk) -> None:
    answer = desk.get(desk.universe.erin, "desk:patients")
    text = re.sub(r"\s+", " ", answer.content.decode())
    assert "Your role (administrator) may not see patients." in text
    assert answer["X-Refused"] == "NOT_ALLOWED"
