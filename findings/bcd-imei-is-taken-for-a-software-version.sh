#!/usr/bin/env bash
# Trackers of the GT06 family send their IMEI as eight BCD bytes: sixteen digits, the first of them a 0 that fills the byte.
# python-stdnum 2.2 takes such a number for a valid IMEISV (14 digits and a software version) of another device: TAC
# 08600000 instead of 86000000. One would expect it to be known
# as the IMEI behind the 0, or refused. Sixteen digits carry no check digit, so any sixteen pass, also those whose fifteen are refused.
# Seen: 860000000000017 IMEI, 0860000000000017 IMEISV of 08600000; 860000000000018 refused, 0860000000000018 IMEISV
# Exits 1 when this changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check python-stdnum==2.2
"$folder/env/bin/python" - <<'PY'
import sys

from stdnum import imei


def kind(number: str) -> str:
    return imei.imei_type(number) if imei.is_valid(number) else "refused"


numbers = ["860000000000017", "0860000000000017", "860000000000018", "0860000000000018"]
seen = {number: kind(number) for number in numbers}
print(seen, "TAC", imei.split("0860000000000017")[0])
expected = dict(zip(numbers, ["IMEI", "IMEISV", "refused", "IMEISV"]))
sys.exit(0 if seen == expected and imei.split("0860000000000017")[0] == "08600000" else 1)
PY
