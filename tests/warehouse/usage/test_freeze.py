"""Evidence frozen at issue: the same answer for ever, whatever lands later (domain.md §7)."""

from datetime import date

import pytest

from pipelines.audit.vehicles import COUNTED, read_vehicles
from pipelines.evidence.lake import EvidenceLost
from pipelines.period import Month
from pipelines.usage.freeze import FrozenFile, freeze
from pipelines.usage.frozen_file import ProvenDay
from tests.lake_builder import Car, World

JANUARY = Month(2026, 1)


@pytest.fixture
def world(settings):
    with World(settings) as made:
        yield made.contract("C1").terms("C1").account("gps1", "a1", "C1")


def vehicles(world: World, frozen: FrozenFile, contract_no: str, day: date) -> dict[str, str]:
    """Vehicle → why it counts on the day, or why not, from the frozen file."""
    of_contract = read_vehicles(world.settings, frozen.path, frozen.digest, contract_no)
    assert of_contract.broken == ()
    seen = {vehicle.vehicle_id: (COUNTED,) if vehicle.counts_on(day) else vehicle.left_out_on(day) for vehicle in of_contract.vehicles}
    return {vehicle_id: reasons[0] for vehicle_id, reasons in seen.items() if reasons}


def proofs(world: World, frozen: FrozenFile) -> list[ProvenDay]:
    return list(read_vehicles(world.settings, frozen.path, frozen.digest, "").proofs)


def test_every_vehicle_of_a_day_with_its_reason_and_its_proof(world):
    world.tree("gps1", ("a1", None), ("sub", "a1", False))
    listed = [
        Car("1-used", "a1", name="Газель", plate="А001АА77"),
        Car("2-silent", "a1", message=None, minutes=0),
        Car("3-off", "a1", state="deactivated"),
        Car("4-blocked", "a1", state="blocked"),
        Car("5-under-a-blocked-account", "sub"),
        Car("6-twin", "a1", hw_id="35000000000001", message="09:00"),
        Car("7-twin", "a1", hw_id="35000000000001", message="10:00"),
        Car("8-orphan"),
    ]
    digest = world.snapshot("gps1", "2026-01-05", listed)
    frozen = freeze(world.settings, world.connection, JANUARY, ["C1"])
    assert {name[0]: reason for name, reason in vehicles(world, frozen, "C1", date(2026, 1, 5)).items()} == {
        "1": "billed", "2": "unused", "3": "deactivated", "4": "blocked", "5": "blocked", "6": "duplicate", "7": "billed",
    }  # fmt: skip
    first = read_vehicles(world.settings, frozen.path, frozen.digest, "C1").vehicles[0]
    assert (first.platform, first.vehicle_id, first.name, first.plate) == ("gps1", "1-used", "Газель", "А001АА77")
    assert proofs(world, frozen) == [ProvenDay("gps1", date(2026, 1, 5), (digest,), None)]
    assert vehicles(world, frozen, "C1", date(2026, 1, 6)) == {}


def test_freezing_again_is_the_same_file_and_one_vehicle_day_more_is_another(world):
    world.contract("C2").terms("C2").account("gps1", "b1", "C2")
    world.every_day("2026-01", "gps1", [Car("v", "a1"), Car("w", "b1")])
    first, again = (freeze(world.settings, world.connection, JANUARY, ["C1", "C2"]) for _ in range(2))
    assert first == again
    world.snapshot("gps1", "2026-01-31", [Car("v", "a1"), Car("w", "b1"), Car("late", "b1")])
    later = freeze(world.settings, world.connection, JANUARY, ["C1", "C2"])
    assert later.path != first.path
    assert later.contracts["C1"] == first.contracts["C1"]
    assert later.contracts["C2"] != first.contracts["C2"]
    assert len(vehicles(world, first, "C2", date(2026, 1, 31))) == 1
    assert len(vehicles(world, later, "C2", date(2026, 1, 31))) == 2


@pytest.mark.parametrize("at_once", [10, 40])
def test_how_many_vehicle_days_are_held_at_once_changes_no_byte(world, monkeypatch, at_once):
    """A name and a plate are those last seen, each of its own day, whether contracts or slices of one are put together by themselves."""
    world.contract("C2").terms("C2").account("gps1", "b1", "C2")
    world.every_day("2026-01", "gps1", [Car("v", "a1", name="Старое"), Car("w", "b1", plate="А001АА77"), Car("u", "a1", state="blocked")])
    world.snapshot("gps1", "2026-01-20", [Car("v", "a1", plate="В002ВВ77"), Car("w", "b1", name="Новое"), Car("u", "a1")])
    world.snapshot("gps1", "2026-01-31", [Car("v", "a1", name="Новое"), Car("w", "a1")])
    whole = freeze(world.settings, world.connection, JANUARY, ["C1", "C2"])
    monkeypatch.setattr("pipelines.usage.freeze._AT_ONCE", at_once)
    assert freeze(world.settings, world.connection, JANUARY, ["C1", "C2"]) == whole


def test_only_the_contracts_asked_for_and_carried_days_say_so(world):
    world.contract("C2").terms("C2").account("gps1", "b1", "C2")
    digest = world.snapshot("gps1", "2026-01-01", [Car("v", "a1"), Car("w", "b1")])
    world.carry("gps1", "2026-01-02")
    frozen = freeze(world.settings, world.connection, JANUARY, ["C1"])
    assert vehicles(world, frozen, "C2", date(2026, 1, 1)) == {}
    assert vehicles(world, frozen, "C1", date(2026, 1, 2)) == {"v": "billed"}
    assert proofs(world, frozen)[1] == ProvenDay("gps1", date(2026, 1, 2), (digest,), date(2026, 1, 1))


def test_a_shared_device_is_frozen_on_a_carried_day_as_on_the_day_before(world):
    world.contract("C2").terms("C2").account("gps2", "p1", "C2")
    world.snapshot("gps1", "2026-01-11", [Car("a1", "a1", hw_id="SN0001")])
    for each in ("2026-01-11", "2026-01-12"):
        world.snapshot("gps2", each, [Car("p1", "p1", hw_id="SN0001")])
    frozen = freeze(world.settings, world.carry("gps1", "2026-01-12").connection, JANUARY, ["C1", "C2"])
    for day in (date(2026, 1, 11), date(2026, 1, 12)):
        assert vehicles(world, frozen, "C1", day) == {"a1": "billed"}
        assert vehicles(world, frozen, "C2", day) == {"p1": "duplicate"}


def test_lost_evidence_is_named(settings):
    with pytest.raises(EvidenceLost, match="no issued/nothing"):
        read_vehicles(settings, "issued/nothing.parquet", "", "C1")
