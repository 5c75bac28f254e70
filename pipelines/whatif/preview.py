"""What a close would bill now: the same computation, nothing stored."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipelines.billing.contracts import NotInForce, asked_for
from pipelines.billing.drafting import compute
from pipelines.billing.model import Draft, ParkedContract, Scope, shown_quantity
from pipelines.errors import Refused
from pipelines.period import Month
from pipelines.rating.charges import Amounts
from pipelines.rating.rows import listed_share, price_of
from pipelines.settings import Settings
from pipelines.warehouse import engine, query

COLUMNS = (
    "contract_no", "client_code", "kind", "component", "segment_from", "segment_to", "quantity", "price", "share",
    "net", "vat", "total", "arithmetic",
)  # fmt: skip


class AlreadyClosed(Refused):
    """The contract's month is closed: nothing is left to bill."""


@dataclass(frozen=True, slots=True)
class Preview:
    """``rows`` (COLUMNS): every line that would be billed; ``nothing``: contracts that come to nothing."""

    rows: tuple[dict[str, Any], ...]
    amounts: Amounts
    contracts: int
    parked: tuple[ParkedContract, ...]
    nothing: tuple[str, ...]
    closed: int


def preview_month(settings: Settings, month: Month, contract_no: str | None, at: datetime) -> Preview:
    """What is left to bill of a month, of one contract or of all.

    BadInput for an unknown contract; Refused for one that is closed for the month, or not in force in it.
    """
    with engine.reading(settings) as connection:
        wanted = asked_for(connection, contract_no)
        closed = frozenset(query.scalars(connection, "billing/closed_contracts", month=month.first))
        if contract_no in closed:
            raise AlreadyClosed(
                f"{month} of contract {contract_no} is closed: `fleetbill invoices --month {month}` lists what was issued, "
                f"`fleetbill correct --month {month} --contract {contract_no}` shows what has changed since"
            )
        prepared = compute(settings, connection, Scope(month), keep=False, at=at)
    drafts = [draft for draft in prepared.drafts if contract_no in (None, draft.contract_no)]
    parked = tuple(each for each in prepared.parked if contract_no in (None, each.contract_no))
    nothing = tuple(each for each in prepared.nothing if contract_no in (None, each))
    if wanted and not drafts and not parked and not nothing:
        raise NotInForce(wanted, [month])
    return Preview(
        tuple(row for draft in drafts for row in _rows(draft)),
        sum((draft.amounts for draft in drafts), Amounts()),
        len({draft.contract_no for draft in drafts}),
        parked,
        nothing,
        len(closed),
    )


def _rows(draft: Draft) -> list[dict[str, Any]]:
    return [
        {
            "contract_no": draft.contract_no,
            "client_code": draft.client_code,
            "kind": draft.kind,
            "component": line.charge.name,
            "segment_from": line.charge.span.first,
            "segment_to": line.charge.span.last,
            "quantity": shown_quantity(line.charge.quantity),
            "price": price_of(line.charge),
            "share": listed_share(line.charge.share, line.charge.span),
            "net": line.charge.net,
            "vat": line.charge.vat,
            "total": line.charge.total,
            "arithmetic": line.charge.arithmetic,
        }
        for line in draft.lines
    ]
