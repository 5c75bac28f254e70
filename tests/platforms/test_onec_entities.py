"""Objects brought into 1C over HTTP: marked, taken back, changed while posted; no sequence of failures makes anything twice."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pipelines.delivery.onec.declared import DeclaredPeer
from pipelines.delivery.onec.model import Contract, Invoice, NotForOnec, ObjectKind, OnecRow, Removal, Sale, Service
from pipelines.delivery.onec.odata.access import entities
from pipelines.delivery.onec.odata.entities import RefusedByOnec
from pipelines.delivery.onec.odata.entity_map import entity_map
from pipelines.delivery.onec.odata.writing import EntityWriter
from pipelines.documents.requisites import Buyer, Seller
from pipelines.platforms import retries
from pipelines.platforms.errors import PlatformFailed
from tests.loopback import Reply
from tests.odata_server import OData, odata_error

INVOICE, SALE, CLIENT = "Document_СчетНаОплатуПокупателю", "Document_РеализацияТоваровУслуг", "Catalog_Контрагенты"
SETS = ("Catalog_Валюты", "Catalog_Организации", CLIENT, "Catalog_ДоговорыКонтрагентов", "Catalog_Номенклатура", INVOICE, SALE)
BP = entity_map("bp", "ANY")
AT = datetime(2026, 2, 1, tzinfo=UTC)
SELLER = Seller("ORG", "Вега", "legal", inn="7707083893", kpp="770701001")


class Kept(dict):
    """What is kept of objects, as the warehouse keeps it."""

    def known(self, kind, key):
        return self.get((kind, key))

    def keep(self, kind, key, entity):
        self[kind, key] = entity

    def is_anothers(self, kind, key, ref_key):
        return any(kind == of and key != name and entity.ref_key == ref_key for (of, name), entity in self.items())


@pytest.fixture(scope="module")
def server():
    with OData(SETS) as server:
        yield server


@pytest.fixture(autouse=True)
def no_rest(monkeypatch):
    monkeypatch.setattr(retries, "sleep", lambda _: None)


@pytest.fixture
def onec(server):
    return emptied(server)


def emptied(server):
    for rows in server.sets.values():
        rows.clear()
    server.refuses, server.lost, server.fault, server.writes = {}, set(), None, []
    server.put("Catalog_Валюты", Code="643")
    server.put("Catalog_Организации", ИНН="7707083893", КПП="770701001")
    return server


def contract(number):
    return Contract(number, SELLER, Buyer(f"C-{number}", f"Клиент {number}", "legal", inn="7736207543", kpp="773601001"), date(2025, 5, 20))


def rows(amount="600.00"):
    price = Decimal(amount)
    return (OnecRow(Service("t:1", "Мониторинг"), Decimal(1), price, price, Decimal(22), price * 22 / 100, "Мониторинг"),)


def invoice(number, amount="600.00"):
    return Invoice(f"i-{number}", f"ВМ26-{number}", date(2026, 2, 1), contract(number), rows(amount), prices_include_vat=False)


def sale(number, amount="600.00"):
    return Sale(f"s-{number}", f"ВМ26-{number}", date(2026, 1, 31), contract(number), rows(amount), prices_include_vat=False)


def writer(onec, kept):
    return EntityWriter(entities(DeclaredPeer("BP", "bp", None, None, "http", None, "x"), AT, {"BP": onec.connection}), BP, kept)


def test_a_sale_that_came_to_nothing_is_marked_and_taken_back_when_there_is_one_again(onec):
    kept = Kept()
    removal = Removal(ObjectKind.SALE, "s-1")
    writer(onec, kept).bring("sale", removal)  # never there: nothing to do
    assert onec.writes == []
    writer(onec, kept).bring("sale", sale("1"))
    onec.alter(SALE, onec.all(SALE)[0]["Ref_Key"], Posted=True)  # as the accountant does
    for _ in range(2):
        writer(onec, kept).bring("sale", removal)
    [marked] = onec.all(SALE)
    assert (marked["DeletionMark"], marked["Posted"]) == (True, False)
    writer(onec, kept).bring("sale", sale("1", "700.00"))
    [back] = onec.all(SALE)
    assert (back["DeletionMark"], back["СуммаДокумента"]) == (False, 854)
    onec.alter(SALE, back["Ref_Key"], DeletionMark=True)  # a person's mark is no matter of ours
    with pytest.raises(NotForOnec, match="marked as deleted"):
        writer(onec, kept).bring("sale", sale("1", "800.00"))


def test_a_posted_document_is_changed_unposted_and_posted_again(onec):
    kept = Kept()
    writer(onec, kept).bring("invoice", invoice("1"))
    before = len(onec.writes)
    writer(onec, kept).bring("invoice", invoice("1", "700.00"))
    assert [method for method, _, _ in onec.writes[before:]] == ["Unpost", "PATCH", "Post"]
    asked = len(onec.requests)
    writer(onec, kept).bring("invoice", invoice("1", "700.00"))
    assert {each.method for each in onec.requests[asked:]} == {"GET"}


def test_a_client_that_changed_with_us_is_changed_where_we_made_it(onec):
    kept = Kept()
    first = writer(onec, kept)
    first.bring("counterparty", contract("1").counterparty)
    renamed = replace(contract("1").counterparty, name="Новое имя")
    writer(onec, kept).bring("counterparty", renamed)
    assert [each["Description"] for each in onec.all(CLIENT)] == ["Новое имя"]
    writer(onec, kept).bring("counterparty", contract("2").counterparty)  # another client with the same ИНН
    assert len(onec.all(CLIENT)) == 2


def test_a_posting_that_onec_refuses_leaves_a_document_that_is_posted_later(onec):
    kept = Kept()
    onec.refuses[f"{INVOICE}/Post"] = lambda _: "Не заполнен счёт учёта"
    with pytest.raises(NotForOnec, match="1C says: Не заполнен счёт учёта"):
        writer(onec, kept).bring("invoice", invoice("1"))
    onec.refuses.clear()
    writer(onec, kept).bring("invoice", invoice("1"))
    assert [each["Posted"] for each in onec.all(INVOICE)] == [True]


FAULTS = st.lists(st.sampled_from(["", "", "", "lost", "dies", "half-way", "503", "429", "500", "412", "html"]), max_size=40)


@hypothesis_settings(max_examples=8)
@given(faults=FAULTS)
def test_any_failures_make_nothing_twice(server, faults):
    onec, kept = emptied(server), Kept()
    left = list(faults)

    def fault(request, _):
        kind = left.pop(0) if left else ""
        if kind == "lost" and request.method != "GET":
            onec.lost.add(len(onec.writes))
        return {
            "dies": Reply(dies="at once"), "half-way": Reply(200, b"{" * 50, dies="half-way"), "503": Reply(503, b""),
            "429": Reply(429, b"", None, {"Retry-After": "1"}), "500": Reply(500, b"broken"), "412": odata_error(412, "Изменён"),
            "html": Reply(200, b"<html>", "text/html"),
        }.get(kind)  # fmt: skip

    onec.fault = fault
    objects = [("invoice", invoice("1")), ("sale", sale("1")), ("invoice", invoice("2")), ("invoice", invoice("1", "700.00"))]
    for kind, item in objects:
        for _ in range(len(faults) + 1):
            try:
                writer(onec, kept).bring(kind, item)
                break
            except (NotForOnec, RefusedByOnec, PlatformFailed):
                continue
        else:
            pytest.fail("it never got there")
    counts = {name: len(entities_) for name, entities_ in onec.sets.items()}
    assert counts == {**dict.fromkeys(SETS, 1), CLIENT: 2, "Catalog_ДоговорыКонтрагентов": 2, INVOICE: 2}
    assert sorted((each["Number"], each["СуммаДокумента"], each["Posted"]) for each in onec.all(INVOICE)) == [
        ("ВМ26-1", 854, True), ("ВМ26-2", 732, True),
    ]  # fmt: skip
    created = [json.dumps(each) for each in onec.writes if each[0] == "POST"]
    assert len(created) == len(set(created))
