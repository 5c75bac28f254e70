"""Hold contracts back from the runs of a month, release them, approve a run without some of them (domain.md §7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from pipelines import collection
from pipelines.billing.approve import Approval, RunChanged, a_person, put_word, stored_run, unchanged
from pipelines.billing.draft import compute, store
from pipelines.billing.drafts import CLOSE, Prepared, Scope
from pipelines.billing.issue import issue
from pipelines.billing.transitions import same_person
from pipelines.clock import Authorship
from pipelines.errors import BadInput, Problem, Refused
from pipelines.period import Month
from pipelines.settings import Settings
from pipelines.warehouse import engine
from pipelines.warehouse.locks import turn
from pipelines.warehouse.statements import statement

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

COLUMNS = ("month", "contract_no", "client_code", "at", "by", "reason")


@dataclass(frozen=True, slots=True)
class Answer:
    """A person's yes to a run: who, the date of the invoices (None: today), and the contracts to hold back."""

    author: Authorship
    issued_on: date | None = None
    hold: Sequence[str] = ()


class NothingLeft(Refused):
    """Every contract of the run would be held back: then there is nothing to approve."""


def hold_back(settings: Settings, month: Month, contracts: Sequence[str], author: Authorship) -> tuple[str, ...]:
    """Leave contracts out of every run of a month until they are released; those that were not held before.

    BadInput names every contract that does not exist; AlreadyRunning while a run of the month is at work. A held contract is
    parked: the others go on, and nothing is lost.
    """
    with turn(settings, f"billing of {month}", author.by, author.at), engine.transaction(settings) as connection:
        _known(connection, contracts)
        return _put(connection, month, contracts, author, is_held=True)


def release(settings: Settings, month: Month, contracts: Sequence[str], author: Authorship) -> tuple[str, ...]:
    """Let contracts be billed again by the next run of the month; those that were held. BadInput as in `hold_back`."""
    with turn(settings, f"billing of {month}", author.by, author.at), engine.transaction(settings) as connection:
        _known(connection, contracts)
        return _put(connection, month, contracts, author, is_held=False)


def listing(settings: Settings, month: Month | None) -> list[dict[str, Any]]:
    """Rows (``COLUMNS``) of the contracts held back now, of one month or of all."""
    from sqlalchemy import text

    with engine.transaction(settings) as connection:
        found = connection.execute(text(statement("warehouse/billing/holds")), {"month": month and month.first})
        return [dict(row) for row in found.mappings()]


def approve_without(settings: Settings, prepared: Prepared, hold: Sequence[str], author: Authorship) -> tuple[Approval, Prepared]:
    """Approve the run just drafted, without the contracts of ``hold``; the approval, and the run as it was approved.

    The caller holds the month's turn. Holding, drafting anew and the approval are one transaction: a killed run leaves
    none or all of it. RunChanged when anything but the held contracts differs from what was seen.
    """
    return _approve(settings, prepared.month, prepared.digest, hold, author, prepared.purpose, prepared)


def approve_shown(settings: Settings, month: Month, seen: str, answer: Answer, at: datetime, purpose: str = CLOSE) -> Approval:
    """The same for a run that was shown to a person as the digest ``seen``; takes the month's turn."""
    with turn(settings, f"billing of {month}", answer.author.by, at):
        return _approve(settings, month, seen, answer.hold, answer.author, purpose, None)[0]


def issue_answered(settings: Settings, month: Month, seen: str, answer: Answer, at: datetime, purpose: str = CLOSE) -> int:
    """Approve what was shown as ``seen`` and issue it, in one turn, for orchestration that has a person's answer; number of invoices.

    The same answer again gives what it issued: a task that died after the issue is simply run again. SecondPersonNeeded
    when another person must approve as well.
    """
    with turn(settings, f"billing of {month}", answer.author.by, at):
        done = _issued_before(settings, month, seen, answer.author, purpose)
        if done is not None:
            return done
        _approve(settings, month, seen, answer.hold, answer.author, purpose, None)
        return issue(settings, month, answer.issued_on, at, purpose).invoices


def contracts_in(text: str) -> list[str]:
    """Contract numbers that a person wrote into one field, by commas."""
    return [contract_no.strip() for contract_no in text.split(",") if contract_no.strip()]


def _issued_before(settings: Settings, month: Month, seen: str, author: Authorship, purpose: str) -> int | None:
    from sqlalchemy import text

    key = {"month": month.first, "purpose": purpose, "seen": seen, "by": author.by, "at": author.at}
    with engine.transaction(settings) as connection:
        found = connection.execute(text(statement("warehouse/billing/issued_before")), key).scalar()
    return None if found is None else int(found)


def _approve(
    settings: Settings, month: Month, seen: str, hold: Sequence[str], author: Authorship, purpose: str, drafted: Prepared | None
) -> tuple[Approval, Any]:
    a_person(author)
    with collection.paused(), engine.transaction(settings) as connection:
        run = stored_run(connection, month, purpose)
        further = _not_held(connection, month, hold)
        if hold and not further and run.digest != seen and same_person(author.by) in map(same_person, run.approved_by):
            seen = run.digest  # this person's approval without these contracts stands already: the run was interrupted after it
        unchanged(settings, connection, month, purpose, run, seen, author.at)
        if further:
            drafted = _narrow(settings, connection, month, purpose, run, further, author)
            run = stored_run(connection, month, purpose)
        return put_word(settings, connection, month, purpose, run, author), drafted


def _narrow(
    settings: Settings, connection: "Connection", month: Month, purpose: str, run: "Row[Any]", hold: Sequence[str], author: Authorship
) -> Prepared:
    """Draft the run again without some of its contracts; everything else must be what it was."""
    before = _drafted(connection, month, purpose)
    _known(connection, hold)
    _put(connection, month, hold, author, is_held=True)
    prepared = compute(settings, connection, Scope(month, purpose, run.watched_on, run.only_contract), keep=True, at=author.at)
    store(connection, prepared, author.at)
    if not prepared.drafts and not prepared.nothing:
        raise NothingLeft(f"every contract of the run of {month} would be held back: nothing is left to approve")
    if _drafted(connection, month, purpose) != {one for one in before if one[0] not in hold}:
        raise RunChanged(f"the run of {month} has changed since it was shown: look at the new draft and approve that")
    return prepared


def _drafted(connection: "Connection", month: Month, purpose: str) -> set[tuple[Any, ...]]:
    from sqlalchemy import text

    found = connection.execute(text(statement("warehouse/billing/drafted")), {"month": month.first, "purpose": purpose})
    return {tuple(row) for row in found}


def _not_held(connection: "Connection", month: Month, contracts: Sequence[str]) -> list[str]:
    from sqlalchemy import text

    held = {row.contract_no for row in connection.execute(text(statement("warehouse/billing/held")), {"month": month.first})}
    return [contract_no for contract_no in dict.fromkeys(contracts) if contract_no not in held]


def _known(connection: "Connection", contracts: Sequence[str]) -> None:
    from sqlalchemy import text

    found = connection.execute(text(statement("warehouse/billing/known_contracts")), {"contracts": list(contracts)})
    known = set(found.scalars())
    problems = [Problem("hold", f"unknown contract {contract_no!r}") for contract_no in contracts if contract_no not in known]
    if problems:
        raise BadInput(problems)


def _put(connection: "Connection", month: Month, contracts: Sequence[str], author: Authorship, *, is_held: bool) -> tuple[str, ...]:
    from sqlalchemy import text

    key = {"month": month.first, "is_held": is_held, "by": author.by, "reason": author.reason, "at": author.at}
    return tuple(
        contract_no
        for contract_no in dict.fromkeys(contracts)
        if connection.execute(text(statement("warehouse/billing/add_hold")), {**key, "contract_no": contract_no}).one_or_none()
    )
