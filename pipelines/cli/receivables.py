"""`fleetbill payments`, `ageing`, `statement`, `dunning`, `access`: money in, who owes what, and whom we block for it."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import click

from pipelines.cli.output import DATE, View, author_options, authorship, client_option, dealer_option, emit, format_option, say, settings
from pipelines.clock import now
from pipelines.errors import BadInput, Refused
from pipelines.wording.russian import NO_WORD

IMPORT_COLUMNS = ("file", "organizations", "data_until", "payments", "known", "matched", "settled", "unmatched")
PAYMENTS_VIEW = View(
    ("payment_id", "source", "paid_on", "amount", "payer_inn", "client", "purpose", "matched", "advance"),
    ("payment_id", "paid_on", "client", "amount", "matched", "advance"),
    ("amount", "matched", "advance"),
)
UNMATCHED_VIEW = View(
    ("payment_id", "source", "paid_on", "amount", "payer_inn", "client", "purpose", "matched", "advance"),
    ("payment_id", "paid_on", "amount", "payer_inn", "purpose"),
    ("amount", "matched", "advance"),
)
_BUCKETS = ("not_due", "0", "1-30", "31-60", "61-90", "90+", "total")
AGEING_VIEW = View(("client", "organization_code", *_BUCKETS), totals=_BUCKETS)
DUNNING_VIEW = View(
    ("client", "organization_code", "action", "debt", "due_on", "reason", "accounts", "parts"),
    ("client", "action", "debt", "reason"),
    ("debt",),
    is_russian=True,
)
ACCESS_VIEW = View(
    (
        "client", "organization_code", "platform", "account_id", "since", "debt", "reason", "order_no", "state", "approved_by",
        "share_links", "sub_users", "vehicles", "lifted_at", "lifted_by", "explanation",
    ),
    ("client", "platform", "account_id", "debt", "explanation"),
    is_russian=True,
)  # fmt: skip


@click.group(invoke_without_command=True)
@click.option("--unmatched", is_flag=True, help="Only payments of which something is nobody's.")
@client_option
@click.option("--from", "first", type=DATE, default=None, help="Only payments of this day or later.")
@format_option
@click.pass_context
def payments(context: click.Context, client: str | None, first: date | None, *, unmatched: bool, output_format: str) -> None:
    """Payments: what each of them paid, and what of it is an advance. `payments import FILE` reads a bank's statement."""
    if context.invoked_subcommand is not None:
        return
    from pipelines.receivables.listing import PAYMENT_COLUMNS
    from pipelines.receivables.listing import payments as listed

    listed_now = listed(settings(), unmatched_only=unmatched, client_code=client, first=first)
    emit(listed_now, PAYMENT_COLUMNS, output_format, UNMATCHED_VIEW if unmatched else PAYMENTS_VIEW)


@payments.command("import", short_help="Import a bank's statement: every payment once, matched.")
@click.argument("file", type=click.Path(path_type=Path))
@format_option
def import_file(file: Path, output_format: str) -> None:
    """Import a bank's statement (1CClientBankExchange): every payment once, matched. Access of who has paid comes back at once."""
    from pipelines.access.restore import restore
    from pipelines.documents.finance_workbook import renew_reports
    from pipelines.receivables.importing import import_payments

    if not file.exists() or file.is_dir():
        raise BadInput.one("FILE", f"there is no file {str(file)!r}")
    configured, at = settings(), now()
    done = import_payments(configured, file, at)
    emit([{column: getattr(done, column) for column in IMPORT_COLUMNS}], IMPORT_COLUMNS, output_format)
    for reason, count in done.skipped.items():
        say(f"skipped {count}: {reason}")
    for notice in done.notices:
        say(f"notice: {notice}")
    restored = restore(configured, at)
    for line in restored.lines:
        say(line)
    for month in renew_reports(configured, at):
        say(f"the workbook of {month} is written anew")
    refuse_unwritten(restored.refused)


@payments.command("opening", short_help="Opening balances at go-live, from a CSV file, once.")
@click.argument("file", type=click.Path(path_type=Path))
@author_options()
def import_opening_balances(file: Path, by: str, reason: str) -> None:
    """Opening balances at go-live: organization_code, client_code, contract_no (may be empty), date, amount.

    Above zero the client owed at the end of that day, below zero it had paid ahead. A debt with the column due_on is asked for as an
    invoice is, the ladder beginning anew; without it, it stands in the statement alone. All of the file or nothing; again: nothing.
    """
    from pipelines.receivables.opening import import_opening

    done = import_opening(settings(), file, authorship(by, reason))
    say(f"opening balances: {done.stored} stored, {done.known} known")


@payments.command(short_help="A person's word: which payment money that left gives back.")
@click.argument("payment_id")
@click.option("--of", "given_back", metavar="PAYMENT_ID", help="The payment that it gives back, whole or in part.")
@click.option("--none", "is_none", is_flag=True, help="It is no refund.")
@author_options()
def refund(payment_id: str, given_back: str | None, by: str, reason: str, *, is_none: bool) -> None:
    """A person's word on an outgoing payment among the unmatched: it gives that payment back, or it is no refund."""
    from pipelines.receivables.refund_words import rule_on_refund

    if is_none == (given_back is not None):
        raise BadInput.one("--of", "give the payment with --of, or say --none")
    rule_on_refund(settings(), payment_id, given_back, authorship(by, reason))
    say(f"{payment_id} is no refund" if given_back is None else f"{payment_id} gives {given_back} back")


@payments.command("same", short_help="A person's word on two payments of different sources that may be one.")
@click.argument("payment_id")
@click.argument("other_id")
@click.option("--no", "is_different", is_flag=True, help="They are two payments.")
@author_options()
def rule_on_same(payment_id: str, other_id: str, by: str, reason: str, *, is_different: bool) -> None:
    """A person's word on a finding `doubtful_payment`: the two are one payment, and the first is taken back; or they are two (--no)."""
    from pipelines.access.restore import restore
    from pipelines.receivables.telling_words import rule_on_pair

    configured, author = settings(), authorship(by, reason)
    rule_on_pair(configured, payment_id, other_id, author, is_same=not is_different)
    say(f"{payment_id} and {other_id} are {'two payments' if is_different else 'one payment'}")
    refuse_unwritten(restore(configured, author.at).refused)


@click.command()
@click.option("--date", "day", type=DATE, required=True, help="The day on which the debts are looked at.")
@client_option
@dealer_option
@click.option("--overdue", is_flag=True, help="Only clients with a debt past due.")
@format_option
def ageing(day: date, client: str | None, dealer: str | None, *, overdue: bool, output_format: str) -> None:
    """Open debt by days past due, from what was issued and paid by that day."""
    from pipelines.receivables.listing import AGEING_COLUMNS
    from pipelines.receivables.listing import ageing as listed

    emit(listed(settings(), day, client_code=client, dealer=dealer, is_overdue=overdue), AGEING_COLUMNS, output_format, AGEING_VIEW)


@click.command()
@click.option("--client", required=True, metavar="C", help="The client's code.")
@click.option("--from", "first", type=DATE, required=True, help="First day.")
@click.option("--to", "last", type=DATE, required=True, help="Last day.")
@click.option("--organization", metavar="CODE", help="Only the account with this organization.")
@click.option("--pdf", type=click.Path(path_type=Path, dir_okay=False), help="Also write it as a document; one organization at a time.")
@click.option("--send", is_flag=True, help="Also queue a letter with the document to the client, from each organization.")
@format_option
def statement(client: str, first: date, last: date, organization: str | None, pdf: Path | None, *, send: bool, output_format: str) -> None:
    """A client's statement of account (акт сверки), per organization: acts, corrections, payments, refunds.

    Balances above zero are the client's debt. An unpaid invoice for a service to come is no debt here; `ageing` shows invoices.
    """
    from pipelines.receivables.account import STATEMENT_COLUMNS
    from pipelines.receivables.reconciliation import statement_of_account, two_views

    configured = settings()
    accounts = statement_of_account(configured, client, first, last)
    known = ", ".join(account.organization_code for account in accounts)
    if organization is not None:
        accounts = [account for account in accounts if account.organization_code == organization]
        if not accounts:
            raise BadInput.one("--organization", f"{client} has no account with {organization!r}, only with {known}")
    if pdf is not None:
        if len(accounts) > 1:
            raise BadInput.one("--pdf", f"one document per organization; choose one with --organization ({known})")
        from pipelines.documents.pdf import render_document
        from pipelines.files import write_whole
        from pipelines.receivables.reconciliation import document

        write_whole(pdf, render_document(document(configured, client, accounts[0])))
    emit(
        [row for account in accounts for row in account.rows()], STATEMENT_COLUMNS, output_format, View(STATEMENT_COLUMNS, is_russian=True)
    )
    for account in accounts:
        say(f"{account.organization_code}: {two_views(account)}")
    if send:
        from pipelines.receivables import reconciliation

        for account in accounts:
            queued = reconciliation.send(configured, client, account, now())
            say(f"{account.organization_code}: {'queued' if queued else 'this very statement was queued before'}")


@click.command()
@click.option("--date", "day", type=DATE, required=True, help="The day of the ladder.")
@click.option("--dry-run", is_flag=True, help="Show whom it would block, restore, remind or leave, and why; store nothing.")
@click.option("--approve-by", metavar="NAME", help="Block more clients than the share allows, in the name of this person.")
@click.option("--reason", default=NO_WORD, show_default=True, metavar="TEXT", help="A word of the approver.")
@format_option
def dunning(day: date, *, dry_run: bool, approve_by: str | None, reason: str, output_format: str) -> None:
    """The overdue ladder of a date: whom to block, whom to let in again, whom to remind; block lists are written complete."""
    from pipelines.access.dunning import COLUMNS
    from pipelines.access.dunning import dunning as taken

    if approve_by is not None and not approve_by.strip():
        raise BadInput.one("--approve-by", "must not be empty")
    approver = authorship(approve_by, reason) if approve_by else None
    done = taken(settings(), day, now(), dry_run=dry_run, approver=approver)
    emit([{column: getattr(row, column) for column in COLUMNS} for row in done.rows], COLUMNS, output_format, DUNNING_VIEW)
    counts = ", ".join(f"{done.count(action)} {action}" for action in ("block", "restore", "withheld"))
    say(f"{'dry run of' if dry_run else 'ladder of'} {day}: {counts} (clients)")
    _say_stopped()
    refuse_unwritten(done.refused)


@click.group(invoke_without_command=True)
@click.option("--client", metavar="C", help="Only this client.")
@format_option
@click.pass_context
def access(context: click.Context, client: str | None, output_format: str) -> None:
    """What we block now and why. `access promise` takes a client's word that it pays, `access reblock` a person's on a lifted block."""
    if context.invoked_subcommand is not None:
        return
    from pipelines.access.listing import COLUMNS, blocked

    emit(blocked(settings(), client), COLUMNS, output_format, ACCESS_VIEW)
    _say_stopped()


@access.command("promise", short_help="A promise of payment: until its day the client is not blocked.")
@click.option("--client", required=True, metavar="C", help="The client's code.")
@click.option("--until", type=DATE, required=True, help="Last day of the promise.")
@click.option("--organization", metavar="CODE", help="Only for this organization; default: all that the client has contracts with.")
@author_options()
def promise_payment(client: str, until: date, organization: str | None, by: str, reason: str) -> None:
    """A promise of payment: until its day the client is not blocked; if it is blocked by us, access comes back at once."""
    from pipelines.access.promises import promise
    from pipelines.access.restore import restore

    configured, author = settings(), authorship(by, reason)
    for code in promise(configured, client, until, author, organization):
        say(f"{client} of {code}: not blocked until {until}")
    restored = restore(configured, author.at)
    for line in restored.lines:
        say(line)
    refuse_unwritten(restored.refused)


@access.command("stop", short_help="End all blocking at once, until a person resumes it.")
@click.option("--release", is_flag=True, help="Give back as well what we block now.")
@author_options()
def stop_blocking(*, release: bool, by: str, reason: str) -> None:
    """End all blocking at once: no ladder and no waiting order disconnects anybody until `access resume`; access comes back as ever.

    Who is disconnected now stays so until the debt is paid; with --release everybody gets access back.
    """
    from pipelines.access.restore import restore
    from pipelines.access.stop import stop

    configured, author = settings(), authorship(by, reason)
    say("blocking is stopped" if stop(configured, author, release=release) else "blocking was stopped already")
    if release:
        restored = restore(configured, author.at)
        for line in restored.lines:
            say(line)
        refuse_unwritten(restored.refused)


@access.command("resume", short_help="Blocking goes on with the next ladder.")
@author_options()
def resume_blocking(by: str, reason: str) -> None:
    """Lift the stop of all blocking: the next ladder blocks who owes by then."""
    from pipelines.access.stop import resume

    resume(settings(), authorship(by, reason))
    say("blocking goes on with the next ladder")


@access.command("reblock", short_help="A person's word: what somebody else has lifted is blocked again.")
@click.option("--client", required=True, metavar="C", help="The client's code.")
@author_options()
def block_again(client: str, by: str, reason: str) -> None:
    """Block again the accounts of a client whose block somebody else has lifted: a dealer, or a form that was open in a browser.

    By machine that is done only when another debt comes to its block.
    """
    from pipelines.access.reblock import reblock

    done = reblock(settings(), client, authorship(by, reason))
    for line in done.lines:
        say(line)
    refuse_unwritten(done.refused)


def _say_stopped() -> None:
    """That a person has stopped all blocking, where that is so."""
    from pipelines.access.stop import stopped
    from pipelines.master import house_clock
    from pipelines.warehouse.engine import reading

    with reading(settings()) as connection:
        halt, zone = stopped(connection), house_clock.zone(connection)
    if halt:
        say(f"all blocking is stopped by {halt.in_words(zone)} (fleetbill access resume)")


class PlatformsNotWritten(Refused):
    """Orders stand, but their platforms could not be written; the next run carries them out."""


def refuse_unwritten(refused: Mapping[str, str]) -> None:
    """PlatformsNotWritten names every platform that could not be written."""
    if refused:
        named = "; ".join(f"{platform}: {why}" for platform, why in sorted(refused.items()))
        raise PlatformsNotWritten(f"platforms that could not be written ({named}); their orders stand, the next run carries them out")
