"""A client's own word on where its papers go: asked for, confirmed from the new mailbox, stopped from an old one; each with its history."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Literal

from pipelines.clock import Authorship
from pipelines.errors import BadInput, Refused
from pipelines.logs import verb
from pipelines.master import address_rules, store
from pipelines.master.address_rules import GOOD_FOR, STOPPABLE, AskedLately
from pipelines.master.plan import RowChange
from pipelines.master.requisites import mail_problem
from pipelines.master.sheets import TABLES, Row
from pipelines.warehouse import query
from pipelines.warehouse.locks import Lock, lock

if TYPE_CHECKING:
    from sqlalchemy import Connection

_DAY = timedelta(days=1)


class ChangeSpent(Refused):
    """The link of a letter changes nothing: it is none of ours, was used or stopped, has run out, or who asked is no longer there."""


@dataclass(frozen=True, slots=True)
class AddressChange:
    """A change that a client's people asked for. ``applied_at``, ``stopped_at``: None where it was not."""

    change_no: int
    client_code: str
    action: Literal["added", "removed"]
    address: str
    asked_by: str
    asked_at: datetime
    language: str
    applied_at: datetime | None
    stopped_at: datetime | None

    def waits(self, at: datetime) -> bool:
        """Whether the new address may still confirm."""
        return self.applied_at is None and self.stopped_at is None and at < self.asked_at + GOOD_FOR


@dataclass(frozen=True, slots=True)
class AddressLetters:
    """The letters of a change: tokens for the new address (empty: nothing to confirm) and for ``old``, each told this once."""

    change: AddressChange
    client: str
    confirm: str
    stop: str
    old: tuple[str, ...]


def ask_to_add(connection: "Connection", client: str, address: str, asked_by: str, at: datetime, language: str) -> None:
    """Note a new address that its owner must confirm. AddressRefused. Asked again while it waits: another letter, within the limits."""
    address = address_rules.plain(address)
    cell, asked = _standing(connection, client, address, at)
    address_rules.require_addable(cell, address, asked)
    _note(connection, client, "added", address, asked_by, at, language)


def remove(connection: "Connection", client: str, address: str, asked_by: str, at: datetime, language: str) -> None:
    """Take an address away at once. AddressRefused."""
    address = address_rules.plain(address)
    cell, asked = _standing(connection, client, address, at)
    address_rules.require_removable(cell, address, asked_by, asked)
    own = query.scalar(connection, "master/address_added_at", client=client, address=asked_by)
    address_rules.require_settled(own, at)
    number = _note(connection, client, "removed", address, asked_by, at, language)
    _write(connection, client, tuple(each for each in address_rules.split(cell) if each != address), at, "removed in the cabinet")
    query.run(connection, "master/address_change_applied", change_no=number, at=at)


def change_of(connection: "Connection", token: str, at: datetime, *, is_stop: bool = False) -> AddressChange:
    """The change that the link of a letter is about, without using it up. ChangeSpent."""
    row = query.first(connection, "master/address_change", AddressChange, digest=_digest(token), is_stop=is_stop)
    if row is None:
        raise ChangeSpent("the link changes nothing")
    is_open = row.stopped_at is None and at < row.asked_at + STOPPABLE if is_stop else row.waits(at)
    if not is_open:
        raise ChangeSpent("the link changes nothing any more")
    return row


def confirm(connection: "Connection", token: str, at: datetime) -> AddressChange:
    """The owner of the new address says yes: from now on papers go there too. ChangeSpent; AddressRefused where ten are there by now."""
    with verb("master", "confirm_address"):
        lock(connection, Lock.MASTER)
        change = change_of(connection, token, at)
        cell = _cell(connection, change.client_code)
        there = address_rules.split(cell)
        if change.asked_by not in there:
            raise ChangeSpent("who asked for it is no longer there")
        if change.address not in there:
            address_rules.require_addable(cell, change.address, AskedLately(0, 0))
            _write(connection, change.client_code, (*there, change.address), at, "added in the cabinet, confirmed from the new address")
        query.run(connection, "master/address_change_applied", change_no=change.change_no, at=at)
    return change


def stop(connection: "Connection", token: str, at: datetime) -> AddressChange:
    """One who was there before says no: the new address is not added, or taken away again. ChangeSpent."""
    with verb("master", "stop_address"):
        lock(connection, Lock.MASTER)
        change = change_of(connection, token, at, is_stop=True)
        there = address_rules.split(_cell(connection, change.client_code))
        left = tuple(each for each in there if each != change.address)
        if change.applied_at is not None and change.address in there and left:
            _write(connection, change.client_code, left, at, "stopped from an address that was there before")
        query.run(connection, "master/address_change_stopped", change_no=change.change_no, at=at)
    return change


def addresses_of(connection: "Connection", client: str) -> tuple[str, ...]:
    """Where a client's papers go now. BadInput for an unknown client."""
    return address_rules.split(_cell(connection, client))


def set_addresses(connection: "Connection", client: str, cell: str, author: Authorship) -> RowChange | None:
    """A person of ours sets a client's addresses, also to what an older sheet says; the change, None where it is none. BadInput."""
    lock(connection, Lock.MASTER)
    if problem := mail_problem(cell):
        raise BadInput.one("--set", problem)
    before = _row(connection, client)
    return _written(connection, before, address_rules.split(cell), author)


def next_letters(connection: "Connection", at: datetime) -> AddressLetters | None:
    """Letters that nobody has got yet, with fresh tokens; None where all are told. The row is locked until the transaction ends.

    What has run out or was stopped meanwhile is told to those that were there alone.
    """
    change = query.first(connection, "master/untold_address_change", AddressChange)
    if change is None:
        return None
    row = query.first(connection, "master/client_row", client=change.client_code)
    client = _typed(row.row_text) if row else {"name": change.client_code, "email": None}
    confirm_by, stop_by = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    digests = {"confirm_digest": _digest(confirm_by), "stop_digest": _digest(stop_by)}
    query.run(connection, "master/address_change_tokens", change_no=change.change_no, **digests)
    cell = client["email"]
    there = tuple(each for each in address_rules.split(None if cell is None else str(cell)) if each != change.address)
    if change.action == "removed":
        return AddressLetters(change, str(client["name"]), "", "", (*there, change.address))
    return AddressLetters(change, str(client["name"]), confirm_by if row and change.waits(at) else "", stop_by, there)


def told(connection: "Connection", change_no: int, at: datetime) -> None:
    """The letters of a change were handed over, or nobody takes them."""
    query.run(connection, "master/address_change_told", change_no=change_no, at=at)


def listed(connection: "Connection", clients: Sequence[str], since: datetime | None = None) -> list[AddressChange]:
    """Changes that the clients' people asked for, the newest first."""
    return query.rows(connection, "master/address_changes", AddressChange, clients=list(clients), since=since)


def _standing(connection: "Connection", client: str, address: str, at: datetime) -> tuple[str | None, AskedLately]:
    lock(connection, Lock.MASTER)  # many at once are counted one after the other
    counted = query.run(connection, "master/asked_addresses", client=client, address=address, since=at - _DAY).one()
    return _cell(connection, client), AskedLately(counted.of_client, counted.of_address)


def _note(connection: "Connection", client: str, action: str, address: str, asked_by: str, at: datetime, language: str) -> int:
    given = {"client": client, "action": action, "address": address, "asked_by": asked_by, "at": at, "language": language}
    return int(query.scalar(connection, "master/add_address_change", **given) or 0)


def _cell(connection: "Connection", client: str) -> str | None:
    cell = _row(connection, client)["email"]
    return None if cell is None else str(cell)


def _row(connection: "Connection", client: str) -> Row:
    stored = query.first(connection, "master/client_row", client=client)
    if stored is None:
        raise BadInput.one("CLIENT", f"no client has the code {client!r}")
    return _typed(stored.row_text)


def _typed(text: str) -> Row:
    return store.typed(text, {column.name: column for column in TABLES["clients"].columns})


def _write(connection: "Connection", client: str, addresses: Sequence[str], at: datetime, why: str) -> None:
    author = Authorship(f"client {client}", why, at)  # whose address asked stands in master.address_changes, from which it can be erased
    _written(connection, _row(connection, client), addresses, author)


def _written(connection: "Connection", before: Row, addresses: Sequence[str], author: Authorship) -> RowChange | None:
    after = {**before, "email": address_rules.joined(addresses)}
    if after == before:
        return None
    change = RowChange("clients", TABLES["clients"].key_of(before), "changed", before, after)
    store.write(connection, [change], author)
    return change


def _digest(token: str) -> bytes:
    return sha256(token.encode(errors="replace")).digest()
