"""Findings of a month's evidence: seen from when to when, replaced as a whole (domain.md §3, §10)."""

import sys
from dataclasses import replace as replace_setting
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from pipelines.evidence.lake import location
from pipelines.findings.dips import Dip, MonthEnd, dip, month_end
from pipelines.findings.store import Occurrence, listing, replace
from pipelines.period import Month, Span
from pipelines.usage.lake_sql import opened
from pipelines.usage.month import compute
from pipelines.usage.ownership import MonthOwners
from pipelines.usage.sources import read
from tests.conftest import NOW
from tests.lake_builder import Car, World

JANUARY, FEBRUARY = Month(2026, 1), Month(2026, 2)


@pytest.fixture
def world(settings):
    with World(settings) as made:
        yield made.contract("C1").terms("C1").account("gps1", "a1", "C1")


def found(world: World, month: Month = JANUARY, at: datetime = NOW) -> dict[str, list[tuple[object, ...]]]:
    compute(world.settings, world.connection, month, store=True, at=at)
    rows: dict[str, list[tuple[object, ...]]] = {}
    for row in listing(world.connection, month):
        rows.setdefault(row["kind"], []).append(
            (row["subject"], row["contract_no"], row["first_seen"].day, row["last_seen"].day, row["days"])
        )
    return rows


def test_orphans_and_unknown_accounts_every_day_until_resolved(world):
    world.account("gps1", "new", "C1", "2026-01-11")
    world.every_day("2026-01", "gps1", [Car("o"), Car("n", "new"), Car("off", state="deactivated"), Car("v", "a1")])
    assert found(world) == {
        "orphan": [("gps1/n", None, 1, 10, 10), ("gps1/o", None, 1, 31, 31)],
        "unknown_account": [("gps1/new", None, 1, 10, 10)],
    }


def test_out_of_contract_double_mapping_and_several_owners(world):
    world.contract("OLD", ends="2026-01-20").terms("OLD").account("gps1", "b1", "OLD")
    world.contract("C0").account("gps1", "a1", "C0", "2026-01-30")
    world.every_day("2026-01", "gps1", [Car("late", "b1"), Car("v", "a1"), Car("shared", ("a1", "b1"))])
    assert found(world) == {
        "double_mapping": [("gps1/a1", "C0", 30, 31, 2)],
        "out_of_contract": [("gps1/late", "OLD", 21, 31, 11)],
        "several_owners": [("gps1/shared", "C0", 1, 31, 31)],
        "transfer": [("gps1/shared", "C0", 30, 30, 1), ("gps1/v", "C0", 30, 30, 1)],
    }


def test_duplicates_and_suspected_duplicates(world):
    world.account("gps2", "b1", "C1")
    world.every_day(
        "2026-01", "gps1", [Car("v", "a1", hw_id="350000000000006", plate="а123вс 77"), Car("p", "a1", plate="A123BC77", vin="X1")]
    )
    world.every_day("2026-01", "gps2", [Car("w", "b1", hw_id="35000000000000", plate="A123BC77"), Car("x", "b1", vin="x1", hw_id="777777")])
    assert found(world) == {
        "duplicate": [("gps2/w", "C1", 1, 31, 31)],
        "suspected_duplicate": [("gps1/p", "C1", 1, 31, 31), ("gps1/v", "C1", 1, 31, 31), ("gps2/x", "C1", 1, 31, 31)],
    }
    details = {row["subject"]: row["detail"] for row in listing(world.connection, JANUARY, "suspected_duplicate")}
    assert details["gps1/p"] == "тот же номер A123BC77 у gps1/v; тот же VIN X1 у gps2/x"


WITH_DEVICES = ("last_message_at", "is_clone", "hw_id")


def test_placeholders_are_no_duplicates_and_are_told(world):
    world.account("gps2", "b1", "C1")
    word = [Car(f"v{n}", "a1", hw_id="tracker 1") for n in range(3)]
    others = [Car("e", "a1"), Car("u1", "a1", hw_id="unknown"), Car("u2", "a1", hw_id="unknown"), Car("off", "a1", state="deactivated")]
    world.snapshot("gps1", "2026-01-05", [*word, *others], columns=WITH_DEVICES)
    world.snapshot("gps2", "2026-01-05", [Car("w", "b1", hw_id="TRACKER-1"), Car("x", "b1", hw_id="SN 1000")], columns=WITH_DEVICES)
    usage = compute(world.settings, world.connection, JANUARY, store=True, at=datetime(2026, 1, 6, 9, tzinfo=UTC))
    assert usage.days.column("fleet_size").to_pylist() == [8]
    assert [(row["kind"], row["subject"], row["detail"]) for row in listing(world.connection, JANUARY) if "device" in row["kind"]] == [
        (
            "placeholder_device",
            "gps1",
            "машин без номера устройства: 6, дубли по ним не ищутся; вместо номера: «TRACKER1» — 3 (например, v0),"
            " «unknown» — 2 (например, u1), пусто — 1 (например, e)",
        ),
        (
            "placeholder_device",
            "gps2",
            "машин без номера устройства: 1, дубли по ним не ищутся; вместо номера: «TRACKER1» — 1 (например, w)",
        ),
    ]


@pytest.mark.parametrize(
    ("cars", "billed"),
    [
        ([Car(f"v{n}", "a1", hw_id="SN 1000", is_clone=True) for n in range(5)], 1),  # a fleet of clones
        ([Car("o", "a1", hw_id="SN 1000"), *(Car(f"v{n}", "a1", hw_id="SN 1000", is_clone=True) for n in range(5))], 1),
        ([Car(f"v{n}", "a1", hw_id="350000000000014") for n in range(5)], 1),  # an IMEI is no word
        ([Car(f"v{n}", "a1", hw_id="123456789012345") for n in range(5)], 5),  # a factory's example number
        ([Car(f"v{n}", "a1", hw_id="123456789012345") for n in range(2)], 1),
        ([Car("1", "a1", hw_id="350000000000014"), Car("2", "a1", hw_id="0350000000000014")], 1),
        ([Car("1", "a1", hw_id="350000000000014"), Car("2", "a1", hw_id="350000000000011")], 2),
        ([Car(f"v{n}", "a1", hw_id=f"86371901000001{n:02}") for n in range(9)], 1),  # software versions of one IMEI
        ([Car(f"v{n}", "a1", hw_id=f"86371901000001{n:03}") for n in range(9)], 9),  # serials of 17 digits
    ],
)
def test_serials_and_clones(world, cars, billed):
    world.snapshot("gps1", "2026-01-05", cars)
    usage = compute(world.settings, world.connection, JANUARY, store=True, at=datetime(2026, 1, 6, 9, tzinfo=UTC))
    assert usage.days.column("fleet_size").to_pylist() == [billed]
    assert len(listing(world.connection, JANUARY, "duplicate")) == len(cars) - billed


def test_a_serial_that_nearly_is_an_imei_is_suspected(world):
    world.account("gps2", "b1", "C1")
    world.snapshot("gps1", "2026-01-05", [Car("v", "a1", hw_id="350000000000014"), Car("s", "a1", hw_id="860000000000011")])
    world.snapshot("gps2", "2026-01-05", [Car("w", "b1", hw_id="350000000000019"), Car("t", "b1", hw_id="860000000000012")])
    assert found(world, at=datetime(2026, 1, 6, 9, tzinfo=UTC))["suspected_duplicate"] == [
        ("gps1/v", "C1", 5, 5, 1),
        ("gps2/w", "C1", 5, 5, 1),
    ]
    [detail] = {row["detail"] for row in listing(world.connection, JANUARY, "suspected_duplicate") if row["subject"] == "gps2/w"}
    assert detail == "почти тот же номер устройства 35000000000001 у gps1/v"


def test_contracts_without_accounts_and_with_accounts_that_nobody_lists_are_named(world):
    world.contract("NONE").contract("TYPO").account("gps1", "typo", "TYPO").account("gps1", "a1", "TYPO", "2026-03-01")
    world.contract("ONCE").account("gps1", "once", "ONCE").contract("LATER", "2026-02-01")
    world.contract("TWIN").account("gps1", "А1", "TWIN")  # the А is Cyrillic
    world.tree("gps1", ("a1", None), ("once", "a1"))
    world.snapshot("gps1", "2025-11-07", [Car("v", "a1")])
    world.tree("gps1", ("a1", None)).every_day("2026-01", "gps1", [Car("v", "a1")])
    assert found(world)["contract_without_accounts"] == [(name, name, 31, 31, 1) for name in ("NONE", "TWIN", "TYPO")]
    details = [row["detail"] for row in listing(world.connection, JANUARY, "contract_without_accounts")]
    assert details == [
        "договору не назначено ни одной учётной записи: машин у него быть не может",
        "ни одна платформа ни разу не назвала учётных записей договора: gps1/А1; "
        "похожие на платформе есть (другие буквы, регистр или нули): gps1/a1",
        "ни одна платформа ни разу не назвала учётных записей договора: gps1/typo",
    ]


def test_missing_days_that_are_over(world):
    world.every_day("2026-01", "gps1", lambda d: [Car("v", "a1")] if d.day < 5 else None)
    assert found(world, at=datetime(2026, 1, 7, 20, 30, tzinfo=UTC)) == {"missing_snapshot": [("gps1", None, 5, 6, 2)]}
    assert found(world, at=datetime(2026, 1, 7, 21, 30, tzinfo=UTC)) == {
        "missing_snapshot": [("gps1", None, 5, 7, 3)]
    }  # 8 January in Moscow


def test_a_day_that_no_contract_needs_is_not_missed(world):
    world.every_day("2026-01", "gps1", [Car("v", "a1")])
    world.contract("OLD", ends="2026-01-02").account("gone", "x", "OLD").contract("NEW", "2026-02-01").account("gone", "y", "NEW")
    assert found(world) == {
        "missing_snapshot": [("gone", None, 1, 2, 2)],
        "contract_without_accounts": [("OLD", "OLD", 2, 2, 1)],
    }


def test_a_month_is_replaced_and_an_unchanged_one_is_left(world):
    world.every_day("2026-01", "gps1", [Car("o"), Car("v", "a1")])
    assert list(found(world)) == ["orphan"]
    world.sql("DELETE FROM findings.occurrences")
    assert found(world) == {}  # nothing changed, nothing computed
    world.snapshot("gps1", "2026-01-31", [Car("v", "a1"), Car("o", "a1")])
    assert found(world) == {"orphan": [("gps1/o", None, 1, 30, 30)]}


def moves(world: World, month: Month) -> list[tuple[object, ...]]:
    compute(world.settings, world.connection, month, store=True, at=NOW)
    rows = listing(world.connection, month, "transfer")
    return [(row["subject"], row["contract_no"], row["first_seen"], row["days"], row["detail"]) for row in rows]


def move(vehicle: str, on: date, old: str, new: str, end: str = "") -> tuple[object, ...]:
    return f"gps1/{vehicle}", new, on, 1, f"перешла с договора {old} на договор {new}{end}"


def test_vehicles_moved_away_for_the_last_days_are_seen_going_and_coming_back(world):
    world.contract("C2").account("gps1", "b1", "C2").contract("C3").account("gps1", "c1", "C3")
    stay = [Car("s1", "a1"), Car("s2", "b1"), Car("s3", "c1"), Car("off", "b1", state="deactivated"), Car("nobody")]
    away, home = [Car("m1", "b1"), Car("m2", "b1", state="deactivated")], [Car("m1", "a1"), Car("m2", "a1")]
    world.every_day("2026-01", "gps1", lambda d: None if d.day == 25 else [*stay, *(away if d.day > 24 else home)])
    assert moves(world, JANUARY) == [
        move(vehicle, date(2026, 1, 26), "C1", "C2", " в последние дни месяца, на новом 6\N{NO-BREAK SPACE}дней")  # the 25th is not covered
        for vehicle in ("m1", "m2")
    ]
    assert [row["vehicle_days"] for row in listing(world.connection, JANUARY, "transfer")] == [6, 6]
    world.every_day("2026-02", "gps1", [*stay, *home])
    back = [move(vehicle, date(2026, 2, 1), "C2", "C1") for vehicle in ("m1", "m2")]
    assert moves(world, FEBRUARY) == back
    world.snapshot("gps1", "2026-01-31", [*stay, *home])  # a later snapshot of the 31st shows them back already
    assert moves(world, JANUARY)[-1] == (
        "gps1/m2",
        "C1",
        date(2026, 1, 26),
        2,
        "перешла с договора C2 на договор C1 в последние дни месяца, на новом 1\N{NO-BREAK SPACE}день",
    )
    assert listing(world.connection, FEBRUARY, "transfer") == []


def test_lost_evidence_of_the_month_before_does_not_stop_a_month(world):
    world.every_day("2026-01", "gps1", [Car("v", "a1")]).every_day("2026-02", "gps1", [Car("v", "a1")])
    [path] = world.sql("SELECT path FROM evidence.snapshots WHERE business_date = '2026-01-31'").scalars()
    Path(location(world.settings, path)).unlink()
    assert found(world, FEBRUARY) == {}
    found(world, JANUARY)
    said = f"файл снимка удалён ({path}): договоры этой платформы за месяц не выставляются"
    assert [row["detail"] for row in listing(world.connection, JANUARY, "missing_snapshot")] == [said]


def test_an_account_given_to_another_contract_moves_its_vehicles_and_what_comes_or_goes_does_not(world):
    world.contract("C2").account("gps1", "b1", "C2").contract("OLD", ends="2026-01-09").account("gps1", "o1", "OLD")
    world.account("gps1", "x1", "C1", "2026-01-01", "2026-01-14").account("gps1", "x1", "C2", "2026-01-15")
    both = [Car("v", "a1"), Car("w", "b1"), Car("x", "x1"), Car("hidden", "x1", state="deactivated"), Car("late", "o1")]
    world.every_day("2026-01", "gps1", lambda d: [*both, Car("new", "b1")] if d.day > 7 else [*both, Car("gone", "a1")])
    assert moves(world, JANUARY) == [move("x", date(2026, 1, 15), "C1", "C2")]


def test_dip_is_suspected_then_confirmed(world):
    world.every_day("2026-01", "gps1", lambda d: [Car(f"v{n}", "a1") for n in range(4 if d.day > 24 else 20)])
    assert found(world) == {"month_end_dip": [("C1", "C1", 31, 31, 1)]}
    assert "ещё не известна" in listing(world.connection, JANUARY)[0]["detail"]
    world.every_day("2026-02", "gps1", [Car(f"v{n}", "a1") for n in range(20)])
    compute(world.settings, world.connection, FEBRUARY, store=True, at=NOW)
    assert listing(world.connection, JANUARY)[0]["detail"].endswith("на следующей неделе 20")


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        (MonthEnd(100, 70, 7, 90, 7), Dip.CONFIRMED),
        (MonthEnd(100, 70, 7, 90, 1), Dip.CONFIRMED),
        (MonthEnd(100, 70, 7, 89, 7), None),  # it did not come back: the client left
        (MonthEnd(100, 70, 7, 89, 6), Dip.SUSPECTED),
        (MonthEnd(100, 70, 7, None, 0), Dip.SUSPECTED),
        (MonthEnd(100, 71, 7, 100, 7), None),
        (MonthEnd(4, 2, 7, 4, 7), None),
        (MonthEnd(100, 10, 3, 100, 7), None),  # a long weekend
        (MonthEnd(100, 10, 4, 100, 7), Dip.CONFIRMED),
    ],
)
def test_rule_of_the_dip(end, expected):
    assert dip(end) is expected


@pytest.mark.parametrize(
    ("fleets", "expected"),
    [
        ([10] * 24 + [6] * 7, MonthEnd(10, 6, 7, 10, 7, 28)),  # down on the 25th of January
        ([10] * 24 + [6] * 4, MonthEnd(10, 6, 4, 10, 7, 16)),  # and of February
        ([10] * 20 + [6] * 11, MonthEnd(10, 6, 7, 10, 7, 28)),  # the last week alone is looked at
        ([10] * 24 + [6, None, 6, 6, 6, 6, 6], MonthEnd(10, 6, 5, 10, 7, 20)),  # a day that is not known
        ([10] * 31, None),
        ([6] * 7, MonthEnd(6, 6, 0, 10, 7)),
        ([None] * 31, None),
    ],
)
def test_low_last_days_of_a_month(fleets, expected):
    assert month_end(fleets, 10, 7) == (expected if expected and expected.low_days else None)


@pytest.mark.parametrize(("month", "last"), [(JANUARY, 31), (FEBRUARY, 28)])
def test_a_fleet_that_leaves_on_the_25th_and_is_back_on_the_2nd_is_caught_and_counted(world, month, last):
    hidden = {date(month.year, month.number, day) for day in range(25, last + 1)} | {month.next.first}
    for each in (month, month.next):
        world.every_day(str(each), "gps1", lambda d: [Car(f"v{n}", "a1") for n in range(6 if d in hidden else 10)])
    compute(world.settings, world.connection, month, store=True, at=NOW)
    [row] = listing(world.connection, month, "month_end_dip")
    assert row["vehicle_days"] == 4 * (last - 24)
    assert row["detail"] == f"было до 10, с 25.{month.number:02}.2026 не больше 6, на следующей неделе 10"


def test_replace_touches_its_kinds_and_days_alone(world):
    first, last = date(2026, 1, 1), date(2026, 1, 31)
    rows = [Occurrence("a", "s", date(2026, 1, d), None, {"text": 'спор "об этом", с запятой'}) for d in (1, 2)]
    replace(world.connection, ["a", "b"], first, last, [*rows, Occurrence("b", "t", last, "C1", {"text": "x"})])
    replace(world.connection, ["a"], date(2026, 1, 2), last, [])
    kept = [(row["kind"], row["subject"], row["contract_no"], row["days"], row["detail"]) for row in listing(world.connection)]
    assert kept == [("a", "s", None, 1, 'спор "об этом", с запятой'), ("b", "t", "C1", 1, "x")]


def fleet_of(day: date) -> list[Car]:
    """Ten vehicles, three in the last week of January."""
    return [Car(f"v{n}", "a1") for n in range(3 if date(2026, 1, 25) <= day <= date(2026, 1, 31) else 10)]


@pytest.mark.parametrize("first_computed", [None, JANUARY, FEBRUARY])
def test_a_dip_is_complete_as_soon_as_the_days_are_landed_whoever_computed_first(world, first_computed):
    world.every_day("2026-01", "gps1", fleet_of)
    if first_computed:
        compute(world.settings, world.connection, first_computed, store=True, at=NOW)
    world.every_day("2026-02", "gps1", lambda d: fleet_of(d) if d.day < 10 else None)
    compute(world.settings, world.connection, JANUARY, store=True, at=NOW)
    [row] = listing(world.connection, JANUARY, "month_end_dip")
    assert row["detail"] == "было до 10, с 25.01.2026 не больше 3, на следующей неделе 10"


def test_a_late_day_of_the_month_before_corrects_the_transfers_of_the_first(world):
    world.contract("C2").account("gps1", "b1", "C2")
    world.every_day("2026-01", "gps1", [Car("m", "b1"), Car("s", "a1")]).every_day("2026-02", "gps1", [Car("m", "a1"), Car("s", "a1")])
    assert moves(world, JANUARY) == []
    assert moves(world, FEBRUARY) == [move("m", date(2026, 2, 1), "C2", "C1")]
    world.snapshot("gps1", "2026-01-31", [Car("m", "a1"), Car("s", "a1")])
    assert moves(world, FEBRUARY) == []
    assert listing(world.connection, JANUARY, "transfer")[0]["last_seen"] == date(2026, 1, 31)


def test_vehicles_of_one_hash_are_not_taken_for_one_another(world):
    one, other = "6tf47n5f4000", "xyz1aznzz6ha"
    assert duckdb.sql(f"SELECT hash('{one}') = hash('{other}')").fetchall() == [(True,)]
    world.contract("C2").account("gps1", "b1", "C2")
    world.every_day("2026-01", "gps1", lambda d: [Car(one, "a1"), Car(other, "b1"), Car("m", "a1" if d.day < 11 else "b1")])
    assert moves(world, JANUARY) == [move("m", date(2026, 1, 11), "C1", "C2")]
    world.every_day("2026-02", "gps1", [Car(one, "b1"), Car(other, "a1"), Car("m", "a1")])
    assert moves(world, FEBRUARY) == [move("m", date(2026, 2, 1), "C2", "C1")]  # of the two nobody can say who moved


def test_columns_of_owners_are_of_those_owners_for_good(world):
    """What is remembered by identity is held: else the owners of another platform may come to lie where they lay."""
    world.every_day("2026-01", "gps1", [Car("v", "a1")])
    with opened(world.settings, ()) as lake:
        owners = MonthOwners(lake, read(world.connection, JANUARY, NOW))
        day = tuple([owner for snapshots in owners.sources.days.values() for owner in owners.owners(snapshots.snapshots[0], JANUARY.first)])
        before = sys.getrefcount(day)
        owners.as_columns(day)
        assert sys.getrefcount(day) > before


def test_lost_evidence_of_the_next_month_does_not_hold_up_a_month(world):
    world.every_day("2026-01", "gps1", [Car("v", "a1")])
    digest = world.snapshot("gps1", "2026-02-01", [Car("v", "a1")])
    Path(location(world.settings, f"platform=gps1/date=2026-02-01/{digest}.parquet")).unlink()
    usage = compute(world.settings, world.connection, JANUARY, store=True, at=NOW)
    assert set(usage.days.column("fleet_size").to_pylist()) == {1}


def test_trackers_fall_silent_after_the_days_of_their_platform(world):
    world.account("gps2", "b1", "C1")
    from_8_to_10 = [
        Car("quick", "a1"),
        Car("slow", "a1"),
        Car("weekend", "a1"),
        Car("old", "a1", message=datetime(2025, 12, 30, tzinfo=UTC)),
    ]

    def cars(day):
        speaks = {"quick": day.day < 8, "slow": day.day != 20, "weekend": day.day not in (10, 11), "old": day.day > 2}
        return [Car(car.vehicle_id, "a1", message="12:00" if speaks[car.vehicle_id] else car.message if car.vehicle_id == "old" else None,
                    minutes=60 if speaks[car.vehicle_id] else 0) for car in from_8_to_10]  # fmt: skip

    world.every_day("2026-01", "gps1", cars)
    world.every_day("2026-01", "gps2", [Car("w", "b1", message=None, minutes=0)])
    world.settings = replace_setting(world.settings, silent_days="3,gps2=40")
    assert found(world)["silent_device"] == [
        ("gps1/old", "C1", 1, 2, 2),  # since 30 December: three days on the 2nd
        ("gps1/quick", "C1", 8, 31, 24),
    ]
    assert listing(world.connection, JANUARY, "silent_device")[0]["detail"] == "последнее сообщение 30.12.2025"


def test_vehicles_that_only_a_snapshot_in_between_lists(world):
    world.snapshot("gps1", "2026-01-04", [Car("v", "a1"), Car("leaves", "a1")])
    for cars in (
        [Car("v", "a1"), Car("leaves", "a1")],
        [Car("v", "a1"), Car("brief", "a1", plate="А1")],
        [Car("v", "a1"), Car("new", "a1")],
    ):
        world.snapshot("gps1", "2026-01-05", cars)
    assert found(world, at=datetime(2026, 1, 6, 9, tzinfo=UTC))["came_and_went"] == [("gps1/brief", "C1", 5, 5, 1)]
    [row] = listing(world.connection, JANUARY, "came_and_went")
    assert row["detail"] == "А1; есть не во всех снимках дня (их 3): ни накануне, ни в последнем"
    usage = compute(world.settings, world.connection, JANUARY, store=True, at=NOW)
    assert usage.days.column("fleet_size").to_pylist() == [2, 4]  # they count all the same


def test_sensors_that_lost_their_value_while_their_vehicle_speaks(world):
    world.every_day(
        "2026-01", "gps1", lambda d: [Car("v", "a1"), Car("dumb", "a1", **({} if d.day < 9 else {"message": None, "minutes": 0}))]
    )
    for on in Span(date(2026, 1, 1), date(2026, 1, 31)).dates():
        fails = on.day > 20
        world.sensors("gps1", on, [("v", "s1", "Топливо", None if fails else "12"), ("v", "s2", "Запас", None), ("v", "s3", "Дверь", "1"),
                                   ("dumb", "s1", "Топливо", None if on.day > 8 else "7")])  # fmt: skip
    assert found(world)["failed_sensor"] == [("gps1/v/s1", None, 21, 31, 11)]
    assert listing(world.connection, JANUARY, "failed_sensor")[0]["detail"] == "датчик «Топливо» без показаний, машина на связи"


def test_vehicles_that_are_billed_because_they_are_connected_and_send_nothing(world):
    world.contract("C2").terms("C2", counting="connected").account("gps1", "b1", "C2")
    world.every_day("2026-01", "gps1", [Car("v", "b1"), Car("w", "b1", message=None, minutes=0), Car("x", "a1", message=None, minutes=0)])
    assert found(world)["silent_billed"] == [("C2/gps1", "C2", 1, 31, 31)]
    assert listing(world.connection, JANUARY, "silent_billed")[0]["vehicle_days"] == 31


ALL_ORPHANS = [Car(f"v{n:03}", plate="БЕЗ НОМЕРА", hw_id="350000000000014") for n in range(200)]


def test_a_month_of_nothing_but_orphans_duplicates_and_one_plate(world):
    """As many rows as vehicles, and no text that names them all."""
    world.every_day("2026-01", "gps1", [*ALL_ORPHANS, Car("a", "a1", plate="ОДИН"), Car("b", "a1", plate="ОДИН")])
    rows = found(world)
    assert (len(rows["orphan"]), len(rows["duplicate"])) == (200, 199)
    assert {row[2:] for row in (*rows["orphan"], *rows["duplicate"])} == {(1, 31, 31)}
    assert world.sql("SELECT count(*) FROM findings.occurrences").scalar() < 450
    assert sum(row["vehicle_days"] for row in listing(world.connection, JANUARY, "orphan")) == 31  # one physical vehicle is served


def test_a_fleet_that_changes_its_contract_every_day_and_accounts_of_two_contracts_need_no_object_a_day(world, monkeypatch):
    """Whatever a month consists of, Python holds a run of days and not a vehicle-day; and a small memory gives the same findings."""
    world.contract("C2").account("gps1", "b1", "C2")
    for number in range(60):
        world.account("gps1", f"two{number}", "C1").account("gps1", f"two{number}", "C2")
    moving = [Car(f"v{number}", "a1") for number in range(80)]
    both = [Car(f"w{number}", f"two{number}") for number in range(60)]
    world.every_day(
        "2026-01", "gps1", lambda day: [*(moving if day.day % 2 else [replace_setting(car, account="b1") for car in moving]), *both]
    )
    held: list[int] = []

    def counting(connection, kinds, first, last, occurrences, **options):
        number = replace(connection, kinds, first, last, occurrences, **options)
        held.append(number)
        return number

    monkeypatch.setattr("pipelines.usage.findings.replace", counting)
    rows = found(world)
    assert (len(rows["transfer"]), {row[4] for row in rows["transfer"]}) == (80, {30})
    assert [row[2:] for row in rows["double_mapping"]] == [(1, 31, 31)] * 60
    assert sum(held) == 60
    world.sql("DELETE FROM usage.months")
    world.settings = replace_setting(world.settings, duckdb_memory="64MB")
    assert found(world) == rows


def test_a_plate_that_a_whole_fleet_bears_names_five_and_counts_the_rest(world):
    world.every_day("2026-01", "gps1", [Car(f"v{n:02}", "a1", plate="ОБЩИЙ") for n in range(40)])
    assert len(found(world)["suspected_duplicate"]) == 40
    [detail] = {row["detail"] for row in listing(world.connection, JANUARY, "suspected_duplicate") if row["subject"] == "gps1/v03"}
    assert detail.endswith("у gps1/v00, gps1/v01, gps1/v02, gps1/v04, gps1/v05 и ещё 34\u00a0машин")
