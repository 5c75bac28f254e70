"""The statement follows the invoices that were really issued: who pays whole, in part, late, or never."""

from datetime import date
from decimal import Decimal

import pytest


@pytest.fixture
def invoices():
    def one(seq, contract_no, **changed):
        row = {
            "number": f"МТ26-{seq:06}",
            "status": "issued",
            "contract_no": contract_no,
            "issued_on": "2026-02-02",
            "due_on": "2026-02-12",
        }
        return row | {"total": "1220.01", "vat": "220.00"} | changed

    return [
        one(1, "МТ-24-001"),
        one(2, "МТ-24-005"),
        one(3, "МТ-24-007"),
        one(4, "МТ-24-012"),
        one(5, "МТ-24-034"),
        one(6, "МТ-24-035"),
        one(7, "МТ-24-036"),
        one(8, "МТ-24-037"),
        one(9, "МТ-24-002", status="draft"),
        one(10, "МТ-24-003", total="0.00"),
        one(1, "СМ-25-040", number="СМ26-000001", vat="0.00"),
    ]


def statement(invoices, organization="MT", until=date(2026, 2, 28)):
    from company.bank import bank_statement

    text = bank_statement(invoices, organization, date(2026, 2, 1), until).decode("cp1251")
    assert text.startswith("1CClientBankExchange\r\nВерсияФормата=1.03\r\nКодировка=Windows\r\n")
    assert text.endswith("КонецДокумента\r\nКонецФайла\r\n")
    return [dict(line.split("=", 1) for line in block.splitlines()[1:-1]) for block in documents(text)], text


def documents(text):
    return [
        "X\n" + part.split("КонецДокумента")[0].split("\r\n", 1)[1].replace("\r\n", "\n") + "X"
        for part in text.split("СекцияДокумент=")[1:]
    ]


def paid(papers, number):
    return [Decimal(paper["Сумма"]) for paper in papers if number in paper["НазначениеПлатежа"]]


def test_who_pays_what_by_the_end_of_february(invoices):
    papers, _ = statement(invoices)
    assert paid(papers, "МТ26-000001") == [Decimal("1220.01")]
    assert sum(paid(papers, "МТ26-000002")) == Decimal("1220.01")  # in two halves that differ by a kopeck at most
    assert len(paid(papers, "МТ26-000002")) == 2
    assert paid(papers, "MT26-000003") == [Decimal("1220.01")]  # Latin letters
    assert paid(papers, "МТ26-000004") == [Decimal("1720.01")]  # 500 too much
    assert paid(papers, "МТ26-000006") == [Decimal("488.00")]  # two fifths
    for unpaid in ("05", "07", "08", "09", "10"):
        assert paid(papers, f"МТ26-0000{unpaid}") == []


def test_the_late_one_pays_twenty_days_after_the_due_date(invoices):
    papers, _ = statement(invoices, until=date(2026, 3, 31))
    [late] = [paper for paper in papers if "МТ26-000007" in paper["НазначениеПлатежа"]]
    assert late["ДатаПоступило"] == "04.03.2026"


def test_each_organization_has_its_own_statement(invoices):
    papers, text = statement(invoices, "SM")
    assert [paper["НазначениеПлатежа"][:31] for paper in papers] == ["Оплата по счету № СМ26-000001 о"]
    assert "НДС не облагается" in text


def test_the_balances_add_up(invoices):
    papers, text = statement(invoices)
    head = dict(line.split("=", 1) for line in text.split("КонецРасчСчет")[0].split("СекцияРасчСчет")[1].split("\r\n") if "=" in line)
    came = sum(Decimal(paper["Сумма"]) for paper in papers if paper["ДатаПоступило"])
    went = sum(Decimal(paper["Сумма"]) for paper in papers if paper["ДатаСписано"])
    assert Decimal(head["ВсегоПоступило"]) == came
    assert Decimal(head["ВсегоСписано"]) == went == Decimal("89490.00")  # rent 88000 and the bank's fee 1490
    assert Decimal(head["КонечныйОстаток"]) == Decimal(head["НачальныйОстаток"]) + came - went


def test_the_same_call_gives_the_same_bytes(invoices):
    assert statement(invoices)[1] == statement(list(reversed(invoices)))[1]
