"""`fleetbill close`, `invoices`, `report`: a month from drafts to the workbook."""

from datetime import date
from typing import TYPE_CHECKING

import click

from pipelines.cli.approval_options import ApprovalWord, say_who_is_missing, word_options
from pipelines.cli.output import DATE, MONTH, View, client_option, contract_option, emit, format_option, heading, interactive, say, settings
from pipelines.cli.parked import print_parked, say_not_over
from pipelines.clock import now
from pipelines.period import Month

if TYPE_CHECKING:
    from pipelines.billing.run import ToldRun
    from pipelines.runs.draft_to_issue import RunOutcome

INVOICES_VIEW = View(
    ("number", "kind", "status", "contract_no", "client", "period", "issued_on", "due_on", "net", "vat", "total", "paid"),
    ("number", "kind", "status", "contract_no", "client", "period", "due_on", "total", "paid"),
    ("net", "vat", "total", "paid"),
)
LINES_VIEW = View(
    ("number", "line_no", "component", "segment_from", "segment_to", "quantity", "price", "share", "net", "vat_rate", "vat", "total"),
    ("number", "line_no", "component", "quantity", "price", "net", "total"),
    ("net", "vat", "total"),
)
KINDS = click.Choice(["advance", "corrective", "monthly", "adjustment"])


@click.command()
@click.option("--month", type=MONTH, required=True, help="The month to close.")
@word_options
@click.option("--issue-date", type=DATE, help="Date of the invoices; default: today in the organization's time zone.")
@format_option
def close(month: Month, word: ApprovalWord, issue_date: date | None, output_format: str) -> None:
    """Draft a month; with --approve-by: issue it, print documents, write the 1C message and the workbook.

    Contracts that cannot be billed correctly are parked with the reason, and the others go on. Run it again at any time:
    nothing is billed twice, and what was interrupted is completed.
    """
    from pipelines.runs.close import close as close_month

    person = word.approver()
    if word.refused(month, "close"):
        return
    at = now()
    shown = (lambda step: say(f"{month}: {step} …")) if interactive() else (lambda _: None)
    done = close_month(settings(), month, approver=person, issued_on=issue_date, at=at, hold=word.hold, meant=word.meant, progress=shown)
    say_not_over(settings(), month, at)
    _print(done, output_format)
    if done.approval:
        say_who_is_missing(done.approval, f"close --month {month}")


@click.command()
@click.option("--month", type=MONTH, help="Only this month.")
@click.option("--kind", type=KINDS, metavar="KIND", help=f"Only this kind: {', '.join(KINDS.choices)}.")
@client_option
@contract_option
@click.option("--from", "first", type=DATE, default=None, help="Only what was issued on this day or later.")
@click.option("--overdue", is_flag=True, help="Only what is past due today and not paid whole.")
@click.option("--lines", is_flag=True, help="One row per line instead of one per invoice.")
@format_option
def invoices(  # noqa: PLR0913 - one parameter per option
    month: Month | None,
    kind: str | None,
    client: str | None,
    contract: str | None,
    first: date | None,
    *,
    overdue: bool,
    lines: bool,
    output_format: str,
) -> None:
    """Invoices of a month or of all (drafts have no number yet), or their lines."""
    from pipelines.billing import listing

    if lines and overdue:
        raise click.UsageError("--overdue chooses invoices; leave --lines out")
    chosen = listing.Chosen(client, contract, first, now().date() if overdue else None)
    if lines:
        emit(listing.invoice_lines(settings(), month, kind, chosen), listing.LINE_COLUMNS, output_format, LINES_VIEW)
    else:
        emit(listing.invoices(settings(), month, kind, chosen), listing.INVOICE_COLUMNS, output_format, INVOICES_VIEW)


@click.command()
@click.option("--month", type=MONTH, required=True, help="The month to report.")
@click.option("--date", "on", type=DATE, help="Debts and payments as of this day; default: today in the organization's time zone.")
def report(month: Month, on: date | None) -> None:
    """Write the finance workbook of a month and print where it is."""
    from pipelines.documents.finance_workbook import write_report

    click.echo(write_report(settings(), month, now(), on))


def _print(done: "RunOutcome", output_format: str) -> None:
    prepared = done.prepared
    summary = {
        "month": prepared.month,
        "status": "issued" if done.issued or done.is_over else "draft",
        "invoices": done.issued.invoices if done.issued else len(prepared.drafts),
        "net": prepared.amounts.net,
        "vat": prepared.amounts.vat,
        "total": prepared.amounts.total,
        "nothing_to_bill": len(prepared.nothing),
        "parked": len(prepared.parked),
    }
    written = {"documents": done.documents, "onec_message": done.message, "workbook": done.workbook} if done.issued else {}
    if output_format == "json":
        parked = [{"contract_no": each.contract_no, "reason": each.reason, "detail": each.detail} for each in prepared.parked]
        emit([{**summary, **written, "parked_contracts": parked}], [*summary, *written, "parked_contracts"], output_format)
        return
    emit([summary], list(summary), output_format)
    _print_parked(prepared, output_format)
    if done.is_over:
        say(f"{prepared.month} is issued: nothing is left to bill")
    elif not done.issued and not prepared.drafts:
        say(f"nothing to approve in {prepared.month}: no contract is left that can be billed")
    elif not done.issued and not done.approval:
        say(f"drafts only: `fleetbill review --month {prepared.month}` shows them to whoever approves;")
        say(f"`fleetbill close --month {prepared.month} --approve-by NAME` issues them")
    elif done.issued and output_format == "table":
        click.echo(f"\ndocuments: {done.documents} new\n1C message: {done.message or 'nothing new to send'}\nworkbook: {done.workbook}")


def _print_parked(prepared: "ToldRun", output_format: str) -> None:
    if prepared.parked and output_format == "table":
        heading("parked:")
        print_parked(prepared.parked)
