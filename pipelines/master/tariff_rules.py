"""Whether a tariff version can be priced: components with a price or tiers, tiers that end open. Pure (domain.md §5)."""

from collections.abc import Mapping

from pipelines.master.lines import Line, Table
from pipelines.master.plan import State, Version, version
from pipelines.master.sheets import Row, Value, key_text

ComponentKey = tuple[Value, Value, Value]
_TIERED = ("graduated", "volume")
_SHEETS = ("tariffs", "components", "tiers")


def check(tables: Mapping[str, Table], after: State) -> None:
    """Note every problem of the versions that the source names; ``after``: what would be stored."""
    present = {version(line.values) for name in _SHEETS if name in tables for line in tables[name].lines}
    parts: dict[Version, list[Row]] = {}
    for row in after["components"].values():
        if version(row) in present:
            parts.setdefault(version(row), []).append(row)
    tiers: dict[ComponentKey, list[Row]] = {}
    for row in after["tiers"].values():
        if version(row) in present:
            tiers.setdefault(_component(row), []).append(row)
    places = _Places(tables)
    known = {version(row) for row in after["tariffs"].values()}
    _known_versions(tables, known)
    _known_components(tables, {_component(row) for rows in parts.values() for row in rows})
    for named in present & known:
        if named not in parts:
            places.note(("tariffs", "tiers"), (*named, None), "tariff_code", f"tariff {_shown(named)} has no components")
        for row in parts.get(named, []):
            _priced(places, row, tiers.get(_component(row), []))


class _Places:
    """The line that a problem of a component is told at: its own, else one of its tiers, else its version."""

    def __init__(self, tables: Mapping[str, Table]) -> None:
        self._lines: dict[tuple[str, ComponentKey], tuple[Table, Line]] = {}
        for name in _SHEETS:
            table = tables.get(name)
            for line in table.lines if table else ():
                key = (*version(line.values), line.values.get("component_no"))
                self._lines[name, key] = self._lines[name, (*key[:2], None)] = (table, line)  # type: ignore[assignment]  # a line has a table

    def note(self, sheets: tuple[str, ...], key: ComponentKey, column: str, message: str) -> None:
        """Note a problem at the first of these sheets that names the component, or its version."""
        for wanted in (key, (*key[:2], None)):
            for name in sheets:
                place = self._lines.get((name, wanted))
                if place:
                    table, line = place
                    at = column if column in line.values else table.sheet.key[0]
                    table.flaw(line, at, message)
                    return


def _priced(places: _Places, row: Row, tiers: list[Row]) -> None:
    key, scheme, price = _component(row), row["scheme"], row["price"]
    own = ("components", "tiers", "tariffs")

    def note(column: str, message: str) -> None:
        places.note(
            own, key, column, f"component {key_text(key[2])} of tariff {_shown(key[:2])}: {message}" if column == "tiers" else message
        )

    if (row["kind"] == "meter") != (row["meter"] is not None):
        note("meter", "must name the meter for kind meter" if row["meter"] is None else f"is only for kind meter, not {row['kind']}")
    if row["kind"] == "fixed" and scheme != "unit":
        note("scheme", f"a fixed component has scheme unit, not {scheme}")
    if (scheme == "package") != (row["package_size"] is not None):
        note("package_size", "must be given for scheme package" if scheme == "package" else f"is only for scheme package, not {scheme}")
    if price is not None and tiers:
        note("price", "the component has tiers as well; a price or tiers, not both")
    elif scheme in _TIERED and not tiers:
        note("scheme", f"scheme {scheme} needs tiers" + ("" if price is None else " instead of a price"))
    elif scheme not in _TIERED and tiers:
        note("scheme", f"scheme {scheme} has a price, not tiers")
    elif scheme not in _TIERED and price is None:
        note("price", "must be given, or tiers with scheme graduated or volume")
    if tiers and all(tier["up_to"] is not None for tier in tiers):
        last = max(tiers, key=lambda tier: tier["up_to"])  # type: ignore[arg-type,return-value]  # decimals: none is None here
        message = f"the last tier, up to {key_text(last['up_to'])}, must be open: leave up_to empty"
        places.note(("tiers", "components", "tariffs"), key, "up_to", message)


def _known_versions(tables: Mapping[str, Table], known: set[Version]) -> None:
    table = tables.get("components")
    for line in table.lines if table else ():
        named = version(line.values)
        if table and named not in known and None not in named:
            table.flaw(line, "tariff_code", f"unknown tariff {_shown(named)}")


def _known_components(tables: Mapping[str, Table], known: set[ComponentKey]) -> None:
    table = tables.get("tiers")
    for line in table.lines if table else ():
        named = _component(line.values)
        if table and named not in known and None not in named:
            table.flaw(line, "component_no", f"unknown component {key_text(named[2])} of tariff {_shown(named[:2])}")


def _component(row: Row) -> ComponentKey:
    return (*version(row), row["component_no"])


def _shown(named: tuple[Value, ...]) -> str:
    return f"{str(named[0])!r} from {named[1]}"
