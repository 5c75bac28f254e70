"""What we block now, why, since when and by which order."""

from typing import Any

from pipelines.errors import BadInput
from pipelines.settings import Settings
from pipelines.warehouse import engine, query

COLUMNS = ("client_code", "organization_code", "platform", "account_id", "since", "debt", "reason", "order_no", "state", "approved_by")


def blocked(settings: Settings, client_code: str | None = None) -> list[dict[str, Any]]:
    """Accounts that we block now. `debt`: what is open now of what was due before the block; `state`: what was read back of the
    platform (None: the order has not been carried out yet). BadInput for an unknown client."""
    with engine.transaction(settings) as connection:
        if client_code is not None and query.first(connection, "access/organizations_of_client", client_code=client_code) is None:
            raise BadInput.one("--client", f"no client {client_code!r} with a contract")
        return query.mappings(connection, "access/blocked", client_code=client_code)
