"""Where clients' papers go: what their people changed in the cabinet, what it is now and was before, and a word of ours on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from pipelines.clock import Authorship
from pipelines.desk.doing import SaidMeanwhile
from pipelines.desk.visit import Unreadable
from pipelines.errors import BadInput
from pipelines.history import ChangedColumn, HistorySubject, changes
from pipelines.master import address_changes, address_rules
from pipelines.master.address_changes import AddressChange
from pipelines.master.requisites import mail_problem
from pipelines.settings import Settings
from pipelines.warehouse import engine, query
from pipelines.warehouse.locks import Lock, lock

if TYPE_CHECKING:
    from sqlalchemy import Connection

CHANGES_OF: Final = timedelta(days=60)
MOST_CHANGES: Final = 60
MOST_HISTORY: Final = 40
LONGEST_CELL: Final = 10_000
"""Characters of all addresses of a client together, some four hundred of them."""
_COLUMN: Final = "email"


@dataclass(frozen=True, slots=True)
class ClientAddresses:
    """A client's addresses as they are, and their history, the newest first: who, when, why, before and after."""

    client_code: str
    name: str
    addresses: Sequence[str]
    history: Sequence[ChangedColumn]

    @property
    def cell(self) -> str:
        """The addresses as one text."""
        return address_rules.joined(self.addresses)

    @property
    def seen(self) -> str:
        """What a form carries of the addresses that its page showed, however many they are."""
        return _digest(self.addresses)


def asked_lately(connection: "Connection", at: datetime, client_code: str = "") -> tuple[list[tuple[AddressChange, str]], int]:
    """Changes that clients' people asked for: of all, those of the last weeks; of one client, ever. Each with what became of it in words,
    the newest first, and how many there are."""
    asked = address_changes.listed(connection, [client_code] if client_code else [], None if client_code else at - CHANGES_OF)
    return [(change, _state(change, at)) for change in asked[:MOST_CHANGES]], len(asked)


def of_client(settings: Settings, client_code: str) -> ClientAddresses:
    """The addresses of one client. Unreadable: no such client."""
    with engine.reading(settings) as connection:
        now = _addresses(connection, client_code)
        name = next((row.name for row in query.rows(connection, "desk/client_names", codes=[client_code])), "")
    return ClientAddresses(client_code, name, now, _history(settings, client_code))


def set_addresses(settings: Settings, client_code: str, cell: str, seen: str, author: Authorship) -> Sequence[str]:
    """A person of ours sets a client's addresses; those that it has from now on, none where it has them already.

    ``seen``: of what the page showed (`ClientAddresses.seen`); SaidMeanwhile where they are others by now. Unreadable: no such client, or
    what is no address.
    """
    wrong = [part for part in address_rules.split(cell) if mail_problem(part)]
    if wrong or not address_rules.split(cell):
        named = ", ".join(f"«{part[:80]}»" for part in wrong)
        raise Unreadable(f"Не адреса электронной почты: {named}." if wrong else "Адреса: нужен хотя бы один, через запятую.")
    with engine.transaction(settings) as connection:
        lock(connection, Lock.MASTER)  # nobody changes them between the look and the word
        now = _addresses(connection, client_code)
        is_seen = _digest(now) == seen
        change = address_changes.set_addresses(connection, client_code, cell, author) if is_seen else None
    if not is_seen:
        raise _said_meanwhile(settings, client_code, address_rules.joined(now))
    return address_rules.split(cell) if change else ()


def _addresses(connection: "Connection", client_code: str) -> tuple[str, ...]:
    try:
        return address_changes.addresses_of(connection, client_code)
    except BadInput:
        raise Unreadable(f"Клиента с кодом «{client_code}» нет.") from None


def _digest(addresses: Sequence[str]) -> str:
    return sha256(address_rules.joined(addresses).encode()).hexdigest()


def _history(settings: Settings, client_code: str) -> list[ChangedColumn]:
    history = changes(settings, HistorySubject(client=client_code, sheet="clients"))
    return [change for change in reversed(history) if change.column == _COLUMN and change.key == client_code][:MOST_HISTORY]


def _said_meanwhile(settings: Settings, client_code: str, now: str) -> SaidMeanwhile:
    newest = next(iter(_history(settings, client_code)), None)
    if newest is None:
        raise Unreadable("Страница устарела: адреса уже другие. Загрузите её заново, ничего не сделано.")
    return SaidMeanwhile(f"адреса {client_code} стали {now or 'пустыми'}", newest.by, newest.at, newest.reason)


def _state(change: AddressChange, at: datetime) -> str:
    if change.stopped_at is not None:
        return "остановлено прежним адресом"
    if change.applied_at is not None:
        return "убран" if change.action == "removed" else "подтверждён и добавлен"
    return "ждёт подтверждения с нового адреса" if change.waits(at) else "не подтверждён, срок вышел"
