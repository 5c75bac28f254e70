"""What rating gives back: charges, the rated month, and a contract that was parked."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from pipelines.money import ZERO
from pipelines.period import Span
from pipelines.rating.model import Kind, Segment
from pipelines.rating.product import Product
from pipelines.wording import english, russian


@dataclass(frozen=True, slots=True)
class Amounts:
    """Net, VAT and total in roubles; total = net + vat."""

    net: Decimal = ZERO
    vat: Decimal = ZERO
    total: Decimal = ZERO

    def __add__(self, other: "Amounts") -> "Amounts":
        return Amounts(self.net + other.net, self.vat + other.vat, self.total + other.total)

    def __sub__(self, other: "Amounts") -> "Amounts":
        return Amounts(self.net - other.net, self.vat - other.vat, self.total - other.total)

    def __bool__(self) -> bool:
        return bool(self.net or self.vat or self.total)


@dataclass(frozen=True, slots=True)
class Charge:
    """One priced result of one component over one segment: one invoice line.

    ``quantity`` is exact. ``price`` is the unit price where one exists, as the tariff has it: before share and
    discount. ``arithmetic`` is the computation in Russian. ``vat_rate`` None means without VAT.
    ``shown``: quantity × price for papers, where that is exactly the amount; ``quantity_text``: what was counted, in Russian.
    Both are made with the charge and are not stored.
    """

    tariff_code: str
    component_no: int
    name: str
    kind: Kind
    span: Span
    quantity: Fraction
    price: Decimal | None
    share: Fraction
    discount: Decimal
    prices_include_vat: bool
    arithmetic: str
    net: Decimal
    vat_rate: Decimal | None
    vat: Decimal
    total: Decimal
    shown: Product | None = None
    quantity_text: str = ""

    @property
    def amount(self) -> Decimal:
        """The rounded line in the tariff's own prices: the total if they include VAT, else the net."""
        return self.total if self.prices_include_vat else self.net

    @property
    def amounts(self) -> Amounts:
        """Net, VAT and total together."""
        return Amounts(self.net, self.vat, self.total)

    def as_billed(self) -> "Billed":
        """This charge as it stands on an invoice."""
        return Billed(
            tariff_code=self.tariff_code,
            component_no=self.component_no,
            name=self.name,
            kind=self.kind,
            span=self.span,
            prices_include_vat=self.prices_include_vat,
            net=self.net,
            vat_rate=self.vat_rate,
            vat=self.vat,
            total=self.total,
            quantity=self.quantity,
            price=self.price,
        )


@dataclass(frozen=True, slots=True)
class Billed:
    """A line that was billed before, of any invoice kind: what a difference is taken from."""

    tariff_code: str
    component_no: int
    name: str
    kind: Kind
    span: Span
    prices_include_vat: bool
    net: Decimal
    vat_rate: Decimal | None
    vat: Decimal
    total: Decimal
    quantity: Fraction | None = None
    price: Decimal | None = None

    @property
    def amounts(self) -> Amounts:
        """Net, VAT and total together."""
        return Amounts(self.net, self.vat, self.total)


@dataclass(frozen=True, slots=True)
class ZeroPrice:
    """Something was used and its price is 0: kept as a line, and worth a finding (domain.md §5)."""

    tariff_code: str
    component_no: int
    name: str
    span: Span
    quantity: Fraction


@dataclass(frozen=True, slots=True)
class UnusedPrepaid:
    """Fewer vehicles than were paid ahead: shown at the close, no refund (domain.md §6)."""

    span: Span
    prepaid: int
    used: Fraction

    @property
    def unused(self) -> Fraction:
        """Prepaid vehicles that were not used, exact."""
        return self.prepaid - self.used


@dataclass(frozen=True, slots=True)
class RatedMonth:
    """A contract's month, priced.

    ``charges`` are the lines of the monthly invoice (the top-up to the minimum last). ``prepaid`` is what the
    components that are paid ahead come to at the close, billed by advance and corrective invoices, not by the
    monthly one. No segments: the contract was not in force in the month.
    """

    contract_no: str
    segments: tuple[Segment, ...]
    charges: tuple[Charge, ...]
    prepaid: tuple[Charge, ...] = ()
    zero_prices: tuple[ZeroPrice, ...] = ()
    unused: tuple[UnusedPrepaid, ...] = ()

    @property
    def is_prepaid(self) -> bool:
        """Some segment of the month is paid ahead."""
        return any(segment.terms.prepaid_vehicles > 0 for segment in self.segments)

    @property
    def everything(self) -> tuple[Charge, ...]:
        """All that the month costs, over all invoice kinds: what a correction compares with what was issued."""
        return self.prepaid + self.charges

    @property
    def amounts(self) -> Amounts:
        """The monthly invoice's totals: the sums of its lines."""
        return total_of(self.charges)


def total_of(charges: tuple[Charge, ...]) -> Amounts:
    """Sums of the lines' net, VAT and total."""
    return Amounts(
        sum((charge.net for charge in charges), ZERO),
        sum((charge.vat for charge in charges), ZERO),
        with_vat(charges),
    )


def with_vat(charges: tuple[Charge, ...]) -> Decimal:
    """Sum of the lines' totals alone."""
    return sum([charge.total for charge in charges], ZERO)


class Cause(StrEnum):
    """Why a contract cannot be billed correctly."""

    NO_TERMS = "no_terms"
    NO_TARIFF = "no_tariff"
    BROKEN_TARIFF = "broken_tariff"
    MISSING_DAYS = "missing_days"
    UNKNOWN_ONLINE = "unknown_online"
    MISSING_METER = "missing_meter"
    NEGATIVE_USAGE = "negative_usage"
    NO_VAT_MODE = "no_vat_mode"


_ENGLISH = {
    Cause.NO_TERMS: "no terms on {days}",
    Cause.NO_TARIFF: "tariff {subject} has no version in force on {days}",
    Cause.BROKEN_TARIFF: "tariff {subject} cannot be priced",
    Cause.MISSING_DAYS: "usage is not known for {days}",
    Cause.UNKNOWN_ONLINE: "online minutes are not known for {days}",
    Cause.MISSING_METER: "meter {subject} is not known for {days}",
    Cause.NEGATIVE_USAGE: "{subject} comes to less than nothing over {days}",
    Cause.NO_VAT_MODE: "the organization has no VAT mode on {days}",
}
_RUSSIAN = {
    Cause.NO_TERMS: "нет условий договора на {days}",
    Cause.NO_TARIFF: "нет действующей версии тарифа {subject} на {days}",
    Cause.BROKEN_TARIFF: "тариф {subject} нельзя рассчитать",
    Cause.MISSING_DAYS: "нет данных об использовании за {days}",
    Cause.UNKNOWN_ONLINE: "нет данных о времени на связи за {days}",
    Cause.MISSING_METER: "нет данных счётчика {subject} за {days}",
    Cause.NEGATIVE_USAGE: "показатель {subject} отрицателен за {days}",
    Cause.NO_VAT_MODE: "у организации нет режима НДС на {days}",
}
_COLUMNS = {"online_minutes": "«время на связи»"}


@dataclass(frozen=True, order=True, slots=True)
class ParkReason:
    """Why a contract is parked: the cause, the runs of days concerned, and what it is about (tariff, meter)."""

    cause: Cause
    spans: tuple[Span, ...] = ()
    subject: str = ""

    def __str__(self) -> str:
        return _ENGLISH[self.cause].format(days=english.days(self.spans), subject=self.subject)

    @property
    def russian(self) -> str:
        """The same for finance; the names of meters without the signs of a column's name."""
        is_usage = self.cause in (Cause.MISSING_METER, Cause.NEGATIVE_USAGE)
        subject = _COLUMNS.get(self.subject, f"«{self.subject.replace('_', ' ')}»") if is_usage else self.subject
        return _RUSSIAN[self.cause].format(days=russian.days(self.spans, whole_dates=True), subject=subject)


@dataclass(frozen=True, slots=True)
class Parked:
    """A contract left out because it cannot be billed correctly; never billed 0.00 instead."""

    contract_no: str
    reasons: tuple[ParkReason, ...]

    def __str__(self) -> str:
        return "; ".join(map(str, self.reasons))
