"""Who may open which door. Every address is walked as everybody and as nobody, against one table.

The addresses come from the resolver: one that is not in the table fails the day it is born.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Role
from frontdesk.triage.actions import words
from tests.desk.doors import (
    CHANGES,
    EVERYBODY,
    LOOKS,
)
from tests.desk.doors_table import HIDDEN, TABLE
from tests.desk.support import Answer, Desk, Scene, rows, undone
from tests.factories import staff
from tests.factories.protocol import SELF_HARM
from tests.factories.there import there
from tests.universe import NOW

pytestmark = pytest.mark.django_db


def addresses(patterns: list[URLPattern | URLResolver], space: str = "") -> Iterator[str]:
    """The full name of every address; one without a name fails here."""
    for one in patterns:
        if isinstance(one, URLResolver):
            inside = f"{space}{one.namespace}:" if one.namespace else space
            yield from addresses(one.url_patterns, inside)
        else:
            assert one.name, f"{one.pattern} has no name, so nothing says who may open it."
            yield f"{space}{one.name}"


def test_every_address_stands_in_the_table() -> None:
    """The doors of other programs have tables of their own, in tests/gateway."""
    desk = [one for one in addresses(get_resolver().url_patterns) if not one.startswith("gateway:")]
    assert sorted(desk) == sorted(TABLE)


def test_every_role_walks() -> None:
    # Charlie's role is Alice's; a machine has no session: it cannot log in (tests/accounts/test_forms.py).
    assert len(Role) - 1 == len(EVERYBODY) - 1


def ask(
    desk: Desk,
    who: User | None,
    method: str,
    name: str,
    things: Scene,
    *,
    instead: tuple[int, ...] = (),
) -> Answer:
    """Knock at a door; `instead` names another thing than the one of the scene."""
    door, browser = TABLE[name], desk.browser(who)
    url = reverse(name, args=instead or door.args(things, desk.universe))
    return browser.get(url) if method == LOOKS else browser.post(url, door.data(things, desk.universe))


@pytest.mark.parametrize("who", sorted(EVERYBODY))
def test_who_may(who: str, desk: Desk, things: Scene) -> None:
    user, wrong = getattr(desk.universe, who), []
    assert isinstance(user, User)
    desk.browser(user)
    before = rows()
    for name, method in product(sorted(set(TABLE) - {"login", "logout"}), (LOOKS, CHANGES)):
        with undone():
            answer = ask(desk, user, method, name, things)
            expected = TABLE[name].status_for(who, method)
            if answer.status_code != expected:
                wrong.append(f"{method} {name}: {answer.status_code}, not {expected}")
            elif expected in (403, 404, 405) and rows() != before:
                wrong.append(f"{method} {name}: refused, and yet something was written")
    assert not wrong


def test_nobody_is_sent_to_the_log_in(desk: Desk, things: Scene) -> None:
    wrong, before = [], rows()
    for name, method in product(sorted(set(TABLE) - {"login"}), (LOOKS, CHANGES)):
        answer = ask(desk, None, method, name, things)
        if TABLE[name].open:
            right = answer.status_code == (200 if method == LOOKS else 405)
        else:
            there = answer.headers.get("Location", "").partition("?")[0]
            right = (answer.status_code, there) == (302, reverse("login"))
        if not right:
            wrong.append(f"{method} {name}: {answer.status_code}")
    assert not wrong
    assert rows() == before


@pytest.mark.parametrize("who", sorted(EVERYBODY))
def test_everybody_may_log_out(who: str, desk: Desk) -> None:
    user = getattr(desk.universe, who)
    assert desk.get(user, "logout").status_code == 405
    assert desk.post(user, "logout").status_code == 302
    assert desk.get(user, "desk:today")["Location"].startswith(reverse("login"))


def test_what_is_of_another_site_is_as_if_it_were_not_there(desk: Desk, things: Scene) -> None:
    charlie = desk.universe.charlie
    for name in HIDDEN:
        theirs, none = (
            ask(desk, charlie, TABLE[name].method, name, things, instead=instead)
            for instead in ((), (987_654_321,))
        )
        assert (theirs.status_code, none.status_code) == (404, 404), name
        assert theirs.content == none.content, name
        assert sorted(theirs.headers.items()) == sorted(none.headers.items()), name


def test_a_restricted_call_is_there_for_its_taker_and_for_clinicians_alone(desk: Desk) -> None:
    cast = desk.universe
    cast.use_starter()
    other = staff.user("amy", Role.SCHEDULER, sites=(cast.main,))
    request = cast.ready(cast.ben, said=SELF_HARM)
    seen = {
        who.username: desk.get(who, "desk:request", request.pk).status_code
        for who in (cast.alice, cast.bob, cast.carol, other, cast.dan)
    }
    assert seen == {"alice": 200, "bob": 200, "carol": 200, "amy": 404, "dan": 404}
    for who in (other, cast.dan):
        assert desk.get(who, "desk:trail", request.pk).status_code == 404
        assert (
            reverse("desk:request", args=[request.pk]) not in desk.get(who, "desk:requests").content.decode()
        )


@pytest.mark.parametrize(("who", "status"), [("alice", 403), ("dan", 403), ("bob", 302), ("carol", 302)])
def test_only_a_clinician_lowers_a_lane(who: str, status: int, desk: Desk, things: Scene) -> None:
    user = getattr(desk.universe, who)
    answer = desk.post(user, "desk:request-lane", things.urgent.pk, lane="routine", reason="Fever is down")
    things.urgent.refresh_from_db()
    assert answer.status_code == status
    assert things.urgent.lane == ("urgent" if status == 403 else "routine")
    if status == 403:
        assert answer["X-Refused"] == "LANE_LOWER"
        assert "Only a clinician may lower a lane." in answer.content.decode()


def test_somebody_who_is_shut_out_loses_the_session(desk: Desk) -> None:
    cast = desk.universe
    assert desk.get(cast.alice, "desk:today").status_code == 200
    cast.alice.is_active = False
    cast.alice.save()
    assert desk.get(cast.alice, "desk:today").status_code == 302


def test_somebody_without_a_site_sees_no_request_and_opens_none(desk: Desk) -> None:
    cast = desk.universe
    request = cast.ready(cast.ben)
    stray = staff.user("stray", Role.SCHEDULER)
    assert desk.get(stray, "desk:today").status_code == 200
    assert desk.get(stray, "desk:request", request.pk).status_code == 404
    answer = desk.post(stray, "desk:request-new")
    assert answer.status_code == 403
    assert "You have no site yet" in answer.content.decode()


def test_a_lane_that_was_raised_is_in_the_daybook_under_the_name_of_who_did_it(desk: Desk) -> None:
    cast = desk.universe
    request = cast.ready(cast.ben)
    words.add(request=request, text="He sounds faint", by=cast.alice, now=NOW)
    desk.post(cast.carol, "desk:request-lane", request.pk, lane="urgent", reason="He sounds faint")
    assert there(request.lane_changes.last()).changed_by == cast.carol


def test_a_refusal_names_the_role_and_not_the_rule(desk: Desk) -> None:
    answer = desk.get(desk.universe.erin, "desk:patients")
    text = re.sub(r"\s+", " ", answer.content.decode())
    assert "Your role (administrator) may not see patients." in text
    assert answer["X-Refused"] == "NOT_ALLOWED"
