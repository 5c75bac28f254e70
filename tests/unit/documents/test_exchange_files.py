"""УПД and CommerceML: valid by the published schemas, exact, the same bytes, and never a guess."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from lxml import etree

from pipelines.documents.edo.commerceml import commerceml
from pipelines.documents.edo.model import Exchange, NotForExchange, PaidBefore, participant
from pipelines.documents.edo.people import person_name
from pipelines.documents.edo.upd import upd
from pipelines.documents.model import ActDocument, InvoiceDocument, InvoiceRow, PaperContract
from pipelines.master.consumer_rules import codes
from pipelines.money import ZERO, round_kopeck
from pipelines.period import Month
from tests.conftest import SHARED
from tests.unit.documents.samples import BUYER, CONTRACT, SELLER

FORMATS = SHARED / "formats"
MARCH = Month(2026, 3)
WAY = Exchange(
    "0c1d2e3f-4444-4a4a-8b8b-000000000004",
    datetime(2026, 4, 1, 9, 30, 5, tzinfo=ZoneInfo("Europe/Moscow")),
    "2BM-7707083893-770701001-201401010000000000001",
    "6312123456-631201001",
)


def row(no, quantity="4", price="500.00", rate=22, *, inside=False, text="март 2026", unit="маш."):
    amount = round_kopeck(Decimal(quantity) * Decimal(price))
    vat = round_kopeck(amount * (rate or 0) / (100 + (rate or 0) if inside else 100))
    net = amount - vat if inside else amount
    rates = None if rate is None else Decimal(rate)
    return InvoiceRow(
        no, "Мониторинг × «Всё»", text, Decimal(quantity), unit, Decimal(price), net, rates, vat, net + vat, inside, service=f"T1:{no}"
    )


def act(*rows, seller=SELLER, buyer=BUYER, contract=CONTRACT, number="МТ26-000042"):
    net, vat, total = (sum((getattr(each, name) for each in rows), ZERO) for name in ("net", "vat", "total"))
    return ActDocument(number, MARCH.last, MARCH, seller, buyer, contract, rows, net, vat, total)


def invoice(*rows):
    paper = act(*rows)
    return InvoiceDocument(
        "monthly", paper.number, date(2026, 4, 1), date(2026, 4, 11), MARCH, SELLER, BUYER, CONTRACT, rows, paper.net, paper.vat,
        paper.total, paper.total,
    )  # fmt: skip


@cache
def schema(path):
    return etree.XMLSchema(etree.parse(str(path)))


def validate(file, name):
    """Where the published schemas lie beside the checkout."""
    path = FORMATS / name
    if path.is_file():
        checked = schema(path)
        assert checked.validate(etree.fromstring(file.content)), checked.error_log


def parsed_upd(paper, way=WAY):
    file = upd(paper, way)
    validate(file, "upd/DERIVED_UNOFFICIAL_ON_NSCHFDOPPR_5_03.xsd")
    assert file.content.startswith(b"<?xml version='1.0' encoding='windows-1251'?>")
    file.content.decode("windows-1251")
    root = etree.fromstring(file.content)
    assert file.name == f"{root.get('ИдФайл')}.xml"
    assert upd(paper, way) == file
    return root


def test_a_file_of_the_general_mode():
    root = parsed_upd(act(row(1), row(2, "1", "100.00", unit="мес.")))
    assert root.get("ИдФайл") == (
        "ON_NSCHFDOPPR_6312123456-631201001_2BM-7707083893-770701001-201401010000000000001_20260401_"
        "0c1d2e3f-4444-4a4a-8b8b-000000000004_0_0_0_0_0_00"
    )
    document = root.find("Документ")
    assert (document.get("Функция"), document.get("ДатаИнфПр"), document.get("ВремИнфПр")) == ("СЧФДОП", "01.04.2026", "09.30.05")
    assert document.find("СвСчФакт").attrib == {"НомерДок": "МТ26-000042", "ДатаДок": "31.03.2026"}
    first, second = document.findall("ТаблСчФакт/СведТов")
    priced = ("НаимТов", "ОКЕИ_Тов", "НаимЕдИзм", "КолТов", "ЦенаТов", "СтТовБезНДС", "НалСт", "СтТовУчНал")
    expected = ("Мониторинг х «Всё», март 2026", "0000", "маш.", "4", "500.00", "2000.00", "22%", "2440.00")
    assert tuple(map(first.get, priced)) == expected
    assert (second.get("ОКЕИ_Тов"), second.get("НаимЕдИзм")) == ("362", "мес")
    total = document.find("ТаблСчФакт/ВсегоОпл")
    assert (total.get("СтТовБезНДСВсего"), total.findtext("СумНалВсего/СумНал"), total.get("СтТовУчНалВсего")) == (
        "2100.00",
        "462.00",
        "2562.00",
    )
    ground = document.find("СвПродПер/СвПер/ОснПер")
    assert (ground.get("РеквНомерДок"), ground.get("РеквДатаДок")) == ("17/2025-Т", "01.03.2025")
    assert document.find("Подписант/ФИО").attrib == {"Фамилия": "Соколова", "Имя": "А.", "Отчество": "В."}


@pytest.mark.parametrize(
    ("rate", "function", "named"), [(5, "СЧФДОП", "5%"), (7, "СЧФДОП", "7%"), (20, "СЧФДОП", "20%"), (None, "ДОП", "без НДС")]
)
def test_the_function_follows_the_vat_mode(rate, function, named):
    root = parsed_upd(act(row(1, rate=rate)))
    assert root.find("Документ").get("Функция") == function
    assert root.find(".//СведТов").get("НалСт") == named
    assert (root.findtext(".//СумНалВсего/БезНДС") == "без НДС") is (rate is None)


@pytest.mark.parametrize(
    ("quantity", "price", "shown"),
    [("5", "610.00", ("5", "500.00", "2500.00")), ("3", "100.00", ("1", "245.90", "245.90"))],
    ids=["divides", "does not divide"],
)
def test_a_price_with_vat_is_written_without_it(quantity, price, shown):
    element = parsed_upd(act(row(1, quantity, price, inside=True))).find(".//СведТов")
    assert tuple(map(element.get, ("КолТов", "ЦенаТов", "СтТовБезНДС"))) == shown
    assert Decimal(shown[0]) * Decimal(shown[1]) == Decimal(shown[2])
    assert ("3 маш. х 100,00" in element.get("НаимТов")) is (shown[0] == "1")


def test_a_free_row_an_undated_contract_and_money_paid_before():
    way = replace(WAY, paid=(PaidBefore("17", date(2026, 3, 2), Decimal("1000.00")),))
    root = parsed_upd(act(row(1, price="0.00"), row(2), contract=PaperContract("Без даты")), way)
    assert "ЦенаТов" not in root.find(".//СведТов").attrib
    assert root.findtext(".//СвПер/БезДокОснПер") == "1"
    assert root.find(".//ИнфПолФХЖ1/ТекстИнф").get("Значен") == "Без даты"
    assert root.find(".//СвПРД").attrib == {"НомерПРД": "17", "ДатаПРД": "02.03.2026", "СуммаПРД": "1000.00"}


ENTREPRENEUR = replace(BUYER, code="C2", kind="entrepreneur", name="ИП Второй", full_name="Второй Пётр Ильич", inn="500100732259", kpp=None)
PERSON = replace(ENTREPRENEUR, kind="individual", name="Второй П. И.", full_name=None, address=None, inn=None)


def test_an_entrepreneur_and_a_person_buy():
    entrepreneur = parsed_upd(act(row(1), buyer=ENTREPRENEUR)).find(".//СвПокуп/ИдСв/СвИП")
    assert entrepreneur.find("ФИО").attrib == {"Фамилия": "Второй", "Имя": "Пётр", "Отчество": "Ильич"}
    person = parsed_upd(act(row(1), buyer=PERSON)).find(".//СвПокуп/ИдСв/СвФЛУч/ФИО")
    assert dict(person.attrib) == {"Фамилия": "Второй", "Имя": "П.", "Отчество": "И."}


@pytest.mark.parametrize(
    ("paper", "lacking"),
    [
        (act(row(1), buyer=replace(BUYER, address=None)), "needs an address"),
        (act(row(1), buyer=replace(BUYER, inn=None)), "ИНН is not known"),
        (act(row(1), buyer=replace(ENTREPRENEUR, full_name=None)), "write them into full_name"),
        (act(row(1), seller=replace(SELLER, director=None)), "write them into director"),
        (act(row(1), row(2, price="-5.00")), "below zero"),
    ],
)
def test_what_is_lacking_is_said_and_never_guessed(paper, lacking):
    with pytest.raises(NotForExchange, match=lacking):
        upd(paper, WAY)


def test_without_vat_nobody_asks_for_an_address():
    assert parsed_upd(act(row(1, rate=None), buyer=replace(BUYER, address=None))).find(".//СвПокуп/Адрес") is None


@pytest.mark.parametrize(
    "paper", [invoice(row(1), row(2, "2.5", "400.00", inside=True)), act(row(1, rate=None)), act(row(1), buyer=PERSON)]
)
def test_commerceml(paper):
    file = commerceml(paper, WAY)
    validate(file, "commerceml/commerceml-2.10.xsd")
    assert commerceml(paper, WAY) == file
    root = etree.fromstring(file.content)
    names = {"c": "urn:1C.ru:commerceml_2"}
    kind, prefix = ("Счет на оплату", "invoice") if isinstance(paper, InvoiceDocument) else ("Отпуск товара", "act")
    assert root.findtext("c:Документ/c:ХозОперация", namespaces=names) == kind
    assert file.name == f"commerceml/{prefix}-МТ26-000042.xml"
    assert Decimal(root.findtext("c:Документ/c:Сумма", namespaces=names)) == paper.total
    for each, shown in zip(paper.rows, root.iterfind(".//c:Товар", names), strict=True):
        quantity, price, amount = (
            Decimal(shown.findtext(f"c:{name}", namespaces=names)) for name in ("Количество", "ЦенаЗаЕдиницу", "Сумма")
        )
        assert quantity * price == amount == (each.total if each.price_includes_vat else each.net)
        assert shown.findtext("c:Ид", namespaces=names) == each.service


@pytest.mark.parametrize(
    ("said", "understood"),
    [
        ("Иванов Иван Иванович", ("Иванов", "Иван", "Иванович")),
        ("ИП Петрова-Водкина Анна", ("Петрова-Водкина", "Анна", "")),
        ("И. И. Иванов", ("Иванов", "И.", "И.")),
        ("Иванов И.И.", ("Иванов", "И.", "И.")),
        ("Иванов И.", ("Иванов", "И.", "")),
        ("ООО «Ромашка»", None),
        ("Иванов", None),
        ("", None),
    ],
)
def test_names_of_people(said, understood):
    assert person_name(said) == understood


def test_a_participant_is_known_by_its_operator_or_by_its_number():
    assert participant(SELLER, "2BM-1") == "2BM-1"
    assert participant(SELLER, None) == "7707083893-770701001"
    assert participant(ENTREPRENEUR, None) == "500100732259"
    with pytest.raises(NotForExchange, match="neither edo_id nor ИНН"):
        participant(PERSON, None)
    assert codes(" upd, commerceml,upd,") == ("upd", "commerceml")
