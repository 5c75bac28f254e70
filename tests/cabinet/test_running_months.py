"""The running month of a client with many contracts: what has come together of all, each contract behind a fold, or page by page."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from tests.cabinet.browsing import Browser, Moment, words_of
from tests.ledger_world import House

LARGEST = 150 * 1024
MAY = datetime(2026, 5, 11, 9, tzinfo=UTC)
_AGREED = (
    """INSERT INTO master.vat_modes (code, vat_mode_from, vat_mode) VALUES ('ORG', '0001-01-01', 'general')""",
    """INSERT INTO master.tariffs (tariff_code, valid_from, name, currency, prices_include_vat)
    VALUES ('T', '2025-01-01', 'Т', 'RUB', false)""",
    """INSERT INTO master.components (tariff_code, valid_from, component_no, name, kind, scheme, price)
    VALUES ('T', '2025-01-01', 1, 'Мониторинг', 'vehicles', 'unit', 100)""",
    """INSERT INTO master.terms (contract_no, valid_from, tariff_code, counting, basis, prepaid_vehicles, discount_percent, payment_days)
    SELECT contract_no, '2025-01-01', 'T', 'used', 'peak', 0, 0, 10 FROM master.contracts""",
    "UPDATE master.clients SET email = 'h@client.example' WHERE client_code = 'H'",
)
_KNOWN = """
INSERT INTO usage.contract_days (contract_no, business_date, fleet_size, online_minutes, meters)
SELECT contract_no, d::date, 2, 60, '{}'
FROM master.contracts, generate_series(date '2026-05-01', date '2026-05-10', interval '1 day') d WHERE contract_no <> 'K-H'
"""


@pytest.fixture
def holding(settings):
    """``holding(contracts, *changes)``: a browser of H, who has so many, each but K-H with two vehicles since the first of May."""

    def made(contracts: int, *changes: str) -> Browser:
        house = House(settings)
        house.client("H")
        with house.owner() as connection:
            added = """INSERT INTO master.contracts (contract_no, client_code, organization_code, starts_on)
            SELECT 'К-' || lpad(n::text, 3, '0'), 'H', 'ORG', date '2026-01-01' FROM generate_series(2, :contracts) n"""
            connection.execute(text(added), {"contracts": contracts})
            for statement in (*_AGREED, _KNOWN, *changes):
                connection.execute(text(statement))
        return Browser(settings, Moment(MAY)).log_in("h@client.example")

    return made


def test_fifty_contracts_stand_together_and_each_behind_a_fold(holding):
    browser = holding(50)
    page = browser.get("/")
    said = words_of(page.text)
    # 49 contracts of two vehicles of 100.00, with 22 % 244.00: 11,956.00; nothing is known of K-H
    assert "Расчёт за май 2026 г., с НДС 11 956,00 ₽" in said
    assert "Машин за 10.05.2026 98" in said
    assert "К-050 2 244,00 244,00" in said
    assert "K-H — — —" in said
    assert "Вместе 98 11 956,00 —" in said
    assert page.text.count("<details>") == 1
    assert len(page.content) <= LARGEST


def test_more_contracts_are_read_page_by_page(holding):
    browser = holding(120)
    said = words_of(browser.get("/").text)
    assert "Расчёт за май 2026 г., с НДС 120 договоров Расчёт по договорам" in said
    pages = [browser.get(f"/running?page={number}") for number in (1, 2, 3, 4)]
    assert [page.text.count("/fleet?contract=") for page in pages] == [50, 50, 20, 0]
    assert "На этой странице договоров нет. К первой странице" in words_of(pages[3].text)
    assert max(len(page.content) for page in pages) <= LARGEST
    assert "120 действующих договоров; суммы внизу — по договорам этой страницы." in words_of(pages[1].text)
    assert "Вместе 40 4 880,00 4 880,00" in words_of(pages[2].text)  # 20 × 244.00
    assert 'value="К-120" selected' in browser.get("/fleet?contract=К-120").text  # beyond those that its form offers


def test_together_is_the_sum_of_what_the_rows_show_and_says_by_which_days(holding):
    browser = holding(
        4,
        "UPDATE usage.contract_days SET fleet_size = 5 WHERE contract_no = 'К-003'",
        "DELETE FROM master.terms WHERE contract_no = 'К-003'",  # it cannot be priced
        "DELETE FROM usage.contract_days WHERE contract_no = 'К-004' AND business_date = '2026-05-10'",
    )
    said = words_of(browser.get("/").text)
    assert "К-003 5 — —" in said
    assert "Вместе 9 488,00 —" in said  # 2 + 5 + 2 vehicles; 244.00 of К-002 and of К-004
    assert "набралось по данным на 09.05.2026, по части договоров и позже" in said
    assert "Машин за последний известный день 9" in said


def test_each_contract_of_many_clients_is_called_by_its_client(settings):
    house = House(settings)
    codes = [f"C{number:02}" for number in range(12)]
    for code in codes:
        house.client(code)
    with house.owner() as connection:
        for statement in (*_AGREED, _KNOWN):
            connection.execute(text(statement))
        connection.execute(text("UPDATE master.clients SET email = 'h@client.example'"))
    said = words_of(Browser(settings, Moment(MAY)).log_in("h@client.example").get("/").text)
    assert [code for code in codes if f"K-{code} {code} 2 244,00" not in said] == []
    assert "и ещё 2" in said


def test_a_month_that_is_over_had_no_vehicles_and_says_of_which_days_nothing_came(holding):
    nothing = """INSERT INTO usage.contract_days (contract_no, business_date, fleet_size, online_minutes, meters)
    SELECT 'K-H', d::date, 0, 0, '{}' FROM generate_series(date '2026-04-01', date '2026-05-10', interval '1 day') d
    WHERE d::date NOT IN ('2026-04-15', '2026-05-04')"""
    browser = holding(1, nothing)
    april, may = (words_of(browser.get(f"/fleet?contract=K-H&month=2026-{month}").text) for month in ("04", "05"))
    assert "Машин по этому договору в этом месяце не было. нет данных За 15.04.2026 данные ещё не пришли" in april
    assert "Машин по этому договору в этом месяце ещё не было. нет данных За 04.05.2026 данные ещё не пришли" in may
