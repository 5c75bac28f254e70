"""`fleetbill explain`: from an issued invoice down to lines, days, vehicles and snapshot digests."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.cli.output import DATE, View, emit, format_option, say, settings, show

if TYPE_CHECKING:
    from pipelines.audit import rows as as_rows
    from pipelines.audit.model import Explanation

DAYS = View(("date", "fleet_size", "online_minutes", "meters", "carried", "snapshots"), is_russian=True)
VEHICLES = View(("platform", "vehicle_id", "name", "plate", "counts", "why"), is_russian=True)


@click.command()
@click.argument("number")
@click.option("--line", "line_no", type=click.IntRange(min=1), metavar="N", help="Only this line: its days, one by one.")
@click.option("--day", type=DATE, help="Only this day: its vehicles, why each counts, and the snapshots that prove it.")
@click.option(
    "--workbook", type=click.Path(dir_okay=False, path_type=Path), metavar="PATH.xlsx", help="Also write the appendix for the client."
)
@click.option("--pdf", type=click.Path(dir_okay=False, path_type=Path), metavar="PATH.pdf", help="Also write the fleet by day.")
@format_option
def explain(number: str, line_no: int | None, day: date | None, workbook: Path | None, pdf: Path | None, output_format: str) -> None:
    """Explain an issued invoice from the evidence frozen at its issue: the same answer for ever, whatever lands later.

    Everything is computed again from that evidence on the way; what does not agree is named, with exit code 1.
    """
    from pipelines.audit.explain import chosen_day, chosen_line, require_agreement
    from pipelines.audit.explain import explain as explain_invoice

    explained = explain_invoice(settings(), number)
    if line_no is not None:
        chosen_line(explained, line_no)
    if day is not None:
        chosen_day(explained, day, line_no)
    _print(explained, line_no, day, output_format)
    require_agreement(explained)
    if workbook is not None:
        from pipelines.documents.explanation_workbook import write_appendix

        write_appendix(explained, workbook)
        say(f"appendix written to {workbook}")
    if pdf is not None:
        from pipelines.documents.pdf import render_document
        from pipelines.documents.usage_appendix import usage_document
        from pipelines.files import write_whole

        write_whole(pdf, render_document(usage_document(explained)))
        say(f"appendix written to {pdf}")


def _print(explained: "Explanation", line_no: int | None, day: date | None, output_format: str) -> None:
    """As text and tables in the accountant's language; as JSON or CSV with codes."""
    from pipelines.audit import rows as as_rows

    if output_format == "table":
        _print_text(explained, line_no, day)
    elif day is not None:
        emit(as_rows.vehicle_rows(explained, day), as_rows.VEHICLE_COLUMNS, output_format)
    elif line_no is not None:
        emit(as_rows.day_rows(explained, line_no), as_rows.DAY_COLUMNS, output_format)
    elif output_format == "json":
        rows = as_rows.whole(explained)
        emit([rows], list(rows), output_format)
    else:
        emit(as_rows.line_rows(explained), as_rows.LINE_COLUMNS, output_format)


def _print_text(explained: "Explanation", line_no: int | None, day: date | None) -> None:
    from pipelines.audit import text as as_text

    if day is not None:
        show("\n".join(as_text.day_text(explained, day)))
        _table(as_text.vehicle_table(explained, day), VEHICLES)
    elif line_no is not None:
        show("\n".join([*as_text.header(explained.frozen), "", *as_text.line_text(explained, line_no)]))
        _table(as_text.day_table(explained, line_no), DAYS)
    else:
        show(as_text.whole_text(explained))


def _table(rows: "list[as_rows.Row]", view: View) -> None:
    """Rows below the text; none where the text has said why there are none. A column that is empty in all of them is left out."""
    if rows:
        filled = [column for column in view.columns if any(row.get(column) for row in rows)]
        click.echo()
        emit(rows, filled, "table", replace(view, columns=filled))
