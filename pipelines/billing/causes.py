"""Why a contract's month comes to another sum than the month before: told once, by the run that prices it, and kept as a row.

Whoever shows causes reads the rows (`reports/changes.py`). A month that was priced before is not priced again: its row says what it came to
and what from. So a draft costs little more for it; only where terms, prices or evidence changed are both months looked at day by day.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from pipelines.billing.changed import changed_pricing
from pipelines.billing.pricing_digest import PricingDigests
from pipelines.billing.run import DraftedRun
from pipelines.billing.usage_of_month import days_by_contract
from pipelines.period import Month
from pipelines.rating.causes import Causes, Priced, causes, causes_priced_alike, is_priced_alike
from pipelines.rating.charges import RatedMonth, with_vat
from pipelines.rating.model import DayUsage
from pipelines.rating.usage_change import UsageFigures, figures_of, usage_changes
from pipelines.usage import stored
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection

_COLUMNS = ("month", "contract_no", "rated", "priced_by", "told_from", "figures", "fleet", "terms", "tariff", "vat", "changed")
_ENCODER = msgspec.json.Encoder()
_AT_ONCE = 500
"""Contracts whose days of the month before are held in memory together."""


class PricedBefore(NamedTuple):
    """The row that a run has kept of a contract's month; columns as in its table."""

    contract_no: str
    rated: Decimal
    priced_by: str
    told_from: str
    figures: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Telling:
    """A contract whose causes are to be told: its month with its days, digests of what prices it and what priced the month before."""

    priced: Priced
    rated: RatedMonth
    days: Sequence[DayUsage]
    priced_by: str
    told_from: str

    @property
    def contract_no(self) -> str:
        return self.rated.contract_no


def keep(connection: "Connection", run: DraftedRun) -> None:
    """Keep the causes of every contract that the run has priced; rows that would say the same are left alone."""
    month = run.month
    rated = {no: each for no, each in run.facts.rated.items() if isinstance(each, RatedMonth) and each.segments}
    if not rated:
        return
    before = {row.contract_no: row for row in query.rows(connection, "billing/causes", PricedBefore, month=month.previous.first)}
    now = {row.contract_no: row for row in query.rows(connection, "billing/causes", PricedBefore, month=month.first)}
    usage_before = stored.inputs(connection, month.previous) or ""
    tellings = [
        telling
        for telling in _tellings(run, rated, usage_before)
        if (kept := now.get(telling.contract_no)) is None or (kept.priced_by, kept.told_from) != (telling.priced_by, telling.told_from)
    ]
    contracts = _told(connection, month, tellings, before) if usage_before else ((each, Causes(), None) for each in tellings)
    lines = [_row(month, *each) for each in contracts]
    again = [line[1] for line in lines if line[1] in now]
    if again:
        query.run(connection, "billing/delete_causes", month=month.first, contracts=again)
    query.copy(connection, "billing.causes", _COLUMNS, lines)


def _tellings(run: DraftedRun, rated: Mapping[str, RatedMonth], usage_before: str) -> Iterator[_Telling]:
    inputs, usage = run.facts.inputs, run.facts.usage
    now, before = PricingDigests(run.month, usage.digest), PricingDigests(run.month.previous, usage_before)
    for party in inputs.parties:
        no = party.contract.contract_no
        if no in rated:
            modes = inputs.vat_modes.get(party.contract.organization_code, ())
            priced = Priced(party.contract, inputs.terms.get(no, ()), inputs.tariffs, modes)
            yield _Telling(priced, rated[no], usage.days[no], now.of(priced), before.of(priced))


def _told(
    connection: "Connection", month: Month, tellings: Sequence[_Telling], before: Mapping[str, PricedBefore]
) -> Iterator[tuple[_Telling, Causes, UsageFigures | None]]:
    """Each with its causes and what the month before used; None where there is nothing to compare with."""
    anew: list[_Telling] = []
    for telling in tellings:
        known = before.get(telling.contract_no)
        if telling.priced.contract.starts_on >= month.first:
            yield telling, Causes(), None
        elif known and known.priced_by == telling.told_from and is_priced_alike(telling.priced, month):
            yield telling, causes_priced_alike(telling.priced, month, known.rated, telling.rated), _figures(known.figures)
        else:
            anew.append(telling)
    waiting = iter(anew)
    while some := list(islice(waiting, _AT_ONCE)):
        yield from _told_by_days(connection, month, some)


def _told_by_days(
    connection: "Connection", month: Month, tellings: Sequence[_Telling]
) -> Iterator[tuple[_Telling, Causes, UsageFigures | None]]:
    days = days_by_contract(stored.days(connection, month.previous, {each.contract_no for each in tellings}))
    for telling in tellings:
        before = days.get(telling.contract_no, [])
        by_cause = causes(telling.priced, month, [*before, *telling.days])
        yield telling, by_cause or Causes(), figures_of(before) if before else None


def _row(month: Month, telling: _Telling, by_cause: Causes, before: UsageFigures | None) -> tuple[Any, ...]:
    now = figures_of(telling.days)
    usage = usage_changes(telling.priced, month, before, now) if before else []
    return (
        month.first, telling.contract_no, with_vat(telling.rated.everything), telling.priced_by, telling.told_from,
        _figures_json(now), by_cause.fleet, by_cause.terms, by_cause.tariff, by_cause.vat,
        _json(changed_pricing(telling.priced, month, usage).as_json()),
    )  # fmt: skip


def _figures_json(figures: UsageFigures) -> str:
    kept: dict[str, Any] = {"peak": figures.peak, "vehicle_days": figures.vehicle_days, "days": figures.days}
    if figures.online_minutes:
        kept["online_minutes"] = str(figures.online_minutes)
    if figures.meters:
        kept["meters"] = {name: str(used) for name, used in figures.meters.items()}
    return _json(kept)


def _json(value: Mapping[str, Any]) -> str:
    return _ENCODER.encode(value).decode() if value else "{}"


def _figures(raw: Mapping[str, Any]) -> UsageFigures:
    meters = {name: Decimal(used) for name, used in raw.get("meters", {}).items()}
    return UsageFigures(raw["peak"], raw["vehicle_days"], raw["days"], Decimal(raw.get("online_minutes", 0)), meters)
