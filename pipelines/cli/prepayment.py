"""`fleetbill prepay`, `watch`, `correct`: what is billed ahead, and what is put right afterwards."""

from datetime import date
from typing import TYPE_CHECKING

import click

from pipelines.cli.approval_options import ApprovalWord, say_who_is_missing, word_options
from pipelines.cli.output import DATE, MONTH, View, contract_option, emit, format_option, say, settings
from pipelines.cli.parked import say_parked
from pipelines.clock import now
from pipelines.errors import Refused
from pipelines.period import Month

if TYPE_CHECKING:
    from pipelines.billing.run import ToldRun
    from pipelines.runs.draft_to_issue import RunOutcome

COLUMNS = ("contract_no", "client_code", "kind", "cause", "net", "vat", "total")
VIEW = View(("contract_no", "client", "kind", "cause", "net", "vat", "total"), totals=("net", "vat", "total"))


class WaitsForAPerson(Refused):
    """The run is beyond the declared bounds: drafted, not issued."""


@click.command()
@click.option("--month", type=MONTH, required=True, help="The month to bill ahead.")
@word_options
@click.option("--issue-date", type=DATE, help="Date of the invoices; default: today in the organization's time zone.")
@format_option
def prepay(month: Month, word: ApprovalWord, issue_date: date | None, output_format: str) -> None:
    """Issue the advance invoices of a month. Within the declared bounds no person is needed; beyond them the run waits."""
    from pipelines.runs.prepay import prepay as prepay_month

    person = word.approver()
    if word.refused(month, "prepay"):
        return
    done = prepay_month(settings(), month, approver=person, issued_on=issue_date, at=now(), hold=word.hold, meant=word.meant)
    _show(done.prepared, output_format)
    _stop_if_waiting(done, f"prepay --month {month}")


@click.command()
@click.option("--date", "day", type=DATE, required=True, help="The day whose limits are checked.")
@word_options
@click.option("--issue-date", type=DATE, help="Date of the invoices; default: today in the organization's time zone.")
@format_option
def watch(day: date, word: ApprovalWord, issue_date: date | None, output_format: str) -> None:
    """Check the prepaid limits of a day and issue corrective invoices. Days may be watched late, again, or out of order."""
    from pipelines.runs.watch import watch as watch_day

    person = word.approver()
    if word.refused(Month.of(day), "watch"):
        return
    done = watch_day(settings(), day, approver=person, issued_on=issue_date, at=now(), hold=word.hold, meant=word.meant)
    _show(done.prepared, output_format)
    _stop_if_waiting(done, f"watch --date {day}")


@click.command()
@click.option("--month", type=MONTH, required=True, help="A closed month.")
@contract_option
@word_options
@click.option("--issue-date", type=DATE, help="Date of the adjustments; default: today in the organization's time zone.")
@format_option
def correct(month: Month, contract: str | None, word: ApprovalWord, issue_date: date | None, output_format: str) -> None:
    """Adjustments of a closed month: today's facts against everything issued for it. Issued invoices stay as they are."""
    from pipelines.runs.correct import correct as correct_month

    person = word.approver()
    if word.refused(month, "correct"):
        return
    done = correct_month(
        settings(), month, contract_no=contract, approver=person, issued_on=issue_date, at=now(), hold=word.hold, meant=word.meant
    )
    _show(done.prepared, output_format)
    if done.approval:
        say_who_is_missing(done.approval, f"correct --month {month}" + (f" --contract {contract}" if contract else ""))
    elif done.issued is None and done.prepared.drafts:
        say(f"drafts only: `fleetbill correct --month {month} --approve-by NAME` issues them")


def _show(prepared: "ToldRun", output_format: str) -> None:
    rows = [
        {
            "contract_no": draft.contract_no,
            "client_code": draft.client_code,
            "kind": draft.kind,
            "cause": draft.cause,
            "net": draft.amounts.net,
            "vat": draft.amounts.vat,
            "total": draft.amounts.total,
        }
        for draft in prepared.drafts
    ]
    emit(rows, COLUMNS, output_format, VIEW)
    if output_format == "table":
        say_parked(prepared.parked)
        return
    for each in prepared.parked:  # scripts read of each
        say(f"parked {each.contract_no}: {each.detail}")


def _stop_if_waiting(done: "RunOutcome", command: str) -> None:
    if done.approval:
        say_who_is_missing(done.approval, command)
    if done.waiting:
        said = "; ".join(reason.english for reason in done.waiting)
        raise WaitsForAPerson(
            f"beyond the bounds of an unattended run ({said}): drafted; `fleetbill {command} --approve-by NAME` issues it"
        )
