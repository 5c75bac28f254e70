"""What a run leaves out, in roubles: what each parked contract was billed the month before, and what its month may come to."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from pipelines.billing import inputs
from pipelines.period import Month
from pipelines.rating.vat import mode_on, rate_on, split
from pipelines.reports.leakage import PARKED, Leak
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A parked contract. ``before`` and ``issued``: with VAT, of the month before and of this one so far; None: no invoice.

    ``estimate``: with VAT, of this month's known vehicle-days at a known price; None: there is nothing to estimate from.
    ``detail``: the reasons in Russian; ``how``: the arithmetic of the estimate, without VAT.
    """

    purpose: str
    contract_no: str
    client: str
    reason: str
    detail: str
    before: Decimal | None
    issued: Decimal | None
    estimate: Decimal | None
    how: str


def left_out(connection: "Connection", month: Month, leaks: Iterable[Leak]) -> list[LeftOut]:
    """Contracts that the month's last runs left out, by run and contract; ``leaks``: of the month (`leakage`)."""
    modes = inputs.vat_modes(connection)
    estimates = {leak.contract_no: leak for leak in leaks if leak.kind == PARKED and leak.roubles}
    parked = []
    for row in query.rows(connection, "reports/left_out", month=month.first, previous=month.previous.first):
        leak = estimates.get(row.contract_no) if row.purpose == "close" else None
        mode = mode_on(modes.get(row.organization_code, ()), month.last)
        rate = rate_on(mode, month.last) if mode else None
        estimate = split(leak.roubles, rate, included=False).total if leak else None
        names = row.purpose, row.contract_no, row.client or "", row.reason, row.detail
        parked.append(LeftOut(*names, row.before, row.issued, estimate, leak.how if leak else ""))
    return parked
