"""A scoped protocol is read where its scope fits, and only ever adds."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.clinic.models import SiteHours, Specialty
from frontdesk.kit.errors import BadValue
from frontdesk.triage.actions import protocol_approval, protocols, words
from frontdesk.triage.engine.lanes import RANK
from frontdesk.triage.engine.protocol import read_protocol
from frontdesk.triage.engine.screen import Context
from frontdesk.triage.engine.together import screen_together
from frontdesk.triage.models import Request
from frontdesk.triage.models.in_force import in_force
from frontdesk.triage.models.scope import Scope
from tests.factories import protocols as made
from tests.factories.protocol import CHECK_UP, CHEST_PAIN, FEVER, SMALL, VOMITING, no_protocol_holds
from tests.factories.there import there
from tests.universe import NOW, Universe, at

pytestmark = pytest.mark.django_db


def heard(cast: Universe, text: str = made.RASH, **more: Any) -> Request:
    request = words.add(request=cast.ready(**more), text=text, by=cast.alice, now=NOW)
    request.refresh_from_db()
    return request


def lanes(cast: Universe, scope: Scope) -> dict[str, str]:
    """The lane of a rash, for Ben (73) and for Nico (6)."""
    made.scoped(cast, scope)
    nico = cast.newcomer("Nico", "Okafor", born=date(2019, 5, 1))
    return {who.given: heard(cast, patient=who).lane for who in (cast.ben, nico)}


def test_by_age(universe: Universe) -> None:
    assert lanes(universe, Scope(age_under=18)) == {"Benjamin": "routine", "Nico": "urgent"}


def test_an_unknown_age_fits(universe: Universe) -> None:
    made.scoped(universe, Scope(age_under=18))
    request = words.add(request=universe.request(), text=made.RASH, by=universe.alice, now=NOW)
    request.refresh_from_db()
    assert request.lane == "urgent"


def test_by_site(universe: Universe) -> None:
    made.scoped(universe, Scope(site=universe.harbor))
    assert heard(universe).lane == "routine"
    made.scoped(universe, Scope(site=universe.main), name="Rashes at Main", code="S2")
    assert heard(universe, patient=universe.dora).lane == "urgent"


@pytest.mark.parametrize(("hours", "lane"), [("open", "urgent"), ("closed", "routine")])
def test_by_hours(hours: str, lane: str, universe: Universe) -> None:
    SiteHours.objects.create(site=universe.main, weekday=NOW.weekday(), opens=time(8), closes=time(17))
    made.scoped(universe, Scope(hours=hours))
    assert heard(universe).lane == lane


def test_by_specialty_as_the_request_says(universe: Universe) -> None:
    skin = Specialty.objects.get(code="skin")
    made.scoped(universe, Scope(specialty=skin))
    request = universe.ready()
    Request.objects.filter(pk=request.pk).update(specialty=skin)
    assert there(in_force(now=NOW, request=request)).scoped == ()
    request.refresh_from_db()
    assert len(there(in_force(now=NOW, request=request)).scoped) == 1


def test_by_specialty_because_of_a_visit_near(universe: Universe) -> None:
    cast = universe
    made.scoped(cast, Scope(specialty=Specialty.objects.get(code="skin")))
    assert heard(cast, patient=cast.ben).lane == "routine"
    asked = cast.ready(cast.dora)
    visit = cast.book(
        at(14), request=asked, wanted=cast.wanted(at(14), provider=cast.dr_lena, visit_type=cast.skin_check)
    )
    assert heard(cast, patient=cast.dora).lane == "urgent"
    far = in_force(now=visit.start + timedelta(days=61), request=asked)
    assert far is not None and far.scoped == ()


def test_by_specialty_because_the_site_offers_nothing_else(universe: Universe) -> None:
    cast = universe
    made.scoped(cast, Scope(specialty=Specialty.objects.get(code="skin")))
    request = cast.ready()
    request.site = cast.harbor
    assert len(there(in_force(now=NOW, request=request)).scoped) == 1


def test_the_record_says_which_were_read_and_whose_rule_it_was(universe: Universe) -> None:
    rashes = made.scoped(universe, Scope(age_from=18))
    request = heard(universe, text=f"{FEVER}. {made.RASH}")
    screening = request.screenings.get(lane="urgent")
    assert (screening.protocol, screening.read_beside) == (universe.protocol, [rashes.pk])
    assert [(one["rule"], one["protocol"]) for one in screening.matches] == [
        ("U1", "Small protocol, version 1"),
        ("S1", "Rashes, version 1"),
    ]


def test_one_whose_rule_was_met_stays_with_the_request(universe: Universe) -> None:
    cast = universe
    SiteHours.objects.create(site=cast.main, weekday=NOW.weekday(), opens=time(8), closes=time(17))
    made.scoped(cast, Scope(hours="open"), documentation=["onset"])
    request = heard(cast)
    later = in_force(now=at(20), request=request)
    assert later is not None and later.rule(request.rule_code) is not None
    other = in_force(now=at(20), request=cast.ready(cast.dora))
    assert other is not None and other.scoped == ()


def test_its_own_script_and_tree_are_used_for_its_rules(universe: Universe) -> None:
    cast = universe
    step = {"key": "look", "kind": "ask", "say_en": "Where is the rash?", "say_es": "¿Dónde?"}
    tree = {
        "title": "Skin",
        "queue": "nurse",
        "last_resort": "urgent",
        "steps": [{"duty": "nurse", "minutes": 9}],
    }
    draft = made.scoped_draft(cast, Scope(age_from=18))

    def change(content: dict[str, Any]) -> dict[str, Any]:
        content["scripts"]["urgent"] = {"title": "Rash", "steps": [step]}
        return {**content, "trees": {"nurse": tree}}

    made.changed(draft, change, by=cast.dan)
    draft = protocols.hand_in(draft=draft, because="x", by=cast.dan, now=NOW)
    protocol_approval.approve(draft=draft, in_force_from=None, by=cast.carol, now=NOW)
    found = in_force(now=NOW, request=cast.ready())
    assert found is not None
    assert there(found.script("urgent", "S1")).title == "Rash"
    assert there(found.script("urgent", "U1")).title == "Urgent"
    assert there(found.tree("nurse")).title == "Skin"
    assert found.tree("provider_team") is None
    assert there(found.kind("symptom")).lane == "routine"


def test_alone_it_opens_nothing(universe: Universe) -> None:
    made.scoped(universe, Scope(age_from=18))
    no_protocol_holds()
    later = NOW + timedelta(minutes=1)
    assert in_force(now=later, request=universe.request()) is None


def test_a_newer_version_takes_its_place_and_the_end_ends_them_all(universe: Universe) -> None:
    cast = universe
    first = made.scoped(cast, Scope(age_from=18))
    second = made.changed(
        protocols.begin(version=first, by=cast.dan, now=NOW),
        lambda content: made.with_rash(content, title="Rash, any"),
        by=cast.dan,
    )
    second = protocols.hand_in(draft=second, because="x", by=cast.dan, now=NOW)
    protocol_approval.approve(draft=second, in_force_from=NOW + timedelta(hours=1), by=cast.carol, now=NOW)
    request, soon = cast.ready(), NOW + timedelta(hours=2)
    assert there(there(in_force(now=NOW, request=request)).rule("S1")).title == "Rash"
    assert there(there(in_force(now=soon, request=request)).rule("S1")).title == "Rash, any"
    protocol_approval.end(protocol=second, because="No need", by=cast.carol, now=soon)
    after = soon + timedelta(days=3)
    assert there(in_force(now=after, request=request)).scoped == ()
    assert len(there(in_force(now=soon - timedelta(minutes=1), request=request)).scoped) == 1


def test_a_code_is_used_once_among_those_that_are_read(universe: Universe) -> None:
    with pytest.raises(BadValue, match="Rule E1 stands in “Small protocol, version 1” too"):
        made.scoped(universe, Scope(age_from=18), code="E1")
    made.scoped(universe, Scope(age_from=18), name="Other")
    general = made.in_writing(universe)
    with pytest.raises(BadValue, match="Rule S1 stands in “Other, version 1” too"):
        protocols.hand_in(draft=general, because="x", by=universe.dan, now=NOW)


CONCEPTS = ("chest", "fever", "vomiting", "rash")
RULES = st.lists(
    st.tuples(
        st.sampled_from(["emergency", "urgent", "operational", "routine"]),
        st.lists(st.sampled_from(CONCEPTS), min_size=1, max_size=2, unique=True),
        st.sampled_from([{}, {"age_under": 18}, {"pregnant": True}]),
    ),
    max_size=4,
)
SAID = st.lists(st.sampled_from([CHEST_PAIN, FEVER, VOMITING, CHECK_UP, made.RASH, "No fever"]), max_size=3)
CONTEXTS = st.builds(
    Context,
    age=st.sampled_from([None, 5, 40]),
    pregnant=st.booleans(),
    kind=st.sampled_from(["", "symptom", "operational_failure"]),
)


@given(rules=RULES, said=SAID, context=CONTEXTS, kind=st.sampled_from(["emergency", "urgent", "routine"]))
def test_one_more_protocol_never_lowers_a_lane(
    rules: list[Any], said: list[str], context: Context, kind: str
) -> None:
    general = read_protocol(SMALL)
    added = read_protocol(
        {
            **SMALL,
            "name": "Added",
            "concepts": {**SMALL["concepts"], "rash": made.RASH_CONCEPT},  # type: ignore[dict-item]
            "kinds": {"symptom": {"lane": kind}},
            "rules": [
                {
                    **made.RASH_RULE,
                    "code": f"A{n}",
                    "lane": lane,
                    "when": [" + ".join(when)],
                    "conditions": only,
                }
                for n, (lane, when, only) in enumerate(rules)
            ],
        },
        unfinished=True,
    )
    text = ". ".join(said)
    alone = screen_together(text, parts=[("general", general)], context=context)
    both = screen_together(text, parts=[("general", general), ("added", added)], context=context)
    assert RANK[both.lane] >= RANK[alone.lane]
    assert {one.rule for one in alone.matches} <= {one.rule for one in both.matches}
    assert [RANK[one.lane] for one in both.matches] == sorted(
        (RANK[one.lane] for one in both.matches), reverse=True
    )
