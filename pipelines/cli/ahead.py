"""`fleetbill prepay`, `watch`, `correct`: what is billed ahead, and what is put right afterwards."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import click

from pipelines.cli.output import DATE, MONTH, authorship, emit, format_option, say, settings
from pipelines.clock import Authorship, now
from pipelines.errors import BadInput, Refused
from pipelines.period import Month

if TYPE_CHECKING:
    from pipelines.billing.drafts import Prepared

COLUMNS = ("contract_no", "client_code", "kind", "cause", "net", "vat", "total")


class WaitsForAPerson(Refused):
    """The run is beyond the declared bounds: drafted, not issued."""


@click.command()
@click.option("--month", type=MONTH, required=True, help="The month to bill ahead.")
@click.option("--approve-by", metavar="NAME", help="Issue in the name of this person, also beyond the bounds.")
@click.option("--issue-date", type=DATE, help="Date of the invoices; default: today in the organization's time zone.")
@format_option
def prepay(month: Month, approve_by: str | None, issue_date: date | None, output_format: str) -> None:
    """Issue the advance invoices of a month. Within the declared bounds no person is needed; beyond them the run waits."""
    from pipelines.billing.ahead import prepay as prepay_month

    done = prepay_month(settings(), month, approver=_approver(approve_by), issued_on=issue_date, at=now())
    _show(done.prepared, output_format)
    _stop_if_waiting(done.waiting, f"prepay --month {month}")


@click.command()
@click.option("--date", "day", type=DATE, required=True, help="The day whose limits are checked.")
@click.option("--approve-by", metavar="NAME", help="Issue in the name of this person, also beyond the bounds.")
@click.option("--issue-date", type=DATE, help="Date of the invoices; default: today in the organization's time zone.")
@format_option
def watch(day: date, approve_by: str | None, issue_date: date | None, output_format: str) -> None:
    """Check the prepaid limits of a day and issue corrective invoices. Days may be watched late, again, or out of order."""
    from pipelines.billing.ahead import watch as watch_day

    done = watch_day(settings(), day, approver=_approver(approve_by), issued_on=issue_date, at=now())
    _show(done.prepared, output_format)
    _stop_if_waiting(done.waiting, f"watch --date {day}")


@click.command()
@click.option("--month", type=MONTH, required=True, help="A closed month.")
@click.option("--contract", help="Only this contract.")
@click.option("--approve-by", metavar="NAME", help="Issue the adjustments in the name of this person; without it the run stops at drafts.")
@click.option("--reason", default="approved at the command line", help="A word of the approver; kept with the approval.")
@click.option("--issue-date", type=DATE, help="Date of the adjustments; default: today in the organization's time zone.")
@format_option
def correct(month: Month, contract: str | None, approve_by: str | None, reason: str, issue_date: date | None, output_format: str) -> None:
    """Adjustments of a closed month: today's facts against everything issued for it. Issued invoices stay as they are."""
    from pipelines.billing.correct import correct as correct_month

    approver = _approver(approve_by, reason)
    done = correct_month(settings(), month, contract_no=contract, approver=approver, issued_on=issue_date, at=now())
    _show(done.prepared, output_format)
    if done.issued is None and done.prepared.drafts:
        say(f"drafts only: `fleetbill correct --month {month} --approve-by NAME` issues them")


def _approver(name: str | None, reason: str = "approved at the command line") -> Authorship | None:
    if name is not None and not name.strip():
        raise BadInput.one("--approve-by", "must not be empty")
    return authorship(name, reason) if name else None


def _show(prepared: "Prepared", output_format: str) -> None:
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
    emit(rows, COLUMNS, output_format)
    for each in prepared.parked:
        say(f"parked {each.contract_no}: {each.detail}")


def _stop_if_waiting(waiting: Sequence[str], command: str) -> None:
    if waiting:
        said = "; ".join(waiting)
        raise WaitsForAPerson(
            f"beyond the bounds of an unattended run ({said}): drafted; `fleetbill {command} --approve-by NAME` issues it"
        )
