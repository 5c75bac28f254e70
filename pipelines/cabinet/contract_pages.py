"""What was agreed and where papers go; and for a dealer its clients with their sums."""

from typing import Literal

from fastapi import APIRouter
from fastapi.responses import Response

from pipelines.cabinet import agreed, clients
from pipelines.cabinet.chosen import PageNo, Whose, local_today
from pipelines.cabinet.papers import ListPage
from pipelines.cabinet.reader import NotYours
from pipelines.cabinet.visit import Known
from pipelines.master import address_changes
from pipelines.master.address_rules import GOOD_FOR, split
from pipelines.period import Month
from pipelines.warehouse import engine, query

router = APIRouter()

CONTRACTS_ON_A_PAGE = 5


@router.get("/terms")
def terms(whose: Whose, page: PageNo = 1, said: Literal["", "asked", "removed"] = "") -> Response:
    """Contracts with their terms and tariffs of today and those to come; the requisites and addresses of the client."""
    return terms_page(whose, page, said=said)


def terms_page(whose: Whose, page: int = 1, *, status: int = 200, said: str = "", problem: str = "") -> Response:
    """A page of terms; ``said``, ``problem``: what has come of a change of addresses."""
    known, codes = whose.known, list(whose.codes)
    with known.rows(codes) as connection:
        shown = clients.clients(connection, codes)
        contracts = agreed.agreed(connection, codes)
    own = [code for code in codes if code in known.reader.own]
    with engine.reading(known.settings) as house:
        asked = address_changes.listed(house, own, known.at - GOOD_FOR) if own else []
    waiting = [each for each in asked if each.waits(known.at)]
    today = local_today([each.contract for each in contracts], known.at)
    running = [each for each in contracts if each.contract.ends_on is None or each.contract.ends_on >= today]
    some = tuple(running[(page - 1) * CONTRACTS_ON_A_PAGE : page * CONTRACTS_ON_A_PAGE])
    return whose.page(
        "terms.html", status=status, clients=shown, contracts=ListPage(some, page, len(running), CONTRACTS_ON_A_PAGE),
        over=len(contracts) - len(running), today=today, own=frozenset(own), waiting=waiting, said=said, problem=problem,
        addresses_of=split, is_fresh=known.session.is_fresh,
    )  # fmt: skip


@router.get("/clients")
def listed(known: Known, page: PageNo = 1) -> Response:
    """A dealer's clients, itself included: billed this month and before, debts, fleets. NotYours for who is no dealer."""
    reader = known.reader
    if not reader.is_dealer:
        raise NotYours("a list of clients")
    with known.rows() as connection:
        everybody = clients.clients(connection, reader.clients)
        today = local_today(agreed.contracts(connection, reader.clients), known.at)
        month = Month.of(today).previous
        sums = clients.client_sums(connection, everybody, month, today, page)
    with engine.reading(known.settings) as house:
        blocked = frozenset(query.scalars(house, "cabinet/blocked", clients=[each.client_code for each in sums.rows]))
    return known.page("clients.html", listed=sums, month=month, own=frozenset(reader.own), blocked=blocked)
