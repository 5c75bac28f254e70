"""What an import does that is allowed and deserves a look: told to whoever imports, refusing nothing. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from pipelines.master import lookalikes
from pipelines.master.lines import Line, Table
from pipelines.master.plan import State
from pipelines.master.sheets import TABLES, TERMS, Row, Value, key_text

_SHOWN = 5  # of a kind and sheet; of a whole new house nobody reads thousands
_CODES = {
    "organizations": "code",
    "clients": "client_code",
    "contracts": "contract_no",
    "tariffs": "tariff_code",
    "platforms": "platform",
    "accounts": "account_id",
}


def note(tables: Mapping[str, Table], before: State, after: State) -> None:
    """Add every notice to its table. ``before``: what is stored; ``after``: what would be."""
    for name, column in _CODES.items():
        if name in tables:
            _tell(tables[name], _foreign_letters(tables[name], column, before[name]))
            _tell(tables[name], _twins(tables[name], column, after[name]))
            _tell(tables[name], _cases(tables[name], column, after[name]))
    if "terms" in tables:
        tables["terms"].notices.extend(_reset_terms(tables["terms"], before, after))
    if "contracts" in tables:
        _tell(tables["contracts"], _without_accounts(tables["contracts"], before, after))


def _tell(table: Table, notices: Iterable[str]) -> None:
    notice_lines = list(notices)
    table.notices.extend(notice_lines[:_SHOWN])
    if len(notice_lines) > _SHOWN:
        table.notices.append(f"{table.sheet.name}: {len(notice_lines) - _SHOWN} more of this kind")


def _foreign_letters(table: Table, column: str, stored: Mapping[str, Row]) -> Iterable[str]:
    """New codes that mix the alphabets so that it cannot be seen."""
    known = {row[column] for row in stored.values()}
    for (_, code), line in _first_lines(table, column).items():
        said = lookalikes.foreign_letters(code) if code not in known else None
        if said:
            yield f"{line.place} column {column}: {code!r} mixes the alphabets: {said}"


def _twins(table: Table, column: str, rows: Mapping[str, Row]) -> Iterable[str]:
    """Codes that nobody can tell from another one of the same sheet; accounts of the same platform."""
    for line, code, other in _alike(table, column, rows, lookalikes.twins):
        yield f"{line.place} column {column}: {code!r} looks like {other!r} and is another code ({lookalikes.difference(code, other)})"


def _cases(table: Table, column: str, rows: Mapping[str, Row]) -> Iterable[str]:
    """Codes that differ from another one of the same sheet by capital letters alone; accounts of the same platform."""
    for line, code, other in _alike(table, column, rows, _of_one_spelling):
        yield f"{line.place} column {column}: {code!r} differs from {other!r} in capital letters alone, and is another code"


def _of_one_spelling(codes: set[str]) -> dict[str, list[str]]:
    """Codes by their small letters."""
    groups: dict[str, list[str]] = {}
    for code in sorted(codes):
        groups.setdefault(code.lower(), []).append(code)
    return groups


def _alike(
    table: Table, column: str, rows: Mapping[str, Row], grouped: Callable[[set[str]], Mapping[str, Sequence[str]]]
) -> Iterable[tuple[Line, str, str]]:
    """Line, its code, and each other code of the same sheet and platform that is grouped with it."""
    codes: dict[Value, set[str]] = {}
    for row in rows.values():
        codes.setdefault(_platform(column, row), set()).add(str(row[column]))
    alike = {(platform, code): group for platform, known in codes.items() for group in grouped(known).values() for code in group}
    for (platform, code), line in _first_lines(table, column).items():
        for other in alike.get((platform, code), ()):
            if other != code:
                yield line, code, other


def _platform(column: str, row: Row) -> Value:
    """The platform within which a code is one; None: the code is one by itself."""
    return row["platform"] if column == "account_id" else None


def _first_lines(table: Table, column: str) -> dict[tuple[Value, str], Line]:
    """(Platform, code) → the first line that has it."""
    lines: dict[tuple[Value, str], Line] = {}
    for line in table.lines:
        code = line.values[column]
        if isinstance(code, str):
            lines.setdefault((_platform(column, line.values), code), line)
    return lines


def _reset_terms(table: Table, before: State, after: State) -> Iterable[str]:
    """New or changed terms in which a value falls back to its default because it was left out, field by field."""
    of_contract: dict[Value, list[Row]] = {}
    for row in after["terms"].values():
        of_contract.setdefault(row["contract_no"], []).append(row)
    for line in table.lines:
        stored = before["terms"].get(TERMS.key_of(line.values))
        earlier = stored or _terms_before(line.values, of_contract.get(line.values["contract_no"], []))
        if earlier is None or stored == _own(line.values):
            continue
        for column in TABLES["terms"].columns:
            was, now = earlier[column.name], line.values[column.name]
            if column.name in line.left_out and was != now:
                since = "" if stored else f" of the terms from {earlier['valid_from']}"
                yield f"{line.place} column {column.name}: left out, so {_shown(was)} → {_shown(now)}{since}"


def _terms_before(values: Row, rows: Iterable[Row]) -> Row | None:
    start = values["valid_from"]
    earlier = [row for row in rows if start is not None and row["valid_from"] < start]  # type: ignore[operator]  # dates by their column
    return max(earlier, key=lambda row: row["valid_from"], default=None)  # type: ignore[arg-type,return-value]  # as above


def _own(values: Row) -> Row:
    return {column.name: values[column.name] for column in TABLES["terms"].columns}


def _shown(value: Value) -> str:
    return key_text(value) if value is not None else "nothing"


def _without_accounts(table: Table, before: State, after: State) -> Iterable[str]:
    """New contracts that no account of a platform leads to: without one no vehicle is ever theirs (domain.md §7)."""
    mapped = {row["contract_no"] for row in after["accounts"].values()}
    for line in table.lines:
        contract = line.values["contract_no"]
        if contract is not None and contract not in mapped and key_text(contract) not in before["contracts"]:
            yield f"{line.place}: contract {contract} has no account on any platform: no vehicle will be counted for it"
