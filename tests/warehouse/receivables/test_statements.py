"""Banks' files in the ledger: equal payments, several accounts and statements, refunds, a change of bank."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from pipelines.errors import BadInput
from pipelines.receivables.importing import import_payments
from pipelines.receivables.listing import payments
from tests.conftest import NOW
from tests.database import contents, difference
from tests.ledger_world import ACCOUNTS, House, Paper, statement

INN = "7736207543"
FORMER = "40702810638000000003"
AFTER = datetime(2026, 4, 1, 9, tzinfo=UTC)  # the period of the statements is over


@pytest.fixture
def house(settings):
    made = House(settings)
    made.client("A", INN)
    made.client("B", "7728168971", organization="SEC")
    return made


def amounts(settings):
    return sorted(row["amount"] for row in payments(settings))


def test_equal_payments_are_as_many_and_a_repeated_import_adds_nothing(house, settings, tmp_path):
    """The same statement three times, each with one more equal line: one, two, three payments; backwards: three at once."""
    numbers = house.invoices([("A", "100.00", f"2026-02-1{day}") for day in range(4)])
    line = Paper("7", "100.00", "за связь", INN)
    for count in (1, 2, 3):
        done = import_payments(settings, statement(tmp_path / f"{count}.txt", *[line] * count), NOW)
        assert (done.payments, done.known) == (1, count - 1)
    before = contents(settings)
    for count in (3, 2, 1):
        assert import_payments(settings, tmp_path / f"{count}.txt", NOW).payments == 0
    assert difference(contents(settings), before) == {}
    assert [house.open()[number] for number in numbers] == [Decimal(0)] * 3 + [Decimal(100)]


def test_equal_payments_of_two_statements_in_one_file_are_the_same(house, settings, tmp_path):
    one = statement(tmp_path / "1.txt", Paper("7", "100.00", "за связь", INN)).read_bytes()
    two = statement(
        tmp_path / "2.txt", Paper("7", "100.00", "за связь", INN), Paper("8", "1.00", "за связь", INN), until="2026-04-02"
    ).read_bytes()
    (tmp_path / "both.txt").write_bytes(one + two)
    done = import_payments(settings, tmp_path / "both.txt", NOW)
    assert (done.payments, done.known, str(done.data_until)) == (2, 1, "2026-04-02")


def test_a_statement_of_three_accounts(house, settings, tmp_path):
    """Two of ORG (one is a former one) and one of SEC; each payment counts for the organization of its account."""
    change_bank(house, "ORG", FORMER)
    papers = [Paper(str(place), "10.00", "за связь", INN, organization=code) for place, code in enumerate(("ORG", "ORG", "SEC"))]
    made = statement(tmp_path / "kl.txt", *papers)
    lines = made.read_bytes().decode("cp1251").replace(f"ПолучательСчет={ACCOUNTS['ORG']}", f"ПолучательСчет={FORMER}", 1)
    lines = lines.replace(
        f"РасчСчет={ACCOUNTS['ORG']}", f"РасчСчет={ACCOUNTS['ORG']}\r\nРасчСчет={FORMER}\r\nРасчСчет={ACCOUNTS['SEC']}", 1
    )
    made.write_bytes(lines.encode("cp1251"))
    done = import_payments(settings, made, NOW)
    assert (done.payments, done.organizations) == (3, ("ORG", "SEC"))
    assert house.rows("SELECT organization_code, count(*) FROM receivables.payments GROUP BY 1 ORDER BY 1") == [("ORG", 2), ("SEC", 1)]


def change_bank(house, code, account):
    """Give an organization another account, with the line of history that an import writes."""
    import json

    from sqlalchemy import text

    with house.owner() as connection:
        before = dict(connection.execute(text("SELECT * FROM master.organizations WHERE code = :code"), {"code": code}).mappings().one())
        binds = {"key": code, "before": json.dumps({**before, "bank_account": account}), "after": json.dumps(before)}
        connection.execute(
            text(
                "INSERT INTO master.history (history_no, sheet, key, action, before, after, by_name, reason, at) "
                "SELECT coalesce(max(history_no), 0) + 1, 'organizations', :key, 'changed', :before, :after, 'Анна', 'банк', now() "
                "FROM master.history"
            ),
            binds,
        )


def test_a_former_account_that_is_somebody_elses_now_is_theirs(house, settings, tmp_path):
    change_bank(house, "ORG", ACCOUNTS["SEC"])
    import_payments(
        settings, statement(tmp_path / "kl.txt", Paper("1", "10.00", "x", "7728168971", organization="SEC"), organization="SEC"), NOW
    )
    assert house.rows("SELECT organization_code FROM receivables.payments") == [("SEC",)]


def test_an_account_of_two_organizations_is_nobodys(house, settings, tmp_path):
    with house.owner() as connection:
        connection.exec_driver_sql("UPDATE master.organizations SET bank_account = '4070 2810 9380 0000 0001' WHERE code = 'SEC'")
    with pytest.raises(BadInput, match=f"account {ACCOUNTS['ORG']} belongs to ORG and SEC"):
        import_payments(settings, statement(tmp_path / "kl.txt", Paper("1", "10.00", "x", INN)), NOW)


@pytest.mark.parametrize(
    ("back", "left", "unmatched"),
    [
        (Paper("9", "50.00", "Оплата за возвратную тару", goes=True), "122.00", 1),
        (Paper("9", "50.00", "Аренда", goes=True), "122.00", 0),
        (Paper("9", "50.00", "по счету {0}", goes=True), "72.00", 0),
        (Paper("9", "122.00", "Аренда", goes=True), "0.00", 0),
    ],
)
def test_outgoing_money_reopens_only_by_number_or_whole(house, settings, tmp_path, back, left, unmatched):
    """122 are paid. A word alone asks a person; a number takes 122 − 50 = 72."""
    from dataclasses import replace

    number = house.invoice("A", "122.00", "2026-02-11")
    named = replace(back, purpose=back.purpose.format(number))
    import_payments(settings, statement(tmp_path / "1.txt", Paper("1", "122.00", f"счет {number}")), NOW)
    done = import_payments(settings, statement(tmp_path / "2.txt", named), NOW)
    assert Decimal("122.00") - house.open()[number] == Decimal(left)
    assert done.unmatched == unmatched
    before = contents(settings)
    again = import_payments(settings, tmp_path / "2.txt", NOW)
    assert (again.payments, again.skipped) == (0, done.skipped)
    assert difference(contents(settings), before) == {}


def test_a_refund_reopens_the_invoice_that_it_names_first(house, settings, tmp_path):
    first, second = house.invoices([("A", "100.00", "2026-01-10"), ("A", "100.00", "2026-02-10")])
    import_payments(settings, statement(tmp_path / "1.txt", Paper("1", "200.00", "за связь", INN)), NOW)
    import_payments(settings, statement(tmp_path / "2.txt", Paper("9", "30.00", f"возврат по счету {first}", goes=True)), NOW)
    assert (house.open()[first], house.open()[second]) == (Decimal("30.00"), Decimal("0.00"))


def test_a_missing_document_is_told_by_the_totals(house, settings, tmp_path):
    made = statement(tmp_path / "kl.txt", Paper("1", "10.00", "x", INN))
    section = f"СекцияРасчСчет\r\nРасчСчет={ACCOUNTS['ORG']}\r\nВсегоПоступило=20.00\r\nКонецРасчСчет\r\n"
    made.write_bytes(made.read_bytes().replace("СекцияДокумент".encode("cp1251"), f"{section}СекцияДокумент".encode("cp1251"), 1))
    (notice,) = import_payments(settings, made, AFTER).notices
    assert notice == f"kl.txt:7: ВсегоПоступило of account {ACCOUNTS['ORG']} is 20.00, what the file holds comes to 10.00"


@pytest.mark.parametrize(
    "change",
    [
        "amount = 1",
        "paid_on = '2026-01-01'",
        "payer_inn = '1'",
        "organization_code = 'SEC'",
        "purpose = ''",
        "payment_id = 'x'",
        "source = 'onec'",
    ],
)
def test_a_stored_payment_is_changed_by_nobody(house, settings, tmp_path, change):
    from sqlalchemy.exc import IntegrityError

    import_payments(settings, statement(tmp_path / "kl.txt", Paper("1", "10.00", "x", INN)), NOW)
    with pytest.raises(IntegrityError, match="only client and reversal become known"), house.owner() as connection:
        connection.exec_driver_sql(f"UPDATE receivables.payments SET {change}")
    with house.owner() as connection:
        connection.exec_driver_sql("UPDATE receivables.payments SET client_code = 'B'")


def test_one_statement_three_times_with_one_more_line_each(house, settings, tmp_path):
    """A bank's day so far, at noon, at four, at night: three payments in all, 100 + 200 + 300, each once."""
    number = house.invoice("A", "600.00", "2026-03-31")
    papers = [Paper(str(n), f"{n}00.00", f"счет {number}", INN) for n in (1, 2, 3)]
    stored = [import_payments(settings, statement(tmp_path / f"{count}.txt", *papers[:count]), NOW).payments for count in (1, 2, 3)]
    assert (stored, house.open()[number]) == ([1, 1, 1], 0)
