"""Usage as billing takes it: recomputed from the lake when anything changed, by contract, with what is missing in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from pipelines.billing.drafts import by_contract
from pipelines.period import Month
from pipelines.rating.model import DayUsage
from pipelines.settings import Settings

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
    gaps = {
        contract_no: "; ".join(sorted({f"{gap.platform} {gap.date}: no {gap.missing}" for gap in missing}))
        for contract_no, missing in found.gaps.items()
    }
    return UsageOfMonth(by_contract(rows), gaps, found.inputs)


def _known(meters: Mapping[str, Decimal | None] | None) -> dict[str, Decimal]:
    """Meters that are known; what is not known is absent, never zero."""
    return {name: amount for name, amount in (meters or {}).items() if amount is not None}
