"""The contracts whose month comes to another total than the month before, the biggest first, and why."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from pipelines.billing import inputs
from pipelines.billing.model import by_contract
from pipelines.period import Month
from pipelines.rating.causes import Causes, Priced, causes
from pipelines.rating.model import Basis, DayUsage, TariffVersion, Terms
from pipelines.rating.segments import in_force
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection

TERMS = ("tariff_code", "counting", "basis", "prepaid_vehicles", "discount_percent", "minimum")
"""The terms that price (domain.md §5)."""


@dataclass(frozen=True, slots=True)
class ContractChange:
    """One contract: totals with VAT of the month before and of this one, and what made the difference.

    ``causes`` None: it is new, lost, or cannot be told apart. ``fleet``: peak, or average where the terms bill the
    average, before and now; ``terms``: (column, before, after) of what prices since the beginning of the month before; ``versions``: of
    the tariff, begun since then.
    """

    contract_no: str
    client: str
    before: Decimal
    total: Decimal
    is_new: bool = False
    is_lost: bool = False
    ends_on: dt.date | None = None
    causes: Causes | None = None
    fleet: tuple[Fraction, Fraction] | None = None
    terms: Sequence[tuple[str, Any, Any]] = ()
    versions: Sequence[TariffVersion] = ()


def biggest(connection: "Connection", month: Month, purpose: str, most: int) -> tuple[ContractChange, ...]:
    """The ``most`` biggest changes of the drafted run against all that was billed for the month before."""
    rows = query.rows(connection, "reports/changes", month=month.first, previous=month.previous.first, purpose=purpose, most=most)
    stayed = {row.contract_no: (row.before, row.total) for row in rows if not row.is_new and not row.is_lost}
    details = _details(connection, month, stayed) if stayed else {}
    return tuple(
        ContractChange(
            row.contract_no, row.client, row.before, row.total, row.is_new, row.is_lost, row.ends_on, **details.get(row.contract_no, {})
        )
        for row in rows
    )


def _details(connection: "Connection", month: Month, totals: Mapping[str, tuple[Decimal, Decimal]]) -> dict[str, dict[str, Any]]:
    """Causes, fleets, changed terms and versions by contract; ``totals``: (month before, this month)."""
    month_inputs = inputs.read(connection, month)
    days = by_contract(
        (*row[:4], {name: Decimal(value) for name, value in row.meters.items()})
        for row in query.rows(connection, "reports/changes_days", contracts=list(totals), previous=month.previous.first, last=month.last)
    )
    parties = {party.contract.contract_no: party for party in month_inputs.parties}
    details = {}
    for contract_no in totals.keys() & parties.keys():
        party, terms, used = parties[contract_no], month_inputs.terms.get(contract_no, ()), days.get(contract_no, [])
        priced = Priced(party.contract, terms, month_inputs.tariffs, month_inputs.vat_modes.get(party.contract.organization_code, ()))
        details[contract_no] = {
            "causes": causes(priced, month, used, *totals[contract_no]),
            "fleet": _fleets(month, terms, used),
            "terms": _changed_terms(month, terms),
            "versions": _new_versions(month, terms, month_inputs.tariffs),
        }
    return details


def _fleets(month: Month, terms: Sequence[Terms], days: Sequence[DayUsage]) -> tuple[Fraction, Fraction] | None:
    now = in_force(terms, month.last)
    before, this = ([day.fleet_size for day in days if day.date in span.span] for span in (month.previous, month))
    if now is None or not before or not this:
        return None
    if now.basis is Basis.AVERAGE:
        return Fraction(sum(before), len(before)), Fraction(sum(this), len(this))
    return Fraction(max(before)), Fraction(max(this))


def _changed_terms(month: Month, terms: Sequence[Terms]) -> list[tuple[str, Any, Any]]:
    before, now = in_force(terms, month.previous.first) or in_force(terms, month.previous.last), in_force(terms, month.last)
    if before is None or now is None:
        return []
    return [(name, getattr(before, name), getattr(now, name)) for name in TERMS if getattr(before, name) != getattr(now, name)]


def _new_versions(month: Month, terms: Sequence[Terms], tariffs: inputs.Tariffs) -> list[TariffVersion]:
    now = in_force(terms, month.last)
    versions = tariffs.get(now.tariff_code, ()) if now else ()
    return [version for version in versions if month.previous.first < version.valid_from <= month.last]
