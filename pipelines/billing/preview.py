"""What a close would bill now: the same computation, nothing stored."""

from datetime import datetime
from typing import Any

from pipelines.billing.draft import compute
from pipelines.billing.drafts import ParkedContract, Scope, shown_quantity
from pipelines.errors import Refused
from pipelines.period import Month
from pipelines.settings import Settings
from pipelines.warehouse import engine

COLUMNS = (
    "contract_no", "client_code", "component", "segment_from", "segment_to", "quantity", "price", "share",
    "net", "vat", "total", "arithmetic",
)  # fmt: skip


class UnknownContract(Refused):
    """The contract is not in force in the month, or does not exist."""


def preview_month(
    settings: Settings, month: Month, contract_no: str | None, at: datetime
) -> tuple[list[dict[str, Any]], tuple[ParkedContract, ...]]:
    """Rows (``COLUMNS``) of every line that would be billed, and the contracts that would be parked."""
    with engine.transaction(settings) as connection:
        prepared = compute(settings, connection, Scope(month), keep=False, at=at)
    rows = [
        {
            "contract_no": draft.contract_no,
            "client_code": draft.client_code,
            "component": line.charge.name,
            "segment_from": line.charge.span.first,
            "segment_to": line.charge.span.last,
            "quantity": shown_quantity(line.charge.quantity),
            "price": line.charge.price,
            "share": str(line.charge.share),
            "net": line.charge.net,
            "vat": line.charge.vat,
            "total": line.charge.total,
            "arithmetic": line.charge.arithmetic,
        }
        for draft in prepared.drafts
        if contract_no in (None, draft.contract_no)
        for line in draft.lines
    ]
    parked = tuple(each for each in prepared.parked if contract_no in (None, each.contract_no))
    if contract_no is not None and not rows and not parked and contract_no not in prepared.nothing:
        raise UnknownContract(f"contract {contract_no} has nothing to bill in {month}: it is unknown, not in force or closed already")
    return rows, parked
