"""The act of a contract and month against the sale that 1C gets of it: the same rows, to the word (domain.md §7)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from lxml import etree
from sqlalchemy import text

from pipelines.delivery.onec.sending import send
from pipelines.documents.assembly import act_document, issued_rows
from pipelines.period import Month
from pipelines.warehouse import engine, query
from tests.books import AT, JANUARY, Books, Line

FULL = Line("10", "300")
SMS = Line("1309.7", "2.50", component="Сообщения", component_no=2)
GROSS = Line("5", "610", included=True, component="Под ключ", component_no=3)


APPROVED = """INSERT INTO billing.approvals (month, purpose, approval_no, decision, digest, by_name, reason, at, invoices, total)
    VALUES ('2026-01-01', 'close', 1, 'approved', 'd', 'Анна', 'проверено', now(), 1, 0)"""


@pytest.fixture
def books(settings):
    with engine.transaction(settings) as connection:
        connection.execute(text(APPROVED))
    return Books(settings)


def acts(settings, month=JANUARY):
    with engine.transaction(settings) as connection:
        listed = query.rows(connection, "documents/issued_acts", month=month.first)
        return {act.number: act_document(act.number, list(issued_rows(connection, act.ids))) for act in listed}


def sales(settings):
    """Number → rows (text, quantity, price, amount, VAT) of every sale of the next message."""
    body = etree.parse(str(send(settings, AT + timedelta(days=1)).path)).getroot()

    def one(element, name):
        return element.xpath(f"string(.//*[local-name()='{name}'])")

    made = {}
    for sale in body.xpath("//*[local-name()='Документ.РеализацияТоваровУслуг']"):
        rows = sale.xpath(".//*[local-name()='Услуги']/*[local-name()='Строка']")
        made[one(sale, "Номер")] = [
            (one(row, "Содержание"), *(Decimal(one(row, name)) for name in ("Количество", "Цена", "Сумма", "СуммаНДС"))) for row in rows
        ]
    return made


def figures(row):
    return row.quantity, row.price, row.total if row.price_includes_vat else row.net, row.vat


@pytest.mark.parametrize(
    "issued",
    [
        [("monthly", (FULL, SMS))],
        [("advance", (FULL,)), ("corrective", (Line("3", "300"),)), ("monthly", (SMS,))],
        [("advance", (FULL,)), ("adjustment", (Line("1", "-1000"),)), ("monthly", (SMS,))],
        [("monthly", (FULL, GROSS))],
        [("monthly", (GROSS,))],
        [("monthly", (Line("10", "300", rate=None), Line("1", "20", rate=20, component="Год назад", component_no=4), SMS))],
    ],
    ids=["one invoice", "all kinds", "netted", "prices with and without VAT", "prices with VAT", "three rates"],
)
def test_the_rows_of_the_act_are_those_of_the_sale(settings, books, issued):
    for kind, lines in issued:
        books.issue(lines=lines, kind=kind, closes=kind == "monthly")
    [act] = acts(settings).values()
    sold = sales(settings)[act.number]
    assert act.dated == Month(2026, 1).last
    assert [row.quantity * row.price for row in act.rows] == [row[3] for row in sold]
    assert [figures(row) for row in act.rows] == [row[1:] for row in sold]
    for row, (said, *_) in zip(act.rows, sold, strict=True):
        assert said.startswith(row.title)
        assert said.endswith(row.text)
        assert len(said) - len(row.title) - len(row.text) <= len(": ")
