"""Ordinary fleets: how many vehicles a contract has on which account from which day, and how many of them drive."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from company.clients import contract
from company.identity import mix
from company.tree import BLOCKED_ACCOUNT, own
from company.vehicles import FIRST, Shown, days, driven, moment, vehicle

Steps = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Fleet:
    """A fleet on one account. ``steps``: vehicles that drive on a working day, from each day on.

    ``weekend``: percent of them that drive at weekends. ``idle``, ``off``, ``blocked``: further vehicles that are silent since
    December, deactivated, or blocked though they drive. ``all_count``: the idle count too (counting rule `connected`).
    ``billed``: the days on which the contract is in force. ``counted`` False: served and never billable.
    """

    contract_no: str
    account: str
    steps: Steps
    platform: str = "gps1"
    weekend: int = 100
    idle: int = 0
    off: int = 0
    blocked: int = 0
    all_count: bool = False
    billed: tuple[str, str] = ("2026-01-01", "2026-12-31")
    counted: bool = True
    meters: str = ""

    def size(self, day: date) -> int:
        """Vehicles that drive on working days, on that day's list."""
        return next((count for since, count in reversed(self.steps) if since <= str(day)), 0)


def _always(count: int) -> Steps:
    return ((str(FIRST), count),)


def _plain(number: int, count: int, **more: int) -> Fleet:
    return replace(Fleet(contract(number), own(number), _always(count)), **more)  # type: ignore[arg-type]  # the three counts


FLEETS: tuple[Fleet, ...] = (
    _plain(1, 24, weekend=50),
    Fleet(contract(2), own(2), ((str(FIRST), 40), ("2026-01-16", 52), ("2026-02-10", 45))),
    Fleet(contract(3), own(3), (("2026-01-13", 30),)),
    _plain(4, 60),
    _plain(5, 47, weekend=60),
    _plain(6, 55, weekend=60),
    _plain(7, 55, weekend=60),
    _plain(8, 25, weekend=20),
    replace(_plain(9, 18, weekend=80), meters="video_gb sms"),
    _plain(10, 64, weekend=70, idle=3),
    _plain(11, 9),
    _plain(12, 22, weekend=50),
    _plain(13, 35, weekend=0),
    replace(_plain(14, 14, weekend=50, idle=6, off=2), all_count=True),
    _plain(15, 25, weekend=60),
    Fleet(contract(15), own(15, suffix=1), _always(34), weekend=60),
    Fleet(contract(15), own(15, suffix=2), _always(12), weekend=60),
    _plain(16, 28, weekend=60),
    _plain(17, 13),
    Fleet(contract(17), own(17, suffix=1), _always(8)),
    Fleet(contract(18), own(18), ((str(FIRST), 140), ("2026-01-25", 84), ("2026-02-02", 142)), weekend=90),
    _plain(19, 30),
    Fleet(contract(20), own(20, "gps2"), _always(40), "gps2"),
    _plain(21, 16),
    _plain(22, 12),
    Fleet(contract(23), own(23), ((str(FIRST), 15), ("2026-02-11", 0)), billed=("2026-01-01", "2026-01-20")),
    _plain(24, 11),
    _plain(25, 8),
    _plain(26, 15),
    _plain(27, 20),
    _plain(28, 14),
    Fleet(contract(29), own(29), ((str(FIRST), 10), ("2026-01-10", 13), ("2026-01-14", 15), ("2026-01-20", 12), ("2026-01-25", 15))),
    Fleet(contract(30), own(30, "gps2"), ((str(FIRST), 90), ("2026-01-20", 95)), "gps2", weekend=75),
    _plain(31, 20),
    Fleet(contract(31), own(31, "gps2"), _always(12), "gps2"),
    Fleet(contract(32), own(32, "gps2"), _always(10), "gps2", meters="sms"),
    _plain(33, 6),
    _plain(34, 33, weekend=60),
    _plain(35, 27, weekend=60),
    _plain(36, 31, weekend=60),
    _plain(37, 45),
    _plain(38, 50),
    _plain(39, 1),
    Fleet(contract(40, "СМ", 25), own(40), _always(21)),
    Fleet(contract(41, "СМ", 25), own(41), ((str(FIRST), 36), ("2026-01-11", 30), ("2026-02-08", 41))),
    Fleet(contract(42, "СМ", 25), own(42), _always(18)),
    Fleet(contract(42, year=25), own(42, suffix=1), _always(7)),
    _plain(43, 20, idle=2, off=4, blocked=3),
    Fleet(contract(43), BLOCKED_ACCOUNT, _always(5), counted=False),
)


def shown_by_fleets() -> Iterator[Shown]:
    """Every row of every ordinary fleet."""
    for index, fleet in enumerate(FLEETS):
        yield from _rows(fleet, first_serial=1000 + 200 * index)


def _rows(fleet: Fleet, first_serial: int) -> Iterator[Shown]:
    most = max(count for _, count in fleet.steps)
    roster = [vehicle(first_serial + number, fleet.platform) for number in range(most + fleet.idle + fleet.off + fleet.blocked)]
    last_message: dict[int, str] = {}
    for day in days():
        billed = fleet.contract_no if fleet.counted and fleet.billed[0] <= str(day) <= fleet.billed[1] else None
        listed = fleet.size(day)
        driving = listed * fleet.weekend // 100 if day.weekday() >= 5 else listed
        for number, one in enumerate(roster):
            idle = most <= number < most + fleet.idle
            off = most + fleet.idle <= number < most + fleet.idle + fleet.off
            blocked = number >= most + fleet.idle + fleet.off
            if number < most and number >= listed:
                continue
            standing = idle or off or (not blocked and (number + 7 * day.toordinal()) % max(listed, 1) >= driving)
            if not standing:
                row = driven(day, one, fleet.account, None if blocked else billed)
                row = replace(row, state="blocked" if blocked else "active", meters=_meters(fleet.meters, row))
                last_message[number] = row.message
            else:
                seen = last_message.get(number, "" if number % 5 == 0 else moment(date(2025, 12, 1 + number % 28), fleet.platform, "12:30"))
                state = "deactivated" if off else "active"
                row = Shown(day, one, fleet.account, state, seen, counts_for=billed if fleet.all_count and not off else None)
            yield row


def _meters(names: str, row: Shown) -> tuple[tuple[str, str], ...]:
    noise = mix(row.vehicle.serial, row.day.toordinal(), 77)
    values = {"video_gb": f"{noise % 1500 / 1000:.3f}", "sms": str(noise // 2048 % 4)}
    return tuple((name, values[name]) for name in names.split())
