#!/usr/bin/env bash
# segno 1.6.6 makes QR codes. After the four zero bits that end the data, ISO/IEC 18004 (7.4.10) fills the last byte with zeros and then
# pads with 11101100 and 00010001 in turns. One would expect a text in byte mode, which ends exactly with a byte, to be padded at once; segno
# puts a whole byte of zeros before. Readers stop at the end, so codes are read; but whoever compares modules with another encoder's sees them
# differ. And `matrix_iter(verbose=True)` calls one module of data, in row 8, a module of the format: of version 1 it names 207 of 208.
# Seen: 208 modules of data in version 1, named 207; codewords after «a»: 0, 236, 17 and on
# Exits 1 when this changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check segno==1.6.6
"$folder/env/bin/python" - <<'PY'
import segno
from segno import consts

code = segno.make_qr("a", mode="byte", error="m", version=1, mask=3, boost_error=False)
kinds = [list(row) for row in code.matrix_iter(border=0, verbose=True)]
named = sum(kind in (consts.TYPE_DATA_DARK, consts.TYPE_DATA_LIGHT) for row in kinds for kind in row)
bits = []
for turn, right in enumerate([*range(20, 6, -2), *range(5, 0, -2)]):
    for row in range(20, -1, -1) if turn % 2 == 0 else range(21):
        for column in (right, right - 1):
            is_data = kinds[row][column] in (consts.TYPE_DATA_DARK, consts.TYPE_DATA_LIGHT) or (row, column) == (8, 12)
            if is_data:
                bits.append(code.matrix[row][column] ^ ((row + column) % 3 == 0))
words = [int("".join(map(str, map(int, bits[at : at + 8]))), 2) for at in range(0, 128, 8)]
print(f"{len(bits)} modules of data, named {named}; after the text: {words[3:7]}")
raise SystemExit(not (len(bits) == 208 and named == 207 and words[3:6] == [0, 236, 17]))
PY
