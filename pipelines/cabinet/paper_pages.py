"""Pages of what was issued and paid: invoices, acts, the акт сверки, payments."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from pipelines.cabinet import agreed, clients, debts, papers, payments
from pipelines.cabinet.chosen import PageNo, Whose, local_today
from pipelines.errors import BadInput
from pipelines.period import Month
from pipelines.receivables.account import ClientAccount
from pipelines.receivables.reconciliation import statement_of_account

router = APIRouter()
OLDEST, NEWEST = date(2000, 1, 1), date(2099, 12, 31)


@router.get("/invoices")
def invoices(whose: Whose, page: PageNo = 1, only_open: Annotated[bool, Query(alias="open")] = False) -> Response:  # noqa: FBT002
    """Issued invoices and corrections, newest first."""
    known, codes = whose.known, list(whose.codes)
    with known.rows(codes) as connection:
        listed = papers.invoices(connection, codes, page, only_open=only_open)
        today = local_today(agreed.contracts(connection, codes), known.at)
        names = {each.client_code: each.name for each in clients.clients(connection, codes)} if len(codes) > 1 else {}
    return whose.page("invoices.html", listed=listed, only_open=only_open, today=today, names=names)


@router.get("/acts")
def acts(whose: Whose, page: PageNo = 1) -> Response:
    """Acts, newest first."""
    codes = list(whose.codes)
    with whose.known.rows(codes) as connection:
        listed = papers.acts(connection, codes, page)
        names = {each.client_code: each.name for each in clients.clients(connection, codes)} if len(codes) > 1 else {}
    return whose.page("acts.html", listed=listed, names=names)


@router.get("/payments")
def paid(whose: Whose, page: PageNo = 1) -> Response:
    """Payments, newest first, each with the invoices that it pays; and the money that pays none yet."""
    codes = list(whose.codes)
    with whose.known.rows(codes) as connection:
        listed = payments.payments(connection, codes, page)
        accounts = debts.accounts(connection, codes)
    return whose.page("payments.html", listed=listed, accounts=[each for each in accounts if each.free > 0])


@router.get("/reconciliation")
def reconciliation(whose: Whose, first: date | None = None, last: date | None = None) -> Response:
    """The акт сверки of each client with each organization over a period; by default the last three months up to today."""
    known, codes = whose.known, list(whose.codes)
    with known.rows(codes) as connection:
        contracts = agreed.contracts(connection, codes)
        shown = clients.clients(connection, codes)
        sellers = debts.sellers(connection, codes)
    today = local_today(contracts, known.at)
    first, last = first or Month.of(today).shift(-2).first, last or today
    is_wrong = not (OLDEST <= first <= last <= NEWEST)
    accounts = [] if is_wrong else [
        (client, sellers[account.organization_code], account)
        for client in shown[:_MOST_CLIENTS]
        for account in _accounts(whose, client.client_code, first, last)
        if account.organization_code in sellers
    ]  # fmt: skip
    return whose.page("reconciliation.html", accounts=accounts, first=first, last=last, is_wrong=is_wrong, shortened=_MOST_ROWS)


_MOST_CLIENTS = 5
_MOST_ROWS = 150  # of an account on the page; the files have all of them


def _accounts(whose: Whose, client_code: str, first: date, last: date) -> list[ClientAccount]:
    """Those of a client that the reader may see; none where it has no contract."""
    client = whose.known.reader.require(client_code)
    try:
        return statement_of_account(whose.known.settings, client, first, last)
    except BadInput:
        return []
