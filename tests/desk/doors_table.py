"""Who may open which door of the desk: the one table."""

from __future__ import annotations

from tests.desk import settings_scene as settings
from tests.desk import system_scene as systems
from tests.desk import time_scene as times
from tests.desk import watch_scene as watch
from tests.desk import work_scene as work
from tests.desk.doors import (
    ALL_STAFF,
    CHANGES,
    ELSEWHERE,
    EVERYBODY,
    HERE,
    SET,
    TAKE,
    Door,
    absence,
    card,
    conflict,
    demir,
    draft,
    follow_up,
    free_task,
    group,
    held,
    main_street,
    move_to,
    primary,
    routine,
    subscription,
    system,
    tardy,
    task,
    urgent,
    version,
    visit,
    waiting,
    waiver,
    writing,
)
from tests.desk.doors_of_protocols import protocol_doors

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
