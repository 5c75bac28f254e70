"""The history of master data as a source of decisions, and whom a question about it is about."""

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from pipelines.errors import BadInput
from pipelines.master.sheets import DEFAULT_ZONE, TABLES, Sheet, key_text
from pipelines.warehouse.decisions import Layout, Source
from pipelines.warehouse.statements import statement

if TYPE_CHECKING:
    from sqlalchemy import Connection


def _layout(sheet: Sheet) -> Layout:
    decimals = frozenset(column.name for column in sheet.columns if column.kind == "decimal")
    return Layout(tuple(column.name for column in sheet.columns), sheet.key, decimals)


SOURCES = (Source("warehouse/master/history", {name: _layout(sheet) for name, sheet in TABLES.items()}),)


class NeverHeardOf(BadInput):
    """Neither the history nor the tables know a contract, tariff or client of that name."""


def known(connection: "Connection", what: str, code: str) -> str:
    """The code itself. NeverHeardOf unless there is, or was, such a ``what``: contract, tariff or client."""
    from sqlalchemy import text

    values = {"what": what, "code": code, "key": key_text(code)}
    if not connection.execute(text(statement("warehouse/master/is_known")), values).scalar_one():
        raise NeverHeardOf.one(f"--{what}", f"the history knows nothing of {what} {code!r}")
    return code


def contracts_of(connection: "Connection", client: str) -> list[str]:
    """Contracts that are or were a client's."""
    from sqlalchemy import text

    return list(connection.execute(text(statement("warehouse/master/contracts_of_client")), {"client": client}).scalars())


def zone(connection: "Connection") -> ZoneInfo:
    """The time zone in which the days of the history are meant: the first organization's."""
    return ZoneInfo(connection.exec_driver_sql(statement("warehouse/master/time_zone")).scalar() or DEFAULT_ZONE)
