"""Акт сверки: acts, corrections, payments and refunds as both books hold them; and the debt by invoices beside it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from pipelines.errors import BadInput
from pipelines.receivables.importing import import_payments
from pipelines.receivables.listing import ageing, payments
from pipelines.receivables.opening import OpeningResult, import_opening
from pipelines.receivables.reconciliation import document, statement_of_account, two_views
from pipelines.receivables.refund_words import rule_on_refund
from tests.conftest import NOW
from tests.ledger_world import House, Paper, statement

INN = "7736207543"
OTHER = "7728168971"
MARCH = (date(2026, 3, 1), date(2026, 3, 31))


@pytest.fixture
def house(settings):
    made = House(settings)
    made.client("A", INN)
    made.client("B", OTHER)
    return made


def _account(settings, client="A", first=MARCH[0], last=MARCH[1]):
    (account,) = statement_of_account(settings, client, first, last)
    return account


def test_acts_on_their_last_day_corrections_on_their_own_money_on_the_banks(house, settings, tmp_path):
    """Before March: January 300 − 100. In March: January corrected by −50, paid 250 and given back, February is sold on 28.02. Opening
    300 − 100 + 500 = 700; closing 700 − 50 − 250 + 250 = 650. The счёт for April is no debt."""
    house.invoice("A", "300.00", "2026-02-10", issued="2026-02-01", month="2026-01")
    house.invoice("A", "500.00", "2026-03-10", issued="2026-03-01", month="2026-02")
    house.invoice("A", "-50.00", "2026-03-15", issued="2026-03-05", month="2026-01")
    house.invoice("A", "900.00", "2026-04-10", issued="2026-03-28", month="2026-04", kind="advance")
    papers = [
        Paper("1", "100.00", "", INN, day="2026-02-20"),
        Paper("2", "250.00", "", INN, day="2026-03-10"),
        Paper("3", "250.00", "возврат", goes=True, day="2026-03-12"),
    ]
    import_payments(settings, statement(tmp_path / "kl.txt", *papers), NOW)
    account = _account(settings)
    assert [(str(one.dated), one.document.replace("\u00a0", " "), str(one.debit), str(one.credit)) for one in account.entries] == [
        ("2026-03-05", "Корректировка № ВМ26-000003 к акту № ВМ26-000001 за январь 2026 г.", "-50.00", "0.00"),
        ("2026-03-10", "Оплата № 2", "0.00", "250.00"),
        ("2026-03-12", "Возврат № 3", "0.00", "-250.00"),
    ]
    assert (account.opening, account.closing) == (Decimal("700.00"), Decimal("650.00"))
    assert [str(row["balance"]) for row in account.rows()] == ["700.00", "650.00", "400.00", "650.00", "650.00"]
    assert {row["contract_no"] for row in account.rows()[1:-1]} == {"K-A"}
    assert document(settings, "A", account).closing == Decimal("650.00")
    said = two_views(account).replace("\u00a0", " ").replace("\u202f", " ")
    assert "Не оплачено по счетам на 31.03.2026: 1 550,00 ₽ = сальдо акта 650,00 ₽ + счета за ещё не оказанные услуги 900,00 ₽" in said


def test_both_views_agree_on_every_day(house, settings, tmp_path):
    """Advances, two contracts, a credit that pays, a refund, an overpayment: debts = balance + unserved − uninvoiced + free, as ageing."""
    house.client("A", INN, contract="K-A2")
    house.invoice("A", "300.00", "2026-02-10", issued="2026-02-03", month="2026-01")
    house.invoice("A", "120.00", "2026-02-11", issued="2026-02-03", month="2026-01", contract="K-A2")
    advance = house.invoice("A", "900.00", "2026-02-14", issued="2026-02-04", month="2026-03", kind="advance", contract="K-A2")
    house.invoice("A", "-80.00", "2026-02-15", issued="2026-02-09", month="2026-01")
    house.invoice("A", "40.00", "2026-03-15", issued="2026-03-02", month="2026-02")
    papers = [
        Paper("1", "420.01", "", INN, day="2026-02-12"),
        Paper("2", "600.00", f"счет {advance}", INN, day="2026-02-20"),
        Paper("3", "600.00", "возврат ошибочно перечисленного 2", goes=True, day="2026-02-25"),
        Paper("4", "1000.00", "", INN, day="2026-03-05"),
    ]
    import_payments(settings, statement(tmp_path / "kl.txt", *papers), NOW)
    for offset in range(70):
        day = date(2026, 1, 20) + timedelta(days=offset)
        account = _account(settings, first=date(2026, 1, 1), last=day)
        views = account.views
        assert views.debts == account.closing + views.unserved - views.uninvoiced + views.free, day
        assert views.debts == sum(row["total"] for row in ageing(settings, day)), day
        assert sum(part.closing for part in account.by_contract) == account.closing, day
    assert [(part.contract_no, str(part.closing)) for part in account.by_contract] == [
        ("K-A", "-80.00"),
        ("K-A2", "-820.00"),  # 120 sold, 900 + 40 paid ahead: its acts come later
        (None, "-140.01"),
    ]


def test_who_pays_for_others_is_told_apart(house, settings, tmp_path):
    """B pays 130 and names A's invoice of 100: all of it is A's, 30 its advance; B still owes its own 60."""
    number = house.invoice("A", "100.00", "2026-03-10", issued="2026-03-01")
    house.invoice("B", "60.00", "2026-03-10", issued="2026-03-01")
    import_payments(settings, statement(tmp_path / "kl.txt", Paper("1", "130.00", f"за А, счет {number}", OTHER)), NOW)
    assert (_account(settings).closing, _account(settings, "B").closing) == (Decimal("-30.00"), Decimal("60.00"))


def test_a_refund_before_its_payment_and_a_kopeck(house, settings, tmp_path, author):
    """No payment is given back before it came: the outgoing one stays unmatched, and the account holds the kopeck."""
    papers = [Paper("1", "0.01", "", INN, day="2026-03-10"), Paper("2", "0.01", "возврат п/п 1", INN, goes=True, day="2026-03-09")]
    import_payments(settings, statement(tmp_path / "kl.txt", *papers), NOW)
    (payment,), (refund,) = ([row["payment_id"] for row in payments(settings) if (row["amount"] > 0) is came] for came in (True, False))
    with pytest.raises(BadInput, match="came later"):
        rule_on_refund(settings, refund, payment, author)
    account = _account(settings)
    assert [(str(one.dated), str(one.credit)) for one in account.entries] == [("2026-03-10", "0.01")]
    assert _account(settings, first=date(2026, 4, 1), last=date(2026, 4, 30)).opening == account.closing


def test_unknown_clients_backward_periods_and_a_client_without_anything(house, settings):
    with pytest.raises(BadInput, match="no client 'Z'"):
        statement_of_account(settings, "Z", *MARCH)
    with pytest.raises(BadInput, match="lies before"):
        statement_of_account(settings, "A", MARCH[1], MARCH[0])
    account = _account(settings)
    assert [str(row["balance"]) for row in account.rows()] == ["0.00", "0.00"]
    assert document(settings, "A", account).parts == ()


def test_opening_balances_across_go_live(house, settings, tmp_path, author):
    """A owed 100 at the end of 2025 and pays it in January; B had paid 60 ahead, which pays its first счёт of 50."""
    path = tmp_path / "opening.csv"
    path.write_text("sep=;\norganization_code;client_code;contract_no;date;amount\nORG;A;;2025-12-31;100,00\nORG;B;K-B;2025-12-31;-60\n")
    assert import_opening(settings, path, author) == OpeningResult(2, 0)
    assert import_opening(settings, path, author) == OpeningResult(0, 2)
    only = _account(settings, first=date(2026, 1, 1), last=date(2026, 1, 31))
    assert (only.opening, only.entries, only.closing) == (Decimal("100.00"), (), Decimal("100.00"))
    assert document(settings, "A", only).parts[0].opening == Decimal("100.00")
    across = _account(settings, first=date(2025, 12, 1), last=date(2026, 1, 31))
    assert [(str(one.dated), one.kind, one.contract_no, str(one.debit)) for one in across.entries] == [
        ("2025-12-31", "opening", "K-A", "100.00")
    ]
    number = house.invoice("B", "50.00", "2026-02-10", issued="2026-02-01", month="2026-01")
    import_payments(settings, statement(tmp_path / "kl.txt", Paper("1", "100.00", "", INN, day="2026-01-20")), NOW)
    assert house.open()[number] == 0
    assert (_account(settings).closing, _account(settings, "B").closing) == (Decimal("0.00"), Decimal("-10.00"))
    for client in ("A", "B"):
        account = _account(settings, client)
        assert account.views.debts == account.closing + account.views.unserved - account.views.uninvoiced + account.views.free


def test_opening_balances_that_cannot_be_taken_are_all_named(house, settings, tmp_path, author):
    path = tmp_path / "opening.csv"
    rows = [
        "ORG,Z,,2025-12-31,1",
        "ORG,A,K-B,2025-12-31,1",
        "ORG,A,,31.12.2025,1",
        "ORG,A,,2025-12-31,0.001",
        "ORG,A,,2025-12-31,NaN",
        "ORG,A,,2025-12-31,x",
        'ORG,A,,2025-12-31,"1,000"',  # a thousand, or one rouble
        "ORG,A,,,5",
    ]
    path.write_text("\n".join(["organization_code,client_code,contract_no,date,amount", *rows]))
    with pytest.raises(BadInput) as caught:
        import_opening(settings, path, author)
    assert [problem.place for problem in caught.value.problems] == [f"opening.csv:{line}" for line in range(2, 10)]
    assert "may be 1000 or 1 and 000 thousandths" in str(caught.value)
    path.write_text("organization_code,client_code\nORG,A\n")
    with pytest.raises(BadInput, match="column amount is missing"):
        import_opening(settings, path, author)
    path.write_text("organization_code,client_code,contract_no,date,amount\nORG,A,,2025-12-31,5\n")
    import_opening(settings, path, author)
    path.write_text("organization_code,client_code,contract_no,date,amount\nORG,A,,2025-12-31,6\n")
    with pytest.raises(BadInput, match="is known as 5"):
        import_opening(settings, path, author)
