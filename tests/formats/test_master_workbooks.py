"""Workbooks that other programs write, and what only looks like one: read, or refused with the true reason."""

import zipfile
from datetime import date
from pathlib import Path

import pytest

from pipelines.errors import BadInput
from pipelines.master.lines import flaws_of, parse
from pipelines.master.source import read
from pipelines.master.source_sheets import SheetLimits
from tests.sheets import MAIN, RELATIONS, SHEET, as_csv, as_workbook, company, handmade, problems, put, workbook_row

STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
STRICT_RELATIONS = "http://purl.oclc.org/ooxml/officeDocument/relationships"


def _rewritten(path, change):
    """The workbook with every part passed through ``change(name, content) -> (name, content)``, or left out for None."""
    with zipfile.ZipFile(path) as archive:
        parts = [change(name, archive.read(name)) for name in archive.namelist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in filter(None, parts):
            archive.writestr(name, content)
    return str(path)


def _with_part(path, part, change):
    return _rewritten(path, lambda name, content: (name, change(content) if name == part else content))


def _book(path, sheet="clients", change=lambda book: None):
    return as_workbook({sheet: company()[sheet]}, path, change)


def _values(source, column):
    (table,) = [parse(raw) for raw in read(source).sheets]
    assert flaws_of([table]) == []
    return [line.values[column] for line in table.lines]


def _flaws(source):
    return [str(flaw.problem) for flaw in flaws_of([parse(raw) for raw in read(source).sheets])]


def _refused(source, limits=None):
    with pytest.raises(BadInput) as raised:
        read(str(source), *([limits] if limits else []))
    return problems(raised)


NAMES = ["ООО «Первый»", "ИП Второй"]


def test_parts_in_other_letters_and_with_backslashes(tmp_path):
    def as_1c_does(name, content):
        return name.replace("sharedStrings", "SharedStrings").replace("worksheets/", "Worksheets\\"), content

    assert _values(_rewritten(_book(tmp_path / "book.xlsx"), as_1c_does), "name") == NAMES


@pytest.mark.parametrize("styles", [
    b"<fills><fill/></fills>",
    b"<fonts><font><family val=\"20\"/></font></fonts>",
    b"<fills><fill><patternFill patternType=\"sparkles\"><extLst/></patternFill></fill></fills>",
    b"<borders><border><left style=\"unheard\"/></border></borders>",
])  # fmt: skip
def test_of_the_styles_only_number_formats_matter(tmp_path, styles):
    source = _book(tmp_path / "book.xlsx", "contracts", lambda book: book["contracts"].__setitem__("E2", date(2026, 1, 1)))
    _with_part(source, "xl/styles.xml", lambda xml: xml.replace(b"<fonts", styles + b"<fonts", 1))
    assert _values(source, "starts_on") == [date(2026, 1, 1), date(2026, 1, 13)]


def test_the_strict_form_of_the_format(tmp_path):
    source = _book(tmp_path / "book.xlsx")

    def strict(name, content):
        for usual, other in ((MAIN, STRICT), (RELATIONS, STRICT_RELATIONS)):
            content = content.replace(usual.encode(), other.encode())
        return name, content

    assert _values(_rewritten(source, strict), "name") == NAMES


def test_rows_without_addresses_prefixes_and_dates_as_iso(tmp_path):
    row = '<x:row><x:c t="inlineStr"><x:is><x:r><x:t>C</x:t></x:r><x:r><x:t>7</x:t></x:r><x:rPh><x:t>シー</x:t></x:rPh></x:is></x:c>'
    row += '<x:c t="s"><x:v>0</x:v></x:c><x:c t="str"><x:v>legal</x:v></x:c></x:row>'
    source = handmade(
        tmp_path / "bi.xlsx", workbook_row("client_code", "name", "kind") + row, shared="<si><t>ООО «Седьмой»</t><rPh><t>x</t></rPh></si>"
    )
    assert (_values(source, "client_code"), _values(source, "name")) == (["C7"], ["ООО «Седьмой»"])


def test_escapes_of_line_breaks_and_underlines(tmp_path):
    rows = workbook_row("client_code", "name_x000D_", "kind") + workbook_row("C_x005F_1_x000D_", "ООО_x000D__x000A_«Путь»", "legal")
    source = handmade(tmp_path / "book.xlsx", rows)
    assert (_values(source, "client_code"), _values(source, "name")) == (["C_1"], ["ООО «Путь»"])
    source = handmade(tmp_path / "bell.xlsx", workbook_row("client_code", "name", "kind") + workbook_row("C1", "a_x0007_b", "legal"))
    assert _flaws(source) == ["clients!2 column name: 'a\\x07b' holds a control character"]


def test_days_counted_from_1904(tmp_path):
    def of_a_mac(book):
        book.epoch = __import__("openpyxl").utils.datetime.CALENDAR_MAC_1904
        book["contracts"]["E2"] = date(2026, 1, 1)

    assert _values(_book(tmp_path / "book.xlsx", "contracts", of_a_mac), "starts_on")[0] == date(2026, 1, 1)


@pytest.mark.parametrize(("content", "said"), [
    (b"MOXCEL\x00\x07", "is a table of 1C (.mxl); save it as .xlsx"),
    (b"\n<html><table>", "is a web page under the name of a workbook; open it in a spreadsheet and save it as .xlsx"),
    (b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>', "is an XML Spreadsheet of 2003; save it as .xlsx"),
    (b"\x09\x08\x10\x00\x00\x06\x05\x00", "is a workbook in the old .xls format; save it as .xlsx"),
    (b"client_code,name\n", "is not an .xlsx workbook"),
])  # fmt: skip
def test_other_formats_under_the_name_of_a_workbook(tmp_path, content, said):
    (tmp_path / "book.xlsx").write_bytes(content)
    assert _refused(tmp_path / "book.xlsx") == [f"book.xlsx: {said}"]


def test_an_opendocument_file_is_called_so(tmp_path):
    with zipfile.ZipFile(tmp_path / "book.xlsx", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", "<x/>")
    assert _refused(tmp_path / "book.xlsx") == ["book.xlsx: is an OpenDocument file (.ods); save it as .xlsx"]


@pytest.mark.parametrize("part", [SHEET, "xl/styles.xml", "docProps/app.xml"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_is_refused_wherever_it_stands(tmp_path, part, encoding):
    before = f'<?xml version="1.0" encoding="{encoding}"?><!--{" " * 200_000}-->'
    source = _with_part(_book(tmp_path / "book.xlsx"), part, lambda _: f"{before}<!DOCTYPE x><x/>".encode(encoding))
    assert _refused(source) == [f"book.xlsx: declares a document type ({part}), as no workbook does; it is not opened"]


def test_a_part_that_does_not_inflate_is_named(tmp_path):
    source = _book(tmp_path / "book.xlsx")
    with zipfile.ZipFile(source) as archive:
        member = archive.getinfo(SHEET)
    raw = bytearray((tmp_path / "book.xlsx").read_bytes())
    start = member.header_offset + 30 + len(member.filename)
    raw[start : start + 20] = b"\xff" * 20
    (tmp_path / "book.xlsx").write_bytes(raw)
    assert _refused(source)[0].startswith(f"book.xlsx: cannot be read: its part {SHEET} does not unpack (Error -3 while decompressing")


def test_a_missing_sheet_and_a_missing_text_are_named(tmp_path):
    source = _rewritten(_book(tmp_path / "book.xlsx"), lambda name, content: None if name == SHEET else (name, content))
    assert _refused(source) == [f"book.xlsx: lacks the part {SHEET} of its sheet 'clients'; save it again"]
    source = handmade(tmp_path / "text.xlsx", workbook_row("client_code") + '<x:row r="2"><x:c r="A2" t="s"><x:v>9</x:v></x:c></x:row>')
    assert "clients!A2 column client_code: the cell names the text 9, which the workbook does not have; save it again" in _flaws(source)


@pytest.mark.parametrize("address", ["??1", "ZZZZZ1", "-1", "1"])
def test_a_cell_without_a_column_is_named(tmp_path, address):
    source = handmade(tmp_path / "book.xlsx", f'<x:row r="1"><x:c r="{address}"><x:v>abc</x:v></x:c></x:row>')
    assert _refused(source)[0].startswith("book.xlsx: cannot be read: ValueError: a cell stands at ")


def test_bounds_of_rows_columns_and_bytes_are_said_with_their_settings(tmp_path):
    source = handmade(tmp_path / "book.xlsx", workbook_row("client_code", "name", "kind") + workbook_row("C1", "Один", "legal") * 3)
    assert [str(problem) for _, problem in read(source, SheetLimits(rows=3)).sheets[0].problems] == [
        "clients!4: more than 3 rows are not read (FLEETBILL_MASTER_MAX_ROWS)"
    ]
    assert [str(problem) for _, problem in read(source, SheetLimits(columns=2)).sheets[0].problems] == [
        "clients!1: more than 2 columns are not read (FLEETBILL_MASTER_MAX_COLUMNS)"
    ]
    said = "unpacks to more than 0 MB (FLEETBILL_MASTER_MAX_MEGABYTES); it is not opened"
    assert _refused(source, SheetLimits(bytes=1000)) == [f"book.xlsx: {said}"]
    (tmp_path / "clients.csv").write_text("client_code,name,kind\nC1,a,legal\nC2,b,legal\n")
    for limits, said in (
        (SheetLimits(rows=1), "clients.csv:3: more than 1 rows are not read (FLEETBILL_MASTER_MAX_ROWS)"),
        (SheetLimits(columns=2), "clients.csv:1: more than 2 columns are not read (FLEETBILL_MASTER_MAX_COLUMNS)"),
        (SheetLimits(bytes=10), "clients.csv: has more than 0 MB (FLEETBILL_MASTER_MAX_MEGABYTES); it is not read"),
    ):
        assert [str(problem) for _, problem in read(str(tmp_path / "clients.csv"), limits).sheets[0].problems] == [said]


@pytest.mark.parametrize("cell", [1234567890123456, 1234567890123450, 40702810300000010026, 4.0702810300000012e19])
@pytest.mark.parametrize("column", ["inn", "client_code", "name", "dealer_code"])
def test_a_number_that_a_spreadsheet_has_rounded_is_refused_whatever_type_its_cell_has(tmp_path, cell, column):
    sheets = {"clients": company()["clients"]}
    put(sheets, "clients", 2, column, cell)
    said = "a number this long has lost its last digits in the spreadsheet; format the cell as text and type it again"
    assert _flaws(as_workbook(sheets, tmp_path / "book.xlsx")) == [f"clients!2 column {column}: {said}"]


SAVED = Path(__file__).parent / "saved"


def _lines(source):
    """Sheet → the values of its lines."""
    tables = [parse(raw) for raw in read(str(source)).sheets]
    assert flaws_of(tables) == []
    return {table.sheet.name: [line.values for line in table.lines] for table in tables}


@pytest.mark.parametrize("program", ["libreoffice", "polars"])
def test_a_whole_company_that_another_program_saved(tmp_path, program):
    """By LibreOffice 7.4 from an .xls of xlwt, and by polars 2.1: dates and numbers in cells of their own types."""
    expected = as_csv(company(with_former_accounts=True), tmp_path / "company")
    assert _lines(SAVED / f"{program}.xlsx") == _lines(expected)


def test_dates_that_a_program_wrote_without_a_format_are_named_each():
    """PyExcelerate 0.13 writes dates of a list as bare numbers (`findings/bulk-dates-are-bare-numbers.sh`)."""
    named = _flaws(str(SAVED / "pyexcelerate.xlsx"))
    assert "contracts!2 column starts_on: 46023.0 is a number, not a date; format the cell as a date" in named
    assert all(each.endswith("is a number, not a date; format the cell as a date") for each in named)


def test_what_people_do_not_see_is_read_and_said(tmp_path):
    """A row that somebody hid instead of deleting it would be billed, unseen."""

    def hide(book):
        sheet = book["clients"]
        sheet.row_dimensions[2].hidden = sheet.row_dimensions[3].hidden = sheet.row_dimensions[900].hidden = True
        sheet.cell(900, 1).value = " "  # nothing is read of it
        sheet.column_dimensions["B"].hidden = sheet.column_dimensions["XA"].hidden = True  # of the second one nothing is read
        book["contracts"].sheet_state = "veryHidden"

    seen, hidden = read(as_workbook(company(), tmp_path / "seen.xlsx")), read(as_workbook(company(), tmp_path / "hidden.xlsx", hide))
    assert seen.notices == []
    assert hidden.notices == [
        "clients!2 (and 1 more): hidden in the workbook, by hand or by a filter, and read all the same",
        "clients!B: a column that is hidden in the workbook, and read all the same",
        "contracts: the sheet is hidden in the workbook, and is read all the same",
    ]
    assert [list(sheet.rows) for sheet in hidden.sheets] == [list(sheet.rows) for sheet in seen.sheets]
