"""The checks of a reader of SMART Scheduling Links, in our own words; and that nothing published is not bookable.

The kit asks for one thing that a general clinic has not: the PIN of a vaccine provider (VTrckS).
"""

from __future__ import annotations

import gzip
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings

from frontdesk.book.actions.days import remake_days
from frontdesk.book.models import Block, Hold
from frontdesk.book.queries.find import Wish, open_times
from frontdesk.book.queries.wish import providers_for
from frontdesk.clinic.models import Site, VisitType
from tests.factories import time as times
from tests.gateway.publish.conftest import Publishing
from tests.gateway.publish.reading import (
    MANIFEST,
    check,
    deep_link,
    everything,
    extension,
    get,
    lines,
    manifest,
)
from tests.universe import NOW, TODAY, at

pytestmark = pytest.mark.django_db
TOMORROW = TODAY + timedelta(days=1)
WEEK = "/publish/slots-2026-W10.ndjson"
INSTANT = re.compile(
    r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]\d\d:\d\d)"
)


class TestManifest:
    def test_its_address_ends_as_the_guide_says(self) -> None:
        assert MANIFEST.endswith("$bulk-publish")

    @pytest.mark.parametrize(
        "accept", [None, "application/json", "*/*", "application/json, text/plain;q=0.5"]
    )
    def test_it_is_json_for_whoever_asks(self, publishing: Publishing, accept: str | None) -> None:
        answer = get(MANIFEST, **({"Accept": accept} if accept else {}))
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
        assert "Set-Cookie" not in answer.headers

    def test_another_kind_is_refused(self, publishing: Publishing) -> None:
        assert get(MANIFEST, Accept="text/html").status_code == 406

    def test_it_says_how_long_it_holds(self, publishing: Publishing) -> None:
        assert re.search(r"max-age=\d+", get(MANIFEST)["Cache-Control"])

    def test_every_part_is_of_its_type(self, publishing: Publishing) -> None:
        said = manifest()
        assert INSTANT.fullmatch(said["transactionTime"])
        assert datetime.fromisoformat(said["transactionTime"]) == NOW
        assert said["request"] == f"http://testserver{MANIFEST}"
        assert said["error"] == []
        assert {one["type"] for one in said["output"]} == {"Location", "Schedule", "Slot"}
        for one in said["output"]:
            assert one["url"].startswith("http://testserver/publish/")
            assert isinstance(one["extension"]["state"], list)

    def test_the_state_is_said_on_every_output(self, publishing: Publishing) -> None:
        Site.objects.update(subdivision="NY")
        assert all(one["extension"]["state"] == ["NY"] for one in manifest()["output"])

    def test_a_wrong_method_has_no_door(self, publishing: Publishing) -> None:
        assert publishing.desk.browser(None).post(MANIFEST).status_code == 405


class TestFiles:
    @pytest.mark.parametrize("accept", [None, "application/fhir+ndjson", "*/*"])
    def test_every_file_is_there_and_every_line_is_a_resource_of_its_type(
        self, publishing: Publishing, accept: str | None
    ) -> None:
        for one in manifest()["output"]:
            answer = get(one["url"], **({"Accept": accept} if accept else {}))
            assert (answer.status_code, answer["Content-Type"]) == (200, "application/fhir+ndjson")
            found = lines(answer.content)
            assert {each["resourceType"] for each in found} <= {one["type"]}
            for each in found[::7]:
                check(each)

    def test_another_kind_is_refused(self, publishing: Publishing) -> None:
        assert get("/publish/locations.ndjson", Accept="application/xml").status_code == 406

    def test_no_other_file(self, publishing: Publishing) -> None:
        for name in ("slots-2020-W01", "slots-", "..", "Locations"):
            assert get(f"/publish/{name}.ndjson").status_code == 404

    def test_a_location(self, publishing: Publishing) -> None:
        main = next(one for one in everything("Location") if one["name"] == "Main Street")
        assert main["telecom"] == [{"system": "phone", "value": "(212) 555-0100", "use": "work"}]
        assert main["address"]["line"] == ["1 Main Street Street, New York, NY"]

    def test_an_address_is_divided_where_it_is_written_so(self, publishing: Publishing) -> None:
        Site.objects.filter(code="main").update(address="1 Main Street, Floor 2, New York, NY 10001-1234")
        main = next(one for one in everything("Location") if one["name"] == "Main Street")
        assert main["address"]["line"] == ["1 Main Street, Floor 2"]
        assert [main["address"][name] for name in ("city", "state", "postalCode")] == [
            "New York", "NY", "10001-1234",
        ]  # fmt: skip

    def test_references_lead_somewhere(self, publishing: Publishing) -> None:
        places = {f"Location/{one['id']}" for one in everything("Location")}
        schedules = everything("Schedule")
        assert {one["actor"][0]["reference"] for one in schedules} == places
        named = {f"Schedule/{one['id']}" for one in schedules}
        assert {one["schedule"]["reference"] for one in everything("Slot")} == named

    def test_a_slot(self, publishing: Publishing) -> None:
        first = everything("Slot")[0]
        assert first["status"] == "free"
        assert re.fullmatch(r"[A-Za-z0-9.]{1,64}", first["id"])
        assert first["start"].endswith("-05:00")  # the site's own clock
        assert extension(first, "booking-phone")["valueString"] == "(212) 555-0100"
        assert extension(first, "slot-capacity")["valueInteger"] >= 1

    def test_ids_are_there_once(self, publishing: Publishing) -> None:
        ids = [one["id"] for one in everything("Slot")]
        assert len(ids) == len(set(ids)) > 50


def _published() -> set[tuple[str, str, datetime]]:
    """What is published: code of the visit type, site, start."""
    named = {
        one["id"]: (one["serviceType"][0]["coding"][0]["code"], one["actor"][0]["display"])
        for one in everything("Schedule")
    }
    return {
        (*named[one["schedule"]["reference"].removeprefix("Schedule/")], datetime.fromisoformat(one["start"]))
        for one in everything("Slot")
    }


def _bookable(kind: VisitType) -> set[tuple[str, str, datetime]]:
    """What the desk's own search offers to anybody."""
    sites = list(Site.objects.order_by("pk"))
    last = TODAY + timedelta(days=settings.PUBLISH_DAYS - 1)
    wish = Wish(kind, sites, providers_for(kind, sites), earliest=NOW, until=last, open_only=True)
    return {(kind.code, one.site.name, one.start) for one in open_times(wish, now=NOW)}


class TestWhatIsPublished:
    def test_all_that_is_bookable_and_nothing_else(
        self, publishing: Publishing, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(settings, "PUBLISH_DAYS", 14)
        cast = publishing.cast
        cast.book(at(11))
        cast.hold(at(14), request=cast.ready(cast.dora))
        expected = _bookable(cast.follow_up) | _bookable(cast.skin_check)
        assert _published() == expected
        assert ("follow-up", "Main Street", at(14, 15)) in expected  # Dr. Demir has it

    def test_every_published_time_can_be_held_at_that_moment(self, publishing: Publishing) -> None:
        cast = publishing.cast
        chosen = sorted(start for code, _, start in _published() if code == "follow-up")[::97]
        for number, start in enumerate(chosen):
            request = cast.ready(cast.newcomer("Nora", f"Quist{chr(97 + number) * 3}"))
            held = cast.hold(start, request=request, wanted=cast.wanted(start, room=cast.exam_2))
            assert held.ended_at is None

    def test_capacity_is_what_can_be_held_at_once(self, publishing: Publishing) -> None:
        cast = publishing.cast
        assert _capacity(cast.follow_up, at(13)) == 2
        cast.hold(at(13), request=cast.ready(cast.ben))
        assert _capacity(cast.follow_up, at(13)) == 1
        second = cast.wanted(at(13), provider=cast.dr_yusuf, room=cast.exam_2)
        cast.hold(at(13), request=cast.ready(cast.dora), wanted=second)
        assert _capacity(cast.follow_up, at(13)) == 0

    def test_two_providers_and_one_room_are_one_visit(self, publishing: Publishing) -> None:
        cast = publishing.cast
        cast.hold(at(13), wanted=cast.wanted(at(13), provider=cast.dr_lena, visit_type=cast.skin_check))
        assert _capacity(cast.follow_up, at(13)) == 1

    def test_a_sensitive_type_is_not_there_whatever_else_is_set(self, publishing: Publishing) -> None:
        VisitType.objects.filter(pk=publishing.cast.skin_check.pk).update(sensitive=True)
        whole = b"".join(get(one["url"]).content for one in manifest()["output"])
        assert b"skin" not in whole.lower()
        assert {code for code, *_ in _published()} == {"follow-up"}

    @pytest.mark.parametrize(
        "no_longer", [{"public": False}, {"active": False}, {"kept_only": True}, {"places": 4}]
    )
    def test_a_type_that_anybody_may_not_have_is_not_there(
        self, publishing: Publishing, no_longer: dict[str, Any]
    ) -> None:
        VisitType.objects.filter(pk=publishing.cast.follow_up.pk).update(**no_longer)
        assert {code for code, *_ in _published()} == {"skin-check"}

    def test_kept_time_is_never_published(self, publishing: Publishing) -> None:
        """Not even time that is kept for the published type itself."""
        cast = publishing.cast
        _keep(publishing, at(13, day=TOMORROW), at(15, day=TOMORROW))
        there = {start for code, _, start in _published() if code == "follow-up"}
        assert at(13, day=TOMORROW) not in there
        assert at(15, day=TOMORROW) in there
        assert there == {start for _, _, start in _bookable(cast.follow_up)}

    def test_the_notice_of_its_type_is_kept(self, publishing: Publishing) -> None:
        VisitType.objects.filter(pk=publishing.cast.follow_up.pk).update(lead_least=24 * 60, lead_most=3)
        days = {start.date() for code, _, start in _published() if code == "follow-up"}
        assert days == {TODAY + timedelta(days=1), TODAY + timedelta(days=2), TODAY + timedelta(days=3)}
        assert min(start for code, _, start in _published() if code == "follow-up") >= NOW + timedelta(days=1)

    def test_no_further_ahead_than_is_set(self, publishing: Publishing) -> None:
        with override_settings(PUBLISH_DAYS=2):
            assert {start.date() for *_, start in _published()} == {TODAY, TODAY + timedelta(days=1)}
        with override_settings(PUBLISH_DAYS=0):
            assert everything("Slot") == everything("Location") == []

    def test_nobody_is_named(self, publishing: Publishing) -> None:
        publishing.cast.book(at(11))
        whole = b"".join(get(one["url"]).content for one in manifest()["output"]).decode()
        for word in ("Carol", "Demir", "Lena", "Okafor", "Exam"):
            assert word not in whole

    def test_a_group_of_zones(self, publishing: Publishing) -> None:
        """A site in another zone is published by its own clock and its own days."""
        Site.objects.filter(code="harbor").update(time_zone="America/Los_Angeles")
        harbor = Site.objects.get(code="harbor")
        starts = [
            datetime.fromisoformat(one["start"])
            for one in everything("Slot")
            if one["schedule"]["reference"].endswith(f".{harbor.pk}")
        ]
        assert {one.utcoffset() for one in starts} <= {timedelta(hours=-8), timedelta(hours=-7)}


def _capacity(kind: VisitType, start: datetime) -> int:
    named = f"{kind.pk}."
    found = [
        extension(one, "slot-capacity")["valueInteger"]
        for one in everything("Slot")
        if one["id"].startswith(named) and datetime.fromisoformat(one["start"]) == start
    ]
    return int(found[0]) if found else 0


def _keep(publishing: Publishing, start: datetime, end: datetime) -> None:
    cast = publishing.cast
    kept = times.slot_class("recall", "Recall", cast.follow_up)
    for provider in (cast.dr_carol, cast.dr_yusuf):
        Block.objects.create(
            resource=provider, kind="other", slot_class=kept, start=start, end=end, recorded_at=NOW, recorded_by=cast.dan
        )  # fmt: skip
    remake_days(resources=[cast.dr_carol.pk, cast.dr_yusuf.pk], first=TOMORROW, last=TOMORROW)


class TestAskingAgain:
    @pytest.mark.parametrize("address", [MANIFEST, WEEK, "/publish/schedules.ndjson"])
    def test_what_has_not_changed_is_not_sent_again(self, publishing: Publishing, address: str) -> None:
        publishing.desk.later(seconds=5)
        first = get(address)
        publishing.desk.later(seconds=50)
        again = get(address, **{"If-None-Match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again["ETag"] == first["ETag"]
        assert "max-age" in again["Cache-Control"]

    def test_what_has_changed_is(self, publishing: Publishing) -> None:
        kept = {one: get(one)["ETag"] for one in (MANIFEST, WEEK, "/publish/schedules.ndjson")}
        publishing.cast.book(at(11))
        changed = [
            one for one, etag in kept.items() if get(one, **{"If-None-Match": etag}).status_code == 200
        ]
        assert changed == [MANIFEST, WEEK]

    def test_time_that_passes_changes_it(self, publishing: Publishing) -> None:
        first = get(MANIFEST)
        publishing.desk.later(minutes=31)
        assert get(MANIFEST, **{"If-None-Match": first["ETag"]}).status_code == 200
        assert min(start for *_, start in _published()) >= NOW + timedelta(minutes=31)

    def test_a_hold_that_runs_out_is_open_again(self, publishing: Publishing) -> None:
        cast = publishing.cast
        hold = cast.hold(at(13), request=cast.ready(cast.ben))
        assert _capacity(cast.follow_up, at(13)) == 1
        publishing.desk.later(seconds=(hold.expires_at - NOW).total_seconds() + 1)
        assert _capacity(cast.follow_up, at(13)) == 2
        assert Hold.objects.get(pk=hold.pk).ended_at is None  # nobody has written it off yet

    @pytest.mark.parametrize("since", ["2026-03-03T10:00:00Z", "2026-03-01T10:00:00.5-05:00"])
    def test_since_is_read_and_the_whole_is_sent(self, publishing: Publishing, since: str) -> None:
        answer = publishing.desk.browser(None).get(MANIFEST, {"_since": since})
        assert json.loads(answer.content)["output"] == manifest()["output"]

    @pytest.mark.parametrize(
        "query",
        [{"_since": "yesterday"}, {"_since": ""}, {"_since": "2026-03-03T10:00"}, {"_outputFormat": "csv"}],
    )
    def test_a_parameter_that_is_none_is_refused_in_one_sentence(
        self, publishing: Publishing, query: dict[str, str]
    ) -> None:
        answer = publishing.desk.browser(None).get(MANIFEST, query)
        assert answer.status_code == 400
        assert answer.content.decode().count("\n") == 1

    def test_packed_for_whoever_unpacks(self, publishing: Publishing) -> None:
        address = WEEK
        packed = get(address, **{"Accept-Encoding": "gzip, br"})
        assert packed["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed.content) == get(address).content
        assert "Accept-Encoding" in packed["Vary"]


@pytest.mark.django_db(transaction=True)
def test_it_is_remembered_until_anything_is_written(
    publishing: Publishing, django_assert_num_queries: Any
) -> None:
    first = get(MANIFEST)
    with django_assert_num_queries(1):
        assert get(MANIFEST).content == first.content
    publishing.cast.book(at(11))
    assert get(MANIFEST)["ETag"] != first["ETag"]


def test_a_deep_link_leads_to_its_page(publishing: Publishing) -> None:
    slot = everything("Slot")[-1]
    page = get(deep_link(slot))
    assert page.status_code == 200
    start = datetime.fromisoformat(slot["start"])
    assert start.astimezone(UTC) > NOW
    assert f"{start:%B} {start.day}" in page.content.decode()
