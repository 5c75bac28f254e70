"""Clients and contacts of a CRM, through the gate of master data: all or nothing, and never more than was declared.

The sheet `crm_fields` says which column of the CRM's file is which field of a client, and which of them the CRM may change.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from pipelines.clock import Authorship
from pipelines.errors import BadInput, Problem
from pipelines.logs import verb
from pipelines.master import gate, importing, store
from pipelines.master.cell_values import clean
from pipelines.master.importing import ImportReport
from pipelines.master.lines import Line, Table, parse
from pipelines.master.sheets import Row, Value, key_text
from pipelines.master.source import limits
from pipelines.master.source_sheets import RawRow, RawSheet, SheetLimits
from pipelines.settings import Settings
from pipelines.warehouse.engine import transaction

_FIRST = ("client_code", "name", "kind")  # a client cannot be without them


def import_contacts(
    settings: Settings, path: Path, crm: str, at: datetime, *, reason: str | None = None, dry_run: bool = False
) -> ImportReport:
    """Import clients and contacts that a CRM hands in, as a CSV file or the first sheet of a workbook. The author is the CRM.

    An empty cell changes nothing, nor does a column that nobody declared. A client is known by its code, else by its ИНН; a new one
    needs code, name and kind. Of a known client only what `may_change` allows is changed: a row that says otherwise of anything
    else is refused. BadInput lists every problem at its place, by the CRM's own headings, and nothing is stored.
    """
    with verb("master", "import_contacts", crm=crm, dry_run=dry_run) as done:
        with transaction(settings) as connection:
            state = store.load(connection)
            fields = {str(row["field"]): row for row in state["crm_fields"].values() if row["crm"] == crm}
            if not fields:
                raise BadInput.one("--crm", f"no fields of CRM {crm!r} are declared; the sheet crm_fields of the master data does it")
            raw = _read(path, limits(settings))
            table = parse(_translated(raw, {name: str(row["heading"]) for name, row in fields.items()}))
            _recognise(table, state["clients"])
            gate.check({"clients": table}, "crm")
            _merge(table, fields, state["clients"])
            try:
                changes = importing.checked(connection, {"clients": table}, state, [])
            except BadInput as error:
                raise BadInput(_by_heading(error.problems, fields)) from None
            if changes and not dry_run:
                store.write(connection, changes, Authorship(f"CRM {crm}", reason or f"contacts of {path.name}", at))
        done.update(rows=len(table.lines), changes=len(changes))
    report = importing.counted({"clients": table}, changes)
    return ImportReport(path.name, tuple(report), tuple(table.notices), dry_run, changes=tuple(changes) if dry_run else ())


def _read(path: Path, limits: SheetLimits) -> RawSheet:
    if not path.is_file():
        raise BadInput.one(str(path), "there is no such file")
    if path.suffix.lower() == ".csv":
        from pipelines.master.csv_files import read_csv_file

        return read_csv_file("clients", path, limits)
    from pipelines.master.workbook import read_first_page

    return read_first_page("clients", path, limits)


def _translated(raw: RawSheet, headings: Mapping[str, str]) -> RawSheet:
    """The sheet with the fields' own names and the declared columns alone; what is missing is among its problems."""
    positions: dict[str, int] = {}
    for index, heading in enumerate(raw.headings):
        name = clean(heading).casefold()
        if name in positions and name in {each.casefold() for each in headings.values()}:
            raw.problems.append(
                (raw.heading_row, Problem(raw.place(raw.heading_row), f"the heading {clean(heading)!r} stands there twice"))
            )
        positions.setdefault(name, index)
    taken = {field: positions[heading.casefold()] for field, heading in headings.items() if heading.casefold() in positions}
    if raw.headings:
        missing = [f"the column {heading!r} ({field}) is missing" for field, heading in headings.items() if field not in taken]
        raw.problems.extend((raw.heading_row, Problem(raw.place(raw.heading_row), said)) for said in missing)
    names = (*taken, *(name for name in _FIRST if name not in taken))
    rows = [RawRow(row.number, _cells(row.cells, taken.values(), len(names))) for row in raw.rows]
    headed = replace(raw, headings=names if raw.headings else (), rows=rows)
    if not raw.headings and not raw.problems:
        headed.problems.append((1, Problem(raw.label, "is empty: not even headings")))
    return headed


def _cells(cells: tuple[object, ...], positions: Iterable[int], width: int) -> tuple[object, ...]:
    chosen = [cells[index] if index < len(cells) else None for index in positions]
    return (*chosen, *[None] * (width - len(chosen)))


def _recognise(table: Table, clients: Mapping[str, Row]) -> None:
    """Fill in the code of clients that a line knows by ИНН alone."""
    owners: dict[Value, list[str]] = {}
    for row in clients.values():
        owners.setdefault(row["inn"], []).append(str(row["client_code"]))
    for line in table.lines:
        inn = line.values["inn"]
        if line.values["client_code"] is not None or inn is None:
            continue
        codes = owners.get(inn, [])
        table.misread |= {(line.number, name) for name in _FIRST} if len(codes) != 1 else set()  # said once, of the ИНН
        if len(codes) == 1:
            line.values["client_code"] = codes[0]
        elif codes:
            table.flaw(line, "inn", f"{inn} is the ИНН of {', '.join(sorted(codes))}; the row must name the client's code")
        else:
            table.flaw(line, "inn", f"no client has the ИНН {inn}, and the row has no code to make one")


def _merge(table: Table, fields: Mapping[str, Row], clients: Mapping[str, Row]) -> None:
    """Complete every line of a known client by what is stored; refuse what the CRM may not change."""
    for line in table.lines:
        stored = clients.get(key_text(line.values["client_code"]))
        if stored is not None:
            for name, said in _refused(line, fields, stored):
                table.flaw(line, name, said)
            given = {name: line.values[name] for name, field in fields.items() if field["may_change"] and name not in line.left_out}
            line.values = {**stored, **given}


def _refused(line: Line, fields: Mapping[str, Row], stored: Row) -> Iterator[tuple[str, str]]:
    for name, field in fields.items():
        value = line.values[name]
        if not field["may_change"] and name not in line.left_out and value is not None and value != stored[name]:
            code = line.values["client_code"]
            yield name, f"the CRM may not change it: {stored[name]!r} is stored of {code}, {value!r} is given"


def _by_heading(problems: Iterable[Problem], fields: Mapping[str, Row]) -> Iterator[Problem]:
    """The problems with the CRM's own headings beside the fields."""
    ends = {f"column {name}": f"column {field['heading']!r} ({name})" for name, field in fields.items()}
    for problem in problems:
        place, in_column, field = problem.place.rpartition(" column ")
        yield Problem(f"{place} {ends.get(f'column {field}', f'column {field}')}" if in_column else problem.place, problem.message)
