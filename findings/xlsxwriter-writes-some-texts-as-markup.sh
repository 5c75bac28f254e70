#!/usr/bin/env bash
# XlsxWriter 3.3.1 takes any text that begins with <r> and ends with </r> for the inside of a rich text of its own, and
# `write_string` puts it into the file unescaped, in both modes (shared strings, constant_memory). One would expect every text
# to be escaped: a client may be called so, and «<r>A & B</r>» makes a workbook that no reader opens. openpyxl 3.1.5 reads.
# Seen: «<r><t>1</t></r>» is read back as «1»; «<r>A & B</r>»: not well-formed
# Exits 1 when this changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check xlsxwriter==3.3.1 openpyxl==3.1.5
"$folder/env/bin/python" -W ignore - <<'PY'
import io
import sys

import openpyxl
import xlsxwriter


def read_back(text, constant_memory):
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"constant_memory": constant_memory})
    book.add_worksheet().write_string(0, 0, text)
    book.close()
    try:
        return openpyxl.load_workbook(buffer).active.cell(1, 1).value
    except Exception as error:
        return str(error).split(":")[0]


seen = [[read_back(text, mode) for text in ("<r><t>1</t></r>", "<r>A & B</r>", "<b>A & B</b>")] for mode in (True, False)]
print(*seen, sep="\n")
sys.exit(0 if all(each[0] == "1" and "not well-formed" in each[1] and each[2] == "<b>A & B</b>" for each in seen) else 1)
PY
