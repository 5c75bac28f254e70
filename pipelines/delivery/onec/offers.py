"""What 1C offers to change in clients and contracts: listed, and taken or refused by a person's word."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from pipelines.clock import Authorship
from pipelines.delivery.onec.applying import tables_of
from pipelines.delivery.onec.catalogue_changes import Telling, ToldField
from pipelines.delivery.onec.peers import local_time
from pipelines.errors import BadInput, Refused
from pipelines.findings import store as findings
from pipelines.logs import verb
from pipelines.master import importing, store
from pipelines.settings import Settings
from pipelines.warehouse import engine, query
from pipelines.warehouse.locks import Lock, lock

if TYPE_CHECKING:
    from sqlalchemy import Connection

KIND: Final = "onec_offer"
"""Kind of finding: a value that 1C offers; its subject is base, sheet, code and field."""
OFFER_COLUMNS: Final = ("offer_no", "peer", "sheet", "code", "name", "field", "ours", "value", "detail", "message_no", "at")
_CONTACTS: Final = ("email", "phone")


class AlreadySettled(Refused):
    """A person has said otherwise of the offer."""


def offers(settings: Settings) -> list[dict[str, Any]]:
    """Every open offer, oldest first (`OFFER_COLUMNS`): of what a base said last of a field, while it is not ours too."""
    with engine.transaction(settings) as connection:
        return query.mappings(connection, "delivery/onec/offers")


def settle(settings: Settings, offer_nos: Sequence[int], author: Authorship, *, is_taken: bool) -> int:
    """Take the offers, all together, into the master data with a line of history by that person; or refuse them. How many it settled.

    BadInput: no such offer, one that is over (1C has told otherwise since, or the value is ours), or what the rules of master data refuse.
    AlreadySettled: somebody has said otherwise. The same word again changes nothing.
    """
    with verb("delivery", "settle_onec_offers", offers=len(offer_nos), is_taken=is_taken), engine.transaction(settings) as connection:
        lock(connection, Lock.MASTER)
        chosen = _open(connection, offer_nos, is_taken=is_taken)
        if not chosen:
            return 0
        if is_taken:
            _change(connection, chosen, author)
        word = {"is_taken": is_taken, "by_name": author.by, "reason": author.reason, "at": author.at}
        query.run(connection, "delivery/onec/add_offer_words", offer_nos=[row.offer_no for row in chosen], **word)
        refresh(connection, author.at)
        return len(chosen)


def _open(connection: "Connection", offer_nos: Sequence[int], *, is_taken: bool) -> list[Any]:
    """The offers of these numbers that wait for a word."""
    known = {row.offer_no: row for row in query.rows(connection, "delivery/onec/offer", offer_nos=list(offer_nos))}
    unknown = [number for number in offer_nos if number not in known]
    if unknown:
        raise BadInput.one("NUMBER", f"there is no offer {', '.join(map(str, unknown))}; `fleetbill onec offers` lists them")
    for row in known.values():
        if row.is_taken is not None and row.is_taken != is_taken:
            raise AlreadySettled(f"{row.by_name} has {'taken' if row.is_taken else 'refused'} offer {row.offer_no} already")
    over = [number for number, row in known.items() if row.is_taken is None and not row.is_open]
    if over:
        raise BadInput.one(
            "NUMBER", f"offer {', '.join(map(str, over))} is over: 1C has told otherwise since, or the value is ours already"
        )
    return [row for row in known.values() if row.is_taken is None]


def _change(connection: "Connection", chosen: Sequence[Any], author: Authorship) -> None:
    """Write what is offered; BadInput where two offers contradict each other, or a rule refuses one."""
    fields = {(row.sheet, row.code, row.field): row.value for row in chosen}
    for row in chosen:
        if fields[row.sheet, row.code, row.field] != row.value:
            raise BadInput.one("NUMBER", f"the offers say different things of {row.field} of {row.code}")
    state = store.load(connection)
    wanted = [ToldField(sheet, code, column, value, Telling.TAKEN) for (sheet, code, column), value in fields.items()]
    store.write(connection, importing.checked(connection, tables_of(state, wanted), state, []), author)


def refresh(connection: "Connection", at: datetime) -> None:
    """Say every open offer as a finding, and no other."""
    today = local_time(connection, at).date()
    found_offers = [
        findings.Occurrence(
            KIND,
            f"{row.peer}/{row.sheet}/{row.code}/{row.field}",
            min(local_time(connection, row.at).date(), today),
            row.code if row.sheet == "contracts" else None,
            _parameters(row),
        )
        for row in query.rows(connection, "delivery/onec/offers")
    ]
    findings.replace(connection, [KIND], date.min, date.max, found_offers)


def _parameters(row: Any) -> dict[str, Any]:
    """What the finding's words need; addresses and telephones stay where the offer is listed."""
    values = {} if row.field in _CONTACTS else {"ours": row.ours, "value": row.value}
    return {"peer": row.peer, "offer_no": row.offer_no, "name": row.name, "code": row.code, "field": row.field, **values}
