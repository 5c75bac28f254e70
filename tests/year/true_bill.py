"""What each contract owes for each month, counted from the world itself by domain.md alone. Imports nothing of the product."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np

from tests import naive_calculator
from tests.year.price_list import TARIFFS
from tests.year.world import NEVER, PLATFORMS, Array, Day, Scale, World

MODES = [(date(2020, 1, 1), "general")]


@dataclass(frozen=True)
class Seen:
    """A day as one platform showed it, with the accounts that were blocked there."""

    day: Day
    blocked: Array


class Count:
    """Vehicles that count under every account on every day. ``knows_all``: every account is somebody's, and no day is missing."""

    def __init__(self, world: World, *, knows_all: bool) -> None:
        self.world, self.knows_all = world, knows_all
        self.used = np.zeros((len(world.accounts), world.scale.days), dtype=np.int64)
        self.connected = np.zeros_like(self.used)
        self.tied = {place for place, each in enumerate(world.accounts) if each.is_mapped and (knows_all or each.tied_on < NEVER)}
        self._platform = np.array([each.platform for each in world.accounts])[world.vehicle_account]
        self._last: dict[int, Seen] = {}

    def tie(self, account: int) -> None:
        """From now on the books know whose an account is, back to its first day."""
        self.tied.add(account)

    def add(self, day: Day, blocked: set[int], missing: set[int]) -> None:
        """Count a day. ``blocked``: accounts blocked as the day ends; ``missing``: platforms whose day before stands for it."""
        held = np.zeros(len(self.world.accounts), dtype=bool)
        held[list(blocked)] = True
        seen = Seen(day, self._below(held))
        carried = set() if self.knows_all else missing
        shown = {platform: self._last[platform] if platform in carried else seen for platform in range(len(PLATFORMS))}
        self._count(day.index, shown)
        self._last = shown

    def fleets(self) -> tuple[Array, Array]:
        """Fleet of every contract on every day, by what sent a message and by what is connected, as far as the books know accounts."""
        used = np.zeros((len(self.world.contracts), self.world.scale.days), dtype=np.int64)
        connected = np.zeros_like(used)
        days = np.arange(self.world.scale.days)
        for place in range(len(self.world.accounts)):
            begun = np.full(len(days), -1)
            for step in reversed([each for each in self.way(place) if each in self.tied]):  # the nearest account has the last word
                begun[days >= self.world.accounts[step].opened] = self.world.accounts[step].contract
            for number in set(begun.tolist()) - {-1}:
                contract = self.world.contracts[number]
                counts = (begun == number) & (contract.starts <= days) & (days <= contract.ends)
                used[number, counts] += self.used[place, counts]
                connected[number, counts] += self.connected[place, counts]
        return used, connected

    def way(self, account: int) -> list[int]:
        """The account and all above it."""
        steps = [account]
        while self.world.accounts[steps[-1]].parent >= 0:
            steps.append(self.world.accounts[steps[-1]].parent)
        return steps

    def _below(self, held: Array) -> Array:
        """Accounts that are blocked, or lie below one that is."""
        return np.array([any(held[step] for step in self.way(place)) for place in range(len(held))])

    def _count(self, index: int, shown: dict[int, Seen]) -> None:
        def of(name: str) -> Array:
            first, second = (getattr(shown[platform].day, name) for platform in range(len(PLATFORMS)))
            return np.where(self._platform == 0, first, second)

        accounts = self.world.vehicle_account
        blocked = np.where(self._platform == 0, shown[0].blocked[accounts], shown[1].blocked[accounts])
        taken_on = np.where(self._platform == 0, shown[0].day.index, shown[1].day.index)
        listed, active, used, spoke_on = of("listed"), of("active"), of("used"), of("spoke_on")
        moment = np.where(spoke_on == taken_on, index, spoke_on) * 1440 + of("spoke_at")
        lost = self._lost(listed, of("device"), ~active | blocked, np.where(spoke_on < 0, -1, moment))
        counts = listed & active & ~blocked & ~lost
        size = len(self.world.accounts)
        self.connected[:, index] = np.bincount(accounts[counts], minlength=size)
        self.used[:, index] = np.bincount(accounts[counts & used], minlength=size)

    def _lost(self, listed: Array, device: Array, idle: Array, moment: Array) -> Array:
        """Vehicles whose tracker another one holds that day: active first, then originals, the latest message, the smallest name."""
        lost = np.zeros(len(listed), dtype=bool)
        present = np.flatnonzero(listed)
        order = present[np.argsort(device[present], kind="stable")]
        starts = np.flatnonzero(np.diff(device[order], prepend=-1))
        for start, end in zip(starts, [*starts[1:], len(order)], strict=True):
            if end - start > 1:
                group = sorted(order[start:end], key=lambda each: self._rank(each, idle, moment))
                lost[group[1:]] = True
        return lost

    def _rank(self, vehicle: int, idle: Array, moment: Array) -> tuple[Any, ...]:
        name = PLATFORMS[self._platform[vehicle]], f"v{vehicle:06}"
        return bool(idle[vehicle]), bool(self.world.fleet.clone[vehicle]), -int(moment[vehicle]), *name


def bills(world: World, count: Count, *, month: int, known_until: int = NEVER) -> list[Decimal]:
    """Net roubles of every contract for a month by its number, from terms that were entered by a day; 0.00 where it was not in force."""
    scale = world.scale
    first, after = scale.starts[month], scale.starts[month + 1]
    start, end = (first - scale.first).days, (after - scale.first).days
    amounts, (used, connected) = [], count.fleets()
    for number, contract in enumerate(world.contracts):
        if contract.starts >= end or contract.ends < start:
            amounts.append(Decimal("0.00"))
            continue
        fleets = (used if contract.counting == "used" else connected)[number]
        usage = {scale.day(index): (int(fleets[index]), 0, {}) for index in range(start, end)}
        lines = naive_calculator.bill(
            first.year, first.month, *_in_force(scale, contract), terms_of(scale, contract, known_until), TARIFFS, usage, MODES
        )
        amounts.append(sum((line[5] for line in lines), Decimal("0.00")))
    return amounts


def _in_force(scale: Scale, contract: Any) -> tuple[date, date | None]:
    return scale.day(contract.starts), scale.day(contract.ends) if contract.ends < NEVER else None


def terms_of(scale: Scale, contract: Any, known_until: int = NEVER) -> list[dict[str, Any]]:
    """Rows of terms as the calculator reads them."""
    return [
        {
            "from": scale.day(each.since), "tariff": each.tariff, "counting": contract.counting, "basis": contract.basis,
            "prepaid": contract.prepaid, "discount": each.discount, "minimum": contract.minimum,
        }
        for each in contract.terms
        if each.known_on <= known_until
    ]  # fmt: skip
