"""The first page: what is to be paid now and how, what happens otherwise, and what the running month comes to; and a promise of payment."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response

from pipelines.access.promises import NotPutOff
from pipelines.access.standing import standings
from pipelines.cabinet import agreed, clients, debts
from pipelines.cabinet.chosen import LONGEST, Whose, local_today
from pipelines.cabinet.promising import may_promise, promise
from pipelines.cabinet.running_month import Range, RunningMonth, running_month
from pipelines.money import ZERO
from pipelines.period import Month
from pipelines.web.forms import TEXT

router = APIRouter()

MOST_CLIENTS = 10
MOST_CONTRACTS = 5


@dataclass(frozen=True, slots=True)
class MonthSoFar:
    """The running month of all contracts together, in roubles with VAT; `expected` None: not all of them can be foreseen."""

    total: Decimal
    issued: Decimal
    expected: Range | None
    vehicles: int
    known_until: object

    @classmethod
    def of(cls, months: "list[RunningMonth]") -> "MonthSoFar | None":
        """Their sum; None where nothing is known of any."""
        known = [month for month in months if month.known_until is not None and month.total is not None]
        if not known:
            return None
        ranges = [month.expected for month in months]
        expected = None
        if all(ranges):
            foreseen = [way for way in ranges if way]
            expected = Range(*(sum((getattr(way, side) for way in foreseen), ZERO) for side in ("low", "likely", "high")))
        return cls(
            total=sum((month.total or ZERO for month in known), ZERO),
            issued=sum((month.issued for month in months), ZERO),
            expected=expected,
            vehicles=sum(month.fleet.days[-1].fleet_size for month in known if month.fleet.days),
            known_until=max(month.known_until for month in known if month.known_until),
        )


@router.get("/")
def start(whose: Whose, promised: bool | None = None) -> Response:  # noqa: FBT001 - a parameter of the address
    """Debts with the QR code of their payment, the ladder, and the month that runs."""
    known, codes = whose.known, list(whose.codes)
    with known.rows(codes) as connection:
        shown = clients.clients(connection, codes[:MOST_CLIENTS])
        accounts = debts.accounts(connection, codes[:MOST_CLIENTS])
        contracts = agreed.agreed(connection, codes)
        today = local_today([each.contract for each in contracts], known.at)
        running = [each for each in contracts if each.contract.is_in_force(today)]
        few = running if len(running) <= MOST_CONTRACTS else []
        months = [month for each in few if (month := running_month(connection, codes, each, Month.of(today)))]
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
        month=MonthSoFar.of(months),
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
