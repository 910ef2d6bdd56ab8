"""The public no-show data, whole: 110,527 rows of another system's export, with its faults."""

from __future__ import annotations

import gzip
import os
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import pytest

from frontdesk.book.models import PastVisit
from frontdesk.daybook.facts import System
from frontdesk.gateway.imports.map import read_map
from frontdesk.gateway.imports.take_in import Import
from frontdesk.insight.no_shows import Share, by_lead, sources
from frontdesk.people.models import Patient
from tests.gateway.imports.exports import read

ROOT = Path(__file__).parents[3]
FILE = ROOT.parent / "shared" / "data" / "noshow" / "KaggleV2-May-2016.csv.gz"


def percent(share: Share, digits: int = 1) -> float:
    assert share.percent is not None
    return round(share.percent, digits)


@pytest.mark.shared_data
@pytest.mark.skipif(not FILE.exists(), reason=f"the public no-show data is not at {FILE}")
@pytest.mark.django_db
def test_the_first_rows_are_accepted_or_rejected(tmp_path: Path) -> None:
    """A fifth of the file, as it stands; all of it in the full proofs."""
    part, rejects = tmp_path / "first.csv", tmp_path / "rejects.csv"
    with gzip.open(FILE, "rt", encoding="utf-8-sig", newline="") as whole:
        part.write_text("".join(islice(whole, 20_001)), encoding="utf-8", newline="")
    plan = read_map(ROOT / "examples" / "import" / "noshow.toml")
    work = Import(plan=plan, by=System("frontdesk import"), clock=lambda: datetime(2026, 11, 21, tzinfo=UTC))
    report = work.run(part, named_rejects=rejects)
    assert (report.read, report.accepted, report.known, report.rejected) == (20_000, 19_999, 0, 1)
    assert [one["row_number"] for one in read(rejects)] == ["3952"]
    assert PastVisit.objects.count() == 19_999


@pytest.mark.shared_data
@pytest.mark.skipif(
    not os.environ.get("FRONTDESK_FULL_PROOFS"), reason="takes two minutes; set FRONTDESK_FULL_PROOFS=1"
)
@pytest.mark.skipif(not FILE.exists(), reason=f"the public no-show data is not at {FILE}")
@pytest.mark.django_db
def test_every_row_is_accepted_or_rejected_and_the_figures_are_right(tmp_path: Path) -> None:
    plan = read_map(ROOT / "examples" / "import" / "noshow.toml")
    work = Import(plan=plan, by=System("frontdesk import"), clock=lambda: datetime(2026, 11, 21, tzinfo=UTC))
    report = work.run(FILE, named_rejects=tmp_path / "rejects.csv")

    assert (report.read, report.accepted, report.known, report.rejected) == (110_527, 110_516, 0, 11)
    assert report.doubles == 618
    assert report.reasons == {
        "PatientId is not a whole number": 5,
        "AppointmentDay lies before ScheduledDay": 5,
        "Age is below 0": 1,
    }
    assert [one["row_number"] for one in read(tmp_path / "rejects.csv")] == [
        "3952", "27035", "55228", "64177", "71535", "72364", "73230", "73305", "99834", "100519", "105432",
    ]  # fmt: skip
    assert (PastVisit.objects.count(), Patient.objects.count()) == (110_516, patients_in_file())

    (source,) = sources()
    assert (source.visits, source.doubles, str(source.first_day), str(source.last_day)) == (
        110_516,
        618,
        "2016-04-29",
        "2016-06-08",
    )
    found = by_lead(source.name)
    assert percent(found.raw.all, 2) == 20.19
    # 1,792 of 38,560 is 4.647 %; where 4.7 % is quoted, 4.65 was rounded once more.
    assert percent(found.bands[0].split.all, 2) == 4.65
    assert [percent(band.split.all) for band in found.bands[1:]] == [22.9, 25.2, 30.5, 32.6, 34.2, 28.4]
    assert (percent(found.raw.reminded), percent(found.raw.others)) == (27.6, 16.7)
    assert (percent(found.long.reminded), percent(found.long.others)) == (27.6, 32.7)
    assert found.raw_misleads
    assert found.first_reminded == 3


def patients_in_file() -> int:
    """Counted another way: 62,299 distinct numbers, of which five are damaged, less those only in rejected rows."""
    import csv
    import gzip

    with gzip.open(FILE, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return len(
        {
            one["PatientId"]
            for one in rows
            if one["PatientId"].isdigit()
            and int(one["Age"]) >= 0
            and one["AppointmentDay"][:10] >= one["ScheduledDay"][:10]
        }
    )
