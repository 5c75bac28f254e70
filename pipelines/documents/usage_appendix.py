"""«Приложение»: what an invoice counted on every day, and how each line follows, from the evidence frozen with it (domain.md §4, §7)."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from pipelines.audit.model import Explanation, FrozenInvoice, LineDerivation
from pipelines.audit.rows import usage_row, vat_arithmetic
from pipelines.documents.model import PaperContract, ProvenLine, UsageDay, UsageDocument
from pipelines.documents.requisites import buyer, seller
from pipelines.errors import Refused
from pipelines.rating.charges import Charge
from pipelines.rating.model import Component, DayUsage, Kind
from pipelines.rating.segments import in_force

ONLINE = "Минут на связи"


class NoUsage(Refused):
    """The invoice does not rest on counted days: it was billed ahead."""


class Measure(NamedTuple):
    """What lines count each day besides vehicles: a meter, or online minutes (``meter`` None)."""

    name: str
    meter: str | None

    def of(self, day: DayUsage) -> Decimal | None:
        """The figure of a day; None when it is not known."""
        counted = day.online_minutes if self.meter is None else day.meters.get(self.meter)
        return None if counted is None else Decimal(counted)


def usage_document(explained: Explanation) -> UsageDocument:
    """The appendix of one invoice, the same for ever. NoUsage for an advance."""
    frozen = explained.frozen
    if not frozen.days:
        raise NoUsage(f"{frozen.number} was billed ahead and rests on no counted day; the month's other invoices do")
    carried = {carried_day.day for carried_day in frozen.carried}
    facts = usage_row(frozen.days)
    signed = frozen.contract_row.get("signed_on")
    measures = tuple(dict.fromkeys(_measures(frozen)))
    return UsageDocument(
        period=frozen.month,
        seller=seller(frozen.organization),
        buyer=buyer(frozen.client),
        contract=PaperContract(frozen.contract.contract_no, date.fromisoformat(signed) if signed else None),
        days=tuple(
            UsageDay(day.date, day.fleet_size, day.date in carried, tuple(measure.of(day) for measure in measures)) for day in frozen.days
        ),
        peak=facts["peak"],
        peak_on=facts["peak_date"],
        average=Decimal(str(facts["average"])),
        vehicle_days=facts["vehicle_days"],
        invoices=(frozen.number,),
        measures=tuple(measure.name for measure in measures),
        lines=tuple(_proven(no, derivation) for no, derivation in enumerate(explained.lines, 1)),
    )


def _measures(frozen: FrozenInvoice) -> Iterator[Measure]:
    for line in frozen.lines:
        component = _component(frozen, line)
        if line.kind == Kind.ONLINE_HOURS:
            yield Measure(ONLINE, None)
        elif component is not None and component.meter:
            yield Measure(component.name, component.meter)


def _component(frozen: FrozenInvoice, line: Charge) -> Component | None:
    version = in_force(frozen.tariffs.get(line.tariff_code, ()), line.span.last)
    return next((component for component in version.components if component.component_no == line.component_no), None) if version else None


def _proven(no: int, derivation: LineDerivation) -> ProvenLine:
    line = derivation.line
    before = derivation.billed if derivation.before else None
    return ProvenLine(no, line.name, line.span, line.arithmetic, line.amounts, line.vat_rate, vat_arithmetic(derivation), before)
