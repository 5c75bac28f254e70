"""Usage as billing takes it: recomputed from the lake when anything changed, by contract, with what is missing in words."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import chain
from typing import TYPE_CHECKING, Any

from pipelines.billing.model import MissingUsage, by_contract
from pipelines.period import Month, runs
from pipelines.rating.model import DayUsage
from pipelines.settings import Settings
from pipelines.usage.gaps import Gap
from pipelines.wording import english, russian

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlalchemy import Connection

    from pipelines.usage.month import MonthUsage
    from pipelines.usage.sources import Sources


_RUSSIAN = {
    "snapshot": "нет снимка",
    "quarantined": "снимок в карантине",
    "whole file": "файл снимка утрачен или повреждён",
    "last_message_at": "нет времени последнего сообщения",
    "online_minutes": "нет минут на связи",
}
_METER = "meter_"
_NO_METERS: Mapping[str, Decimal] = {}
_AT_ONCE = 20_000
"""Rows of days that are held as Python's values before they are days of usage."""


@dataclass(frozen=True, slots=True)
class UsageOfMonth:
    """Days by contract, gaps in words by contract, digest of the evidence; ``sources``: what it was computed from, None for no usage."""

    days: Mapping[str, Sequence[DayUsage]]
    gaps: Mapping[str, MissingUsage]
    digest: str
    sources: "Sources | None" = None


NO_USAGE = UsageOfMonth({}, {}, "")


def read(settings: Settings, connection: "Connection", month: Month, *, store: bool, at: datetime) -> UsageOfMonth:
    """Usage of a month in the caller's transaction; ``store``: keep it and its findings in the warehouse."""
    from pipelines.usage.month import compute

    return in_days(compute(settings, connection, month, store=store, at=at))


def in_days(month_usage: "MonthUsage") -> UsageOfMonth:
    """Usage as rating takes it, from the tables of a pass."""
    gaps = {contract_no: in_words(missing) for contract_no, missing in month_usage.gaps.items()}
    return UsageOfMonth(days_by_contract(month_usage.days), gaps, month_usage.inputs, month_usage.sources)


def days_by_contract(days: "pa.Table") -> dict[str, list[DayUsage]]:
    """A table of contract days as rating takes it, each contract's days in order.

    There are 31 rows a contract: they become objects some at a time, and share dates, and that no meter is known.
    """
    dates: dict[date, date] = {}
    rows = chain.from_iterable(_rows(batch.to_pydict(), dates) for batch in days.to_batches(max_chunksize=_AT_ONCE))
    return by_contract(rows)


def _rows(columns: Mapping[str, Sequence[Any]], dates: dict[date, date]) -> Iterator[tuple[str, date, int, Any, Mapping[str, Decimal]]]:
    return zip(
        columns["contract_no"],
        (dates.setdefault(day, day) for day in columns["business_date"]),
        columns["fleet_size"],
        columns["online_minutes"],
        (_known(meters) for meters in columns["meters"]),
        strict=True,
    )


def in_words(gaps: Iterable[Gap]) -> MissingUsage:
    """What is missing, runs of days together: "gps2 2026-01-03…2026-01-05: no snapshot"."""
    days: dict[tuple[str, str], list[date]] = {}
    for gap in sorted(gaps):
        days.setdefault((gap.platform, gap.missing), []).append(gap.date)
    together = [(platform, missing, runs(dates)) for (platform, missing), dates in sorted(days.items())]
    in_english = [f"{platform} {english.days(spans)}: no {missing}" for platform, missing, spans in together]
    in_russian = [f"{platform}, {russian.days(spans)}: {_in_russian(missing)}" for platform, missing, spans in together]
    return MissingUsage("; ".join(in_english), "; ".join(in_russian))


def _in_russian(missing: str) -> str:
    if missing.startswith(_METER):
        return f"нет показаний счётчика «{missing.removeprefix(_METER).replace('_', ' ')}»"
    return _RUSSIAN.get(missing, f"нет данных: {missing}")


def _known(meters: Mapping[str, Decimal | None] | None) -> Mapping[str, Decimal]:
    """Meters that are known; what is not known is absent, never zero."""
    return {name: amount for name, amount in meters.items() if amount is not None} if meters else _NO_METERS
