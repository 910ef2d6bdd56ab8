from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.outreach.engine.render import ALLOWED, BadTemplate, check_template, fill, say_day, say_time
from frontdesk.outreach.library import read_library

VALUES = {name: f"<{name}>" for name in ALLOWED}


def test_names_are_filled_in() -> None:
    assert fill("Hello {given_name}, {day} at {time}.", VALUES) == "Hello <given_name>, <day> at <time>."


@pytest.mark.parametrize(
    "text",
    [
        "Dear {diagnosis}",
        "{provider}",
        "{specialty} visit",
        "{}",
        "{given_name.__class__}",
        "{given_name!r}",
        "{0}",
        "{{given_name}}",
        "{given_name",
        "given_name}",
        "{ given_name }",
    ],
)
def test_another_name_or_a_loose_brace_is_refused(text: str) -> None:
    with pytest.raises(BadTemplate):
        check_template(text)
    with pytest.raises(BadTemplate):
        fill(text, {**VALUES, "diagnosis": "measles", "provider": "x", "specialty": "x", "": "x"})


@given(st.dictionaries(st.sampled_from(sorted(ALLOWED)), st.text(), min_size=len(ALLOWED)))
def test_a_value_is_put_in_as_it_is_and_never_read_again(values: dict[str, str]) -> None:
    assert fill("{given_name}|{clinic}", values) == f"{values['given_name']}|{values['clinic']}"


def test_a_value_with_braces_stays_a_value() -> None:
    assert (
        fill("Hello {given_name}", {**VALUES, "given_name": "{phone}{diagnosis"}) == "Hello {phone}{diagnosis"
    )


@given(st.text(st.sampled_from("{}abcday_ "), max_size=20))
def test_a_template_is_either_refused_or_leaves_no_name_unfilled(text: str) -> None:
    try:
        check_template(text)
    except BadTemplate:
        return
    assert "{" not in fill(text, VALUES) and "}" not in fill(text, VALUES)


@pytest.mark.parametrize("message", read_library(), ids=lambda one: f"{one['key']}-{one['language']}")
def test_every_message_that_ships_may_be_sent_and_names_no_care(message: dict[str, str]) -> None:
    for part in (message["subject"], message["body"]):
        check_template(part)
    said = (message["subject"] + message["body"]).casefold()
    for word in (
        "doctor",
        "provider",
        "diagnos",
        "specialt",
        "treatment",
        "visit type",
        "médic",
        "tratamiento",
    ):
        assert word not in said
    assert len(fill(message["subject"], VALUES)) <= 200


@pytest.mark.parametrize(
    ("moment", "english", "spanish"),
    [
        ("2026-03-03 09:40", "Tuesday, March 3, 2026, 9:40 AM", "martes 3 de marzo de 2026, 9:40 a. m."),
        (
            "2026-11-01 00:05",
            "Sunday, November 1, 2026, 12:05 AM",
            "domingo 1 de noviembre de 2026, 12:05 a. m.",
        ),
        (
            "2026-03-04 12:00",
            "Wednesday, March 4, 2026, 12:00 PM",
            "miércoles 4 de marzo de 2026, 12:00 p. m.",
        ),
        (
            "2026-03-04 23:59",
            "Wednesday, March 4, 2026, 11:59 PM",
            "miércoles 4 de marzo de 2026, 11:59 p. m.",
        ),
    ],
)
def test_days_and_times_are_said_in_words(moment: str, english: str, spanish: str) -> None:
    local = datetime.fromisoformat(moment)
    for language, said in (("en", english), ("es", spanish)):
        assert f"{say_day(local, language)}, {say_time(local, language)}" == said
