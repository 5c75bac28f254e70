"""Workbooks of a million rows, cells and texts: read once, in bounded memory."""

import subprocess
import sys

import pytest

from pipelines.master.source import read
from tests.sheets import as_workbook, company, handmade, with_sheet_xml, workbook_row


@pytest.mark.parametrize("with_cells", [False, True])
def test_a_million_empty_rows_cost_no_memory(tmp_path, with_cells):
    source = as_workbook({"platforms": company()["platforms"]}, tmp_path / "book.xlsx")
    cells = '<c r="A{0}" s="0"/><c r="B{0}" s="0" t="s"></c>' if with_cells else ""
    empty = "".join(
        f'<row r="{number}" spans="1:5" ht="15" customHeight="1">{cells.format(number)}</row>' for number in range(3, 1_000_003)
    )
    last = '<row r="1000004"><c r="A1000004" t="inlineStr"><is><t>gps2</t></is></c></row>'
    with_sheet_xml(source, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"</sheetData>", (empty + last + "</sheetData>").encode()))
    measure = (
        "import re, sys; from pathlib import Path; from pipelines.master.source import read; "
        "rows = read(sys.argv[1]).sheets[0].rows; "
        "peak = re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text())[1]; "
        "print([row.number for row in rows], int(peak) // 1024)"
    )
    done = subprocess.run([sys.executable, "-c", measure, source], capture_output=True, text=True, check=True)
    numbers, mebibytes = done.stdout.rsplit(" ", 1)
    assert numbers == "[2, 1000004]"
    assert int(mebibytes) < 250


def test_a_row_of_a_million_cells_and_shared_texts_by_the_hundred_thousand_are_read_once(tmp_path):
    texts = "".join(f"<si><t>x{number}</t></si>" for number in range(200_000))
    wide = '<x:row r="2">' + '<x:c t="s"><x:v>1</x:v></x:c>' * 1_000_000 + "</x:row>"
    source = handmade(tmp_path / "book.xlsx", workbook_row("client_code", "name", "kind") + wide, shared=texts)
    found = read(source).sheets[0]
    assert [str(problem) for _, problem in found.problems] == [
        "clients!2: more than 200 columns are not read (FLEETBILL_MASTER_MAX_COLUMNS)"
    ]
