"""Corrections in memory: whatever facts come after the close, issued + adjustments is the fresh bill. Pure: no database."""

from collections import Counter
from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.billing.billed_so_far import BilledSoFar
from pipelines.billing.inputs import MonthInputs, Parties
from pipelines.billing.model import Purpose, Scope
from pipelines.billing.rules import close_run, correct_run, prepay_run, watch_run
from pipelines.billing.run import RunFacts
from pipelines.billing.usage_of_month import UsageOfMonth
from pipelines.period import Month
from pipelines.rating.charges import Amounts
from pipelines.rating.model import Component, Contract, DayUsage, Kind, TariffVersion, TaxMode, Terms, VatMode
from tests import naive_calculator

APRIL = Month(2026, 4)
START = date(2025, 1, 1)
FACTS = st.tuples(
    st.lists(st.integers(0, 9), min_size=30, max_size=30),
    st.sampled_from(["33.33", "299.99", "310"]),
    st.integers(0, 12),
    st.one_of(st.none(), st.tuples(st.integers(2, 30), st.integers(0, 12))),
    st.sampled_from(["0", "7.5"]),
)


def _inputs(facts):
    _, price, prepaid, agreed, discount = facts
    component = Component(1, "Мониторинг", Kind.VEHICLES, price=Decimal(price))
    fixed = Component(2, "Платформа", Kind.FIXED, price=Decimal("99.99"))
    terms = [Terms("A", START, "T1", prepaid_vehicles=prepaid, discount_percent=Decimal(discount))]
    if agreed:
        terms.append(Terms("A", date(2026, 4, agreed[0]), "T1", prepaid_vehicles=agreed[1], discount_percent=Decimal(discount)))
    party = Parties(Contract("A", "CA", "ORG", START), {"contract_no": "A"}, {"client_code": "CA"}, {"code": "ORG"})
    version = TariffVersion("T1", START, "Базовый", prices_include_vat=False, components=(component, fixed))
    return MonthInputs(APRIL, (party,), {"A": tuple(terms)}, {"T1": (version,)}, {"ORG": (VatMode(None, TaxMode.GENERAL),)}, {})


def _days(facts):
    return {"A": [DayUsage(day, size, 0, {}) for day, size in zip(APRIL.dates(), facts[0], strict=True)]}


def _run_facts(inputs, purpose, issued=None, days=None, closed=""):
    """What a run is computed from."""
    return RunFacts(Scope(APRIL, purpose), inputs, issued or BilledSoFar(), frozenset(closed), UsageOfMonth(days or {}, {}, ""))


def _with(issued, prepared):
    """What is issued after a run: every draft of it, as it is."""
    kinds = {kind: list(lines) for kind, lines in issued.by_kind.get("A", {}).items()}
    causes = {key: list(value) for key, value in issued.causes.items()}
    for draft in prepared.drafts:
        kinds.setdefault(draft.kind, []).extend(line.charge.as_billed() for line in draft.lines)
        causes.setdefault(("A", draft.kind), []).append(draft.cause)
    return BilledSoFar({"A": kinds}, causes)


def _fresh(facts):
    """The bill by the day-by-day calculator: (net, VAT, total)."""
    sizes, price, prepaid, agreed, discount = facts
    row = {"from": START, "tariff": "T1", "counting": "used", "basis": "peak", "discount": discount, "minimum": None}
    terms = [{**row, "prepaid": prepaid}, *([{**row, "from": date(2026, 4, agreed[0]), "prepaid": agreed[1]}] if agreed else [])]
    part = {"meter": None, "scheme": "unit", "size": None, "tiers": []}
    parts = [{**part, "no": 1, "kind": "vehicles", "price": price}, {**part, "no": 2, "kind": "fixed", "price": "99.99"}]
    usage = {day: (size, 0, {}) for day, size in zip(APRIL.dates(), sizes, strict=True)}
    tariffs = {"T1": [{"from": START, "included": False, "parts": parts}]}
    lines = naive_calculator.bill(2026, 4, START, None, terms, tariffs, usage, [(None, "general")])
    return tuple(sum((line[place] for line in lines), Decimal("0.00")) for place in (5, 7, 8))


def _sum(issued):
    found = sum((line.amounts for line in issued.lines("A")), Amounts())
    return found.net, found.vat, found.total


@settings(max_examples=40, deadline=None)
@given(FACTS, st.lists(st.integers(1, 30), max_size=3), st.lists(FACTS, min_size=1, max_size=3))
def test_issued_and_adjustments_are_the_fresh_bill_whatever_comes(facts, watched, later):
    inputs, days = _inputs(facts), _days(facts)
    issued = _with(BilledSoFar(), prepay_run(_run_facts(inputs, Purpose.PREPAY)))
    for number in watched:
        scope = Scope(APRIL, Purpose.WATCH, date(2026, 4, number))
        issued = _with(issued, watch_run(RunFacts(scope, inputs, issued, usage=UsageOfMonth(days, {}, ""))))
    issued = _with(issued, close_run(_run_facts(inputs, Purpose.CLOSE, issued, days)))
    assert _sum(issued) == _fresh(facts)
    for new in later:
        found = correct_run(_run_facts(_inputs(new), Purpose.CORRECT, issued, _days(new), closed="A"))
        assert len(found.drafts) <= 1
        issued = _with(issued, found)
        assert _sum(issued) == _fresh(new)
        assert correct_run(_run_facts(_inputs(new), Purpose.CORRECT, issued, _days(new), closed="A")).drafts == ()
    assert all(count == 1 for count in Counter((kind, cause) for (_, kind), all_ in issued.causes.items() for cause in all_).values())


def test_a_closed_contract_gets_no_advance():
    facts = ([5] * 30, "310", 10, None, "0")
    assert len(prepay_run(_run_facts(_inputs(facts), Purpose.PREPAY)).drafts) == 1
    assert prepay_run(_run_facts(_inputs(facts), Purpose.PREPAY, closed="A")).drafts == ()
