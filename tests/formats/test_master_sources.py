"""What spreadsheets and exports do to people's data: understood, or named at its place."""

import zipfile
from datetime import date, datetime

import pytest

from pipelines.errors import BadInput
from pipelines.master.lines import flaws_of, parse
from pipelines.master.source import read
from tests.sheets import as_csv, as_workbook, company, problems, put, with_sheet_xml


def _tables(source):
    return {raw.name: parse(raw) for raw in read(source).sheets}


def _flaws(source):
    return [str(flaw.problem) for flaw in flaws_of(_tables(source).values())]


def _values(source, sheet, column):
    return [line.values[column] for line in _tables(source)[sheet].lines]


def _opened(path):
    with pytest.raises(BadInput) as raised:
        read(str(path))
    return problems(raised)


# --- CSV


def _csv(tmp_path, raw, name="clients.csv"):
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / name).write_bytes(raw)
    return str(folder)


def test_byte_order_mark_semicolons_windows_lines_and_excels_own_first_line(tmp_path):
    raw = "\ufeffsep=;\r\nclient_code;name;kind\r\n C1 ;\u00a0ООО  «Путь, и»\u00a0;Legal\r\n;;\r\n".encode()
    assert _values(_csv(tmp_path, raw), "clients", "name") == ["ООО «Путь, и»"]
    assert _values(str(tmp_path / "folder"), "clients", "kind") == ["legal"]
    assert _flaws(str(tmp_path / "folder" / "clients.csv")) == []  # one file will do


def test_windows_1251_is_named(tmp_path):
    source = _csv(tmp_path, "client_code,name,kind\nC1,Abc,legal\nC2,Волга,legal\n".encode("cp1251"))
    assert _flaws(source) == ["clients.csv:3: is not UTF-8; it looks like Windows-1251; save the file as CSV UTF-8"]


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"client_code,name,kind\nC1,a\0b,legal\n", "clients.csv:2: holds a NUL byte: the file is damaged or no text"),
        ("client_code,name,kind\n".encode("utf-16"), "clients.csv: is in UTF-16; save it as CSV UTF-8"),
        (b"client_code,name,kind\nC1,One,legal\nC2,Tw", "clients.csv:3: has 2 fields of 3: the row is cut off"),
        (b'client_code,name,kind\nC1,One,legal\nC2,"Tw', "clients.csv:3: is not CSV: a quote is opened and never closed"),
        (b"client_code,name,kind\nC1,One,legal,x\n", "clients.csv:2: has 4 fields, the headings 3"),
        (b"client_code,name,kind,name\n", "clients.csv:1: the heading 'name' stands there twice"),
        (b"client_code,name,kind,emial\n", "clients.csv:1: unknown column 'emial'; did you mean 'email'?"),
        (b"client_code,kind\n", "clients.csv:1: the column 'name' is missing"),
        (b"client_code,na\rme,kind\nC1,One,legal\n", "clients.csv:1: unknown column 'na'; did you mean 'name'?"),
        (b"client_code,name,kind,\nC1,One,legal,lost\n", "clients.csv:1: row 2 has a value in a column without a heading"),
        (b"", "clients.csv: is empty: not even headings"),
        (b"client_code,name,kind\nC1,a\x07b,legal\n", "clients.csv:2 column name: 'a\\x07b' holds a control character"),
    ],
)  # fmt: skip
def test_damaged_csv_is_named(tmp_path, raw, said):
    assert any(flaw.startswith(said) for flaw in _flaws(_csv(tmp_path, raw)))


def test_places_count_lines_of_the_file_also_after_a_cell_of_several_lines(tmp_path):
    raw = b'client_code,name,kind,never_block\nC1,"One\nTwo",legal,no\nC2,Two,legal,perhaps\n'
    assert _flaws(_csv(tmp_path, raw)) == ["clients.csv:4 column never_block: 'perhaps' is neither yes nor no"]


def test_other_files_are_left_aside_but_a_slip_of_the_name_is_not(tmp_path):
    source = _csv(tmp_path, b"x,y\n1,2\n", "opening_balances.csv")
    as_csv({"platforms": company()["platforms"]}, tmp_path / "folder")
    assert read(source).notices == ["opening_balances.csv: not a sheet of master data, left aside"]
    (tmp_path / "folder" / "client.csv").write_text("x\n")
    assert [str(problem) for problem in read(source).problems] == ["client.csv: unknown sheet 'client'; did you mean 'clients'?"]


def test_a_packed_sheet_in_a_folder_is_not_passed_over(tmp_path):
    source = _csv(tmp_path, b"\x1f\x8b", "terms.csv.gz")
    assert [str(problem) for problem in read(source).problems] == ["terms.csv.gz: is packed; unpack it first"]


@pytest.mark.parametrize("break_", ["\r", "\r\n", "\n"])
def test_a_line_break_inside_a_heading_is_a_space(tmp_path, break_):
    source = _csv(tmp_path, f'client_code,"name{break_}",kind\nC1,One,legal\n'.encode())
    assert _values(source, "clients", "name") == ["One"]


def test_nothing_there(tmp_path):
    assert "there is no such file or folder" in _opened(tmp_path / "nowhere")[0]
    assert "holds no sheet of master data" in _opened(tmp_path)[0]


# --- workbooks


def test_numbers_as_text_dates_as_dates_and_numbers_as_numbers(tmp_path):
    sheets = company()
    put(sheets, "contracts", 2, "starts_on", datetime(2026, 1, 1))  # noqa: DTZ001 - a workbook's dates have no zone
    put(sheets, "contracts", 3, "starts_on", "2026-01-13")
    put(sheets, "terms", 2, "minimum", "5 000,50")
    put(sheets, "terms", 3, "minimum", 0.1)
    put(sheets, "terms", 2, "prepaid_vehicles", "10")
    put(sheets, "clients", 2, "inn", 7707083893)
    put(sheets, "clients", 3, "never_block", True)
    source = as_workbook(sheets, tmp_path / "book.xlsx")
    assert _flaws(source) == []
    assert _values(source, "contracts", "starts_on") == [date(2026, 1, 1), date(2026, 1, 13)]
    assert [str(value) for value in _values(source, "terms", "minimum")] == ["5000.50", "0.1"]
    assert _values(source, "terms", "prepaid_vehicles") == [10, 0]
    assert _values(source, "clients", "inn") == ["7707083893", "500100732259"]
    assert _values(source, "clients", "never_block") == [False, True]


@pytest.mark.parametrize("cell", [702070136, "702070136", 702070136.0])
def test_an_inn_that_lost_its_zero_is_restored_where_the_checksum_proves_it(tmp_path, cell):
    sheets = company()
    put(sheets, "clients", 2, "inn", cell)
    source = as_workbook(sheets, tmp_path / "book.xlsx")
    table = _tables(source)["clients"]
    assert table.lines[0].values["inn"] == "0702070136"
    assert table.notices == ["clients!2 column inn: 702070136 had lost its leading zero, taken as 0702070136"]


def test_an_inn_too_short_for_another_reason_stays_as_it_is_and_is_refused_later(tmp_path):
    sheets = company()
    put(sheets, "clients", 2, "inn", 702070135)
    table = _tables(as_workbook(sheets, tmp_path / "book.xlsx"))["clients"]
    assert (table.lines[0].values["inn"], table.notices) == ("702070135", [])


def test_a_bic_that_lost_its_zero_is_restored_by_the_account_key(tmp_path):
    sheets = company()
    put(sheets, "organizations", 2, "bic", 44525987)
    assert _values(as_workbook(sheets, tmp_path / "book.xlsx"), "organizations", "bic") == ["044525987"]
    put(sheets, "organizations", 2, "bic", 44525988)
    assert _values(as_workbook(sheets, tmp_path / "other.xlsx"), "organizations", "bic") == ["44525988"]


def test_a_code_shown_with_leading_zeros_is_what_people_see(tmp_path):
    sheets = company()
    put(sheets, "accounts", 2, "account_id", 42)

    def padded(book):
        book["accounts"]["B2"].number_format = "00000"

    assert _values(as_workbook(sheets, tmp_path / "book.xlsx", padded), "accounts", "account_id")[0] == "00042"


@pytest.mark.parametrize(
    ("cell", "value", "number_format", "said"),
    [
        ("terms!D2", "=1+1", None, "terms!D2 column counting: the cell holds a formula"),
        ("organizations!E2", 40702810300000010026.0, None, "organizations!2 column bank_account: a number this long has lost"),
        ("contracts!A2", datetime(2026, 1, 12), "dd.mm", "contracts!2 column contract_no: the spreadsheet made a date of it (2026-01-12)"),  # noqa: DTZ001
        ("contracts!A2", 1.5, None, "contracts!2 column contract_no: the number 1.5 is not a text"),
        ("contracts!E2", 46023, None, "contracts!2 column starts_on: 46023 is a number, not a date; format the cell as a date"),
        ("contracts!E2", datetime(2026, 1, 1, 12, 30), None, "contracts!2 column starts_on: 2026-01-01 12:30 has a time of day"),  # noqa: DTZ001
        ("terms!G2", 0.1, "0%", "terms!2 column discount_percent: the cell is formatted as a percentage (it holds 0.1)"),
        ("terms!H2", True, None, "terms!2 column minimum: True is not a number"),
        ("clients!B2", "#N/A", None, "clients!B2 column name: the cell holds an error (#N/A)"),
    ],
)  # fmt: skip
def test_cells_that_would_have_to_be_guessed_are_named(tmp_path, cell, value, number_format, said):
    def spoil(book):
        sheet, address = cell.split("!")
        book[sheet][address] = value
        if number_format:
            book[sheet][address].number_format = number_format

    flaws = _flaws(as_workbook(company(), tmp_path / "book.xlsx", spoil))
    assert len(flaws) == 1
    assert flaws[0].startswith(said)


def test_merged_cells_are_named(tmp_path):
    def spoil(book):
        book["terms"].insert_rows(1)
        book["terms"]["A1"] = "Условия"
        book["terms"].merge_cells("A1:I1")

    flaws = _flaws(as_workbook(company(), tmp_path / "book.xlsx", spoil))
    assert flaws[0].startswith("terms!1: ") or flaws[0] == "terms!A1:I1: merged cells; unmerge them"
    assert "terms!A1:I1: merged cells; unmerge them" in flaws
    assert "terms!1: the column 'contract_no' is missing" in flaws


def test_sheets_named_in_any_case_empty_ones_and_strangers(tmp_path):
    def change(book):
        book["terms"].title = " Terms "
        book.create_sheet("Лист1")
        book.create_sheet("Заметки")["A1"] = "не забыть"
        book.create_sheet("tarifs")["A1"] = "x"

    source = read(as_workbook(company(), tmp_path / "book.xlsx", change))
    assert {sheet.name for sheet in source.sheets} == set(company())
    assert source.notices == ["Заметки: not a sheet of master data, left aside"]
    assert [str(problem) for problem in source.problems] == ["tarifs: unknown sheet 'tarifs'; did you mean 'tariffs'?"]


def test_a_zip_bomb_is_not_opened(tmp_path):
    source = as_workbook(company(), tmp_path / "book.xlsx")
    with_sheet_xml(source, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"<sheetData>", b"<sheetData>" + b" " * 40_000_000))
    assert "unpacks suspiciously far (xl/worksheets/sheet1.xml: 38 MiB from" in _opened(source)[0]


def test_passwords_old_formats_and_other_files_are_named(tmp_path):
    ole = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600
    cases = {
        "locked.xlsx": (ole + "EncryptedPackage".encode("utf-16-le"), "is protected with a password; save it without one"),
        "old.xls": (ole + "Workbook".encode("utf-16-le"), "is a workbook in the old .xls format, or no workbook; save it as .xlsx"),
        "text.xlsx": (b"hello", "is not an .xlsx workbook"),
        "empty.xlsx": (b"", "is empty"),
    }
    for name, (content, said) in cases.items():
        (tmp_path / name).write_bytes(content)
        assert _opened(tmp_path / name) == [f"{name}: {said}"]
    with zipfile.ZipFile(tmp_path / "other.xlsx", "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    assert _opened(tmp_path / "other.xlsx") == ["other.xlsx: is not an .xlsx workbook"]
    whole = (tmp_path / "book.xlsx").with_name("torn.xlsx")
    as_workbook(company(), whole)
    whole.write_bytes(whole.read_bytes()[:3000])
    assert _opened(whole) == [
        "torn.xlsx: cannot be unpacked (File is not a zip file): only a part of the file has arrived; copy or save it again"
    ]


def test_entities_and_damaged_xml_are_refused(tmp_path):
    part = "xl/worksheets/sheet1.xml"
    source = as_workbook(company(), tmp_path / "book.xlsx")
    with_sheet_xml(source, part, lambda xml: b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]>' + xml)
    assert "declares a document type" in _opened(source)[0]
    source = as_workbook(company(), tmp_path / "torn.xlsx")
    with_sheet_xml(source, part, lambda xml: xml[: len(xml) // 2])
    assert _opened(source)[0].startswith(f"torn.xlsx: cannot be read: its part {part} is not well-formed XML (")
