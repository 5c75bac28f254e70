"""Catalogues, prices, orders, corrections and statuses: each in the next message to the bases that take it, once per change."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import text

from pipelines.access.dunning import dunning
from pipelines.access.restore import restore
from pipelines.clock import Authorship
from pipelines.delivery.onec.message import Envelope, ObjectType
from pipelines.delivery.onec.model import ObjectKind, reference
from pipelines.delivery.onec.sending import send, send_to_all
from pipelines.delivery.onec.status import status
from pipelines.master.importing import import_master
from pipelines.master.retire import retire
from pipelines.receivables.importing import import_payments
from pipelines.runs.exchange import take_answers
from pipelines.warehouse import engine
from tests.books import AT, Books, Line
from tests.company import Company, account_key, steady
from tests.debtors import DAY, INN, THAT_MORNING, indebted_house
from tests.ledger_world import Paper, statement
from tests.onec_messages import write_message
from tests.sheets import as_csv
from tests.stand_in_1c import UT, Onec
from tests.warehouse.onec.test_sending import objects, values

CLIENT, CONTRACT, SERVICE = "Справочник.Контрагенты", "Справочник.Договоры", "Справочник.Номенклатура"
PRICES, ORDER, INVOICE = "Документ.УстановкаЦенНоменклатуры", "Документ.ЗаказКлиента", "Документ.СчетПокупателю"
SALE, CORRECTION, GONE = "Документ.РеализацияТоваровУслуг", "Документ.КорректировкаРеализацииТоваров", "УдалениеОбъекта"
STATUS, PROPERTY = "Справочник.СостояниеОплатыЗаказа", "Справочник.ДополнительныеРеквизиты"
ACCESS = "ОбщиеСвойстваОбъектовФормата/ДополнительныеРеквизиты/Строка/ЗначениеСвойства/Строка"
ANNA = Authorship("Анна", "прейскурант", AT)


def introduce(settings, *types, number=1, received=0):
    """The base says what it takes, and confirms our messages so far."""
    folder = settings.exchange / "onec" / "in"
    folder.mkdir(parents=True, exist_ok=True)
    declared = tuple(ObjectType(name, receiving=True) for name in types)
    write_message(folder, Envelope("BP", "FB", number, received, AT.replace(tzinfo=None), object_types=declared))
    [taken] = take_answers(settings, AT + timedelta(days=3650))
    assert str(taken.outcome) == "taken", taken


def master(settings, tmp_path, **sheets):
    """Rows of sheets, as a person imports them."""
    cells = {name: [list(rows[0]), *([row[heading] for heading in rows[0]] for row in rows)] for name, rows in sheets.items()}
    import_master(settings, as_csv(cells, tmp_path / f"m{len(list(tmp_path.iterdir()))}"), ANNA)


def texts(path, tag, steps):
    return [values(element, steps) for element in objects(path, tag)]


def test_clients_contracts_and_tariffs_go_once_per_change(settings, tmp_path):
    version = {"tariff_code": "T1", "valid_from": "2026-03-01"}
    company = Company(
        {"K1": steady(1), "K2": steady(1)},
        extra={
            "tariffs": [{**version, "name": "Базовый <&>"}, {"tariff_code": "T9", "valid_from": "2026-01-01", "name": "Ничей"}],
            "components": [
                {**version, "component_no": "1", "name": "Мониторинг транспорта", "kind": "vehicles", "scheme": "graduated"},
                {**version, "component_no": "2", "name": "Часы", "kind": "online_hours", "price": "0.125"},
                {"tariff_code": "T9", "valid_from": "2026-01-01", "component_no": "1", "name": "Ничей", "kind": "fixed", "price": "1"},
            ],
            "tiers": [{**version, "component_no": "1", "up_to": up_to, "price": price} for up_to, price in (("10", "350"), ("", "250"))],
        },
    )
    import_master(settings, str(company.write_master(tmp_path / "all")), ANNA)
    assert send(settings, AT) is None  # the base of the settings, that nobody declares, has had no document and never wrote
    introduce(settings, PRICES, "Справочник.ТипыЦен", PROPERTY)
    sent = send(settings, AT)
    assert sent.objects == 1 + 1 + 2 + 2 + 2 + 1 + 2  # organization, property, clients, contracts, components, type and lists of prices
    [shown] = [each for each in objects(sent.path, SERVICE) if values(each, "КлючевыеСвойства/Наименование") == ["Часы"]]
    assert values(shown, "Описание") == ["Цена за час на связи, 0,125 руб."]  # finer than a kopeck: not rounded into the list
    assert texts(sent.path, PRICES, "КлючевыеСвойства/Дата") == [["2025-01-01T00:00:00"], ["2026-03-01T00:00:00"]]
    assert texts(sent.path, PRICES, "Товары/Строка/Цена") == [["300.00"], ["350.00"]]
    assert values(objects(sent.path, CLIENT)[0], ACCESS) == ["открыт"]
    assert send(settings, AT).is_new is False
    introduce(settings, PRICES, "Справочник.ТипыЦен", PROPERTY, number=2, received=1)
    assert send(settings, AT + timedelta(days=1)) is None  # compared anew on another day: nothing has changed
    client = {
        "client_code": "C-K1",
        "name": "ООО «Новое» & Ко",
        "kind": "legal",
        "inn": "7736207543",
        "kpp": "773601001",
        "category": "VIP",
    }
    master(settings, tmp_path, clients=[client])
    sent = send(settings, AT)
    [changed] = objects(sent.path, CLIENT)
    assert values(changed, "КлючевыеСвойства/Наименование") == ["ООО «Новое» & Ко"]
    assert values(changed, "КлючевыеСвойства/Группа/Наименование") == ["VIP"]
    assert not objects(sent.path, CONTRACT)
    introduce(settings, PRICES, "Справочник.ТипыЦен", PROPERTY, number=3, received=2)
    master(settings, tmp_path, clients=[{**client, "email": "a@b.example"}])
    assert send(settings, AT) is None  # 1C is told nothing of it
    retire(settings, "tariffs", "T1|2026-03-01", ANNA)
    first = {"tariff_code": "T1", "valid_from": "2025-01-01", "component_no": "1", "name": "Мониторинг", "kind": "vehicles", "price": "301"}
    terms = {"contract_no": "K2", "valid_from": "2026-05-01", "tariff_code": "T9"}
    master(settings, tmp_path, components=[first], terms=[terms])
    sent = send(settings, AT)
    assert sorted(texts(sent.path, SERVICE, "КлючевыеСвойства/Наименование")) == [["Мониторинг"], ["Ничей"]]
    assert sorted(texts(sent.path, PRICES, "Товары/Строка/Цена")) == [["1.00"], ["301.00"]]
    removed = [each.xpath("string()").strip() for each in objects(sent.path, GONE)]
    assert sorted(removed) == sorted(str(reference(*of)) for of in ((ObjectKind.PRICES, "T1|2026-03-01"), (ObjectKind.SERVICE, "T1:2")))
    assert status(settings, AT)[0].unconfirmed_others == 6
    assert send(settings, AT).path.read_bytes() == sent.path.read_bytes()


def pay(settings, number, amount, day, at):
    """A payment, or its reversal, of an invoice."""
    payment = {"id": f"{number}{amount}", "number": number, "amount": amount, "day": day, "at": at}
    with engine.transaction(settings) as connection:
        connection.execute(text(_PAYMENT), payment)
        connection.execute(text("INSERT INTO receivables.allocations VALUES (:id, 1, :number, :amount, 'number', :at)"), payment)


_PAYMENT = """
INSERT INTO receivables.payments (payment_id, source, organization_code, client_code, document_no, paid_on, amount, received_at)
VALUES (:id, 'bank', 'ORG', 'C-K1', '1', :day, :amount, :at)
"""


def test_a_base_without_invoices_gets_orders_corrections_of_closed_months_and_what_was_paid(settings):
    books = Books(settings)
    kinds = (ORDER, SALE, CORRECTION, STATUS)
    introduce(settings, *kinds)
    number = books.issue("K1")
    sent = send(settings, AT)
    assert (sent.invoices, sent.sales, objects(sent.path, INVOICE)) == (1, 1, [])
    [order], [sale] = objects(sent.path, ORDER), objects(sent.path, SALE)
    assert (values(order, "Сумма"), values(sale, "Заказ/Номер")) == (["3660.00"], [number])
    introduce(settings, *kinds, number=2, received=1)
    less = books.issue(lines=[Line("1", "-1000")], kind="adjustment", cause="1", at=AT + timedelta(days=1))
    more = books.issue(lines=[Line("1", "100", component="Архив", component_no=2)], kind="adjustment", cause="2", at=AT + timedelta(days=2))
    sent = send(settings, AT + timedelta(days=2))
    assert objects(sent.path, SALE) == []
    first, second = objects(sent.path, CORRECTION)
    ground = "ДокументРеализации"
    assert texts(sent.path, CORRECTION, "КлючевыеСвойства/Номер") == [[less], [more]]
    assert values(first, f"{ground}/РеализацияТоваровУслугСсылка/Ссылка") == [str(reference(ObjectKind.SALE, "K1|2026-01"))]
    assert values(second, f"{ground}/КорректировкаРеализацииСсылка/Ссылка") == values(first, "КлючевыеСвойства/Ссылка")
    # 3000 − 1000 = 2000 net, 440 VAT; then 100 net and 22 VAT of another service beside it
    sums = ("СуммаДоИзменения", "Сумма", "СуммаНДСДоИзменения", "СуммаНДС")
    assert [values(first, f"Услуги/Строка/{tag}") for tag in sums] == [["3000.00"], ["2000.00"], ["660.00"], ["440.00"]]
    assert [values(second, f"Услуги/Строка/{tag}") for tag in sums] == [
        ["2000.00", "0.00"], ["2000.00", "100.00"], ["440.00", "0.00"], ["440.00", "22.00"],
    ]  # fmt: skip
    assert (values(first, "Сумма"), values(second, "Сумма")) == (["2440.00"], ["2562.00"])
    assert texts(sent.path, ORDER, "КлючевыеСвойства/Номер") == [[more]]  # what is to be paid in addition
    introduce(settings, *kinds, number=3, received=2)
    told = []
    for days, amount in ((3, "1000.00"), (4, "2660.00"), (5, "-3660.00")):
        at = AT + timedelta(days=days)
        pay(settings, number, amount, at.date(), at)
        sent = send(settings, at)
        [state] = objects(sent.path, STATUS)
        told.append(
            (*values(state, "КлючевыеСвойства/Заказ/Номер"), *values(state, "СуммаВсехПлатежей"), *values(state, "СостояниеОплаты"))
        )
    assert told == [(number, "1000.00", "ОплаченЧастично"), (number, "3660.00", "Оплачен"), (number, "0.00", "НеОплачен")]
    introduce(settings, *kinds, number=4, received=5)
    assert send(settings, AT + timedelta(days=6)) is None


def test_a_base_is_told_since_when_access_is_closed_and_that_it_is_open_again(settings, tmp_path):
    """УТ has the property, БП has not; A is blocked by the ladder and pays, B always has access."""
    house = indebted_house(settings, tmp_path)
    with house.owner() as connection:
        connection.execute(text("INSERT INTO master.peers (peer, configuration, from_date) VALUES ('UT', 'ut', '2026-04-01')"))
    knows_access = replace(UT, receives=(*UT.receives, PROPERTY))
    trade = Onec(settings.exchange, "UT", configuration=knows_access, root=settings.exchange / "onec" / "UT")
    ledger = Onec(settings.exchange)

    def told(at):
        """Name of a client → its access, of what UT is told in one exchange; what BP is told of it."""
        for base in (trade, ledger):
            base.write()
        take_answers(settings, at)
        sent = {base.node: turn.message for base in (trade, ledger) for turn in send_to_all(settings, at, (base.node,))}
        said = {
            code: {
                values(each, "КлючевыеСвойства/Наименование")[0]: values(each, ACCESS)
                for each in (objects(message.path, CLIENT) if message else ())
            }
            for code, message in sent.items()
        }
        for base in (trade, ledger):
            base.read()
            assert base.problems == []
        return said["UT"], [access for access in said["BP"].values() if access]

    assert told(THAT_MORNING) == ({"A": ["открыт"], "B": ["открыт"]}, [])
    assert told(THAT_MORNING) == ({}, [])
    dunning(settings, DAY, THAT_MORNING)
    assert told(THAT_MORNING) == ({"A": ["закрыт с 24.03.2026"]}, [])
    assert told(THAT_MORNING) == ({}, [])
    evening = THAT_MORNING + timedelta(hours=9)
    import_payments(
        settings, statement(tmp_path / "paid.txt", Paper("7", "3600.00", inn=INN, day="2026-03-24"), until="2026-03-24"), evening
    )
    restore(settings, evening)
    assert told(evening) == ({"A": ["открыт"]}, [])
    assert told(evening) == ({}, [])


def test_a_contract_moves_to_the_books_of_another_base(settings, tmp_path):
    import_master(settings, str(Company({"K1": steady(1)}).write_master(tmp_path / "all")), ANNA)
    other = {
        "code": "TWO",
        "vat_mode": "general",
        "invoice_prefix": "ДВ",
        "name": "ООО «Вторая»",
        "inn": "7728168971",
        "kpp": "772801001",
        "bank_name": "Банк",
        "bic": "044525225",
    }
    account = account_key("044525225", "40702810000000000000")
    first, second = ({"peer": peer, "configuration": "bp", "organizations": of} for peer, of in (("BP", "ORG"), ("B2", "TWO")))
    master(
        settings,
        tmp_path,
        organizations=[{**other, "bank_account": account}],
        peers=[first, second],
    )
    sent = {turn.peer: turn.message for turn in send_to_all(settings, AT)}
    assert len(objects(sent["BP"].path, CONTRACT)) == 1
    assert sent["B2"] is None
    moved = {"contract_no": "K1", "client_code": "C-K1", "organization_code": "TWO", "starts_on": "2025-06-01"}
    master(settings, tmp_path, contracts=[moved])
    sent = {turn.peer: turn.message for turn in send_to_all(settings, AT)}
    [gone] = objects(sent["BP"].path, GONE)
    assert gone.xpath("string()").strip() == str(reference(ObjectKind.CONTRACT, "K1"))
    assert values(objects(sent["B2"].path, CONTRACT)[0], "КлючевыеСвойства/Организация/Наименование") == ["ООО «Вторая»"]
    assert (len(objects(sent["B2"].path, CLIENT)), len(objects(sent["B2"].path, SERVICE))) == (1, 1)
