"""`fleetbill master`: import and look at clients, contracts, terms, tariffs, accounts."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.cli.addresses import addresses
from pipelines.cli.history import history, verify
from pipelines.cli.output import DATE, View, author_options, authorship, emit, format_option, heading, interactive, say, settings
from pipelines.cli.parked import named

if TYPE_CHECKING:
    from pipelines.master.importing import ImportReport
    from pipelines.master.plan import RowChange
    from pipelines.master.sheets import Value

SHEET_COLUMNS = ("sheet", "added", "changed", "unchanged", "retired")
FIELD_COLUMNS = ("sheet", "key", "action", "column", "before", "after")
SUGGESTIONS_VIEW = View(
    ("platform", "account_id", "name", "vehicles", "first_seen", "last_seen", "roubles", "client", "contract_no", "score", "reason"),
    ("platform", "account_id", "vehicles", "contract_no", "score", "reason"),
    ("vehicles", "roubles"),
    is_russian=True,
)
MOST_FIELDS = 500  # that a table shows
_KEYS = """\b
KEY is written as the history shows it, the columns joined by |, quoted:
  organizations  code
  vat_modes      code|vat_mode_from
  clients        client_code
  contracts      contract_no
  terms          contract_no|valid_from
  tariffs        tariff_code|valid_from
  components     tariff_code|valid_from|component_no
  tiers          tariff_code|valid_from|component_no|up_to
  platforms      platform
  accounts       platform|account_id|contract_no|valid_from
  bank_accounts  organization_code|bank_account
  consumers      consumer
  crm_fields     crm|field
  ladder         organization_code|category|valid_from|step
  calendar       organization_code|day
  peers          peer
An open tier has nothing after the last |; a | inside a value is written \\|."""


@click.group()
def master() -> None:
    """Clients, contracts, terms, tariffs: import, export, history."""


master.add_command(addresses)
master.add_command(history)
master.add_command(verify)


@master.command(short_help="Write an empty workbook to fill in.")
@click.argument("path", type=click.Path(path_type=Path))
def template(path: Path) -> None:
    """Write an empty master workbook to PATH (.xlsx): headings, allowed values, comments. Never overwrites a file."""
    from pipelines.master.template import write_template

    write_template(path)
    say(f"written: {path}")


@master.command(short_help="Write today's data to a workbook that imports back unchanged.")
@click.argument("path", type=click.Path(path_type=Path))
@format_option
def export(path: Path, output_format: str) -> None:
    """Write today's master data to PATH (.xlsx), a workbook that imports back unchanged. Never overwrites a file.

    It holds names, addresses and accounts of clients: keep it where these may lie.
    """
    from pipelines.master.export import export as write

    counts = write(settings(), path)
    emit([{"sheet": sheet, "rows": rows} for sheet, rows in counts.items()], ("sheet", "rows"), output_format)
    say(f"written: {path}")


@master.command(short_help="Accounts that nobody pays for, as ready lines with who may pay.")
@click.option("--out", type=click.Path(path_type=Path), default=None, metavar="PATH.xlsx", help="Write the lines to a new master workbook.")
@format_option
def suggest(out: Path | None, output_format: str) -> None:
    """Accounts that hold vehicles and that nobody pays for, with the client and contract that may: by ИНН or contract number in
    the account's name, by the accounts above and beside it, by the nearest name.

    With --out: lines for the sheet accounts, from the first day seen, and drafts of clients where none fits. Only what is certain
    (95 of 100) stands in them; fill in the rest and import the file: what is empty is named then. Never overwrites a file.
    """
    from pipelines.clock import now
    from pipelines.reports import unpaid_accounts
    from pipelines.usage.month import refresh
    from pipelines.usage.stored import months_with_evidence
    from pipelines.warehouse import engine

    configured = settings()
    with engine.transaction(configured) as connection:
        refresh(configured, connection, months_with_evidence(connection), now())
    suggestions = unpaid_accounts.suggestions(configured)
    emit(unpaid_accounts.listed(suggestions), unpaid_accounts.COLUMNS, output_format, SUGGESTIONS_VIEW)
    if out is not None:
        unpaid_accounts.write_workbook(suggestions, out)
        say(f"written: {out}")


@master.command(name="import", short_help="Import a workbook, a folder of CSV files, or tables of a database.")
@click.argument("path")
@click.option("--by", default=None, metavar="NAME", help="Who does this; kept in the history.  [default: the user of the system]")
@click.option("--reason", default=None, metavar="TEXT", help="Why; kept in the history.  [default: import of PATH]")
@click.option("--dry-run", is_flag=True, help="Check everything and say what would change; store nothing.")
@format_option
def import_(path: str, by: str | None, reason: str | None, *, dry_run: bool, output_format: str) -> None:
    """Import PATH: a workbook, a folder of CSV files, or a database URL with tables or views of the same names.

    All or nothing: every problem is listed with its place, and then nothing is stored. Importing again changes nothing.
    With --dry-run: every field that would change, from what to what, and the closed months that it may touch.
    Only sheets that are present are imported; a row that disappears stays (see `master retire`), but components and
    tiers of a tariff version that is present replace that version's.
    """
    from pipelines.master.source import shown_name
    from pipelines.runs.import_master import closed_months, import_master

    author = authorship(_user() if by is None else by, f"import of {shown_name(path)}" if reason is None else reason)
    if interactive():
        say(f"reading and checking {shown_name(path)} …")
    report = import_master(settings(), path, author, dry_run=dry_run)
    _print(report, output_format)
    for month, contracts in closed_months(settings(), report.touched).items():
        say(f"reaches into {month}, which is closed, of {named(contracts)}: `fleetbill correct --month {month}` then shows the difference")
    if dry_run:
        say("dry run: nothing was stored")


@master.command(short_help="Import clients and contacts that a CRM hands in.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--crm", required=True, metavar="CODE", help="Which CRM: its columns stand in the sheet crm_fields.")
@click.option("--reason", default=None, metavar="TEXT", help="Why; kept in the history.  [default: contacts of FILE]")
@click.option("--dry-run", is_flag=True, help="Check everything and say what would change; store nothing.")
@format_option
def contacts(file: Path, crm: str, reason: str | None, *, dry_run: bool, output_format: str) -> None:
    """Import FILE, a CSV file or workbook of a CRM: new clients, and the names and contacts that it may change.

    All or nothing, like `master import`; an empty cell changes nothing. The sheet crm_fields declares which column is which
    field and what the CRM may change; terms, tariffs and contracts are never touched. The history names the CRM.
    """
    from pipelines.clock import now
    from pipelines.master.crm import import_contacts

    report = import_contacts(settings(), file, crm, now(), reason=reason, dry_run=dry_run)
    _print(report, output_format)
    if dry_run:
        say("dry run: nothing was stored")


def _print(report: "ImportReport", output_format: str) -> None:
    """What an import did by sheet; of a dry run also every field that would change."""
    for notice in report.notices:
        say(f"notice: {notice}")
    rows = [asdict(sheet) for sheet in report.sheets]
    if not report.dry_run:
        emit(rows, SHEET_COLUMNS, output_format)
        return
    fields = list(changed_fields(report.changes))
    if output_format == "json":
        rows = [{**row, "changes": [each for each in fields if each["sheet"] in _stored_in(row["sheet"])]} for row in rows]
        emit(rows, (*SHEET_COLUMNS, "changes"), output_format)
    else:
        emit(rows, SHEET_COLUMNS, output_format, View(SHEET_COLUMNS, totals=SHEET_COLUMNS[1:]))
    if output_format == "table" and fields:
        heading("what would change:")
        emit(fields[:MOST_FIELDS], FIELD_COLUMNS, output_format)
        if len(fields) > MOST_FIELDS:
            say(f"and {len(fields) - MOST_FIELDS} fields more; --format json has them all")


def changed_fields(changes: Iterable["RowChange"]) -> Iterator[dict[str, "Value"]]:
    """A row per field that an import would change; of a row that comes or goes, per field that holds anything."""
    for change in changes:
        before, after = change.before or {}, change.after or {}
        for column in dict.fromkeys([*before, *after]):
            was, becomes = before.get(column), after.get(column)
            if was != becomes:
                yield {"sheet": change.table, "key": change.key, "action": change.action, "column": column, "before": was, "after": becomes}


def _stored_in(sheet: str) -> tuple[str, ...]:
    return ("organizations", "vat_modes") if sheet == "organizations" else (sheet,)


def _user() -> str:
    """The user of the system, or a usage error where it has no name."""
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError):
        raise click.UsageError("the user of the system has no name; give --by NAME") from None


@master.command(epilog=_KEYS, short_help="End a row that is over, or take away one that was wrong.")
@click.argument("sheet")
@click.argument("key")
@author_options()
@click.option("--from", "from_date", type=DATE, default=None, help="The row ends on the day before, where rows have an end.")
def retire(sheet: str, key: str, by: str, reason: str, from_date: date | None) -> None:
    """End a row of SHEET that is over (--from DATE), or take away one that was wrong.

    A wrong row is taken away only when nothing refers to it; a tariff version takes its components and tiers along.
    """
    from pipelines.master.retire import retire as end_or_remove

    changes = end_or_remove(settings(), sheet, key, authorship(by, reason), from_date)
    for change in changes:
        say(f"{change.table} {change.key}: {'taken away' if change.after is None else 'ended'}")
    if not changes:
        say(f"{sheet} {key} ends there already; nothing changed")
    if sheet == "peers":
        _say_unacknowledged(key)


def _say_unacknowledged(peer: str) -> None:
    """What a base that is retired has not acknowledged: it stays in the warehouse, and goes when the base is declared again."""
    from pipelines.clock import now
    from pipelines.delivery.onec.status import status

    for row in status(settings(), now()):
        if row.peer == peer and (row.unconfirmed_invoices or row.unconfirmed_sales or row.unconfirmed_others):
            since = f" since {row.oldest_queued_at:%Y-%m-%d}" if row.oldest_queued_at else ""
            what = f"{row.unconfirmed_invoices} invoices, {row.unconfirmed_sales} sales and {row.unconfirmed_others} other objects"
            say(f"{peer} has not acknowledged {what}{since}; they are kept, and go to it once it is declared again")
