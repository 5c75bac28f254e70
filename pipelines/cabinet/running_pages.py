"""The month that runs, contract by contract: what has come together of each, and what it may come to."""

from collections.abc import Sequence

from fastapi import APIRouter
from fastapi.responses import Response

from pipelines.cabinet import agreed, clients
from pipelines.cabinet.agreed import Agreed
from pipelines.cabinet.chosen import PageNo, Whose, local_today
from pipelines.cabinet.month_so_far import MonthSoFar
from pipelines.cabinet.papers import ListPage
from pipelines.cabinet.running_month import RunningMonth, running_months
from pipelines.period import Month

router = APIRouter()

CONTRACTS_AT_ONCE = 50
"""Contracts whose running month a page prices: seven months of days of each are read, and rated four ways."""

ContractMonth = tuple[Agreed, RunningMonth]


@router.get("/running")
def running(whose: Whose, page: PageNo = 1) -> Response:
    """The contracts in force, fifty on a page, each with its month so far and its range; the sums are those of the page."""
    known, codes = whose.known, list(whose.codes)
    with known.rows(codes) as connection:
        contracts = agreed.agreed(connection, codes)
        today = local_today([each.contract for each in contracts], known.at)
        in_force = [each for each in contracts if each.contract.is_in_force(today)]
        some = in_force[(page - 1) * CONTRACTS_AT_ONCE : page * CONTRACTS_AT_ONCE]
        months = running_months(connection, codes, some, Month.of(today))
        names = {each.client_code: each.name for each in clients.clients(connection, codes)}
    return whose.page(
        "running.html",
        listed=ListPage(tuple(months), page, len(in_force), CONTRACTS_AT_ONCE),
        together=together(months),
        names=names,
        today=today,
    )


def together(months: Sequence[ContractMonth]) -> MonthSoFar | None:
    """The sum of contracts' months; None where nothing is known of any."""
    return MonthSoFar.of([month for _, month in months])
