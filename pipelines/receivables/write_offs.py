"""A debt that nobody will pay is written off in a person's name: a movement of the ledger that is no money (domain.md §8).

What was billed stays billed, so revenue does not change; the debt is asked for no more, and the акт сверки has an entry of its own.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

from pipelines import logs
from pipelines.clock import Authorship
from pipelines.errors import BadInput, Refused
from pipelines.master.history import known
from pipelines.receivables import ledger
from pipelines.settings import Settings
from pipelines.warehouse import engine, query
from pipelines.warehouse.locks import Lock, lock

if TYPE_CHECKING:
    from sqlalchemy import Connection

COLUMNS: Final = ("on", "organization_code", "client_code", "contract_no", "number", "amount", "by_name", "reason")


class NothingWrittenOff(Refused):
    """Nothing of the debt is written off: there is nothing to take back."""


@dataclass(frozen=True, slots=True)
class WrittenOff:
    """A debt after a word on it, in roubles: `amount` moved by it (below zero: taken back), `open` is left to pay."""

    number: str
    client_code: str
    amount: Decimal
    open: Decimal


def write_off(settings: Settings, number: str, author: Authorship, amount: Decimal | None = None) -> WrittenOff:
    """Write off so much of an invoice or a debt of go-live, by default all that is open of it.

    BadInput for a number that is none, a debt that is paid, and more than is open.
    """
    with logs.verb("receivables", "write_off", number=number), engine.transaction(settings) as connection:
        debt = _debt(connection, number, author)
        written = debt.open if amount is None else amount
        if debt.open <= 0:
            raise BadInput.one("NUMBER", f"nothing is open of {number}")
        if not 0 < written <= debt.open:
            raise BadInput.one("--amount", f"{debt.open:.2f} is open of {number}, not {written:.2f}")
        return _move(connection, debt, written, author)


def undo(settings: Settings, number: str, author: Authorship) -> WrittenOff:
    """Take back all that is written off of a debt: it is open again, and the ladder asks for it. NothingWrittenOff; BadInput."""
    with logs.verb("receivables", "undo_write_off", number=number), engine.transaction(settings) as connection:
        debt = _debt(connection, number, author)
        if debt.written_off <= 0:
            raise NothingWrittenOff(f"nothing of {number} is written off")
        return _move(connection, debt, -debt.written_off, author)


def write_offs(settings: Settings, client_code: str | None = None) -> list[dict[str, Any]]:
    """Every movement that wrote a debt off or (below zero) took that back. BadInput for a client never heard of."""
    with engine.transaction(settings) as connection:
        if client_code is not None:
            known(connection, "client", client_code)
        return query.mappings(connection, "receivables/write_offs", client=client_code)


def _debt(connection: "Connection", number: str, author: Authorship) -> Any:
    lock(connection, Lock.RECEIVABLES)
    debt = query.first(connection, "receivables/claim_to_write_off", number=number, at=author.at)
    if debt is None:
        raise BadInput.one("NUMBER", f"there is no invoice {number!r} that asks for money")
    return debt


def _move(connection: "Connection", debt: Any, amount: Decimal, author: Authorship) -> WrittenOff:
    """Store the movement; advances pay what is open again by it."""
    on: date = debt.today
    query.run(
        connection,
        "receivables/add_write_off",
        payment_id=_id_of(debt.number, debt.movements + 1),
        organization_code=debt.organization_code,
        client_code=debt.client_code,
        number=debt.number,
        amount=amount,
        on=on,
        words=f"{'Списание долга' if amount > 0 else 'Списание отменено'}: {author.reason} ({author.by})",
        by_name=author.by,
        reason=author.reason,
        at=author.at,
    )
    ledger.settle(connection, author.at)
    return WrittenOff(debt.number, debt.client_code, amount, debt.open - amount)


def _id_of(number: str, movement: int) -> str:
    return blake2b("\x1f".join(("write_off", number, str(movement))).encode(), digest_size=10).hexdigest()
