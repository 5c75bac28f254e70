"""Makes the sample company: `generate.py OUTDIR` its files, `generate.py bank` a statement for the invoices issued.

    python sample/generate.py OUTDIR [--source-root PREFIX]   master/, snapshots/, broken/, late/ and expected.json
    python sample/generate.py committed                       sample/master and sample/expected.json, as they are in git
    python sample/generate.py bank --invoices FILE.json --organization MT --since DAY --until DAY --out FILE.txt

The same call writes the same bytes. Nothing but the standard library is needed.
"""

import argparse
import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

from company.bank import bank_statement
from company.expected import expected
from company.files import all_shown, write_master, write_snapshots

HERE = Path(__file__).resolve().parent
SOURCE_ROOT = "snapshots/"


def write_company(out: Path, source_root: str = SOURCE_ROOT, *, snapshots: bool = True) -> dict[str, Any]:
    """Write the company under ``out`` and return what a run over it must find."""
    shown = all_shown()
    found = expected(shown)
    write_master(out / "master", source_root)
    if snapshots:
        write_snapshots(out, shown)
    (out / "expected.json").write_text(_readable(found), encoding="utf-8")
    return found


def _readable(found: dict[str, Any]) -> str:
    """JSON with one finding, amount or contract-month on a line."""
    sections = []
    for section, content in found.items():
        if section in ("usage", "findings", "invoices", "parked"):
            rows = [f" {_json(key)}: {_rows(value)}" for key, value in content.items()]
            sections.append(f"{_json(section)}: {{\n" + ",\n".join(rows) + "\n}")
        else:
            sections.append(f"{_json(section)}: {_rows(content)}")
    return "{\n" + ",\n".join(sections) + "\n}\n"


def _rows(content: list[Any] | dict[str, Any]) -> str:
    if isinstance(content, list) and content and isinstance(content[0], dict):
        return "[\n" + ",\n".join(f"  {_json(row)}" for row in content) + "\n ]"
    if isinstance(content, dict) and any(isinstance(value, dict) for value in content.values()):
        return "{\n" + ",\n".join(f"  {_json(key)}: {_json(row)}" for key, row in content.items()) + "\n }"
    return _json(content)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def main(arguments: list[str]) -> int:
    """Entry point; returns the exit code."""
    if arguments[:1] == ["bank"]:
        return _bank(arguments[1:])
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("outdir", help="folder to write into, or the word 'committed'")
    parser.add_argument("--source-root", default=SOURCE_ROOT, help="what stands before gps1 and gps2 in platforms.csv")
    given = parser.parse_args(arguments)
    committed = given.outdir == "committed"
    counts = write_company(HERE if committed else Path(given.outdir), given.source_root, snapshots=not committed)["counts"]
    print(", ".join(f"{count} {name}" for name, count in counts.items()), file=sys.stderr)
    return 0


def _bank(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="generate.py bank", description="a bank statement for the invoices that were issued")
    parser.add_argument("--invoices", required=True, type=Path, help="what `fleetbill invoices --format json` printed")
    parser.add_argument("--organization", default="MT", choices=["MT", "SM"])
    parser.add_argument("--since", default=date(2026, 1, 1), type=date.fromisoformat)
    parser.add_argument("--until", default=date(2026, 3, 31), type=date.fromisoformat)
    parser.add_argument("--out", required=True, type=Path)
    given = parser.parse_args(arguments)
    invoices = json.loads(given.invoices.read_text(encoding="utf-8"))
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_bytes(bank_statement(invoices, given.organization, given.since, given.until))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
