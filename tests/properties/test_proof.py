"""`verify.py` against the product: it comes to every invoice of random worlds, and no changed cell passes."""

import tempfile
from pathlib import Path

from hypothesis import Phase, assume, given, settings
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
FOLDER = Path(tempfile.mkdtemp(prefix="fleetbill-proofs-"))


class Case:
    """A world's month with its facts as the product takes them, and bundles of its invoices."""

    def __init__(self, world):
        self.world, self.month = world, Month(world["year"], world["month"])
        self.contract, self.terms, by_code, days, self.modes = worlds.product_inputs(world)
        self.tariffs = by_code
        span = self.month.span.overlap(self.contract.starts_on, self.contract.ends_on)
        self.days = [day for day in days if span and day.date in span]
        self.rated = rate_month(self.contract, self.month, self.terms, by_code, self.days, self.modes)
        assume(not isinstance(self.rated, Parked) and bool(self.rated.segments))

    def bundle(self, stated, earlier=(), days=None):
        days = self.days if days is None else days
        evidence = bundles.evidence_of(self.contract, self.terms, days)
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
