"""Hold contracts back from the runs of a month, and release them (domain.md §7)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pipelines.billing.inputs import HeldContract
from pipelines.clock import Authorship
from pipelines.errors import BadInput, Problem
from pipelines.period import Month
from pipelines.settings import Settings
from pipelines.warehouse import engine, query
from pipelines.warehouse.locks import Work, turn

if TYPE_CHECKING:
    from sqlalchemy import Connection

COLUMNS = ("month", "contract_no", "client_code", "at", "by", "reason")


def hold_back(settings: Settings, month: Month, contracts: Sequence[str], author: Authorship) -> tuple[str, ...]:
    """Leave contracts out of every run of a month until they are released; those that were not held before.

    BadInput names every contract that does not exist; AlreadyRunning while a run of the month is at work. A held contract is
    parked: the others go on, and nothing is lost.
    """
    with turn(settings, Work.BILLING, month, author.by, author.at), engine.transaction(settings) as connection:
        refuse_unknown(connection, contracts)
        return put(connection, month, contracts, author, is_held=True)


def release(settings: Settings, month: Month, contracts: Sequence[str], author: Authorship) -> tuple[str, ...]:
    """Let contracts be billed again by the next run of the month; those that were held. BadInput as in `hold_back`."""
    with turn(settings, Work.BILLING, month, author.by, author.at), engine.transaction(settings) as connection:
        refuse_unknown(connection, contracts)
        return put(connection, month, contracts, author, is_held=False)


def listing(settings: Settings, month: Month | None) -> list[dict[str, Any]]:
    """Rows (``COLUMNS``) of the contracts held back now, of one month or of all."""
    with engine.transaction(settings) as connection:
        return query.mappings(connection, "billing/holds", month=month and month.first)


def held_now(connection: "Connection", month: Month) -> dict[str, HeldContract]:
    """The contracts held back from a month, each with who holds it and why."""
    return {row.contract_no: HeldContract(row.by_name, row.reason) for row in query.rows(connection, "billing/held", month=month.first)}


def not_held_yet(connection: "Connection", month: Month, contracts: Sequence[str]) -> list[str]:
    """Those of ``contracts`` that nobody holds back from the month, each once."""
    held = held_now(connection, month)
    return [contract_no for contract_no in dict.fromkeys(contracts) if contract_no not in held]


def refuse_unknown(connection: "Connection", contracts: Sequence[str]) -> None:
    """BadInput with every contract that does not exist."""
    known = set(query.scalars(connection, "billing/known_contracts", contracts=list(contracts)))
    problems = [Problem("hold", f"there is no contract {contract_no!r}") for contract_no in contracts if contract_no not in known]
    if problems:
        raise BadInput(problems)


def put(connection: "Connection", month: Month, contracts: Sequence[str], author: Authorship, *, is_held: bool) -> tuple[str, ...]:
    """Hold contracts back, or release them, in the caller's transaction; those for which that changed anything."""
    key = {"month": month.first, "is_held": is_held, "by": author.by, "reason": author.reason, "at": author.at}
    return tuple(
        contract_no
        for contract_no in dict.fromkeys(contracts)
        if query.first(connection, "billing/add_hold", **key, contract_no=contract_no)
    )
