"""Landing: digests, meeting-point columns, no-ops, further snapshots, two processes at once (domain.md §2, §3.2)."""

import gzip
import random
import subprocess
import sys
from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from pipelines.evidence import lake
from pipelines.evidence.folder import land_folder
from pipelines.evidence.keys import look_alike_keys, other_device
from pipelines.evidence.normalise import arrange, day_bounds, identify
from pipelines.evidence.tree import Listed, grow
from pipelines.platforms.interface import Snapshot
from pipelines.warehouse.engine import transaction
from tests.conftest import NOW

from .conftest import HEADER, csv_text, row


def made(rows, day=date(2026, 1, 15), zone="Europe/Moscow", accounts=None, platform="gps1"):
    names = list(rows[0])
    columns = {name: pa.array([None if each[name] is None else str(each[name]) for each in rows], pa.string()) for name in names}
    return identify(Snapshot(platform, day, NOW, zone, pa.table(columns), accounts=accounts, source="x"))


def test_the_digest_is_of_the_content_alone():
    rows = [row(number) for number in range(50)]
    digest = made(rows).digest
    shuffled = [dict(sorted(each.items(), reverse=True)) for each in random.Random(7).sample(rows, 50)]
    assert made(shuffled).digest == digest
    assert (
        made([{**each, "online_minutes": "480.000", "is_clone": None, "last_message_at": "2026-01-15T07:00:00Z"} for each in rows]).digest
        == digest
    )
    others = [
        made(rows, date(2026, 1, 16)),
        made(rows, platform="gps2"),
        made(rows[:-1]),
        made([{**each, "online_minutes": 481} if each is rows[3] else each for each in rows]),
        made([{**each, "online_minutes": "abc"} if each is rows[3] else each for each in rows]),
        made([{**each, "online_minutes": None} if each is rows[3] else each for each in rows]),
        made([{key: value for key, value in each.items() if key != "vin"} for each in rows]),
        made(rows, accounts=pa.table({"account_id": ["a0"], "enabled": ["0"]})),
        made([{**each, "name": each["plate"], "plate": each["name"]} for each in rows]),
    ]
    assert len({digest, *(other.digest for other in others)}) == len(others) + 1


def test_the_columns_that_usage_reads():
    rows = [
        row(1, account_id="b", hw_id="35-2093 081000017", plate="а001вс 77", last_message_at="2026-01-14T21:00:00Z"),
        row(2, account_id="a", hw_id="tracker-7", state="blocked", last_message_at="2026-01-15T20:59:59.999999+00:00"),
        row(3, account_id=None, hw_id="000000000000000", state="deactivated", last_message_at="2026-01-14T23:59:59+03:00", plate=None),
        row(4, account_id="a", hw_id="12345", state="active", last_message_at=None, online_minutes="7,5", is_clone=1),
    ]
    found = made(rows)
    assert found.metadata.owners == (("a",), ("b",), ())
    seen = [
        (each["vehicle_id"], each["vehicle_no"], each["account_no"], each["device_key"], each["has_message"], each["billable_state"])
        for each in arrange(found).to_pylist()
    ]
    assert seen == [
        ("v0002", 1, 0, other_device("tracker7"), True, 3),
        ("v0004", 3, 0, None, False, 1),
        ("v0001", 0, 1, 35209308100001, True, 1),
        ("v0003", 2, 2, None, False, 2),
    ]
    last = arrange(found).to_pylist()[1]
    assert (last["online_minutes"], last["is_clone"], last["meter_fuel"]) == (Decimal("7.500"), True, Decimal("12.500000"))
    assert arrange(found)["plate_key"].to_pylist()[2:] == ["A001BC77", None]
    assert arrange(found).schema.field("last_message_at").type == pa.timestamp("us")


def test_a_message_at_the_boundary_of_months_belongs_to_the_local_day():
    moment = row(1, last_message_at="2026-01-31T23:30:00Z")  # 02:30 on 1 February in Moscow
    days = [date(2026, 1, 31), date(2026, 2, 1)]
    assert [arrange(made([moment], day))["has_message"].to_pylist() for day in days] == [[False], [True]]
    assert [arrange(made([moment], day, "UTC"))["has_message"].to_pylist() for day in days] == [[True], [False]]


def test_a_day_of_23_or_25_hours_is_one_day():
    for day, hours in ((date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 1), 24)):
        first, end = day_bounds(day, "Europe/Berlin")
        assert (end - first).total_seconds() == hours * 3600


def test_without_the_column_nobody_knows_of_messages():
    bare = made([{"vehicle_id": "1", "state": "active"}])
    assert arrange(bare)["has_message"].to_pylist() == [None]
    assert arrange(bare).column_names[:2] == ["vehicle_id", "state"]
    assert "online_minutes" not in arrange(bare).column_names


@given(st.lists(st.one_of(st.none(), st.text(st.sampled_from("АВЕКМНОРСТУХавекABcx19 \u00a0Ж"), max_size=9)), min_size=1, max_size=30))
def test_look_alikes_are_folded(texts):
    fold = str.maketrans("АВЕКМНОРСТУХ", "ABEKMHOPCTYX", " \u00a0")
    expected = [(written or "").upper().translate(fold) or None for written in texts]
    assert look_alike_keys(pa.array(texts, pa.string())).to_pylist() == expected


def test_the_tree_is_merged_from_list_and_rows():
    tree = grow([Listed("a", None, "Альфа", None), Listed("b", "zz", None, "0")], [("a", "d"), ("c", "e"), ("c", "b")])
    assert tree.accounts == (
        ("a", "d", "Альфа", True),
        ("b", "zz", None, False),
        ("c", "b", None, True),
        ("d", None, None, True),
        ("zz", None, None, True),
    )
    assert {each.account_id: (each.parents, each.parent_known) for each in tree.looked} == {"a": (1, 0), "b": (1, 0), "c": (2, 1)}


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
