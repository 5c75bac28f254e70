"""Landing: no-ops, further snapshots, a lost file, two processes at once (domain.md §2)."""

import gzip
import subprocess
import sys
from datetime import date, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import text

from pipelines.evidence import lake
from pipelines.evidence.landing_folder import land_folder
from pipelines.warehouse.engine import transaction
from tests.conftest import NOW
from tests.deliveries import HEADER, csv_text, row


def test_the_same_content_is_no_news_in_any_container(settings, platform, deliver, register, tmp_path):
    rows = [row(number) for number in range(30)]
    source = deliver(rows)
    first = land_folder(settings, platform, str(source), NOW).landed[0][1]
    folder = source / "gps1"
    (folder / "2026-01-15.csv").unlink()
    turned = ",".join(reversed(HEADER.split(",")))
    (folder / "2026-01-15.csv.gz").write_bytes(gzip.compress(csv_text(rows[::-1], turned, ";").encode()))
    typed = {name: [each[name] for each in rows] for name in HEADER.split(",")}
    typed["last_message_at"] = pa.array(
        [datetime.fromisoformat(str(each["last_message_at"])) for each in rows], pa.timestamp("s", "Europe/Moscow")
    )
    typed["is_clone"] = [bool(each["is_clone"]) for each in rows]
    typed["meter_fuel"] = [float(each["meter_fuel"]) for each in rows]
    pq.write_table(pa.table(typed), folder / "2026-01-15.parquet")
    again = land_folder(settings, platform, str(source), NOW).landed
    assert [(landed.digest, landed.already) for _, landed in again] == [(first.digest, True)] * 2
    assert register() == [("2026-01-15", "landed", 30)]


def test_other_content_is_a_further_snapshot_of_the_day(settings, platform, deliver, register):
    first = land_folder(settings, platform, str(deliver([row(1), row(2)])), NOW).landed[0][1]
    second = land_folder(settings, platform, str(deliver([row(1)])), NOW).landed[0][1]
    assert register() == [("2026-01-15", "landed", 2), ("2026-01-15", "landed", 1)]
    paths = [lake.snapshot_path("gps1", date(2026, 1, 15), landed.digest) for landed in (first, second)]
    assert [lake.read(settings, path).num_rows for path in paths] == [2, 1]
    assert lake.read_metadata(settings, paths[0]).accounts == (("a1", None, None, True), ("a2", None, None, True))
    with transaction(settings) as connection:
        numbers = connection.execute(text("SELECT snapshot_no, columns, path FROM evidence.snapshots ORDER BY 1")).all()
    assert [(number, path) for number, _, path in numbers] == list(enumerate(paths, start=1))
    assert numbers[0].columns == HEADER.split(",")


def test_a_lost_file_is_healed_by_landing_it_again(settings, platform, deliver):
    source = deliver([row(1)])
    landed = land_folder(settings, platform, str(source), NOW).landed[0][1]
    path = lake.snapshot_path("gps1", date(2026, 1, 15), landed.digest)
    (settings.home / "lake" / path).unlink()
    with pytest.raises(lake.EvidenceLost):
        lake.read(settings, path)
    assert land_folder(settings, platform, str(source), NOW).landed[0][1].already
    assert lake.read(settings, path).num_rows == 1


def test_the_lake_may_be_object_storage(settings, platform, deliver):
    from dataclasses import replace

    remote = replace(settings, lake_url="memory://lake")
    landed = land_folder(remote, platform, str(deliver([row(1)])), NOW).landed[0][1]
    assert lake.read(remote, lake.snapshot_path("gps1", date(2026, 1, 15), landed.digest)).num_rows == 1


def test_two_processes_landing_one_file_at_once(settings, platform, deliver, environment, register):
    source = deliver([row(number) for number in range(200)])
    command = [
        sys.executable,
        "-c",
        "from pipelines.cli.main import main; main()",
        "snapshot",
        "land",
        "--platform",
        "gps1",
        "--source",
        str(source),
    ]
    both = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    for each in both:
        each.communicate(timeout=120)
    assert [each.returncode for each in both] == [0, 0]
    assert register() == [("2026-01-15", "landed", 200)]
    assert len(list((settings.home / "lake").rglob("*.*"))) == 1
