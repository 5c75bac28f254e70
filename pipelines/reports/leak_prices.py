"""What a vehicle-day is worth where nobody billed it: from what was billed for others' (domain.md §10). Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from pipelines.money import ZERO
from pipelines.period import Month
from pipelines.wording.russian import month_name, noun, number, roubles

_FINE = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Rate:
    """What a contract was billed for its vehicles in a month (net, roubles), and its billable vehicle-days."""

    net: Decimal
    vehicle_days: int

    @property
    def is_known(self) -> bool:
        """Whether it says what a vehicle-day costs."""
        return self.net > 0 and self.vehicle_days > 0


@dataclass(frozen=True, slots=True)
class Price:
    """Roubles of one vehicle-day, exact and without VAT; ``source``: whence, in Russian."""

    amount: Fraction
    source: str


@dataclass(frozen=True, slots=True)
class Prices:
    """Rates by contract: of the month, of the month before, and of each contract's last billed month before this one.

    ``platforms``: platforms on which each contract has accounts. A contract on two of them counts in the average of both:
    its invoice does not say which vehicle earned what.
    """

    month: Month
    now: Mapping[str, Rate]
    before: Mapping[str, Rate]
    own: Mapping[str, tuple[Month, Rate]] = field(default_factory=dict)
    platforms: Mapping[str, frozenset[str]] = field(default_factory=dict)
    _averages: dict[tuple[bool, frozenset[str] | None], Fraction | None] = field(default_factory=dict, compare=False, repr=False)

    def of_platforms(self, platforms: Collection[str]) -> Price | None:
        """The average on these platforms, else the house's; of the month before where nothing was billed this month. None: not known."""
        names = ", ".join(sorted(platforms))
        for place, where in ((frozenset(platforms), f"на {names}"), (None, "по всем договорам")):
            for is_now, of in ((True, ""), (False, f" за {month_name(self.month.previous)}")):
                average = self._average(place, is_now=is_now)
                if average is not None:
                    return Price(average, f"средняя цена машино-дня {where}{of}")
        return None

    def of_contract(self, contract_no: str) -> Price | None:
        """The contract's own price in its last billed month before this one, else the average of its platforms."""
        if contract_no in self.own:
            month, rate = self.own[contract_no]
            return Price(Fraction(rate.net) / rate.vehicle_days, f"своя цена машино-дня за {month_name(month)}")
        return self.of_platforms(self.platforms.get(contract_no, frozenset()))

    def of_ended(self, contract_no: str) -> Price | None:
        """Like `of_contract`, but the month's own price comes first: a contract that ended inside it was billed for its days."""
        rate = self.now.get(contract_no)
        if rate is not None and rate.is_known:
            return Price(Fraction(rate.net) / rate.vehicle_days, f"своя цена машино-дня за {month_name(self.month)}")
        return self.of_contract(contract_no)

    def _average(self, place: frozenset[str] | None, *, is_now: bool) -> Fraction | None:
        """Σ net ÷ Σ vehicle-days over the contracts of a place (None: everywhere), of the month or the one before; found once."""
        key = (is_now, place)
        if key not in self._averages:
            nowhere: frozenset[str] = frozenset()
            chosen = [
                rate
                for contract_no, rate in (self.now if is_now else self.before).items()
                if rate.is_known and (place is None or place & self.platforms.get(contract_no, nowhere))
            ]
            net = sum((rate.net for rate in chosen), ZERO)
            self._averages[key] = Fraction(net) / sum(rate.vehicle_days for rate in chosen) if chosen else None
        return self._averages[key]


def arithmetic(vehicle_days: int, price: Price) -> str:
    """Such as «12 машино-дней × 9,68 ₽ (средняя цена машино-дня на gps1)»; a price without end is shown with four decimals."""
    amount = Decimal(price.amount.numerator) / price.amount.denominator
    is_exact = 100 % price.amount.denominator == 0
    shown = roubles(amount) if is_exact else "≈ " + roubles(amount.quantize(_FINE, ROUND_HALF_UP))
    counted_days = f"{number(vehicle_days)} {noun(vehicle_days, 'машино-день', 'машино-дня', 'машино-дней')}"
    return f"{counted_days} × {shown}\u00a0₽ ({price.source})"
