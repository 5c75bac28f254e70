"""The one place that separates clients' rows: what is read in here is the reader's own, also where a statement forgets to ask.

A transaction takes on the role `fleetbill_cabinet`, which may read nothing but the tables of the schema `cabinet`. Each of them is
guarded by a row-level-security policy that compares its rows with the clients that are set here, for this transaction alone;
where none are set there are no rows. Statements ask for ``:clients`` all the same: twice is the point.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pipelines.cabinet.reader import NotYours, Reader
from pipelines.errors import Refused
from pipelines.settings import Settings
from pipelines.warehouse import engine, query
from pipelines.warehouse.embedded import CABINET

if TYPE_CHECKING:
    from sqlalchemy import Connection


class NoRole(Refused):
    """The server has no role for the cabinet, or the application may not take it on."""


@contextmanager
def of(settings: Settings, reader: Reader, clients: Sequence[str] | None = None) -> Iterator["Connection"]:
    """A read-only view of the warehouse as it is at one moment, in which there are the reader's rows and no others.

    ``clients``: only these of the reader's clients (NotYours for another one's). What is opened here is closed with the transaction:
    the connection goes back to the application as it was.
    """
    chosen = reader.clients if clients is None else [reader.require(each) for each in clients]
    with engine.reading(settings) as connection:
        take_role(connection)
        query.run(connection, "cabinet/set_clients", clients=list(chosen))
        yield connection


def take_role(connection: "Connection") -> None:
    """Become the cabinet's role until the transaction ends. NoRole where that is refused."""
    from sqlalchemy.exc import DBAPIError

    try:
        connection.exec_driver_sql(f"SET LOCAL ROLE {CABINET}")
    except DBAPIError as error:
        if getattr(error.orig, "pgcode", None) not in {"22023", "42501"}:
            raise
        raise NoRole(f"the database does not let us act as {CABINET}: `fleetbill db roles` says what is missing") from None


def require_invoice(connection: "Connection", number: str) -> str:
    """The number of an invoice that the reader may see, for use-cases that read as the application. NotYours for any other."""
    if not query.scalar(connection, "cabinet/has_invoice", number=number):
        raise NotYours(f"invoice {number!r}")
    return number


def require_contract(connection: "Connection", contract_no: str) -> str:
    """The number of a contract that the reader may see, for use-cases that read as the application. NotYours for any other."""
    if not query.scalar(connection, "cabinet/has_contract", contract_no=contract_no):
        raise NotYours(f"contract {contract_no!r}")
    return contract_no
