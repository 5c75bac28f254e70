"""What an import would change: the lines of a source against what is stored. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from pipelines.master.lines import Line, Table
from pipelines.master.sheets import DEFAULT_ZONE, TABLES, Row, Value, key_text

State = dict[str, dict[str, Row]]  # table → key → row
Version = tuple[Value, Value]  # tariff_code, valid_from
_VERSIONED = ("tariffs", "components", "tiers")


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row of one table before and after; ``after`` None: it is taken away."""

    table: str
    key: str
    action: Literal["added", "changed", "retired"]
    before: Row | None
    after: Row | None


def fill(tables: Mapping[str, Table], state: State) -> None:
    """Complete the lines: a column that the source does not have keeps its stored value; time zones get their default.

    Components and tiers are never completed: those of a version that is present replace the stored ones.
    """
    for name, table in tables.items():
        absent = [column.name for column in table.sheet.columns if column.name not in table.given]
        if not absent or name in ("components", "tiers") or not any(state[each] for each in stored_in(name)):
            continue
        for line in table.lines:
            stored = _stored(name, line.values, state)
            line.values.update({column: stored[column] for column in absent if column in stored})
    if "organizations" in tables:
        _complete_requisites(tables["organizations"].lines)
    if "platforms" in tables:
        _complete_zones(tables, state)


def stored_in(name: str) -> tuple[str, ...]:
    """The tables that the lines of a sheet go to."""
    return ("organizations", "vat_modes") if name == "organizations" else (name,)


def rows_of(name: str, values: Row) -> list[tuple[str, Row]]:
    """The stored rows that one line of a sheet stands for: an organization's line has its VAT mode beside it."""
    if name != "organizations":
        return [(name, dict(values))]
    return [(table, {column.name: values[column.name] for column in TABLES[table].columns}) for table in stored_in(name)]


def changes(tables: Mapping[str, Table], state: State) -> list[RowChange]:
    """Every row that would be added, changed or, of a present tariff version, retired; in the order of the tables."""
    wanted: State = {name: {} for name in TABLES}
    for name, table in tables.items():
        for line in table.lines:
            for place, row in rows_of(name, line.values):
                wanted[place][TABLES[place].key_of(row)] = row
    planned = []
    for name, rows in wanted.items():
        for key, row in rows.items():
            before = state[name].get(key)
            if before is None:
                planned.append(RowChange(name, key, "added", None, row))
            elif before != row:
                planned.append(RowChange(name, key, "changed", before, row))
        planned.extend(_replaced(name, tables, state, wanted))
    return planned


def applied(state: State, planned: Iterable[RowChange]) -> State:
    """The state after the changes."""
    after = {name: dict(rows) for name, rows in state.items()}
    for change in planned:
        if change.after is None:
            after[change.table].pop(change.key, None)
        else:
            after[change.table][change.key] = change.after
    return after


def version(row: Row) -> Version:
    """The tariff version that a row of tariffs, components or tiers belongs to."""
    return row["tariff_code"], row["valid_from"]


def _stored(name: str, values: Row, state: State) -> Row:
    stored: Row = {}
    for table, row in rows_of(name, values):
        stored.update(state[table].get(TABLES[table].key_of(row), {}))
    return stored


def _complete_requisites(lines: list[Line]) -> None:
    """Requisites left empty in an organization's further rows are those of its other rows."""
    known: dict[Value, Row] = {}
    own = [column.name for column in TABLES["organizations"].columns]
    for line in lines:
        seen = known.setdefault(line.values["code"], {})
        seen.update({name: line.values[name] for name in own if seen.get(name) is None and line.values[name] is not None})
    for line in lines:
        seen = known[line.values["code"]]
        line.values.update({name: seen.get(name) for name in own if line.values[name] is None})
        if line.values["time_zone"] is None:
            line.values["time_zone"] = DEFAULT_ZONE


def _complete_zones(tables: Mapping[str, Table], state: State) -> None:
    zones = {row["code"]: row["time_zone"] for row in state["organizations"].values()}
    if "organizations" in tables:
        zones.update({line.values["code"]: line.values["time_zone"] for line in tables["organizations"].lines})
    different = sorted({str(zone) for zone in zones.values()}) or [DEFAULT_ZONE]
    table = tables["platforms"]
    for line in table.lines:
        if line.values["time_zone"] is not None:
            continue
        if len(different) == 1:
            line.values["time_zone"] = different[0]
            continue
        stored = state["platforms"].get(key_text(line.values["platform"]), {}).get("time_zone")
        if stored is None:
            table.flaw(line, "time_zone", f"must be given: the organizations have several ({', '.join(different)})")
        line.values["time_zone"] = stored


def _replaced(name: str, tables: Mapping[str, Table], state: State, wanted: State) -> list[RowChange]:
    """Stored components and tiers that a present version no longer has."""
    if name not in ("components", "tiers"):
        return []
    gone = []
    naming = _VERSIONED[: _VERSIONED.index(name) + 1]
    present = {version(line.values) for sheet in naming if sheet in tables for line in tables[sheet].lines} if name in tables else set()
    lost = _lost_components(tables, state, wanted) if name == "tiers" else set()
    for key, row in state[name].items():
        orphaned = (*version(row), row["component_no"]) in lost
        if key not in wanted[name] and (version(row) in present or orphaned):
            gone.append(RowChange(name, key, "retired", row, None))
    return gone


def _lost_components(tables: Mapping[str, Table], state: State, wanted: State) -> set[tuple[Value, ...]]:
    gone = _replaced("components", tables, state, wanted)
    return {(*version(change.before), change.before["component_no"]) for change in gone if change.before is not None}
