"""A base of 1C over HTTP: every object there exactly once whatever fails, refusals in 1C's own words, payments read from there."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from pipelines.delivery.onec.model import ObjectKind, reference
from pipelines.delivery.onec.sending import send_to_all
from pipelines.delivery.onec.status import status
from pipelines.platforms import retries
from pipelines.receivables.listing import payments
from pipelines.receivables.onec_story import onec_story
from pipelines.runs.exchange import take_answers
from pipelines.warehouse import engine
from tests.books import AT, Books, Line
from tests.ledger_world import House
from tests.loopback import Reply
from tests.odata_server import NO_KEY, OData
from tests.warehouse.onec.test_peers import declare, row

BP_CATALOGUES = (
    "Catalog_Валюты", "Catalog_Организации", "Catalog_Контрагенты", "Catalog_ДоговорыКонтрагентов", "Catalog_Номенклатура",
    "Catalog_БанковскиеСчета",
)  # fmt: skip
INVOICE, SALE, PAYMENT = "Document_СчетНаОплатуПокупателю", "Document_РеализацияТоваровУслуг", "Document_ПоступлениеНаРасчетныйСчет"
CLIENT, SERVICE = "Catalog_Контрагенты", "Catalog_Номенклатура"
OURS = "40702810938000000001"


@pytest.fixture(autouse=True)
def no_rest(monkeypatch):
    monkeypatch.setattr(retries, "sleep", lambda _: None)


@pytest.fixture
def onec(settings, tmp_path, monkeypatch):
    with OData([*BP_CATALOGUES, INVOICE, SALE, PAYMENT]) as server:
        server.put("Catalog_Валюты", Code="643")
        server.put("Catalog_Валюты", Code="840")
        server.organization = server.put("Catalog_Организации", ИНН="7707083893", КПП="770701001", Description="Вега")
        declare(settings, tmp_path, row("BP", "bp", transport="http", connection="onec_bp"))
        monkeypatch.setenv("AIRFLOW_CONN_ONEC_BP", server.connection)
        yield server


def turn(settings, at=AT):
    [each] = send_to_all(settings, at)
    return each


def standing(settings, at=AT):
    return next(each for each in status(settings, at) if each.peer == "BP")


def counts(onec):
    return {name: len(rows) for name, rows in onec.sets.items() if rows}


def by_number(onec, entity, number):
    [document] = [each for each in onec.all(entity) if each["Number"] == number]
    return dict(document)


def test_objects_are_there_once_and_hold_what_was_issued(settings, onec):
    books = Books(settings)
    first = books.issue("K1", [Line(), Line("1", "33.33", component_no=2)])
    books.issue("K2", kind="advance")
    sent = turn(settings)
    assert (sent.problem, sent.message.invoices, sent.message.sales, sent.message.refused) == ("", 2, 2, ())
    assert counts(onec) == {
        "Catalog_Валюты": 2, "Catalog_Организации": 1, CLIENT: 2, "Catalog_ДоговорыКонтрагентов": 2, SERVICE: 2, INVOICE: 2, SALE: 2,
    }  # fmt: skip
    invoice, sale = by_number(onec, INVOICE, first), by_number(onec, SALE, first)
    client = str(reference(ObjectKind.COUNTERPARTY, "C-K1"))
    assert (invoice["Контрагент_Key"], invoice["Организация_Key"], invoice["Posted"]) == (client, onec.organization, True)
    assert (sale["СчетНаОплатуПокупателю_Key"], sale["Posted"], sale["Date"]) == (invoice["Ref_Key"], False, "2026-01-31T12:00:00")
    assert onec.sets[CLIENT][client]["КПП"] == "773601001"
    assert invoice["СуммаДокумента"] == sum(each["Сумма"] + each["СуммаНДС"] for each in invoice["Товары"])
    assert [each["LineNumber"] for each in sale["Услуги"]] == ["1", "2"]
    assert {each["СтавкаНДС"] for each in sale["Услуги"]} == {"НДС22"}
    now = standing(settings)
    assert (now.unconfirmed_invoices, now.unconfirmed_sales, now.why, now.heard_at) == (0, 0, "", AT)
    [story] = onec_story(settings, invoice["Ref_Key"])[1]
    assert (story["message_no"], story["state"], story["acknowledged_at"], story["again_in"]) == (1, "acknowledged", AT, None)
    asked, writes = len(onec.requests), len(onec.writes)
    assert turn(settings).message is None
    assert len(onec.requests) == asked  # nothing waits: the base is not asked at all
    # a client renamed in 1C stays as the accountant has it; a correction is a further version of the sale, which is changed in its place
    onec.alter(CLIENT, client, Description="Клиент, как его зовёт бухгалтер")
    books.issue("K1", [Line("1", "100")], kind="adjustment", cause="x", at=AT + timedelta(days=1))
    assert turn(settings, AT + timedelta(days=1)).message.sales == 1
    assert onec.sets[CLIENT][client]["Description"] == "Клиент, как его зовёт бухгалтер"
    changed = by_number(onec, SALE, first)
    assert (len(changed["Услуги"]), changed["Ref_Key"]) == (3, sale["Ref_Key"])
    assert [method for method, _, _ in onec.writes[writes:]].count("PATCH") == 1
    [change] = [each for each in onec.requests if each.method == "PATCH"]
    assert change.headers["if-match"] == sale["DataVersion"]


TROUBLES = {
    "the answer to every second write is lost": lambda onec: setattr(onec, "lost", set(range(0, 500, 2))),
    "each third request is refused for a moment": lambda onec: setattr(
        onec, "fault", lambda _, before: Reply(503, b"", None, {"Retry-After": "1"}) if before % 3 == 2 else None
    ),
}


def test_each_object_is_looked_for_once_and_written_once(settings, onec):
    """Of a new client: itself, contract and sale two requests each, the invoice a third that posts it."""
    books = Books(settings)
    of_new_client = 2 + 2 + 3 + 2
    for contract, of_catalogues in (
        ("K1", ["roubles", "organization", "service", "new service"]),
        ("K2", ["roubles", "organization", "service"]),
    ):
        books.issue(contract)
        before = len(onec.requests)
        assert turn(settings).problem == ""
        assert len(onec.requests) - before == 1 + len(of_catalogues) + of_new_client  # one: what the base publishes
    assert len(onec.writes) == 5 + 1 + 5


def test_whatever_fails_nothing_is_there_twice(settings, onec):
    books = Books(settings)
    for number, (trouble, begin) in enumerate(TROUBLES.items()):
        for contract in ("A", "B"):
            books.issue(f"{contract}{number}")
        begin(onec)
        problems = [turn(settings).problem for _ in range(4)]
        onec.fault, onec.lost = None, set()
        assert (problems[-1], standing(settings).unconfirmed_invoices, standing(settings).unconfirmed_sales) == ("", 0, 0), trouble
        documents = onec.all(INVOICE)
        assert sorted(each["Number"] for each in documents) == sorted(each["Number"] for each in onec.all(SALE)), trouble
        clients = len(onec.all(CLIENT))
        assert (len(documents), clients, len(onec.all(SERVICE))) == (2 * number + 2, 2 * number + 2, 1), trouble
        assert all(each["Posted"] for each in documents), trouble
    assert counts(onec)["Catalog_ДоговорыКонтрагентов"] == 2 * len(TROUBLES)


def test_one_document_that_onec_refuses_holds_up_no_other(settings, onec):
    books = Books(settings)
    bad, good = books.issue("K1"), books.issue("K2")
    onec.refuses[INVOICE] = lambda body: "Документ не записан:\nпериод закрыт" if body.get("Number") == bad else None
    sent = turn(settings)
    assert [each["Number"] for each in onec.all(INVOICE)] == [good]
    assert sent.message.refused == ((f"invoice {bad}", f"invoice {bad}: 1C says: Документ не записан: период закрыт"),)
    assert by_number(onec, SALE, bad)["СчетНаОплатуПокупателю_Key"] == NO_KEY
    now = standing(settings)
    assert (now.refused, now.unconfirmed_invoices) == (1, 1)
    assert "период закрыт" in now.why
    with engine.engine(settings).connect() as connection:
        [kept] = connection.execute(
            text("SELECT parameters ->> 'refusal' FROM findings.occurrences WHERE kind = 'unacknowledged'")
        ).scalars()
    assert "период закрыт" in kept
    onec.refuses.clear()
    assert turn(settings).message.invoices == 1
    assert standing(settings).why == ""


def test_a_base_that_cannot_be_worked_with_says_why_and_loses_nothing(settings, onec, monkeypatch):
    Books(settings).issue("K1")
    del onec.sets[CLIENT]
    assert f"does not publish {CLIENT}" in turn(settings).problem
    onec.sets[CLIENT] = {}
    onec.password = "другая"
    wrong = turn(settings).problem
    assert wrong == "1C base 'BP': it does not accept the login and password"
    assert standing(settings).why == wrong
    [answer] = take_answers(settings, AT)
    assert (answer.file, str(answer.outcome), answer.detail) == ("BP (HTTP)", "refused", wrong)
    onec.password = "тайна"
    onec.fault = lambda *_: Reply(dies="at once")
    assert "cannot be reached" in turn(settings).problem
    [answer] = take_answers(settings, AT)
    assert str(answer.outcome) == "left"
    onec.fault = lambda *_: Reply(200, b"<html>login</html>", "text/html")
    assert "no JSON" in turn(settings).problem
    onec.fault = lambda *_: Reply(404, b"<html>nginx</html>", "text/html")  # never taken for "the object is not there"
    assert turn(settings).problem
    onec.fault = None
    monkeypatch.setenv("AIRFLOW_CONN_ONEC_BP", "")
    assert turn(settings).problem == "1C base 'BP' has no connection: AIRFLOW_CONN_ONEC_BP is not set"
    monkeypatch.setenv("AIRFLOW_CONN_ONEC_BP", json.dumps({"host": "http://1c.example", "login": "a", "password": "тайна"}))
    plain = turn(settings).problem
    assert "plain HTTP" in plain
    assert "тайна" not in plain
    assert (onec.writes, standing(settings).unconfirmed_invoices) == ([], 1)
    assert send_to_all(settings, AT, secrets={"BP": onec.connection})[0].message.invoices == 1  # as a DAG hands it over


def test_what_onec_has_already_is_recognised(settings, onec):
    books = Books(settings)
    number = books.issue("K1")
    theirs = onec.put(CLIENT, ИНН="7736207543", КПП="773601001", Description="Клиент бухгалтера")
    twin = onec.put("Catalog_Организации", ИНН="7707083893", КПП="770701001", Description="Вега, вторая")
    assert "several with the same ИНН, КПП" in turn(settings).message.refused[0][1]
    onec.alter("Catalog_Организации", twin, DeletionMark=True)
    assert turn(settings).message.invoices == 1
    invoice = by_number(onec, INVOICE, number)
    assert (invoice["Контрагент_Key"], counts(onec)[CLIENT]) == (theirs, 1)
    assert onec.sets[CLIENT][theirs]["Description"] == "Клиент бухгалтера"
    # 1C restored from a backup: what it lost comes again under the same keys
    lost = onec.sets[INVOICE].pop(invoice["Ref_Key"])
    with engine.transaction(settings) as connection:
        connection.execute(text("UPDATE delivery.onec_outbox SET message_no = NULL"))
    assert turn(settings).message.invoices == 1
    again = by_number(onec, INVOICE, number)
    assert {**again, "DataVersion": ""} == {**lost, "DataVersion": ""}
    # marked as deleted by a person there: it is not taken back over his head
    onec.alter(INVOICE, again["Ref_Key"], DeletionMark=True)
    with engine.transaction(settings) as connection:
        connection.execute(text("UPDATE delivery.onec_outbox SET message_no = NULL"))
    assert "marked as deleted in 1C" in turn(settings).message.refused[0][1]


def test_trade_gets_its_own_documents_by_its_own_map(settings, tmp_path, monkeypatch):
    sets = [
        "Catalog_Валюты", "Catalog_Организации", "Catalog_Контрагенты", "Catalog_Партнеры", "Catalog_ДоговорыКонтрагентов",
        "Catalog_Номенклатура", "Catalog_СтавкиНДС", "Document_СчетНаОплатуКлиенту", "Document_АктВыполненныхРабот",
    ]  # fmt: skip
    with OData(sets) as trade:
        trade.put("Catalog_Валюты", Code="643")
        rate = trade.put("Catalog_СтавкиНДС", Description="22%")
        trade.put("Catalog_Организации", ИНН="7707083893", КПП="770701001")
        declare(settings, tmp_path, row("UT", transport="http", connection="onec_ut"))
        monkeypatch.setenv("AIRFLOW_CONN_ONEC_UT", trade.connection)
        Books(settings).issue("K1")
        [sent] = send_to_all(settings, AT, ("UT",))
        assert (sent.problem, sent.message.refused, sent.message.invoices) == ("", (), 1)
        [invoice], [act] = trade.all("Document_СчетНаОплатуКлиенту"), trade.all("Document_АктВыполненныхРабот")
        assert invoice["ЭтапыГрафикаОплаты"][0]["СуммаПлатежа"] == invoice["СуммаДокумента"]
        assert invoice["ЭтапыГрафикаОплаты"][0]["ДатаПлатежа"] == "2026-02-11T00:00:00"
        assert invoice["Партнер_Key"] == trade.all("Catalog_Контрагенты")[0]["Партнер_Key"] == trade.all("Catalog_Партнеры")[0]["Ref_Key"]
        assert {each["СтавкаНДС_Key"] for each in act["Услуги"]} == {rate}


def not_counted(settings):
    with engine.reading(settings) as connection:
        return list(connection.scalars(text("SELECT subject FROM findings.occurrences WHERE kind = 'onec_not_counted' ORDER BY 1")))


def test_payments_are_read_changed_and_deleted(settings, onec):
    Books(settings).issue("K1")
    account = onec.put("Catalog_БанковскиеСчета", НомерСчета=OURS)
    client = onec.put(CLIENT, ИНН="7736207543", КПП="773601001", НаименованиеПолное="ООО «Клиент»")
    [rouble] = [each["Ref_Key"] for each in onec.all("Catalog_Валюты") if each["Code"] == "643"]
    [dollar] = [each["Ref_Key"] for each in onec.all("Catalog_Валюты") if each["Code"] == "840"]

    def paid(number, amount, day="2026-01-20", **values):
        return onec.put(
            PAYMENT,
            **{
                "Number": f"0000-{number:06}", "НомерВходящегоДокумента": str(number), "Date": f"{day}T14:00:00", "СуммаДокумента": amount,
                "Организация_Key": onec.organization, "СчетОрганизации_Key": account, "Контрагент": client,
                "Контрагент_Type": "StandardODATA.Catalog_Контрагенты", "ВалютаДокумента_Key": rouble, "ВидОперации": "ОплатаПокупателя",
                "НазначениеПлатежа": "Оплата", **values,
            },
        )  # fmt: skip

    def stored():
        return [each["amount"] for each in sorted(payments(settings), key=lambda each: -each["amount"])]

    first, second = paid(1, 600.5), paid(2, 70)
    dollars = paid(3, 5, ВалютаДокумента_Key=dollar)
    paid(4, 5, ВидОперации="ПрочееПоступление")
    draft = paid(5, 5, Posted=False)
    minus, old = paid(6, -5), paid(8, 0)
    paid(7, 5, day="2025-01-20")  # before the days that are looked at
    [answer] = take_answers(settings, AT)
    assert "2 payments stored" in answer.detail
    assert "1 left out (draft), 1 left out (not_a_customer), 1 left out (other_currency)" in answer.detail
    assert "not imported (Document_ПоступлениеНаРасчетныйСчет: document '0000-000006'" in answer.detail
    assert stored() == [Decimal("600.50"), Decimal("70.00")]
    asked = len(onec.requests)
    assert take_answers(settings, AT) == []  # nothing is new: one list of versions, one of entities
    assert len(onec.requests) - asked == 2
    assert not_counted(settings) == sorted([f"BP/{dollars}", f"BP/{minus}", f"BP/{old}"])
    onec.alter(PAYMENT, minus, Posted=False)  # a draft of whatever sum is nobody's business
    later = AT + timedelta(days=100)  # none of them is listed any more
    onec.alter(PAYMENT, old, СуммаДокумента=8)
    del onec.sets[PAYMENT][dollars]
    take_answers(settings, later)
    assert not_counted(settings) == []
    onec.alter(PAYMENT, old, DeletionMark=True)
    onec.alter(PAYMENT, first, СуммаДокумента=601)
    onec.alter(PAYMENT, second, DeletionMark=True)
    onec.alter(PAYMENT, draft, Posted=True)
    [answer] = take_answers(settings, AT)
    assert "2 deleted" in answer.detail
    assert sum(stored()) == Decimal("606.00")
    del onec.sets[PAYMENT][draft]
    [answer] = take_answers(settings, AT + timedelta(hours=1))
    assert "1 deleted" in answer.detail
    assert sum(stored()) == Decimal("601.00")
    assert take_answers(settings, AT) == []
    assert standing(settings).heard_at == AT


def test_what_people_change_of_our_clients_there_is_judged_by_the_rule_of_each_field(settings, onec, monkeypatch):
    """K1 was made by us, the counterparty of K2 was recognised under the base's own key; each third request is refused for a moment."""
    from pipelines.delivery.onec.odata import entities

    monkeypatch.setattr(entities, "PAGE", 2)
    theirs = onec.put(CLIENT, Description="Клиент 2", НаименованиеПолное="C-K2", ИНН="7728168971", КПП="772801001")
    onec.put(CLIENT, Description="Чужой", НаименованиеПолное="ООО «Чужой»", ИНН="5000000000", КПП="500001001")
    house = House(settings)
    for code, inn, kpp in (("K1", "7736207543", "773601001"), ("K2", "7728168971", "772801001")):
        house.client(f"C-{code}", inn, contract=code)
        with house.owner() as connection:
            connection.execute(text("UPDATE master.clients SET kpp = :kpp WHERE inn = :inn"), {"inn": inn, "kpp": kpp})
            connection.execute(text("UPDATE master.contracts SET signed_on = '2025-05-20'"))
    assert turn(settings).problem == ""
    assert [answer.detail for answer in take_answers(settings, AT)] == ["0 payments stored, 0 known"]  # all is as we have it
    monkeypatch.setattr(onec, "fault", lambda _, before: Reply(503, b"", None, {"Retry-After": "1"}) if before % 3 == 2 else None)
    ours, contract = (str(reference(kind, key)) for kind, key in ((ObjectKind.COUNTERPARTY, "C-K1"), (ObjectKind.CONTRACT, "K1")))
    onec.alter(CLIENT, ours, КПП="773601999", ИНН="7707083893", Description="Как его зовёт бухгалтер")
    onec.alter(CLIENT, theirs, НаименованиеПолное="Общество «Второй»")
    onec.alter("Catalog_ДоговорыКонтрагентов", contract, Дата="2025-05-21T00:00:00")
    assert take_answers(settings, AT + timedelta(minutes=59)) == []
    [answer] = take_answers(settings, AT + timedelta(hours=1))
    assert "2 fields taken from 1C, 2 fields offered" in answer.detail
    with engine.transaction(settings) as connection:
        clients = connection.execute(text("SELECT client_code, name, full_name, inn, kpp FROM master.clients ORDER BY 1")).all()
        by_names = connection.execute(text("SELECT DISTINCT by_name FROM master.history WHERE by_name LIKE '1С%'")).scalars().all()
        offers = connection.execute(text("SELECT code, field, value FROM delivery.onec_offers ORDER BY 1")).all()
    assert [tuple(each) for each in clients] == [
        ("C-K1", "C-K1", None, "7736207543", "773601999"), ("C-K2", "C-K2", "Общество «Второй»", "7728168971", "772801001"),
    ]  # fmt: skip
    assert by_names == ["1С:BP"]
    assert [tuple(each) for each in offers] == [("C-K1", "inn", "7707083893"), ("K1", "signed_on", "2025-05-21")]
    assert take_answers(settings, AT + timedelta(hours=2)) == []  # nothing was changed since
    onec.alter(CLIENT, theirs, DeletionMark=True)
    [answer] = take_answers(settings, AT + timedelta(hours=3))
    assert "1 deleted in 1C, kept here (client C-K2)" in answer.detail


def test_payments_come_in_pages(settings, onec, monkeypatch):
    from pipelines.delivery.onec.odata import entities

    monkeypatch.setattr(entities, "PAGE", 3)
    monkeypatch.setattr(entities, "TOGETHER", 2)
    Books(settings).issue("K1")
    account = onec.put("Catalog_БанковскиеСчета", НомерСчета=OURS)
    for number in range(1, 8):
        onec.put(
            PAYMENT, Number=str(number), Date="2026-01-20T14:00:00", СуммаДокумента=number, Организация_Key=onec.organization,
            СчетОрганизации_Key=account, Контрагент=NO_KEY, ВидОперации="ОплатаПокупателя", НазначениеПлатежа="Оплата",
        )  # fmt: skip
    [answer] = take_answers(settings, AT)
    assert answer.detail.startswith("7 payments stored")
    skipped = [each.one("$skip") for each in onec.requests if each.one("$skip")]
    assert skipped == ["0", "3", "6"]
    assert [sum(each.one("$filter").count("Ref_Key") for each in onec.requests if "Ref_Key eq" in (each.one("$filter") or ""))] == [7]
