"""Erasure of what reaches a client's people: everything that no law keeps goes, what one keeps is said with its day and its reason.

Sealed rows stay as they are: what an issued invoice rests on, payments, papers, messages and snapshots are bookkeeping and its evidence
(НК РФ ст. 23 п. 1 пп. 8: five years; 402-ФЗ ст. 29: five years after the year in which they were last needed). A client with a contract,
a debt or money of its own with us is not forgotten. Values are taken out of rows that belong to the client, so that nobody has to know
them. Written as the database's owner; triggers let nothing else of those rows change.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pipelines.audit import kept_proofs
from pipelines.clock import Authorship
from pipelines.delivery.mail.sending import client_kinds
from pipelines.errors import BadInput, Refused
from pipelines.exports.erasure import erase
from pipelines.logs import verb
from pipelines.master import house_clock
from pipelines.money import ZERO, shown
from pipelines.settings import Settings
from pipelines.warehouse import query
from pipelines.warehouse.engine import as_owner
from pipelines.warehouse.locks import Lock, lock
from pipelines.wording.english import first_few

if TYPE_CHECKING:
    from sqlalchemy import Connection

COLUMNS = ("place", "what", "rows", "kept_until", "why")
RETENTION_YEARS: Final = 5
INDIVIDUAL: Final = "individual"
_SHOWN = 3
# place -> the statement and what it takes; logins first, for they are found by addresses
_STATEMENTS: Final = {
    "cabinet.links": ("cabinet/erase_links", "client", "addresses"),
    "cabinet.sessions": ("cabinet/erase_sessions", "client", "addresses"),
    "cabinet.second_factors": ("cabinet/erase_second_factors", "client", "addresses"),
    "cabinet.requests": ("cabinet/erase_requests", "addresses"),
    "master.address_changes": ("master/erase_address_changes", "client"),
    "master.clients": ("master/erase_client", "client", "with_name"),
    "master.history": ("master/erase_history", "client", "with_name"),
    "delivery.mail_attempts": ("delivery/mail/erase_attempts", "client", "client_kinds"),
    "delivery.mail_outbox": ("delivery/mail/erase_outbox", "client", "client_kinds"),
    "delivery.onec_told_fields": ("delivery/onec/erase_told", "client", "with_name"),
    "findings.occurrences (addresses)": ("findings/erase_addresses", "client"),
    "findings.occurrences (letters)": ("findings/erase_letters", "client"),
    "findings.mutings": ("findings/erase_muted_addresses", "client"),
}
_WHAT: Final = {
    "cabinet.links": "links to log in with",
    "cabinet.sessions": "sessions of its people",
    "cabinet.second_factors": "their second factors",
    "cabinet.requests": "requests for links, by digest",
    "master.address_changes": "addresses that its people asked for, and who asked",
    "master.clients": "e-mail, phone, address, identifier in ЭДО",
    "master.history": "the same in every earlier state",
    "delivery.mail_attempts": "addresses, and in what servers answered",
    "delivery.mail_outbox": "addresses that took or refused a letter",
    "delivery.onec_told_fields": "what 1C told of the same fields",
    "findings.occurrences (addresses)": "findings about its addresses and offers",
    "findings.occurrences (letters)": "addresses in findings about its letters",
    "findings.mutings": "addresses in words that silenced a finding",
}


class NotForgettable(Refused):
    """Something still needs what reaches the client."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was erased (`rows` of it), or is kept: until when (None: as long as it is needed) and why."""

    place: str
    what: str
    rows: int | None
    kept_until: date | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was erased, and what is kept. `backups` hold all of it until they are deleted."""

    erased: tuple[Place, ...]
    kept: tuple[Place, ...]


def forget(settings: Settings, client: str, author: Authorship, *, dry_run: bool = False) -> Forgotten:
    """Erase what reaches the client's people. BadInput: no such client; NotForgettable: with everything that stands against it;
    Refused: a copy of a proof cannot be removed, and nothing else is erased yet.

    ``dry_run``: the same counts, and nothing is changed. Run again, it erases nothing more; killed, it is completed by running again.
    """
    with verb("runs", "forget", client=client, dry_run=dry_run) as done:
        with as_owner(settings) as connection, connection.begin() as transaction:
            lock(connection, Lock.MASTER)
            query.run(connection, "ground/erases")
            today = house_clock.today(connection, author.at)
            standing = query.first(connection, "runs/forgettable", client=client, day=today, client_kinds=client_kinds())
            if standing is None:
                raise BadInput.one("CLIENT", f"there is no client {client!r}")
            _require_forgettable(client, standing)
            until = date(standing.last_paper_on.year + RETENTION_YEARS, 12, 31) if standing.last_paper_on else None
            if not dry_run:
                kept_proofs.drop(settings)  # copies of frozen rows that readers took; the rows are bookkeeping and stay
            with_name = standing.kind == INDIVIDUAL and (until is None or until < today)
            addresses = query.scalars(connection, "delivery/mail/addresses_of_client", client=client, client_kinds=client_kinds())
            reports = _reports(settings.exchange / "mail", [address.encode() for address in addresses], dry_run=dry_run)
            known = {"client": client, "with_name": with_name, "client_kinds": client_kinds(), "addresses": addresses}
            erased = _erased_rows(connection, known, author)
            if dry_run:
                transaction.rollback()
        exported = erase(settings, client, author.at, with_name=with_name, dry_run=dry_run)
        erased |= {"exchange/mail": reports, "exports": exported.files + exported.folders}
        done["rows"] = sum(erased.values())
    return Forgotten(tuple(_erased_places(erased, with_name=with_name)), tuple(_kept(until)))


def _require_forgettable(client: str, standing: Any) -> None:
    against = [
        f"contract {first_few(standing.current_contracts, _SHOWN)} is in force" if standing.current_contracts else "",
        f"the last month of {first_few(standing.unbilled_contracts, _SHOWN)} is not billed" if standing.unbilled_contracts else "",
        f"it owes {shown(standing.debt)} ₽" if standing.debt != ZERO else "",
        f"{shown(standing.unspent)} ₽ of its money are unspent" if standing.unspent != ZERO else "",
        f"it is the dealer of {first_few(standing.served_clients, _SHOWN)}" if standing.served_clients else "",
        f"letters to it that wait: {standing.letters} (`fleetbill mail status`)" if standing.letters else "",
    ]
    if any(against):
        raise NotForgettable(f"client {client} cannot be forgotten yet: {'; '.join(filter(None, against))}")


def _reports(folder: Path, addresses: list[bytes], *, dry_run: bool) -> int:
    """Remove the delivery reports that name an address; they go before the rows, for a rerun would not know what to look for."""
    held = [
        file
        for file in sorted(folder.rglob("*"))
        if addresses and file.is_file() and any(address in file.read_bytes().lower() for address in addresses)
    ]
    for file in held if not dry_run else ():
        file.unlink()
    return len(held)


def _erased_rows(connection: "Connection", known: Mapping[str, object], author: Authorship) -> dict[str, int]:
    """Place → rows that lost a value; a line of the history of erasures where any did."""
    erased = {
        place: query.run(connection, name, **{each: known[each] for each in binds}).rowcount
        for place, (name, *binds) in _STATEMENTS.items()
    }
    word = {"by": author.by, "reason": author.reason, "at": author.at}
    query.run(connection, "delivery/onec/erase_offers", client=known["client"], **word)
    if lost := {place: rows for place, rows in erased.items() if rows}:
        query.run(connection, "master/add_erasure", client=known["client"], with_name=known["with_name"], erased=json.dumps(lost), **word)
    return erased


def _erased_places(erased: dict[str, int], *, with_name: bool) -> list[Place]:
    what = {
        **_WHAT,
        "exchange/mail": "delivery reports that name its addresses",
        "exports": "e-mail, phone, address in what was given away",
    }
    if with_name:
        what["master.clients"] += ", name, ИНН"
    return [Place(place, what[place], rows) for place, rows in erased.items()]


def _kept(until: date | None) -> list[Place]:
    """What stays, and why: the same list as docs/security.md has."""
    tax = "bookkeeping: НК РФ ст. 23 п. 1 пп. 8, 402-ФЗ ст. 29"
    return [
        Place("billing, receivables, documents/", "what papers and payments say", None, until, tax),
        Place("exchange/", "messages of 1C, statements of banks, block lists", None, until, tax),
        Place("lake/", "names of vehicles and accounts", None, until, "evidence of what was billed"),
        Place("master.clients, master.contracts", "code, name, ИНН", None, until, "papers are about them"),
        Place("backups", "everything, as it was", None, None, "until you delete them: those from before today"),
    ]
