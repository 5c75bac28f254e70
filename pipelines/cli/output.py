"""What every command shares: rows as table, JSON or CSV on stdout, everything else on stderr, exit codes."""

import csv
import io
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from shutil import get_terminal_size
from typing import Any

import click

from pipelines.clock import Authorship, now
from pipelines.errors import BadInput
from pipelines.money import shown
from pipelines.period import Month
from pipelines.settings import Settings, load

Row = Mapping[str, Any]

_SHORTEST = 16  # what is left at least of a text that is cut


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


def emit(rows: Iterable[Row], columns: Sequence[str], output_format: str, *, cut: bool = False) -> None:
    """Print rows (mappings with at least ``columns``) to stdout: a table, a JSON list of objects, or CSV.

    A table on a terminal that is too narrow for it has its longest texts cut. ``cut``: the caller has cut some already.
    """
    if output_format == "json":
        listed = [{column: _plain(row.get(column)) for column in columns} for row in rows]
        click.echo(json.dumps(listed, ensure_ascii=False, indent=1))
    elif output_format == "csv":
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_text(row.get(column)) for column in columns] for row in rows)
        click.echo(buffer.getvalue(), nl=False)
    else:
        _table(rows, columns, cut=cut)


def say(message: str) -> None:
    """A word to the person at the terminal: stderr, so that results stay alone on stdout."""
    click.echo(message, err=True)


def interactive() -> bool:
    """Whether progress may be shown: stdout and stderr are both terminals."""
    return sys.stdout.isatty() and sys.stderr.isatty()


def _table(rows: Iterable[Row], columns: Sequence[str], *, cut: bool) -> None:
    texts = [[_text(row.get(column)) for column in columns] for row in rows]
    numeric = [all(_numeric(line[i]) for line in texts if line[i]) and any(line[i] for line in texts) for i in range(len(columns))]
    widths = [max([len(column), *(len(line[i]) for line in texts)]) for i, column in enumerate(columns)]
    gap, fitted = 2, widths
    if sys.stdout.isatty():
        room = get_terminal_size().columns
        gap = 2 if sum(widths) + 2 * (len(widths) - 1) <= room else 1
        fitted = widths_within(room - gap * (len(widths) - 1), widths, columns, numeric)
    for line in [list(columns), *texts]:
        kept = [cell if len(cell) <= width else f"{cell[: width - 1]}…" for cell, width in zip(line, fitted, strict=True)]
        cells = [cell.rjust(width) if right else cell.ljust(width) for cell, width, right in zip(kept, fitted, numeric, strict=True)]
        click.echo((" " * gap).join(cells).rstrip())
    if not texts:
        say("(no rows)")
    if cut or fitted != widths:
        say("long texts are cut (…); --format csv or json has them whole")


def widths_within(room: int, widths: list[int], columns: Sequence[str], numeric: Sequence[bool]) -> list[int]:
    """Column widths that come to ``room`` characters at most: the widest texts give way, figures and headings never.

    As they were where less than a third of a text would be left.
    """
    fitted = list(widths)
    least = [
        width if is_figure else min(width, max(_SHORTEST, width // 3, len(name)))
        for width, is_figure, name in zip(widths, numeric, columns, strict=True)
    ]
    while sum(fitted) > room:
        spare = [index for index, width in enumerate(fitted) if width > least[index]]
        if not spare:
            return widths
        fitted[max(spare, key=lambda index: fitted[index])] -= 1
    return fitted


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
