"""`fleetbill payments`, `ageing`, `statement`: money in, and who owes what."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from pipelines.cli.output import DATE, View, author_options, authorship, client_option, dealer_option, emit, format_option, say, settings
from pipelines.cli.platform_writes import give_access_back
from pipelines.clock import now
from pipelines.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipelines.receivables.reallocation import Wish
    from pipelines.reports.ageing import Grouping

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
STORY_VIEW = View(("at", "what", "subject", "amount", "why", "by_name"))
_BUCKETS = ("not_due", "0", "1-30", "31-60", "61-90", "90+", "total")
AGEING_VIEW = View(("client", "organization_code", *_BUCKETS), totals=_BUCKETS)
_AGEING_NARROW = ("not_due", "total", "overdue", "share")
_GROUP_SUMS = ("invoices", *_BUCKETS, "overdue")


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
    from pipelines.receivables.listing import PAYMENT_COLUMNS, offered
    from pipelines.receivables.listing import payments as listed

    listed_now = listed(settings(), unmatched_only=unmatched, client_code=client, first=first)
    if not unmatched:
        emit(listed_now, PAYMENT_COLUMNS, output_format, PAYMENTS_VIEW)
        return
    may_pay = offered(settings(), (row["payment_id"] for row in listed_now))
    rows = [{**row, "offers": may_pay.get(row["payment_id"], [])} for row in listed_now]
    emit(rows, (*PAYMENT_COLUMNS, "offers"), output_format, UNMATCHED_VIEW)
    _say_offers(may_pay)


@payments.command("import", short_help="Import a bank's statement: every payment once, matched.")
@click.argument("file", type=click.Path(path_type=Path))
@format_option
def import_file(file: Path, output_format: str) -> None:
    """Import a bank's statement (1CClientBankExchange): every payment once, matched. Access of who has paid comes back at once."""
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
    give_access_back(configured, at, renew=True)


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


@payments.command("show", short_help="What happened to a payment: what it pays, by which rule or whose word.")
@click.argument("payment_id")
@format_option
def show_payment(payment_id: str, output_format: str) -> None:
    """What happened to a payment, in its order: it came, a person spoke of it, it pays an invoice or pays it no longer, and why."""
    from pipelines.receivables.listing import STORY_COLUMNS, offered, payment_story

    emit(payment_story(settings(), payment_id), STORY_COLUMNS, output_format, STORY_VIEW)
    _say_offers(offered(settings(), [payment_id]))


def _say_offers(may_pay: "Mapping[str, Sequence[str]]") -> None:
    """For each payment, the invoices that it may be meant for."""
    for payment_id, lines in may_pay.items():
        say(f"{payment_id} может оплачивать:")
        for line in lines:
            say(f"  {line}")


@payments.command("undo", short_help="Take back a person's word: the rules decide again what a payment pays.")
@click.argument("payment_id")
@click.option("--over", is_flag=True, help="Take back also what another person has said of it.")
@author_options()
def undo_allocation(payment_id: str, by: str, reason: str, *, over: bool) -> None:
    """Take back a person's word on what a payment pays: the rules are asked again, as on the day it came."""
    from pipelines.receivables.allocation_words import undo

    configured, author = settings(), authorship(by, reason)
    done = undo(configured, payment_id, author, over=over)
    for number, change in done.changes.items():
        say(f"{payment_id} paid {number} by a person's word: {-change:.2f}")
    say(f"the rules decide again what {payment_id} pays; `fleetbill payments show {payment_id}` tells")
    give_access_back(configured, author.at, renew=True)


@payments.command("allocate", short_help="A person's word: which invoices a payment pays.")
@click.argument("payment_id")
@click.option("--to", "wished", multiple=True, metavar="NUMBER[=AMOUNT]", help="An invoice that it pays, in this order; several times.")
@click.option("--free", "is_free", is_flag=True, help="It pays nothing, and no rule is asked again.")
@click.option("--over", is_flag=True, help="Replace what another person has said of it.")
@author_options()
def allocate_payment(payment_id: str, wished: tuple[str, ...], by: str, reason: str, *, is_free: bool, over: bool) -> None:
    """A person's word on what a payment pays, whatever it paid before. Without AMOUNT: as much as is open of the invoice.

    What is left of it pays the oldest debts of their client. Access comes back to whom it clears.
    """
    from pipelines.receivables.allocation_words import allocate, set_free

    if is_free == bool(wished):
        raise BadInput.one("--to", "name the invoices with --to, or say --free")
    configured, author = settings(), authorship(by, reason)
    wishes = [] if is_free else [_wish(each) for each in wished]
    done = set_free(configured, payment_id, author, over=over) if is_free else allocate(configured, payment_id, wishes, author, over=over)
    for number, amount in done.pays.items():
        say(f"{payment_id} pays {number}: {amount:.2f}")
    for number, change in done.changes.items():
        if number not in done.pays:
            say(f"{payment_id} pays {number} no longer: {-change:.2f}")
    if done.free:
        whose = "nobody's" if is_free else "an advance, for the oldest debts"
        say(f"{done.free:.2f} of it is {whose}")
    give_access_back(configured, author.at, renew=True)


def _wish(text: str) -> "Wish":
    """One invoice with its amount; BadInput for what is no amount above zero."""

    from pipelines.receivables.bank_document import amount
    from pipelines.receivables.reallocation import Wish

    number, equals, written = text.rpartition("=")
    if not equals:
        return Wish(text.strip())
    value = amount(written.strip())
    if not value:
        raise BadInput.one("--to", f"{written!r} is no amount in roubles and kopecks above zero")
    return Wish(number.strip(), value)


@payments.command("same", short_help="A person's word on two payments of different sources that may be one.")
@click.argument("payment_id")
@click.argument("other_id")
@click.option("--no", "is_different", is_flag=True, help="They are two payments.")
@author_options()
def rule_on_same(payment_id: str, other_id: str, by: str, reason: str, *, is_different: bool) -> None:
    """A person's word on a finding `doubtful_payment`: the two are one payment, and the first is taken back; or they are two (--no)."""
    from pipelines.receivables.telling_words import rule_on_pair

    configured, author = settings(), authorship(by, reason)
    rule_on_pair(configured, payment_id, other_id, author, is_same=not is_different)
    say(f"{payment_id} and {other_id} are {'two payments' if is_different else 'one payment'}")
    give_access_back(configured, author.at)


@click.command()
@click.option("--date", "day", type=DATE, required=True, help="The day on which the debts are looked at.")
@click.option(
    "--by",
    type=click.Choice(["client", "organization", "dealer", "manager"]),
    default="client",
    show_default=True,
    help="A line for each what.",
)
@client_option
@dealer_option
@click.option("--overdue", is_flag=True, help="Only who has a debt past due.")
@format_option
def ageing(day: date, by: str, client: str | None, dealer: str | None, *, overdue: bool, output_format: str) -> None:
    """Open debt by days past due, from what was issued and paid by that day.

    By organization, dealer or manager also how many clients and invoices, what is overdue, and its share of the debt in percent;
    a dealer's are the clients right under it.
    """
    from pipelines.receivables.listing import AGEING_COLUMNS, ageing_by
    from pipelines.receivables.listing import ageing as listed

    if by == "client":
        emit(listed(settings(), day, client_code=client, dealer=dealer, is_overdue=overdue), AGEING_COLUMNS, output_format, AGEING_VIEW)
        return
    from pipelines.reports.ageing import GROUP_COLUMNS

    groups = ageing_by(settings(), day, cast("Grouping", by), client_code=client, dealer=dealer, is_overdue=overdue)
    code = by if by == "manager" else f"{by}_code"
    rows = [{code: group["code"], **group} for group in groups]
    emit(rows, (code, *GROUP_COLUMNS), output_format, View((code, *GROUP_COLUMNS), (code, "clients", *_AGEING_NARROW), _GROUP_SUMS))


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
