"""`fleetbill explain`: from an issued invoice down to lines, days, vehicles and snapshot digests."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.cli.output import DATE, emit, format_option, say, settings, show

if TYPE_CHECKING:
    from pipelines.audit import rows as as_rows
    from pipelines.audit.model import Explanation


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


def _print(found: "Explanation", line_no: int | None, day: date | None, output_format: str) -> None:
    from pipelines.audit import rows as as_rows
    from pipelines.audit import text as as_text

    is_table = output_format == "table"
    if day is not None:
        if is_table:
            show("\n".join(as_text.day_text(found, day)))
        columns = as_rows.VEHICLE_COLUMNS
        _rows(as_rows.vehicle_rows(found, day), columns[2:-1] if is_table else columns, output_format)
    elif line_no is not None:
        if is_table:
            show("\n".join([*as_text.header(found.frozen), "", *as_text.line_text(found, line_no)]))
        day_columns = as_rows.DAY_COLUMNS
        _rows(as_rows.day_rows(found, line_no), day_columns[2:] if is_table else day_columns, output_format)
    elif is_table:
        show(as_text.whole_text(found))
    elif output_format == "json":
        rows = as_rows.whole(found)
        emit([rows], list(rows), output_format)
    else:
        emit(as_rows.line_rows(found), as_rows.LINE_COLUMNS, output_format)


def _rows(rows: "list[as_rows.Row]", columns: tuple[str, ...], output_format: str) -> None:
    """Rows below the text of a table; none where the text has said why there are none."""
    if output_format != "table":
        emit(rows, columns, output_format)
    elif rows:
        click.echo()
        emit([{**row, "meters": _meters(row.get("meters"))} for row in rows], columns, output_format)


def _meters(amounts: Mapping[str, str] | None) -> str:
    """``sms 3, video_gb 0.5``; meters that stood still are left out."""
    return ", ".join(f"{name} {amount}" for name, amount in (amounts or {}).items() if amount != "0")
