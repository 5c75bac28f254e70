"""Differences: what a month costs now less what was billed for it, by component and segment (domain.md §6, §7)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from pipelines.money import ZERO, round_kopeck
from pipelines.period import Span
from pipelines.rating.arithmetic import joined
from pipelines.rating.charges import Amounts, Billed, Charge
from pipelines.rating.discount import discounted
from pipelines.rating.model import Kind
from pipelines.rating.product import Product, product
from pipelines.rating.schemes import Part, exact
from pipelines.rating.vat import split
from pipelines.wording.russian import full_number, month_or_period, roubles

Key = tuple[int, str, int]
Item = Charge | Billed


@dataclass(frozen=True, slots=True)
class ComparedGroup:
    """What is compared with each other: one component over one segment.

    Where segments were cut anew since billing: all the old and new ones of the component that overlap.
    """

    charges: tuple[Charge, ...]
    billed: tuple[Billed, ...]

    @property
    def amounts(self) -> Amounts:
        """Each of net, VAT and total: new − billed."""
        new = sum((charge.amounts for charge in self.charges), Amounts())
        return new - sum((line.amounts for line in self.billed), Amounts())

    def lines(self) -> tuple[Charge, ...]:
        """The lines that bill or credit the difference: one (one per VAT rate, were there several), none for no difference."""
        both: tuple[Item, ...] = (*self.charges, *self.billed)
        rates = {item.vat_rate for item in both}
        lines = []
        for rate in sorted(rates, key=lambda percent: -1 if percent is None else percent):
            charges = tuple(charge for charge in self.charges if charge.vat_rate == rate)
            billed = tuple(line for line in self.billed if line.vat_rate == rate)
            if ComparedGroup(charges, billed).amounts:
                lines.append(_line(charges, billed, rate))
        return tuple(lines)


def compare(charges: Iterable[Charge], billed: Iterable[Billed]) -> tuple[ComparedGroup, ...]:
    """Charges against billed lines of the same month, grouped; both in any order."""
    items: dict[Key, list[Item]] = {}
    everything: tuple[Item, ...] = (*charges, *billed)
    for item in everything:
        items.setdefault(_key(item), []).append(item)
    return tuple(_group(run) for key in sorted(items) for run in _overlapping(items[key]))


def adjustment(charges: Iterable[Charge], issued: Iterable[Billed]) -> tuple[Charge, ...]:
    """The lines of a correction: all that the month costs now less all that was issued for it, of every kind.

    What was billed keeps its original VAT rate. Nothing differs: no lines.
    """
    return tuple(line for group in compare(charges, issued) for line in _at_original_rate(group).lines())


def _key(item: Item) -> Key:
    if item.kind == Kind.MINIMUM:
        return 1, "", item.component_no
    return 0, item.tariff_code, item.component_no


def _overlapping(items: Sequence[Item]) -> list[list[Item]]:
    runs: list[list[Item]] = []
    last = None
    for item in sorted(items, key=lambda listed: (listed.span, isinstance(listed, Billed), listed.total)):
        if last is None or item.span.first > last:
            runs.append([])
            last = item.span.last
        runs[-1].append(item)
        last = max(last, item.span.last)
    return runs


def _group(items: Sequence[Item]) -> ComparedGroup:
    return ComparedGroup(
        tuple(item for item in items if isinstance(item, Charge)),
        tuple(item for item in items if isinstance(item, Billed)),
    )


def _at_original_rate(group: ComparedGroup) -> ComparedGroup:
    return replace(group, charges=tuple(_repriced(charge, group.billed) for charge in group.charges)) if group.billed else group


def _repriced(charge: Charge, billed: Sequence[Billed]) -> Charge:
    same_end = [line for line in billed if charge.span.last in line.span] or billed
    weights: dict[Decimal | None, Decimal] = {}
    for line in same_end:
        weights[line.vat_rate] = weights.get(line.vat_rate, ZERO) + line.total
    if charge.vat_rate in weights and len(weights) == 1:
        return charge
    rate = max(weights, key=lambda vat_rate: (abs(weights[vat_rate]), vat_rate == charge.vat_rate, vat_rate or 0))
    money = split(charge.amount, rate, included=charge.prices_include_vat)
    return replace(charge, net=money.net, vat_rate=rate, vat=money.vat, total=money.total)


def _line(charges: Sequence[Charge], billed: Sequence[Billed], rate: Decimal | None) -> Charge:
    if len(charges) == 1 and not billed:
        return charges[0]
    money = ComparedGroup(tuple(charges), tuple(billed)).amounts
    both: tuple[Item, ...] = (*charges, *billed)
    pattern = charges[-1] if charges else billed[-1]
    included = pattern.prices_include_vat
    amount = money.total if included else money.net
    counted = _counted(charges, billed, amount)
    new = charges[0] if counted else None
    return Charge(
        tariff_code=pattern.tariff_code,
        component_no=pattern.component_no,
        name=pattern.name,
        kind=pattern.kind,
        span=Span(min(item.span.first for item in both), max(item.span.last for item in both)),
        quantity=counted or Fraction(1),
        price=new.price if new else None,
        share=new.share if new else Fraction(1),
        discount=new.discount if new else Decimal(0),
        prices_include_vat=included,
        arithmetic=_difference_in_words(charges, billed, amount, included=included),
        net=money.net,
        vat_rate=rate,
        vat=money.vat,
        total=money.total,
        shown=_shown(new, counted, amount) if new and counted else None,
    )


def _shown(new: Charge, more: Fraction, amount: Decimal) -> Product | None:
    """The quantity more than billed × price: ``максимум 13 машин (14.01.2026); 13 − ранее выставленные 10 = 3``."""
    multiplied = product(Part(more, new.price or ZERO), new.discount, amount) if new.share == 1 else None
    if multiplied is None:
        return None
    counted = f"{full_number(new.quantity)} − ранее выставленные {full_number(new.quantity - more)} = {full_number(more)}"
    return multiplied._replace(text=joined(new.quantity_text, counted, multiplied.text))


def _counted(charges: Sequence[Charge], billed: Sequence[Billed], amount: Decimal) -> Fraction | None:
    """The quantity more than billed, where this quantity alone comes to the difference; else None."""
    if len(charges) != 1 or charges[0].price is None:
        return None
    new = charges[0]
    more = new.quantity
    for line in billed:
        if line.span != new.span or line.price != new.price or line.quantity is None:
            return None
        more -= line.quantity
    if more <= 0 or round_kopeck(discounted(more * exact(new.price or ZERO) * new.share, new.discount)) != amount:
        return None
    return more


def _difference_in_words(charges: Sequence[Charge], billed: Sequence[Billed], amount: Decimal, *, included: bool) -> str:
    now, before = _own_prices(charges, included=included), _own_prices(billed, included=included)
    if len(charges) == 1:
        arithmetic = charges[0].arithmetic
    else:
        arithmetic = "; ".join(f"{month_or_period(charge.span)}: {charge.arithmetic}" for charge in charges) or "услуга не начисляется"
    return f"{arithmetic}; ранее выставлено {roubles(before)}; разница {roubles(now)} − {_in_brackets(before)} = {roubles(amount)}"


def _own_prices(items: Sequence[Item], *, included: bool) -> Decimal:
    return sum((item.total if included else item.net for item in items), ZERO)


def _in_brackets(value: Decimal) -> str:
    return f"({roubles(value)})" if value < 0 else roubles(value)
