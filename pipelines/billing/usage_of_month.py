"""Usage as billing takes it: recomputed from the lake when anything changed, by contract, with what is missing in words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from pipelines.billing.drafts import by_contract
from pipelines.period import ONE_DAY, Month
from pipelines.rating.model import DayUsage
from pipelines.settings import Settings
from pipelines.usage.gaps import Gap

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class UsageOfMonth:
    """Days by contract, gaps in words by contract, digest of the evidence."""

    days: Mapping[str, Sequence[DayUsage]]
    gaps: Mapping[str, str]
    digest: str


def read(settings: Settings, connection: "Connection", month: Month, *, store: bool, at: datetime) -> UsageOfMonth:
    """Usage of a month in the caller's transaction; ``store``: keep it and its findings in the warehouse."""
    from pipelines.usage.month import compute

    found = compute(settings, connection, month, store=store, at=at)
    columns = found.days.to_pydict()
    rows = zip(
        columns["contract_no"],
        columns["business_date"],
        columns["fleet_size"],
        columns["online_minutes"],
        (_known(meters) for meters in columns["meters"]),
        strict=True,
    )
    gaps = {contract_no: in_words(missing) for contract_no, missing in found.gaps.items()}
    return UsageOfMonth(by_contract(rows), gaps, found.inputs)


def in_words(gaps: Iterable[Gap]) -> str:
    """What is missing, runs of days together: "gps2 2026-01-03…2026-01-05: no snapshot"."""
    days: dict[tuple[str, str], list[date]] = {}
    for gap in sorted(gaps):
        days.setdefault((gap.platform, gap.missing), []).append(gap.date)
    return "; ".join(f"{platform} {_runs(found)}: no {missing}" for (platform, missing), found in sorted(days.items()))


def _runs(days: Sequence[date]) -> str:
    runs: list[list[date]] = []
    for day in days:
        if runs and day - runs[-1][-1] == ONE_DAY:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}…{run[-1]}" for run in runs)


def _known(meters: Mapping[str, Decimal | None] | None) -> dict[str, Decimal]:
    """Meters that are known; what is not known is absent, never zero."""
    return {name: amount for name, amount in (meters or {}).items() if amount is not None}
