"""The other leak: what was billed in a month and not served, and both ways together, month over month (domain.md §10).

A `connected` fleet pays for vehicles that sent nothing; who pays ahead, for vehicles that never came. Vehicles of a `used` fleet that
stand still are billed by its peak or average as agreed: that is no leak.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from typing import TYPE_CHECKING, Any

from pipelines.money import ZERO, round_kopeck
from pipelines.period import Month
from pipelines.reports.leak_prices import Prices, arithmetic
from pipelines.reports.leakage import DISCOUNT, UNKNOWN, UNSERVED, Leak, leakage, prices_of
from pipelines.warehouse import query
from pipelines.wording.russian import number, roubles

if TYPE_CHECKING:
    from sqlalchemy import Connection

SILENT, PREPAID = "silent_billed", "prepaid_unused"


@dataclass(frozen=True, slots=True)
class PrepaidSegment:
    """Days over which a contract pays ahead for the same number of vehicles: its highest fleet of them."""

    prepaid: int
    days: int
    peak: int

    @property
    def unserved(self) -> int:
        """Vehicles that were paid ahead and never counted."""
        return max(0, self.prepaid - self.peak)

    @property
    def billed_days(self) -> int:
        """Vehicle-days that are paid: prepaid vehicles, or the fleet where it was higher."""
        return max(self.prepaid, self.peak) * self.days


def both_ways(connection: "Connection", month: Month) -> tuple[Leak, ...]:
    """What was served and not billed, then what was billed and not served; each with its dealer and the same of the month before."""
    before = {_key(leak): leak.roubles for leak in _both(connection, month.previous)}
    dealers = dict(tuple(row) for row in query.rows(connection, "reports/dealers"))
    return tuple(
        replace(leak, before=before.get(_key(leak), ZERO), dealer_code=dealers.get(leak.client_code or ""))
        for leak in _both(connection, month)
    )


def unserved(connection: "Connection", month: Month) -> tuple[Leak, ...]:
    """What the month's stored usage, terms and invoices say was billed and not served: an estimate without VAT, by contract."""
    silent = query.rows(connection, "reports/silent_billed", first=month.first, last=month.last)
    prepaid = query.rows(connection, "reports/prepaid_unserved", first=month.first, last=month.last)
    if not silent and not prepaid:
        return ()
    prices = prices_of(connection, month, sorted({row.contract_no for row in (*silent, *prepaid)}))
    return (*(_of_silent(row, prices) for row in silent), *_of_prepaid(prepaid, prices))


def by_dealer(leaks: Iterable[Leak]) -> list[dict[str, Any]]:
    """Sums by direction and dealer (None: clients without one; what is nobody's): vehicle_days, roubles, before, change. Pure.

    What a contract or a tariff gives away is left out.
    """
    chosen = sorted((leak for leak in leaks if not leak.agreed), key=lambda leak: (leak.direction, leak.dealer_code or ""))
    rows = []
    for (direction, dealer), group in groupby(chosen, key=lambda leak: (leak.direction, leak.dealer_code)):
        of_dealer = list(group)
        now, before = (
            sum((amount or ZERO for amount in each), ZERO) for each in zip(*((x.roubles, x.before) for x in of_dealer), strict=True)
        )
        rows.append(
            {
                "direction": direction,
                "dealer_code": dealer,
                "clients": len({leak.client_code for leak in of_dealer if leak.client_code}),
                "vehicle_days": sum(leak.vehicle_days for leak in of_dealer),
                "roubles": now,
                "before": before,
                "change": now - before,
            }
        )
    return rows


def prepaid_unserved(segments: Sequence[PrepaidSegment], net: Decimal) -> tuple[int, int, Decimal]:
    """Most vehicles, vehicle-days and roubles that were paid ahead for nothing; ``net``: billed for the vehicles of all segments. Pure.

    The share of unserved in paid vehicle-days, rounded once: with tiers the last vehicles may have been cheaper.
    """
    days = sum(each.unserved * each.days for each in segments)
    billed = sum(each.billed_days for each in segments)
    amount = round_kopeck(Fraction(net) * days / billed) if billed else ZERO
    return max((each.unserved for each in segments), default=0), days, amount


def _both(connection: "Connection", month: Month) -> tuple[Leak, ...]:
    return (*leakage(connection, month), *unserved(connection, month))


def _key(leak: Leak) -> tuple[str, str, str]:
    """What is the same from month to month; a discount of another percent is the same discount."""
    return leak.kind, leak.subject, leak.direction if leak.kind != DISCOUNT else ""


def _of_silent(row: Any, prices: Prices) -> Leak:
    price = prices.of_ended(row.contract_no)
    amount = round_kopeck(Fraction(price.amount) * row.vehicle_days) if price else ZERO
    how = arithmetic(row.vehicle_days, price) if price else UNKNOWN
    return Leak(
        SILENT,
        row.contract_no,
        row.contract_no,
        row.client_code,
        row.client,
        row.vehicles,
        row.vehicle_days,
        roubles=amount,
        how=f"{how}; считаются подключённые, машины молчали",
        direction=UNSERVED,
        dealer_code=row.dealer_code,
    )


def _of_prepaid(rows: Sequence[Any], prices: Prices) -> Iterable[Leak]:
    for contract_no, group in groupby(rows, key=lambda row: row.contract_no):
        of_contract = list(group)
        first, rate = of_contract[0], prices.now.get(contract_no)
        segments = [PrepaidSegment(row.prepaid, row.days, row.peak) for row in of_contract]
        vehicles, days, amount = prepaid_unserved(segments, rate.net if rate else ZERO)
        if not days:
            continue
        billed = sum(each.billed_days for each in segments)
        how = f"{number(days)} из {number(billed)} оплаченных машино-дней × {roubles(rate.net)}\u00a0₽" if rate else UNKNOWN
        yield Leak(
            PREPAID,
            contract_no,
            contract_no,
            first.client_code,
            first.client,
            vehicles,
            days,
            roubles=amount,
            how=f"{how}; предоплаченные машины не появились",
            direction=UNSERVED,
            dealer_code=first.dealer_code,
        )
