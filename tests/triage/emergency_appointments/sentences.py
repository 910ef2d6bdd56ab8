"""What the lines under `then` mean: the script, the handoff and the record of a request."""

from __future__ import annotations

import pytest
from django.db import Error, transaction
from django.urls import reverse

from frontdesk.triage.documentation import DAYS, LABELS, STAMPS
from frontdesk.triage.models import Direction, StepDone, ToldHow, Utterance
from frontdesk.triage.models.in_force import in_force
from frontdesk.triage.rules import red_flags, script_of
from tests.triage.emergency_appointments.forms import NotOffered, Page
from tests.triage.emergency_appointments.story import Story, sentence

KEYS = {words: key for key, words in LABELS.items()}
OPENS = (Direction.SAME_DAY.label, Direction.WITHIN_DAYS.label)


@sentence(r"Every step of the script is done, and has its time")
def follow_the_script(story: Story) -> None:
    action = story.url("request-step")
    while (form := next(story.page().forms_to(action), None)) is not None:
        typed = {"answer": "As they said it"} if "answer" in form.controls else {}
        assert story.browser(story.universe.alice).post(action, form.filled(**typed)).status_code == 302
    request = story.request
    script = script_of(request, in_force(now=story.moment, request=request))
    done = list(StepDone.objects.filter(request=request, script_key=request.script_key).order_by("pk"))
    assert script is not None and [one.step_key for one in done] == [step.key for step in script.steps]
    assert all(one.done_at == story.moment for one in done)


@sentence(r"(\w+) accepts")
def accept(story: Story, who: str) -> None:
    for handoff in story.request.handoffs.filter(accepted_at=None):
        action = reverse("desk:handoff-accept", args=[handoff.pk])
        forms = story.page(who).forms_to(action)
        form = next((one for one in forms if "other" not in one.controls), None)
        assert form is not None, f"{who} finds no button that accepts"
        story.browser(story.person(who)).post(action, form.filled())
        handoff.refresh_from_db()
        assert handoff.accepted_by == story.person(who)
        assert handoff.accepted_at == story.moment


@sentence(r"“(.+)” takes over, and Alice writes it down")
def taken_over(story: Story, whom: str) -> None:
    handoff = story.handoff
    story.send("Alice", story.page(), reverse("desk:handoff-accept", args=[handoff.pk]), other=whom)
    handoff.refresh_from_db()
    assert (handoff.accepted_by_other, handoff.accepted_at) == (whom, story.moment)


@sentence(r"(\w+) directs: (.+)")
def direct(story: Story, who: str, what: str) -> None:
    handoff = story.handoff
    story.send(
        who, story.page(who), reverse("desk:handoff-direct", args=[handoff.pk]), **_direction(story, what)
    )
    handoff.refresh_from_db()
    assert handoff.get_direction_display() == what.split("; ", maxsplit=1)[0], _notices(story, who)


@sentence(r"(\w+) is refused who directs: (.+)")
def may_not_direct(story: Story, who: str, what: str) -> None:
    """Neither does the form offer it, nor is it taken when it is sent all the same."""
    handoff, typed = story.handoff, _direction(story, what)
    action = reverse("desk:handoff-direct", args=[handoff.pk])
    if not handoff.accepted_at or who == "Alice":
        assert not list(story.page(who).forms_to(action))
    else:
        with pytest.raises(NotOffered):
            story.page(who).form(action, holds="direction").filled(**typed)
    codes = {words: value for value, words in Direction.choices}
    story.forge(who, action, **{**typed, "direction": codes[typed["direction"]], "visit_type": "follow-up"})
    handoff.refresh_from_db()
    assert handoff.direction == ""


def _direction(story: Story, what: str) -> dict[str, str]:
    """“Book a visit today; visit type Same-day visit; in time kept for Same-day urgent; by Video; by the date”."""
    first, *parts = what.split("; ")
    typed = {"direction": first}
    for part in parts:
        name, words = _part(part)
        typed[name] = story.day(words) if name == "visit_by" else words
    return typed


def _part(part: str) -> tuple[str, str]:
    for begins, name in (
        ("in time kept for ", "slot_class"), ("by ", "modality"), ("on or before ", "visit_by"), ("note ", "note"),
    ):  # fmt: skip
        if part.startswith(begins):
            return name, part.removeprefix(begins)
    return "visit_type", f"Primary care: {part}"


@sentence(r"“(.+)” is written down: (.+)")
def write_down(story: Story, label: str, words: str) -> None:
    key = KEYS[label]
    story.type_in("Alice", **{f"answer_{key}": words})
    assert story.request.answers[key] == words


@sentence(r"Everything else that is asked for is written down")
def write_the_rest(story: Story) -> None:
    """Other rules that the words met ask too; which they are is the protocol's affair, not this row's."""
    page = story.page()
    for form in page.forms_to(story.url("request-field")):
        for name, control in form.controls.items():
            key = name.removeprefix("answer_")
            if key != name and not control.value and f"Missing: {LABELS[key]}" in page.text:
                story.type_in("Alice", **{name: "03/02/2026" if key in DAYS | STAMPS else "not known"})


@sentence(r"“(.+)” is asked for, and may stay empty")
def optional(story: Story, label: str) -> None:
    page = story.page()
    assert page.form(story.url("request-field"), holds=f"answer_{KEYS[label]}")
    assert f"Missing: {label}" not in page.text


@sentence(r"The caller is told “(.+)” \((.+)\)")
def tell_the_caller(story: Story, words: str, how: str) -> None:
    story.type_in("Alice", told=words, told_how=how)
    assert story.request.told_how == next(value for value, label in ToldHow.choices if label == how)


@sentence(r"It cannot be closed yet; “(.+)” (?:is|are) still missing")
def not_closed(story: Story, items: str) -> None:
    answer = story.send(
        "Alice", story.page(), story.url("request-close"), outcome="Answered, nothing to book"
    )
    assert answer.status_code == 409
    assert story.request.is_open
    text = Page(answer.content.decode()).text
    for item in items.split("”, “"):
        assert f"Missing: {item}" in text, item


@sentence(r"The words are kept exactly as said; they can be added to and not changed")
def words_are_locked(story: Story) -> None:
    said = story.row.english if story.language == "English" else story.row.spanish
    kept = Utterance.objects.get(request=story.request)
    assert kept.text == said
    with pytest.raises(Error), transaction.atomic():
        Utterance.objects.filter(pk=kept.pk).update(text="Something milder")
    story.send("Alice", story.page(), story.url("request-words"), words="He is at home")
    assert list(story.request.utterances.values_list("text", flat=True)) == [said, "He is at home"]


@sentence(r"The words that met a rule are marked: (.+)")
def marked(story: Story, words: str) -> None:
    flags = " | ".join(red_flags(story.request)).lower()
    for one in words.split(", "):
        assert one.lower() in flags, f"{one} is not among {flags}"


@sentence(r"The caller adds “(.+)”")
def add_words(story: Story, words: str) -> None:
    story.send("Alice", story.page(), story.url("request-words"), words=words)
    assert story.request.utterances.filter(text=words).exists()


@sentence(r"The lane is now (\w+)")
def lane_is(story: Story, lane: str) -> None:
    assert story.request.lane == lane


@sentence(r"Alice cannot lower the lane, by the page or past it")
def cannot_lower(story: Story) -> None:
    before = story.request.lane
    with pytest.raises(NotOffered):
        story.page().form(story.url("request-lane")).filled(lane="Lower to routine")
    answer = story.forge("Alice", story.url("request-lane"), lane="routine", reason="They sound fine")
    assert (answer.status_code, answer["X-Refused"]) == (403, "LANE_LOWER")
    assert story.request.lane == before


@sentence(r"Nobody accepts, and after (\d+) minutes (.+) (?:is|are) asked")
def nobody_accepts(story: Story, minutes: str, whom: str) -> None:
    """The clock runs out, and the job that watches it passes the handoff on."""
    from frontdesk.triage.actions import escalation

    handoff = story.handoff
    story.later(minutes=int(minutes))
    escalation.sweep(now=story.moment)
    step = handoff.steps.get(ended_at=None)
    assert step.words.startswith(whom), step.words
    assert whom.split(":", maxsplit=1)[0] in story.page().text


@sentence(r"What came of it is written down: (.+)")
def outcome_of_handoff(story: Story, words: str) -> None:
    handoff = story.handoff
    story.send("Alice", story.page(), reverse("desk:handoff-outcome", args=[handoff.pk]), outcome=words)
    handoff.refresh_from_db()
    assert (handoff.outcome, handoff.outcome_at) == (words, story.moment)


def _notices(story: Story, who: str) -> str:
    return story.page(who).text[:1500]


@sentence(r"(\w+) is refused the last day (.+)")
def day_is_too_late(story: Story, who: str, day: str) -> None:
    """For a visit within some days; the rule counts its days from the day that the caller named."""
    handoff = story.handoff
    action = reverse("desk:handoff-direct", args=[handoff.pk])
    kind = story.universe.follow_up.specialty.visit_types.get(code="after-discharge").name
    typed = {"direction": Direction.WITHIN_DAYS.label, "visit_type": f"Primary care: {kind}"}
    story.send(who, story.page(who), action, **typed, visit_by=story.day(day))
    handoff.refresh_from_db()
    assert handoff.direction == ""
    assert "By its rule the visit is due by" in story.page(who).text
