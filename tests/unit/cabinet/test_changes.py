"""What a client is told of what changes: other terms, another price list; and nothing where it notices nothing."""

from datetime import date
from decimal import Decimal

from pipelines.cabinet.agreed import Agreed, ClientContract
from pipelines.rating.model import Component, Kind, TariffVersion, Terms

TODAY, MARCH, APRIL, MAY = date(2026, 2, 10), date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)
BEGAN = date(2026, 1, 1)


def _tariff(code="T1", begins=BEGAN, price="300", *, with_vat=False, more=()):
    parts = (Component(1, "Мониторинг", Kind.VEHICLES, price=Decimal(price)), *more)
    return TariffVersion(code, begins, f"Тариф {code}", with_vat, parts)


def _changes(terms, *versions, ends_on=None):
    contract = ClientContract("K1", "C1", "ORG", "ООО", "Europe/Moscow", None, BEGAN, ends_on)
    tariffs = {code: tuple(each for each in versions if each.tariff_code == code) for code in {each.tariff_code for each in versions}}
    return Agreed(contract, terms, tariffs, ()).changes_after(TODAY)


def test_other_terms_and_other_prices_are_told_with_their_days():
    now, later = Terms("K1", BEGAN, "T1"), Terms("K1", MARCH, "T1", discount_percent=Decimal(5))
    extra = Component(2, "Видео", Kind.FIXED, price=Decimal(100))
    first, second = _changes((now, later), _tariff(), _tariff(begins=APRIL, price="330", more=(extra,)))
    assert (first.day, first.before.terms.discount_percent, first.after.terms.discount_percent) == (MARCH, 0, 5)
    assert (first.components, first.ended) == ((), ())
    assert (second.day, [part.price for part in second.components]) == (APRIL, [330, 100])


def test_a_price_that_stays_is_not_told_unless_it_is_with_vat_now():
    extra = Component(2, "Видео", Kind.FIXED, price=Decimal(100))
    [ended] = _changes((Terms("K1", BEGAN, "T1"),), _tariff(more=(extra,)), _tariff(begins=MARCH))
    assert (ended.components, ended.ended) == ((), ("Видео",))
    [with_vat] = _changes((Terms("K1", BEGAN, "T1"),), _tariff(), _tariff(begins=MARCH, with_vat=True))
    assert [part.price for part in with_vat.components] == [300]


def test_an_equal_row_and_the_versions_of_a_tariff_that_is_not_in_force_change_nothing():
    now, equal = Terms("K1", BEGAN, "T1"), Terms("K1", MARCH, "T1")
    other = Terms("K1", MAY, "T2")
    changes = _changes((now, equal, other), _tariff(), _tariff(begins=MARCH), _tariff("T2"), _tariff("T2", APRIL, "350"))
    assert [(each.day, each.after.terms.tariff_code) for each in changes] == [(MAY, "T2")]
    # T1 goes up while it is in force, and then T2 comes: both are told
    dearer = _changes((now, other), _tariff(), _tariff(begins=APRIL, price="310"), _tariff("T2"))
    assert [(each.day, [part.price for part in each.components]) for each in dearer] == [(APRIL, [310]), (MAY, [300])]


def test_nothing_is_told_of_the_time_after_the_contract():
    now, later = Terms("K1", BEGAN, "T1"), Terms("K1", APRIL, "T1", payment_days=5)
    assert _changes((now, later), _tariff(), ends_on=date(2026, 3, 31)) == ()
    assert [each.day for each in _changes((now, later), _tariff(), ends_on=APRIL)] == [APRIL]
