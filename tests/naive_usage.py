"""Usage counted the slow way: plain Python over plain rows, written from domain.md §2 to §4 and from nothing else."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from pipelines.period import Month
from tests.lake_builder import MOSCOW, Car, has_message, moment


@dataclass
class Story:
    """A small month: contracts (number → first and last day), terms, mappings, trees, snapshots in order of arrival, carries."""

    contracts: dict[str, tuple[date, date | None]] = field(default_factory=dict)
    counting: dict[str, list[tuple[date, str]]] = field(default_factory=dict)
    mappings: list[tuple[str, str, str, date, date | None]] = field(default_factory=list)
    parents: dict[str, dict[str, str | None]] = field(default_factory=dict)
    disabled: dict[str, set[str]] = field(default_factory=dict)
    snapshots: dict[tuple[str, date], list[Sequence[Car]]] = field(default_factory=dict)
    carries: set[tuple[str, date]] = field(default_factory=set)


@dataclass
class Row:
    platform: str
    car: Car
    used: bool
    on: date  # the day that the row was taken on, earlier than the day it counts for when carried
    day: date


def naive(story: Story, month: Month) -> tuple[dict[tuple[str, date], tuple[int, Decimal]], dict[str, set[tuple[str, date]]]]:
    """(contract, day) → fleet and minutes, for days on which nothing is missing; contract → missing (platform, day)."""
    found, missing = {}, {}
    platforms = sorted({mapping[0] for mapping in story.mappings} | {platform for platform, _ in story.snapshots})
    for day in month.dates():
        rows: list[Row] = []
        covered = set()
        for platform in platforms:
            listed = rows_of(story, platform, day)
            if listed is not None:
                covered.add(platform)
                rows += listed
        losers = losers_of(story, rows)
        for contract, (first, last) in story.contracts.items():
            if not in_force(first, last, day):
                continue
            needed = {p for p, _, c, start, end in story.mappings if c == contract and in_force(start, end, day)}
            if needed - covered:
                missing.setdefault(contract, set()).update((platform, day) for platform in needed - covered)
                continue
            mode = [each for start, each in story.counting[contract] if start <= day][-1:] or ["used"]
            counted = [
                row
                for number, row in enumerate(rows)
                if number not in losers
                and row.car.state == "active"
                and not blocked(story, row)
                and owner(story, row, day) == contract
                and (mode == ["connected"] or row.used)
            ]
            found[contract, day] = (len(counted), sum((Decimal(str(row.car.minutes or 0)) for row in counted), Decimal(0)))
    return found, missing


def in_force(first: date, last: date | None, day: date) -> bool:
    return first <= day and (last is None or day <= last)


def rows_of(story: Story, platform: str, day: date) -> list[Row] | None:
    on = day
    while (platform, on) not in story.snapshots:
        if (platform, on) not in story.carries:
            return None
        on -= timedelta(days=1)
    return rows_on(story.snapshots[platform, on], platform, on, day)


def rows_on(snapshots: Sequence[Sequence[Car]], platform: str, on: date, day: date) -> list[Row]:
    latest: dict[str, Car] = {}
    used: dict[str, bool] = {}
    for cars in snapshots:
        for car in cars:
            latest[car.vehicle_id] = car
            now = has_message(car, on) or Decimal(str(car.minutes or 0)) > 0
            used[car.vehicle_id] = used.get(car.vehicle_id, False) or now
    return [Row(platform, car, used[name], on, day) for name, car in latest.items()]


SEPARATORS = " -–/\\\u00a0\u2212"


def device(text: str | None) -> str | None:
    """The device as it is compared, or None where the text names none; a text on three vehicles is looked at elsewhere."""
    plain = "".join(sign for sign in text or "" if sign not in SEPARATORS).upper()
    whole, point, fraction = plain.replace(",", ".").partition(".")
    if whole.isdigit() and point and fraction and set(fraction) == {"0"}:
        plain = whole
    if re.fullmatch(r"\d([.,]\d+)?E\+\d+|\d[.,]\d+E\d+", plain):
        return None
    if len(plain) == 16 and plain.isdigit() and plain[0] == "0" and (luhn(plain[1:]) or plain[1] > "1"):
        plain = plain[1:]
    if len(plain) < 6 or len(set(plain)) == 1 or not any(sign.isdigit() for sign in plain):
        return None
    if plain.isdigit() and (len(plain) in (14, 16) or (len(plain) == 15 and luhn(plain))):
        return f"imei {plain[:14]}"
    return f"text {plain}"


def luhn(digits: str) -> bool:
    """Whether the last digit is the right check digit of those before it."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        total += sum(map(int, str(int(digit) * 2))) if place % 2 else int(digit)
    return total % 10 == 0


def losers_of(story: Story, rows: Sequence[Row]) -> set[int]:
    by_device: dict[str, list[int]] = {}
    for number, row in enumerate(rows):
        key = device(row.car.hw_id)
        if key:
            by_device.setdefault(key, []).append(number)
    lost = set()
    for key, numbers in by_device.items():
        originals = Counter(rows[number].platform for number in numbers if not rows[number].car.is_clone)
        if key.startswith("text") and max(originals.values(), default=0) >= 3:
            continue
        ranked = sorted(numbers, key=lambda number: rank(story, rows[number]))
        lost.update(ranked[1:])
    return lost


def rank(story: Story, row: Row) -> tuple[object, ...]:
    sent = moment(row.car, row.on)
    if sent and sent.astimezone(MOSCOW).date() >= row.on:
        sent += row.day - row.on
    is_idle = row.car.state != "active" or blocked(story, row)
    return (is_idle, row.car.is_clone, -(sent.astimezone(MOSCOW).timestamp()) if sent else float("inf"), row.platform, row.car.vehicle_id)


def climb(story: Story, platform: str, account: str) -> list[str]:
    way: list[str] = []
    at: str | None = account
    while at is not None and at not in way:
        way.append(at)
        at = story.parents.get(platform, {}).get(at)
    return way


def blocked(story: Story, row: Row) -> bool:
    return any(step in story.disabled.get(row.platform, set()) for name in row.car.owners for step in climb(story, row.platform, name))


def owner(story: Story, row: Row, day: date) -> str | None:
    for name in row.car.owners:
        for step in climb(story, row.platform, name):
            contracts = [c for p, a, c, start, end in story.mappings if (p, a) == (row.platform, step) and in_force(start, end, day)]
            if contracts:
                valid = [contract for contract in contracts if in_force(*story.contracts[contract], day)]
                return min(valid, key=str.encode) if valid else None
    return None


def told(world: object, story: Story) -> None:
    """Put a story into a world of the test."""
    for contract, (first, last) in story.contracts.items():
        world.contract(contract, first, last)
        for start, mode in story.counting[contract]:
            world.terms(contract, start, counting=mode)
    for mapping in story.mappings:
        world.account(*mapping)
    for platform, parents in story.parents.items():
        world.tree(platform, *((name, parent, name not in story.disabled[platform]) for name, parent in parents.items()))
    for (platform, day), listed in sorted(story.snapshots.items()):
        for cars in listed:
            world.snapshot(platform, day, cars)
    for platform, day in story.carries:
        world.platform(platform).carry(platform, day)
