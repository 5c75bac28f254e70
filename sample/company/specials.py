"""Vehicles with a story of their own: orphans, duplicates, clones, look-alikes, movers, and midnight."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from company.clients import contract
from company.identity import imei, plate, written
from company.tree import UNKNOWN_ACCOUNT, UNLISTED_ACCOUNT, own
from company.vehicles import Shown, days, driven, moment, vehicle

_FEBRUARY = date(2026, 2, 1)
CLONE_ALONE_FROM = date(2026, 2, 10)
MOVED_ON = date(2026, 1, 16)
CLAIMED_ON = date(2026, 1, 20)
UNKNOWN_FROM = date(2026, 1, 20)
UNLISTED_FROM = date(2026, 2, 3)
MIDNIGHT, MIDNIGHT_MESSAGE, LAST_MIDNIGHT = date(2026, 1, 31), "2026-01-31T23:30:00+00:00", "2026-02-28T23:30:00+00:00"


def shown_by_specials() -> Iterator[Shown]:
    """Every row of every special vehicle."""
    for story in (_orphans, _unknown_accounts, _two_platforms, _text_serials, _deactivated_twin, _clone, _lookalikes, _movers, _midnight):
        yield from story()


def _orphans() -> Iterator[Shown]:
    """Four on gps1 and two on gps2 without an account; one of them is claimed on 20 January by client 25."""
    for number in range(4):
        one = vehicle(90001 + number, "gps1", vehicle_id=f"orphan-{number + 1}")
        for day in days():
            claimed = number == 3 and day >= CLAIMED_ON
            yield driven(day, one, own(25) if claimed else "", contract(25) if claimed else None)
    for number in range(2):
        one = vehicle(90005 + number, "gps2", vehicle_id=f"orphan-{number + 5}")
        for day in days():
            yield driven(day, one, "", None)


def _unknown_accounts() -> Iterator[Shown]:
    """An account in the tree without a contract (20 January on), and one that the tree does not even list (3 February on)."""
    for serial, account, since in (
        (90011, UNKNOWN_ACCOUNT, UNKNOWN_FROM),
        (90012, UNKNOWN_ACCOUNT, UNKNOWN_FROM),
        (90013, UNLISTED_ACCOUNT, UNLISTED_FROM),
    ):
        for day in days(since):
            yield driven(day, vehicle(serial, "gps1"), account, None)


def _two_platforms() -> Iterator[Shown]:
    """One tracker under two clients on both platforms, written in two ways: the latest message wins, gps2 in January, gps1 after."""
    device = imei(900_001)
    first = vehicle(90021, "gps1", vehicle_id="twin-a", hw_id=written(device, 2))
    second = vehicle(90022, "gps2", vehicle_id="twin-b", hw_id=device)
    for day in days():
        january = day < _FEBRUARY
        yield driven(day, first, own(19), None if january else contract(19), "12:00" if january else "20:15")
        yield driven(day, second, own(20, "gps2"), contract(20) if january else None, "20:15" if january else "12:00")


def _text_serials() -> Iterator[Shown]:
    """One serial number in two spellings, the same moment: the smaller vehicle id wins."""
    for day in days():
        yield driven(day, vehicle(90031, "gps1", vehicle_id="serial-a", hw_id="tk-105 b77"), own(19), contract(19), "15:00")
        yield driven(day, vehicle(90032, "gps1", vehicle_id="serial-b", hw_id="TK105B77"), own(19), None, "15:00")


def _deactivated_twin() -> Iterator[Shown]:
    """The tracker was moved from a deactivated vehicle, whose later message does not help it, into an active one."""
    device = imei(900_002)
    for day in days():
        yield driven(day, vehicle(90041, "gps1", vehicle_id="moved-new", hw_id=device), own(21), contract(21), "09:00")
        old = vehicle(90042, "gps1", vehicle_id="moved-old", hw_id=written(device, 3))
        yield replace(driven(day, old, own(21), None, "18:00"), state="deactivated")


def _clone() -> Iterator[Shown]:
    """A clone whose message is later loses to its original; from 10 February the original is gone and the clone counts."""
    device = imei(900_003)
    original = vehicle(90051, "gps1", vehicle_id="original", hw_id=device)
    clone = vehicle(90052, "gps1", vehicle_id="clone", hw_id=device, is_clone=True)
    for day in days():
        alone = day >= CLONE_ALONE_FROM
        if not alone:
            yield driven(day, original, own(21), contract(21), "10:00")
        yield driven(day, clone, own(21), contract(21) if alone else None, "19:00")


def _lookalikes() -> Iterator[Shown]:
    """Two pairs under different trackers: one plate in Cyrillic and Latin letters, one VIN in two spellings. All four are billed."""
    number = plate(90061)
    latin = number.translate(str.maketrans("АВЕКМНОРСТУХ", "ABEKMHOPCTYX"))
    same_vin = vehicle(90063, "gps1").vin
    pairs = (
        vehicle(90061, "gps1", vehicle_id="plate-cyrillic"),
        vehicle(90062, "gps1", vehicle_id="plate-latin", plate=f"{latin[:1]} {latin[1:4].lower()} {latin[4:].lower()}"),
        vehicle(90063, "gps1", vehicle_id="vin-tidy"),
        vehicle(90064, "gps1", vehicle_id="vin-typed", vin=f"{same_vin[:3].lower()} {same_vin[3:]}"),
    )
    for day in days():
        for one in pairs:
            yield driven(day, one, own(22), contract(22))


def _movers() -> Iterator[Shown]:
    """Three vehicles go from client 24 to client 25 on 16 January."""
    for number in range(3):
        one = vehicle(90071 + number, "gps1", vehicle_id=f"mover-{number + 1}")
        for day in days():
            owner = 24 if day < MOVED_ON else 25
            yield driven(day, one, own(owner), contract(owner))


def _midnight() -> Iterator[Shown]:
    """A parked vehicle that speaks at 31 January 23:30 UTC (1 February in Moscow) and at 28 February 23:30 UTC (March)."""
    one = vehicle(90081, "gps1", vehicle_id="midnight")
    for day in days():
        message = moment(date(2025, 12, 20), "gps1", "12:00") if day < MIDNIGHT else MIDNIGHT_MESSAGE
        if day == date(2026, 2, 28):
            message = LAST_MIDNIGHT
        yield Shown(day, one, own(33), "active", message, counts_for=contract(33) if day == _FEBRUARY else None)
