"""`verify.py` against the product: it comes to every invoice of random worlds, and no changed cell passes."""

import json
import tempfile
from datetime import date
from decimal import Decimal
from pathlib import Path

from hypothesis import Phase, assume, given, reject, settings
from hypothesis import strategies as st

from pipelines.period import Month
from pipelines.rating.charges import Parked
from pipelines.rating.difference import adjustment
from pipelines.rating.month import rate_month
from pipelines.rating.prepaid import advance, corrective, credit, targets
from tests import bundles
from tests.unit.rating import worlds
from tests.unit.rating.building import billed

WORLDS = settings(max_examples=6, phases=[Phase.explicit, Phase.reuse, Phase.generate])
_SCRATCH = tempfile.TemporaryDirectory(prefix="fleetbill-proofs-")  # gone when the process ends
FOLDER = Path(_SCRATCH.name)


class Case:
    """A world's month with its facts as the product takes them, and bundles of its invoices."""

    def __init__(self, world):
        self.world, self.month = world, Month(world["year"], world["month"])
        self.contract, self.terms, by_code, days, self.modes = worlds.product_inputs(world)
        self.tariffs = by_code
        span = self.month.span.overlap(self.contract.starts_on, self.contract.ends_on)
        self.days = [day for day in days if span and day.date in span]
        self.rated = rate_month(self.contract, self.month, self.terms, by_code, self.days, self.modes)
        if isinstance(self.rated, Parked) or not self.rated.segments:
            reject()

    def bundle(self, stated, earlier=(), days=None):
        days = self.days if days is None else days
        evidence = bundles.evidence_of(self.contract, self.terms, days, self.modes)
        rows = bundles.rows_of(self.world["usage"], [day.date for day in days], "used")
        versions = [version for code in self.tariffs.values() for version in code]
        return bundles.bundle({**stated, "evidence": bundles.sha256(evidence)}, list(earlier), evidence, versions, self.modes, rows)

    def invoice(self, kind, purpose, charges, cause="", number="В-9"):
        return bundles.invoice(number, kind, purpose, self.month, charges, cause=cause)


def holds(files):
    assert bundles.problems(files, FOLDER) == []


@WORLDS
@given(worlds.worlds())
def test_every_monthly_invoice_is_come_to(world):
    case = Case(world)
    assume(any(charge.total for charge in case.rated.charges))
    holds(case.bundle(case.invoice("monthly", "close", case.rated.charges)))


@WORLDS
@given(worlds.worlds(ahead=st.integers(1, 30)), st.integers(0, 30))
def test_advance_corrective_and_credit_are_come_to(world, place):
    case = Case(world)
    first = advance(case.contract, case.month, case.terms, case.tariffs, case.modes)
    assume(not isinstance(first, Parked))
    first = corrective(first, ())  # as a run issues it: what comes to nothing is left out
    assume(any(charge.total for charge in first))
    paid = case.invoice("advance", "prepay", first, number="В-1")
    holds(case.bundle(paid, days=[]))
    on = case.days[min(place, len(case.days) - 1)].date
    issued = billed(first)
    known = [day for day in case.days if day.date <= on]
    watched = corrective(targets(case.contract, case.month, case.terms, case.tariffs, case.modes, known, on), issued)
    earlier = [paid]
    if any(charge.total for charge in watched):
        exceeded = case.invoice("corrective", "watch", watched, f"{on}", "В-2")
        holds(case.bundle(exceeded, earlier, known))
        earlier.append(exceeded)
        issued += billed(watched)
    for kind, take in (("corrective", corrective), ("adjustment", credit)):
        lines = take(case.rated.prepaid, issued)
        if any(charge.total for charge in lines):
            holds(case.bundle(case.invoice(kind, "close", lines), earlier))


@WORLDS
@given(worlds.worlds(), worlds.worlds())
def test_the_correction_of_a_closed_month_is_come_to(world, facts):
    before = Case(world)
    facts = {**facts, **{name: world[name] for name in ("year", "month", "usage", "modes", "starts", "ends")}}
    after = Case(facts)
    lines = adjustment(after.rated.everything, billed(before.rated.everything))
    assume(any(charge.total for charge in lines))
    earlier = [before.invoice("monthly", "close", before.rated.everything, number="В-1")]
    holds(after.bundle(after.invoice("adjustment", "correct", lines), earlier))


def leaves(value, path=()):
    """Paths to every value of a JSON document."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    below = [leaf for key, inner in pairs for leaf in leaves(inner, (*path, key))]
    return below if isinstance(value, (dict, list)) else [path]


def other(value):
    """Another value of the same type, where there is one."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if value is None:
        return "2027-01-01"
    return value[:-1] + ("1" if value[-1:] != "1" else "2")


def changed(content, path):
    document = json.loads(content)
    holder = document
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = other(holder[path[-1]])
    return bundles.encoded(document)


def closed_world():
    """Two days of April: vehicles by tiers, a meter and hours; four vehicles by average, from the 29th on."""
    graduated = [(Decimal(2), Decimal("99.99")), (None, Decimal("77.77"))]
    parts = [
        {"no": 1, "kind": "vehicles", "meter": None, "scheme": "graduated", "price": None, "size": None, "tiers": graduated},
        {"no": 2, "kind": "online_hours", "meter": None, "scheme": "unit", "price": Decimal("3.33"), "size": None, "tiers": []},
        {"no": 3, "kind": "meter", "meter": "km", "scheme": "package", "price": Decimal(11), "size": Decimal(7), "tiers": []},
    ]
    values = {"tariff": "A", "counting": "used", "basis": "average", "prepaid": 0, "discount": Decimal("2.5"), "minimum": Decimal(9000)}
    usage = {date(2026, 4, number): (4, 61 * number, {"km": Decimal(number) * 3}) for number in range(1, 31)}
    return {
        "year": 2026, "month": 4, "starts": date(2026, 4, 29), "ends": None, "usage": usage, "modes": [(None, "general")],
        "terms": [{"from": date(2026, 1, 1), "payment_days": 10, **values}],
        "tariffs": {"A": [{"from": date(2026, 1, 1), "included": False, "parts": parts}]},
    }  # fmt: skip


def mutations(files):
    """Bundles with one value changed, each with what was changed: the rest as it is, and with the files' digests made anew."""
    stated, chain = json.loads(files["invoice.json"]), json.loads(files["digests.json"])["chain"]
    for name in ("invoice.json", "evidence.json", "tariffs.json", "vat.json", "digests.json"):
        for path in leaves(json.loads(files[name])):
            mutated = {**files, name: changed(files[name], path)}
            yield (name, path), mutated
            is_price = path[-1] in ("price", "package_size") or path[-3:-2] == ("tiers",)
            if is_price or name in ("invoice.json", "evidence.json", "vat.json"):
                yield (name, path, "digests made anew"), bundles.digested(mutated, chain, stated)
    rows = files["vehicle_days.csv"].decode().splitlines()
    heads = rows[0].split(",")
    for place, row in enumerate(rows[1:], 1):
        for index, head in enumerate(heads):
            cells = row.split(",")
            cells[index] = {"0": "1", "1": "0"}.get(cells[index], f"{cells[index]}1")
            mutated = {**files, "vehicle_days.csv": "\n".join([*rows[:place], ",".join(cells), *rows[place + 1 :]]).encode()}
            yield (place, head), mutated
            if head in ("counts", "reason", "used", "state", "date") and ",billed," in row:
                yield (place, head, "digests made anew"), bundles.digested(mutated, chain, stated)


def passing(step):
    """Which of every so many mutations of a bundle the check lets pass, and how many were tried."""
    case = Case(closed_world())
    files = case.bundle(case.invoice("monthly", "close", case.rated.charges))
    holds(files)
    tried = list(mutations(files))[::step]
    return [what for what, mutated in tried if not bundles.problems(mutated, FOLDER)], len(tried)


def test_no_changed_cell_passes():
    """What the chain or the sum rests on is refused, also by who makes the digests of the files anew; `make soak` tries every cell."""
    passed, tried = passing(12)
    assert passed == []
    assert tried > 30
