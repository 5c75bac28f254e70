"""What clients are called today: for listings that people read."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection


def with_clients(connection: "Connection", rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rows with a column `client`: code and name of the client_code, or of the client that the contract_no belongs to."""
    names = dict(tuple(row) for row in query.rows(connection, "master/client_names"))
    owners = dict(tuple(row) for row in query.rows(connection, "master/contract_clients"))
    return [{**row, "client": _named(row, owners, names)} for row in rows]


def _named(row: Mapping[str, Any], owners: Mapping[str, str], names: Mapping[str, str]) -> str | None:
    code = row.get("client_code") or owners.get(row.get("contract_no") or "")
    return code and f"{code} {names.get(code, '')}".rstrip()
