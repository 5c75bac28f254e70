"""`fleetbill master history` and `master verify`: what people decided, and whether the tables agree with it."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from pipelines.cli.output import DATE, emit, format_option, say, settings
from pipelines.errors import BadInput

if TYPE_CHECKING:
    from pipelines.history import ChangedColumn

CHANGES = ("at", "by", "reason", "sheet", "key", "action", "column", "before", "after")
KNOWN = ("sheet", "key", "column", "value", "at", "by", "reason")
_WIDEST = {"reason": 32, "before": 60, "after": 160, "value": 160}  # characters of a table; `after` holds a whole row of terms

_SHEETS = """\b
SHEET is a sheet of the master workbook (vat_modes is one of its own), or
  carries    days whose usage a person carries forward   platform|date
  snapshots  accepted or withdrawn by a person           platform|date|digest
  approvals  of runs, and refusals                       month|purpose|number
  holds      contracts held back, and released            month|contract
  promises   of payment                                  organization|client
  letters    whose outcome a person decided              kind|key"""


@click.command(epilog=_SHEETS, short_help="Everything that people decided; with --as-of: what was known on a date.")
@click.option("--contract", default=None, metavar="C", help="Only this contract: terms, accounts, its platforms' days, its runs.")
@click.option("--tariff", default=None, metavar="T", help="Only this tariff, its components and tiers.")
@click.option("--client", default=None, metavar="C", help="Only this client, its contracts with all of theirs, promises, letters.")
@click.option("--sheet", default=None, metavar="SHEET", help="Only this kind of decision (see below).")
@click.option("--from", "first", type=DATE, default=None, help="Only what was decided on this day or later.")
@click.option("--to", "last", type=DATE, default=None, help="Only what was decided on this day or earlier.")
@click.option("--as-of", type=DATE, default=None, help="Instead: every value as it was known at the end of this date.")
@format_option
def history(  # noqa: PLR0913 - one parameter per option
    *,
    contract: str | None,
    tariff: str | None,
    client: str | None,
    sheet: str | None,
    first: date | None,
    last: date | None,
    as_of: date | None,
    output_format: str,
) -> None:
    """Everything that people decided: who, when, why, from what to what; with --as-of: what was known on a date.

    Contract, tariff and client given together mean any of them. Days are those of the first organization's time zone. A
    row that came or went is one line: a table shows the beginning of it, CSV the whole, JSON an object.
    """
    from pipelines import history as past

    about = past.HistorySubject(contract, tariff, client, sheet)
    if as_of is None:
        if first and last and first > last:
            raise BadInput.one("--from", f"{first} lies after --to {last}")
        changes = past.changes(settings(), about, first, last)
        _emit(map(_as_object if output_format == "json" else asdict, changes), CHANGES, output_format)
    elif first or last:
        raise click.UsageError("--as-of shows what was known; it takes neither --from nor --to")
    else:
        _emit(map(asdict, past.as_of(settings(), as_of, about)), KNOWN, output_format)


@click.command()
@click.option("--expectations", is_flag=True, help="Have Great Expectations judge every stored row as well (takes seconds to start).")
@format_option
def verify(*, expectations: bool, output_format: str) -> int:
    """Replay the history of master data and compare it with the tables. Exit 1: something was changed past the history.

    Every row that was changed, added or deleted by hand is named, and so is every change that is gone from the history,
    or does not start from what the one before it left; with --expectations every row that an import would refuse today.
    """
    from pipelines.master import verify as verification

    done = verification.verify(settings(), expectations=expectations)
    if not done.differences:
        said = f"history and tables agree: {done.rows} rows, {done.changes} changes"
        if output_format == "table":
            click.echo(said)
            return 0
        say(said)
    _emit(map(asdict, done.differences), verification.COLUMNS, output_format)
    if done.differences:
        say(f"{len(done.differences)} differences between history and tables: docs/operations.md says what to do")
    return 1 if done.differences else 0


def _as_object(line: "ChangedColumn") -> dict[str, Any]:
    """A whole row as an object of its columns, null for one that is not there."""
    return asdict(line) if line.column else {**asdict(line), "before": line.row_before, "after": line.row_after}


def _emit(rows: Iterable[Mapping[str, Any]], columns: tuple[str, ...], output_format: str) -> None:
    if output_format != "table":
        emit(rows, columns, output_format)
        return
    listed = list(rows)
    shown = [{name: _short(name, row[name]) for name in columns} for row in listed]
    emit(shown, columns, output_format)
    if any(isinstance(row[name], str) and line[name] != row[name] for row, line in zip(listed, shown, strict=True) for name in columns):
        say("long texts are cut (…); --format csv or json has them whole")


def _short(name: str, value: object) -> object:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    most = _WIDEST.get(name)
    return f"{value[: most - 1]}…" if most and isinstance(value, str) and len(value) > most else value
