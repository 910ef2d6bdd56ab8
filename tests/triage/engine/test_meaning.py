"""How the words around a thing decide whether it is meant: each way of not meaning it, and what it must not hide."""

import pytest

from frontdesk.triage.engine.lanes import Lane
from frontdesk.triage.engine.protocol import read_protocol
from frontdesk.triage.engine.screen import screen
from tests.triage.engine.small import small_content

SMALL = read_protocol(small_content())

NOT_MEANT = {
    "denied, afterwards": [
        "chest pain no, fever no, all good",
        "chest pain: none.",
        "I am stroke free since the operation",
    ],
    "denied, between its words": [
        "my face is fine, no drooping",
        "the face is well and not drooping",
    ],
    "denied, as a list": [
        "none of these: stroke, chest pain, swelling",
        "negative for stroke and chest pain",
        "zero chest pain",
    ],
    "denied, in Spanish": [
        "no he tenido dolor de pecho",
        "no se me ha hinchado nada, no me duele el pecho",
        "nada de dolor de pecho",
        "no es dolor de pecho",
    ],
    "asked about and not affirmed": [
        "the form asks about chest pain, a stroke or swelling",
        "the nurse asked if I ever had chest pain",
        "the page that asks about a stroke will not open",
        "I answered no to fever, swelling, stroke and chest pain",
        "me preguntan si me duele el pecho y puse que no",
    ],
    "long ago": [
        "a stroke at nineteen, all well since",
        "he had a stroke back in 2011",
        "a stroke two summers ago",
        "stroke in high school, I only need the letter",
        "a prior stroke",
        "a stroke in the spring",
        "me dolía el pecho cuando era niño, un dolor de pecho a los 20",
    ],
    "somebody else's": [
        "my uncle died of a stroke",
        "my neighbor had a stroke last year",
        "my late husband, stroke, please close his file",
    ],
    "only imagined": [
        "if I ever have a stroke, who answers at night",
        "suppose my boss has a stroke, am I covered",
    ],
    "only named": [
        "stroke awareness picnic",
        "the stroke education class",
        "a class on stroke",
        "the handout about swelling",
        "a vaccine for stroke, is there one",
        "in my novel somebody has a stroke",
        "I teach stroke first aid",
        "our cat has a swelling, the vet says",
    ],
    "ruled out": [
        "the stroke was ruled out",
        "stroke workup, came back normal",
    ],
}
MEANT = [
    "no, chest pain",
    "chest pain, no fever",
    "chest pain no better",
    "my chest pain, no idea why",
    "not my usual, it is chest pain",
    "my face, no joke, is drooping",
    "no he podido dormir, me duele el pecho",
    "nada me quita el dolor de pecho",
    "no se me quita el dolor de pecho",
    "no está bien, le duele el pecho",
    "the form asks about chest pain and yes",
    "the form asks about chest pain but I have had it all day, my chest hurts",
    "I answered no but now there is chest pain",
    "he had a stroke in 2011 and now his face is drooping",
    "stroke last year and again today",
    "a stroke, worse than last year",
    "my dad is having a stroke",
    "my uncle died of a stroke and my chest hurts",
    "chest pain, if I ever call you please answer",
    "in class I had chest pain",
    "chest pain in the middle of training",
    "the stroke class can wait, my chest hurts",
    "a class for my chest pain",
    "the doctor said it was normal but my chest hurts",
]


@pytest.mark.parametrize(
    ("why", "text"), [(why, text) for why, texts in NOT_MEANT.items() for text in texts], ids=lambda x: x[:50]
)
def test_what_is_not_meant_raises_nothing(why: str, text: str) -> None:
    assert screen(text, protocol=SMALL).lane is Lane.ROUTINE, why


@pytest.mark.parametrize("text", MEANT)
def test_what_is_meant_is_not_hidden(text: str) -> None:
    assert screen(text, protocol=SMALL).lane is Lane.EMERGENCY


def test_words_of_not_meant_hide_only_the_thing_that_is_made_of_them() -> None:
    assert screen("the stroke support group", protocol=SMALL).lane is Lane.ROUTINE
    text = "after the stroke support group my chest hurts"
    assert screen(text, protocol=SMALL).lane is Lane.EMERGENCY
