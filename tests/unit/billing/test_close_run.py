"""A month prepared in memory: who is billed, who is parked and why, what the digest covers. Pure: no database."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from pipelines.billing.inputs import MonthInputs, Parties
from pipelines.billing.model import MissingUsage, Purpose, Scope, shown_quantity
from pipelines.billing.rules import close_run, watch_run
from pipelines.billing.run import RunFacts
from pipelines.billing.usage_of_month import UsageOfMonth
from pipelines.period import Month
from pipelines.rating.model import Component, Contract, DayUsage, Kind, TariffVersion, TaxMode, Terms, VatMode

JANUARY = Month(2026, 1)


def prepare(inputs, days, gaps, usage, closed):
    return close_run(RunFacts(Scope(JANUARY), inputs, closed=closed, usage=UsageOfMonth(days, gaps, usage)))


def _inputs(*numbers, tariff="T1", **terms):
    parties = tuple(
        Parties(
            Contract(number, f"C{number}", "ORG", date(2025, 1, 1)),
            {"contract_no": number},
            {"client_code": f"C{number}"},
            {"code": "ORG", "invoice_prefix": "ФБ"},
        )
        for number in numbers
    )
    price = Component(1, "Мониторинг", Kind.VEHICLES, price=Decimal(300))
    return MonthInputs(
        JANUARY,
        parties,
        {number: (Terms(number, date(2025, 1, 1), tariff, **terms),) for number in numbers},
        {"T1": (TariffVersion("T1", date(2025, 1, 1), "Базовый", prices_include_vat=False, components=(price,)),)},
        {"ORG": (VatMode(None, TaxMode.GENERAL),)},
        {},
    )


def _fleet(size, month=JANUARY):
    return [DayUsage(day, size, 0, {}) for day in month.dates()]


def test_ten_vehicles_at_300_are_3000_and_22_percent():
    prepared = prepare(_inputs("A"), {"A": _fleet(10)}, {}, "u", frozenset())
    # 10 × 300 = 3000.00; 22 % of it = 660.00
    assert [(d.contract_no, d.amounts.net, d.amounts.vat, d.amounts.total) for d in prepared.drafts] == [
        ("A", Decimal("3000.00"), Decimal("660.00"), Decimal("3660.00"))
    ]


def test_a_thousand_contracts_and_one_without_a_tariff_version():
    inputs = _inputs(*(f"{n:04}" for n in range(1000)))
    broken = replace(inputs.terms["0500"][0], tariff_code="NONE")
    prepared = prepare(
        replace(inputs, terms={**inputs.terms, "0500": (broken,)}), {n: _fleet(1) for n in inputs.terms}, {}, "u", frozenset()
    )
    assert len(prepared.drafts) == 999
    assert [(one.contract_no, one.reason) for one in prepared.parked] == [("0500", "no_tariff")]
    assert "NONE" in prepared.parked[0].detail


def test_what_is_missing_parks_that_contract_alone():
    prepared = prepare(
        _inputs("A", "B"),
        {"A": _fleet(1), "B": _fleet(1)},
        {"B": MissingUsage("gps2 2026-01-14: no snapshot", "gps2, 14.01.2026: нет снимка")},
        "u",
        frozenset(),
    )
    assert [one.contract_no for one in prepared.drafts] == ["A"]
    assert [(one.contract_no, one.reason, one.detail) for one in prepared.parked] == [("B", "missing_days", "gps2 2026-01-14: no snapshot")]


def test_paid_ahead_without_an_advance_is_billed_by_a_corrective_at_the_close():
    prepared = prepare(_inputs("A", prepaid_vehicles=10), {"A": _fleet(12)}, {}, "u", frozenset())
    # nothing was billed ahead: max(10, 12) × 300 = 3600.00 in one corrective, and no monthly invoice of the same component
    assert [(one.kind, one.cause, one.amounts.net) for one in prepared.drafts] == [("corrective", "close", Decimal("3600.00"))]


def test_no_vehicles_come_to_nothing_and_take_no_draft():
    prepared = prepare(_inputs("A"), {"A": _fleet(0)}, {}, "u", frozenset())
    assert (prepared.drafts, prepared.nothing) == ((), ("A",))


def test_closed_contracts_are_left_alone():
    prepared = prepare(_inputs("A", "B"), {"A": _fleet(1), "B": _fleet(1)}, {}, "u", frozenset({"A"}))
    assert [one.contract_no for one in prepared.drafts] == ["B"]


@given(day=st.integers(0, 30), change=st.sampled_from(["vehicle-day", "evidence", "requisites", "price"]))
def test_the_digest_changes_with_every_fact(day, change):
    inputs, fleet, usage = _inputs("A"), _fleet(10), "u"
    before = prepare(inputs, {"A": fleet}, {}, usage, frozenset())
    if change == "vehicle-day":  # one vehicle fewer on one day: the peak and the amount stay as they are
        fleet = [replace(one, fleet_size=9) if index == day else one for index, one in enumerate(fleet)]
    elif change == "evidence":
        usage = "another"
    elif change == "requisites":
        inputs = replace(inputs, parties=(replace(inputs.parties[0], client={"client_code": "CA", "inn": "7707083893"}),))
    else:
        version = inputs.tariffs["T1"][0]
        dearer = replace(version, components=(replace(version.components[0], price=Decimal("300.01")),))
        inputs = replace(inputs, tariffs={"T1": (dearer,)})
    after = prepare(inputs, {"A": fleet}, {}, usage, frozenset())
    assert after.digest != before.digest
    assert after.drafts[0].invoice_id == before.drafts[0].invoice_id


def test_the_digest_is_the_same_for_the_same_facts():
    assert prepare(_inputs("A"), {"A": _fleet(3)}, {}, "u", frozenset()) == prepare(_inputs("A"), {"A": _fleet(3)}, {}, "u", frozenset())


def test_quantities_are_shown_with_three_decimals_half_up():
    assert shown_quantity(Fraction(406, 31)) == Decimal("13.097")
    assert str(shown_quantity(Fraction(10))) == "10"
    assert shown_quantity(Fraction(1, 2000)) == Decimal("0.001")


def test_a_day_of_which_nothing_is_known_brings_no_corrective():
    prepared = watch_run(RunFacts(Scope(JANUARY, Purpose.WATCH, date(2026, 1, 5)), _inputs("A", prepaid_vehicles=10)))
    assert prepared.drafts == ()
