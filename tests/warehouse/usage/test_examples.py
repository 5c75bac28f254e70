"""The worked examples of domain.md §11 that usage decides, and the rules of §2 and §3 one by one."""

from datetime import date, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from pipelines.period import Month
from pipelines.usage.gaps import Gap
from pipelines.usage.month import MonthUsage, compute
from tests.conftest import NOW
from tests.lake_builder import MOSCOW, Car, World


def usage(world: World, month: str) -> MonthUsage:
    return compute(world.settings, world.connection, Month.parse(month), store=False, at=NOW)


def fleet(found: MonthUsage, contract: str = "C1") -> dict[date, int]:
    rows = found.days.to_pylist()
    return {row["business_date"]: row["fleet_size"] for row in rows if row["contract_no"] == contract}


def cars(count: int, account: str = "a1", **rest: object) -> list[Car]:
    return [Car(f"{account}-{number}", account, **rest) for number in range(count)]


@pytest.fixture
def world(settings):
    with World(settings) as made:
        yield made.contract("C1").terms("C1").account("gps1", "a1", "C1")


def test_ten_vehicles_every_day_of_january(world):
    found = usage(world.every_day("2026-01", "gps1", cars(10)), "2026-01")
    assert fleet(found) == dict.fromkeys(Month.parse("2026-01").dates(), 10)
    assert not found.gaps


def test_average_is_exact(world):
    found = usage(world.every_day("2026-01", "gps1", lambda d: cars(10 if d.day <= 15 else 16)), "2026-01")
    assert Fraction(sum(fleet(found).values()), 31) == Fraction(406, 31)  # 15 × 10 + 16 × 16


def test_leap_day_is_a_day(world):
    found = usage(world.every_day("2028-02", "gps1", lambda d: cars(1 if d.day == 29 else 0)), "2028-02")
    assert len(fleet(found)) == 29
    assert sum(fleet(found).values()) == 1


def test_a_day_without_a_snapshot_parks_only_the_contracts_of_that_platform(world):
    world.contract("C2").terms("C2").account("gps2", "b1", "C2")
    world.every_day("2026-01", "gps1", lambda d: None if d.day == 7 else cars(10)).every_day("2026-01", "gps2", cars(3, "b1"))
    found = usage(world, "2026-01")
    assert found.gaps == {"C1": [Gap("gps1", date(2026, 1, 7), "snapshot")]}
    assert date(2026, 1, 7) not in fleet(found)
    assert set(fleet(found, "C2").values()) == {3}


def test_one_account_under_two_contracts_is_billed_once_to_the_first_by_bytes(world):
    world.contract("A9").terms("A9").account("gps1", "a1", "A9").contract("Ёлка").account("gps1", "a1", "Ёлка")
    found = usage(world.every_day("2026-01", "gps1", cars(4)), "2026-01")
    assert set(fleet(found, "A9").values()) == {4}
    assert set(fleet(found).values()) == {0}


def test_vehicles_hidden_on_the_last_day_leave_the_peak(world):
    found = usage(world.every_day("2026-01", "gps1", lambda d: cars(2 if d.day == 31 else 20)), "2026-01")
    assert max(fleet(found).values()) == 20


def test_used_and_connected_and_what_is_never_billable(world):
    world.contract("C2").terms("C2", counting="connected").terms("C1", "2026-01-11", counting="connected").account("gps1", "b1", "C2")
    silent = [Car(f"{a}-silent", a, message=None, minutes=0) for a in ("a1", "b1")]
    minutes_only = [Car(f"{a}-minutes", a, message=None, minutes="0.001") for a in ("a1", "b1")]
    off = [Car(f"{a}-{state}", a, state=state) for a in ("a1", "b1") for state in ("deactivated", "blocked")]
    found = usage(world.every_day("2026-01", "gps1", [*cars(1), *cars(1, "b1"), *silent, *minutes_only, *off]), "2026-01")
    assert [fleet(found)[date(2026, 1, d)] for d in (10, 11)] == [2, 3]  # the terms of the 11th count every active vehicle
    assert set(fleet(found, "C2").values()) == {3}


def test_a_blocked_account_blocks_everything_under_it(world):
    world.tree("gps1", ("root", None, False), ("a1", "root"), ("b1", None))
    world.contract("C2").terms("C2").account("gps1", "b1", "C2").tree(
        "gps1", ("root", None, False), ("a1", "root"), ("sub", "b1"), ("b1", None)
    )
    found = usage(world.every_day("2026-01", "gps1", [*cars(2), *cars(3, "sub")]), "2026-01")
    assert set(fleet(found).values()) == {0}
    assert set(fleet(found, "C2").values()) == {3}


def test_walk_stops_at_a_contract_that_is_not_in_force(world):
    world.contract("D").terms("D").account("gps1", "dealer", "D").contract("E", ends="2026-01-10").terms("E").account("gps1", "e1", "E")
    world.tree("gps1", ("dealer", None), ("e1", "dealer"), ("free", "dealer"))
    found = usage(world.every_day("2026-01", "gps1", [*cars(5, "e1"), *cars(2, "free")]), "2026-01")
    assert fleet(found, "E") == {date(2026, 1, d): 5 for d in range(1, 11)}
    assert set(fleet(found, "D").values()) == {2}


def test_a_vehicle_is_billed_to_its_owner_of_each_day(world):
    world.contract("C2").terms("C2").account("gps1", "b1", "C2")
    found = usage(world.every_day("2026-01", "gps1", lambda d: [Car("v", "a1" if d.day < 16 else "b1")]), "2026-01")
    assert sum(fleet(found).values()) == 15
    assert sum(fleet(found, "C2").values()) == 16


def test_several_snapshots_of_a_day(world):
    """The latest row that lists the vehicle; used when any snapshot shows it (domain.md §2.2)."""
    world.contract("C2").terms("C2").account("gps1", "b1", "C2")
    for each in Month.parse("2026-01").dates():
        world.snapshot("gps1", each, [Car("v1", "a1", minutes=10), Car("v2", "a1", minutes=5), Car("v3", "a1", message=None, minutes=0)])
        world.snapshot("gps1", each, [Car("v1", "b1", message=None, minutes=0), Car("v3", "a1", message=None, minutes=0)])
    found = usage(world, "2026-01")
    assert set(fleet(found).values()) == {1}  # v2 is listed by the first alone; v3 was never used
    assert set(fleet(found, "C2").values()) == {1}  # v1 moved, and was used before
    assert {row["online_minutes"] for row in found.days.to_pylist() if row["contract_no"] == "C2"} == {0}


def test_several_snapshots_of_a_day_from_a_source_that_sends_no_minutes(world):
    world.snapshot("gps1", "2026-01-05", [Car("a", "a1"), Car("b", "a1", message=None)], columns=["last_message_at"])
    world.snapshot("gps1", "2026-01-05", [Car("a", "a1", message=None), Car("b", "a1", message=None)], columns=["last_message_at"])
    found = usage(world, "2026-01")
    assert fleet(found)[date(2026, 1, 5)] == 1  # a was seen in the first snapshot; b in neither
    assert [row["online_minutes"] for row in found.days.to_pylist()] == [None]


def test_duplicates_across_platforms(world):
    world.contract("C2").terms("C2").account("gps2", "b1", "C2")
    imei = "86000000000001"
    world.every_day("2026-01", "gps1", [Car("z", "a1", hw_id=f"{imei}7", message="10:00")])
    world.every_day(
        "2026-01", "gps2", lambda d: [Car("a", "b1", hw_id=f"{imei[:8]}-{imei[8:]}", message="09:00" if d.day < 20 else "10:00")]
    )
    found = usage(world, "2026-01")
    assert set(fleet(found).values()) == {1}  # the latest message, then the smallest (platform, vehicle_id)
    assert set(fleet(found, "C2").values()) == {0}


@pytest.mark.parametrize(
    ("first", "second", "winner"),
    [
        (Car("a", "a1", state="deactivated", message="23:00"), Car("b", "b1", message="01:00"), "C2"),
        (Car("a", "a1", is_clone=True, message="23:00"), Car("b", "b1", message="01:00"), "C2"),
        (Car("a", "a1", message=None), Car("b", "b1", message="01:00"), "C2"),
        (Car("a", "a1"), Car("b", "b1"), "C1"),
        (Car("a", "a1", is_clone=True), Car("b", "b1", is_clone=True), "C1"),
        (Car("a", "a1", is_clone=True), Car("b", "b1", state="deactivated"), "C1"),
    ],
)
def test_winner_of_a_device(world, first, second, winner):
    from dataclasses import replace

    world.contract("C2").terms("C2").account("gps1", "b1", "C2")
    found = usage(world.every_day("2026-01", "gps1", [replace(first, hw_id="SN 0001-7"), replace(second, hw_id="sn00017")]), "2026-01")
    assert set(fleet(found, winner).values()) == {1}
    assert set(fleet(found, "C1" if winner == "C2" else "C2").values()) == {0}


def test_unknown_devices_are_never_duplicates(world):
    listed = [
        Car(f"v{n}", "a1", hw_id=text) for n, text in enumerate(["", "", "12345", "12345", "AAAAAA", "aaaaaa", None, "0" * 15, "0" * 15])
    ]
    assert set(fleet(usage(world.every_day("2026-01", "gps1", listed), "2026-01")).values()) == {9}


def test_carried_day_repeats_the_usage_of_the_day_before(world):
    world.every_day("2025-12", "gps1", lambda d: cars(4) if d.day == 31 else None)
    world.every_day("2026-01", "gps1", lambda d: None if d.day in (1, 10, 11) else cars(d.day))
    for lost in ("2026-01-01", "2026-01-10", "2026-01-11"):
        world.carry("gps1", lost)
    found = usage(world, "2026-01")
    assert not found.gaps
    assert [fleet(found)[date(2026, 1, d)] for d in (1, 9, 10, 11, 12)] == [4, 9, 9, 9, 12]


def test_a_carry_holds_while_the_day_before_is_covered(world):
    world.snapshot("gps1", "2026-01-29", cars(2))
    last = world.snapshot("gps1", "2026-01-31", cars(4))
    world.every_day("2026-02", "gps1", lambda d: None if d.day < 3 else cars(5)).carry("gps1", "2026-02-01").carry("gps1", "2026-02-02")
    assert [fleet(usage(world, "2026-02"))[date(2026, 2, d)] for d in (1, 2, 3)] == [4, 4, 5]
    found = usage(world.withdraw(last), "2026-02")
    assert found.gaps == {"C1": [Gap("gps1", date(2026, 2, d), "snapshot") for d in (1, 2)]}
    for lost in ("2026-01-30", "2026-01-31"):
        world.carry("gps1", lost)
    assert [fleet(usage(world, "2026-02"))[date(2026, 2, d)] for d in (1, 2, 3)] == [2, 2, 5]


def shared_device_with_a_carried_day(world, *, first="12:00", second="12:00"):
    """One device at C1 on gps1 and at C2 on gps2; gps1 is carried over the 12th and the 13th."""
    world.contract("C2").terms("C2").account("gps2", "p1", "C2")
    world.every_day("2026-02", "gps1", lambda d: None if d.day in (12, 13) else [Car("a1", "a1", hw_id="SN0001", message=first)])
    world.every_day("2026-02", "gps2", [Car("p1", "p1", hw_id="SN0001", message=second)])
    for lost in ("2026-02-12", "2026-02-13"):
        world.carry("gps1", lost)
    return usage(world, "2026-02")


@pytest.mark.parametrize(("first", "second", "winner"), [("12:00", "12:00", "C1"), ("23:59", "00:01", "C1"), ("12:00", "12:01", "C2")])
def test_a_carried_vehicle_keeps_its_time_of_day_beside_the_real_ones(world, first, second, winner):
    found = shared_device_with_a_carried_day(world, first=first, second=second)
    assert set(fleet(found, winner).values()) == {1}
    assert set(fleet(found, "C2" if winner == "C1" else "C1").values()) == {0}


def test_an_older_message_is_not_carried_to_a_later_day(world):
    world.terms("C1", "2026-01-01", counting="connected").contract("C2").terms("C2", counting="connected").account("gps0", "p1", "C2")
    last = datetime(2026, 1, 30, 9, tzinfo=MOSCOW)  # both platforms know of this message alone, so the names decide: gps0/p1
    world.every_day("2026-02", "gps1", lambda d: None if d.day == 12 else [Car("a1", "a1", hw_id="SN0001", message=last)])
    world.every_day("2026-02", "gps0", [Car("p1", "p1", hw_id="SN0001", message=last)]).carry("gps1", "2026-02-12")
    assert set(fleet(usage(world, "2026-02"), "C2").values()) == {1}


def test_time_of_day_is_kept_over_the_change_to_summer_time(world):
    new_york = "America/New_York"
    world.platform("gps2", new_york).contract("C2").terms("C2").account("gps2", "p1", "C2").account("gps3", "a1", "C1")

    def noon(on: date) -> datetime:
        return datetime.combine(on, time(12), ZoneInfo(new_york))  # 8 March has 23 hours there

    world.every_day("2026-03", "gps2", lambda d: None if d.day == 8 else [Car("p1", "p1", hw_id="SN0001", message=noon(d))])
    world.every_day("2026-03", "gps3", lambda d: [Car("a1", "a1", hw_id="SN0001", message=noon(d) + timedelta(minutes=30))])
    world.every_day("2026-03", "gps1", [])
    assert set(fleet(usage(world.carry("gps2", "2026-03-08"), "2026-03")).values()) == {1}


def test_missing_columns_park_only_who_needs_them(world):
    world.tariff("T", ("vehicles", None)).tariff("H", ("online_hours", None)).tariff("M", ("meter", "sms"))
    for number, tariff, counting in (("K", "T", "connected"), ("H", "H", "connected"), ("M", "M", "connected"), ("EMPTY", "H", "used")):
        world.contract(number).terms(number, tariff=tariff, counting=counting).account("gps1", number.lower(), number)
    listed = [*cars(1), *cars(2, "k"), *cars(1, "h"), *cars(1, "m")]
    for each in Month.parse("2026-01").dates():
        world.snapshot("gps1", each, listed, columns=() if each.day == 5 else ("last_message_at", "online_minutes"))
    found = usage(world, "2026-01")
    lost = date(2026, 1, 5)
    assert {number: [gap.missing for gap in gaps if gap.date == lost] for number, gaps in found.gaps.items()} == {
        "C1": ["last_message_at"],
        "H": ["online_minutes"],
        "M": ["meter_sms"],
    }
    assert len(found.gaps["M"]) == 31
    assert set(fleet(found, "K").values()) == {2}
    assert {row["online_minutes"] for row in found.days.to_pylist() if row["contract_no"] == "K"} == {120, None}


def test_meters_and_minutes_are_summed_exactly_over_what_counts(world):
    listed = [Car(f"v{n}", "a1", minutes="0.1", meters={"fuel": "0.100001"}) for n in range(10)]
    silent = Car("silent", "a1", message=None, minutes=0, meters={"fuel": "1000"})
    found = usage(world.every_day("2026-01", "gps1", [*listed, silent]), "2026-01")
    assert {(str(row["online_minutes"].normalize()), str(row["meters"]["fuel"])) for row in found.days.to_pylist()} == {("1", "1.000010")}


def test_circle_in_the_tree_ends(world):
    world.tree("gps1", ("x", "y"), ("y", "x"), ("sub", "a1"), ("a1", "z"), ("z", "a1"))
    found = usage(world.every_day("2026-01", "gps1", [*cars(2, "x"), *cars(3, "sub")]), "2026-01")
    assert set(fleet(found).values()) == {3}


def test_withdrawn_and_quarantined_do_not_count(world):
    world.every_day("2026-01", "gps1", lambda d: None if d.day == 3 else cars(2))
    world.withdraw(world.snapshot("gps1", "2026-01-02", cars(50)))
    world.snapshot("gps1", "2026-01-03", cars(1), state="quarantined")
    found = usage(world, "2026-01")
    assert set(fleet(found).values()) == {2}
    assert found.gaps == {"C1": [Gap("gps1", date(2026, 1, 3), "quarantined")]}
