"""A month's inputs with tariffs and terms that are only tried: what an import would leave, without importing. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Protocol, TypeVar

from pipelines.billing.inputs import MonthInputs
from pipelines.master.what_if import TriedRows
from pipelines.period import Month
from pipelines.rating.model import Basis, Component, Counting, Kind, Scheme, TariffVersion, Terms, Tier
from pipelines.usage.lake_sql import METER, MINUTES
from pipelines.usage.sources import CountingRow


class _Dated(Protocol):
    @property
    def valid_from(self) -> date: ...


D = TypeVar("D", bound=_Dated)


@dataclass(frozen=True, slots=True)
class Proposal:
    """Tariff versions by code, and rows of terms by contract, each ascending by its first day."""

    versions: Mapping[str, tuple[TariffVersion, ...]]
    terms: Mapping[str, tuple[Terms, ...]]


@dataclass(frozen=True, slots=True)
class OverlaidInputs:
    """A month's inputs with the tried rows among them.

    ``early``: tariffs and contracts all of whose tried rows begin after the month, so that the earliest was taken for the
    whole of it; ``late``: tried versions that begin after the month beside others that do not, and price nothing of it.
    """

    inputs: MonthInputs
    early_tariffs: Mapping[str, date]
    early_terms: frozenset[str]
    late: frozenset[tuple[str, date]]


def understood(trial: TriedRows) -> Proposal:
    """The rows of a trial as rating takes them."""
    versions: dict[str, list[TariffVersion]] = defaultdict(list)
    for tried_version in trial.versions:
        row: Mapping[str, Any] = tried_version.row
        components = tuple(_component(part, tiers) for part, tiers in tried_version.components)
        version = TariffVersion(row["tariff_code"], row["valid_from"], row["name"], row["prices_include_vat"], components)
        versions[version.tariff_code].append(version)
    terms: dict[str, list[Terms]] = defaultdict(list)
    for row in trial.terms:
        terms[str(row["contract_no"])].append(_terms(row))
    return Proposal(_ascending(versions), _ascending(terms))


def overlaid(inputs: MonthInputs, tried: Proposal) -> OverlaidInputs:
    """A tried row takes the place of the stored one of the same key, the others stay.

    Where all tried versions of a tariff (rows of terms of a contract) begin after the month, the earliest of them holds
    for the whole month, alone: a price list of the future is tried on the past.
    """
    tariffs, terms = dict(inputs.tariffs), dict(inputs.terms)
    early_tariffs: dict[str, date] = {}
    late: set[tuple[str, date]] = set()
    for code, versions in tried.versions.items():
        tariffs[code] = _merged(inputs.month, inputs.tariffs.get(code, ()), versions)
        if _all_later(inputs.month, versions):
            early_tariffs[code] = versions[0].valid_from
        else:
            late |= {(code, version.valid_from) for version in versions if version.valid_from > inputs.month.last}
    early_terms = set()
    for party in inputs.parties:
        contract_no = party.contract.contract_no
        if rows := tried.terms.get(contract_no):
            terms[contract_no] = _merged(inputs.month, inputs.terms.get(contract_no, ()), rows)
            if _all_later(inputs.month, rows):
                early_terms.add(contract_no)
    used = {row.tariff_code for rows in terms.values() for row in rows}
    return OverlaidInputs(
        replace(inputs, tariffs=tariffs, terms=terms),
        {code: first for code, first in early_tariffs.items() if code in used},
        frozenset(early_terms),
        frozenset((code, first) for code, first in late if code in used),
    )


def counting_rows(overlay: OverlaidInputs, tried: Proposal) -> dict[str, tuple[CountingRow, ...]]:
    """How the contracts with tried terms are counted in the month, for the usage."""
    terms = overlay.inputs.terms
    return {
        contract_no: tuple(CountingRow(row.valid_from, row.counting.value, row.tariff_code) for row in terms[contract_no])
        for contract_no in tried.terms
        if contract_no in terms
    }


def measured_columns(overlay: OverlaidInputs, tried: Proposal) -> dict[str, tuple[tuple[date, frozenset[str]], ...]]:
    """Snapshot columns that the versions of the tried tariffs are measured by, for the usage."""
    return {
        code: tuple((version.valid_from, frozenset(_columns(version.components))) for version in overlay.inputs.tariffs[code])
        for code in tried.versions
    }


def is_touched(inputs: MonthInputs, tried: Proposal, contract_no: str) -> bool:
    """Whether a tried row may price this contract, by these inputs."""
    return contract_no in tried.terms or any(row.tariff_code in tried.versions for row in inputs.terms.get(contract_no, ()))


def _merged(month: Month, stored: Sequence[D], tried: tuple[D, ...]) -> tuple[D, ...]:
    if _all_later(month, tried):
        whole: D = replace(tried[0], valid_from=month.first)  # type: ignore[type-var]  # both kinds of rows are dataclasses
        return (whole,)
    rows = {row.valid_from: row for row in (*stored, *tried) if row.valid_from <= month.last}
    return tuple(rows[first] for first in sorted(rows))


def _all_later(month: Month, tried: Iterable[_Dated]) -> bool:
    return all(row.valid_from > month.last for row in tried)


def _ascending(unsorted: Mapping[str, list[D]]) -> dict[str, tuple[D, ...]]:
    return {key: tuple(sorted(rows, key=lambda row: row.valid_from)) for key, rows in unsorted.items()}


def _component(row: Mapping[str, Any], tiers: Iterable[Mapping[str, Any]]) -> Component:
    return Component(
        row["component_no"],
        row["name"],
        Kind(row["kind"]),
        row["meter"],
        Scheme(row["scheme"]),
        row["price"],
        row["package_size"],
        tuple(Tier(tier["up_to"], tier["price"]) for tier in tiers),
    )


def _terms(row: Mapping[str, Any]) -> Terms:
    return Terms(
        row["contract_no"],
        row["valid_from"],
        row["tariff_code"],
        Counting(row["counting"]),
        Basis(row["basis"]),
        row["prepaid_vehicles"],
        row["discount_percent"],
        row["minimum"] or None,
        row["payment_days"],
    )


def _columns(components: Iterable[Component]) -> Iterable[str]:
    for component in components:
        if component.kind == Kind.ONLINE_HOURS:
            yield MINUTES
        elif component.kind == Kind.METER:
            yield METER + (component.meter or "").removeprefix(METER)
