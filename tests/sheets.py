"""A small valid company as sheets of text, and ways to write it as CSV files or a workbook."""

import csv
import zipfile
from copy import deepcopy
from pathlib import Path

import openpyxl

from pipelines.master import plan, store
from pipelines.master.lines import parse
from pipelines.master.source import read
from pipelines.warehouse import engine

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHEET = "xl/worksheets/sheet1.xml"

Sheets = dict[str, list[list[object]]]

# ИНН and accounts are invented; their check digits fit.
_COMPANY: Sheets = {
    "organizations": [
        ["code", "name", "inn", "kpp", "bank_account", "bank_name", "bic", "corr_account", "vat_mode", "vat_mode_from", "invoice_prefix"],
        ["MT", "ООО «Меридиан»", "7798100014", "779801001", "40702810300000010026", "Банк", "044525987", "30101810900000000987",
         "general", "2020-01-01", "МТ"],
    ],
    "clients": [
        ["client_code", "name", "inn", "kpp", "kind", "email", "dealer_code", "never_block"],
        ["C1", "ООО «Первый»", "7707083893", "770701001", "legal", "a@one.example; b@one.example", "", "no"],
        ["C2", "ИП Второй", "500100732259", "", "entrepreneur", "two@two.example", "C1", "да"],
    ],
    "contracts": [
        ["contract_no", "client_code", "organization_code", "signed_on", "starts_on", "ends_on"],
        ["A-1", "C1", "MT", "2025-12-20", "2026-01-01", ""],
        ["A-2", "C2", "MT", "", "2026-01-13", "2026-12-31"],
    ],
    "terms": [
        ["contract_no", "valid_from", "tariff_code", "counting", "basis", "prepaid_vehicles", "discount_percent", "minimum",
         "payment_days"],
        ["A-1", "2026-01-01", "T1", "used", "peak", "10", "2,5", "5000", "10"],
        ["A-2", "2026-01-13", "T2", "", "average", "", "", "", ""],
    ],
    "tariffs": [
        ["tariff_code", "valid_from", "name", "currency", "prices_include_vat"],
        ["T1", "2026-01-01", "Мониторинг", "RUB", "no"],
        ["T2", "2026-01-01", "Ступени", "", "yes"],
    ],
    "components": [
        ["tariff_code", "valid_from", "component_no", "name", "kind", "meter", "scheme", "price", "package_size"],
        ["T1", "2026-01-01", "1", "Мониторинг", "vehicles", "", "unit", "300,00", ""],
        ["T2", "2026-01-01", "1", "Мониторинг", "vehicles", "", "graduated", "", ""],
        ["T2", "2026-01-01", "2", "Видео", "meter", "video_gb", "package", "1 200.50", "10"],
    ],
    "tiers": [
        ["tariff_code", "valid_from", "component_no", "up_to", "price"],
        ["T2", "2026-01-01", "1", "15", "10"],
        ["T2", "2026-01-01", "1", "", "5"],
    ],
    "platforms": [["platform", "kind", "source", "connection", "time_zone"], ["gps1", "files", "snapshots/gps1", "", ""]],
    "accounts": [
        ["platform", "account_id", "contract_no", "valid_from", "valid_to"],
        ["gps1", "1010", "A-1", "2026-01-01", ""],
        ["gps1", "1020", "A-2", "2026-01-13", "2026-12-31"],
    ],
}  # fmt: skip

_FORMER_ACCOUNTS: Sheets = {
    "bank_accounts": [
        ["organization_code", "bank_account", "bic", "bank_name", "corr_account", "valid_from", "valid_to"],
        ["MT", "40702810400000020026", "044525987", "Банк", "30101810900000000987", "", "2025-12-31"],
    ],
}


def company(*, with_former_accounts: bool = False) -> Sheets:
    """A fresh copy that a test may change; with the sheet of an account that the organization has left, or without."""
    return deepcopy({**_COMPANY, **_FORMER_ACCOUNTS} if with_former_accounts else _COMPANY)


def put(sheets: Sheets, sheet: str, row: int, column: str, value: object) -> None:
    """Set one cell; ``row`` counts from 1, the headings."""
    sheets[sheet][row - 1][sheets[sheet][0].index(column)] = value


def as_csv(sheets: Sheets, folder: Path, *, delimiter: str = ",", encoding: str = "utf-8") -> str:
    """The sheets as a folder of CSV files."""
    folder.mkdir(exist_ok=True)
    for name, rows in sheets.items():
        with (folder / f"{name}.csv").open("w", encoding=encoding, newline="") as file:
            csv.writer(file, delimiter=delimiter).writerows(rows)
    return str(folder)


def as_workbook(sheets: Sheets, path: Path, change=lambda book: None) -> str:
    """The sheets as a workbook; ``change`` may spoil it before it is saved."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append([None if cell == "" else cell for cell in row])
    change(book)
    book.save(path)
    return str(path)


def take(settings, source: str, author) -> None:
    """Store a source that is known to be right, without the seconds that the gate costs."""
    tables = {raw.name: parse(raw) for raw in read(source).sheets}
    with engine.transaction(settings) as connection:
        state = store.load(connection)
        plan.fill(tables, state)
        store.write(connection, plan.changes(tables, state), author)


def problems(raised) -> list[str]:
    """The problems of a caught BadInput as text."""
    return [str(problem) for problem in raised.value.problems]


def with_sheet_xml(source, part, change):
    """Rewrite one part of a workbook."""
    with zipfile.ZipFile(source) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = change(parts[part])
    with zipfile.ZipFile(source, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return source


def handmade(path, rows, *, shared=""):
    """The smallest workbook that the format allows: no styles, no themes, only what is given."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "_rels/.rels",
            f'<Relationships><Relationship Id="a" Type="{RELATIONS}/officeDocument" Target="/xl/workbook.xml"/></Relationships>',
        )
        sheets = '<x:sheets><x:sheet name="clients" sheetId="1" r:id="b"/></x:sheets>'
        archive.writestr("xl/workbook.xml", f'<x:workbook xmlns:x="{MAIN}" xmlns:r="{RELATIONS}">{sheets}</x:workbook>')
        relations = f'<Relationship Id="b" Type="{RELATIONS}/worksheet" Target="/xl/worksheets/sheet1.xml"/>'
        if shared:
            relations += f'<Relationship Id="c" Type="{RELATIONS}/sharedStrings" Target="sharedStrings.xml"/>'
            archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{MAIN}">{shared}</sst>')
        archive.writestr("xl/_rels/workbook.xml.rels", f"<Relationships>{relations}</Relationships>")
        archive.writestr(SHEET, f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData>{rows}</x:sheetData></x:worksheet>')
    return str(path)


def workbook_row(*cells):
    """A row of texts for `handmade`."""
    return "<x:row>" + "".join(f'<x:c t="inlineStr"><x:is><x:t>{cell}</x:t></x:is></x:c>' for cell in cells) + "</x:row>"
