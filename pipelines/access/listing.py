"""What we block now, why, since when, by which order, and whether it still holds."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any, Final

from pipelines.access.block_words import explanation
from pipelines.errors import BadInput
from pipelines.settings import Settings
from pipelines.warehouse import engine, query

_OF_THE_ORDER = (
    "client_code",
    "organization_code",
    "platform",
    "account_id",
    "since",
    "debt",
    "reason",
    "order_no",
    "state",
    "approved_by",
)
COLUMNS = (*_OF_THE_ORDER, "share_links", "sub_users", "vehicles", "lifted_at", "lifted_by", "explanation")

_PARTS: Final = {"share_link": "share_links", "sub_user": "sub_users", "vehicle": "vehicles"}


def blocked(settings: Settings, client_code: str | None = None) -> list[dict[str, Any]]:
    """Accounts that we block now, each with what went down with it.

    `debt`: what is open now of what was due before the block; `state`: what was read back of the platform (None: the order has not
    been carried out yet); `share_links`, `sub_users`, `vehicles`: how many are blocked with it; `lifted_at`: when somebody else was
    seen to have lifted our block, `lifted_by`: who, where the platform says; `explanation`: a line to be read to the client.
    BadInput for an unknown client.
    """
    with engine.transaction(settings) as connection:
        if client_code is not None and query.first(connection, "access/organizations_of_client", client_code=client_code) is None:
            raise BadInput.one("--client", f"no client {client_code!r} with a contract")
        rows = query.mappings(connection, "access/blocked", client_code=client_code, with_debts=True)
    accounts: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        accounts[row["platform"], row["account_id"], row["organization_code"], row["client_code"]].append(row)
    return [_account(targets) for targets in accounts.values()]


def _account(targets: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """One account: its own order (the first one, where only parts of it are blocked by us), and its parts as counts."""
    first = targets[0]
    counts = Counter(row["target"] for row in targets)
    parts = {name: counts[kind] for kind, name in _PARTS.items()}
    lifted = next((row for row in targets if row["lifted_at"] is not None), None)
    return {
        **{name: first[name] for name in _OF_THE_ORDER},
        **parts,
        "lifted_at": (lifted["edited_at"] or lifted["lifted_at"]) if lifted else None,
        "lifted_by": lifted["lifted_by"] if lifted else None,
        "explanation": explanation(first, counts, lifted),
    }
