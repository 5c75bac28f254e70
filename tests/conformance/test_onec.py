"""What is written validates against 1C's published schemas, where they lie beside the checkout."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from pipelines.delivery.onec.header import read_header
from pipelines.delivery.onec.message import EXCHANGED, VERSIONS, Envelope, ObjectType
from pipelines.delivery.onec.model import (
    AccessProperty,
    Contract,
    Correction,
    CorrectionRow,
    Counterparty,
    DocumentLink,
    Invoice,
    InvoiceLink,
    ObjectKind,
    OnecRow,
    PaymentStatus,
    PriceList,
    PriceType,
    Removal,
    Sale,
    Service,
)
from pipelines.documents.requisites import Bank, Buyer, Seller
from tests.conftest import SHARED
from tests.onec_messages import counterparty, organization, write_message

SCHEMAS = SHARED / "formats" / "enterprisedata"
pytestmark = [
    pytest.mark.conformance,
    pytest.mark.skipif(not SCHEMAS.is_dir(), reason="1C's schemas (../shared/formats/enterprisedata) are not beside this checkout"),
]

SELLER = organization(
    "NAV",
    "ООО «Навигатор»",
    "7707083893",
    None,
    "770701001",
    Bank("40702810938000000001", "ПАО СБЕРБАНК", "044525225", "30101810400000000225"),
)
ENTREPRENEUR = organization("IP", "ИП Иванов И. И.", "500100732259")
BUYER = counterparty("C-1", "ООО Автопарк", "legal", None, "7728168971", "772801001")
SERVICE = Service("T1:1", "Мониторинг")
ENVELOPE = Envelope("ТМ", "БП", 3, 7, datetime(2026, 4, 1, 9, 30), prefix="ТМ")  # noqa: DTZ001 - wall time, as 1C writes it


@cache
def schema(version: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(SCHEMAS / f"Message_{version}.xsd")))


def validate(path: Path, version: str) -> None:
    checked = schema(version)
    assert checked.validate(etree.parse(str(path))), checked.error_log


def row(rate: str | None, *, inside: bool = False) -> OnecRow:
    """1000.00 for one vehicle-month, VAT by the rate."""
    if rate is None:
        return OnecRow(SERVICE, Decimal(1), Decimal("1000.00"), Decimal("1000.00"), None, Decimal("0.00"), "Услуга")
    percent = Decimal(rate)
    vat = round(1000 * percent / (100 + percent if inside else 100), 2)
    return OnecRow(SERVICE, Decimal("2.5"), Decimal("400.00"), Decimal("1000.00"), percent, vat, "Услуга, март 2026 (2,5 × 400,00)")


def everything(seller: Seller, buyer: Buyer, rows: tuple[OnecRow, ...], *, inside: bool) -> list[object]:
    contract = Contract("Т-17", seller, buyer, date(2026, 2, 1))
    invoice = Invoice("k", "НВГ26-000042", date(2026, 4, 1), contract, rows, inside)
    link = InvoiceLink(invoice.key, invoice.number, invoice.on)
    sale = Sale("s", "НВГ26-000042", date(2026, 3, 31), contract, rows, inside, link)
    return [seller, buyer, contract, replace(contract, signed_on=None), SERVICE, invoice, sale, replace(sale, invoice=None)]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("inside", [False, True])
@pytest.mark.parametrize("rates", [("22", "20"), ("5",), ("7",), (None,), ("22", None, "10", "0")])
def test_rates_inside_and_on_top(tmp_path, version, inside, rates):
    rows = tuple(row(rate, inside=inside) for rate in rates)
    written = write_message(tmp_path, replace(ENVELOPE, version=version), everything(SELLER, BUYER, rows, inside=inside))
    validate(written.path, version)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    "buyer",
    [
        counterparty("C-2", "ИП Петров", "entrepreneur", "Индивидуальный предприниматель Петров П. П.", "500100732259"),
        counterparty("C-3", "Сидорова Анна", "individual"),
        counterparty("C-4", "ООО <&>\x00 \x1f «Ёж» \ud800", "legal", "Ж" * 5000, "7728168971", "772801001"),
    ],
)
def test_parties(tmp_path, version, buyer):
    for seller in (SELLER, ENTREPRENEUR, replace(SELLER, bank=None, kpp=None)):
        written = write_message(tmp_path, replace(ENVELOPE, version=version), everything(seller, buyer, (row("22"),), inside=False))
        validate(written.path, version)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("types", [(), EXCHANGED, (ObjectType("Документ.ПБДСРасчетыСКонтрагентами", receiving=True),)])
def test_acknowledgements(tmp_path, version, types):
    envelope = replace(ENVELOPE, version=version, object_types=types, prefix="")
    validate(write_message(tmp_path, envelope).path, version)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("buyer", [BUYER, counterparty("C-2", "ИП Петров", "entrepreneur", None, "500100732259")])
def test_catalogues_prices_orders_corrections_and_statuses(tmp_path, version, buyer):
    contract = Contract("Т-17", SELLER, buyer, date(2026, 2, 1), date(2026, 12, 31))
    priced = Service("T1:1", "Мониторинг <&>", "Тариф «Базовый»: Мониторинг", "Цена за машину в месяц: до 10: 5; свыше 4,125")
    listed = ((priced, Decimal("0.00")), (SERVICE, Decimal(9)))
    prices = PriceList("T1|2026-01-01", "T1", "Базовый <&>", date(2026, 1, 1), PriceType(False), listed)
    order = Invoice("k", "НВГ26-000042", date(2026, 4, 1), contract, (row("22"), row(None)), False, is_order=True)
    link = InvoiceLink("k", order.number, order.on, is_order=True)
    sale = Sale("s", "НВГ26-000042", date(2026, 3, 31), contract, (row("22"),), False, link)
    rows = (CorrectionRow(row("22"), row("20")), CorrectionRow(row("5"), None), CorrectionRow(None, row(None)))
    ground = DocumentLink("s", sale.number, sale.on)
    correction = Correction("s|2", "НВГ26-000050", date(2026, 4, 20), contract, ground, False, rows, False)
    further = replace(correction, key="s|3", ground=DocumentLink("s|2", correction.number, correction.on), is_further=True)
    cards = [Counterparty(buyer), Counterparty(buyer, "VIP & Ко", "закрыт с 01.04.2026"), Counterparty(buyer, None, "открыт")]
    kinds = (PriceType(False), PriceType(True))
    paid = [PaymentStatus(SELLER, link, Decimal(100), Decimal(amount), day) for amount, day in ((0, None), (40, sale.on), (100, sale.on))]
    gone = (ObjectKind.COUNTERPARTY, ObjectKind.CONTRACT, ObjectKind.SERVICE, ObjectKind.PRICES, ObjectKind.SALE)
    catalogues = [SELLER, AccessProperty(), *cards, contract, priced, *kinds, prices, replace(prices, type=kinds[1])]
    documents = [order, sale, correction, further, *paid, *(Removal(kind, "k") for kind in gone)]
    validate(write_message(tmp_path, replace(ENVELOPE, version=version), [*catalogues, *documents]).path, version)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(min_size=1), text=st.text())
def test_any_text_is_valid(tmp_path, name, text):
    buyer = replace(BUYER, name="x" + name, full_name=name)
    rows = (replace(row("22"), text=text),)
    validate(write_message(tmp_path, ENVELOPE, everything(SELLER, buyer, rows, inside=False)).path, "1.19")


def test_headers_of_the_samples_are_read():
    handshake = read_header(SCHEMAS / "handshake_settings_only.xml")
    assert (handshake.version, handshake.sender, handshake.receiver, handshake.message_no) == (None, "БП", "ТМ", 0)
    assert handshake.object_types[0].name == "Документ.СчетПокупателю"
    payment = read_header(SCHEMAS / "incoming_payment_from_1C_1.19.xml")
    assert (payment.version, payment.message_no, payment.received_no, payment.available_versions) == ("1.19", 1, 2, ("1.19",))
    assert read_header(SCHEMAS / "ack_empty_body_1.19.xml").message_no == 3
    assert read_header(SCHEMAS / "minimal_invoice_and_sale_1.19.xml").prefix == "ТМ"
