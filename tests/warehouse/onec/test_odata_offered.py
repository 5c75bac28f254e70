"""What a base over HTTP gets only where it publishes it: prices, corrections as documents, a client's access; and its people's contacts."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from pipelines.delivery.onec.model import ObjectKind, reference
from pipelines.delivery.onec.sending import send_to_all
from pipelines.delivery.onec.status import status
from pipelines.master.importing import import_master
from pipelines.master.retire import retire
from pipelines.platforms import retries
from pipelines.runs.exchange import take_answers
from pipelines.warehouse import engine
from tests.books import AT, Books, Line
from tests.company import Company, steady
from tests.ledger_world import House
from tests.loopback import Reply
from tests.odata_server import OData
from tests.warehouse.onec.test_odata import BP_CATALOGUES, CLIENT, INVOICE, PAYMENT, SALE
from tests.warehouse.onec.test_outgoing import ANNA, master
from tests.warehouse.onec.test_peers import declare, row

PRICES, PRICE_TYPE, CORRECTION = "Document_УстановкаЦенНоменклатуры", "Catalog_ТипыЦенНоменклатуры", "Document_КорректировкаРеализации"
PROPERTIES, CONTACT_KINDS = "ChartOfCharacteristicTypes_ДополнительныеРеквизитыИСведения", "Catalog_ВидыКонтактнойИнформации"
OFFERED = (PRICES, PRICE_TYPE, CORRECTION, PROPERTIES, CONTACT_KINDS)
LATER = [AT + timedelta(days=days) for days in range(5)]


@pytest.fixture(autouse=True)
def no_rest(monkeypatch):
    monkeypatch.setattr(retries, "sleep", lambda _: None)


@pytest.fixture
def onec(settings, tmp_path, monkeypatch):
    with OData([*BP_CATALOGUES, INVOICE, SALE, PAYMENT, *OFFERED]) as server:
        server.rouble = server.put("Catalog_Валюты", Code="643")
        server.put("Catalog_Организации", ИНН="7707083893", КПП="770701001", Description="Вега")
        server.property = server.put(PROPERTIES, Заголовок="Доступ к мониторингу")
        declare(settings, tmp_path, row("BP", "bp", transport="http", connection="onec_bp"))
        monkeypatch.setenv("AIRFLOW_CONN_ONEC_BP", server.connection)
        yield server


def turn(settings, at=AT):
    [each] = send_to_all(settings, at)
    assert each.problem == ""
    return each.message


def prices(onec):
    return {
        each["Date"]: ([float(row["Цена"]) for row in each["Товары"]], each["Posted"], each["DeletionMark"]) for each in onec.all(PRICES)
    }


def access(onec, key):
    return [row["Значение"] for row in onec.sets[CLIENT][key].get("ДополнительныеРеквизиты", []) if row["Свойство_Key"] == onec.property]


def test_prices_of_each_version_of_a_tariff_are_a_document_posted_on_its_day(settings, onec, tmp_path):
    """The answer to every second write is lost, and each fifth request refused for a moment."""
    onec.lost = set(range(0, 500, 2))
    onec.fault = lambda _, before: Reply(503, b"", None, {"Retry-After": "1"}) if before % 5 == 4 else None
    version = {"tariff_code": "T1", "valid_from": "2026-03-01"}
    component = {**version, "component_no": "1", "name": "Мониторинг", "kind": "vehicles", "price": "350"}
    extra = {"tariffs": [{**version, "name": "Базовый"}], "components": [component]}
    import_master(settings, str(Company({"K1": steady(1)}, extra=extra).write_master(tmp_path / "all")), ANNA)
    onec.alter("Catalog_Организации", next(iter(onec.sets["Catalog_Организации"])), КПП="770801001")
    for _ in range(4):
        send_to_all(settings, AT)
    assert prices(onec) == {"2025-01-01T00:00:00": ([300], True, False), "2026-03-01T00:00:00": ([350], True, False)}
    [kind] = onec.all(PRICE_TYPE)
    assert (kind["Description"], kind["ЦенаВключаетНДС"], kind["ВалютаЦены_Key"]) == ("Тарифы без НДС", False, onec.rouble)
    assert {each["ТипЦен_Key"] for each in onec.all(PRICES)} == {kind["Ref_Key"]}
    assert onec.all(PRICES)[0]["Комментарий"].startswith("Тариф «")
    assert status(settings, AT)[0].unconfirmed_others == 0
    master(settings, tmp_path, components=[{**component, "price": "360"}])
    for _ in range(3):
        send_to_all(settings, AT)
    assert prices(onec)["2026-03-01T00:00:00"] == ([360], True, False)
    retire(settings, "tariffs", "T1|2026-03-01", ANNA)
    for _ in range(3):
        send_to_all(settings, AT)
    assert prices(onec)["2026-03-01T00:00:00"] == ([360], False, True)
    assert len({(entity, key) for method, entity, key in onec.writes if method == "POST"}) == sum(
        method == "POST" for method, _, _ in onec.writes
    )


def test_a_closed_month_is_corrected_by_a_document_of_its_own_on_the_one_before(settings, onec):
    books = Books(settings)
    books.issue("K1")
    turn(settings)
    [sale] = onec.all(SALE)
    less = books.issue(lines=[Line("1", "-1000")], kind="adjustment", cause="1", at=LATER[1])
    more = books.issue(lines=[Line("1", "100", component="Архив", component_no=2)], kind="adjustment", cause="2", at=LATER[2])
    assert turn(settings, LATER[2]).sales == 2
    assert onec.all(SALE) == [sale]  # it stays as it was issued
    first, second = (next(each for each in onec.all(CORRECTION) if each["Number"] == number) for number in (less, more))
    assert (first["ДокументРеализации"], first["ДокументРеализации_Type"]) == (sale["Ref_Key"], f"StandardODATA.{SALE}")
    assert (second["ДокументРеализации"], second["ДокументРеализации_Type"]) == (first["Ref_Key"], f"StandardODATA.{CORRECTION}")
    figures = ("СуммаДоИзменения", "Сумма", "СуммаНДСДоИзменения", "СуммаНДС")
    # 3000 − 1000 = 2000 net, 440 VAT; then 100 net and 22 VAT of another service beside it
    assert [[float(each[name]) for name in figures] for each in first["Услуги"]] == [[3000, 2000, 660, 440]]
    assert [[float(each[name]) for name in figures] for each in second["Услуги"]] == [[2000, 2000, 440, 440], [0, 100, 0, 22]]
    assert ([each["ЕстьВДокументеПоступленияРеализации"] for each in second["Услуги"]], second["Posted"]) == ([True, False], False)
    assert (float(first["СуммаДокумента"]), float(second["СуммаДокумента"])) == (2440, 2562)
    # it is published no more: what was told as a correction is never told again within the sale
    del onec.sets[CORRECTION]
    books.issue(lines=[Line("1", "200")], kind="adjustment", cause="3", at=LATER[3])
    refused = turn(settings, LATER[3]).refused
    assert [what for what, _ in refused] == ["correction K1|2026-01|4"]
    assert onec.all(SALE) == [sale]
    onec.sets[CORRECTION] = {}
    assert turn(settings, LATER[4]).refused == ()


def test_a_client_s_access_is_told_beside_what_people_entered_there(settings, onec):
    """K1 is made by us, K2 was recognised under the base's own key and has an additional property of its own."""
    other = {"LineNumber": "1", "Свойство_Key": onec.put(PROPERTIES, Заголовок="Регион"), "Значение": "Юг", "Значение_Type": "Edm.String"}
    theirs = onec.put(CLIENT, Description="Клиент 2", ИНН="7728168971", КПП="", ДополнительныеРеквизиты=[{**other, "Ref_Key": "x"}])
    house = House(settings)
    house.client("C-K1", "7736207543", contract="K1")
    house.client("C-K2", "7728168971", contract="K2")
    onec.alter("Catalog_Организации", next(iter(onec.sets["Catalog_Организации"])), КПП="")
    turn(settings)
    ours = str(reference(ObjectKind.COUNTERPARTY, "C-K1"))
    assert (access(onec, ours), access(onec, theirs)) == (["открыт"], ["открыт"])
    assert onec.sets[CLIENT][theirs]["ДополнительныеРеквизиты"][0] == other
    assert [row["LineNumber"] for row in onec.sets[CLIENT][theirs]["ДополнительныеРеквизиты"]] == ["1", "2"]
    with house.owner() as connection:
        connection.execute(text("UPDATE master.clients SET category = 'VIP'"))
        connection.execute(text("UPDATE delivery.onec_peers SET compared_scope = ''"))
    before = len(onec.writes)
    turn(settings)
    assert len(onec.writes) == before  # what it says of access is the same: nothing is written
    assert status(settings, AT)[0].unconfirmed_others == 0


def test_addresses_and_telephones_that_people_change_there_are_judged_like_those_of_messages(settings, onec):
    legal = onec.put(CONTACT_KINDS, PredefinedDataName="ЮрАдресКонтрагента")
    actual = onec.put(CONTACT_KINDS, PredefinedDataName="ФактАдресКонтрагента")
    onec.alter("Catalog_Организации", next(iter(onec.sets["Catalog_Организации"])), КПП="")
    house = House(settings)
    house.client("C-K1", "7736207543", contract="K1")
    turn(settings)
    take_answers(settings, AT)
    rows = [
        {"LineNumber": "1", "Тип": "Адрес", "Вид_Key": actual, "Представление": "Склад"},
        {"LineNumber": "2", "Тип": "Адрес", "Вид_Key": legal, "Представление": "101000, г. Москва,\nул. Мясницкая, д. 1"},
        {"LineNumber": "3", "Тип": "Телефон", "Вид_Key": actual, "Представление": "+7 495 000-00-00"},
        {"LineNumber": "4", "Тип": "АдресЭлектроннойПочты", "Вид_Key": actual, "Представление": "buh@client.example"},
    ]
    onec.alter(CLIENT, str(reference(ObjectKind.COUNTERPARTY, "C-K1")), КонтактнаяИнформация=rows)
    [answer] = take_answers(settings, AT + timedelta(hours=1))
    assert "1 fields taken from 1C, 2 fields offered" in answer.detail
    with engine.transaction(settings) as connection:
        [address] = connection.execute(text("SELECT address FROM master.clients")).scalars()
        offers = [tuple(each) for each in connection.execute(text("SELECT field, value FROM delivery.onec_offers ORDER BY 1"))]
    assert address == "101000, г. Москва, ул. Мясницкая, д. 1"
    assert offers == [("email", "buh@client.example"), ("phone", "+7 495 000-00-00")]


def test_trade_gets_prices_of_its_own_form(settings, tmp_path, monkeypatch):
    sets = [
        "Catalog_Валюты", "Catalog_Организации", "Catalog_Контрагенты", "Catalog_Партнеры", "Catalog_ДоговорыКонтрагентов",
        "Catalog_Номенклатура", "Catalog_СтавкиНДС", "Document_СчетНаОплатуКлиенту", "Document_АктВыполненныхРабот",
        "Catalog_ВидыЦен", PRICES,
    ]  # fmt: skip
    import_master(settings, str(Company({"K1": steady(1)}).write_master(tmp_path / "all")), ANNA)
    with OData(sets) as trade:
        trade.put("Catalog_Валюты", Code="643")
        trade.put("Catalog_Организации", ИНН="7707083893", КПП="770801001")
        accountants = trade.put("Catalog_ВидыЦен", Description="Тарифы без НДС")  # entered before by a person: it is recognised
        declare(settings, tmp_path, row("UT", transport="http", connection="onec_ut"))
        monkeypatch.setenv("AIRFLOW_CONN_ONEC_UT", trade.connection)
        [sent] = send_to_all(settings, AT, ("UT",))
        assert (sent.problem, sent.message.refused) == ("", ())
        [listed] = trade.all(PRICES)
        assert (listed["Статус"], listed["ВидыЦен"]) == ("Согласован", [{"LineNumber": "1", "ВидЦены_Key": accountants}])
        [priced] = listed["Товары"]
        assert (float(priced["Цена"]), priced["ВидЦены_Key"]) == (300, accountants)
