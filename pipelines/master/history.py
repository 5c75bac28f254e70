"""The history of master data as a source of decisions, and whom a question about it is about."""

from typing import TYPE_CHECKING

from pipelines.errors import BadInput
from pipelines.master.sheets import TABLES, MasterSheet, key_text
from pipelines.warehouse import query
from pipelines.warehouse.decisions import DecisionSource, Layout

if TYPE_CHECKING:
    from sqlalchemy import Connection


def _layout(sheet: MasterSheet) -> Layout:
    decimals = frozenset(column.name for column in sheet.columns if column.kind == "decimal")
    return Layout(tuple(column.name for column in sheet.columns), sheet.key, decimals)


SOURCES = (
    DecisionSource("master/history", {name: _layout(sheet) for name, sheet in TABLES.items()}),
    DecisionSource("master/history_of_erasures", {"erasures": Layout()}),
)


class NeverHeardOf(BadInput):
    """Neither the history nor the tables know a contract, tariff or client of that name."""


def known(connection: "Connection", what: str, code: str) -> str:
    """The code itself. NeverHeardOf unless there is, or was, such a ``what``: contract, tariff or client."""
    if not query.scalar(connection, "master/is_known", what=what, code=code, key=key_text(code)):
        raise NeverHeardOf.one(f"--{what}", f"the history knows nothing of {what} {code!r}")
    return code


def contracts_of(connection: "Connection", client: str) -> list[str]:
    """Contracts that are or were a client's."""
    return query.scalars(connection, "master/contracts_of_client", client=client)
