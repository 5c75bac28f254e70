"""What every command shares: rows as table, JSON or CSV on stdout, everything else on stderr, exit codes."""

import csv
import io
import json
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from shutil import get_terminal_size
from typing import Any, TextIO

import click

from pipelines.cli.russian import russian_heading, russian_word
from pipelines.cli.table import HEADING, TOTAL, Listing, Paint, blocks, cells, clean, folded, lines, most_readable, plain
from pipelines.clock import Authorship, now
from pipelines.errors import BadInput
from pipelines.money import shown
from pipelines.period import Month
from pipelines.settings import Settings, load, wants_colour

Row = Mapping[str, Any]

_NARROWEST = 40  # cells of a terminal below which nothing is folded any narrower
_READABLE = 110  # cells of a line of text where there is no terminal
_DEEPER = "    "
_WRITTEN_TOGETHER = 2**16  # characters of CSV
_LEFT_OUT = (
    "no room here for {}: a wider terminal shows them, --format csv and json too",
    "не поместились: {}; их показывает терминал шире, а также --format csv и json",
)
_COMMAND = re.compile(r"`[^`]*`")
_KEPT_SPACE = "\ue000"  # stands for a blank that must not break a line; of no use to any text
_STATES = ("status", "state", "action", "outcome", "действие")
_COLOURS = {
    **dict.fromkeys(("missing", "failed", "refused", "block", "blocked", "отключить"), "red"),
    **dict.fromkeys(("quarantined", "withdrawn", "withheld", "удержано", "draft", "queued", "deferred", "unknown", "suppressed"), "yellow"),
}


class MonthType(click.ParamType[Month]):
    """``2026-01``."""

    name = "YYYY-MM"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Month:
        """Month, or a usage error."""
        if isinstance(value, Month):
            return value
        try:
            return Month.parse(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


class DateType(click.ParamType[date]):
    """``2026-01-31``."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """A date, or a usage error."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not a date; write it as 2026-01-31", param, ctx)


MONTH = MonthType()
DATE = DateType()


def format_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--format table|json|csv``, given to the command as ``output_format``."""
    return click.option(
        "--format",
        "output_format",
        type=click.Choice(["table", "json", "csv"]),
        default="table",
        show_default=True,
        help="How to print the rows.",
    )(command)


def client_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--client C``."""
    return click.option("--client", default=None, metavar="C", help="Only this client, by its code.")(command)


def dealer_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--dealer D``: a dealer with every client under it."""
    return click.option("--dealer", default=None, metavar="D", help="Only this dealer and the clients under it.")(command)


def contract_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--contract C``."""
    return click.option("--contract", default=None, metavar="C", help="Only this contract.")(command)


def author_options(*, required: bool = True) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """``--by NAME --reason TEXT``: who does this, and why."""

    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        command = click.option("--reason", required=required, default=None, help="Why; kept in the history.")(command)
        return click.option("--by", required=required, default=None, metavar="NAME", help="Who does this; kept in the history.")(command)

    return add


def authorship(by: str, reason: str) -> Authorship:
    """The person's word, at this moment. BadInput when the name or the reason is blank."""
    for option, text in (("--by", by), ("--reason", reason)):
        if not text.strip():
            raise BadInput.one(option, "must not be empty")
    return Authorship(by.strip(), reason.strip(), now())


def settings() -> Settings:
    """The configuration of this process."""
    return load()


@dataclass(frozen=True, slots=True)
class View:
    """How the table of a listing differs from its JSON and CSV, whose columns are fixed.

    ``columns``: those of the table; `client` stands for code and name. ``narrow``: fewer of them, where a terminal has no room
    for a table of all. ``totals``: columns whose sums stand below. ``is_russian``: headings and codes in the language of its
    texts. ``is_block``: every row is a block of its own, whatever the width.
    """

    columns: Sequence[str]
    narrow: Sequence[str] = ()
    totals: Sequence[str] = ()
    is_russian: bool = False
    is_block: bool = False


def emit(rows: Iterable[Row], columns: Sequence[str], output_format: str, view: View | None = None) -> None:
    """Print rows (mappings with at least ``columns``) to stdout: a table, a JSON list of objects, or CSV.

    A table on a terminal fits its width; elsewhere a row is a line, as wide as it is.
    """
    if output_format == "json":
        _print_json({column: _plain(row.get(column)) for column in columns} for row in rows)
    elif output_format == "csv":
        _print_csv(rows, columns)
    else:
        _print_table(list(rows), view or View(columns))


def _print_json(objects: Iterable[Mapping[str, Any]]) -> None:
    """A list of objects, each written before the next is asked for."""
    before = "["
    for each in objects:
        click.echo(before + "\n " + json.dumps(each, ensure_ascii=False, indent=1).replace("\n", "\n "), nl=False)
        before = ","
    click.echo("[]" if before == "[" else "\n]")


def _print_csv(rows: Iterable[Row], columns: Sequence[str]) -> None:
    """A line of names and a line for each row, some thousand written together."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_text(row.get(column)) for column in columns])
        if buffer.tell() > _WRITTEN_TOGETHER:
            click.echo(buffer.getvalue(), nl=False)
            buffer.seek(0)
            buffer.truncate()
    click.echo(buffer.getvalue(), nl=False)


def say(message: str) -> None:
    """A word to the person at the terminal: stderr, so that results stay alone on stdout; folded between words on a terminal."""
    click.echo("\n".join(line for each in message.split("\n") for line in _folded(each, sys.stderr)), err=True)


def show(text: str) -> None:
    """A text on stdout that is no listing, with names from outside; a long line is folded and goes on under a deeper indent."""
    width = width_of(sys.stdout) or _READABLE
    for line in text.split("\n"):
        bare = clean(line).lstrip(" ")
        indent = " " * (len(line) - len(line.lstrip(" ")))
        first, *more = folded(bare, width - len(indent))
        more = folded(" ".join(more), width - len(indent) - len(_DEEPER)) if more else []
        click.echo("\n".join([indent + first, *(indent + _DEEPER + each for each in more)]))


def heading(text: str) -> None:
    """A line above what follows it, set off by an empty line."""
    click.echo(f"\n{paint()(HEADING, text, text)}")


def interactive() -> bool:
    """Whether progress may be shown: stdout and stderr are both terminals."""
    return sys.stdout.isatty() and sys.stderr.isatty()


def width_of(stream: TextIO) -> int | None:
    """Cells that a line may take on a terminal; None where the stream is none, and a line is as long as it is."""
    return max(get_terminal_size().columns, _NARROWEST) if stream.isatty() else None


def _print_table(rows: list[Row], view: View) -> None:
    if "client" in view.columns and rows and "client" not in rows[0]:
        rows = _with_clients(rows)
    width = width_of(sys.stdout)
    listing = _listing(rows, view, view.columns)
    chosen = most_readable(listing, _listing(rows, view, view.narrow), width) if view.narrow else listing
    for line in blocks(chosen, width or _READABLE, paint()) if view.is_block else lines(chosen, width, paint()):
        click.echo(line)
    if not rows:
        say("(no rows)")
    if chosen is not listing and rows:
        left_out = ", ".join(_heading(view, column) for column in view.columns if column not in view.narrow)
        say(_LEFT_OUT[view.is_russian].format(left_out))


def _with_clients(rows: list[Row]) -> list[Row]:
    from pipelines.master.names import with_clients
    from pipelines.warehouse.engine import transaction

    with transaction(settings()) as connection:
        return list(with_clients(connection, rows))


def _listing(rows: list[Row], view: View, columns: Sequence[str]) -> Listing:
    word = russian_word if view.is_russian else _same_word
    texts = [[clean(word(column, _text(row.get(column)))) for column in columns] for row in rows]
    is_figure = [all(_numeric(line[i]) for line in texts if line[i]) and any(line[i] for line in texts) for i in range(len(columns))]
    headings = [_heading(view, column) for column in columns]
    sums = _sums(rows, columns, view.totals) if view.totals and len(rows) > 1 else []
    return Listing(headings, texts, sums, is_figure, "итого" if view.is_russian else "total")


def _heading(view: View, column: str) -> str:
    return russian_heading(column) if view.is_russian else column


def _same_word(_column: str, text: str) -> str:
    return text


def _sums(rows: list[Row], columns: Sequence[str], totals: Sequence[str]) -> list[str]:
    return [_text(sum(row[column] for row in rows if row.get(column) is not None)) if column in totals else "" for column in columns]


def _folded(message: str, stream: TextIO) -> list[str]:
    """Lines of a message as wide as the stream's terminal; a command in backticks stays on one line where it fits."""
    width = width_of(stream)
    if width is None:
        return [message]
    message = clean(message)
    if cells(message) <= width:
        return [message]
    indent = " " * min(len(message) - len(message.lstrip(" ")), width // 2)
    room = width - len(indent)
    kept = _COMMAND.sub(
        lambda command: command[0].replace(" ", _KEPT_SPACE) if cells(command[0]) <= room else command[0], message.strip(" ")
    )
    return [f"{indent}{line.replace(_KEPT_SPACE, ' ')}" for line in folded(kept, room)]


def paint() -> Paint:
    """Colour where stdout is a terminal that shows it and nobody has asked for none: headings, sums, and states of trouble."""
    return _coloured if sys.stdout.isatty() and wants_colour() else plain


def _coloured(what: str, text: str, padded: str) -> str:
    if what in (HEADING, TOTAL):
        return click.style(padded, bold=True) if padded.strip() else padded
    colour = _COLOURS.get(text) if what in _STATES else None
    return click.style(padded, fg=colour) if colour else padded


def _numeric(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).isdigit()


def _plain(value: Any) -> Any:
    """JSON value: money and other decimals as strings, dates ISO, months as 2026-01."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    return _text(value)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return shown(value) if value.as_tuple().exponent == -2 else f"{value.normalize():f}"
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return ", ".join(map(_text, value))
    return str(value)
