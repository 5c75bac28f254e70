"""An older sheet does not undo what a client has said of its addresses since: the client's word stands, and the import says so."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pipelines.master import address_rules
from pipelines.master.lines import Table
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection


def stand(connection: "Connection", tables: Mapping[str, Table]) -> None:
    """Keep a client's own addresses where a line has what they were before; a notice names each, and each that is replaced on purpose."""
    table = tables.get("clients")
    if table is None or "email" not in table.given:
        return
    said = query.scalars(connection, "master/clients_with_words")
    own = {row.client_code: row for row in query.rows(connection, "master/client_words", clients=list(said))} if said else {}
    for line in table.lines:
        word = own.get(line.values["client_code"])
        given = address_rules.split(_text(line.values["email"]))
        if word is None or set(given) == set(address_rules.split(word.email)):
            continue
        place = f"{line.place} column email: the client itself set {word.email!r} in the cabinet on {word.at:%Y-%m-%d}"
        if set(given) in [set(address_rules.split(each)) for each in word.earlier]:
            line.values["email"] = word.email
            table.notices.append(f"{place}; {address_rules.joined(given) or 'nothing'!r} is what it was before, and does not undo that")
        else:
            table.notices.append(f"{place}; this sheet replaces it")


def _text(value: object) -> str:
    return "" if value is None else str(value)
