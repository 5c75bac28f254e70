"""What we block now, why, since when and by which order."""

from typing import Any

from pipelines.access.facts import run
from pipelines.settings import Settings
from pipelines.warehouse import engine

COLUMNS = ("client_code", "organization_code", "platform", "account_id", "since", "debt", "reason", "order_no", "state", "approved_by")


def blocked(settings: Settings, client_code: str | None = None) -> list[dict[str, Any]]:
    """Accounts that we block now. `debt`: what is open now of what was due before the block; `state`: what was read back of the
    platform (None: the order has not been carried out yet)."""
    with engine.transaction(settings) as connection:
        return [dict(row) for row in run(connection, "blocked", client_code=client_code).mappings()]
