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
    """``holding(contracts)``: a browser of H, who has so many, each but K-H with two vehicles since the first of May."""

    def made(contracts: int) -> Browser:
        house = House(settings)
        house.client("H")
        with house.owner() as connection:
            added = """INSERT INTO master.contracts (contract_no, client_code, organization_code, starts_on)
            SELECT 'К-' || lpad(n::text, 3, '0'), 'H', 'ORG', date '2026-01-01' FROM generate_series(2, :contracts) n"""
            connection.execute(text(added), {"contracts": contracts})
            for statement in (*_AGREED, _KNOWN):
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
    assert max(len(page.content) for page in pages) <= LARGEST
    assert "120 действующих договоров; суммы внизу — по договорам этой страницы." in words_of(pages[1].text)
    assert "Вместе 40 4 880,00 4 880,00" in words_of(pages[2].text)  # 20 × 244.00
    assert 'value="К-120" selected' in browser.get("/fleet?contract=К-120").text  # beyond those that its form offers
