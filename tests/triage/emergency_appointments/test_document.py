"""The document says what the table says."""

from __future__ import annotations

from tests.triage.emergency_appointments.document import DOCUMENT, text


def test_the_document_is_made_from_the_table_as_it_stands() -> None:
    made = "run: python -m tests.triage.emergency_appointments.document"
    assert DOCUMENT.read_text(encoding="utf-8") == text(), made
