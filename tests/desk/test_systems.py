"""Connected systems, as a manager registers, reads, changes and ends them."""

from __future__ import annotations

import json
from datetime import timedelta

from frontdesk.daybook.record import look
from frontdesk.partners.actions import clients
from frontdesk.partners.models import Client
from tests.desk.support import Desk, read, said
from tests.desk.system_scene import system_form
from tests.factories import partners
from tests.universe import NOW


def test_nothing_is_connected_at_first(desk: Desk) -> None:
    page = desk.get(desk.universe.dan, "desk:settings-systems")
    assert "No system is connected" in said(page)
    assert read(page).links.count("/settings/systems/new/") == 2


def test_only_those_who_may_connect_find_the_way(desk: Desk) -> None:
    cast = desk.universe
    for user in (cast.dan, cast.erin):
        assert "/settings/systems/" in read(desk.get(user, "desk:settings")).links
    assert "/settings/systems/" not in read(desk.get(cast.carol, "desk:settings")).links


def test_one_is_registered_and_its_page_says_what_its_makers_need(desk: Desk) -> None:
    cast = desk.universe
    answer = desk.post(cast.dan, "desk:settings-system-new", **system_form(cast))
    made = Client.objects.get()
    assert answer["Location"] == f"/settings/systems/{made.pk}/"
    page = said(desk.get(cast.dan, "desk:settings-system", made.pk))
    for words in (
        made.client_id, "http://testserver/fhir/token", "http://testserver/fhir", "See visits", "Main Street",
        "At most 600 a minute", "Not there for it", "None yet", "0 times in 30 days", "by Dan Dlden",
    ):  # fmt: skip
        assert words in page, words
    assert "Hold, book" not in page
    assert (made.scopes, made.sees_sensitive, made.about) == (
        ["system/Appointment.rs"],
        False,
        system_form(cast)["about"],
    )
    assert "Harbor call centre" in said(desk.get(cast.erin, "desk:settings-systems"))


def test_the_fingerprint_is_shown_and_no_key(desk: Desk) -> None:
    one = partners.register(desk.universe)
    page = desk.get(desk.universe.dan, "desk:settings-system", one.client.pk).content.decode()
    assert one.key.kid in page and "ES384" in page
    assert one.key.public["x"] not in page


def test_what_was_typed_stays_when_something_is_refused(desk: Desk) -> None:
    cast = desk.universe
    form = system_form(cast, scopes="", jwks='{"keys": []}', sees_sensitive="on")
    answer = desk.post(cast.dan, "desk:settings-system-new", **form)
    assert answer.status_code == 422
    fields = read(answer).forms[-1].fields
    assert [fields[name] for name in ("name", "per_minute", "sites")] == [
        form[name] for name in ("name", "per_minute", "sites")
    ]
    assert "sees_sensitive" in fields
    assert '{"keys": []}' in fields["jwks"]
    assert "There is no key in it." in said(answer)
    form = system_form(cast)
    del form["scopes"]
    answer = desk.post(cast.dan, "desk:settings-system-new", **form)
    assert "Choose at least one thing that it may do." in said(answer)
    assert not Client.objects.exists()


def test_a_private_key_is_sent_back_and_not_shown_again(desk: Desk) -> None:
    cast = desk.universe
    private = {**partners.key().public, "d": "c2VjcmV0c2VjcmV0"}
    answer = desk.post(
        cast.dan, "desk:settings-system-new", **system_form(cast, jwks=json.dumps({"keys": [private]}))
    )
    assert answer.status_code == 422 and "holds a private key" in said(answer)
    assert "c2VjcmV0c2VjcmV0" not in answer.content.decode()


def test_keys_or_their_address_but_one_of_them(desk: Desk) -> None:
    cast = desk.universe
    address = "https://keys.example/set.json"
    both = desk.post(cast.dan, "desk:settings-system-new", **system_form(cast, jwks_url=address))
    assert both.status_code == 422 and "not both" in said(both)
    none = desk.post(cast.dan, "desk:settings-system-new", **system_form(cast, jwks=""))
    assert none.status_code == 422 and "Paste its public keys, or give their address." in said(none)
    inside = system_form(cast, jwks="", jwks_url="https://192.168.1.1/")
    assert "not on the public internet" in said(desk.post(cast.dan, "desk:settings-system-new", **inside))
    desk.post(cast.dan, "desk:settings-system-new", **system_form(cast, jwks="", jwks_url=address))
    assert address in said(desk.get(cast.dan, "desk:settings-system", Client.objects.get().pk))


def test_the_form_of_a_change_holds_what_is(desk: Desk) -> None:
    cast = desk.universe
    one = partners.register(cast, scopes=["system/Appointment.rs", "system/Patient.rs"], per_minute=60)
    page = read(desk.get(cast.dan, "desk:settings-system-edit", one.client.pk))
    fields = page.forms[-1].fields
    ticked = [tag["value"] for _, tag in page.tags if tag.get("name") == "scopes" and "checked" in tag]
    assert (ticked, fields["per_minute"], fields["name"]) == (
        ["Appointment.see", "Patient.see"], "60", one.client.name,
    )  # fmt: skip
    answer = desk.post(
        cast.dan,
        "desk:settings-system-edit",
        one.client.pk,
        **{**fields, "scopes": "Slot.see", "name": "Renamed"},
    )
    assert answer.status_code == 302, said(answer)
    one.client.refresh_from_db()
    assert (one.client.name, one.client.scopes) == ("Renamed", ["system/Slot.rs"])
    assert one.client.jwks == {"keys": [one.key.public]}


def test_one_is_ended_after_a_question(desk: Desk) -> None:
    cast = desk.universe
    one = partners.register(cast, name="Northside EHR")
    page = desk.get(cast.dan, "desk:settings-system-end", one.client.pk)
    assert "Visits that it booked stay booked" in said(page)
    one.client.refresh_from_db()
    assert one.client.ended_at is None
    assert desk.post(cast.dan, "desk:settings-system-end", one.client.pk).status_code == 302
    assert "Ended" in said(desk.get(cast.dan, "desk:settings-system", one.client.pk))
    assert "No system is connected" in said(desk.get(cast.dan, "desk:settings-systems"))
    assert "Northside EHR" in said(desk.get(cast.dan, "desk:settings-systems", show="ended"))
    again = desk.browser(cast.dan).post(f"/settings/systems/{one.client.pk}/end/", follow=True)
    assert "was ended before" in said(again)
    changed = desk.post(cast.dan, "desk:settings-system-edit", one.client.pk, **system_form(cast))
    assert changed.status_code == 422 and "was ended before" in said(changed)


def test_what_it_read_is_in_the_access_log_under_its_name(desk: Desk) -> None:
    cast = desk.universe
    one = partners.register(cast, name="Northside EHR")
    for days, patient in ((0, cast.ana), (29, cast.ben), (31, cast.chen)):
        look(
            by=one.user, kind="patient", ref=patient.pk, where="FHIR Patient", now=NOW - timedelta(days=days)
        )
    look(by=cast.alice, kind="patient", ref=cast.ana.pk, where="patient page", now=NOW)
    page = desk.get(cast.dan, "desk:settings-system", one.client.pk)
    assert "2 times in 30 days" in said(page)
    link = next(one for one in read(page).links if one.startswith("/looks/"))
    log = said(desk.browser(cast.dan).get(link))
    assert "What Northside EHR looked at" in log and "Another system" in log
    assert "Alice Alden" not in log.partition("Reason given")[2]
    everybody = said(desk.get(cast.dan, "desk:looks"))
    assert "Northside EHR" in everybody and "Alice Alden" in everybody
    assert "Northside EHR Another system" in said(desk.get(cast.dan, "desk:patient", cast.ana.pk))


def test_the_access_log_of_nobody_is_everybodys(desk: Desk) -> None:
    cast = desk.universe
    look(by=cast.alice, kind="patient", ref=cast.ana.pk, where="patient page", now=NOW)
    for by in ("987654321", "x", ""):
        assert "Alice Alden" in said(desk.get(cast.dan, "desk:looks", by=by))
    assert "No record was looked at" in said(desk.get(cast.dan, "desk:looks", by=cast.bob.pk))


def test_times_of_use_are_shown(desk: Desk) -> None:
    cast = desk.universe
    one = partners.register(cast)
    partners.token(one)
    for page in (
        desk.get(cast.dan, "desk:settings-systems"),
        desk.get(cast.dan, "desk:settings-system", one.client.pk),
    ):
        assert "3 Mar 2026, 10:00" in said(page)
    clients.end(client=one.client, by=cast.dan, now=NOW)
    assert "by Dan Dlden" in said(desk.get(cast.dan, "desk:settings-systems", show="ended"))
