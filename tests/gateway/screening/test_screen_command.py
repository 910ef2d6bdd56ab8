"""`frontdesk screen`: other programs hand in messages and read lanes."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from frontdesk.gateway.screening.messages import BadMessage, context_of
from frontdesk.triage.engine.shapes import Context
from tests.factories.protocol import no_protocol_holds
from tests.universe import Universe

CRUSHED = {"id": "a", "text": "My chest hurts and I'm sweating through my shirt", "lang": "en", "age": 58}


def _screen(
    monkeypatch: pytest.MonkeyPatch, *lines: object, protocol: str = "starter"
) -> tuple[int, list[Any]]:
    """The exit code and what was answered; a line that is text is sent as it stands."""
    sent = "\n".join(one if isinstance(one, str) else json.dumps(one) for one in lines)
    return _send(monkeypatch, sent.encode(), protocol)


def _send(monkeypatch: pytest.MonkeyPatch, sent: bytes, protocol: str) -> tuple[int, list[Any]]:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(sent)))
    out = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("screen", protocol=protocol, stdout=out)
    return int(ended.value.code or 0), [json.loads(line) for line in out.getvalue().splitlines()]


def test_each_message_is_answered_with_its_lane_and_the_callers_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    code, (first, second) = _screen(monkeypatch, CRUSHED, "", {"id": 7, "text": "Can I pay my bill online?"})
    assert code == 0
    assert (first["id"], first["lane"], first["scenario"]) == ("a", "emergency", "EA-01")
    assert all(CRUSHED["text"][one["start"] : one["end"]] == one["words"] for one in first["reasons"])  # type: ignore[index]
    assert 0.9 <= first["confidence"] <= 1
    assert (second["id"], second["lane"], second["reasons"]) == (7, "routine", [])


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("{", "This line is not JSON."),
        ("[1]", "This line is not a JSON object."),
        ({"id": "x"}, "“text” must be there, and be text."),
        ({"id": "x", "text": 5}, "“text” must be there, and be text."),
        ({"id": "x", "text": "hi", "age": "old"}, "“age” must be a number that is not negative."),
        ({"id": "x", "text": "hi", "context": []}, ""),
        ({"id": "x", "text": "hi", "context": [1]}, "“context” must be an object."),
        ({"id": "x", "text": "hi", "context": {"conditions": [1]}}, "“conditions” must be a list of texts."),
    ],
)
def test_a_line_that_cannot_be_read_is_answered_too(
    line: object, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, (wrong, good) = _screen(monkeypatch, line, CRUSHED)
    assert wrong.get("error", "") == sentence
    assert good["lane"] == "emergency"
    assert code == (1 if sentence else 0)


def test_bytes_that_are_no_text_are_screened_with_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    sent = b'{"id": 1, "text": "chest pain \xff\xfe now"}'
    code, (found,) = _send(monkeypatch, sent, "starter")
    assert (code, found["lane"]) == (0, "emergency")


@pytest.mark.django_db
def test_without_a_name_it_is_the_protocol_in_force(
    universe: Universe, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    universe.use_starter()
    _, (found,) = _screen(monkeypatch, CRUSHED, protocol="")
    assert found["lane"] == "emergency"
    code, answers = _screen(monkeypatch, CRUSHED, protocol="Nobody’s")
    assert (code, answers) == (2, [])
    assert "no protocol named “Nobody’s”" in capsys.readouterr().err


@pytest.mark.django_db
def test_without_a_protocol_in_force_it_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    no_protocol_holds()
    assert _screen(monkeypatch, CRUSHED, protocol="") == (2, [])
    assert "No protocol is in force. Name one" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("message", "context"),
    [
        ({}, Context()),
        ({"age": 30.0, "context": None}, Context(age=30)),
        ({"context": {"age_months": 2}}, Context(age=0, flags=frozenset({"under 3 months"}))),
        ({"age": 3, "context": {"age_months": 40}}, Context(age=3)),
        (
            {"context": {"pregnant_weeks": 30, "conditions": ["asthma"], "medications": "warfarin"}},
            Context(pregnant=True, flags=frozenset({"asthma", "warfarin"})),
        ),
        (
            {"context": {"post_op_days": 4, "discharge_days": 0, "postpartum_days": 9, "source": "staff"}},
            Context(days_since_procedure=4, flags=frozenset({"discharged", "postpartum"})),
        ),
    ],
)
def test_what_is_on_record_is_taken_along(message: dict[str, object], context: Context) -> None:
    assert context_of(message) == context


@pytest.mark.parametrize("age", [True, -1, float("nan"), 1e300])
def test_an_age_that_is_none_is_refused(age: object) -> None:
    with pytest.raises(BadMessage, match="“age” must be a number"):
        context_of({"age": age})


def test_a_report_counts_by_lane_and_language_and_names_the_misses(tmp_path: Path) -> None:
    rows = [
        {"id": "e1", "text": "crushing chest pain", "lang": "en", "lane": "emergency", "kind": "plain"},
        {"id": "e2", "text": "hello", "lang": "en", "lane": "emergency", "kind": "plain"},
        {
            "id": "r1",
            "text": "me duele mucho el pecho y estoy sudando",
            "lang": "es",
            "lane": "routine",
            "hard_negative": True,
        },
    ]
    file = tmp_path / "labelled.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)))
    out = io.StringIO()
    call_command("screening_report", str(file), misses=True, stdout=out)
    said = out.getvalue()
    assert "| all | 50.0 % of 2 | 50.0 % of 2 |  |  | 100.0 % of 1 |  |" in said
    assert "| e2 | emergency | routine |" in said
    assert "| r1 | routine | emergency |" in said
    assert "3 messages" in said


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(None, "cannot be read"), ("{", "cannot be used"), ('{"id": 1}', "it needs id, text, lang and lane")],
)
def test_a_report_of_a_file_that_is_none(
    content: str | None, sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "labelled.jsonl"
    if content is not None:
        file.write_text(content)
    with pytest.raises(SystemExit) as ended:
        call_command("screening_report", str(file))
    assert ended.value.code == 2
    assert sentence in capsys.readouterr().err
