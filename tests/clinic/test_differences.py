"""What a draft changes, in words."""

from __future__ import annotations

from frontdesk.clinic.engine.differences import Difference, differences
from tests.factories.settings import guide_content

WORDS = {
    "modality": {"video": "Video", "in_person": "In person"},
    "converts_to": {"phone": "Phone"},
    "visit_type": {"same-day": "Same-day visit"},
    "provider": {"7": "Dr. Carol Calden"},
    "kind": {"provider": "Provider", "room": "Room"},
    "room_type": {"exam": "Exam room"},
}


def test_only_what_is_different_is_told() -> None:
    was = {"name": "Follow-up", "minutes": 20, "modality": "in_person", "same_day": False, "prep_text": ""}
    proposal = {**was, "minutes": 30, "modality": "video", "same_day": True, "prep_text": "Nothing to eat."}
    assert differences("visit_type", was, proposal, words=WORDS) == [
        Difference("Length", "20 min", "30 min"),
        Difference("Modality", "In person", "Video"),
        Difference("For urgent, same-day care", "No", "Yes"),
        Difference("Preparation", "Nothing", "Nothing to eat."),
    ]
    assert not differences("visit_type", was, dict(was), words=WORDS)


def test_lists_are_read_as_words() -> None:
    segment = {"kind": "room", "leads": False, "specialty": "", "room_type": "exam", "equipment_type": "", "offset": 5,
               "minutes": 20}  # fmt: skip
    lead = {**segment, "kind": "provider", "leads": True, "room_type": "", "offset": 0}
    scan = {**segment, "equipment_type": "ultrasound", "room_type": ""}
    proposal = {"segments": [lead, segment, scan], "lengths": [{"provider": 7, "minutes": 40}],
                "code_hints": [["CPT", "99213", "Follow-up"]], "converts_to": ["phone"],
                "visit_types": ["same-day", "gone"]}  # fmt: skip
    told = {one.label: one.becomes for one in differences("visit_type", {}, proposal, words=WORDS)}
    assert told == {
        "Segments": "0–20 min: Provider, whom the patient comes to see; 5–25 min: Room, Exam room; "
        "5–25 min: Room, ultrasound",
        "Length by provider": "Dr. Carol Calden 40 min",
        "Codes": "CPT 99213 Follow-up",
        "May become": "Phone",
        "Kept for": "Same-day visit; gone",
    }


def test_a_new_thing_is_told_without_what_it_leaves_empty() -> None:
    lines = differences("slot_class", {}, {"name": "Video", "release_at": "", "active": True}, words={})
    assert lines == [Difference("Name", "Nothing", "Video"), Difference("In use", "Nothing", "Yes")]


def test_the_grid_names_the_visit_type() -> None:
    was = {"same-day": {"moves": "freely"}}
    lines = differences("grid", was, {"same-day": {"moves": "never"}}, words=WORDS)
    assert lines == [Difference("Moves", "freely", "never", "Same-day visit")]


def test_a_rule_that_is_put_in_does_not_make_the_others_look_changed() -> None:
    before, after = guide_content(), guide_content()
    after["rules"].insert(1, {"needs": {"touch": ["yes", "no"]}, "visit_type": "", "because": "Ask."})
    after["questions"][0]["words"] = "Is it new?"
    lines = differences("guide", {"content": before}, {"content": after}, words=WORDS)
    assert [one.label for one in lines] == ["Question 1", "Rule 2"]
    assert (lines[1].was, lines[1].becomes) == (
        "Nothing",
        "Must somebody examine you? Yes or No → ask a clinician. Ask.",
    )
    gone = differences("guide", {"content": after}, {"content": before}, words=WORDS)
    assert (gone[1].label, gone[1].becomes) == ("Rule 2", "Nothing")


def test_another_order_of_the_questions_is_a_difference() -> None:
    before, after = guide_content(), guide_content()
    after["questions"].reverse()
    (line,) = differences("guide", {"content": before}, {"content": after}, words=WORDS)
    asked = ["Is it new, or worse since yesterday?", "Must somebody examine you?"]
    assert (line.label, line.was, line.becomes) == (
        "Order of the questions",
        "; ".join(asked),
        "; ".join(asked[::-1]),
    )
