"""Whoever reads the cabinet in English reads nothing of ours in Russian: pages as they are served, and the arithmetic of any line."""

import re

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from pipelines.period import Month
from pipelines.rating.charges import Parked
from pipelines.rating.difference import adjustment
from pipelines.rating.month import rate_month
from pipelines.warehouse import engine
from pipelines.web.arithmetic import arithmetic
from tests.cabinet.browsing import Browser, words_of
from tests.unit.rating import worlds
from tests.unit.rating.building import billed

_CYRILLIC = re.compile(r"[А-Яа-яЁё][А-Яа-яЁё .-]*")
_DATA = """
SELECT unnest(ARRAY[name, full_name, address, bank_name, director, accountant]) FROM master.organizations
UNION SELECT unnest(ARRAY[name, full_name, address]) FROM master.clients UNION SELECT name FROM master.tariffs
UNION SELECT name FROM master.components UNION SELECT purpose FROM receivables.payments UNION SELECT number FROM billing.invoices
"""
PAGES = (
    "/", "/invoices", "/acts", "/payments", "/reconciliation?first=2026-01-01&last=2026-03-31", "/fleet?month=2026-01", "/fleet",
    "/running", "/terms", "/account",
    "/invoice?number={0}", "/line?number={0}&line=1", "/vehicles?number={0}&line=1&day=2026-01-15", "/nothing",
    "/reconciliation?first=2026-03-01&last=2026-01-31",
)  # fmt: skip


@pytest.fixture
def data(issued_world):
    """What people called things: clients, tariffs, payments. It stays as it was written."""
    with engine.reading(issued_world) as connection:
        return sorted({" ".join(value.split()) for (value,) in connection.execute(text(_DATA)) if value}, key=len, reverse=True)


def _russian(page, data):
    said = words_of(page)
    for value in (*data, "Русский"):
        said = said.replace(value, "")
    said = re.sub(r"Оплата по счет(у|ам)\b", "", said)  # the purpose of a payment, as the bank is to get it
    said = re.sub(r"Машина \d+|K-\w|[A-ZА-Я]{2}\d\d-\d{6}", "", said)  # vehicles of the tests' company
    return _CYRILLIC.findall(said)


@pytest.mark.parametrize("who", ["a", "x", "d"])
def test_no_page_says_a_russian_word_of_ours(issued_world, data, who):
    browser = Browser(issued_world, headers={"accept-language": "en"}).log_in(f"{who}@client.example")
    with engine.reading(issued_world) as connection:
        number = connection.execute(text("SELECT number FROM billing.invoices WHERE client_code = :c"), {"c": who.upper()}).scalar()
    said = {path: _russian(browser.get(path.format(number)).text, data) for path in (*PAGES, *(["/clients"] if who == "d" else []))}
    assert {path: words for path, words in said.items() if words} == {}


def test_the_entrance_speaks_english_too(issued_world, data):
    browser = Browser(issued_world, headers={"accept-language": "en"})
    token = browser.link("a@client.example")
    for path in ("/login", f"/enter/{token}", "/enter/none", "/enter/address/none", "/enter/stop/none"):
        assert _russian(browser.get(path).text, data) == [], path


def _same(written):
    """The English of a line has no Russian word and the very same figures."""
    said = arithmetic(written, language="en")
    assert _CYRILLIC.findall(said) == [], (written, said)
    russian = re.sub(r"(\d\d\.\d\d–)?\d\d\.\d\d\.\d{4}", "", written)
    english = re.sub(r"(\d+ \w{3} \d{4} – )?\d+ [A-Z][a-z]{2} \d{4}", "", said)
    figures = re.findall(r"\d+(?:,\d+)?", re.sub(r"(?<=\d)[\u00a0\u202f](?=\d)", "", russian))
    assert re.findall(r"\d+(?:\.\d+)?", re.sub(r"(?<=\d),(?=\d)", "", english)) == [each.replace(",", ".") for each in figures]


@settings(max_examples=30, deadline=None)
@given(worlds.worlds(), worlds.worlds(ahead=st.integers(1, 30)))
def test_the_arithmetic_of_any_line_has_its_english(before, after):
    after = {**after, **{name: before[name] for name in ("year", "month", "usage", "modes", "starts", "ends")}}
    rated = [_rated(world) for world in (before, after)]
    for one in rated:
        for line in one.everything:
            _same(line.arithmetic)
    for line in adjustment(rated[1].everything, billed(rated[0].everything)):
        _same(line.arithmetic)


def _rated(world):
    contract, terms, tariffs, days, modes = worlds.product_inputs(world)
    rated = rate_month(contract, Month(world["year"], world["month"]), terms, tariffs, days, modes)
    assume(not isinstance(rated, Parked))
    return rated


@pytest.mark.parametrize(
    ("russian", "english"),
    [
        ("максимум 1 машина (14.01.2026); 1 × 300,00 × 15 дней ÷ 31 день − скидка 2,5 % = 141,53",
         "at most 1 vehicle (14 Jan 2026); 1 × 300.00 × 15 days ÷ 31 days − discount 2.5% = 141.53"),
        ("в среднем 46,194 машины: 1\u00a0432 машино-дня ÷ 31 день; 1\u00a0432 ÷ 31 × 300,00 = 13\u00a0858,06",
         "on average 46.194 vehicles: 1,432 vehicle-days ÷ 31 days; 1,432 ÷ 31 × 300.00 = 13,858.06"),
        ("максимум 47 машин (14.01.2026); 5 пакетов по 10; 5 × 2\u00a0500,00 = 12\u00a0500,00",
         "at most 47 vehicles (14 Jan 2026); 5 packages of 10; 5 × 2,500.00 = 12,500.00"),
        ("на связи 78\u00a0582 минуты ÷ 60 = 1\u00a0309,7 часа; 78\u00a0582 ÷ 60 × 1,00 = 1\u00a0309,70",
         "online 78,582 minutes ÷ 60 = 1,309.7 hours; 78,582 ÷ 60 × 1.00 = 1,309.70"),
        ("максимум 13 машин (14.01.2026), предоплата 10 машин; 13 × 300,00 = 3\u00a0900,00; ранее выставлено 3\u00a0000,00; "
         "разница 3\u00a0900,00 − 3\u00a0000,00 = 900,00",
         "at most 13 vehicles (14 Jan 2026), paid ahead for 10 vehicles; 13 × 300.00 = 3,900.00; billed before 3,000.00; "
         "difference 3,900.00 − 3,000.00 = 900.00"),
        ("минимум 5\u00a0000,00 − начислено 3\u00a0000,00 = 2\u00a0000,00", "minimum 5,000.00 − charged 3,000.00 = 2,000.00"),
        ("16.01–31.01.2026: учтено 12,5; 12,5 × 2,00 = 25,00", "16 Jan 2026 – 31 Jan 2026: counted 12.5; 12.5 × 2.00 = 25.00"),
        ("январь 2026\u00a0г.: услуга не начисляется", "January 2026: the service is not charged"),
    ],
)  # fmt: skip
def test_each_turn_reads_as_english_does(russian, english):
    assert arithmetic(russian, language="en").replace("\u00a0", " ") == english
    assert arithmetic(russian) == russian
