"""Usage of a month as it is, and as other terms and tariffs would have it counted: for a simulation, nothing is kept."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from pipelines.period import Month
from pipelines.settings import Settings
from pipelines.usage.month import MonthUsage, count_month, in_lake, load_or_count
from pipelines.usage.sources import CountingRow, Sources, read

if TYPE_CHECKING:
    from sqlalchemy import Connection

TermsTried = Mapping[str, tuple[CountingRow, ...]]
ColumnsTried = Mapping[str, tuple[tuple[date, frozenset[str]], ...]]


def compute_both(
    settings: Settings, connection: "Connection", month: Month, terms: TermsTried, columns: ColumnsTried, at: datetime
) -> tuple[MonthUsage, MonthUsage]:
    """Usage by what is stored, and by other rows; the very same object where they count alike.

    ``terms``: all rows of a contract, in order, in the place of its stored ones; ``columns``: likewise of a tariff, the
    snapshot columns that each version is measured by.
    """
    sources = in_lake(settings, connection, read(connection, month, at))
    stored = load_or_count(settings, connection, sources)
    tried = replace(
        sources, terms={**sources.terms, **terms}, tariff_columns={**sources.tariff_columns, **columns}, digest=f"{sources.digest} tried"
    )
    return stored, stored if counts_alike(sources, tried, terms, columns) else count_month(settings, tried)


def counts_alike(sources: Sources, tried: Sources, terms: TermsTried, columns: ColumnsTried) -> bool:
    """Whether every contract is counted by the same rule, and measured by the same columns, on each of its days."""
    for contract in sources.contracts:
        contract_no, span = contract.contract_no, contract.days_in(sources.month)
        if span is None or not (contract_no in terms or any(row.tariff_code in columns for row in sources.terms.get(contract_no, ()))):
            continue
        edges = _edges(sources, contract_no) | _edges(tried, contract_no)
        for day in (span.first, *(edge for edge in edges if edge in span)):
            if _rule(sources, contract_no, day) != _rule(tried, contract_no, day):
                return False
    return True


def _edges(sources: Sources, contract_no: str) -> set[date]:
    """Days on which the rule of a contract may change."""
    rows = sources.terms.get(contract_no, ())
    versions = (first for row in rows for first, _ in sources.tariff_columns.get(row.tariff_code, ()))
    return {*(row.valid_from for row in rows), *versions}


def _rule(sources: Sources, contract_no: str, day: date) -> tuple[str | None, frozenset[str]]:
    row = sources.terms_on(contract_no, day)
    return row.counting if row else None, sources.needed_columns(contract_no, day)
