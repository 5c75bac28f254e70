"""camt.053 and MT940: the same documents as a statement for 1C would give, or refused by line."""

from datetime import date
from decimal import Decimal

import pytest

from pipelines.errors import BadInput
from pipelines.receivables.bank_formats import parse
from pipelines.receivables.incoming import sort_documents
from pipelines.receivables.statement_text import StatementLimits
from pipelines.receivables.statement_totals import compare_totals
from tests.foreign_statements import DETAILS, OURS, PAID, SINGLE, THEIRS, camt, entry, mt940


def read(data):
    return parse(data, "bank.xml", StatementLimits())


def only(data):
    [statement] = read(data).statements
    return statement


@pytest.mark.parametrize("data", [camt(entry()), mt940(PAID)], ids=["camt.053", "MT940"])
def test_a_payment_is_the_one_that_a_statement_for_1c_tells_of(data):
    statement = only(data)
    assert (statement.accounts, statement.last) == ((OURS,), date(2026, 3, 3))
    assert list(compare_totals(statement)) == []
    [payment] = sort_documents(statement, {OURS: "ORG"}).payments
    told_by_1c = f"""1CClientBankExchange
ВерсияФормата=1.03
Кодировка=Windows
ДатаНачала=03.03.2026
ДатаКонца=03.03.2026
РасчСчет={OURS}
СекцияДокумент=Платежное поручение
Номер=000317
Дата=02.03.2026
Сумма=1220.50
ПлательщикСчет={THEIRS}
ПлательщикИНН=7736207543
ПолучательСчет={OURS}
ДатаПоступило=03.03.2026
НазначениеПлатежа=Оплата по счету ВМ26-000001 за январь
КонецДокумента
КонецФайла
""".encode("cp1251")
    [expected] = sort_documents(only(told_by_1c), {OURS: "ORG"}).payments
    for name in ("payment_id", "organization_code", "paid_on", "amount", "payer_inn", "payer_account", "purpose"):
        assert getattr(payment, name) == getattr(expected, name), name


def test_money_that_left_and_what_the_bank_took_are_no_payments():
    left = entry(way="DBIT", details=SINGLE.replace("Dbtr", "Cdtr"))
    sorted_ = sort_documents(only(camt(left, entry(code="CHRG", way="CRDT"), closing="1000.00")), {OURS: "ORG"})
    assert sorted_.payments == []
    assert [(each.amount, each.payer_account, each.payer_inn) for each in sorted_.outgoing] == [(Decimal("-1220.50"), THEIRS, "7736207543")]

    movements = (":61:260303D500,00NTRF12\n:86:/BENM/INN 7736207543 OOO/REMI/Возврат", ":61:260303C7,NINTNONREF")
    sorted_ = sort_documents(only(mt940(*movements, closing="C260303RUB507,00")), {OURS: "ORG"})
    assert sorted_.payments == []
    assert [(each.amount, each.payer_inn) for each in sorted_.outgoing] == [(Decimal("-500.00"), "7736207543")]


def test_a_reversed_credit_left_the_account():
    statement = only(mt940(":61:260303RC1220,50NTRF317\n:86:/REMI/Ошибочно", closing="D260303RUB220,50"))
    assert [(each.amount, each.debited_on) for each in statement.documents] == [(Decimal("1220.50"), date(2026, 3, 3))]
    assert list(compare_totals(statement)) == []


def test_a_batch_is_as_many_documents_as_it_has_transactions():
    batch = "".join(DETAILS.format(amount=f'<Amt Ccy="RUB">{amount}</Amt>') for amount in ("1000.50", "220.00"))
    statement = only(camt(entry(details=batch)))
    assert [each.amount for each in statement.documents] == [Decimal("1000.50"), Decimal("220.00")]
    with pytest.raises(BadInput, match=r"come to 1220.50, and it says 1220.51"):
        read(camt(entry("1220.51", details=batch)))


def test_subfields_of_german_banks():
    details = ":86:166?00GUTSCHRIFT?20EREF+317?21SVWZ+Rechnung?22 VM26-000001?30COBADEFF?31DE02120300000000202051?32MAX MUSTER"
    [document] = only(mt940(f":61:260303CR1220,50NTRFNONREF\n{details}")).documents
    assert (document.payer_name, document.payer_account, document.number) == ("MAX MUSTER", "DE02120300000000202051", "317")
    assert "VM26-000001" in document.purpose


def test_several_statements_and_equal_documents():
    data = mt940(PAID, PAID, closing="C260303RUB3441,00") + b"\n" + mt940(PAID, account="40702810938000000002")
    first, second = read(data).statements
    assert (len(first.documents), second.accounts) == (2, ("40702810938000000002",))
    ids = [payment.payment_id for payment in sort_documents(first, {OURS: "ORG"}).payments]
    assert len(set(ids)) == 2


def test_totals_that_differ_and_entries_that_are_not_booked_are_told():
    file = read(camt(entry(), entry(status="PDNG"), entry(status="<Cd>INFO</Cd>"), closing="2220.51"))
    assert [notice.partition(": ")[2] for notice in file.notices] == [
        "an entry is PDNG and not booked: it is not read",
        "an entry is INFO and not booked: it is not read",
    ]
    [differs] = compare_totals(file.statements[0])
    assert (differs.total, differs.said, differs.added) == ("КонечныйОстаток", Decimal("2220.51"), Decimal("2220.50"))


BOMB = '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (camt(entry().replace("RUB", "EUR")), "the entry is in EUR, and only roubles are taken"),
        (camt(currency="USD"), f"account {OURS} is in USD, and only roubles are taken"),
        (camt(entry("0.00")), "is not a sum above zero"),
        (camt(entry("-5.00")), "is not a sum above zero"),
        (camt(entry("1.005")), "is not a sum above zero"),
        (camt(entry("NaN")), "is not a sum above zero"),
        (camt(entry().replace("2026-03-03", "2026-02-30")), "no readable day"),
        (camt(account=""), "does not name its account"),
        (camt(message="BkToCstmrDbtCdtNtfctn"), "no statement (camt.053): its message is BkToCstmrDbtCdtNtfctn"),
        (camt(entry())[:-30], "not well-formed XML: expected '>', line 11, column 87"),
        (camt(entry(), head=BOMB), "document type definition"),
        (b"<html></html>", "is no statement"),
        (mt940(PAID, closing="C260303EUR2220,50", opening="C260303EUR1000,00"), "is in EUR, and only roubles are taken"),
        (mt940(PAID).partition(b":62F:")[0], "cut off"),
        (mt940(":61:26030X0303C1,NTRF"), "bank.xml:6: the line cannot be read as MT940"),
        (mt940(":61:2602300303C1,NTRF"), "bank.xml:6: 260230 is no day"),
        (mt940(":61:2603020230C1,NTRF"), "bank.xml:2: the line cannot be read as MT940"),
        (mt940(":61:260303C1,005NTRF"), "bank.xml:6: 1.005 is not a sum in roubles and kopecks"),
        (mt940(PAID, account=""), ":25:"),
    ],
)
def test_what_cannot_be_taken_is_refused_by_line(data, problem):
    with pytest.raises(BadInput) as refused:
        read(data)
    assert problem in str(refused.value)
    assert str(refused.value).startswith("bank.xml:")


@pytest.mark.parametrize("data", [camt(entry(), entry()), mt940(PAID, PAID)])
def test_more_documents_than_one_file_may_hold(data):
    with pytest.raises(BadInput, match="FLEETBILL_BANK_MAX_DOCUMENTS"):
        parse(data, "bank", StatementLimits(documents=1))
    with pytest.raises(BadInput, match="FLEETBILL_BANK_MAX_MEGABYTES"):
        parse(data, "bank", StatementLimits(megabytes=0))
