"""A slow bill, day by day, from plain dicts: the second opinion that rating is compared with. Imports nothing of the product.

Input (all plain): ``terms`` and tariff versions are dicts with ``from``; a tariff version holds ``parts``, dicts with
``no, kind, meter, scheme, price, size, tiers``; ``usage`` is {date: (fleet, minutes, {meter: amount})}.
"""

import calendar
import datetime as dt
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

PRICED = ("tariff", "counting", "basis", "prepaid", "discount")


def to_kopecks(amount):
    """Half away from zero; a quotient that does not end cannot lie on a half, so 80 digits decide it."""
    with localcontext() as context:
        context.prec = 80
        amount = Fraction(amount)
        return (Decimal(amount.numerator) / Decimal(amount.denominator)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def latest(rows, day):
    begun = sorted((row for row in rows if row["from"] <= day), key=lambda row: row["from"])
    return begun[-1] if begun else None


def scheme(part, q):
    """The price of q units, by hand."""
    if part["scheme"] == "unit":
        return Fraction(part["price"]) * q
    if part["scheme"] == "package":
        packages = 0
        while packages * Fraction(part["size"]) < q:
            packages += 1
        return Fraction(part["price"]) * packages
    bounds = [Fraction(0), *(Fraction(top) for top, _ in part["tiers"][:-1]), None]
    if part["scheme"] == "volume":
        reached = [price for low, (_, price) in zip(bounds, part["tiers"], strict=False) if low < q]
        return Fraction(reached[-1]) * q
    amount = Fraction(0)
    for low, high, (_, price) in zip(bounds, bounds[1:], part["tiers"], strict=False):
        inside = max(Fraction(0), (q if high is None else min(q, high)) - low)
        amount += inside * Fraction(price)
    return amount


def vat_percent(modes, day):
    mode = max((since or dt.date.min, name) for since, name in modes if (since or dt.date.min) <= day)[1]
    if mode == "general":
        return 20 if day <= dt.date(2025, 12, 31) else 22
    return {"usn5": 5, "usn7": 7, "exempt": None}[mode]


def with_vat(amount, percent, included):
    rate = Fraction(percent or 0)
    if included:
        vat = to_kopecks(Fraction(amount) * rate / (100 + rate))
        return amount - vat, vat, amount
    vat = to_kopecks(Fraction(amount) * rate / 100)
    return amount, vat, amount + vat


def stretches(year, month, starts, ends, terms, tariffs):
    """[(days, terms row, tariff version)], or None where a day has no price."""
    found = []
    for number in range(1, calendar.monthrange(year, month)[1] + 1):
        day = dt.date(year, month, number)
        if day < starts or (ends is not None and day > ends):
            continue
        row = latest(terms, day)
        version = row and latest(tariffs.get(row["tariff"], []), day)
        if not version:
            return None
        signature = [row[name] for name in PRICED], row["minimum"] or 0, version["included"], version["parts"]
        if found and found[-1][0] == signature:
            found[-1][1].append(day)
        else:
            found.append((signature, [day], row, version))
    return [(days, row, version) for _, days, row, version in found]


def quantity(part, row, days, usage):
    fleets = [usage[day][0] for day in days]
    if part["kind"] == "fixed":
        return Fraction(1)
    if part["kind"] == "vehicles":
        return Fraction(max(fleets)) if row["basis"] == "peak" else Fraction(sum(fleets)) / len(days)
    if part["kind"] == "vehicle_days":
        return Fraction(sum(fleets))
    if part["kind"] == "online_hours":
        return sum(Fraction(usage[day][1]) for day in days) / 60
    return sum(Fraction(usage[day][2][part["meter"]]) for day in days)


def bill(year, month, starts, ends, terms, tariffs, usage, modes):
    """None (parked), or lines (paid ahead?, component, first day, last day, quantity, net, percent, VAT, total)."""
    pieces = stretches(year, month, starts, ends, terms, tariffs)
    if pieces is None:
        return None
    month_days = calendar.monthrange(year, month)[1]
    lines, asked = [], Fraction(0)
    for days, row, version in pieces:
        share = Fraction(len(days), month_days)
        asked += Fraction(row["minimum"] or 0) * share
        percent = vat_percent(modes, days[-1])
        for part in version["parts"]:
            q = quantity(part, row, days, usage)
            ahead = row["prepaid"] > 0 and part["kind"] == "vehicles"
            q = max(q, Fraction(row["prepaid"])) if ahead else q
            if q == 0:
                continue
            amount = scheme(part, q) * (share if part["kind"] in ("fixed", "vehicles") else 1)
            rounded = to_kopecks(amount - amount * Fraction(row["discount"]) / 100)
            lines.append((ahead, part["no"], days[0], days[-1], q, *_priced(rounded, percent, version["included"])))
    if pieces and asked > 0:
        included, last = pieces[-1][2]["included"], pieces[-1][0][-1]
        used = sum((line[8] if included else line[5] for line in lines), Decimal(0))
        lacking = to_kopecks(asked - Fraction(used))
        if lacking > 0:
            percent = vat_percent(modes, last)
            lines.append((False, 0, pieces[0][0][0], last, Fraction(1), *_priced(lacking, percent, included)))
    return lines


def _priced(amount, percent, included):
    net, vat, total = with_vat(amount, percent, included)
    return net, percent, vat, total
