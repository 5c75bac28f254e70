#!/usr/bin/env bash
# Workbooks of BI jobs are often written by PyExcelerate, for its speed: `new_sheet(name, data=rows)` takes whole rows, dates among
# them. One would expect a date to be a date for whoever opens the workbook, as `set_cell_value` of the same library makes it.
# PyExcelerate 0.13.0 writes the serial number of such a date and no number format at all: 2026-01-01 is 46023.0 to openpyxl 3.1.5
# (and to Excel), and a column of dates cannot be told from one of amounts.
# Seen: bulk 46023.0 General; set_cell_value 2026-01-01 00:00:00 yyyy-mm-dd
# Exits 1 when this changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check PyExcelerate==0.13.0 openpyxl==3.1.5
"$folder/env/bin/python" - "$folder/dates.xlsx" <<'PY'
import sys
from datetime import datetime

import openpyxl
from pyexcelerate import Workbook

day = datetime(2026, 1, 1)
book = Workbook()
book.new_sheet("bulk", data=[[day]])
book.new_sheet("cell").set_cell_value(1, 1, day)
book.save(sys.argv[1])
read = openpyxl.load_workbook(sys.argv[1])
seen = {sheet.title: (sheet["A1"].value, sheet["A1"].number_format) for sheet in read}
print(seen)
sys.exit(0 if seen["bulk"][0] == 46023.0 and seen["bulk"][1] == "General" and seen["cell"][0] == day else 1)
PY
