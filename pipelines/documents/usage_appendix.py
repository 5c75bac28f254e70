"""«Приложение»: the fleet of every day that an invoice rests on, from the evidence frozen with it (domain.md §4, §7)."""

from datetime import date
from decimal import Decimal

from pipelines.audit.model import Explanation
from pipelines.audit.rows import usage_row
from pipelines.documents.model import PaperContract, UsageDay, UsageDocument
from pipelines.documents.requisites import buyer, seller
from pipelines.errors import Refused


class NoUsage(Refused):
    """The invoice does not rest on counted days: it was billed ahead."""


def usage_document(explained: Explanation) -> UsageDocument:
    """The appendix of one invoice, the same for ever. NoUsage for an advance."""
    frozen = explained.frozen
    if not frozen.days:
        raise NoUsage(f"{frozen.number} was billed ahead and rests on no counted day; the month's other invoices do")
    carried = {one.day for one in frozen.carried}
    facts = usage_row(frozen.days)
    signed = frozen.contract_row.get("signed_on")
    return UsageDocument(
        period=frozen.month,
        seller=seller(frozen.organization),
        buyer=buyer(frozen.client),
        contract=PaperContract(frozen.contract.contract_no, date.fromisoformat(signed) if signed else None),
        days=tuple(UsageDay(day.date, day.fleet_size, day.date in carried) for day in frozen.days),
        peak=facts["peak"],
        peak_on=facts["peak_date"],
        average=Decimal(str(facts["average"])),
        vehicle_days=facts["vehicle_days"],
        invoices=(frozen.number,),
    )
