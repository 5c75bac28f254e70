#!/usr/bin/env bash
# openpyxl 3.1.5 opens a workbook in Strict Open XML (ISO/IEC 29500 Strict, offered by Excel under «Save as») without an
# error, and it has no sheets: sheetnames is []. Strict names its elements in http://purl.oclc.org/ooxml/…, the library looks
# for http://schemas.openxmlformats.org/… alone. One would expect the sheet, or a refusal; a reader that loops over the
# sheets takes the file for an empty one. python-calamine 0.9.1 reads the same bytes, which shows that they are sound.
# Seen: openpyxl: []   calamine: ['clients'] [['client_code'], ['C01']]
# Exits 1 when this changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check openpyxl==3.1.5 python-calamine==0.9.1
"$folder/env/bin/python" -W ignore - "$folder/strict.xlsx" <<'PY'
import sys
import zipfile

import openpyxl
import python_calamine

SHEET = "http://purl.oclc.org/ooxml/spreadsheetml/main"
LINK = "http://purl.oclc.org/ooxml/officeDocument/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{TYPE}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{LINK}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{LINK}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{SHEET}" xmlns:r="{LINK}" conformance="strict">'
    '<sheets><sheet name="clients" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{SHEET}"><sheetData>'
    '<row r="1"><c r="A1" t="inlineStr"><is><t>client_code</t></is></c></row>'
    '<row r="2"><c r="A2" t="inlineStr"><is><t>C01</t></is></c></row></sheetData></worksheet>',
}
path = sys.argv[1]
with zipfile.ZipFile(path, "w") as archive:
    for name, text in PARTS.items():
        archive.writestr(name, f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>{text}')

names = openpyxl.load_workbook(path).sheetnames
book = python_calamine.CalamineWorkbook.from_path(path)
rows = book.get_sheet_by_name("clients").to_python() if book.sheet_names else None
print("openpyxl:", names, "  calamine:", book.sheet_names, rows)
sys.exit(0 if names == [] and book.sheet_names == ["clients"] and rows == [["client_code"], ["C01"]] else 1)
PY
