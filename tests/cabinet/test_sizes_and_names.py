"""Pages of a client with ten thousand vehicles and 120 invoices, and of clients and tariffs that are called what could do harm."""

import io
from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser

import pytest
from openpyxl import load_workbook
from sqlalchemy import text

from pipelines.clock import Authorship
from pipelines.evidence.landing_folder import land_folder
from pipelines.master.importing import import_master
from pipelines.period import Month
from pipelines.runs.close import close
from pipelines.settings import Settings
from pipelines.warehouse import engine
from pipelines.wording.outside import clean
from tests.cabinet.browsing import Browser, words_of
from tests.company import Company, steady
from tests.conftest import NOW, cloned
from tests.ledger_world import House

JANUARY, DAY = Month(2026, 1), date(2026, 1, 31)
_HOLDING = (
    """INSERT INTO master.tariffs (tariff_code, valid_from, name, currency, prices_include_vat)
    SELECT 'H', d, 'Холдинг', 'RUB', false FROM unnest(CAST('{2026-01-01,2026-06-01,2026-07-01,2026-08-01}' AS date[])) d""",
    """INSERT INTO master.components (tariff_code, valid_from, component_no, name, kind, scheme, price)
    SELECT 'H', t.valid_from, n, 'Услуга мониторинга транспорта № ' || n, 'fixed', 'unit', extract(month FROM t.valid_from) * 10
    FROM master.tariffs t, generate_series(1, 30) n WHERE t.tariff_code = 'H'""",
    """INSERT INTO master.contracts (contract_no, client_code, organization_code, starts_on)
    SELECT 'ХОЛДИНГ-' || n, 'C-K3', 'ORG', date '2026-01-31' FROM generate_series(11, 22) n""",
    """INSERT INTO master.terms (contract_no, valid_from, tariff_code, counting, basis, prepaid_vehicles, discount_percent, payment_days)
    SELECT contract_no, date '2026-01-31', 'H', 'used', 'peak', 0, 0, 10 FROM master.contracts WHERE contract_no LIKE 'ХОЛДИНГ-%'""",
)  # fmt: skip
NAMES = {
    "K1": '<script>alert(1)</script><img src=x onerror="alert(1)">',
    "K2": '=HYPERLINK("http://evil.example","x")',
    "K3": "Я" * 300,
    "K4": "\u05d7\u05d1\u05e8\u05d4 \u0634\u0631\u0643\u0629 \u202egnp.exe\u202c",
    "K5": "{{ 7*7 }} {% for x in y %} %(x)s",
}
PATHS = ("/", "/invoices", "/acts", "/payments", "/reconciliation", "/fleet?month=2026-01", "/terms")
LARGEST = 150 * 1024


@pytest.fixture(scope="module")
def hostile(server_home, tmp_path_factory) -> Iterator[Settings]:
    """January closed, of which one day is billed: 10,000 vehicles of K1, one of each other; and 119 more invoices of K1."""
    folder = tmp_path_factory.mktemp("hostile")
    clients = {number: {"name": name, "email": f"{number.lower()}@client.example"} for number, name in NAMES.items()}
    fleets = {number: steady(10_000 if number == "K1" else 1) for number in NAMES}
    company = Company(fleets, starts_on=DAY, clients=clients, terms={"K1": {"basis": "average"}})
    person = Authorship("Анна Петрова", "проверено", NOW)
    with cloned(server_home, folder / "home") as made:
        import_master(made, str(company.write_master(folder / "master")), person)
        company.write_day(folder / "snapshots", DAY)
        land_folder(made, "gps1", str(folder / "snapshots"), NOW)
        close(made, JANUARY, approver=person, issued_on=date(2026, 2, 1), at=NOW)
        house = House(made, last_no=len(NAMES))
        house.invoices([("C-K1", "100.00", "2026-02-20")] * 119, contract="K1")
        yield made


def _number(settings: Settings, client: str) -> str:
    """The number of the client's invoice of January."""
    with engine.reading(settings) as connection:
        asked = text("SELECT number FROM billing.invoices WHERE client_code = :client AND month = '2026-01-01'")
        return connection.execute(asked, {"client": client}).scalar_one()


class _Tags(HTMLParser):
    """Elements that a page opens, and whatever would run in it."""

    def __init__(self) -> None:
        super().__init__()
        self.met: set[str] = set()
        self.handlers: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.met.add(tag)
        self.handlers += [name for name, _ in attrs if name.startswith("on") or name == "style"]


@pytest.mark.parametrize("number", NAMES)
def test_a_client_is_called_what_it_is_called_and_every_page_stays_whole(hostile, number):
    browser = Browser(hostile).log_in(f"{number.lower()}@client.example")
    plain = _Tags()
    plain.feed(Browser(hostile).log_in("k2@client.example").get("/").text)
    for path in PATHS:
        answer = browser.get(path)
        assert answer.status_code == 200, path
        assert len(answer.content) <= LARGEST, path
        tags = _Tags()
        tags.feed(answer.text)
        assert tags.handlers == [], path
        assert "img" not in tags.met, path
        assert answer.text.count("<script") == 1, path  # the one of the frame
    said = words_of(browser.get("/").text)
    assert " ".join(clean(NAMES[number]).split()) in said
    assert "\u202e" not in said


def test_a_day_of_ten_thousand_vehicles_has_pages(hostile):
    browser = Browser(hostile).log_in("k1@client.example")
    address = f"/vehicles?number={_number(hostile, 'C-K1')}&line=1&day={DAY}"
    first, last = browser.get(address), browser.get(f"{address}&page=200")
    assert "Страница 1 из 200" in words_of(first.text)
    assert "Страница 200 из 200" in words_of(last.text)
    assert max(len(first.content), len(last.content)) <= LARGEST
    assert words_of(browser.get(f"{address}&only=K1-9999").text).count("была на связи") == 1
    line = browser.get(f"/line?number={_number(hostile, 'C-K1')}&line=1")
    # one day of 31: 10,000 vehicle-days
    assert "10 000" in words_of(line.text)


def test_a_hundred_and_twenty_invoices_have_pages(hostile):
    browser = Browser(hostile).log_in("k1@client.example")
    pages = [browser.get(f"/invoices?page={number}") for number in (1, 2, 3)]
    assert [page.text.count('href="/invoice?') for page in pages] == [50, 50, 20]
    assert max(len(page.content) for page in pages) <= LARGEST
    assert browser.get("/invoices?page=4").status_code == 200
    assert browser.get("/invoices?page=0").status_code == 422


def test_files_are_what_their_names_say(hostile):
    browser = Browser(hostile).log_in("k2@client.example")
    number = _number(hostile, "C-K2")
    kinds = {
        f"/file/invoice?number={number}": b"%PDF", f"/file/act?number={number}": b"%PDF",
        f"/file/invoice?number={number}&paper=fleet": b"%PDF",
        f"/file/invoice?number={number}&paper=proof": b"PK", f"/file/invoice?number={number}&paper=appendix": b"PK",
        f"/file/invoice?number={number}&paper=code": b"\x89PNG", "/file/payment?of=C-K2&organization=ORG": b"\x89PNG",
        "/file/reconciliation?of=C-K2&organization=ORG&first=2026-01-01&last=2026-03-01": b"%PDF",
    }  # fmt: skip
    for address, begins in kinds.items():
        answer = browser.get(address)
        assert (answer.status_code, answer.content[: len(begins)]) == (200, begins), address
    statement = browser.get("/file/reconciliation?of=C-K2&organization=ORG&first=2026-01-01&last=2026-03-01&kind=xlsx")
    rows = list(load_workbook(io.BytesIO(statement.content)).active.iter_rows(values_only=True))
    # 300.00 for 1 of 31 days: 9.68, with 22 % (2.13) 11.81
    assert [row[5] for row in rows[1:3]] == [0, 11.81]
    assert browser.get(f"/file/invoice?number={number}&paper=adjustment").status_code == 409
    assert browser.get("/file/payment?of=C-K2&organization=NONE").status_code == 409


@pytest.mark.parametrize("number", ["K2", "K3", "K4"])
def test_workbooks_call_a_client_what_it_is_called_and_hold_no_formula_of_it(hostile, number):
    browser = Browser(hostile).log_in(f"{number.lower()}@client.example")
    for address in (
        f"/file/invoice?number={_number(hostile, f'C-{number}')}&paper=appendix",
        f"/file/reconciliation?of=C-{number}&organization=ORG&first=2026-01-01&last=2026-03-01&kind=xlsx",
    ):
        book = load_workbook(io.BytesIO(browser.get(address).content))
        cells = [cell for sheet in book for row in sheet for cell in row if cell.value]
        said = [book.properties.title, *(str(cell.value) for cell in cells)]
        assert not any("HYPERLINK" in str(cell.value) for cell in cells if cell.data_type == "f"), address
        assert not any(cell.hyperlink for cell in cells), address
        assert any(" ".join(clean(NAMES[number]).split()) in " ".join(each.split()) for each in said), address
        assert not any("\u202e" in each for each in said), address


def test_a_holding_reads_the_terms_of_each_of_its_contracts(hostile):
    """Thirteen contracts, twelve of them with thirty prices that go up three times: five on a page."""
    with House(hostile).owner() as connection:
        for statement in _HOLDING:
            connection.execute(text(statement))
    browser = Browser(hostile).log_in("k3@client.example")
    pages = [browser.get(f"/terms?page={number}") for number in (1, 2, 3)]
    assert max(len(page.content) for page in pages) <= LARGEST
    assert "Страница 1 из 3" in words_of(pages[0].text)
    assert [number for number in range(11, 23) if sum(f"№ ХОЛДИНГ-{number}" in page.text for page in pages) == 1] == list(range(11, 23))
    said = words_of(pages[1].text)
    assert [f"С 1 {month} 2026 г." in said for month in ("июня", "июля", "августа")] == [True] * 3
    assert [f"{price},00" in said for price in (10, 60, 70, 80)] == [True] * 4  # ten roubles a month of the version's number
