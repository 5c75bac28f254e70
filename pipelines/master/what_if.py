"""Tariffs and terms tried out: read, checked and planned as an import does it, and stored nowhere."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.errors import BadInput
from pipelines.master import plan, store
from pipelines.master.importing import checked
from pipelines.master.lines import Table, parse
from pipelines.master.sheets import TERMS, Row
from pipelines.master.source import read

if TYPE_CHECKING:
    from sqlalchemy import Connection

TRIED = ("terms", "tariffs", "components", "tiers")
_VERSIONED = ("tariffs", "components", "tiers")


@dataclass(frozen=True, slots=True)
class Version:
    """A tariff version as an import would leave it: its row, and its components, each with its tiers."""

    row: Row
    components: tuple[tuple[Row, tuple[Row, ...]], ...]


@dataclass(frozen=True, slots=True)
class TriedRows:
    """Rows that a source proposes: whole tariff versions, and rows of terms. ``notices`` deserve a look and refuse nothing."""

    source: str
    versions: tuple[Version, ...]
    terms: tuple[Row, ...]
    notices: tuple[str, ...]


def read_trial(connection: "Connection", source: str) -> TriedRows:
    """Read a source of `master import` for its terms, tariffs, components and tiers; other sheets are left aside.

    BadInput lists every problem at its place, as an import would, and what would leave nothing to try.
    """
    given = read(source)
    sheets = {raw.name: raw for raw in given.sheets}
    tables = {name: parse(sheets[name]) for name in TRIED if name in sheets}
    if not tables and not given.problems:
        raise BadInput.one(given.name, f"holds none of the sheets {', '.join(TRIED)}: there is nothing to try")
    notices = [*given.notices]
    if aside := [raw.label for raw in given.sheets if raw.name not in TRIED]:
        notices.append(f"left aside: {', '.join(aside)}; only {', '.join(TRIED)} are tried")
    state = store.read(connection)
    after = plan.applied(state, checked(connection, tables, state, given.problems))
    versions, terms = _versions(tables, after), _terms(tables, after)
    if not versions and not terms:
        raise BadInput.one(given.name, f"its sheets {', '.join(tables)} have no rows: there is nothing to try")
    notices += [notice for table in tables.values() for notice in table.notices]
    return TriedRows(given.name, versions, terms, tuple(notices))


def read_ladder_trial(connection: "Connection", source: str) -> tuple[tuple[Row, ...], tuple[str, ...]]:
    """The rows of the sheet `ladder` of a source of `master import`, checked as an import would; and what deserves a look.

    BadInput lists every problem at its place, and a source without such rows.
    """
    given = read(source)
    tables = {raw.name: parse(raw) for raw in given.sheets if raw.name == "ladder"}
    if not given.problems and not (tables and tables["ladder"].lines):
        raise BadInput.one(given.name, "its sheet ladder is missing or has no rows: there is nothing to try")
    checked(connection, tables, store.read(connection), given.problems)
    return tuple(line.values for line in tables["ladder"].lines), (*given.notices, *tables["ladder"].notices)


def _versions(tables: dict[str, Table], after: plan.State) -> tuple[Version, ...]:
    named = {plan.version(line.values) for name in _VERSIONED if name in tables for line in tables[name].lines}
    tiers = _grouped(row for row in after["tiers"].values() if plan.version(row) in named)
    parts: dict[plan.Version, list[tuple[Row, tuple[Row, ...]]]] = {}
    for row in after["components"].values():
        if plan.version(row) in named:
            parts.setdefault(plan.version(row), []).append((row, tuple(tiers.get((*plan.version(row), row["component_no"]), ()))))
    return tuple(Version(row, tuple(parts[plan.version(row)])) for row in after["tariffs"].values() if plan.version(row) in named)


def _grouped(tiers: Iterable[Row]) -> dict[tuple[object, ...], list[Row]]:
    tiers_of: dict[tuple[object, ...], list[Row]] = {}
    for row in tiers:
        tiers_of.setdefault((*plan.version(row), row["component_no"]), []).append(row)
    return tiers_of


def _terms(tables: dict[str, Table], after: plan.State) -> tuple[Row, ...]:
    lines = tables["terms"].lines if "terms" in tables else []
    return tuple(after["terms"][TERMS.key_of(line.values)] for line in lines)
