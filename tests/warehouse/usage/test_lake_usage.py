"""Statements of the pass over the lake, each on a few rows."""

from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pipelines.evidence.keys import IMEI_END, SERIAL, is_imei
from pipelines.evidence.lake import ACTIVE, BLOCKED, DEACTIVATED
from pipelines.settings import Settings
from pipelines.usage.lake_sql import opened
from pipelines.usage.owners import OwnerStanding

NOON, ONE = (datetime(2026, 1, 5, hour, tzinfo=UTC).replace(tzinfo=None) for hour in (12, 13))


ALL_OWNER_SETS = {"owner_sets": None, "first": 0, "last": 2**31 - 1}


def decide(lake) -> None:
    """Who wins each device of `same_device`."""
    lake.run("new_duplicates", shape=lake.shape)
    lake.run("new_placeholder_texts")
    lake.run("placeholder_texts", vehicles=3)
    lake.run("duplicates")


@pytest.fixture
def lake(tmp_path):
    with opened(Settings(home=tmp_path), ["meter_fuel"]) as made:
        yield made


def file(tmp_path, name: str, rows: list[dict[str, object]]) -> str:
    blank = {"vehicle_no": 0, "account_no": 0, "device_key": None, "billable_state": 1, "has_message": None, "hw_id": None}
    kinds = {
        "vehicle_no": pa.int32(), "account_no": pa.int32(), "device_key": pa.int64(), "billable_state": pa.uint8(),
        "has_message": pa.bool_(), "vehicle_id": pa.string(), "hw_id": pa.string(), "is_clone": pa.bool_(),
        "last_message_at": pa.timestamp("us"), "online_minutes": pa.decimal128(18, 3), "meter_fuel": pa.decimal128(18, 6),
        "plate_key": pa.string(), "vin_key": pa.string(), "plate": pa.string(), "name": pa.string(),
    }  # fmt: skip
    full = [{**blank, **row} for row in rows]
    names = [name for name in kinds if any(name in row for row in full)]
    path = tmp_path / f"{name}.parquet"
    pq.write_table(pa.table({name: pa.array([row.get(name) for row in full], kinds[name]) for name in names}), path)
    return str(path)


def rows(lake, table: str) -> list[dict[str, object]]:
    return lake.duckdb.sql(f"FROM {table} ORDER BY ALL").to_arrow_table().to_pylist()


def put_platform_days(lake, *parts: tuple[int, int, str]) -> None:
    numbers, days, platforms = zip(*parts, strict=True)
    never = [None] * len(parts)  # none of the days is carried
    lake.put(
        "platform_days",
        pa.table(
            {
                "platform_day_no": pa.array(numbers, pa.int32()),
                "day_no": pa.array(days, pa.int32()),
                "platform": list(platforms),
                "carried_since": pa.array(never, pa.timestamp("us")),
                "carried_by": pa.array(never, pa.duration("us")),
            }
        ),
    )


def put_owners(lake, *owners: tuple[int, int, int, int, bool]) -> None:
    names = ("platform_day_no", "account_no", "standing", "contract_index", "is_connected")
    lake.put("owners", pa.table(dict(zip(names, map(pa.array, zip(*owners, strict=True)), strict=True))))


def test_codes_have_one_meaning_in_python_and_sql(lake):
    def macro(name: str, word: str) -> int:
        return lake.duckdb.execute(f"SELECT {name}($word)", {"word": word}).fetchone()[0]

    assert {each: macro("standing", each.name.lower()) for each in OwnerStanding} == {each: each.value for each in OwnerStanding}
    states = {"active": ACTIVE, "deactivated": DEACTIVATED, "blocked": BLOCKED}
    assert {name: macro("vehicle_state", name) for name in states} == states
    keys = [-1, 0, IMEI_END - 1, IMEI_END, SERIAL]
    assert [lake.duckdb.execute("SELECT is_imei($key)", {"key": key}).fetchone()[0] for key in keys] == is_imei(np.array(keys)).tolist()


def test_add_fleet_counts_active_vehicles_by_owner_set_and_use(lake, tmp_path):
    path = file(
        tmp_path,
        "one",
        [
            {"online_minutes": Decimal("0.100"), "has_message": True},
            {"online_minutes": Decimal("0.200"), "has_message": False},
            {"online_minutes": None, "has_message": False},
            {"online_minutes": Decimal("5"), "has_message": True, "billable_state": 2},
            {"account_no": 1, "has_message": True},
        ],
    )
    lake.run("new_fleets", shape=lake.shape)
    lake.run("add_fleet", platform_day_no=7, path=path, shape=lake.shape, **ALL_OWNER_SETS)
    found = [
        (row["platform_day_no"], row["account_no"], row["is_used"], row["vehicles"], row["online_minutes"]) for row in rows(lake, "fleets")
    ]
    assert found == [(7, 0, False, 1, None), (7, 0, True, 2, Decimal("0.3")), (7, 1, True, 1, None)]


def test_merge_day_takes_the_latest_row_and_any_use(lake, tmp_path):
    first = file(tmp_path, "1", [{"vehicle_id": "a", "online_minutes": Decimal(1)}, {"vehicle_id": "b", "has_message": False}])
    second = file(tmp_path, "2", [{"vehicle_id": "a", "has_message": False, "account_no": 1}])
    lake.put(
        "day_files",
        pa.table({"filename": [first, second], "latest_is": pa.array([0, 1], pa.int32()), "first_account": pa.array([0, 5], pa.int32())}),
    )
    found = lake.table("merge_day", paths=[first, second]).to_pylist()
    assert [(row["vehicle_id"], row["vehicle_no"], row["account_no"], row["has_message"]) for row in found] == [
        ("b", 1, 0, False),
        ("a", 0, 6, True),
    ]


def test_duplicates_rank_and_tell_texts_with_one_hash_apart(lake, tmp_path):
    listed = [
        {"vehicle_no": 0, "vehicle_id": "a", "device_key": 35, "last_message_at": NOON},
        {"vehicle_no": 1, "vehicle_id": "b", "device_key": 35, "last_message_at": ONE},
        {"vehicle_no": 2, "vehicle_id": "c", "device_key": -9, "hw_id": "sn-1 1111"},
        {"vehicle_no": 3, "vehicle_id": "d", "device_key": -9, "hw_id": "SN11111"},
        {"vehicle_no": 4, "vehicle_id": "e", "device_key": -9, "hw_id": "another"},
        {"vehicle_no": 5, "vehicle_id": "f", "device_key": 36},
    ]
    path = file(tmp_path, "one", listed)
    texts = ["", "", "SN11111", "SN11111", "ANOTHER"]
    repeated = {"vehicle_no": pa.array(range(5), pa.int32()), "device_key": [35, 35, -9, -9, -9], "device_text": texts}
    lake.put("repeated_vehicles", pa.table(repeated))
    lake.run("new_same_device", shape=lake.shape)
    lake.put("rows_of_day", lake.table("repeated_rows", path=path, shape=lake.shape))
    lake.run("add_same_device", platform_day_no=0)
    put_platform_days(lake, (0, 5, "g"))
    put_owners(lake, (0, 0, 3, 0, False))
    decide(lake)
    assert sorted((row["vehicle_no"], row["winner_vehicle_no"]) for row in rows(lake, "duplicates")) == [(0, 1), (3, 2)]
    assert lake.table("duplicate_days").to_pylist() == [{"platform_day_no": 0}]
    ids = lake.duckdb.sql("SELECT 3::INTEGER AS vehicle_no").to_arrow_table()
    lake.put("chosen_vehicles", ids)
    assert lake.table("vehicle_ids", path=path).to_pylist() == [{"vehicle_no": 3, "vehicle_id": "d"}]
    derived = tmp_path / "derived.parquet"
    pq.write_table(lake.table("repeated_rows", path=path, shape=lake.shape), derived)
    lake.put("repeated_files", pa.table({"filename": [str(derived)], "platform_day_no": pa.array([0], pa.int32())}))
    before = rows(lake, "same_device")
    lake.run("new_same_device", shape=lake.shape)
    lake.run("load_same_device", paths=[str(derived)])
    assert rows(lake, "same_device") == before


def test_contract_days_take_duplicates_away_and_follow_the_counting_rule(lake, tmp_path):
    listed = [
        {"vehicle_no": 0, "device_key": 35, "has_message": True, "online_minutes": Decimal("10"), "meter_fuel": Decimal("1.5")},
        {"vehicle_no": 1, "device_key": 35, "has_message": True, "online_minutes": Decimal("20"), "meter_fuel": Decimal("2.5")},
        {"vehicle_no": 2, "has_message": False, "online_minutes": Decimal(0), "meter_fuel": Decimal("4")},
        {"vehicle_no": 3, "has_message": False, "account_no": 1, "meter_fuel": Decimal("8")},
        {"vehicle_no": 4, "has_message": True, "account_no": 2},
    ]
    path = file(tmp_path, "one", listed)
    put_platform_days(lake, (0, 5, "g"))
    put_owners(lake, (0, 0, 3, 0, False), (0, 1, 3, 1, True), (0, 2, 0, -1, False))
    lake.run("new_fleets", shape=lake.shape)
    lake.run("add_fleet", platform_day_no=0, path=path, shape=lake.shape, **ALL_OWNER_SETS)
    lake.run("new_same_device", shape=lake.shape)
    both = {"vehicle_no": pa.array([0, 1], pa.int32()), "device_key": [35, 35], "device_text": ["", ""]}
    lake.put("repeated_vehicles", pa.table(both))
    lake.put("rows_of_day", lake.table("repeated_rows", path=path, shape=lake.shape))
    lake.run("add_same_device", platform_day_no=0)
    decide(lake)
    found = sorted(lake.table("contract_days").to_pylist(), key=lambda row: row["contract_index"])
    assert [(row["contract_index"], row["day_no"], row["fleet_size"], row["online_minutes"], row["meter_fuel"]) for row in found] == [
        (0, 5, 1, 10, Decimal("1.5")),
        (1, 5, 1, 0, 8),
    ]
    lake.put("wanted", pa.table({"platform_day_no": pa.array([0], pa.int32())}))
    present = sorted(tuple(row.values()) for row in lake.table("platform_fleets").to_pylist())
    assert present == [(0, 0, 2, 1), (0, 1, 1, 1)]
    lake.run("unpaid_owner_sets")
    assert rows(lake, "unpaid_owner_sets") == [{"platform_day_no": 0, "account_no": 2}]


def test_suspected_share_a_plate_or_a_vin(lake, tmp_path):
    listed = [
        {"vehicle_no": 0, "vehicle_id": "a", "plate_key": "A1", "vin_key": "X"},
        {"vehicle_no": 1, "vehicle_id": "b", "plate_key": "A1"},
        {"vehicle_no": 2, "vehicle_id": "c", "plate_key": "A2", "vin_key": "X", "billable_state": 2},
        {"vehicle_no": 3, "vehicle_id": "d"},
    ]
    path = file(tmp_path, "one", listed)
    hashes = lake.table("plate_hashes", path=path).to_pylist()
    assert [row["has_plate"] for row in hashes] == [True, True, False]
    assert hashes[0]["plate"] == hashes[1]["plate"]
    for what in ("plate", "vin"):
        lake.put(f"repeated_{what}s", pa.table({"hash": pa.array([row[what] for row in hashes if row[f"has_{what}"]], pa.uint64())}))
    put_platform_days(lake, (0, 5, "g"))
    put_owners(lake, (0, 0, 3, 0, False))
    lake.run("new_same_device", shape=lake.shape)
    decide(lake)
    lake.run("new_look_alikes")
    lake.put("near_devices", pa.table({"device_key": [35, 1350], "device_digits": ["00000000000035"] * 2}))
    lake.run("add_look_alikes", platform_day_no=0, path=path)
    lake.run("suspected")
    assert sorted((row["day_no"], row["subject"], row["what"]) for row in rows(lake, "suspected")) == [
        (5, "g/a", "plate"),
        (5, "g/b", "plate"),
    ]


@given(days=st.sets(st.integers(1, 31)))
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_bits_of_a_month_as_runs_of_days(lake, days):
    bits = sum(1 << (day - 1) for day in days)
    of_days = "SELECT d, run_end($bits::UINTEGER, d) FROM range(1, 32) days (d) WHERE begins_run($bits::UINTEGER, d) ORDER BY d"
    runs = lake.duckdb.execute(of_days, {"bits": bits}).fetchall()
    assert sorted(day for first, last in runs for day in range(first, last + 1)) == sorted(days)
    assert all(last + 1 < first for (_, last), (first, _) in pairwise(runs))
    within = lake.duckdb.execute("SELECT days_within($bits::UINTEGER, 5, 20)", {"bits": bits}).fetchone()[0]
    assert within == len([day for day in days if 5 <= day <= 20])


def test_frozen_days_are_bits_of_a_reason(lake, tmp_path):
    path = file(tmp_path, "one", [{"vehicle_id": "a", "has_message": True, "name": "А"}, {"vehicle_no": 1, "vehicle_id": "b"}])
    put_platform_days(lake, (0, 1, "g"), (1, 31, "g"))
    put_owners(lake, (0, 0, 3, 0, False), (1, 0, 2, 0, False))
    lake.put("frozen_contracts", pa.table({"contract_index": pa.array([0], pa.int32()), "contract_no": ["C1"]}))
    lake.run("new_same_device", shape=lake.shape)
    decide(lake)
    lake.run("new_fleets", shape=lake.shape)
    lake.run("frozen_parts", at_once=1)
    days = lake.table("frozen_part_days", at_once=1).to_pylist()
    assert [tuple(row.values()) for row in days] == [(0, 0, 0, 0, 1), (0, 1, 0, 0, 1)]
    lake.run("new_frozen")
    lake.run("new_frozen_days")
    for row in days:
        lake.run("add_frozen_day", path=path, shape=lake.shape, slice=0, **row)
    lake.run("add_frozen")
    found = lake.table("frozen_rows").to_pylist()
    assert [(row["vehicle_id"], row["name"], row["billed"], row["unused"], row["blocked"]) for row in found] == [
        ("a", "А", 1, 0, 1 << 30),
        ("b", None, 0, 1, 1 << 30),
    ]
    [digest] = lake.table("frozen_digests").to_pylist()
    assert digest["contract_no"] == "C1"
    assert len(digest["digest"]) == 64
