from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.conf import settings

from frontdesk.outreach.mailbox import letter, letters


@pytest.fixture
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(settings, "MAILBOX_DIR", str(tmp_path))
    (tmp_path / "new").mkdir()
    return tmp_path / "new"


def _put(box: Path, name: str, subject: str, *, age: int, language: str = "") -> None:
    head = f"To: ana@mail.example\nSubject: {subject}\n" + (
        f"Content-Language: {language}\n" if language else ""
    )
    file = box / f"{name}.eml"
    file.write_text(f"{head}Content-Type: text/plain; charset=utf-8\n\nHola\n", encoding="utf-8")
    os.utime(file, (1_700_000_000 - age, 1_700_000_000 - age))


def test_the_newest_letter_comes_first(box: Path) -> None:
    _put(box, "one", "Old", age=60)
    _put(box, "two", "New", age=0, language="es")
    assert [(one.subject, one.language, one.body) for one in letters()] == [
        ("New", "es", "Hola\n"),
        ("Old", "en", "Hola\n"),
    ]
    assert len(letters(limit=1)) == 1


def test_a_letter_is_found_by_its_name(box: Path) -> None:
    _put(box, "one", "Old", age=60)
    found = letter("one")
    assert found is not None and found.to == "ana@mail.example"


@pytest.mark.parametrize("name", ["../one", "one.eml", "/etc/passwd", "", "\x00"])
def test_a_name_is_never_a_path(box: Path, name: str) -> None:
    _put(box, "one", "Old", age=60)
    (box.parent / "secret.txt").write_text("no letter")
    assert letter(name) is None


def test_no_mailbox_holds_no_letters(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(settings, "MAILBOX_DIR", "")
    assert letters() == []
    monkeypatch.setattr(settings, "MAILBOX_DIR", str(tmp_path / "not there"))
    assert letters() == []
