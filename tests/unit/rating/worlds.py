"""Random contracts as plain data (for the naive calculator), and the same as the product's dataclasses."""

import calendar
import datetime as dt
from decimal import Decimal

from hypothesis import strategies as st

from pipelines.rating import model

SOMETIMES_AHEAD = st.sampled_from([0, 0, 10])
MONTHS = [(2025, 12), (2026, 1), (2026, 2), (2026, 4), (2028, 2)]
prices = st.decimals(0, 500, places=2) | st.decimals(0, 5, places=3) | st.just(Decimal(0)) | st.decimals(-50, 0, places=2)
bounds = st.lists(st.decimals(1, 40, places=0) | st.decimals("0.5", 300, places=1), min_size=1, max_size=3, unique=True).map(sorted)


@st.composite
def parts(draw, number, kind=None):
    kind = kind or draw(st.sampled_from(["fixed", "vehicles", "vehicles", "vehicle_days", "online_hours", "meter"]))
    scheme = draw(st.sampled_from(["unit", "graduated", "volume", "package"]))
    meter = "km" if kind == "meter" else None
    part = {"no": number, "kind": kind, "meter": meter, "scheme": scheme, "price": None, "size": None, "tiers": []}
    if scheme in ("unit", "package"):
        part["price"] = draw(prices)
        part["size"] = draw(st.decimals(3, 50, places=1)) if scheme == "package" else None
    else:
        tops = [*draw(bounds), None]
        part["tiers"] = [(top, draw(prices)) for top in tops]
    return part


@st.composite
def dates_in(draw, year, month):
    """A day before the month, or in it."""
    last = calendar.monthrange(year, month)[1]
    return draw(st.just(dt.date(year - 1, 3, 1)) | st.integers(1, last).map(lambda number: dt.date(year, month, number)))


@st.composite
def rows_of(draw, year, month, values, limit=3):
    """Effective-dated rows: most worlds begin before the month, a few have a gap."""
    first = st.just(dt.date(year - 2, 1, 1)) if draw(st.integers(0, 9)) else dates_in(year, month)
    starts = {draw(first), *draw(st.lists(dates_in(year, month), max_size=limit - 1))}
    return [{"from": start, **draw(values)} for start in starts]


def versions_of(kind=None):
    return st.fixed_dictionaries(
        {
            "included": st.booleans(),
            "parts": st.integers(1, 3).flatmap(lambda count: st.tuples(*(parts(number, kind) for number in range(1, count + 1))).map(list)),
        }
    )


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


@st.composite
def worlds(draw, ahead=SOMETIMES_AHEAD, kind=None):
    year, month = draw(st.sampled_from(MONTHS))
    days = [dt.date(year, month, number) for number in range(1, calendar.monthrange(year, month)[1] + 1)]
    starts = draw(st.just(dt.date(2020, 1, 1)) | dates_in(year, month))
    ends = draw(st.none() | st.sampled_from([day for day in days if day >= starts]))
    sizes = draw(st.lists(st.integers(0, 40), min_size=1, max_size=len(days)))
    usage = {}
    for index, day in enumerate(days):
        size = sizes[index % len(sizes)]
        usage[day] = (size, size * (index * 7 % 1440), {"km": Decimal(size * (index + 1) * 37) / 8})
    return {
        "year": year,
        "month": month,
        "starts": starts,
        "ends": ends,
        "terms": draw(rows_of(year, month, terms_values(ahead))),
        "tariffs": {code: draw(rows_of(year, month, versions_of(kind))) for code in "AB"},
        "usage": usage,
        "modes": draw(
            st.sampled_from(
                [
                    [(None, "general")],
                    [(None, "exempt")],
                    [(None, "usn5"), (dt.date(year, month, 11), "general")],
                    [(dt.date(2020, 1, 1), "usn7")],
                ]
            )
        ),
    }


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
