"""The fleet of a contract by day, and what the month comes to: so far, and as it may end."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from pipelines.cabinet import agreed, clients
from pipelines.cabinet.agreed import ClientContract
from pipelines.cabinet.chosen import LONGEST, Whose, local_today
from pipelines.cabinet.fleet_chart import ChartWords, fleet_chart
from pipelines.cabinet.fleet_days import fleet_months
from pipelines.cabinet.reader import NotYours
from pipelines.cabinet.running_month import RunningMonth, running_month
from pipelines.errors import BadInput
from pipelines.period import Month
from pipelines.warehouse import query
from pipelines.web import figures
from pipelines.web.forms import TEXT

router = APIRouter()

MOST_LISTED = 100


@router.get("/fleet")
def fleet_page(
    whose: Whose,
    contract: Annotated[str, Query(max_length=LONGEST, pattern=TEXT)] = "",
    month: Annotated[str, Query(max_length=7, pattern=TEXT)] = "",
) -> Response:
    """The chart of a contract's month, its figures and its bill; by default of the first contract in force and the month that runs."""
    known, codes = whose.known, list(whose.codes)
    wanted = _month(month)
    with known.rows(codes) as connection:
        contracts = agreed.contracts(connection, codes)
        today = local_today(contracts, known.at)
        chosen = _contract(contracts, contract, wanted or Month.of(today))
        shown: RunningMonth | None = None
        months: tuple[Month, ...] = ()
        is_closed = False
        if chosen is not None:
            months = fleet_months(connection, codes, chosen.contract_no)
            wanted = wanted or _latest(months, Month.of(today))
            [of_contract] = agreed.agreed(connection, codes, chosen.contract_no)
            shown = running_month(connection, codes, of_contract, wanted)
            is_closed = query.scalar(connection, "cabinet/closed", clients=codes, contract=chosen.contract_no, month=wanted.first)
        names = {each.client_code: each.name for each in clients.clients(connection, codes)}
    drawing = None
    if shown is not None and chosen is not None and shown.fleet.days:
        drawing = fleet_chart(shown.fleet, None if is_closed else shown.course, _words(whose, shown, wanted or Month.of(today)), "fleet")
    return whose.page(
        "fleet.html", contracts=_listed(contracts, chosen), contract=chosen, names=names, months=months[:36],
        month=wanted or Month.of(today),
        today=today, shown=shown, drawing=drawing, is_closed=is_closed,
    )  # fmt: skip


def _listed(contracts: tuple[ClientContract, ...], chosen: ClientContract | None) -> tuple[ClientContract, ...]:
    """The contracts that the form offers: so many, and the chosen one wherever it stands."""
    return contracts[:MOST_LISTED] + ((chosen,) if chosen in contracts[MOST_LISTED:] else ())


def _month(text: str) -> Month | None:
    try:
        return Month.parse(text) if text else None
    except ValueError as error:
        raise BadInput.one("month", str(error)) from None


def _contract(contracts: tuple[ClientContract, ...], wanted: str, month: Month) -> ClientContract | None:
    """The contract that is asked for (NotYours where it is not the reader's), else the first in force in the month, else the first."""
    if wanted:
        known = next((each for each in contracts if each.contract_no == wanted), None)
        if known is None:
            raise NotYours(f"contract {wanted!r}")
        return known
    in_force = (each for each in contracts if each.starts_on <= month.last and (each.ends_on is None or each.ends_on >= month.first))
    return next(in_force, contracts[0] if contracts else None)


def _latest(months: tuple[Month, ...], running: Month) -> Month:
    """The month that runs, where anything is known of it or of none; else the newest that is known."""
    return running if running in months or not months else months[0]


def _words(whose: Whose, shown: RunningMonth, month: Month) -> ChartWords:
    word, language = whose.known.word, whose.known.visit.language
    said, number = figures.month(month, language=language), partial(figures.count, language=language)
    peak = shown.fleet.peak or 0
    return ChartWords(
        word("Машины по дням, %(month)s", month=said),
        word(
            "Столбик — машины за день, самый высокий — %(peak)s. Те же числа — в таблице под графиком.",
            peak=number(peak),
        ),
        word("новые условия"),
        number,
    )
