"""Values as OData has them, and 1C's own words of refusal."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.delivery.onec.declared import DeclaredPeer
from pipelines.delivery.onec.model import Contract, Invoice, NotForOnec, OnecRow, Sale, Service
from pipelines.delivery.onec.odata.access import access
from pipelines.delivery.onec.odata.entities import Entities, refusal
from pipelines.delivery.onec.odata.entity_map import entity_map
from pipelines.delivery.onec.odata.properties import NO_KEY, differs, digest, properties
from pipelines.documents.requisites import Buyer, Seller
from pipelines.errors import Refused
from pipelines.platforms.errors import AuthFailed
from pipelines.platforms.transport import Response

BP = entity_map("bp", "ANY")
CONTRACT = Contract("K-1", Seller("ORG", "Вега", "legal"), Buyer("C1", "Клиент", "legal", inn="7736207543"), date(2025, 5, 20))
SERVICE = Service("t:1", "Мониторинг")


class Keys:
    """Keys that say what they are of."""

    def key_of(self, kind, item):
        return f"key of {kind}"

    def looked_up(self, name):
        return f"key of {name}"


def row_of(amount="600.00", rate="22", vat="132.00", text="Мониторинг за январь"):
    return OnecRow(SERVICE, Decimal(1), Decimal(amount), Decimal(amount), None if rate is None else Decimal(rate), Decimal(vat), text)


def invoice(number="ВМ26-000001", rows=None):
    rows = (row_of(),) if rows is None else rows
    return Invoice("k", number, date(2026, 2, 1), CONTRACT, rows, prices_include_vat=False)


def test_an_invoice_as_its_properties():
    values = properties(BP, "invoice", invoice(), Keys())
    assert (values["Number"], values["Date"], values["СуммаДокумента"]) == ("ВМ26-000001", "2026-02-01T12:00:00", Decimal("732.00"))
    assert values["Организация_Key"] == "key of organization"
    assert values["Товары"][0]["СтавкаНДС"] == "НДС22"
    assert values["Товары"][0]["LineNumber"] == "1"
    sale = Sale("s", "ВМ26-000001", date(2026, 1, 31), CONTRACT, (row_of(rate=None, vat="0"),), prices_include_vat=False)
    free = properties(BP, "sale", sale, Keys())
    assert (free["ДокументБезНДС"], free["СчетНаОплатуПокупателю_Key"], free["Услуги"][0]["СтавкаНДС"]) == (True, NO_KEY, "БезНДС")


@pytest.mark.parametrize(
    ("item", "why"),
    [
        (invoice("ВМ26-0000000001"), "longer than 11"),
        (invoice("ВМ\n26"), "would not keep"),
        (invoice(rows=()), "no rows"),
        (invoice(rows=(row_of("-600.00", vat="-132.00"),)), "below zero"),
        (invoice(rows=(row_of(rate="13"),)), "no VAT rate of 13 %"),
    ],
)
def test_what_onec_could_not_keep_is_refused_before_it_is_sent(item, why):
    with pytest.raises(NotForOnec, match=why):
        properties(BP, "invoice", item, Keys())


@given(st.decimals(min_value=Decimal("0.01"), max_value=Decimal("9999999.99"), places=2), st.text(max_size=40))
def test_what_onec_gives_back_as_it_was_is_no_difference(amount, text):
    values = properties(BP, "invoice", invoice(rows=(row_of(str(amount), vat="0.00", text=text),)), Keys())
    back = {**values, "СуммаДокумента": float(values["СуммаДокумента"]), "DataVersion": "AAA=", "Posted": True}
    assert not differs(values, back)
    assert differs(values, {**back, "Number": "другой"})
    assert differs(values, {**back, "Товары": []})
    assert digest(values) == digest(dict(reversed(values.items())))


def test_keys_are_the_same_in_capitals():
    key = "0C1D2E3F-7777-4A4A-8B8B-000000000001"
    assert not differs({"Owner_Key": key.lower()}, {"Owner_Key": key})
    assert differs({"Услуга": True}, {"Услуга": None})
    assert not differs({"КПП": ""}, {"КПП": None})


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('{"odata.error": {"code": "13", "message": {"lang": "ru", "value": "Строки\\n не создаются"}}}', "Строки не создаются"),
        ('{"odata.error": {"code": "-1", "message": {"lang": "ru", "value": ""}}}', "code -1"),
        ('{"odata.error": {"code": "8", "message": "Сущность не найдена"}}', "Сущность не найдена"),
        ('<?xml version="1.0"?><m:error xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata"><m:code>-1</m:code>'
         '<m:message xml:lang="ru">Нарушение прав доступа!</m:message></m:error>', "Нарушение прав доступа!"),
        ("<html><body>502 Bad Gateway</body></html>", ""),
        ('<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><error><message>&e;</message></error>', ""),
        ('{"error": "что-то своё"}', ""), ("[1]", ""), ("{", ""), ("", ""), ("\x00\xff", ""),
    ],
)  # fmt: skip
def test_words_of_refusal(body, words):
    assert refusal(Response(500, "", body.encode())) == words


def test_long_words_are_cut():
    body = '{"odata.error": {"message": {"value": "' + "ж" * 5000 + '"}}}'
    assert len(refusal(Response(500, "", body.encode()))) == 301


def base(connection="onec_bp"):
    return DeclaredPeer("BP", "bp", None, None, "http", None, connection)


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("https://u:p@1c.example/buh", "https://1c.example/buh/odata/standard.odata"),
        ("https://u:p@1c.example:8443/buh/odata/standard.odata/", "https://1c.example:8443/buh/odata/standard.odata"),
        ("http://u:p@127.0.0.1:8080/%D0%91%D0%9F", "http://127.0.0.1:8080/%D0%91%D0%9F/odata/standard.odata"),
    ],
)
def test_the_address_of_a_publication(written, place):
    reached = Entities(access(base(), {"BP": written}), datetime(2026, 2, 1, tzinfo=UTC))
    assert reached.place == place
    assert "p@" not in repr(access(base(), {"BP": written}))


@pytest.mark.parametrize("written", ["https://:@/", "http://u:tayna@1c.example/buh", "{", "https://u:tayna@1c.example/buh?timeout=soon"])
def test_a_connection_that_cannot_be_used_is_told_without_its_password(written):
    with pytest.raises(AuthFailed) as caught:
        access(base(), {"BP": written})
    assert "tayna" not in str(caught.value)
    assert isinstance(caught.value, Refused)
