"""Payments that 1C tells of: once, whoever tells first; changed, deleted, doubted; and the acknowledgement of their message."""

import shutil
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import text

from pipelines.clock import Authorship
from pipelines.delivery.onec.body import read_body
from pipelines.delivery.onec.header import read_header
from pipelines.delivery.onec.model import ObjectKind, reference
from pipelines.delivery.onec.receiving import AnswerOutcome
from pipelines.delivery.onec.sending import send
from pipelines.findings.details import detail_words
from pipelines.receivables.importing import import_payments
from pipelines.receivables.listing import payments
from pipelines.receivables.onec_documents import apply_body
from pipelines.receivables.telling_words import AlreadyRuledOn, rule_on_pair
from pipelines.runs.exchange import receive_from_onec
from pipelines.runs.matters import Matter
from pipelines.runs.status import waiting
from pipelines.warehouse import engine
from pipelines.warehouse.statements import statement as statement_code
from tests.campaigns import examples
from tests.conftest import NOW
from tests.database import contents, difference
from tests.ledger_world import House, Paper, statement
from tests.onec_money import Money, drop, message

INN = "7736207543"
OTHER = "7728168971"
DAY = "2026-03-02"


@pytest.fixture
def house(settings):
    made = House(settings)
    made.client("A", INN)
    made.client("B", OTHER)
    made.client("P")  # a person without ИНН
    return made


def paper(number, amount, purpose="Оплата", inn=INN, day=DAY):
    """A document of the bank's statement, by default of the day of `Money`."""
    return Paper(number, amount, purpose, inn, day)


def cash(no, amount, **values):
    """A cash document of our organization, which shares its ИНН with another."""
    return Money(no, amount, **{"kind": "cash", "organization_reference": str(reference(ObjectKind.ORGANIZATION, "ORG")), **values})


class Onec:
    """1C's side of the folder: the next number with each message."""

    def __init__(self, settings):
        self.settings, self.last_no = settings, 0

    def tells(self, *objects, at=NOW):
        self.last_no += 1
        drop(self.settings.exchange, message(self.last_no, *(each if isinstance(each, str) else each.xml() for each in objects)))
        [answer] = receive_from_onec(self.settings, at).answers
        return answer


@pytest.fixture
def onec(settings):
    return Onec(settings)


def sums(settings):
    return sorted((row["source"], row["amount"], row["client_code"]) for row in payments(settings))


def total(settings):
    """What is in the ledger."""
    return sum((row["amount"] for row in payments(settings)), Decimal(0))


def findings(house, kind):
    return house.rows("SELECT subject FROM findings.occurrences WHERE kind = :kind ORDER BY 1", kind=kind)


def test_a_payment_of_1c_pays_and_is_acknowledged(house, settings, onec):
    number = house.invoice("A", "2440.00", "2026-03-10")
    answer = onec.tells(Money("7", "2440.00", bank_no="317", purpose=f"Оплата по счету {number}"))
    assert (answer.outcome, "1 payments stored" in answer.detail) == (AnswerOutcome.TAKEN, True)
    assert house.open()[number] == 0
    assert sums(settings) == [("onec", Decimal("2440.00"), "A")]
    sent = send(settings, NOW)  # nothing of ours waits, but they wait for the acknowledgement
    assert read_header(sent.path).received_no == 1
    assert send(settings, NOW) is None or not send(settings, NOW).is_new


def test_a_payment_in_an_archive_pays_once_and_the_archive_is_put_away(house, settings, onec):
    plain = drop(settings.exchange, message(1, Money("7", "100.00").xml()))
    with ZipFile(plain.with_suffix(".zip"), "w", ZIP_DEFLATED) as archive:
        archive.write(plain, plain.name)
    plain.unlink()
    [answer] = receive_from_onec(settings, NOW).answers
    assert (answer.file, answer.outcome) == ("Message_BP_FB.zip", AnswerOutcome.TAKEN)
    assert [str(amount) for _, amount, _ in sums(settings)] == ["100.00"]
    assert [path.name for path in (settings.exchange / "onec" / "done").iterdir()] == ["Message_BP_FB.1.zip"]


def test_bank_first_then_1c_and_1c_first_then_bank_are_one_payment(house, settings, onec, tmp_path):
    """Other zeros in the number and a bank day between (Friday 27 February, Monday 2 March) make no second payment."""
    import_payments(settings, statement(tmp_path / "1.txt", Paper("317", "100.00", "Оплата", INN, day="2026-02-27")), NOW)
    onec.tells(Money("1", "100.00", bank_no="000317"))
    onec.tells(Money("2", "200.00", bank_no="0318", day="2026-02-27"))
    done = import_payments(settings, statement(tmp_path / "2.txt", paper("318", "200.00")), NOW)
    assert (done.payments, done.known) == (0, 1)
    assert sums(settings) == [("bank", Decimal("100.00"), "A"), ("onec", Decimal("200.00"), "A")]
    before = contents(settings)
    onec.tells(Money("1", "100.00", bank_no="000317"), Money("2", "200.00", bank_no="0318", day="2026-02-27"))
    again = import_payments(settings, statement(tmp_path / "2.txt", paper("318", "200.00")), NOW)
    assert again.payments == 0
    assert set(difference(contents(settings), before)) <= {"delivery.onec_peers", "delivery.onec_messages"}


def test_two_equal_payments_of_a_day_stay_two(house, settings, onec, tmp_path):
    import_payments(settings, statement(tmp_path / "1.txt", *[paper("0", "50.00")] * 2), NOW)
    onec.tells(Money("1", "50.00", bank_no="0"), Money("2", "50.00", bank_no="0"))
    assert len(sums(settings)) == 2


def test_an_equal_sum_under_another_number_is_doubted_and_a_person_says(house, settings, onec, tmp_path):
    number = house.invoice("A", "200.00", "2026-03-10")
    import_payments(settings, statement(tmp_path / "1.txt", paper("317", "100.00", f"счет {number}")), NOW)
    onec.tells(Money("1", "100.00", bank_no="371", purpose=f"счет {number}"))
    assert house.open()[number] == 0  # both count until a person says: nobody is blocked for a doubt
    [(doubtful,)] = findings(house, "doubtful_payment")
    [(other,)] = house.rows("SELECT other_id FROM receivables.doubtful_pairs")
    author = Authorship("Анна", "одна платёжка", NOW)
    for _ in range(2):
        rule_on_pair(settings, doubtful, other, author, is_same=True)
        assert house.open()[number] == Decimal("100.00")
        assert total(settings) == Decimal("100.00")
        assert findings(house, "doubtful_payment") == []
    with pytest.raises(AlreadyRuledOn):
        rule_on_pair(settings, doubtful, other, author, is_same=False)


def test_two_payments_are_left_two_by_a_word(house, settings, onec, tmp_path):
    import_payments(settings, statement(tmp_path / "1.txt", paper("317", "100.00")), NOW)
    onec.tells(Money("1", "100.00", bank_no="371"))
    [(doubtful, other)] = house.rows("SELECT payment_id, other_id FROM receivables.doubtful_pairs")
    rule_on_pair(settings, doubtful, other, Authorship("Анна", "две", NOW), is_same=False)
    assert (total(settings), findings(house, "doubtful_payment")) == (Decimal("200.00"), [])


def test_a_changed_sum_is_a_reversal_and_a_new_payment(house, settings, onec):
    number = house.invoice("A", "300.00", "2026-03-10")
    onec.tells(Money("1", "300.00", purpose=f"счет {number}"))
    onec.tells(Money("1", "120.00", purpose=f"счет {number}"))
    assert (house.open()[number], total(settings)) == (Decimal("180.00"), Decimal("120.00"))
    onec.tells(Money("1", "120.00", purpose="другие слова"))  # words alone move no money
    assert total(settings) == Decimal("120.00")
    onec.tells(Money("1", "120.00").deletion())
    assert (house.open()[number], total(settings)) == (Decimal("300.00"), Decimal("0.00"))
    onec.tells(Money("1", "120.00").deletion())
    onec.tells(Money("1", "120.00", purpose=f"счет {number}"))  # posted again
    assert (house.open()[number], total(settings)) == (Decimal("180.00"), Decimal("120.00"))


def test_what_the_bank_tells_is_not_taken_back_by_1c(house, settings, onec, tmp_path):
    import_payments(settings, statement(tmp_path / "1.txt", paper("317", "100.00")), NOW)
    onec.tells(Money("1", "100.00", bank_no="317"))
    assert "changed in 1C against the bank" in onec.tells(Money("1", "90.00", bank_no="317")).detail
    onec.tells(Money("1", "90.00", bank_no="317").deletion())
    assert sums(settings) == [("bank", Decimal("100.00"), "A")]
    assert findings(house, "onec_contradicts") == [(f"BP/{Money('1', '1').reference}",)]


def test_cash_refunds_and_what_is_no_customers_payment(house, settings, onec):
    number = house.invoice("A", "500.00", "2026-03-10")
    onec.tells(
        cash("1", "500.00", purpose=f"счет {number}"),
        Money("2", "10.00", settled_with="СПоставщиком"),
        Money("3", "11.00", currency="840"),
        Money("4", "12.00", state="Черновик"),
        cash("5", "13.00", kind="in", account="40702810938000000999"),
        Money("6", "14.00", kind="cash", organization_inn="7728168971"),
    )
    assert (house.open()[number], total(settings)) == (0, Decimal("500.00"))
    reasons = house.rows("SELECT left_out FROM receivables.onec_documents WHERE left_out IS NOT NULL ORDER BY document_no")
    assert [reason for (reason,) in reasons] == ["not_a_customer", "other_currency", "draft", "other_account", "other_organization"]
    onec.tells(cash("9", "500.00", kind="cash out", purpose=f"Возврат по счету {number}"))
    assert (house.open()[number], total(settings)) == (Decimal("500.00"), Decimal("0.00"))


def test_the_client_that_1c_names_owns_what_no_rule_knows(house, settings, onec, tmp_path):
    """A person without ИНН by our own reference; a payment of a third firm that the bank brought, by the accountant's choice in 1C."""
    named = str(reference(ObjectKind.COUNTERPARTY, "P"))
    onec.tells(cash("1", "70.00", inn="", client_reference=named))
    import_payments(settings, statement(tmp_path / "1.txt", paper("5", "80.00", "за клиента", "5047000005")), NOW)
    assert [row["client_code"] for row in payments(settings, unmatched_only=True)] == [None]
    by_b = str(reference(ObjectKind.COUNTERPARTY, "B"))
    onec.tells(Money("2", "80.00", bank_no="5", inn="", client_reference=by_b))
    assert sorted(row["client_code"] for row in payments(settings)) == ["B", "P"]


def test_objects_that_nobody_knows_are_listed_and_skipped(house, settings, onec):
    broken = Money("3", "1.00").xml().replace("<Сумма>1.00</Сумма>", "<Сумма>много</Сумма>", 1)
    answer = onec.tells("<Справочник.Склады/>", "<Справочник.Склады/>", broken, Money("4", "5.00"))
    assert answer.outcome == AnswerOutcome.TAKEN
    assert "2 not imported (Справочник.Склады)" in answer.detail
    assert "'много' is no sum" in answer.detail
    assert total(settings) == Decimal("5.00")


def not_counted(house):
    return house.rows("SELECT subject, parameters FROM findings.occurrences WHERE kind = 'onec_not_counted' ORDER BY 1")


def test_money_that_cannot_be_counted_waits_for_a_person_until_1c_tells_it_rightly(house, settings, onec):
    """An account that is not ours, another currency, a sum that is none; what is a draft or a supplier's is nobody's business."""
    foreign, dollars, minus = Money("1", "10.00", account="40702810938000000999"), Money("2", "20.00", currency="840"), Money("3", "-5.00")
    onec.tells(foreign, dollars, minus, Money("4", "0.00", state="Черновик"), Money("5", "0.00", settled_with="СПоставщиком"))
    of = {subject.removeprefix("BP/"): parameters for subject, parameters in not_counted(house)}
    assert {key: said["reason"] for key, said in of.items()} == {
        foreign.reference: "other_account", dollars.reference: "other_currency", minus.reference: "unreadable",
    }  # fmt: skip
    words = [
        detail_words("onec_not_counted", of[each.reference]).replace("\u202f", " ").replace("\u00a0", " ") for each in (foreign, minus)
    ]
    assert "документ № 0000-000001 от 02.03.2026 не учтён: 10,00 ₽, счёт 40702810938000000999" in words[0]
    assert "документ № 0000-000003 не учтён: сумма «-5.00» не больше нуля" in words[1]
    onec.tells(foreign)  # again, and still so
    assert len(not_counted(house)) == 3
    [told] = [each for each in waiting(settings, NOW + timedelta(days=90)) if each.what is Matter.NOT_COUNTED]
    assert (told.subject, told.detail) == ("BP", "3 documents of money not counted as 1C tells")  # whatever month it is
    with house.owner() as connection:
        connection.exec_driver_sql("UPDATE master.organizations SET bank_account = '40702810938000000999' WHERE code = 'ORG'")
    onec.tells(foreign, dollars.deletion(), Money("3", "5.00", account=foreign.account))
    assert not_counted(house) == []
    assert total(settings) == Decimal("15.00")


def waiting_days(house):
    return house.rows("SELECT last_day - first_day FROM findings.occurrences WHERE kind = 'onec_not_counted'")


def test_a_payment_stands_while_1c_tells_its_document_unreadably_and_the_finding_says_so(house, settings, onec):
    """10.00 is paid; 0.00 moves no money and is named; a draft of whatever sum takes the money back."""
    onec.tells(Money("1", "10.00"))
    onec.tells(Money("1", "0.00"))
    onec.tells(Money("1", "0.00"), at=NOW + timedelta(days=2))
    [(_, said)] = not_counted(house)
    words = detail_words("onec_not_counted", said).replace("\u202f", " ").replace("\u00a0", " ")
    assert "в 1С теперь сумма «0.00» не больше нуля, в расчётах остаётся 10,00 ₽" in words
    assert (waiting_days(house), total(settings)) == ([(2,)], Decimal("10.00"))  # seen first two days ago
    onec.tells(Money("1", "10.00"))
    assert (not_counted(house), total(settings)) == ([], Decimal("10.00"))
    onec.tells(Money("1", "0.00"))
    for _ in range(2):
        onec.tells(Money("1", "0.00", state="Черновик"))
        assert (not_counted(house), total(settings)) == ([], Decimal("0.00"))
    onec.tells(Money("1", "10.00"))
    assert total(settings) == Decimal("10.00")


@pytest.mark.parametrize("part", [1, 10_000])
def test_of_one_document_the_last_word_of_a_message_counts_readable_or_not(house, settings, onec, monkeypatch, part):
    monkeypatch.setattr("pipelines.receivables.onec_documents._PART", part)
    onec.tells(Money("1", "10.00"), Money("2", "-5.00"), Money("1", "-5.00"), Money("2", "10.00"))
    assert [subject for subject, _ in not_counted(house)] == [f"BP/{Money('1', '1').reference}"]
    assert total(settings) == Decimal("20.00" if part == 1 else "10.00")  # in parts the first was told before


def test_another_firms_money_is_no_finding_in_whatever_currency_and_unread(house, settings, onec):
    other = {"kind": "cash", "organization_inn": OTHER}
    onec.tells(Money("1", "5.00", currency="840", **other), Money("2", "0.00", **other))
    assert not_counted(house) == []
    assert house.rows("SELECT left_out FROM receivables.onec_documents") == [("other_organization",)]


def test_what_another_base_has_made_a_payment_of_is_counted(house, settings, onec, tmp_path):
    def ut_tells(*told):
        (tmp_path / "ut.xml").write_text(message(1, *(each.xml() for each in told)), encoding="utf-8")
        with engine.transaction(settings) as connection:
            apply_body(connection, "UT", 1, read_body(tmp_path / "ut.xml"), NOW)

    foreign = "40702810938000000999"
    onec.tells(Money("1", "10.00", account=foreign))
    assert len(not_counted(house)) == 1
    ut_tells(Money("1", "10.00"), Money("2", "20.00"))
    assert not_counted(house) == []
    onec.tells(Money("2", "20.00", account=foreign), Money("3", "30.00", account=foreign))
    assert [subject for subject, _ in not_counted(house)] == [f"BP/{Money('3', '1').reference}"]


def test_a_message_cut_off_in_its_body_applies_nothing(house, settings):
    text = message(1, Money("1", "5.00").xml(), Money("2", "6.00").xml())
    path = drop(settings.exchange, text[: text.rindex("РасшифровкаПлатежа")])
    for later, outcome in ((5, AnswerOutcome.LEFT), (3600, AnswerOutcome.REFUSED)):
        at = datetime.fromtimestamp(path.stat().st_mtime, UTC) + timedelta(seconds=later)
        [answer] = receive_from_onec(settings, at).answers
        assert (answer.outcome, payments(settings)) == (outcome, [])
    drop(settings.exchange, text)  # the same number again, whole
    assert receive_from_onec(settings, NOW).answers[0].outcome == AnswerOutcome.TAKEN
    assert total(settings) == Decimal("11.00")


@given(st.data())
@hypothesis_settings(max_examples=examples(10, 200), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_1c_and_the_bank_tell_in_whatever_order_each_payment_counts_once(house, settings, tmp_path, data):
    """Each payment has a number and a sum of its own; 1C and the bank tell of any of them, any number of times: the ledger holds all."""
    drawn = data.draw(
        st.lists(st.tuples(st.sampled_from(["bank", "onec"]), st.sets(st.integers(1, 5), min_size=1)), min_size=1, max_size=5)
    )
    onec, told = Onec(settings), set()
    house.empty()
    with house.owner() as connection:
        connection.exec_driver_sql("DELETE FROM delivery.onec_peers")
    shutil.rmtree(settings.exchange / "onec", ignore_errors=True)
    for place, (source, numbers) in enumerate(drawn):
        told |= numbers
        if source == "bank":
            papers = [paper(str(number), f"{number}00.00") for number in sorted(numbers)]
            import_payments(settings, statement(tmp_path / f"{place}.txt", *papers), NOW)
        else:
            onec.tells(*(Money(str(number), f"{number}00.00", bank_no=f"00{number}") for number in sorted(numbers)))
    assert sorted(row["amount"] for row in payments(settings)) == [Decimal(f"{number}00.00") for number in sorted(told)]


def test_a_contradiction_stays_while_words_change_and_ends_when_1c_agrees_again(house, settings, onec, tmp_path):
    import_payments(settings, statement(tmp_path / "1.txt", paper("317", "100.00")), NOW)
    onec.tells(Money("1", "100.00", bank_no="317"))
    onec.tells(Money("1", "90.00", bank_no="317"))
    onec.tells(Money("1", "90.00", bank_no="317", purpose="другие слова"))
    assert len(findings(house, "onec_contradicts")) == 1
    onec.tells(Money("1", "100.00", bank_no="317"))
    assert (findings(house, "onec_contradicts"), total(settings)) == ([], Decimal("100.00"))


def test_what_the_bank_tells_counts_once_when_1c_deletes_it_and_posts_it_again(house, settings, onec, tmp_path):
    import_payments(settings, statement(tmp_path / "1.txt", paper("317", "100.00")), NOW)
    onec.tells(Money("1", "100.00", bank_no="317"))
    onec.tells(Money("1", "100.00").deletion())
    onec.tells(Money("1", "100.00", bank_no="317"))
    assert sums(settings) == [("bank", Decimal("100.00"), "A")]
    assert findings(house, "onec_contradicts") == []


def test_a_deleted_refund_gives_the_money_back_to_what_it_paid(house, settings, onec):
    number = house.invoice("A", "500.00", "2026-03-10")
    onec.tells(cash("1", "500.00", purpose=f"счет {number}"))
    refund = cash("9", "500.00", kind="cash out", purpose=f"Возврат по счету {number}")
    onec.tells(refund)
    assert house.open()[number] == Decimal("500.00")
    onec.tells(refund.deletion())
    assert (house.open()[number], total(settings)) == (0, Decimal("500.00"))
    onec.tells(refund)
    assert (house.open()[number], total(settings)) == (Decimal("500.00"), Decimal("0.00"))


def test_a_deleted_refund_of_nothing_known_asks_nobody(house, settings, onec):
    refund = cash("9", "70.00", kind="cash out", purpose="Возврат")
    onec.tells(refund)
    assert len(findings(house, "unmatched_payment")) == 1
    onec.tells(refund.deletion())
    assert findings(house, "unmatched_payment") == []


def test_an_empty_date_of_1c_is_none(house, settings, onec):
    """0001-01-01 is how 1C writes a date that nobody has filled in: the document's own day stands for it."""
    empty = Money("1", "5.00").xml().replace("<ДатаВыписки>2026-03-02</ДатаВыписки>", "<ДатаВыписки>0001-01-01</ДатаВыписки>")
    onec.tells(empty)
    assert [row["paid_on"].isoformat() for row in payments(settings)] == [DAY]
    answer = onec.tells(Money("2", "5.00").xml().replace("2026-03-02", "0001-01-01"))
    assert "is no day of a payment" in answer.detail


def test_a_doubt_ends_when_the_bank_has_told_of_both(house, settings, onec, tmp_path):
    """1C knows of the second payment before its statement has come."""
    import_payments(settings, statement(tmp_path / "1.txt", paper("11", "100.00")), NOW)
    onec.tells(Money("1", "100.00", bank_no="12", day="2026-03-04"))
    assert len(findings(house, "doubtful_payment")) == 1
    import_payments(settings, statement(tmp_path / "2.txt", paper("11", "100.00"), paper("12", "100.00", day="2026-03-04")), NOW)
    assert (findings(house, "doubtful_payment"), total(settings)) == ([], Decimal("200.00"))


def test_a_message_in_parts_is_what_it_is_at_once(house, settings, onec, monkeypatch):
    """Memory holds a part of a large message: what a later part says of a document of an earlier one counts."""
    monkeypatch.setattr("pipelines.receivables.onec_documents._PART", 2)
    monkeypatch.setattr("pipelines.receivables.ledger._PART", 2)
    number = house.invoice("A", "900.00", "2026-03-10")
    pays = f"счет {number}"
    refund = cash("9", "70.00", kind="cash out", purpose="Возврат")
    said = onec.tells(
        Money("1", "300.00", purpose=pays), Money("2", "100.00", purpose=pays),
        Money("3", "500.00", purpose=pays), refund,
        Money("1", "200.00", purpose=pays), Money("2", "1").deletion(),
        refund.deletion(), Money("4", "100.00", purpose=pays),
        Money("5", "7.00", currency="840"),
    ).detail  # fmt: skip
    assert (house.open()[number], total(settings)) == (Decimal("100.00"), Decimal("800.00"))
    assert "1 left out (other_currency)" in said
    assert findings(house, "unmatched_payment") == []


@pytest.mark.parametrize("amount", ["-100.00", "0", "0.00", "1e30", "12.345", "сто", ""])
def test_a_sum_that_is_none_is_listed_and_the_others_of_its_message_count(settings, house, onec, amount):
    answer = onec.tells(Money("1", amount), Money("2", "50.00"))
    assert (answer.outcome, [row["amount"] for row in payments(settings)]) == (AnswerOutcome.TAKEN, [Decimal("50.00")])
    assert "0000-000001" in answer.detail
    assert "Документ.ПБДСРасчетыСКонтрагентами" in answer.detail


def branch(no, kpp, inn=INN):
    """A payment of whoever has that КПП, which no rule of its words tells."""
    return Money(no, "10.00", inn=inn).xml().replace(f"<ИНН>{inn}</ИНН>", f"<ИНН>{inn}</ИНН><КПП>{kpp}</КПП>")


def test_a_kpp_that_changed_is_the_same_client_and_two_branches_are_told_apart_by_theirs(house, settings, onec):
    """A moved client has another КПП in 1C before ours is put right; of two clients with one ИНН the КПП says which, or a person does."""
    house.client("D", OTHER)  # shares its ИНН with B
    with house.owner() as connection:
        connection.exec_driver_sql("UPDATE master.clients SET kpp = '772801001' WHERE client_code IN ('A', 'B')")
        connection.exec_driver_sql("UPDATE master.clients SET kpp = '780201001' WHERE client_code = 'D'")
    onec.tells(branch("1", "500101001"), branch("2", "780201001", OTHER), branch("3", "999901001", OTHER))
    owners = dict(house.rows("SELECT right(document_no, 1), client_code FROM receivables.payments"))
    assert owners == {"1": "A", "2": "D", "3": None}
    assert len(findings(house, "unmatched_payment")) == 1


_FILLED = """
WITH told AS (
    INSERT INTO receivables.payments (payment_id, source, organization_code, document_no, paid_on, amount, received_at)
    SELECT 'p' || n, 'onec', 'ORG', n::text, '2026-03-02', 100, now() FROM generate_series(1, 3000) n RETURNING payment_id
)
INSERT INTO receivables.onec_documents
    (peer, reference, version_no, kind, document_no, paid_on, amount, digest, organization_code, payment_id, message_no, at)
SELECT 'BP', gen_random_uuid(), 1, 'bank_in', payment_id, '2026-03-02', 100, '', 'ORG', payment_id, 1, now() FROM told
"""


def test_right_after_a_large_message_the_next_one_reads_a_few_pages_for_each_payment(house, settings):
    """Statistics come a minute later: until then the planner knows of no payment at all, and must have no worse way to choose."""
    with house.owner() as connection:
        connection.exec_driver_sql(_FILLED)
    binds = {"teller": "BP", "organizations": ["ORG"], "amounts": [Decimal(100)], "first": DAY, "last": DAY}
    with engine.transaction(settings) as connection:
        code = statement_code("warehouse/receivables/told_by_others")
        [(plan,)] = connection.execute(text(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {code}"), binds).all()
    read = plan[0]["Plan"]["Shared Hit Blocks"] + plan[0]["Plan"]["Shared Read Blocks"]
    assert read < 10 * 3000, f"{read} pages"
