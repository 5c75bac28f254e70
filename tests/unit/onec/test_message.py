"""The message as bytes, elements and refusals; no schema needed."""

import re
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from pipelines.delivery.onec import fields
from pipelines.delivery.onec.body import RECEIVED
from pipelines.delivery.onec.message import (
    BadNode,
    Envelope,
    NoCommonVersion,
    ObjectType,
    UnknownVersion,
    common_version,
)
from pipelines.delivery.onec.model import (
    Contract,
    Invoice,
    InvoiceLink,
    NotForOnec,
    ObjectKind,
    OnecRow,
    Sale,
    Service,
    reference,
)
from pipelines.documents.requisites import Bank
from tests.onec_messages import counterparty, organization, write_message

SELLER = organization(
    "NAV",
    "ООО «Навигатор»",
    "7707083893",
    "Общество «Навигатор»",
    "770701001",
    Bank("40702810938000000001", "ПАО СБЕРБАНК", "044525225", "30101810400000000225"),
)
BUYER = counterparty("C-1", "ООО Автопарк", "legal", "Общество «Автопарк»", "7728168971", "772801001")
CONTRACT = Contract("Т-17", SELLER, BUYER, date(2026, 2, 1))
SERVICE = Service("T1:1", "Мониторинг", "Мониторинг транспорта")
# 4 × 500.00 = 2000.00; 22 % of it is 440.00
ROW = OnecRow(SERVICE, Decimal(4), Decimal("500.00"), Decimal("2000.00"), Decimal(22), Decimal("440.00"), "Мониторинг за март 2026")
INVOICE = Invoice("Т-17:2026-03:monthly", "НВ26-000042", date(2026, 4, 1), CONTRACT, (ROW,), False)
SALE = Sale("Т-17:2026-03", "НВ26-000042", date(2026, 3, 31), CONTRACT, (ROW,), False, InvoiceLink(INVOICE.key, INVOICE.number, INVOICE.on))
ENVELOPE = Envelope("FB", "BP", 3, 7, datetime(2026, 4, 1, 9, 30))  # noqa: DTZ001 - wall time, as 1C writes it


def body(tmp_path: Path, *objects: object, envelope: Envelope = ENVELOPE) -> etree._Element:
    written = write_message(tmp_path, envelope, objects)
    return etree.parse(str(written.path)).getroot()


def find(element: etree._Element, path: str) -> list[str]:
    """Texts at a path of local names."""
    steps = "/".join(f"*[local-name()='{step}']" for step in path.split("/"))
    return [found.text or "" for found in element.xpath(f".//{steps}")]


def test_file_is_utf8_with_bom_under_the_name_that_1c_looks_for(tmp_path):
    written = write_message(tmp_path, ENVELOPE, [INVOICE])
    assert written.path.name == "Message_FB_BP.xml"
    assert written.objects == 1
    assert written.path.read_bytes().startswith(b'\xef\xbb\xbf<?xml version="1.0" encoding="UTF-8"?>')
    assert [entry.name for entry in tmp_path.iterdir()] == ["Message_FB_BP.xml"]


def test_header_carries_the_numbers_in_order(tmp_path):
    root = body(tmp_path)
    header = root[0]
    assert [etree.QName(child).localname for child in header] == [
        "Format",
        "CreationDate",
        "Confirmation",
        *["AvailableVersion"] * 3,
        "AvailableObjectTypes",
    ]
    assert [child.text for child in header[2]] == ["СинхронизацияДанныхЧерезУниверсальныйФормат", "BP", "FB", "3", "7"]
    assert header[0].text == "http://v8.1c.ru/edi/edi_stnd/EnterpriseData/1.19"
    assert header[1].text == "2026-04-01T09:30:00"


def test_acknowledgement_has_an_empty_body(tmp_path):
    root = body(tmp_path)
    assert root[1].tag == "{http://v8.1c.ru/edi/edi_stnd/EnterpriseData/1.19}Body"
    assert len(root[1]) == 0


def test_object_types_are_never_an_empty_list(tmp_path):
    root = body(tmp_path, envelope=replace(ENVELOPE, object_types=()))
    assert not find(root, "AvailableObjectTypes")
    types = (ObjectType("Документ.СчетПокупателю", sending=True), ObjectType("Документ.ПБДСРасчетыСКонтрагентами", receiving=True))
    root = body(tmp_path, envelope=replace(ENVELOPE, object_types=types))
    assert find(root, "ObjectType/Sending") == ["*", ""]
    assert find(root, "ObjectType/Receiving") == ["", "*"]


def test_what_is_imported_is_declared_as_received_and_nothing_else(tmp_path):
    names, received = find(body(tmp_path), "ObjectType/Name"), find(body(tmp_path), "ObjectType/Receiving")
    assert [name for name, flag in zip(names, received, strict=True) if flag] == list(RECEIVED)


@pytest.mark.parametrize("version", ["1.17", "1.19", "1.21"])
def test_namespace_follows_the_version(tmp_path, version):
    root = body(tmp_path, INVOICE, envelope=replace(ENVELOPE, version=version))
    assert etree.QName(root[1][0]).namespace.endswith(version)


@pytest.mark.parametrize("version", ["1.16", "1.8", "2.0", ""])
def test_a_version_that_is_not_written_is_refused(tmp_path, version):
    with pytest.raises(UnknownVersion, match=f"invoice {INVOICE.number} has VAT of 22 %, which needs 1.17"):
        write_message(tmp_path, replace(ENVELOPE, version=version), [INVOICE.contract, INVOICE])
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("rate", ["5", "7"])
def test_rates_of_simplified_taxation_are_told_by_their_own_figure_and_need_1_17(tmp_path, rate):
    row = replace(INVOICE.rows[0], vat_rate=Decimal(rate), vat=INVOICE.rows[0].amount * int(rate) / 100)
    invoice = replace(INVOICE, rows=(row,))
    document = body(tmp_path, invoice)
    tags = ("Ставка", "РасчетнаяСтавка", "НеОблагается", "ВидСтавки")
    assert [find(document, f"СтавкаНДС/{tag}") for tag in tags] == [[rate], ["false"], ["false"], ["Пониженная"]]
    with pytest.raises(UnknownVersion, match=f"has VAT of {rate} %"):
        write_message(tmp_path, replace(ENVELOPE, version="1.16"), [invoice])


def test_the_highest_common_version_is_chosen():
    assert common_version(["1.8", "1.17", "1.19 "]) == "1.19"
    assert common_version(["1.2", "1.17"], ours=("1.2", "1.17")) == "1.17"  # 17 > 2: numbers, not text
    with pytest.raises(NoCommonVersion, match=r"1\.6"):
        common_version(["1.6", "1.8"])


def test_invoice_in_full(tmp_path):
    root = body(tmp_path, INVOICE)
    document = root[1][0]
    assert etree.QName(document).localname == "Документ.СчетПокупателю"
    assert [etree.QName(child).localname for child in document] == [
        "КлючевыеСвойства",
        "Валюта",
        "Сумма",
        "Контрагент",
        "ДанныеВзаиморасчетов",
        "СуммаВключаетНДС",
        "БанковскийСчетОрганизации",
        "Услуги",
    ]
    assert [etree.QName(child).localname for child in document[0]] == ["Ссылка", "Дата", "Номер", "Организация"]
    assert document[0][0].text == str(reference(ObjectKind.INVOICE, INVOICE.key))
    assert document[2].text == "2440.00"  # 2000.00 + 440.00 of VAT on top
    assert find(document, "СуммаВключаетНДС") == ["false"]
    row = document[-1][0]
    assert [(etree.QName(child).localname, child.text) for child in row if not len(child)] == [
        ("НомерСтрокиДокумента", "1"),
        ("Количество", "4"),
        ("Сумма", "2000.00"),
        ("Цена", "500.00"),
        ("СуммаНДС", "440.00"),
        ("Содержание", "Мониторинг за март 2026"),
    ]
    assert find(row, "СтавкаНДС/Ставка") == ["22"]


def test_prices_with_vat_inside_are_the_total(tmp_path):
    # 610.00 × 4 = 2440.00, VAT 2440 × 22 / 122 = 440.00 inside
    inside = replace(ROW, price=Decimal("610.00"), amount=Decimal("2440.00"))
    root = body(tmp_path, replace(INVOICE, rows=(inside,), prices_include_vat=True))
    assert find(root, "Документ.СчетПокупателю/Сумма") == ["2440.00"]
    assert find(root, "СуммаВключаетНДС") == ["true"]


def test_sale_names_its_only_invoice_and_the_last_day(tmp_path):
    root = body(tmp_path, SALE)
    document = root[1][0]
    assert find(document, "СчетПокупателю/Ссылка") == [str(reference(ObjectKind.INVOICE, INVOICE.key))]
    assert find(document, "КлючевыеСвойства/Дата") == ["2026-03-31T12:00:00"]
    assert document[0][0].text == str(reference(ObjectKind.SALE, SALE.key))
    assert not find(body(tmp_path, replace(SALE, invoice=None)), "СчетПокупателю")


@pytest.mark.parametrize(
    ("kind", "person", "entrepreneur"),
    [
        ("legal", "ЮридическоеЛицо", []),
        ("entrepreneur", "ФизическоеЛицо", ["true"]),
        ("individual", "ФизическоеЛицо", ["false"]),
    ],
)
def test_kinds_of_counterparties(tmp_path, kind, person, entrepreneur):
    root = body(tmp_path, replace(BUYER, kind=kind))
    assert find(root, "ЮридическоеФизическоеЛицо") == [person]
    assert find(root, "ИндивидуальныйПредприниматель") == entrepreneur


def test_a_selling_entrepreneur_is_a_person(tmp_path):
    root = body(tmp_path, replace(SELLER, kind="entrepreneur", inn="500100732259", kpp=None))
    assert find(root, "ЮридическоеФизическоеЛицо") == ["ФизическоеЛицо"]
    assert not find(root, "КПП")


@pytest.mark.parametrize(
    ("rate", "kind", "shown"),
    [
        (Decimal("22.00"), "Общая", "22"),
        (Decimal(20), "Общая", "20"),
        (Decimal(5), "Пониженная", "5"),
        (Decimal(7), "Пониженная", "7"),
        (Decimal(0), "Нулевая", "0"),
    ],
)
def test_vat_rates(rate, kind, shown):
    xml = fields.vat_rate(rate)
    assert f"<Ставка>{shown}</Ставка>" in xml
    assert f"<ВидСтавки>{kind}</ВидСтавки>" in xml


def test_exempt_rows_have_no_rate(tmp_path):
    row = replace(ROW, vat_rate=None, vat=Decimal("0.00"))
    root = body(tmp_path, replace(INVOICE, rows=(row,)))
    assert find(root, "СтавкаНДС/НеОблагается") == ["true"]
    assert find(root, "СтавкаНДС/ВидСтавки") == ["БезНДС"]
    assert not find(root, "СтавкаНДС/Ставка")
    assert find(root, "Документ.СчетПокупателю/Сумма") == ["2000.00"]


def test_an_unknown_rate_is_refused():
    with pytest.raises(NotForOnec, match="21"):
        fields.vat_rate(Decimal(21))


def test_references_are_the_same_for_ever():
    assert reference(ObjectKind.INVOICE, "K-1") == UUID("70fd177a-ec94-55bb-af78-13c95b1c66d4")
    assert reference(ObjectKind.SALE, "K-1") != reference(ObjectKind.INVOICE, "K-1")


def test_a_refused_object_leaves_the_earlier_message_alone(tmp_path):
    before = write_message(tmp_path, ENVELOPE, [INVOICE]).path.read_bytes()
    broken = replace(INVOICE, number="Н" * 257)
    with pytest.raises(NotForOnec, match="256"):
        write_message(tmp_path, replace(ENVELOPE, message_no=4), [INVOICE, broken])
    assert (tmp_path / "Message_FB_BP.xml").read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 1


def test_an_interruption_leaves_nothing(tmp_path):
    def objects():
        yield INVOICE
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_message(tmp_path, ENVELOPE, objects())
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("code", ["../BP", "B/P", "", "B P", "B\x00P", "Я" * 37])
def test_codes_of_nodes_stay_inside_the_folder(tmp_path, code):
    with pytest.raises(BadNode):
        write_message(tmp_path, replace(ENVELOPE, receiver=code), [])


def test_hostile_text_is_escaped_and_controls_are_left_out(tmp_path):
    hostile = replace(BUYER, name="ООО\x00 <Рога> &\r\n «Копыта»\ud800\ufffe ]]>", full_name="a\x0bb\t c")
    row = replace(ROW, text="строка 1\r\nстрока 2 <b>&amp;</b>\x1f")
    root = body(tmp_path, hostile, replace(INVOICE, rows=(row,)))
    assert find(root, "Справочник.Контрагенты/КлючевыеСвойства/Наименование") == ["ООО <Рога> & «Копыта» ]]>"]
    assert find(root, "Справочник.Контрагенты/КлючевыеСвойства/НаименованиеПолное") == ["ab c"]
    assert find(root, "Содержание") == ["строка 1\nстрока 2 <b>&amp;</b>"]


@given(st.text())
def test_any_text_survives_as_xml(value):
    for written in (fields.text(value), fields.line(value)):
        parsed = etree.fromstring(f"<a>{written}</a>".encode())
        kept = [character for character in value if not re.match("[\x00-\x1f\\s\ud800-\udfff\ufffe\uffff]", character)]
        assert [character for character in parsed.text or "" if not re.match("\\s", character)] == kept


def test_long_names_are_cut_and_kept_whole_beside(tmp_path):
    root = body(tmp_path, replace(BUYER, name="Ж" * 400, full_name=None))
    assert find(root, "КлючевыеСвойства/Наименование") == ["Ж" * 100]
    assert find(root, "КлючевыеСвойства/НаименованиеПолное") == ["Ж" * 400]


@pytest.mark.parametrize(
    "broken",
    [
        replace(BUYER, inn="1234567890123"),
        replace(BUYER, kpp="1234567890"),
        replace(BUYER, name=" \x00 "),
        replace(BUYER, inn="77\x0028168971"),
        replace(INVOICE, number=""),
        replace(INVOICE, number="НВ26\n000042"),
        replace(INVOICE, rows=()),
        replace(CONTRACT, number="Т-17 "),
        replace(INVOICE, contract=replace(CONTRACT, organization=replace(SELLER, bank=Bank("4" * 35, "Банк", "044525225")))),
    ],
)
def test_identifiers_are_refused_rather_than_changed(tmp_path, broken):
    with pytest.raises(NotForOnec):
        write_message(tmp_path, ENVELOPE, [broken])


def test_negative_totals_are_refused_and_negative_rows_are_not(tmp_path):
    less = replace(ROW, quantity=Decimal(1), price=Decimal("-70.00"), amount=Decimal("-70.00"), vat=Decimal("-15.40"))
    root = body(tmp_path, replace(INVOICE, rows=(ROW, less)))
    assert find(root, "Документ.СчетПокупателю/Сумма") == ["2354.60"]  # 2440.00 − 85.40
    with pytest.raises(NotForOnec, match="below zero"):
        write_message(tmp_path, ENVELOPE, [replace(INVOICE, rows=(less,))])


def test_rows_must_multiply_exactly():
    with pytest.raises(NotForOnec, match="is not"):
        replace(ROW, amount=Decimal("2000.01"))
    with pytest.raises(NotForOnec, match="without a rate"):
        replace(ROW, vat_rate=None)


@pytest.mark.parametrize("amount", [Decimal("0.001"), Decimal("10000000000000.00"), Decimal("NaN"), Decimal("Infinity")])
def test_sums_are_refused_rather_than_rounded(amount):
    with pytest.raises(NotForOnec):
        fields.money(amount, "x")


@pytest.mark.parametrize(
    ("amount", "shown"), [(Decimal("4.000"), "4"), (Decimal("13.097"), "13.097"), (Decimal("100"), "100"), (Decimal(0), "0")]
)
def test_quantities(amount, shown):
    assert fields.quantity(amount, "x") == shown


@pytest.mark.parametrize("amount", [Decimal("0.0001"), Decimal("1E12"), Decimal("NaN")])
def test_quantities_are_refused_rather_than_rounded(amount):
    with pytest.raises(NotForOnec):
        fields.quantity(amount, "x")
