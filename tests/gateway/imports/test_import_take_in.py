"""A run: what comes in, what does not, and that running it again changes nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction

from frontdesk.book.actions import history
from frontdesk.book.models import PastVisit
from frontdesk.daybook.facts import System
from frontdesk.daybook.models import Entry
from frontdesk.daybook.record import record
from frontdesk.gateway.imports.take_in import LOCK, Import, Report, only_one
from frontdesk.gateway.models import ImportRun
from frontdesk.kit.errors import BadValue, Refused
from frontdesk.people.models import Patient, PatientIdentifier
from tests.gateway.imports.exports import HEADER, many, plan, read, row, write

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def take(
    folder: Path, file: Path, *changes: tuple[str, str], batch: int = 4, rejects: Path | None = None
) -> Report:
    work = Import(plan=plan(folder, *changes), by=System("frontdesk import"), clock=lambda: NOW)
    return work.run(file, named_rejects=rejects or folder / "rejects.csv", batch=batch)


def counts(report: Report) -> tuple[int, int, int, int]:
    return report.read, report.accepted, report.known, report.rejected


@pytest.mark.parametrize("batch", [1, 3, 9, 10, 50_000])
def test_what_comes_in_does_not_depend_on_the_batch(tmp_path: Path, batch: int) -> None:
    report = take(tmp_path, write(tmp_path / "a.csv", many(10)), batch=batch)
    assert counts(report) == (10, 10, 0, 0)
    assert (PastVisit.objects.count(), Patient.objects.count(), PatientIdentifier.objects.count()) == (
        10,
        6,
        6,
    )
    run = ImportRun.objects.get()
    assert (run.rows_read, run.rows_accepted, run.finished_at, run.file_name) == (10, 10, NOW, "a.csv")


def test_a_visit_is_kept_as_it_was_told(tmp_path: Path) -> None:
    take(tmp_path, write(tmp_path / "a.csv", [row(Visit="88", Missed="Yes", Text="1")]))
    visit = PastVisit.objects.select_related("patient").get()
    assert (visit.source, visit.external_id, visit.came, visit.reminded) == ("elsewhere", "88", False, True)
    assert (visit.booked_at, str(visit.day), visit.lead_days) == (
        datetime(2016, 4, 29, 21, 38, 8, tzinfo=UTC),
        "2016-05-02",
        3,
    )
    assert (visit.age, visit.details, visit.looks_double) == (62, {"area": "Jardim"}, False)
    assert (visit.patient.mrn, visit.patient.sex, visit.patient.created_how) == (
        "elsewhere:71",
        "F",
        "import",
    )
    assert visit.patient.name == "Name not known, record elsewhere:71"


def test_running_it_again_adds_nothing(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", [*many(9), row(Visit="10", Age="-1")])
    first, entries = take(tmp_path, file), Entry.objects.count()
    again = take(tmp_path, file, batch=7)
    assert (counts(first), counts(again)) == ((10, 9, 0, 1), (10, 0, 9, 1))
    assert (PastVisit.objects.count(), Patient.objects.count()) == (9, 5)
    assert Entry.objects.count() == entries


def test_rejected_rows_can_be_mended_and_fed_again(tmp_path: Path) -> None:
    bad = [row(Visit="2", Age="-1", Area='Vila "Rubim", N'), row(Visit="3", Patient="4E5", Day="2016-04-01")]
    file = write(tmp_path / "a.csv", [row(), *bad])
    assert counts(take(tmp_path, file)) == (3, 1, 0, 2)
    rejected = read(tmp_path / "rejects.csv")
    assert [one.pop("row_number") for one in rejected] == ["3", "4"]
    assert [one.pop("reject_reason") for one in rejected] == [
        "Age is below 0",
        "Patient is not a whole number; Day lies before Booked",
    ]
    assert rejected == bad

    mended = read(tmp_path / "rejects.csv")
    mended[0] |= {"Age": "1"}
    file = write(tmp_path / "mended.csv", mended, ["row_number", "reject_reason", *HEADER])
    assert counts(take(tmp_path, file)) == (2, 1, 0, 1)
    again = read(tmp_path / "rejects.csv")
    assert list(again[0]) == ["row_number", "reject_reason", *HEADER]
    assert (again[0]["row_number"], again[0]["Visit"]) == ("3", "3")


def test_the_report_counts_each_reason(tmp_path: Path) -> None:
    rows = [row(Visit="1", Age="-1"), row(Visit="2", Age="-2", Day="2016-01-01"), row(Visit="3", Age="200")]
    report = take(tmp_path, write(tmp_path / "a.csv", rows))
    assert report.reasons == {"Age is below 0": 2, "Age is above 120": 1, "Day lies before Booked": 1}
    assert counts(report) == (3, 0, 0, 3)


@pytest.mark.parametrize("batch", [1, 2, 50])
def test_doubles_are_kept_and_marked_also_across_batches_and_files(tmp_path: Path, batch: int) -> None:
    rows = [
        row(Visit="1"),
        row(Visit="2"),
        row(Visit="3", Age="63"),
        row(Visit="4", Area="Centro"),
        row(Visit="5"),
    ]
    first = take(tmp_path, write(tmp_path / "a.csv", rows), batch=batch)
    assert (first.accepted, first.doubles) == (5, 2)
    more = take(
        tmp_path, write(tmp_path / "b.csv", [row(Visit="6"), row(Visit="7", Missed="Yes")]), batch=batch
    )
    assert more.doubles == 1
    marked = PastVisit.objects.filter(looks_double=True).values_list("external_id", flat=True)
    assert sorted(marked) == ["2", "5", "6"]


def test_doubles_are_not_marked_if_the_map_says_so(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", [row(Visit="1"), row(Visit="2")])
    assert take(tmp_path, file, ("[rules]", '[rules]\ndoubles = "keep"')).doubles == 0
    assert not PastVisit.objects.filter(looks_double=True).exists()


@pytest.mark.parametrize("batch", [1, 50])
@pytest.mark.parametrize(
    "change", [{"Missed": "Yes"}, {"Day": "2016-05-03"}, {"Age": "7"}, {"Text": "1"}, {"Patient": "72"}]
)
def test_an_id_that_comes_again_with_other_facts_is_rejected_not_dropped(
    tmp_path: Path, change: dict[str, str], batch: int
) -> None:
    report = take(tmp_path, write(tmp_path / "a.csv", [row(), row(), row(**change)]), batch=batch)
    assert counts(report) == (3, 1, 1, 1)
    assert read(tmp_path / "rejects.csv")[0]["reject_reason"] == history.Taken.DIFFERS.value
    kept = PastVisit.objects.get()
    assert (kept.came, str(kept.day), kept.age, kept.reminded) == (True, "2016-05-02", 62, False)


BIRTH = [
    ('age = "Age"', 'birth_date = "Age"\nfamily = "Area"'),
    ('day = "%Y-%m-%d"', 'day = "%Y-%m-%d"\nbirth_date = "%Y-%m-%d"'),
]


@pytest.mark.parametrize("batch", [1, 50])
def test_a_number_with_another_birth_date_is_another_person(tmp_path: Path, batch: int) -> None:
    rows = [
        row(Visit="1", Age="1961-02-14", Area="Okafor"),
        row(Visit="2", Age="1971-02-14", Area="Okafor"),
        row(Visit="3", Age="", Area="Okafor"),
    ]
    report = take(tmp_path, write(tmp_path / "a.csv", rows), *BIRTH, batch=batch)
    assert counts(report) == (3, 2, 0, 1)
    assert read(tmp_path / "rejects.csv")[0]["Visit"] == "2"
    patient = Patient.objects.get()
    assert (str(patient.birth_date), patient.search_name) == ("1961-02-14", "okafor")
    assert list(PastVisit.objects.exclude(age=None).values_list("age", flat=True)) == [55]


def test_what_the_desk_wrote_is_not_changed(tmp_path: Path) -> None:
    take(tmp_path, write(tmp_path / "a.csv", [row()]))
    Patient.objects.update(family="Written at the desk")
    take(tmp_path, write(tmp_path / "b.csv", [row(Visit="2", Age="", Area="Okafor")]), *BIRTH)
    assert Patient.objects.get().family == "Written at the desk"


def test_sources_are_kept_apart(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", many(4))
    take(tmp_path, file)
    assert counts(take(tmp_path, file, ("elsewhere", "third-place"))) == (4, 4, 0, 0)
    assert Patient.objects.count() == 6


def test_long_numbers_get_a_record_number_that_fits(tmp_path: Path) -> None:
    rows = [row(Visit=str(number), Patient="7" * 70 + str(number)) for number in (1, 2)]
    take(tmp_path, write(tmp_path / "a.csv", rows), ("elsewhere", "a" * 60))
    assert [len(mrn) for mrn in Patient.objects.values_list("mrn", flat=True)] == [32, 32]


def test_one_fact_is_recorded_for_a_batch_and_no_patient_stands_in_it(tmp_path: Path) -> None:
    take(
        tmp_path,
        write(tmp_path / "a.csv", [*many(5), row(Visit="6", Patient="1", Age="1", Text="1")]),
        batch=3,
    )
    entries = Entry.objects.order_by("pk").values_list("kind", "facts", "actor_name")
    first_day = last_day = "2016-05-02"
    came_in = {"source": "elsewhere", "visits": 3, "first_day": first_day, "last_day": last_day}
    assert list(entries) == [
        ("PatientsImported", {"source": "elsewhere", "added": 2}, "frontdesk import"),
        ("HistoryTakenIn", {**came_in, "looks_double": 0}, "frontdesk import"),
        ("PatientsImported", {"source": "elsewhere", "added": 1}, "frontdesk import"),
        ("HistoryTakenIn", {**came_in, "looks_double": 0}, "frontdesk import"),
    ]


def test_a_second_import_of_the_source_waits(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", many(2))
    settings = connection.settings_dict
    other = psycopg.connect(
        dbname=settings["NAME"],
        user=settings["USER"] or None,
        host=settings["HOST"] or None,
        port=settings["PORT"] or None,
        password=settings["PASSWORD"] or None,
    )
    with other:
        other.execute("SET lock_timeout = '5s'")
        other.execute("SELECT pg_advisory_lock(%s, hashtext('elsewhere'))", [LOCK])
        with pytest.raises(Refused, match="Another import of elsewhere is going on") as refusal:
            take(tmp_path, file)
        assert refusal.value.code == "IMPORT_BUSY"
        assert counts(take(tmp_path, file, ("elsewhere", "third-place")))[1] == 2
    other.close()
    assert counts(take(tmp_path, file))[1] == 2


def test_the_lock_is_let_go_after_a_fault(tmp_path: Path) -> None:
    for _ in range(2):
        with pytest.raises(BadValue, match="There is no file"):
            take(tmp_path, tmp_path / "missing.csv")
    with connection.cursor() as cursor:
        held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND pid = pg_backend_pid()"
        cursor.execute(held, [LOCK])
        assert cursor.fetchone() == (0,)
        with only_one("elsewhere"):
            cursor.execute(held, [LOCK])
            assert cursor.fetchone() == (1,)


def test_a_file_with_a_fault_at_its_end_leaves_nothing(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", many(50))
    with file.open("ab") as stream:
        stream.write(b'51,"never closed')
    with pytest.raises(BadValue, match="near row 52"):
        take(tmp_path, file)
    assert not PastVisit.objects.exists()
    assert not ImportRun.objects.exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "map.toml"]


@pytest.mark.parametrize("where", ["fact", "counters"])
def test_a_batch_that_fails_leaves_its_counters_and_its_patients_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    file = write(tmp_path / "a.csv", many(10))
    save = ImportRun.save

    def record_twice(*arguments: object, **options: object) -> object:
        if Entry.objects.filter(kind="HistoryTakenIn").count() == 2:
            raise IntegrityError
        return record(*arguments, **options)  # type: ignore[arg-type]

    def save_twice(run: ImportRun, *arguments: object, **options: object) -> None:
        if run.rows_read == 10:
            raise IntegrityError
        save(run, *arguments, **options)  # type: ignore[arg-type]

    if where == "fact":
        monkeypatch.setattr(history, "record", record_twice)
    else:
        monkeypatch.setattr(ImportRun, "save", save_twice)
    with pytest.raises(IntegrityError):
        take(tmp_path, file, batch=4)
    run = ImportRun.objects.get()
    assert (run.rows_read, run.rows_accepted, run.finished_at) == (8, 8, None)
    assert (PastVisit.objects.count(), Patient.objects.count()) == (8, 5)
    monkeypatch.undo()
    assert counts(take(tmp_path, file, batch=4)) == (10, 2, 8, 0)


def test_the_database_refuses_counters_that_drop_a_row() -> None:
    with pytest.raises(IntegrityError, match="gateway_nothing_dropped"), transaction.atomic():
        ImportRun.objects.create(
            source="x", file_digest="", file_name="", started_at=NOW, rows_read=2, rows_known=1
        )


@pytest.mark.parametrize("batch", [0, -1, 50_001])
def test_a_batch_has_bounds(tmp_path: Path, batch: int) -> None:
    with pytest.raises(BadValue, match="1 to 50,000"):
        take(tmp_path, write(tmp_path / "a.csv", many(1)), batch=batch)


def test_rejects_get_the_usual_name_and_never_replace_another_such_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")

    def run(rows: list[dict[str, str]]) -> Path | None:
        file = write(tmp_path / "a.csv.gz", rows)
        return Import(plan=plan(tmp_path), by=System("x"), clock=lambda: NOW).run(file).rejects

    assert run([row()]) is None
    assert run([row(Visit="2", Age="-1")]) == Path.cwd() / "a.rejects.csv"
    assert run([row(Visit="2", Age="-1")]) == Path.cwd() / "a.rejects.csv"
    assert run([row(Visit="3", Age="-1")]) == Path.cwd() / "a.rejects.2.csv"
    assert sorted(path.name for path in Path.cwd().iterdir()) == ["a.rejects.2.csv", "a.rejects.csv"]
    assert (Path.cwd() / "a.rejects.csv").stat().st_mode & 0o077 == 0


def test_a_named_rejects_file_is_written_also_when_it_is_empty(tmp_path: Path) -> None:
    named = tmp_path / "mine.csv"
    named.write_text("of an earlier run")
    assert take(tmp_path, write(tmp_path / "a.csv", [row()]), rejects=named).rejects == named
    assert read(named) == []


@pytest.mark.parametrize("name", ["a.csv", ".", "/dev/null"])
def test_rejects_are_not_written_over_what_they_must_not(tmp_path: Path, name: str) -> None:
    file = write(tmp_path / "a.csv", [row()])
    with pytest.raises(BadValue, match="name another file"):
        take(tmp_path, file, rejects=tmp_path / name)
    assert not PastVisit.objects.exists()


def test_rejects_keep_values_that_csv_must_quote(tmp_path: Path) -> None:
    odd = row(Age="-1", Area='line\nbreak, "quoted"; =1+1\x00')
    take(tmp_path, write(tmp_path / "a.csv", [odd]))
    rejected = read(tmp_path / "rejects.csv")[0]
    assert {key: rejected[key] for key in HEADER} == odd
