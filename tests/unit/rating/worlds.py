"""Random contracts as plain data (for the naive calculator), and the same as the product's dataclasses.

Strategies are made once: hypothesis takes longer to make one and look into it than to draw from it.
"""

import calendar
import datetime as dt
from decimal import Decimal
from functools import cache

from hypothesis import strategies as st

from pipelines.rating import model

SOMETIMES_AHEAD = st.sampled_from([0, 0, 10])
MONTHS = [(2025, 12), (2026, 1), (2026, 2), (2026, 4), (2028, 2)]
prices = st.decimals(0, 500, places=2) | st.decimals(0, 5, places=3) | st.just(Decimal(0)) | st.decimals(-50, 0, places=2)
bounds = st.lists(st.decimals(1, 40, places=0) | st.decimals("0.5", 300, places=1), min_size=1, max_size=3, unique=True).map(sorted)


@cache
def several(strategy, number):
    return st.tuples(*[strategy] * number)


FIXED_PRICES = st.fixed_dictionaries({"scheme": st.just("unit"), "price": prices, "size": st.none(), "tiers": st.just([])})
PACKAGES = st.fixed_dictionaries(
    {"scheme": st.just("package"), "price": prices, "size": st.decimals(3, 50, places=1), "tiers": st.just([])}
)
TIERS = bounds.flatmap(lambda tops: several(prices, len(tops) + 1).map(lambda drawn: list(zip([*tops, None], drawn, strict=True))))
TIERED = st.fixed_dictionaries({"scheme": st.sampled_from(["graduated", "volume"]), "price": st.none(), "size": st.none(), "tiers": TIERS})
KINDS = st.sampled_from(["fixed", "vehicles", "vehicles", "vehicle_days", "online_hours", "meter"])
SCHEMES = FIXED_PRICES | PACKAGES | TIERED | TIERED


@cache
def parts(number, kind=None):
    kinds = st.just(kind) if kind else KINDS
    return st.tuples(kinds, SCHEMES).map(
        lambda drawn: {"no": number, "kind": drawn[0], "meter": "km" if drawn[0] == "meter" else None, **drawn[1]}
    )


@cache
def dates_in(year, month):
    """A day before the month, or in it."""
    last = calendar.monthrange(year, month)[1]
    return st.just(dt.date(year - 1, 3, 1)) | st.integers(1, last).map(lambda number: dt.date(year, month, number))


@cache
def rows_of(year, month, values, limit=3):
    """Effective-dated rows: most worlds begin before the month, a few have a gap."""
    before = st.just(dt.date(year - 2, 1, 1))
    first = st.sampled_from(range(10)).flatmap(lambda chance: before if chance else dates_in(year, month))
    starts = st.tuples(first, st.lists(dates_in(year, month), max_size=limit - 1)).map(lambda drawn: sorted({drawn[0], *drawn[1]}))
    return starts.flatmap(
        lambda dates: several(values, len(dates)).map(
            lambda drawn: [{"from": start, **row} for start, row in zip(dates, drawn, strict=True)]
        )
    )


@cache
def versions_of(kind=None):
    components = st.integers(1, 3).flatmap(lambda count: components_of(count, kind))
    return st.fixed_dictionaries({"included": st.booleans(), "parts": components})


@cache
def components_of(count, kind):
    return st.tuples(*(parts(number, kind) for number in range(1, count + 1))).map(list)


@cache
def terms_values(ahead):
    return st.fixed_dictionaries(
        {
            "tariff": st.sampled_from(["A", "A", "B"]),
            "counting": st.sampled_from(["used", "connected"]),
            "basis": st.sampled_from(["peak", "average"]),
            "prepaid": ahead,
            "discount": st.sampled_from([Decimal(0), Decimal("12.5"), Decimal(100)]) | st.decimals(0, 60, places=2),
            "minimum": st.sampled_from([None, Decimal(0)]) | st.decimals(0, 20000, places=2),
            "payment_days": st.integers(1, 20),
        }
    )


@cache
def modes_in(year, month):
    return st.sampled_from(
        [
            [(None, "general")],
            [(None, "exempt")],
            [(None, "usn5"), (dt.date(year, month, 11), "general")],
            [(dt.date(2020, 1, 1), "usn7")],
        ]
    )


@cache
def in_force_from(year, month, starts):
    """The first day and the last one, or none."""
    last = calendar.monthrange(year, month)[1]
    days = (dt.date(year, month, number) for number in range(1, last + 1))
    return st.tuples(st.just(starts), st.none() | st.sampled_from([day for day in days if day >= starts]))


@cache
def worlds_of(year, month, ahead, kind):
    days = [dt.date(year, month, number) for number in range(1, calendar.monthrange(year, month)[1] + 1)]
    starts = st.just(dt.date(2020, 1, 1)) | dates_in(year, month)
    return st.fixed_dictionaries(
        {
            "year": st.just(year),
            "month": st.just(month),
            "in_force": starts.flatmap(lambda first: in_force_from(year, month, first)),
            "terms": rows_of(year, month, terms_values(ahead)),
            "tariffs": st.fixed_dictionaries({code: rows_of(year, month, versions_of(kind)) for code in "AB"}),
            "usage": st.lists(st.integers(0, 40), min_size=1, max_size=len(days)).map(lambda sizes: usage_of(days, sizes)),
            "modes": modes_in(year, month),
        }
    ).map(_world)


def usage_of(days, sizes):
    """Day → (vehicles, minutes, meters); the sizes are repeated through the month."""
    usage = {}
    for index, day in enumerate(days):
        size = sizes[index % len(sizes)]
        usage[day] = (size, size * (index * 7 % 1440), {"km": Decimal(size * (index + 1) * 37) / 8})
    return usage


def _world(drawn):
    starts, ends = drawn.pop("in_force")
    return {**drawn, "starts": starts, "ends": ends}


@cache
def worlds(ahead=SOMETIMES_AHEAD, kind=None):
    return st.sampled_from(MONTHS).flatmap(lambda month: worlds_of(*month, ahead, kind))


def product_terms(row):
    return model.Terms(
        "C1",
        row["from"],
        row["tariff"],
        model.Counting(row["counting"]),
        model.Basis(row["basis"]),
        row["prepaid"],
        row["discount"],
        row["minimum"],
        row["payment_days"],
    )


def product_tariff(code, row):
    components = tuple(
        model.Component(
            part["no"],
            f"Услуга {part['no']}",
            model.Kind(part["kind"]),
            part["meter"],
            model.Scheme(part["scheme"]),
            part["price"],
            part["size"],
            tuple(model.Tier(*tier) for tier in part["tiers"]),
        )
        for part in row["parts"]
    )
    return model.TariffVersion(code, row["from"], f"Тариф {code}", row["included"], components)


def product_inputs(world):
    """contract, terms, tariffs, days, vat modes: the arguments of rate_month but the month."""
    return (
        model.Contract("C1", "K1", "ORG", world["starts"], world["ends"]),
        [product_terms(row) for row in world["terms"]],
        {code: [product_tariff(code, row) for row in rows] for code, rows in world["tariffs"].items()},
        [model.DayUsage(day, size, minutes, meters) for day, (size, minutes, meters) in world["usage"].items()],
        [model.VatMode(since, model.TaxMode(name)) for since, name in world["modes"]],
    )
