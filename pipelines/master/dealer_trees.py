"""Dealers and who is under them, as master data have them today."""

from typing import TYPE_CHECKING

from pipelines.errors import BadInput
from pipelines.master.dealers import trees_of
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection


def clients_under(connection: "Connection", dealer: str) -> frozenset[str]:
    """A dealer and every client under it, directly or through others. BadInput for a client that there is not."""
    above = {row.client_code: row.dealer_code for row in query.rows(connection, "master/dealers")}
    if dealer not in above:
        raise BadInput.one("--dealer", f"there is no client {dealer!r}")
    return frozenset(trees_of([dealer], above))


def all_trees(connection: "Connection") -> dict[str, frozenset[str]]:
    """Every client that is somebody's dealer, with its tree; in the order of their codes. A dealer under another stands in both."""
    above = {row.client_code: row.dealer_code for row in query.rows(connection, "master/dealers")}
    dealers = sorted({dealer for dealer in above.values() if dealer is not None})
    return {dealer: frozenset(trees_of([dealer], above)) for dealer in dealers}
