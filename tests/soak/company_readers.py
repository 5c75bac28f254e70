"""Readers of master data, with a whole company and what it declares of the world around it."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from pipelines import settings as configuration
from pipelines.errors import BadInput
from pipelines.master import gate, notices, plan, rules, tariff_rules
from pipelines.master.lines import flaws_of, parse
from pipelines.master.sheets import SHEETS, TABLES
from pipelines.master.source import limits, read
from tests.sheets import Sheets, as_csv, as_workbook, company
from tests.soak.mutations import damaged, damaged_zip
from tests.soak.reader import XML, Reader

SETTINGS = configuration.load({"FLEETBILL_MASTER_MAX_ROWS": "5000", "FLEETBILL_SNAPSHOT_MAX_ROWS": "20000"})
_DECLARED = {
    "peers": [
        ["peer", "configuration", "version", "transport", "connection", "organizations", "from_date", "valid_to"],
        ["BP", "bp", "1.19", "folder", "", "MT", "2026-01-01", ""],
        ["UT", "ut", "1.17", "http", "onec_ut", "MT", "2026-02-01", ""],
    ],
    "consumers": [
        ["consumer", "name", "datasets", "organizations", "dealers", "categories", "personal_data", "connection", "valid_from", "valid_to"],
        ["crm", "CRM", "clients, contracts", "MT", "", "", "yes", "", "2026-01-01", ""],
    ],
    "crm_fields": [["crm", "field", "heading", "may_change"], ["amo", "email", "E-mail", "yes"], ["amo", "client_code", "Код", "no"]],
    "ladder": [
        ["organization_code", "category", "step", "days", "action", "channel", "valid_from", "least_debt", "letter", "on_days_off"],
        ["MT", "", "notice", "3", "message", "email", "2026-01-01", "100.00", "", ""],
        ["MT", "", "block", "15", "block", "", "2026-01-01", "", "", "next_working_day"],
    ],
    "calendar": [["organization_code", "day", "kind", "note"], ["MT", "2026-03-09", "off", "перенос"]],
}


def _whole_company() -> Sheets:
    return {**company(with_former_accounts=True), **_DECLARED}


def _csv_sheets(folder: Path) -> list[bytes]:
    sheets = _whole_company()
    as_csv(sheets, folder / "comma")
    as_csv(sheets, folder / "semicolon", delimiter=";")
    return [path.read_bytes() for path in sorted(folder.glob("*/*.csv"))]


def _workbooks(folder: Path) -> list[bytes]:
    def widen(book: Any) -> None:
        page = book["terms"]
        page["B2"].value = datetime(2026, 1, 1)  # noqa: DTZ001 - a workbook knows no zones
        page["B2"].number_format = "dd.mm.yyyy"
        page["G2"].value, page["H2"].value = 2.5, 5000
        page.merge_cells("A9:B9")

    made = [as_workbook(company(), folder / "plain.xlsx"), as_workbook(_whole_company(), folder / "dates.xlsx", widen)]
    return [Path(path).read_bytes() for path in made]


def _read_master(path: Path) -> object:
    given = read(str(path), limits(SETTINGS))
    parsed = {raw.name: parse(raw) for raw in given.sheets}
    tables = {name: parsed[name] for name in SHEETS if name in parsed}
    stored: plan.State = {name: {} for name in TABLES}
    plan.fill(tables, stored)
    gate.check(tables)
    after = plan.applied(stored, plan.changes(tables, stored))
    rules.check(tables, after)
    tariff_rules.check(tables, after)
    if flaws := [flaw.problem for flaw in flaws_of(tables.values())]:
        raise BadInput([*given.problems, *flaws])
    notices.note(tables, stored, after)
    return after


def _read_csv_sheet(path: Path) -> object:
    """The damaged sheet, under the name whose headings it bears (else clients), in place of that of a whole company."""
    content = path.read_bytes()
    head = content[:400].replace(b";", b",")
    name = next((name for name, first in _sheet_heads().items() if first in head), "clients")
    folder = path.parent / "company"
    if not folder.exists():
        as_csv(_whole_company(), folder)
    sheet = folder / f"{name}.csv"
    whole = sheet.read_bytes()
    try:
        sheet.write_bytes(content)
        return _read_master(folder)
    finally:
        sheet.write_bytes(whole)


@cache
def _sheet_heads() -> Mapping[str, bytes]:
    return {name: ",".join(map(str, rows[0][:3])).encode() for name, rows in _whole_company().items()}


COMPANY: Mapping[str, Reader] = {
    "master_csv": Reader(_csv_sheets, damaged, "sheet", _read_csv_sheet),
    "master_xlsx": Reader(_workbooks, damaged_zip, "master.xlsx", _read_master, XML),
}
