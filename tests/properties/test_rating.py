"""Invariants over random contracts, against a calculator that goes day by day and shares nothing with the product."""

import random
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pipelines.period import Month
from pipelines.rating.charges import Amounts, Cause, Parked, total_of
from pipelines.rating.difference import adjustment
from pipelines.rating.model import Scheme
from pipelines.rating.month import rate_month
from pipelines.rating.prepaid import advance, corrective, credit, targets
from pipelines.rating.schemes import amount_of, parts
from tests import naive_calculator
from tests.campaigns import examples
from tests.unit.rating import worlds
from tests.unit.rating.building import EXEMPT, billed, contract, fleet, terms, tiered, vehicles, version

PERCENTS = {None: None, Decimal(5): 5, Decimal(7): 7, Decimal(20): 20, Decimal(22): 22}


def rate(world):
    contract, terms, tariffs, days, modes = worlds.product_inputs(world)
    return rate_month(contract, Month(world["year"], world["month"]), terms, tariffs, days, modes)


def naive(world):
    return naive_calculator.bill(*(world[name] for name in ("year", "month", "starts", "ends", "terms", "tariffs", "usage", "modes")))


def plain(line, *, ahead):
    percent = PERCENTS[line.vat_rate]
    return ahead, line.component_no, line.span.first, line.span.last, line.quantity, line.net, percent, line.vat, line.total


@given(worlds.worlds())
def test_the_same_lines_as_day_by_day(world):
    outcome, expected = rate(world), naive(world)
    if expected is None:
        assert isinstance(outcome, Parked)
        assert {reason.cause for reason in outcome.reasons} <= {Cause.NO_TERMS, Cause.NO_TARIFF}
        return
    assert not isinstance(outcome, Parked)
    lines = [plain(line, ahead=True) for line in outcome.prepaid] + [plain(line, ahead=False) for line in outcome.charges]
    assert sorted(lines) == sorted(expected)


@given(worlds.worlds())
def test_totals_are_the_sums_of_the_lines(world):
    outcome = rate(world)
    assume(not isinstance(outcome, Parked))
    assert sum(segment.share for segment in outcome.segments) <= 1
    for line in outcome.everything:
        assert line.net + line.vat == line.total
        assert line.net == round(line.net, 2)
    sums = outcome.amounts
    assert sums == Amounts(*(sum((getattr(line, name) for line in outcome.charges), Decimal(0)) for name in ("net", "vat", "total")))
    assert sums.total == sums.net + sums.vat


@given(worlds.worlds(), st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(world, order: random.Random):
    shuffled = dict(world)

    def mixed(rows):
        return order.sample(rows, len(rows))

    def mixed_parts(row):
        return {**row, "parts": [{**part, "tiers": mixed(part["tiers"])} for part in mixed(row["parts"])]}

    shuffled["tariffs"] = {code: mixed([mixed_parts(row) for row in rows]) for code, rows in reversed(world["tariffs"].items())}
    shuffled["terms"] = mixed(world["terms"])
    shuffled["modes"] = mixed(world["modes"])
    shuffled["usage"] = dict(mixed(list(world["usage"].items())))
    assert rate(shuffled) == rate(world)


@settings(max_examples=examples(30, 500))
@given(worlds.worlds(), worlds.worlds())
def test_a_correction_comes_to_the_new_bill_and_then_to_nothing(world, facts):
    # other facts about the same month: terms, tariffs and usage of another world, at the same VAT rate
    facts = {**facts, "year": world["year"], "month": world["month"], "usage": world["usage"], "modes": [(None, "usn5")]}
    before, after = rate({**world, "modes": [(None, "usn5")]}), rate(facts)
    assume(not isinstance(before, Parked) and not isinstance(after, Parked))
    issued = billed(before.everything)
    lines = adjustment(after.everything, issued)
    assert total_of(before.everything) + total_of(lines) == total_of(after.everything)
    assert adjustment(after.everything, [*issued, *billed(lines)]) == ()
    assert adjustment(before.everything, issued) == ()


@st.composite
def watched(draw):
    """A prepaid world, the terms that were known at first, and the days watched: some late, some twice, some never."""
    world = draw(worlds.worlds(ahead=st.integers(0, 30), kind="vehicles"))
    known = draw(st.integers(1, len(world["terms"])))
    days = draw(st.lists(st.tuples(st.sampled_from(list(world["usage"])), st.booleans()), max_size=12))
    return world, known, days


@given(watched())
def test_advance_correctives_and_credit_come_to_the_postpaid_bill(case):
    world, known, watches = case
    contract, terms, tariffs, days, modes = worlds.product_inputs(world)
    month = Month(world["year"], world["month"])
    at_first = sorted(terms, key=lambda row: row.valid_from)[:known]
    first = advance(contract, month, at_first, tariffs, modes)
    issued = [] if isinstance(first, Parked) else billed(first)
    for day, all_known in watches:
        wanted = targets(contract, month, terms if all_known else at_first, tariffs, modes, days, day)
        if isinstance(wanted, Parked):
            continue
        lines = corrective(wanted, issued)
        assert not lines or total_of(lines).total > 0
        issued += billed(lines)
        assert corrective(wanted, issued) == ()
    outcome = rate(world)
    assume(not isinstance(outcome, Parked))
    issued += billed(corrective(outcome.prepaid, issued))
    issued += billed(credit(outcome.prepaid, issued))
    assert sum((line.amounts for line in issued), Amounts()) == total_of(outcome.prepaid)
    assert sum(line.total for line in issued) == sum(line[8] for line in naive(world) if line[0])
    assert corrective(outcome.prepaid, issued) == credit(outcome.prepaid, issued) == ()


@given(st.permutations(range(1, 31)), st.lists(st.integers(0, 30), min_size=30, max_size=30))
def test_days_watched_in_any_order_bill_the_same(order, sizes):
    days = [replace(day, fleet_size=sizes[day.date.day - 1]) for day in fleet("2026-04", 0)]
    wanted = _april_world()
    sums = []
    for sequence in (range(1, 31), order):
        issued = billed(targets(*wanted, (), Month(2026, 4).first))
        for number in sequence:
            issued += billed(corrective(targets(*wanted, days, days[number - 1].date), issued))
        sums.append(sum(line.total for line in issued))
    # 301.37 × max(10, peak), watched in order or not, and no credit is left
    assert sums == [Decimal("301.37") * max(10, *sizes)] * 2


@given(st.fractions(0, 60, max_denominator=1000), st.fractions(0, 1, max_denominator=1000))
def test_graduated_has_no_jump(quantity, more):
    component = tiered(Scheme.GRADUATED)
    step = amount_of(parts(component, quantity + more)) - amount_of(parts(component, quantity))
    # between the cheapest and the dearest tier for every bit more
    assert 5 * more <= step <= 10 * more


@given(st.fractions("0.001", 100, max_denominator=1000))
def test_volume_prices_all_at_one_tier_with_an_inclusive_end(quantity):
    assert amount_of(parts(tiered(Scheme.VOLUME), quantity)) == quantity * (10 if quantity <= 15 else 5)


@given(st.integers(0, 50), st.fractions("0.001", 10, max_denominator=1000))
def test_a_package_begun_is_a_package_paid(full, rest):
    component = vehicles("700", scheme=Scheme.PACKAGE, package_size=Decimal(10))
    assert amount_of(parts(component, full * 10 + rest)) == (full + 1) * 700
    assert amount_of(parts(component, Fraction(full * 10))) == full * 700


def _april_world():
    return contract(), Month(2026, 4), [terms(prepaid_vehicles=10)], {"T": [version(vehicles("301.37"))]}, EXEMPT
