"""The machines' door over HTTP on the hard case: times found, visits booked, and the race, with a light client."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice, pairwise
from threading import Barrier
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.db import connection

from bench.hard import Case, case, untouched, with_room
from bench.machines import Caller, register, token
from bench.pgbench import door_bookings_a_second
from bench.searches import Floor
from bench.served import Server, serving, spent
from bench.table import Row
from bench.timing import measure, timing
from frontdesk.kit.clock import now as clock
from frontdesk.partners.models import Client
from frontdesk.people.models import ContactPoint, Patient

CLIENTS, EACH, WARM = 8, 100, 5
CROWD, ROUNDS = 50, 20
BOOK = "/fhir/Appointment/$book"
Resource = dict[str, Any]

# Visits whose provider or room is taken twice at once: there may be none.
_TWICE = """
    SELECT count(*) FROM book_claim AS one JOIN book_claim AS other ON other.resource_id = one.resource_id
    AND other.id > one.id AND other.unit = one.unit AND other.start < one."end" AND one.start < other."end"
    WHERE one.released_at IS NULL AND other.released_at IS NULL AND one.id > %s
"""


def rows(url: str, now: datetime) -> Iterator[Row]:
    """All lines: with two workers, and the race with eight as well."""
    today = now.date()
    here = with_room("door", today, providers=200, days=60)
    wide = case("wide", today, providers=1000, days=90, visits=False)
    ours, theirs = register(here.sites, now), register(wide.sites, now)
    with serving(2) as server:
        yield from _one_provider(server, here, ours)
        yield from _first_ten(server, here, ours, "200 providers, 60 days")
        yield from _first_ten(server, wide, theirs, "1,000 providers, 90 days")
        yield from bookings(server, here, ours, url)
        yield from races(server, here, ours, 2)
    with serving(8) as server:
        yield from races(server, here, ours, 8)


def _one_provider(server: Server, here: Case, client: Client) -> Iterator[Row]:
    """Every open time of one provider in the last thirty days of the book."""
    first = here.first + timedelta(days=here.days - 30)
    provider, caller = untouched(here), Caller(server.port, token(client, clock()))
    path = find(here, first=first, practitioner=f"Practitioner/{provider}", _count=1000)
    found = proposals(caller, path)
    yield Row(
        "Door: open times of one provider, 30 days",
        measure(lambda: caller.get(path), runs=100, warm_up=20),
        floor=measure(Floor([provider], here, here.days).first_times, runs=100),
        floor_is="numpy over the same bits",
        note=f"{len(found)} proposals in one call, read as JSON",
    )
    caller.close()


def _first_ten(server: Server, here: Case, client: Client, label: str) -> Iterator[Row]:
    caller = Caller(server.port, token(client, clock()))
    path = find(here, _count=10)
    found = proposals(caller, path)
    yield Row(
        f"Door: first ten open times, {label}",
        measure(lambda: caller.get(path), runs=100, warm_up=20),
        floor=measure(Floor(here.providers, here, here.days).first_times, runs=20),
        floor_is="numpy over the same bits",
        note=f"{len(found)} found, the first on day {_day(found[0], here)} of {here.days}",
    )
    caller.close()


def find(here: Case, *, first: date | None = None, **more: object) -> str:
    """The path of a search over the whole book, or from `first` on."""
    end = here.first + timedelta(days=here.days)
    values = {"start": first or here.first, "end": end, "visit-type": here.visit_type.code, **more}
    return f"/fhir/Appointment/$find?{urlencode(values)}"


def proposals(caller: Caller, path: str) -> list[Resource]:
    """The Appointments that are proposed."""
    status, bundle = caller.get(path)
    if status != 200:
        raise RuntimeError(f"$find answered {status}.")
    found = [entry["resource"] for entry in bundle["entry"]]
    return [one for one in found if one["resourceType"] == "Appointment"]


def _day(proposal: Resource, here: Case) -> int:
    start = datetime.fromisoformat(proposal["start"]).astimezone(here.sites[0].zone)
    return (start.date() - here.first).days + 1


# Bookings -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Done:
    """What one client did: the seconds of each booking, and what was answered that was not a booking."""

    seconds: list[float]
    others: Counter[str]


def bookings(server: Server, here: Case, client: Client, url: str) -> Iterator[Row]:
    """Eight clients, each with providers of its own, book one visit after the other."""
    key = token(client, clock())
    callers = [Caller(server.port, key) for _ in range(CLIENTS)]
    wanted = [_orders(here, caller, number) for number, caller in enumerate(callers)]
    for caller, orders in zip(callers, wanted, strict=True):
        _book_all(caller, orders[:WARM])
    before, begun = spent(server), time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        done = list(
            pool.map(lambda pair: _book_all(pair[0], pair[1][WARM:]), zip(callers, wanted, strict=True))
        )
    took, used = time.perf_counter() - begun, spent(server).since(before)
    seconds = [second for one in done for second in one.seconds]
    refused = sum((one.others for one in done), Counter[str]())
    each = 1e3 / len(seconds)
    floor = door_bookings_a_second(url, here, CLIENTS)
    same = f"; the same rows by pgbench {floor:,.0f} a second" if floor else ""
    yield Row(
        f"Door: bookings, {CLIENTS} clients",
        timing(seconds),
        note=f"{len(seconds) / took:.0f} bookings a second, {dict(refused) or 'none'} refused{same}; processor time of "
        f"each: server {used.server * each:.1f} ms, PostgreSQL {used.database * each:.1f} ms, "
        f"client {used.here * each:.1f} ms",
    )
    for caller in callers:
        caller.close()


def _orders(here: Case, caller: Caller, number: int) -> list[bytes]:
    """Bookings of one client, none of which is in the way of another."""
    mine = here.providers[number::CLIENTS]
    found = (one for pk in mine for one in _apart(proposals(caller, _of(here, pk))))
    times = list(islice(found, EACH + WARM))
    patients = people(len(times))
    return [caller.ready(BOOK, _order(one, pk)) for one, pk in zip(times, patients, strict=True)]


def _of(here: Case, provider: int) -> str:
    return find(here, practitioner=f"Practitioner/{provider}", _count=1000)


def _apart(found: Sequence[Resource]) -> Iterator[Resource]:
    """Those that begin when the one before has ended."""
    ended = ""
    for one in found:
        if one["start"] >= ended:
            ended = one["end"]
            yield one


def _order(proposal: Resource, patient: int) -> Resource:
    """A proposal as a client sends it back: with its patient, and the patient's words."""
    who = {"actor": {"reference": f"Patient/{patient}"}, "required": "required", "status": "accepted"}
    resource = {**proposal, "comment": "Yearly check-up", "participant": [who, *proposal["participant"]]}
    return {
        "resourceType": "Parameters",
        "parameter": [{"name": "appointment-resource", "resource": resource}],
    }


def _book_all(caller: Caller, orders: Sequence[bytes]) -> _Done:
    seconds, others = [], Counter[str]()
    for order in orders:
        begun = time.perf_counter()
        status, body = caller.send(order)
        seconds.append(time.perf_counter() - begun)
        if status != 200 or b'"status":"booked"' not in body:
            others[_why(status, body)] += 1
    return _Done(seconds, others)


def _why(status: int, body: bytes) -> str:
    """The code of a refusal, for people."""
    try:
        issue = json.loads(body)["entry"][0]["resource"]["issue"][0]
        return str(issue["details"]["coding"][0]["code"])
    except (ValueError, KeyError, IndexError):
        return f"HTTP {status}"


def people(count: int) -> list[int]:
    """New patients with a telephone number and an e-mail address; their ids."""
    stem, moment = uuid4().hex[:12], clock()
    made = Patient.objects.bulk_create(
        Patient(
            mrn=f"D{stem}{number}", given=f"Caller{number}", family="Door", search_name=f"caller{number} door",
            birth_date=date(1960, 1, 1) + timedelta(days=number), created_at=moment, created_how="bench",
        )
        for number in range(count)
    )  # fmt: skip
    ContactPoint.objects.bulk_create(
        ContactPoint(patient=one, kind=kind, value=value, preferred=True)
        for one in made
        for kind, value in (("email", f"{one.mrn.lower()}@mail.example"), ("phone", "+12125550142"))
    )
    return [one.pk for one in made]


# The race -------------------------------------------------------------------------------------------------------


def races(server: Server, here: Case, client: Client, workers: int) -> Iterator[Row]:
    """Fifty clients want one time, or times that overlap, at the same moment; twenty rounds of each."""
    key = token(client, clock())
    callers = [Caller(server.port, key) for _ in range(CROWD)]
    for label, wanted in (("one time", _one_time), ("overlapping times", _overlapping)):
        with connection.cursor() as cursor:
            cursor.execute("SELECT coalesce(max(id), 0) FROM book_claim")
            (last,) = cursor.fetchone()
        seconds, said, most = _rounds(callers, here, wanted)
        with connection.cursor() as cursor:
            cursor.execute(_TWICE, [last])
            (twice,) = cursor.fetchone()
        refused = said["TIME_TAKEN"]
        errors = {why: count for why, count in said.items() if why not in ("booked", "TIME_TAKEN")}
        yield Row(
            f"Door: the race, {CROWD} clients, {label}, {workers} workers",
            timing(seconds),
            note=f"{twice} double bookings; {said['booked']} booked (at most {most} in a round), "
            f"{refused} refused as taken, {errors or 'nothing'} else",
        )
    for caller in callers:
        caller.close()


def _rounds(
    callers: Sequence[Caller], here: Case, wanted: Callable[[Sequence[Resource]], list[Resource]]
) -> tuple[list[float], Counter[str], int]:
    seconds, said, most = [], Counter[str](), 0
    providers = iter(reversed(here.providers))
    with ThreadPoolExecutor(CROWD) as pool:
        for _ in range(ROUNDS):
            times: list[Resource] = []
            while not times:
                times = wanted(proposals(callers[0], _of(here, next(providers))))
            orders = [
                caller.ready(BOOK, _order(times[place % len(times)], patient))
                for place, (caller, patient) in enumerate(zip(callers, people(CROWD), strict=True))
            ]
            took, answers = _round(pool, callers, orders)
            seconds.append(took)
            said.update(answers)
            most = max(most, answers.count("booked"))
    return seconds, said, most


def _one_time(found: Sequence[Resource]) -> list[Resource]:
    return list(found[:1])


def _overlapping(found: Sequence[Resource]) -> list[Resource]:
    """Two times of which one begins before the other ends."""
    pairs = ([one, other] for one, other in pairwise(found) if other["start"] < one["end"])
    return next(pairs, [])


def _round(
    pool: ThreadPoolExecutor, callers: Sequence[Caller], orders: Sequence[bytes]
) -> tuple[float, list[str]]:
    barrier = Barrier(CROWD + 1)

    def one(pair: tuple[Caller, bytes]) -> str:
        barrier.wait(timeout=60)
        status, body = pair[0].send(pair[1])
        return "booked" if status == 200 and b'"status":"booked"' in body else _why(status, body)

    waiting = [pool.submit(one, pair) for pair in zip(callers, orders, strict=True)]
    barrier.wait(timeout=60)
    begun = time.perf_counter()
    said = [each.result() for each in waiting]
    return time.perf_counter() - begun, said
