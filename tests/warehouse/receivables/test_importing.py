"""Payments of bank statements in the ledger: once each, matched, advances and credits paying what is open."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pipelines.errors import BadInput
from pipelines.findings.details import detail_words
from pipelines.receivables import ledger
from pipelines.receivables.importing import NoSuchStatement, import_payments
from pipelines.receivables.listing import payments
from pipelines.warehouse import engine
from tests.conftest import NOW
from tests.database import contents, difference
from tests.ledger_world import House, Paper, statement

INN = "7736207543"
OTHER = "7728168971"


@pytest.fixture
def house(settings):
    made = House(settings)
    made.client("A", INN)
    made.client("B", OTHER)
    return made


def listed(settings, **options):
    return [(row["amount"], row["client_code"], row["matched"], row["advance"]) for row in payments(settings, **options)]


def money(*amounts):
    return tuple(map(Decimal, amounts))


@pytest.mark.parametrize(
    ("paid", "left", "advance"),
    [("1000.00", "2600.00", "0.00"), ("4000.00", "0.00", "400.00"), ("3600.00", "0.00", "0.00"), ("3599.99", "0.01", "0.00")],
)
def test_part_whole_and_too_much(house, settings, tmp_path, paid, left, advance):
    """1000 of 3600 leaves 3600 − 1000 = 2600; 4000 leaves an advance of 4000 − 3600 = 400."""
    number = house.invoice("A", "3600.00", "2026-02-11")
    import_payments(settings, statement(tmp_path / "kl.txt", Paper("1", paid, f"Оплата по счету {number}")), NOW)
    assert house.open()[number] == Decimal(left)
    assert listed(settings) == [(Decimal(paid), "A", Decimal(paid) - Decimal(advance), Decimal(advance))]


def test_matches_that_cannot_be_stored_undo_the_import(house, settings, tmp_path, monkeypatch):
    number = house.invoice("A", "3600.00", "2026-02-11")
    before = contents(settings)
    stored = []

    def break_down(connection, source, matches, *rest):
        if stored:
            raise OSError("the disk is full")
        stored.extend(matches)
        return store_matches(connection, source, matches, *rest)

    store_matches = ledger._store_matches
    monkeypatch.setattr(ledger, "_PART", 1)
    monkeypatch.setattr(ledger, "_store_matches", break_down)
    papers = [Paper(str(no), "100.00", f"счет {number}", day=f"2026-03-0{no}") for no in range(1, 5)]
    with pytest.raises(OSError, match="disk is full"):
        import_payments(settings, statement(tmp_path / "kl.txt", *papers), NOW)
    assert len(stored) == 1
    assert difference(before, contents(settings)) == difference(before, before)


@pytest.mark.parametrize("part", [1, 5_000])
def test_every_rule_carries_its_name(house, settings, tmp_path, monkeypatch, part):
    monkeypatch.setattr(ledger, "_PART", part)
    numbers = [
        house.invoice("A", total, due) for total, due in (("100.00", "2026-01-10"), ("200.00", "2026-02-10"), ("300.00", "2026-03-10"))
    ]
    other = house.invoice("B", "500.00", "2026-02-10")
    papers = [
        Paper("1", "200.00", f"по сч. № {numbers[1]}", day="2026-03-01"),
        Paper("2", "50.00", "Оплата по договору K-B", day="2026-03-02"),
        Paper("3", "300.00", "Услуги связи", INN, day="2026-03-03"),
        Paper("4", "60.00", "Услуги связи", INN, day="2026-03-04"),
    ]
    done = import_payments(settings, statement(tmp_path / "kl.txt", *papers), NOW)
    assert (done.payments, done.known, done.matched, done.unmatched) == (4, 0, 4, 0)
    found = house.rows(
        "SELECT document_no, number, a.amount, rule FROM receivables.allocations a JOIN receivables.payments USING (payment_id) ORDER BY 1"
    )
    assert found == [
        ("1", numbers[1], Decimal("200.00"), "invoice_number"),
        ("2", other, Decimal("50.00"), "contract_number"),
        ("3", numbers[2], Decimal("300.00"), "payer_and_amount"),
        ("4", numbers[0], Decimal("60.00"), "payer_oldest"),
    ]


def test_the_same_file_again_stores_nothing(house, settings, tmp_path):
    number = house.invoice("A", "100.00", "2026-02-10")
    path = statement(tmp_path / "kl.txt", Paper("1", "40.00", f"счет {number}"), Paper("2", "7.00", "кто-то"))
    import_payments(settings, path, NOW)
    before = contents(settings)
    again = import_payments(settings, path, NOW)
    assert (again.payments, again.known, again.matched, again.settled) == (0, 2, 0, 0)
    assert difference(contents(settings), before) == {}


def test_the_same_payment_in_another_file_is_stored_once(house, settings, tmp_path):
    number = house.invoice("A", "100.00", "2026-02-10")
    first = Paper("000317", "40.00", f"счет {number}")
    import_payments(settings, statement(tmp_path / "day.txt", first), NOW)
    again = Paper("317", "40.00", f"счет {number}")
    done = import_payments(settings, statement(tmp_path / "month.txt", again, Paper("318", "40.00", f"счет {number}")), NOW)
    assert (done.payments, done.known) == (1, 1)
    assert house.open()[number] == Decimal("20.00")


def test_an_account_tells_the_organization(house, settings, tmp_path):
    house.client("A", INN, organization="SEC", contract="K-A2")
    ours = house.invoice("A", "100.00", "2026-01-10")
    theirs = house.invoice("A", "100.00", "2026-02-10", organization="SEC", contract="K-A2")
    path = statement(tmp_path / "kl.txt", Paper("1", "150.00", "Оплата", INN, organization="SEC"), organization="SEC")
    done = import_payments(settings, path, NOW)
    assert done.organizations == ("SEC",)
    assert (house.open()[ours], house.open()[theirs]) == money("100.00", "0.00")
    assert listed(settings) == [(*money("150.00"), "A", *money("100.00", "50.00"))]
    assert house.rows("SELECT organization_code FROM receivables.imports") == [("SEC",)]


def test_nobodys_payment_is_a_finding_and_is_matched_when_its_payer_becomes_known(house, settings, tmp_path):
    number = house.invoice("A", "100.00", "2026-02-10")
    path = statement(tmp_path / "kl.txt", Paper("1", "30.00", "За связь", "7707083893"))
    assert import_payments(settings, path, NOW).unmatched == 1
    assert listed(settings, unmatched_only=True) == [(*money("30.00"), None, *money("0.00", "0.00"))]
    ((kind, parameters),) = house.rows("SELECT kind, parameters FROM findings.occurrences")
    assert (kind, detail_words(kind, parameters)) == ("unmatched_payment", "30,00\xa0₽, ООО Плательщик ИНН 7707083893: За связь")
    with house.owner() as connection:
        connection.exec_driver_sql("UPDATE master.clients SET inn = '7707083893' WHERE client_code = 'A'")
    assert import_payments(settings, path, NOW).unmatched == 0
    assert house.open()[number] == Decimal("70.00")
    assert house.rows("SELECT * FROM findings.occurrences") == []
    assert listed(settings, unmatched_only=True) == []


def test_what_several_clients_may_mean_is_nobodys_advance(house, settings, tmp_path):
    house.client("C", INN)
    mine, its = house.invoice("A", "100.00", "2026-01-10"), house.invoice("C", "100.00", "2026-02-10")
    import_payments(settings, statement(tmp_path / "kl.txt", Paper("1", "250.00", "За связь", INN)), NOW)
    assert (house.open()[mine], house.open()[its]) == money("0.00", "0.00")
    assert listed(settings, unmatched_only=True) == [(*money("250.00"), None, *money("200.00", "0.00"))]


def test_a_refund_reopens_what_was_paid_after_what_was_free(house, settings, tmp_path):
    """1000 pay 300 + 500, 200 are free. 600 go back: the 200, then 400 of the invoice paid last: 100 of its 500 stay paid."""
    first, second = house.invoice("A", "300.00", "2026-01-10"), house.invoice("A", "500.00", "2026-02-10")
    back = Paper("9", "600.00", "Возврат излишне перечисленных средств по п/п № 1", day="2026-03-12", goes=True)
    paid = Paper("1", "1000.00", "за услуги", INN, day="2026-03-10")
    import_payments(settings, statement(tmp_path / "1.txt", back), NOW)
    assert listed(settings, unmatched_only=True) == [(*money("-600.00"), None, *money("0.00", "0.00"))]
    done = import_payments(settings, statement(tmp_path / "2.txt", paid), NOW)
    assert done.unmatched == 0
    assert (house.open()[first], house.open()[second]) == money("0.00", "400.00")
    assert sorted(listed(settings)) == [
        (*money("-600.00"), "A", *money("-400.00", "-200.00")),
        (*money("1000.00"), "A", *money("800.00", "200.00")),
    ]
    before = contents(settings)
    import_payments(settings, tmp_path / "1.txt", NOW)
    assert difference(contents(settings), before) == {}


def test_the_client_is_told_of_a_payment_once(house, settings, tmp_path):
    number = house.invoice("A", "100.00", "2026-02-10")
    path = statement(tmp_path / "kl.txt", Paper("5", "130.00", "за услуги", INN), Paper("6", "1.00", "кто"))
    import_payments(settings, path, NOW)
    import_payments(settings, path, NOW)
    ((kind, client, facts),) = house.rows("SELECT event_kind, client_code, facts FROM delivery.mail_outbox")
    assert (kind, client) == ("payment_received", "A")
    assert facts == {
        "paid_on": "2026-03-10",
        "amount": "130.00",
        "document_no": "5",
        "allocations": [[number, "100.00"]],
        "advance": "30.00",
    }


def test_money_that_goes_elsewhere_is_no_refund(house, settings, tmp_path):
    done = import_payments(settings, statement(tmp_path / "kl.txt", Paper("1", "600.00", "Аренда офиса", goes=True)), NOW)
    assert (done.payments, dict(done.skipped)) == (0, {"outgoing": 1})


def test_a_credit_pays_the_next_invoices_before_an_advance(house, settings, tmp_path):
    """Advance 50 and credit 150; the invoice of 180 takes the credit whole and 30 of the advance."""
    credit = house.invoice("A", "-150.00", "2026-02-10")
    import_payments(settings, statement(tmp_path / "kl.txt", Paper("1", "50.00", "аванс", INN, day="2026-01-05")), NOW)
    assert house.open()[credit] == Decimal("-150.00")
    number = house.invoice("A", "180.00", "2026-03-10")
    house.invoice("B", "70.00", "2026-01-10")
    with engine.transaction(settings) as connection:
        assert ledger.settle(connection, NOW) == 2
        assert ledger.settle(connection, NOW) == 0
    found = house.rows("SELECT payment_id, number, amount, rule FROM receivables.allocations ORDER BY rule")
    assert [(row[1:]) for row in found] == [(number, Decimal("30.00"), "advance"), (number, Decimal("150.00"), "credit")]
    assert (house.open()[number], house.open()[credit]) == money("0.00", "0.00")
    assert [row["source"] for row in payments(settings)] == ["bank"]


def test_six_thousand_invoices_are_settled_at_once(house, settings):
    with house.owner() as connection:
        connection.exec_driver_sql(
            "INSERT INTO master.clients (client_code, name, kind) SELECT 'N' || n, 'N', 'legal' FROM generate_series(1, 600) n"
        )
    house.invoices([(f"N{n % 600 + 1}", "100.00", f"2026-0{n // 3000 + 1}-20") for n in range(6000)])
    with house.owner() as connection:
        connection.exec_driver_sql(
            "INSERT INTO receivables.payments"
            " (payment_id, source, organization_code, client_code, document_no, paid_on, amount, received_at)"
            " SELECT 'p' || n, 'bank', 'ORG', 'N' || n, '', '2026-01-01', 550, now() FROM generate_series(1, 600) n"
        )
    with engine.transaction(settings) as connection:
        settled = ledger.settle(connection, NOW)
    assert settled == 600 * 6  # 5 whole and one half each


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("1CClientBankExchange\r\nРасчСчет=40702810900000000999\r\nДатаКонца=01.04.2026\r\nКонецФайла\r\n", "no account of the file"),
        ("1CClientBankExchange\r\nРасчСчет=40702810938000000001\r\nКонецФайла\r\n", "of what day is it"),
        ("1CClientBankExchange\r\nКодировка=Windows\r\nРасчСчет=40702810938000000001\r\n", "cut off"),
    ],
)
def test_a_file_that_says_too_little_is_not_taken(house, settings, tmp_path, content, problem):
    path = tmp_path / "kl.txt"
    path.write_bytes(content.encode("cp1251"))
    before = contents(settings)
    with pytest.raises(BadInput, match=problem):
        import_payments(settings, path, NOW)
    assert difference(contents(settings), before) == {}


def test_no_file(house, settings, tmp_path):
    with pytest.raises(NoSuchStatement):
        import_payments(settings, tmp_path / "none.txt", NOW)


def test_data_reach_no_further_than_the_day_the_file_was_made(house, settings, tmp_path):
    path = statement(tmp_path / "kl.txt", until="2026-03-31", created="2026-03-12")
    assert str(import_payments(settings, path, NOW).data_until) == "2026-03-12"


PAYMENTS = st.lists(
    st.tuples(st.integers(1, 30), st.sampled_from(["", INN, OTHER, "7707083893"]), st.sampled_from([None, 0, 1, 2, 3])),
    min_size=1,
    max_size=7,
)


@hypothesis_settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(invoices=st.lists(st.tuples(st.sampled_from("AB"), st.integers(1, 30)), min_size=4, max_size=6), paid=PAYMENTS, data=st.data())
def test_the_ledger_agrees_in_any_order_of_files(house, settings, tmp_path, invoices, paid, data):
    """Nothing is paid twice or out of nothing, sums agree, and the order of the files changes nobody's debt."""
    outcomes = []
    orders = data.draw(st.lists(st.permutations(range(len(paid))), min_size=2, max_size=2))
    for order in orders:
        house.empty()
        numbers = house.invoices([(client, f"{total}.00", f"2026-02-{10 + place}") for place, (client, total) in enumerate(invoices)])
        for index in order:
            amount, inn, named = paid[index]
            purpose = "За связь" if named is None else f"счет {numbers[named]}"
            paper = Paper(str(index + 1), f"{amount}.00", purpose, inn, day=f"2026-03-{10 + index}")
            import_payments(settings, statement(tmp_path / f"{index}.txt", paper), NOW)
        balances = house.rows("SELECT total, coalesce(paid, 0) FROM billing.invoices LEFT JOIN receivables.invoice_balances USING (number)")
        assert all(0 <= part <= total for total, part in balances)
        rows = payments(settings)
        assert all(0 <= row["matched"] <= row["amount"] for row in rows)
        assert sum(row["matched"] for row in rows) == sum(part for _, part in balances)
        assert sum(row["amount"] for row in rows) == sum(amount for amount, _, _ in paid)
        assert all(row["matched"] + row["advance"] == row["amount"] for row in rows if row["client_code"])
        owed = house.rows(
            "SELECT client_code, sum(total - coalesce(paid, 0)) FROM billing.invoices"
            " LEFT JOIN receivables.invoice_balances USING (number) GROUP BY 1 ORDER BY 1"
        )
        outcomes.append((owed, sum(row["advance"] for row in rows)))
    assert outcomes[0] == outcomes[1]


@pytest.mark.parametrize(
    ("day", "why"), [("1926-03-10", "it is long ago"), ("2126-03-10", "it is far ahead"), ("2062-03-10", "it is far ahead")]
)
def test_days_of_another_age_pay_nothing(house, settings, tmp_path, day, why):
    with pytest.raises(BadInput) as raised:
        import_payments(settings, statement(tmp_path / "kl.txt", Paper("1", "10.00", "за связь", INN, day=day)), NOW)
    shown = f"{date.fromisoformat(day):%d.%m.%Y}"
    said = [f"kl.txt:7: {key} {shown} cannot be meant: {why}" for key in ("Дата", "ДатаПоступило")]
    assert [str(problem) for problem in raised.value.problems] == said
    assert house.rows("SELECT count(*) FROM receivables.payments") == [(0,)]
