"""What a debtor reads of the ladder on its first page, and the promise of payment that it gives there."""

import uuid
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text

from pipelines.access.dunning import dunning
from pipelines.period import Month
from pipelines.receivables.importing import import_payments
from tests.cabinet.browsing import Browser, Moment, words_of
from tests.debtors import DAY, indebted_house
from tests.invoices import IssuedInvoice, put
from tests.ledger_world import Paper, statement


def _at(day: int) -> Moment:
    return Moment(datetime(2026, 3, day, 9, tzinfo=UTC))


@pytest.fixture
def house(settings, tmp_path):
    """A owes 3600.00 since 10 March; the ladder blocks on the 24th."""
    made = indebted_house(settings, tmp_path)
    with made.owner() as connection:
        connection.execute(text("UPDATE master.clients SET email = lower(client_code) || '@client.example'"))
    return made


def test_a_debtor_reads_what_happens_when(settings, house):
    said = words_of(Browser(settings, _at(12)).log_in("a@client.example").get("/").text)
    assert "просрочено 3 600,00 ₽" in said
    assert "могут приостановить 24 марта 2026 г., не раньше" in said
    assert "11.03.2026 — письмо о просрочке" in said
    assert "Обещаю оплатить" not in said  # twelve days are left
    assert "долга нет" in words_of(Browser(settings, _at(12)).log_in("b@client.example").get("/").text)


def test_a_promise_is_taken_once_also_from_two_tabs(settings, house):
    browser = Browser(settings, _at(22)).log_in("a@client.example")
    assert "Обещаю оплатить до 25 марта 2026 г." in words_of(browser.get("/").text)
    fields = {"organization": "ORG", "debtor": "A"}
    first, second = (browser.submit("/promise", fields, at="/") for _ in range(2))
    assert [first.headers["location"], second.headers["location"]] == ["/?promised=true", "/?promised=false"]
    assert "Обещание принято" in words_of(browser.get("/?promised=true").text)
    said = words_of(browser.get("/").text)
    assert "обещан платёж до 25.03.2026" in said
    assert "Обещаю оплатить" not in said
    assert house.rows("SELECT until, by_name FROM access.promises") == [(date(2026, 3, 25), "a@client.example")]
    assert dunning(settings, DAY, _at(24)()).count("block") == 0
    # of somebody else: as if there were no such client
    assert browser.submit("/promise", {"organization": "ORG", "debtor": "B"}, at="/").status_code == 404


def test_the_cabinet_stays_open_while_access_is_suspended(settings, house):
    dunning(settings, DAY, _at(24)())
    browser = Browser(settings, _at(25)).log_in("a@client.example")
    said = words_of(browser.get("/").text)
    assert "доступ приостановлен с 24.03.2026" in said
    assert "вернётся сам, как только будет оплачено 3 600,00 ₽" in said
    assert "Обещаю оплатить до 28 марта 2026 г." in said
    assert "QR" in browser.get("/").text
    for path in ("/invoices", "/payments", "/fleet", "/terms"):
        assert "Доступ к мониторингу приостановлен" in words_of(browser.get(path).text), path
    browser.submit("/promise", {"organization": "ORG", "debtor": "A"}, at="/")
    said = words_of(browser.get("/").text)
    assert "Вы обещали оплатить до 28 марта 2026 г.: доступ возвращается сам" in said
    assert "как только будет оплачено" not in said


def test_who_has_paid_more_than_it_owes_reads_its_advance(settings, house, tmp_path):
    import_payments(settings, statement(tmp_path / "ORG.txt", Paper("7", "4000.00", "Оплата по счету ВМ26-000001")), _at(12)())
    said = words_of(Browser(settings, _at(12)).log_in("a@client.example").get("/").text)
    assert "К оплате сейчас 0,00 ₽ долга нет ваш аванс — 400,00 ₽" in said  # 4000 − 3600


def test_nothing_half_issued_is_seen(settings, house):
    browser = Browser(settings, _at(12)).log_in("a@client.example")
    fields = {"contract_no": "K-A", "client_code": "A", "issued_at": _at(12)(), "cause": "x"}
    more = IssuedInvoice(
        uuid.uuid4(), "ВМ26-000099", 99, month=Month(2026, 3), issued_on=date(2026, 3, 11), due_on=date(2026, 3, 21), **fields
    )
    with house.owner() as connection:
        put(connection, [more])
        assert "ВМ26-000099" not in browser.get("/invoices").text
        assert browser.get("/invoice?number=ВМ26-000099").status_code == 404
        assert "3 600,00" in words_of(browser.get("/").text)
    assert "ВМ26-000099" in browser.get("/invoices").text
    # 10 × 300 with 22 % are 3660.00, beside 3600.00
    assert "7 260,00" in words_of(browser.get("/").text)
    # acts of March come after the month: the акт сверки says how its balance and the debt by invoices go together
    said = words_of(browser.get("/reconciliation").text)
    assert "Не оплачено по счетам на 12.03.2026: 7 260,00 ₽ = сальдо 0,00 ₽ + счета за ещё не оказанные услуги 7 260,00 ₽" in said


def test_a_dealer_may_promise_for_its_client_and_is_named(settings, house):
    with house.owner() as connection:
        connection.execute(text("UPDATE master.clients SET dealer_code = 'B' WHERE client_code = 'A'"))
    dealer = Browser(settings, _at(22)).log_in("b@client.example")
    promised = dealer.submit("/promise?client=A", {"organization": "ORG", "debtor": "A"}, at="/?client=A")
    assert promised.headers["location"] == "/?client=A&promised=true"
    assert house.rows("SELECT client_code, by_name FROM access.promises") == [("A", "b@client.example")]
