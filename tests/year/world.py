"""The provider as it really is: clients, accounts, vehicles, and what each vehicle does on each day. Nothing here knows how it is billed.

Everything is drawn from the seed before the year begins or from the seed and the day, so both ways of billing meet the same world.
"""

import calendar
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np

from tests.year.assumptions import Assumptions

PLATFORMS = ("gps1", "gps2")
NEVER = 10_000  # later than every day of a year
Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Scale:
    """How much is simulated."""

    clients: int
    months: int
    seed: int
    first: date = date(2025, 7, 1)
    platforms: int = 2

    @property
    def starts(self) -> list[date]:
        """The first of each month, and of the one after the last."""
        months = [self.first.month - 1 + number for number in range(self.months + 1)]
        return [date(self.first.year + each // 12, each % 12 + 1, 1) for each in months]

    @property
    def days(self) -> int:
        """Days that are billed."""
        return (self.starts[-1] - self.first).days

    def day(self, index: int) -> date:
        """The date of a day by its number."""
        return self.first + timedelta(days=index)


@dataclass
class Account:
    """An account of a platform. ``contract``: who uses it in truth; ``tied_on``: the day from which the books know it, NEVER where a
    finding has to say so; ``opened``: its first day."""

    platform: int
    name: str
    contract: int
    parent: int = -1
    opened: int = 0
    tied_on: int = 0
    is_mapped: bool = True  # False: below an account that is


@dataclass
class Terms:
    """Terms of a contract from a day on; ``known_on``: the day on which they are entered (later than ``since``: agreed late)."""

    since: int
    tariff: str
    discount: int = 0
    known_on: int = -1


@dataclass
class Contract:
    """A contract: its client's habits are drawn elsewhere. ``ends``: its last day, or NEVER."""

    number: str
    client: str
    basis: str
    counting: str
    prepaid: int
    minimum: int
    starts: int = 0
    ends: int = NEVER
    dealer: int = -1
    is_dealer: bool = False
    terms: list[Terms] = field(default_factory=list)


@dataclass
class Fleet:
    """Vehicles by index; moments are numbers of days. ``device``: the tracker, ``spare``: the one after ``repaired``."""

    account: Array
    first: Array
    last: Array
    hides: Array
    device: Array
    spare: Array
    failed: Array
    repaired: Array
    given_away: Array  # the day on which its tracker moves to another vehicle
    clone: Array


@dataclass
class Day:
    """One day: which vehicles are listed, what the platforms say of them."""

    index: int
    listed: Array
    active: Array
    device: Array
    used: Array
    spoke_on: Array  # day of the last message, -1: never
    spoke_at: Array  # its minute of the day


class World:
    """The provider of one seed."""

    def __init__(self, scale: Scale, given: Assumptions) -> None:
        self.scale, self.given = scale, given
        self.random = np.random.default_rng([scale.seed, 1])
        self.contracts: list[Contract] = []
        self.accounts: list[Account] = []
        self._sizes: list[tuple[int, int]] = []  # account, vehicles
        self._make_clients()
        self._change_terms()
        self.fleet = self._make_fleet()
        self.vehicle_account = self.fleet.account
        self._spoke_on = np.full(len(self.fleet.first), -1)
        self._spoke_at = np.zeros(len(self.fleet.first), dtype=np.int64)
        self._next = 0

    # clients, contracts, accounts

    def _make_clients(self) -> None:
        dealers = max(round(self.scale.clients * self.given.dealer_share), 1)
        self._reseller: dict[int, bool] = {}
        for number in range(self.scale.clients):
            is_dealer = number < dealers
            contract = self._contract(number, is_dealer=is_dealer)
            self.contracts.append(contract)
            if is_dealer:
                self._reseller[number] = bool(self.random.random() < self.given.hiding_dealers)
                self._dealer_accounts(number)
            else:
                self._own_accounts(number, dealers)

    def _contract(self, number: int, *, is_dealer: bool) -> Contract:
        random, days = self.random, self.scale.days
        tariff = str(random.choice(["UNIT", "VOLUME", "PACK", "FIX"], p=[0.5, 0.25, 0.1, 0.15]))
        starts = int(random.integers(5, days)) if random.random() < 0.08 else 0
        ends = int(random.integers(20, days)) if not starts and random.random() < 0.05 else NEVER
        basis = "peak" if random.random() < 1 - self.given.by_average else "average"
        counting = "used" if random.random() < self.given.counts_used else "connected"
        least = 3000 if random.random() < 0.1 else 0
        contract = Contract(f"Г-{number:04}", f"C{number:04}", basis, counting, 0, least, starts, ends, is_dealer=is_dealer)
        contract.terms.append(Terms(starts, tariff, int(random.choice([0, 0, 0, 5, 10]))))
        return contract

    def _dealer_accounts(self, number: int) -> None:
        platform, root = int(self.random.integers(0, self.scale.platforms)), len(self.accounts)
        self.accounts.append(Account(platform, f"d{number:04}", number, opened=self.contracts[number].starts))
        for below in range(int(self.random.integers(3, 9))):
            account = Account(platform, f"d{number:04}-{below}", number, root, self.contracts[number].starts, is_mapped=False)
            self._sizes.append((len(self.accounts), int(self.random.integers(8, 25))))
            self.accounts.append(account)

    def _own_accounts(self, number: int, dealers: int) -> None:
        random, contract = self.random, self.contracts[number]
        vehicles = int(np.clip(np.exp(random.normal(np.log(self.given.median_fleet), 0.9)), 1, 300))
        if random.random() < self.given.prepaid:
            contract.prepaid = max(int(vehicles * 0.8), 1)
        platform, parent = int(random.integers(0, self.scale.platforms)), -1
        if random.random() < 0.05:  # has come by a dealer, and pays itself
            contract.dealer = int(random.integers(0, max(dealers // 3, 1)))
            parent = next(place for place, each in enumerate(self.accounts) if each.contract == contract.dealer)
            platform = self.accounts[parent].platform
            contract.starts = max(contract.starts, self.accounts[parent].opened)
            contract.terms[0].since = contract.starts
            contract.ends = contract.ends if contract.ends > contract.starts else NEVER
        self._sizes.append((len(self.accounts), vehicles))
        self.accounts.append(Account(platform, f"a{number:04}", number, parent, contract.starts, contract.starts))
        if random.random() < self.given.orphan_accounts and contract.ends == NEVER:
            opened = int(random.integers(min(contract.starts + 3, self.scale.days - 1), self.scale.days))
            self._sizes.append((len(self.accounts), max(vehicles // 4, 1)))
            self.accounts.append(Account(int(random.integers(0, self.scale.platforms)), f"b{number:04}", number, -1, opened, NEVER))

    def _change_terms(self) -> None:
        """Discounts agreed late, for days of a month that has been billed; and tariffs changed in good time."""
        starts = [(each - self.scale.first).days for each in self.scale.starts]
        for month in range(self.scale.months):
            for contract in self.contracts:
                first, after = starts[month], starts[month + 1]
                if self.random.random() < self.given.late_discounts and month + 1 < self.scale.months:
                    self._new_terms(contract, first + 9, after + 12, contract.terms[-1].tariff, 15)
                elif self.random.random() < 0.005 and month:
                    since = first if self.random.random() < 0.5 else first + 15
                    self._new_terms(contract, since, since - 3, "VOLUME", contract.terms[-1].discount)

    @staticmethod
    def _new_terms(contract: Contract, since: int, known_on: int, tariff: str, discount: int) -> None:
        last = contract.terms[-1]
        if contract.starts <= last.since < since < contract.ends and max(last.known_on, 0) <= known_on:
            contract.terms.append(Terms(since, tariff, discount, known_on))

    # vehicles

    def _make_fleet(self) -> Fleet:
        random, days, given = self.random, self.scale.days, self.given
        months = max(self.scale.days / 30, 1)
        accounts = np.repeat([place for place, _ in self._sizes], [size for _, size in self._sizes])
        extra = random.random(len(accounts)) < given.joins_monthly * months
        accounts = np.concatenate([accounts, accounts[extra]])
        count = len(accounts)
        opened = np.array([each.opened for each in self.accounts])[accounts]
        joins = np.zeros(count, dtype=bool)
        joins[count - int(extra.sum()) :] = True
        first = np.where(joins, opened + random.integers(0, days, count), opened)
        leaves = random.random(count) < given.leaves_monthly * months
        last = np.where(leaves, first + random.integers(1, days + 1, count), NEVER)
        failed, repaired = self._failures(count, first)
        device = np.arange(count)
        spare = np.where(random.random(count) < 0.5, device + 500_000, device)
        resells = np.array([self._reseller.get(each.contract, False) and not each.is_mapped for each in self.accounts])
        hides = resells[accounts] & (random.random(count) < given.hidden_share)
        fleet = Fleet(accounts, first, last, hides, device, spare, failed, repaired, np.full(count, NEVER), np.zeros(count, dtype=bool))
        return self._with_duplicates(fleet)

    def _failures(self, count: int, first: Array) -> tuple[Array, Array]:
        random, days = self.random, self.scale.days
        fails = random.random(count) < self.given.trackers_fail * days / 365
        failed = np.where(fails, first + random.integers(0, days, count), NEVER)
        return failed, np.where(fails, failed + 1 + random.geometric(1 / max(self.given.repair_days, 1), count), NEVER)

    def _with_duplicates(self, fleet: Fleet) -> Fleet:
        """Trackers that move to another vehicle of the account, and vehicles that a second platform (or a clone) lists as well."""
        random, days, count = self.random, self.scale.days, len(fleet.first)
        sound = np.flatnonzero((fleet.failed == NEVER) & (fleet.last == NEVER) & (fleet.first < days - 2))
        moved = sound[random.random(len(sound)) < self.given.moved_trackers * days / 365]
        moved_on = np.array([int(random.integers(fleet.first[each] + 1, days)) for each in moved], dtype=np.int64)
        fleet.given_away[moved] = moved_on
        fleet.last[moved] = moved_on + random.integers(5, 90, len(moved))
        rest = np.setdiff1d(sound, moved)
        twins = rest[random.random(len(rest)) < self.given.twins]
        accounts = [self._second_account(int(fleet.account[each])) for each in twins]
        more = {
            "account": np.concatenate([fleet.account[moved], np.array(accounts, dtype=np.int64)]),
            "first": np.concatenate([moved_on, fleet.first[twins]]),
            "device": np.concatenate([fleet.device[moved], fleet.device[twins]]),
        }
        added = len(more["first"])
        is_twin = np.arange(added) >= len(moved)
        clone = is_twin & (more["account"] == np.concatenate([fleet.account[moved], fleet.account[twins]]))
        return Fleet(
            np.concatenate([fleet.account, more["account"]]), np.concatenate([fleet.first, more["first"]]),
            np.concatenate([fleet.last, np.full(added, NEVER)]), np.concatenate([fleet.hides, np.zeros(added, dtype=bool)]),
            np.concatenate([fleet.device, more["device"]]), np.concatenate([fleet.spare, more["device"]]),
            np.concatenate([fleet.failed, np.full(added, NEVER)]), np.concatenate([fleet.repaired, np.full(added, NEVER)]),
            np.concatenate([fleet.given_away, np.full(added, NEVER)]), np.concatenate([np.zeros(count, dtype=bool), clone]),
        )  # fmt: skip

    def _second_account(self, account: int) -> int:
        """Another account of the same contract where it has one, else the same account: a clone there."""
        mine = self.accounts[account]
        others = [
            place for place, each in enumerate(self.accounts)
            if each.contract == mine.contract and place != account and each.parent == mine.parent and each.opened <= mine.opened
        ]  # fmt: skip
        return others[0] if others else account

    # days

    def is_silent(self, platform: int, index: int) -> bool:
        """Three days a year, and never in the first week: a platform delivers nothing."""
        return index > 5 and (index * 7919 + platform * 104_729 + self.scale.seed) % 365 < 3

    def is_month_end(self, index: int) -> bool:
        """Whether a day is one of the last of its month, on which dealers hide."""
        day = self.scale.day(index)
        return day.day > calendar.monthrange(day.year, day.month)[1] - self.given.hidden_days

    def day(self, index: int) -> Day:
        """What happens on a day; days are asked for in order, each once."""
        assert index == self._next, "days are lived in order"
        self._next += 1
        fleet, count = self.fleet, len(self.fleet.first)
        random = np.random.default_rng([self.scale.seed, 2, index])
        share = self.given.weekday_use if self.scale.day(index).weekday() < 5 else self.given.weekend_use
        chance, minute = random.random(count), random.integers(360, 1380, count)
        listed = (fleet.first <= index) & (index <= fleet.last)
        hidden = fleet.hides & self.is_month_end(index)
        broken = (fleet.failed <= index) & (index < fleet.repaired)
        used = listed & ~hidden & ~broken & (index < fleet.given_away) & (chance < share)
        self._spoke_on = np.where(used, index, self._spoke_on)
        self._spoke_at = np.where(used, minute, self._spoke_at)
        device = np.where(index >= fleet.repaired, fleet.spare, fleet.device)
        return Day(index, listed, listed & ~hidden, device, used, self._spoke_on, self._spoke_at)
