"""What the demo prints at its end: asked of `fleetbill` as anybody would ask it, nothing remembered from the run."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

from pipelines.billing.listing import parked
from pipelines.errors import Refused
from pipelines.period import Month
from pipelines.settings import Settings
from stack.environment import ROOT, Stack, passwords
from stack.sums import roubles

Row = dict[str, Any]


def ending(stack: Stack, story: str, minute: str, seconds: float) -> str:
    """All that the demo prints: the story's summary, how quickly payments gave access back, and how to look at it."""
    lines = [
        "",
        f"Done in {seconds:.0f} s: January and February 2026 of the sample company, from master data to blocked access.",
        "",
        story,
        "",
        f"  payment to access  {minute}",
        "",
        f"Look at it in Airflow's UI and in the clients' cabinet:  {_home(stack)}make up   (then {_home(stack)}make down)",
        f"  {', '.join(f'{user} / {password}' for user, password in passwords(stack).items())}",
    ]
    return "\n".join(lines)


def text(stack: Stack, months: list[str], live: str, bases: list[str]) -> str:
    """The summary of a home: billed, parked, found, blocked, and where the files are.

    ``live``: what became of the blocks on its live platform. ``bases``: what each base of 1C has come to.
    """
    invoices = asked(stack, "invoices")
    all_findings = asked(stack, "findings")
    findings = Counter(row["kind"] for row in all_findings)
    hidden = _roubles(row["roubles"] or "0.00" for row in all_findings if row["kind"] == "month_end_dip")
    blocked = asked(stack, "access")
    payments = asked(stack, "payments")
    of_onec_alone = [row for row in payments if row["source"] == "onec"]
    lines = []
    for month in months:
        billed = [row for row in invoices if row["period"] == month and row["status"] == "issued"]
        left_out = parked(stack.settings, Month.parse(month))
        lines.append(f"  billed {month}     {len(billed)} invoices, {_roubles(row['total'] for row in billed)} RUB")
        lines.append(f"  parked {month}     {len(left_out)}: " + "; ".join(f"{row['contract_no']} {row['detail']}" for row in left_out))
    lines += [
        f"  served for free    {findings['orphan']} orphan vehicles",
        f"  month-end dips     {findings['month_end_dip']} caught: the fleet that hid in the last days is billed by its peak; "
        f"the trick was worth {hidden} RUB without VAT",
        f"  other findings     {', '.join(f'{kind} {count}' for kind, count in sorted(findings.items()) if kind not in SHOWN)}",
        f"  payments           {len(payments)}, {_roubles(row['amount'] for row in payments)} RUB; "
        f"{sum(not row['client_code'] for row in payments)} of them unmatched",
        f"  blocked            {', '.join(sorted({str(row['client_code']) for row in blocked})) or 'nobody'}",
        f"  live platform      {live}",
        *(f"  1C                 {each}" for each in bases),
        f"  1C and the bank    {len(of_onec_alone)} payments that 1C alone tells of",
        "",
        *(f"  {name:<18} {where}" for name, where in _places(stack)),
    ]
    return "\n".join(lines)


SHOWN = ("orphan", "month_end_dip", "parked_contract")


def asked(stack: Stack, *command: str) -> list[Row]:
    """The rows that `fleetbill COMMAND --format json` lists."""
    done = subprocess.run(
        [sys.executable, "-m", "pipelines.cli", *command, "--format", "json"],
        check=False,
        capture_output=True,
        cwd=ROOT,
        env={**os.environ, "FLEETBILL_HOME": str(stack.home)},
    )
    if done.returncode:
        raise Refused(f"fleetbill {' '.join(command)}: {done.stderr.decode(errors='replace').strip()}")
    rows: list[Row] = json.loads(done.stdout)
    return rows


def _home(stack: Stack) -> str:
    """What must stand before a command to mean this home: nothing when it is the default one."""
    return "" if stack.home == Settings().home.resolve() else f"FLEETBILL_HOME={stack.home} "


def _roubles(amounts: Iterable[str]) -> str:
    return roubles(sum(map(Decimal, amounts), Decimal()))


def _places(stack: Stack) -> list[tuple[str, str]]:
    """Every kind of file that the run wrote: how many, and in which folder."""
    documents, exchange = Path(stack.settings.documents), stack.settings.exchange
    return [
        ("documents", f"{_count(documents, '*.pdf')} PDF under {documents}"),
        ("workbooks", ", ".join(map(str, sorted(documents.rglob("*.xlsx")))) or "none"),
        ("1C messages", ", ".join(map(str, sorted((exchange / "onec").glob("**/out/Message_*.xml")))) or "none"),
        ("access", ", ".join(map(str, sorted((exchange / "access").rglob("blocked.csv")))) or "none"),
        ("evidence", f"{_count(Path(stack.settings.lake), '*.parquet')} Parquet files under {stack.settings.lake}"),
        ("bank statements", f"{_count(exchange / 'bank' / 'done', '*')} read, in {exchange / 'bank' / 'done'}"),
    ]


def _count(folder: Path, pattern: str) -> int:
    return sum(1 for path in folder.rglob(pattern) if path.is_file())
