"""Whatever we send says what to do when it is urgent: an e-mail is not how to reach a clinician."""

from __future__ import annotations

import pytest

from frontdesk.outreach.library import read_library

WORDS = {
    "en": (
        "We do not read replies to this e-mail.",
        "need help now, call {phone}",
        "In an emergency, call 911.",
    ),
    "es": (
        "No leemos las respuestas a este correo.",
        "necesita ayuda ahora, llame al {phone}",
        "llame al 911.",
    ),
}


@pytest.mark.parametrize("text", read_library(), ids=lambda one: f"{one['key']} {one['language']}")
def test_every_text_states_the_rule_for_what_is_urgent(text: dict[str, str]) -> None:
    assert [words for words in WORDS[text["language"]] if words not in text["body"]] == []
