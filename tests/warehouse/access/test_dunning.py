"""Whom we block for debts, whom we let in again, and everything that keeps us from blocking."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from pipelines.access import connectors
from pipelines.access.dunning import LadderOfThePast, dunning
from pipelines.access.orders import settled_ledger
from pipelines.access.plan import plan_access
from pipelines.access.promises import promise, promise_instalments
from pipelines.access.reader import Whom, read_facts
from pipelines.access.restore import restore
from pipelines.clock import Authorship
from pipelines.instalments import Instalment
from pipelines.platforms import kinds
from pipelines.platforms.errors import Transient
from pipelines.platforms.interface import AccountState, Blocking, Capability, Effective, Probe
from pipelines.receivables.importing import import_payments
from tests.conftest import NOW
from tests.database import contents, difference
from tests.debtors import DAY, DUE, INN, blocked, indebted_house, listed, orders, tree_snapshot
from tests.ledger_world import ACCOUNTS, House, Paper, statement

AT = datetime(2026, 3, 24, 5, tzinfo=UTC)
ANNA = Authorship("Анна Петрова", "решено", AT)


@pytest.fixture
def house(settings, tmp_path):
    return indebted_house(settings, tmp_path)


def withheld(result):
    return {row.client_code: row.reason for row in result.rows if row.action == "withheld"}


def test_a_debtor_is_blocked_on_its_day_and_not_before(house, settings):
    dunning(settings, date(2026, 3, 23), NOW)
    assert blocked(settings) == []
    result = dunning(settings, DAY, NOW)
    (row,) = listed(settings)
    number = f"ВМ26-{1:06}"
    assert row == {
        "account_id": "K-A",
        "client_code": "A",
        "organization_code": "ORG",
        "reason": f"просрочено 3\u202f600,00\xa0₽: {number} (срок 10.03.2026, 3\u202f600,00\xa0₽)",
        "since": "2026-03-24",
    }
    assert result.count("block") == 1
    assert orders(house) == [("K-A", "block", "unknown", "blocked")]
    before = contents(settings)
    dunning(settings, DAY, NOW)
    assert difference(contents(settings), before) == {}


def test_the_due_date_ends_in_the_organizations_time_zone(house, settings):
    """At 20:59 UTC it is still the 23rd in Moscow: the ladder of the day is the organization's own."""
    late = datetime(2026, 3, 23, 20, 59, tzinfo=UTC)
    assert dunning(settings, date(2026, 3, 23), late, dry_run=True).count("block") == 0
    assert dunning(settings, DAY, datetime(2026, 3, 23, 21, 0, tzinfo=UTC), dry_run=True).count("block") == 1


def test_a_dry_run_shows_the_plan_and_stores_nothing(house, settings):
    before = contents(settings)
    result = dunning(settings, DAY, NOW, dry_run=True)
    (row,) = result.rows
    assert (row.action, row.client_code, row.debt, row.due_on, row.accounts) == (
        "block",
        "A",
        Decimal("3600.00"),
        date(2026, 3, 10),
        ("gps1/K-A",),
    )
    assert difference(contents(settings), before) == {}
    assert not (settings.exchange / "access").exists()


def restored_letter(house):
    [(facts,)] = house.rows("SELECT facts FROM delivery.mail_outbox WHERE event_kind = 'restored'")
    return facts


def test_paid_is_restored_at_once_and_part_is_not(house, settings, tmp_path):
    """1000 of 3600 leave 2600 that still block; the rest comes, and access with it."""
    dunning(settings, DAY, NOW)
    import_payments(
        settings, statement(tmp_path / "1.txt", Paper("1", "1000.00", "за услуги", INN, day="2026-03-24"), until="2026-03-24"), AT
    )
    assert restore(settings, NOW).rows == ()
    assert blocked(settings) == ["K-A"]
    import_payments(
        settings, statement(tmp_path / "2.txt", Paper("2", "2600.00", "за услуги", INN, day="2026-03-24"), until="2026-03-24"), AT
    )
    (row,) = restore(settings, NOW).rows
    assert (row.action, row.client_code, row.accounts) == ("restore", "A", ("gps1/K-A",))
    assert blocked(settings) == []
    assert orders(house)[1:] == [("K-A", "restore", "unknown", "active")]
    told = house.rows("SELECT event_kind FROM delivery.mail_outbox WHERE event_kind IN ('blocked', 'restored') ORDER BY 1")
    assert told == [("blocked",), ("restored",)]
    assert restored_letter(house) == {"on": "2026-03-24", "is_paid": True, "promised_until": None}


def test_a_refund_of_what_was_paid_blocks_again(house, settings, tmp_path):
    dunning(settings, DAY, NOW)
    paid = Paper("1", "3600.00", "за услуги", INN, day="2026-03-24")
    import_payments(settings, statement(tmp_path / "1.txt", paid, until="2026-03-24"), AT)
    restore(settings, NOW)
    back = Paper("2", "3600.00", "Возврат ошибочно перечисленных средств", day="2026-03-25", goes=True)
    import_payments(settings, statement(tmp_path / "2.txt", back, until="2026-03-25"), AT)
    dunning(settings, date(2026, 3, 26), NOW)
    assert [(row["account_id"], row["since"]) for row in listed(settings)] == [("K-A", "2026-03-26")]


def test_debts_are_per_organization_and_client(house, settings, tmp_path):
    house.client("A", INN, organization="SEC", contract="K-A2")
    dunning(settings, DAY, NOW)
    assert blocked(settings) == ["K-A"]


def test_nobody_is_blocked_on_old_payment_data(house, settings):
    """Data to the end of 23 March: at the end of the 26th they are 72 hours old, a day later too old."""
    assert dunning(settings, date(2026, 3, 26), NOW, dry_run=True).count("block") == 1
    late = dunning(settings, date(2026, 3, 27), NOW)
    assert withheld(late) == {"A": "нет свежих данных о платежах: по счёту 40702810938000000001 известны до 24.03.2026 00:00"}
    assert blocked(settings) == []


def test_every_account_in_force_must_have_fresh_data(house, settings, tmp_path):
    """A second account holds the ladder up until its own statement comes; former ones, dollars and accounts not open yet are not asked."""
    second, former, dollars, future = (f"4070281093800000001{place}" for place in "1234")
    dollars = dollars.replace("810", "840", 1)
    with house.owner() as connection:
        connection.execute(
            text(
                "INSERT INTO master.bank_accounts (organization_code, bank_account, bic, valid_from, valid_to) VALUES "
                "('ORG', :second, '044525225', '2025-01-01', NULL), ('ORG', :former, '044525225', NULL, '2026-03-23'), "
                "('ORG', :dollars, '044525225', NULL, NULL), ('ORG', :future, '044525225', '2026-03-25', NULL)"
            ),
            {"second": second, "former": former, "dollars": dollars, "future": future},
        )
    stale = {"A": f"нет свежих данных о платежах: по счёту {second} известны до 01.01.2025 00:00"}
    assert withheld(dunning(settings, DAY, NOW)) == stale
    import_payments(settings, statement(tmp_path / "main.txt", until="2026-03-24"), AT)
    assert withheld(dunning(settings, DAY, NOW)) == stale
    other = statement(tmp_path / "second.txt", until="2026-03-23")
    other.write_bytes(other.read_bytes().replace(ACCOUNTS["ORG"].encode(), second.encode()))
    import_payments(settings, other, AT)
    assert withheld(dunning(settings, DAY, NOW)) == {}
    assert blocked(settings) == ["K-A"]


def test_of_days_that_have_not_come_no_file_tells(house, settings, tmp_path):
    """A statement that was asked for up to the year's end and does not say when it was made does not keep the data fresh until then."""
    done = import_payments(settings, statement(tmp_path / "year.txt", until="2026-12-31"), AT)
    assert done.notices == ("year.txt: its last day, 2026-12-31, has not come; payments are known until 2026-03-24 at most",)
    assert house.rows("SELECT max(data_until)::text FROM receivables.imported_accounts") == [("2026-03-24",)]
    late = dunning(settings, date(2026, 3, 28), NOW)
    assert withheld(late) == {"A": "нет свежих данных о платежах: по счёту 40702810938000000001 известны до 25.03.2026 00:00"}


def test_files_imported_before_accounts_were_kept_count_for_every_account(house, settings):
    with house.owner() as connection:
        connection.exec_driver_sql("ALTER TABLE receivables.imported_accounts DISABLE TRIGGER never_changed")
        connection.exec_driver_sql("DELETE FROM receivables.imported_accounts")
        connection.exec_driver_sql("INSERT INTO master.bank_accounts VALUES ('ORG', '40702810938000000011', '044525225')")
    assert withheld(dunning(settings, DAY, NOW)) == {}


def test_data_of_another_organization_are_no_data(settings, tmp_path):
    house = House(settings)
    house.client("A", INN)
    house.invoice("A", "3600.00", DUE)
    import_payments(settings, statement(tmp_path / "kl.txt", until="2026-03-23", organization="SEC"), AT)
    assert withheld(dunning(settings, DAY, NOW)) == {"A": "нет свежих данных о платежах: по счёту 40702810938000000001 не получены ни разу"}


def test_exempt_clients(house, settings):
    with house.owner() as connection:
        connection.execute(text("UPDATE master.clients SET never_block = true WHERE client_code = 'A'"))
    assert withheld(dunning(settings, DAY, NOW)) == {"A": "клиент не блокируется (never_block)"}


def test_a_dealer_with_clients_below(house, settings):
    house.client("C", None, dealer="A")
    assert withheld(dunning(settings, DAY, NOW)) == {"A": "под ним работают другие клиенты: C"}


def test_an_account_with_other_clients_below_it_in_the_tree(house, settings):
    tree_snapshot(house, settings, [("K-A", None, None, True), ("K-B", "between", None, True), ("between", "K-A", None, True)])
    assert withheld(dunning(settings, DAY, NOW)) == {"A": "под ним работают другие клиенты: B"}


def test_an_account_that_others_work_with_too(house, settings):
    house.account("K-A", "K-B")
    assert withheld(dunning(settings, DAY, NOW)) == {"A": "gps1/K-A: с учётной записью работают и другие клиенты: B"}


def test_what_somebody_else_has_blocked_is_not_ours(house, settings, tmp_path):
    tree_snapshot(house, settings, [("K-A", None, None, False)])
    assert withheld(dunning(settings, DAY, NOW)) == {"A": "gps1/K-A: уже заблокирована не нами"}
    import_payments(settings, statement(tmp_path / "1.txt", Paper("1", "3600.00", "", INN, day="2026-03-24"), until="2026-03-24"), AT)
    restore(settings, NOW)
    assert orders(house) == []


def test_a_block_of_our_own_seen_in_a_snapshot_is_no_strangers(house, settings, tmp_path):
    dunning(settings, DAY, NOW)
    tree_snapshot(house, settings, [("K-A", None, None, False)], day=DAY)
    import_payments(settings, statement(tmp_path / "1.txt", Paper("1", "3600.00", "", INN, day="2026-03-24"), until="2026-03-24"), AT)
    restore(settings, NOW)
    house.invoice("A", "500.00", "2026-03-11")
    dunning(settings, date(2026, 3, 25), NOW)
    assert blocked(settings) == ["K-A"]


def test_a_debt_paid_in_parts_is_asked_for_only_when_a_part_is_missed(house, settings, tmp_path, run_cli):
    """Blocked on 24 March; 3600 in two parts agreed the same day: access is back, the second part is missed, the block goes on."""
    dunning(settings, DAY, NOW)
    parts = [Instalment(date(2026, 4, 20), Decimal("2000.00")), Instalment(date(2026, 4, 1), Decimal("1600.00"))]
    told = promise_instalments(settings, "A", parts, ANNA)
    assert (told.organization_code, told.owed, told.instalments) == ("ORG", Decimal("3600.00"), tuple(sorted(parts)))
    promise_instalments(settings, "A", parts, ANNA)
    assert house.rows("SELECT count(*) FROM access.promises") == [(1,)]  # said twice, agreed once
    (row,) = restore(settings, NOW).rows
    assert (row.action, row.reason) == ("restore", "рассрочка соблюдается, следующий платёж 1\u202f600,00\xa0₽ до 01.04.2026")
    assert {**restored_letter(house), "on": ""} == {"on": "", "is_paid": False, "promised_until": "2026-04-01"}
    paid = Paper("1", "1600.00", "за услуги", INN, day="2026-04-01")
    later = datetime(2026, 4, 21, 6, tzinfo=UTC)
    import_payments(settings, statement(tmp_path / "part.txt", paid, until="2026-04-20"), later)
    (kept,) = dunning(settings, date(2026, 4, 20), later).rows
    assert (kept.action, kept.debt, kept.reason) == (
        "withheld", Decimal("2000.00"), "рассрочка соблюдается, следующий платёж 2\u202f000,00\xa0₽ до 20.04.2026",
    )  # fmt: skip
    (broken,) = dunning(settings, date(2026, 4, 21), later).rows
    assert (broken.action, broken.reason.partition("; ")[2]) == ("block", "рассрочка нарушена: до 20.04.2026 не пришло 2\u202f000,00\xa0₽")
    code, out, _ = run_cli("access", "plans", "--date", "2026-04-21", "--format", "json")
    (said,) = json.loads(out)
    assert (code, said["state"], said["promised"], said["paid"], said["next_on"]) == (0, "broken", "3600.00", "1600.00", "2026-04-20")


def test_a_promise_of_parts_that_cannot_be_is_refused(house, settings, run_cli):
    house.client("A", INN, organization="SEC", contract="K-A2")
    said = ("access", "promise", "--client", "A", "--by", "Анна", "--reason", "звонок")
    for options, problem in (
        ((), "say --until DAY"),
        (("--until", "2026-04-01", "--pays", "2026-04-01=1"), "say --until DAY"),
        (("--pays", "вчера=1"), "write it as 2026-01-31=1000.00"),
        (("--pays", "2099-04-01=0"), "no amount in roubles"),
        (("--pays", "2099-04-01=1"), "say whose debt is paid in parts"),
        (("--pays", "2099-04-01=3600,01", "--organization", "ORG"), "3600.01 are promised, and only 3600.00 are owed"),
    ):
        code, _, err = run_cli(*said, *options)
        assert (code, problem in err) == (2, True), err
    assert house.rows("SELECT count(*) FROM access.promises") == [(0,)]
    code, _, err = run_cli(*said, "--pays", "2099-04-01=600", "--organization", "ORG")
    assert (code, "notice: 3000.00 of the 3600.00 owed stand in no instalment" in err) == (0, True), err


def test_a_promise_holds_to_its_last_day_and_lets_in_again(house, settings):
    promise(settings, "A", date(2026, 3, 24), ANNA)
    promise(settings, "A", date(2026, 3, 24), ANNA)
    assert withheld(dunning(settings, DAY, NOW)) == {"A": "обещанный платёж до 24.03.2026"}
    dunning(settings, date(2026, 3, 25), NOW)
    assert blocked(settings) == ["K-A"]
    promise(settings, "A", date(2026, 3, 26), ANNA, "ORG")
    restore(settings, NOW)
    assert blocked(settings) == []
    assert len(house.rows("SELECT * FROM access.promises")) == 2
    assert {**restored_letter(house), "on": ""} == {"on": "", "is_paid": False, "promised_until": "2026-03-26"}


def test_money_of_the_payer_that_is_nobodys_yet_shields(house, settings, tmp_path):
    """4000 of one ИНН that two clients have: 3600 would be covered, nobody is blocked for somebody's unclear money."""
    house.client("C", INN)
    house.invoice("B", "100.00", DUE)
    with house.owner() as connection:
        connection.execute(text(
            "INSERT INTO receivables.payments (payment_id, source, organization_code, document_no, paid_on, amount, payer_inn, received_at)"
            f" VALUES ('p', 'bank', 'ORG', '1', '2026-03-20', 4000, '{INN}', now())"
        ))  # fmt: skip
    assert withheld(dunning(settings, DAY, NOW))["A"] == "есть неразнесённые деньги плательщика с тем же ИНН: 4\u202f000,00\xa0₽"


def test_more_than_the_share_waits_for_a_person(house, settings):
    house.invoice("B", "100.00", DUE)
    result = dunning(settings, DAY, NOW)
    said = "больше клиентов за один раз, чем разрешено без решения человека: 2 из 2, разрешено 1"
    assert withheld(result) == {"A": said, "B": said}
    assert blocked(settings) == []
    dunning(settings, DAY, NOW, approver=ANNA)
    assert blocked(settings) == ["K-A", "K-B"]
    assert house.rows("SELECT DISTINCT approved_by FROM access.orders") == [("Анна Петрова",)]


def test_debtors_without_an_account_do_not_use_up_the_share(house, settings):
    house.invoice("B", "100.00", DUE)
    with house.owner() as connection:
        connection.execute(text("UPDATE master.accounts SET valid_to = '2026-03-23' WHERE contract_no = 'K-B'"))
    result = dunning(settings, DAY, NOW)
    assert withheld(result) == {"B": "на эту дату нет ни одной учётной записи"}
    assert blocked(settings) == ["K-A"]


def test_an_account_that_went_to_another_client_is_given_back(house, settings):
    dunning(settings, DAY, NOW)
    with house.owner() as connection:
        connection.execute(text("UPDATE master.accounts SET valid_to = '2026-03-24' WHERE contract_no = 'K-A'"))
    house.account("K-A", "K-B", valid_from=date(2026, 3, 25))
    house.account("new", "K-A", valid_from=date(2026, 3, 25))
    dunning(settings, date(2026, 3, 25), NOW)
    assert blocked(settings) == ["new"]


def test_an_earlier_day_than_the_last_is_refused(house, settings):
    dunning(settings, DAY, NOW)
    with pytest.raises(LadderOfThePast, match="2026-03-24 has been taken; that of 2026-03-20"):
        dunning(settings, date(2026, 3, 20), NOW)
    assert dunning(settings, date(2026, 3, 20), NOW, dry_run=True).count("restore") == 1
    assert blocked(settings) == ["K-A"]


def test_credits_pay_before_anybody_is_blocked(house, settings):
    house.invoice("A", "-3600.00", DUE)
    assert dunning(settings, DAY, NOW).rows == ()


def test_messages_of_the_ladder_are_queued_once(house, settings):
    for day in (11, 12, 17):
        dunning(settings, date(2026, 3, day), NOW)
    told = house.rows("SELECT event_kind, event_key, facts->>'blocks_on' FROM delivery.mail_outbox ORDER BY event_kind")
    assert told == [("notice", "ВМ26-000001", "2026-03-24"), ("warning", "ВМ26-000001", "2026-03-24")]


def test_letters_name_the_day_of_a_block_only_where_the_ladder_would_block(house, settings):
    """C is never blocked. A would be; when B owes as long, both would be more than the share allows: nobody, also in A's waiting letter."""
    house.client("C", "7730588444", never_block=True)
    house.invoice("C", "500.00", DUE)
    dunning(settings, date(2026, 3, 11), NOW)
    told = "SELECT client_code, facts->>'blocks_on' FROM delivery.mail_outbox WHERE event_kind = 'notice' ORDER BY client_code"
    assert house.rows(told) == [("A", "2026-03-24"), ("C", None)]
    house.invoice("B", "700.00", DUE)
    dunning(settings, date(2026, 3, 12), NOW)
    assert house.rows(told) == [("A", None), ("B", None), ("C", None)]


def test_of_whom_nothing_is_read_nothing_would_be_said(house, settings, tmp_path):
    """Three weeks of twelve clients: what is planned by the facts of those asked for is what is planned by those of all debtors."""
    for number in range(12):
        code = 'C"7\\{,' if number == 7 else f"C{number:02}"
        house.client(code, contract=f"K-{number:02}", never_block=number == 5, dealer="C03" if number == 4 else None)
        house.invoices([(code, amount, f"2026-03-{2 + number * 2:02}") for amount in ("900.00", "40.00")], contract=f"K-{number:02}")
    promise(settings, "C01", date(2026, 3, 22), ANNA)
    promise_instalments(settings, "C02", [Instalment(date(2026, 3, 26), Decimal("500.00"))], ANNA)
    lines = set()
    for day in range(10, 31):
        on, moment = date(2026, 3, day), datetime(2026, 3, day, 6, tzinfo=UTC)
        source = statement(tmp_path / f"{day}.txt", Paper(f"{day}", "25.00", "за услуги", INN, day=str(on)), until=str(on))
        import_payments(settings, source, moment)
        with settled_ledger(settings, moment) as ledger:
            narrow, whole = (read_facts(settings, ledger.connection, on, moment, whom=whom) for whom in (Whom.ASKED, Whom.DEBTORS))
        narrow, whole = ([plan_access(facts, each) for each in facts.organizations] for facts in (narrow, whole))
        assert [(plan.orders, plan.lines) for plan in narrow] == [(plan.orders, plan.lines) for plan in whole], on
        lines |= {line.action for plan in whole for line in plan.lines}
        if day % 2:
            dunning(settings, on, moment)
    assert lines >= {"block", "withheld", "reminder", "notice", "warning", "final"}


def test_the_list_of_every_files_platform_is_complete_even_when_nobody_is_blocked(house, settings):
    house.platform("gps2", "files")
    house.platform("gps/3", "files")
    dunning(settings, date(2026, 3, 11), NOW)
    found = {path.parent.name: path.read_text() for path in (settings.exchange / "access").rglob("blocked.csv")}
    header = "account_id,client_code,organization_code,reason,since\n"
    assert found == {"gps1": header, "gps2": header, "gps%2F3": header}
    (settings.exchange / "access" / "gps1" / "blocked.csv").write_text("damaged")
    dunning(settings, date(2026, 3, 12), NOW)
    assert (settings.exchange / "access" / "gps1" / "blocked.csv").read_text() == header


def test_the_commands(house, settings, run_cli, tmp_path):
    code, out, err = run_cli("dunning", "--date", "2026-03-24", "--dry-run", "--format", "json")
    assert code == 0, err
    (row,) = json.loads(out)
    assert (row["client_code"], row["action"], row["debt"], row["due_on"]) == ("A", "block", "3600.00", "2026-03-10")
    assert run_cli("dunning", "--date", "2026-03-24")[0] == 0
    code, out, _ = run_cli("access", "--format", "json")
    (row,) = json.loads(out)
    assert (row["account_id"], row["since"], row["debt"], row["state"], row["order_no"]) == ("K-A", "2026-03-24", "3600.00", "blocked", 1)
    assert json.loads(run_cli("access", "--client", "B", "--format", "json")[1]) == []
    code, _, err = run_cli("access", "promise", "--client", "A", "--until", "2020-04-01", "--by", "Анна", "--reason", "звонок")
    assert (code, "notice: 2020-04-01 is over already" in err) == (0, True)
    assert run_cli("access", "promise", "--client", "A", "--until", "2026-04-01", "--by", "Анна", "--reason", "звонок")[0] == 0
    assert blocked(settings) == []
    code, _, err = run_cli("access", "promise", "--client", "Z", "--until", "2026-04-01", "--by", "Анна", "--reason", "звонок")
    assert (code, err) == (2, "--client: no client 'Z' with a contract\n")
    path = statement(tmp_path / "1.txt", Paper("1", "3600.00", "", INN, day="2026-03-24"), until="2026-03-24")
    code, out, err = run_cli("payments", "import", path, "--format", "json")
    assert (code, json.loads(out)[0]["payments"]) == (0, 1), err


class Remote:
    """A live platform that keeps its accounts' state in memory; `loses`: it does what is asked, and its answer is lost."""

    def __init__(self, **blocked: bool | None) -> None:
        self.blocked = blocked
        self.administrators: set[str] = set()
        self.writes: list[tuple[str, bool]] = []
        self.loses = False
        self.next_cycle: dict[str, bool] | None = None  # what a platform that works in cycles will do with the next one
        self.may = {Capability.BLOCK_ACCOUNT}

    def probe(self):
        return Probe("1", frozenset(self.may))

    def account_state(self, account_ids):
        return {one: AccountState(one, self.blocked[one], one in self.administrators) for one in account_ids if one in self.blocked}

    def set_account_blocked(self, account_id, *, blocked):
        before = self.blocked[account_id]
        self.writes.append((account_id, blocked))
        if self.next_cycle is not None:
            self.next_cycle[account_id] = blocked
            return Blocking(before, before, Effective.NEXT_CYCLE)
        self.blocked[account_id] = blocked
        if self.loses:
            self.loses = False
            raise Transient("no answer within 30 s")
        return Blocking(before, blocked, Effective.NOW)

    def accounts_below(self, account_ids):
        return {}

    def close(self):
        pass


@pytest.fixture
def remote(house, monkeypatch):
    made = Remote(far=False)
    house.platform("live", "wialon")
    house.account("far", "K-A", platform="live")
    monkeypatch.setattr(connectors, "connect", lambda declared, secret, at: made)
    return made


def test_a_kind_without_a_connector_is_refused_by_name_and_the_others_go_on(house, settings, monkeypatch):
    monkeypatch.setattr(kinds, "LIVE", {})
    house.platform("live", "wialon")
    house.account("far", "K-A", platform="live")
    result = dunning(settings, DAY, NOW)
    assert blocked(settings) == ["K-A"]
    assert "live/far: platform 'live' is of kind 'wialon', which has no connector" in withheld(result)["A"]
    assert orders(house) == [("K-A", "block", "unknown", "blocked")]


def test_a_live_account_is_blocked_and_given_back(house, settings, remote, tmp_path):
    dunning(settings, DAY, NOW)
    dunning(settings, DAY, NOW)
    assert remote.writes == [("far", True)]
    import_payments(settings, statement(tmp_path / "1.txt", Paper("1", "3600.00", "", INN, day="2026-03-24"), until="2026-03-24"), AT)
    restore(settings, NOW)
    assert remote.writes == [("far", True), ("far", False)]
    assert [row for row in orders(house) if row[0] == "far"] == [
        ("far", "block", "active", "blocked"),
        ("far", "restore", "unknown", "active"),
    ]


@pytest.mark.parametrize(
    ("state", "administrator", "why"),
    [
        (True, False, "уже заблокирована не нами"),
        (None, False, "её состояние на платформе неизвестно"),
        (False, True, "администратор платформы"),
    ],
)
def test_live_accounts_that_are_left_alone(house, settings, remote, state, administrator, why, tmp_path):
    remote.blocked["far"] = state
    remote.administrators = {"far"} if administrator else set()
    assert withheld(dunning(settings, DAY, NOW)) == {"A": f"live/far: {why}"}
    import_payments(settings, statement(tmp_path / "1.txt", Paper("1", "3600.00", "", INN, day="2026-03-24"), until="2026-03-24"), AT)
    restore(settings, NOW)
    assert remote.writes == []


def test_a_service_user_that_may_not_block_is_given_no_orders(house, settings, remote):
    remote.may = {Capability.LIST_VEHICLES}
    (line,) = withheld(dunning(settings, DAY, NOW)).values()
    assert line == "live/far: служебный пользователь не вправе блокировать на этой платформе"
    assert (remote.writes, [row[0] for row in orders(house)]) == ([], ["K-A"])


def test_an_account_of_another_left_alone_does_not_open_the_one_we_block(house, settings, remote):
    """The second account is somebody else's block: the first one stays blocked on every later day."""
    remote.blocked["far"] = True
    dunning(settings, DAY, NOW)
    dunning(settings, date(2026, 3, 25), NOW)
    assert (blocked(settings), remote.writes) == (["K-A"], [])


def test_a_write_whose_answer_was_lost_is_not_repeated(house, settings, remote):
    remote.loses = True
    result = dunning(settings, DAY, NOW)
    assert result.refused == {"live/far": "no answer within 30 s"}
    assert blocked(settings) == ["K-A"]
    assert [row[3] for row in orders(house)] == ["blocked", None]
    assert dunning(settings, DAY, NOW).refused == {}
    assert remote.writes == [("far", True)]
    assert [row[3] for row in orders(house)] == ["blocked", "blocked"]


@pytest.mark.parametrize("is_paid_first", [False, True])
def test_a_platform_that_works_in_cycles_is_written_once_and_read_until_it_has_done_it(house, settings, remote, tmp_path, is_paid_first):
    remote.next_cycle = {}

    def last():
        return [row[1:] for row in orders(house) if row[0] == "far"][-1]

    for hours in (0, 1):
        assert dunning(settings, DAY, NOW + timedelta(hours=hours)).refused == {}
        assert (remote.writes, last()) == ([("far", True)], ("block", "active", None))
    if not is_paid_first:
        remote.blocked |= remote.next_cycle
        dunning(settings, DAY, NOW + timedelta(hours=2))
        assert (remote.writes, last()) == ([("far", True)], ("block", "active", "blocked"))
    import_payments(settings, statement(tmp_path / "1.txt", Paper("1", "3600.00", "", INN, day="2026-03-24"), until="2026-03-24"), AT)
    if is_paid_first:
        assert restore(settings, NOW + timedelta(hours=2)).refused == {}
        assert (remote.writes, last()) == ([("far", True)], ("restore", "unknown", None)), "the block is still to come"
        remote.blocked |= remote.next_cycle
    for hours in (3, 4):
        assert restore(settings, NOW + timedelta(hours=hours)).refused == {}
        assert (len(remote.writes), last()) == (2, ("restore", "unknown", None))
    restore(settings, NOW + timedelta(hours=28))  # its cycle is over, and nothing has happened
    assert remote.writes == [("far", True), ("far", False), ("far", False)]
    remote.blocked |= remote.next_cycle
    restore(settings, NOW + timedelta(hours=29))
    assert (len(remote.writes), last()) == (3, ("restore", "unknown", "active"))


def test_settings_say_after_how_many_days(house, settings):
    assert dunning(replace(settings, block_after_days=3), date(2026, 3, 13), NOW, dry_run=True).count("block") == 1
