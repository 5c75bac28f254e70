"""What a month's usage is computed from, read from the warehouse at one moment, with its digest."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Map
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from pipelines.clock import local_date
from pipelines.evidence.lake_files import Fault
from pipelines.period import ONE_DAY, Month, Span
from pipelines.usage.owners import byte_order
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection

RULES = 4  # raise when the rules below change: stored usage is then computed anew

Key = TypeVar("Key")
Value = TypeVar("Value")
PlatformDate = tuple[str, date]
NOON = time(12)


@dataclass(frozen=True, slots=True)
class CountedSnapshot:
    """A registered snapshot: ``columns`` are those that the source really had, ``path`` is relative to the lake."""

    platform: str
    business_date: date
    taken_at: datetime
    snapshot_no: int
    digest: str
    columns: frozenset[str]
    path: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class PlatformDay:
    """One covered day of one platform: its snapshots, the latest last; ``source_date`` lies before ``business_date`` when carried."""

    platform: str
    business_date: date
    source_date: date
    snapshots: tuple[CountedSnapshot, ...]

    @property
    def is_carried(self) -> bool:
        """Whether the usage is that of an earlier day."""
        return self.source_date != self.business_date

    @property
    def carried_since(self) -> datetime:
        """First moment of the source day, in UTC: messages from here on are of the usage that is carried."""
        return self._moment(self.source_date, time())

    @property
    def carried_by(self) -> timedelta:
        """How much later a message counts on the carried day: from noon to noon, so that it keeps its local time of day."""
        return self._moment(self.business_date, NOON) - self._moment(self.source_date, NOON)

    def _moment(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, ZoneInfo(self.snapshots[-1].time_zone)).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Mapping:
    """An account of a platform that belongs to a contract, both days inclusive (None: open)."""

    platform: str
    account_id: str
    contract_no: str
    valid_from: date
    valid_to: date | None

    def is_valid(self, day: date) -> bool:
        """Whether it holds on that day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class ContractSpan:
    """A contract and the days on which it is in force (both inclusive; None: open)."""

    contract_no: str
    client_code: str
    starts_on: date
    ends_on: date | None

    def is_in_force(self, day: date) -> bool:
        """Whether that day is one of its days."""
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)

    def days_in(self, month: Month) -> Span | None:
        """Its days in the month, or None."""
        return month.span.overlap(self.starts_on, self.ends_on)


@dataclass(frozen=True, slots=True)
class CountingRow:
    """What of a row of terms decides what is counted."""

    valid_from: date
    counting: str
    tariff_code: str


@dataclass(frozen=True)
class Sources:
    """Everything that a month's usage depends on. ``known_until``: the last day of the month that is over.

    ``lost``: faults of the lake by path of a snapshot; the days of these snapshots are not covered. ``registered``: the digest
    as it would be if the lake were whole.
    """

    month: Month
    known_until: date | None
    landed: dict[PlatformDate, tuple[CountedSnapshot, ...]]
    quarantined: frozenset[PlatformDate]
    carries: frozenset[PlatformDate]
    platforms: tuple[str, ...]
    contracts: tuple[ContractSpan, ...]
    mappings: tuple[Mapping, ...]
    terms: dict[str, tuple[CountingRow, ...]]
    tariff_columns: dict[str, tuple[tuple[date, frozenset[str]], ...]]
    digest: str = field(default="")
    lost: Map[str, Fault] = field(default_factory=dict)
    registered: str = field(default="")

    def without(self, lost: Map[str, Fault]) -> "Sources":
        """The sources when these files of the lake are not what was landed: their days are missing, never zero (domain.md §2.5)."""
        registered = self.registered or self.digest
        named = [[path, lost[path].fault] for path in sorted(lost)]
        return replace(self, lost=lost, registered=registered, digest=_digest([[registered]], named) if lost else registered)

    def fault_of(self, platform: str, day: date) -> Fault | None:
        """What is wrong with a file of that platform-day, or None."""
        return next((self.lost[each.path] for each in self.landed.get((platform, day), ()) if each.path in self.lost), None)

    @cached_property
    def days(self) -> dict[PlatformDate, PlatformDay]:
        """Covered platform-days of the month, in byte order of platform and by date.

        A carried day takes the usage of the day before, which may be carried itself; where that day is not covered (its
        snapshot was withdrawn, or its file is lost), there is nothing to carry.
        """
        days: dict[PlatformDate, PlatformDay] = {}
        for platform in self.platforms:
            earlier = [day for name, day in self.landed if name == platform and day < self.month.first]
            source = None
            for day in Span(max(earlier, default=self.month.first), self.month.last).dates():
                if (platform, day) in self.landed and not self.fault_of(platform, day):
                    source = day
                elif (platform, day) not in self.carries:
                    source = None
                if source is not None and day >= self.month.first:
                    days[platform, day] = PlatformDay(platform, day, source, self.landed[platform, source])
        return days

    @cached_property
    def mappings_of(self) -> dict[str, tuple[Mapping, ...]]:
        """Mappings by platform."""
        mappings: dict[str, list[Mapping]] = defaultdict(list)
        for mapping in self.mappings:
            mappings[mapping.platform].append(mapping)
        return {platform: tuple(rows) for platform, rows in mappings.items()}

    @cached_property
    def epochs(self) -> dict[date, int]:
        """Day → number of its run of days over which no mapping and no contract begins or ends."""
        edges: set[date] = set()
        for mapping in self.mappings:
            edges.add(mapping.valid_from)
            if mapping.valid_to and mapping.valid_to < date.max:
                edges.add(mapping.valid_to + ONE_DAY)
        for contract in self.contracts:
            edges.add(contract.starts_on)
            if contract.ends_on and contract.ends_on < date.max:
                edges.add(contract.ends_on + ONE_DAY)
        number, epochs = 0, {}
        for day in self.month.dates():
            number += day in edges
            epochs[day] = number
        return epochs

    def mapped_on(self, platform: str, day: date) -> dict[str, tuple[str, ...]]:
        """Account → its contracts on that day, in byte order."""
        columns: dict[str, tuple[str, ...]] = {}
        for mapping in self.mappings_of.get(platform, ()):
            if mapping.is_valid(day):
                others = columns.get(mapping.account_id, ())
                if mapping.contract_no not in others:
                    columns[mapping.account_id] = tuple(sorted((*others, mapping.contract_no), key=byte_order))
        return columns

    def in_force_on(self, day: date) -> frozenset[str]:
        """Contracts in force on that day."""
        return frozenset(contract.contract_no for contract in self.contracts if contract.is_in_force(day))

    def terms_on(self, contract_no: str, day: date) -> CountingRow | None:
        """The row of terms in force on that day, or None."""
        latest = None
        for row in self.terms.get(contract_no, ()):
            if row.valid_from <= day:
                latest = row
        return latest

    def needed_columns(self, contract_no: str, day: date) -> frozenset[str]:
        """Snapshot columns that the tariff version in force on that day is measured by, apart from the fleet."""
        row = self.terms_on(contract_no, day)
        needed: frozenset[str] = frozenset()
        for valid_from, columns in self.tariff_columns.get(row.tariff_code, ()) if row else ():
            if valid_from <= day:
                needed = columns
        return needed


class _Rows(NamedTuple):
    """What the warehouse says of a month, table by table."""

    known_until: date | None
    snapshots: list[Any]
    carries: list[Any]
    platforms: list[Any]
    contracts: list[Any]
    mappings: list[Any]
    terms: list[Any]
    needed: list[Any]

    def digest(self, month: Month) -> str:
        """Of everything that the month's usage depends on."""
        columns = [(tariff_code, valid_from, sorted(names)) for tariff_code, valid_from, names in self.needed]
        head = [[RULES, month.first, self.known_until]]
        return _digest(head, self.snapshots, self.carries, self.platforms, self.contracts, self.mappings, self.terms, columns)


def read(connection: "Connection", month: Month, at: datetime) -> Sources:
    """The sources of a month as they are now in the caller's transaction; ``at`` says which of its days are over."""
    rows = _rows(connection, month, at)
    landed, quarantined = _by_platform_date(rows.snapshots)
    return Sources(
        month=month,
        known_until=rows.known_until,
        landed=landed,
        quarantined=quarantined,
        carries=frozenset((platform, day) for platform, day in rows.carries),
        platforms=tuple(platform for platform, _ in rows.platforms),
        contracts=tuple(ContractSpan(*row) for row in rows.contracts),
        mappings=tuple(Mapping(*row) for row in rows.mappings),
        terms=_grouped((contract_no, CountingRow(*row)) for contract_no, *row in rows.terms),
        tariff_columns=_grouped((tariff_code, (valid_from, frozenset(names))) for tariff_code, valid_from, names in rows.needed),
        digest=rows.digest(month),
    )


def read_digest(connection: "Connection", month: Month, at: datetime) -> tuple[str, list[str]]:
    """The digest of `read` without the sources, and the paths of the snapshots that count."""
    rows = _rows(connection, month, at)
    landed, _ = _by_platform_date(rows.snapshots)
    return rows.digest(month), sorted({snapshot.path for snapshots in landed.values() for snapshot in snapshots})


def _rows(connection: "Connection", month: Month, at: datetime) -> _Rows:
    bounds = {"first": month.first, "last": month.last}
    platforms = query.rows(connection, "usage/platforms")
    until = min([month.last, *(local_date(at, time_zone) - ONE_DAY for _, time_zone in platforms)])
    return _Rows(
        until if until >= month.first else None,
        query.rows(connection, "usage/snapshots", **bounds),
        query.rows(connection, "usage/carries", **bounds),
        platforms,
        query.rows(connection, "usage/contracts"),
        query.rows(connection, "usage/mappings", **bounds),
        query.rows(connection, "usage/terms", **bounds),
        query.rows(connection, "usage/needed_columns", last=month.last),
    )


def known_contracts(connection: "Connection") -> tuple[ContractSpan, ...]:
    """Every contract, in byte order of its number."""
    return tuple(query.rows(connection, "usage/contracts", ContractSpan))


def _by_platform_date(rows: Iterable[Any]) -> tuple[dict[PlatformDate, tuple[CountedSnapshot, ...]], frozenset[PlatformDate]]:
    """Landed snapshots by platform and date, in their order, and where quarantined ones stand."""
    landed = []
    quarantined = set()
    for platform, day, taken_at, number, state, digest, columns, path, time_zone in rows:
        if state == "landed":
            snapshot = CountedSnapshot(platform, day, taken_at, number, digest, frozenset(columns), path, time_zone)
            landed.append(((platform, day), snapshot))
        else:
            quarantined.add((platform, day))
    return _grouped(landed), frozenset(quarantined)


def _grouped(pairs: Iterable[tuple[Key, Value]]) -> dict[Key, tuple[Value, ...]]:
    """Values by key, in their order."""
    groups: dict[Key, list[Value]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return {key: tuple(values) for key, values in groups.items()}


def _digest(*tables: Sequence[Sequence[Any]]) -> str:
    text = "\n".join(str(tuple(row)) for row in chain.from_iterable([("table",), *table] for table in tables))
    return hashlib.sha256(text.encode()).hexdigest()
