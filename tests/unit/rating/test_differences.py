"""Differences: correctives, credits and adjustments where months were cut anew, rates and tariffs changed."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from pipelines.period import Month, Span
from pipelines.rating.charges import Parked, total_of
from pipelines.rating.difference import adjustment
from pipelines.rating.model import Basis, TaxMode, VatMode
from pipelines.rating.month import rate_month
from pipelines.rating.prepaid import advance, corrective, credit, targets
from pipelines.rating.rows import printed_row
from tests.unit.rating.building import EXEMPT, GENERAL, billed, contract, day, fixed, fleet, money, nets, rated, terms, vehicles, version

APRIL = Month(2026, 4)
TARIFF = version(vehicles("300"))
TARIFFS = {"T": [TARIFF]}


def test_an_advance_bills_what_is_known_of_the_month():
    # 10 × 300 × 10/30 from the 1st to the 10th, 20 × 300 × 10/30 until the contract ends on the 20th
    rows = [terms(prepaid_vehicles=10), terms(day("2026-04", 11), prepaid_vehicles=20)]
    lines = advance(contract(ends_on=day("2026-04", 20)), APRIL, rows, {"T": [version(vehicles("300"), fixed("100"))]}, EXEMPT)
    assert nets(lines) == money("1000.00", "2000.00")


def test_no_advance_without_prepaid_vehicles_nor_for_what_would_be_parked():
    assert advance(contract(), APRIL, [terms()], TARIFFS, EXEMPT) == ()
    assert isinstance(advance(contract(), APRIL, [terms(prepaid_vehicles=10)], {}, EXEMPT), Parked)
    assert isinstance(advance(contract(), APRIL, [terms(prepaid_vehicles=10)], TARIFFS, ()), Parked)


def test_an_average_counts_at_the_close_only():
    # average (10 × 20 + 20 × 8) ÷ 30 = 12; 12 × 300 − 3000 = 600 at the close, nothing on the days
    rows = [terms(prepaid_vehicles=10, basis=Basis.AVERAGE)]
    days = fleet("2026-04", lambda number: 20 if number <= 10 else 8)
    issued = billed(advance(contract(), APRIL, rows, TARIFFS, EXEMPT))
    assert corrective(targets(contract(), APRIL, rows, TARIFFS, EXEMPT, days, APRIL.last), issued) == ()
    lines = corrective(rated("2026-04", TARIFF, days=days, rows=rows).prepaid, issued)
    assert [(line.quantity, line.price, line.net) for line in lines] == [(2, 300, Decimal("600.00"))]


def test_usage_of_other_segments_does_not_raise_a_target():
    # 25 vehicles on the 20th belong to the second segment: (10 + 25) × 300 × 15/30
    rows = [terms(prepaid_vehicles=10), terms(day("2026-04", 16), prepaid_vehicles=15)]
    days = fleet("2026-04", lambda number: 25 if number == 20 else 5)
    assert nets(targets(contract(), APRIL, rows, TARIFFS, EXEMPT, days, APRIL.last)) == money("1500.00", "3750.00")


def test_net_vat_and_total_of_a_corrective_are_each_new_less_billed():
    # limits 1 … 11, each raised by 4 at 33.33: the lines may not be rounded on their own
    for include_vat in (True, False):
        tariffs = {"T": [version(vehicles("33.33"), include_vat=include_vat)]}
        for before in range(1, 12):
            first = advance(contract(), APRIL, [terms(prepaid_vehicles=before)], tariffs, GENERAL)
            later = advance(contract(), APRIL, [terms(prepaid_vehicles=before + 4)], tariffs, GENERAL)
            [line] = corrective(later, billed(first))
            assert line.amounts == later[0].amounts - first[0].amounts
            assert line.quantity == 4


def test_a_contract_ended_early_is_credited_at_the_close():
    # 10 × 300 paid, 10 × 300 × 20/30 = 2000 in the end
    rows = [terms(prepaid_vehicles=10)]
    issued = billed(advance(contract(), APRIL, rows, TARIFFS, EXEMPT))
    outcome = rated("2026-04", TARIFF, days=8, rows=rows, at=contract(ends_on=day("2026-04", 20)))
    assert corrective(outcome.prepaid, issued) == ()
    [line] = credit(outcome.prepaid, issued)
    assert line.net == Decimal("-1000.00")
    assert printed_row(line)[:2] == (Decimal(1), Decimal("-1000.00"))
    assert line.arithmetic.replace("\u00a0", " ") == (
        "предоплата 10 машин; 10 × 300,00 × 20 дней ÷ 30 дней = 2 000,00; "
        "ранее выставлено 3 000,00; разница 2 000,00 − 3 000,00 = −1 000,00"
    )


def test_a_contract_that_never_began_is_credited_in_full():
    issued = billed(advance(contract(), APRIL, [terms(prepaid_vehicles=10)], TARIFFS, GENERAL))
    outcome = rated("2026-04", TARIFF, days=[], rows=[terms(prepaid_vehicles=10)], at=contract(day("2026-05", 1)))
    [line] = credit(outcome.prepaid, issued)
    assert (line.net, line.vat_rate, line.vat, line.total) == (Decimal(-3000), Decimal(22), Decimal(-660), Decimal(-3660))


def test_segments_known_at_the_advance_are_compared_one_by_one():
    # the first half 20 × 300 × ½ paid, later 10: 1500 too much; the second half 10 → 12: 300 more, billed at once
    before = [terms(prepaid_vehicles=20), terms(day("2026-04", 16), prepaid_vehicles=10)]
    after = [terms(prepaid_vehicles=10), terms(day("2026-04", 16), prepaid_vehicles=12)]
    issued = billed(advance(contract(), APRIL, before, TARIFFS, EXEMPT))
    lines = corrective(targets(contract(), APRIL, after, TARIFFS, EXEMPT, [], APRIL.last), issued)
    assert [(line.span.first.day, line.net) for line in lines] == [(16, Decimal("300.00"))]
    assert nets(credit(targets(contract(), APRIL, after, TARIFFS, EXEMPT, [], APRIL.last), issued)) == money("-1500.00")


def test_an_adjustment_of_a_month_that_is_cut_anew_is_one_line():
    # 10 × 300 issued; back-dated from the 16th: 10 × 300 × ½ + 10 × 360 × ½ = 3300
    issued = billed(rated("2026-04", TARIFF, days=10).charges)
    anew = rated("2026-04", TARIFF, version(vehicles("360"), valid_from=day("2026-04", 16)), days=10).everything
    [line] = adjustment(anew, issued)
    assert (line.net, line.span) == (Decimal("300.00"), APRIL.span)
    # and back again, over three spans: −300
    [back] = adjustment(rated("2026-04", TARIFF, days=10).everything, [*issued, line.as_billed()])
    assert back.net == Decimal("-300.00")


def test_an_adjustment_keeps_the_original_rate():
    # issued at 5 %; the mode was corrected to general since: 300 more at 5 %, not 3300 at 22 % less 3000 at 5 %
    issued = billed(rated("2026-04", TARIFF, days=10, vat=(VatMode(None, TaxMode.USN5),)).charges)
    [line] = adjustment(rated("2026-04", TARIFF, days=11, vat=GENERAL).everything, issued)
    assert (line.net, line.vat_rate, line.vat) == (Decimal("300.00"), Decimal(5), Decimal("15.00"))
    assert adjustment(rated("2026-04", TARIFF, days=10, vat=GENERAL).everything, issued) == ()


def test_an_adjustment_covers_components_that_came_went_and_the_minimum():
    # issued 3000 + minimum 2000; now a fixed 500 more: the minimum gives 500 back; nothing in sum
    rows = [terms(minimum=Decimal(5000))]
    issued = billed(rated("2026-04", TARIFF, days=10, rows=rows).charges)
    anew = rated("2026-04", version(vehicles("300"), fixed("500")), days=10, rows=rows).everything
    lines = adjustment(anew, issued)
    assert [(line.component_no, line.net) for line in lines] == [(2, Decimal("500.00")), (0, Decimal("-500.00"))]
    # another tariff: the lines of the old one go in full
    other = rated("2026-04", version(vehicles("400"), code="S"), days=10, rows=[terms(tariff_code="S")]).everything
    lines = adjustment(other, issued)
    assert sorted(nets(lines)) == money("-3000.00", "-2000.00", "4000.00")
    assert total_of(lines).net == Decimal("-1000.00")


def test_a_quantity_is_told_only_where_it_makes_the_difference():
    issued = billed(rated("2026-04", TARIFF, days=10).charges)
    [more] = adjustment(rated("2026-04", TARIFF, days=12).everything, issued)
    assert (more.quantity, more.price) == (2, 300)
    quantity, price, text = printed_row(more)
    assert (quantity, price) == (2, 300)
    assert text.replace("\u00a0", " ") == "Мониторинг за апрель 2026 г.: максимум 12 машин (01.04.2026); 12 − ранее выставленные 10 = 2"
    [dearer] = adjustment(rated("2026-04", version(vehicles("330")), days=12).everything, issued)
    assert (dearer.quantity, dearer.price, dearer.net) == (Fraction(1), None, Decimal("960.00"))
    assert printed_row(dearer)[:2] == (Decimal(1), Decimal("960.00"))


def test_what_is_no_longer_charged_goes_in_full():
    [line] = adjustment((), billed(rated("2026-04", TARIFF, days=10).charges))
    assert line.net == Decimal("-3000.00")
    assert line.span == Span(APRIL.first, APRIL.last)
    assert line.arithmetic.replace("\u00a0", " ") == (
        "услуга не начисляется; ранее выставлено 3 000,00; разница 0,00 − 3 000,00 = −3 000,00"
    )


def test_an_average_just_below_the_limit_is_no_refund():
    # average 9.5 of 10: 10 × 300 as paid ahead, 0.5 unused
    rows = [terms(prepaid_vehicles=10, basis=Basis.AVERAGE)]
    outcome = rated("2026-04", TARIFF, days=fleet("2026-04", lambda number: 9 if number <= 15 else 10), rows=rows)
    assert nets(outcome.prepaid) == money("3000.00")
    assert [one.unused for one in outcome.unused] == [Fraction(1, 2)]


def test_another_tariff_inside_a_prepaid_month_is_another_component_until_the_close():
    cheaper = replace(version(vehicles("290")), tariff_code="T2")
    tariffs, days = {**TARIFFS, "T2": [cheaper]}, fleet("2026-04", 8)
    rows = [terms(prepaid_vehicles=10), terms(day("2026-04", 16), tariff_code="T2", prepaid_vehicles=10)]
    first = advance(contract(), APRIL, rows[:1], tariffs, GENERAL)
    issued = billed(first)
    more = corrective(targets(contract(), APRIL, rows, tariffs, GENERAL, days, day("2026-04", 16)), issued)
    issued += billed(more)
    at_close = rate_month(contract(), APRIL, rows, tariffs, days, GENERAL)
    back = credit(at_close.prepaid, issued)
    # 10 × 300 = 3000; 10 × 290 × 15/30 = 1450; 10 × 300 × 15/30 − 3000 = −1500; together 1500 + 1450
    assert (nets(first), nets(more), nets(back)) == (money("3000.00"), money("1450.00"), money("-1500.00"))
    assert total_of(first + more + back) == total_of(at_close.prepaid)
