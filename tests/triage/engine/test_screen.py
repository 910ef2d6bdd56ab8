"""What the engine promises whatever the protocol says."""

import string
import sys
from types import FrameType

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from frontdesk.triage.engine.lanes import RANK, Lane, highest
from frontdesk.triage.engine.protocol import Protocol, read_protocol
from frontdesk.triage.engine.screen import Context, Screening, screen
from frontdesk.triage.starter import read_starter
from tests.triage.engine.examples import EXAMPLES
from tests.triage.engine.more_examples import MORE
from tests.triage.engine.small import phrases_alone, small_content

STARTER = read_protocol(read_starter())
# The second reader weighs a whole message, so more words may lower its share; what the phrases say they cannot lower.
PHRASES = read_protocol(phrases_alone())
SMALL = read_protocol(small_content())
SAID = [text for text, _, _ in [*EXAMPLES, *MORE]]
_WORDS = sorted({word for text in SAID for word in text.replace(",", " ").replace(".", " ").split()})
word_salad = st.lists(st.sampled_from(_WORDS), max_size=25).map(" ".join)
utterances = st.one_of(st.sampled_from(SAID), word_salad)
_ACCENTS = str.maketrans("áéíóúñü", "aeiounu")


def small(text: str, context: Context = Context()) -> Screening:  # noqa: B008
    return screen(text, protocol=SMALL, context=context)


@given(text=utterances, more=utterances)
@settings(max_examples=150, deadline=None)
def test_more_words_never_lower_the_lane(text: str, more: str) -> None:
    assume(not text.casefold().endswith(("dr", "mr", "ms", "sr")))  # "Dr." ends no sentence
    alone = screen(text, protocol=PHRASES)
    both = screen(f"{text}. {more}", protocol=PHRASES)
    assert RANK[both.lane] >= RANK[alone.lane]


@given(text=utterances, more=utterances, gap=st.sampled_from(["\n\n", " ! ", "? ", "... "]))
@settings(max_examples=50, deadline=None)
def test_words_before_never_lower_the_lane_either(text: str, more: str, gap: str) -> None:
    assert (
        RANK[screen(f"{more}{gap}{text}", protocol=PHRASES).lane] >= RANK[screen(text, protocol=PHRASES).lane]
    )


@given(text=utterances, data=st.data())
@settings(max_examples=100, deadline=None)
def test_case_and_accents_make_no_difference(text: str, data: st.DataObject) -> None:
    changed = data.draw(
        st.sampled_from([text.upper(), text.title().replace("'S", "'s"), text.translate(_ACCENTS)])
    )
    before, after = screen(text, protocol=STARTER), screen(changed, protocol=STARTER)
    assert (after.lane, [m.rule for m in after.matches]) == (before.lane, [m.rule for m in before.matches])


@given(text=st.text(max_size=400))
@settings(max_examples=200, deadline=None)
def test_any_text_at_all_is_screened(text: str) -> None:
    assert screen(text, protocol=STARTER).lane in set(Lane)


@given(text=utterances, noise=st.text(max_size=20))
@settings(max_examples=150, deadline=None)
def test_the_words_shown_are_the_callers_own(text: str, noise: str) -> None:
    whole = f"{noise} {text} {noise}"
    for match in screen(whole, protocol=STARTER).matches:
        assert match.words == whole[match.start : match.end]
        assert match.words
        for reason in match.reasons:
            assert reason.words == whole[reason.start : reason.end]


@given(age=st.none() | st.integers(0, 120), days=st.none() | st.integers(0, 4000), pregnant=st.booleans())
@settings(max_examples=40, deadline=None)
def test_the_context_alone_raises_nothing(age: int | None, days: int | None, pregnant: bool) -> None:
    context = Context(
        age=age,
        pregnant=pregnant,
        days_since_procedure=days,
        flags=frozenset({"diabetes", "asthma", "discharged", "postpartum"}),
    )
    assert screen("when do you open?", protocol=STARTER, context=context).lane is Lane.ROUTINE


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t ",
        "\x00\x01\x1b[31m chest hurts\x7f",
        "\u202echest hurts\u202c",
        "ألم في الصدر",
        "🫀" * 500,
        "²³¼ Ⅷ ﬁ ǆ İ ı ſ",
        "'" * 50,
        "\ud800 broken",
        "9" * 400,
        "1.2.3.4.5 ..,,.. 7,7,7",
    ],
)
def test_odd_texts_are_read_without_a_word(text: str) -> None:
    screening = screen(text, protocol=STARTER)
    assert ("chest hurts" in text) == (screening.lane is Lane.EMERGENCY)


HOSTILE = [
    "chest " * 1_700,
    "no no no chest pain not " * 420,
    "a" * 10_000,
    "can't " * 1_600,
    "breathe breath breathing cant no puedo respirar " * 210,
    "worst pain belly stomach hurts severe sudden blood fever weak " * 160,
    "ago years had in 2015 history of stroke mom died " * 200,
    "." * 10_000,
    string.printable * 100,
]


def _steps(text: str) -> int:
    """Count the calls and resumptions that screening a text takes: the same on any machine."""
    count = 0

    def step(frame: FrameType, event: str, value: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(step)
    try:
        screen(text, protocol=STARTER)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:20])
def test_ten_thousand_characters_take_work_in_proportion(text: str) -> None:
    """Ten times the text may take about ten times the work, never a hundred times."""
    _steps(text[:1_000])  # so that what is made ready once is not counted
    assert _steps(text[:10_000]) < 15 * _steps(text[:1_000]) + 2_000


def test_letters_held_down_slips_and_spellings_are_forgiven() -> None:
    for text in (
        "my CHÉST huuurts",
        "chst hurts",
        "my chest — it hurts",
        "swellling",
        "sweling",
    ):
        assert small(text).matches, text
    assert not small("we need your spelling").matches
    assert not small("chess club hurts").matches


def test_a_misspelling_changes_the_words_shown_in_nothing() -> None:
    match = small("he has sweling!").rule
    assert match is not None
    assert match.words == "sweling"


def test_numbers_are_read_with_their_range() -> None:
    after = Context(days_since_procedure=3)
    assert small("temp is 38.6", after).lane is Lane.URGENT
    assert small("temp is 39,2", after).lane is Lane.URGENT
    assert small("temp was 36.8", after).lane is Lane.ROUTINE


def test_a_phrase_does_not_reach_over_the_end_of_a_sentence() -> None:
    assert not small("I like chess. Chest is fine. My knee hurts.").matches


def test_context_stands_for_words_that_were_not_said() -> None:
    assert small("fever", Context(days_since_procedure=14)).lane is Lane.URGENT
    assert small("fever", Context(days_since_procedure=15)).lane is Lane.ROUTINE
    assert small("fever since my surgery").lane is Lane.URGENT


def test_an_age_limit_stops_only_a_known_age() -> None:
    assert small("swelling", Context(age=11)).matches
    assert not small("swelling", Context(age=12)).matches
    assert small("swelling").matches


@pytest.mark.parametrize(
    "text",
    [
        "no chest pain",
        "No fever, chest pain or swelling.",
        "denies fever, swelling, chest pain",
        "without any chest pain",
        "I don't have chest pain",
        "I do not have any chest pain",
        "it isn't a stroke",
        "never had a stroke",
        "sin dolor en el pecho",
        "no me duele el pecho",
        "no tengo dolor de pecho",
        "niega dolor de pecho",
        "had a stroke in 2015",
        "a stroke five years ago",
        "history of stroke",
        "family history of stroke",
        "my mom died of a stroke",
        "the stroke support group",
    ],
)
def test_what_is_denied_or_long_ago_does_not_count(text: str) -> None:
    assert small(text).lane is Lane.ROUTINE


@pytest.mark.parametrize(
    "text",
    [
        "no fever but my chest hurts",
        "No, my chest hurts",
        "no fever, my chest hurts",
        "I have no idea why my chest hurts",
        "not just chest pain",
        "not sleeping, chest pain",
        "I'm not getting better and my chest hurts",
        "sin fiebre pero me duele el pecho",
        "no puedo dormir, me duele el pecho",
        "no puedo respirar",
        "I can't breathe",
        "I can not breathe",
        "had a stroke in 2015 and now my face is drooping",
        "had a stroke in 2015. Having another stroke.",
        "no fever. chest pain.",
        "my chest pain is gone now",
    ],
)
def test_what_is_not_denied_counts(text: str) -> None:
    assert small(text).lane is Lane.EMERGENCY


def test_what_has_passed_counts_for_an_emergency_only() -> None:
    assert small("the swelling is gone").lane is Lane.ROUTINE
    assert small("the stroke signs went away").lane is Lane.EMERGENCY


def test_highest() -> None:
    assert highest() is Lane.ROUTINE
    assert highest(Lane.ROUTINE, Lane.URGENT, Lane.OPERATIONAL) is Lane.URGENT
    assert [*sorted(Lane, key=RANK.__getitem__)] == [
        Lane.ROUTINE,
        Lane.OPERATIONAL,
        Lane.URGENT,
        Lane.EMERGENCY,
    ]


def test_two_protocols_in_use_do_not_disturb_each_other() -> None:
    content = small_content()
    content["rules"] = [rule for rule in content["rules"] if rule["code"] != "1.1"]
    other: Protocol = read_protocol(content)
    assert screen("chest hurts", protocol=other).lane is Lane.ROUTINE
    assert small("chest hurts").lane is Lane.EMERGENCY
