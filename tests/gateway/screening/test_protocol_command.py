"""`frontdesk protocol export` and `import`: protocols as files, for whoever keeps them elsewhere."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.management import call_command

from frontdesk.triage.models import Protocol
from frontdesk.triage.models.scope import Scope
from tests.factories import protocols as made
from tests.universe import Universe

pytestmark = pytest.mark.django_db


def run(*words: str) -> tuple[int, str, str]:
    """The exit code, what was written, and what was complained of."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("protocol", *words, stdout=out, stderr=err)
    except SystemExit as ended:
        return int(ended.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def test_a_protocol_goes_out_and_comes_in_as_a_draft(universe: Universe, tmp_path: Path) -> None:
    made.scoped(universe, Scope(age_under=18, hours="closed"), name="Children", code="C1")
    code, text, _ = run("export", "Children")
    assert code == 0 and '[scope]\nage_under = 18\nhours = "closed"' in text
    file = tmp_path / "children.toml"
    file.write_text(text)
    code, told, _ = run("import", str(file))
    assert (code, "A draft was made: Children, version 2." in told) == (0, True)
    draft = Protocol.objects.get(name="Children", version=2)
    assert (draft.approved_at, draft.drafted_by, draft.handed_in_at) == (None, None, None)
    assert Scope.of(draft) == Scope(age_under=18, hours="closed")


def test_one_version_is_named_by_its_number(universe: Universe) -> None:
    draft = made.in_writing(universe)
    assert "S1" not in run("export", "Small protocol")[1]
    assert "S1" in run("export", "Small protocol", "--version", str(draft.version))[1]


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("export", "None"), 2, "This clinic has no protocol named “None”."),
        (("export", "Small protocol", "--version", "9"), 2, "no version 9"),
        (("import", "/nowhere"), 2, "/nowhere cannot be read"),
    ],
)
def test_what_cannot_be_done_is_said(
    words: tuple[str, ...], code: int, sentence: str, universe: Universe
) -> None:
    found = run(*words)
    assert (found[0], sentence in found[2]) == (code, True)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\xff\xfe", "This file is not text"),
        (b"name = ", "The file is not written as TOML: invalid value (at end of document)."),
        (b'name = "x"\n[[rules]]\ncode = "1"', "Rule 1 needs “title”, as text."),
    ],
)
def test_a_file_that_is_no_protocol_is_told_what_and_where(
    content: bytes, sentence: str, universe: Universe, tmp_path: Path
) -> None:
    file = tmp_path / "p.toml"
    file.write_bytes(content)
    code, _, told = run("import", str(file))
    assert (code, sentence in told) == (1, True), told
    assert Protocol.objects.count() == 1
