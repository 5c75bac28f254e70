"""The first page: what is to be paid now and how, what happens otherwise, and what the running month comes to; and a promise of payment."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response

from pipelines.access.promises import NotPutOff
from pipelines.access.standing import standings
from pipelines.cabinet import agreed, clients, debts
from pipelines.cabinet.chosen import LONGEST, Whose, local_today
from pipelines.cabinet.promising import may_promise, promise
from pipelines.cabinet.running_month import running_months
from pipelines.cabinet.running_pages import CONTRACTS_AT_ONCE, together
from pipelines.period import Month
from pipelines.web.forms import TEXT

router = APIRouter()

MOST_CLIENTS = 10


@router.get("/")
def start(whose: Whose, promised: bool | None = None) -> Response:  # noqa: FBT001 - a parameter of the address
    """Debts with the QR code of their payment, the ladder, and the month that runs."""
    known, codes = whose.known, list(whose.codes)
    with known.rows(codes) as connection:
        accounts = debts.accounts(connection, codes[:MOST_CLIENTS])
        contracts = agreed.agreed(connection, codes)
        today = local_today([each.contract for each in contracts], known.at)
        running = [each for each in contracts if each.contract.is_in_force(today)]
        is_readable_at_once = len(running) <= CONTRACTS_AT_ONCE
        months = running_months(connection, codes, running, Month.of(today)) if is_readable_at_once else []
        of_months = {each.contract.client_code for each, _ in months}
        named = clients.clients(connection, sorted(of_months.union(codes[:MOST_CLIENTS])))
    shown = [each for each in named if each.client_code in codes[:MOST_CLIENTS]]
    owing = [account.client_code for account in accounts if account.debts]
    by_debtor = {(each.client_code, each.organization_code): each for each in standings(known.settings, owing, known.at)} if owing else {}
    offers = {key: until for key, each in by_debtor.items() if (until := may_promise(known.settings, each))}
    return whose.page(
        "start.html",
        clients=shown,
        more=max(len(codes) - MOST_CLIENTS, 0),
        accounts=accounts,
        standings=by_debtor,
        offers=offers,
        month=together(months),
        months=months,
        names={each.client_code: each.name for each in named},
        contracts_in_force=len(running),
        today=today,
        promised=promised,
    )


@router.post("/promise")
def put_off(
    whose: Whose,
    organization: Annotated[str, Form(max_length=LONGEST, pattern=TEXT)],
    debtor: Annotated[str, Form(max_length=LONGEST, pattern=TEXT)],
) -> Response:
    """Put a block off by the client's own word, once for a debt; a second try is told that it was not taken."""
    known = whose.known
    client = known.reader.require(debtor)
    try:
        promise(known.settings, client, organization, known.reader.address, known.at)
    except NotPutOff:
        return known.redirect(whose.link("/", promised="false").removeprefix(known.root))
    return known.redirect(whose.link("/", promised="true").removeprefix(known.root))
