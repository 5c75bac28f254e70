"""Blocks on a live platform: what goes down with an account, whose block it is, and what somebody else lifts."""

import json
import logging
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from pipelines.access.dunning import dunning
from pipelines.access.listing import blocked as listed
from pipelines.access.read_back import read_back
from pipelines.access.reblock import reblock
from pipelines.access.restore import restore
from pipelines.access.stop import resume, stop
from pipelines.clock import Authorship
from pipelines.errors import BadInput
from pipelines.findings.details import detail_words
from pipelines.platforms import retries
from pipelines.receivables.importing import import_payments
from pipelines.runs.status import waiting
from pipelines.warehouse import query
from pipelines.warehouse.engine import transaction
from tests.debtors import DAY, INN, indebted_house
from tests.ledger_world import Paper, statement
from tests.loopback import Reply
from tests.traccar_server import ADMIN, PASSWORD, TraccarServer
from tests.wialon_server import TOKEN, WialonServer

TABLES = ("access.orders", "access.outcomes", "access.readings", "findings.occurrences", "delivery.mail_outbox")
MORNING = datetime(2026, 3, 24, 5, tzinfo=UTC)
NOON = MORNING + timedelta(hours=4)
ANNA = Authorship("Анна Петрова", "дилеру отказали", NOON)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr(retries, "sleep", lambda _: None)


@pytest.fixture(autouse=True)
def no_secrets(caplog, settings):
    """Whatever happens in a test: no log holds a secret of the platforms, nor does the ledger."""
    caplog.set_level(logging.DEBUG)
    yield
    with transaction(settings) as connection:
        stored = [str(row) for table in TABLES for row in connection.execute(text(f"SELECT * FROM {table}"))]
    for said in (caplog.text, *stored):
        assert not any(secret in said for secret in (PASSWORD, TOKEN, "totp-secret"))


@pytest.fixture
def house(settings, tmp_path):
    """Of A, who is in debt: user 2 of a Traccar server, with driver 3 and dispatcher 4 under it, and a share link of each of 2 and 4."""
    made = indebted_house(settings, tmp_path)
    made.platform("live", "traccar")
    made.account("2", "K-A", platform="live")
    with made.owner() as connection:
        connection.execute(text("UPDATE master.platforms SET connection = 'live' WHERE platform = 'live'"))
    return made


@pytest.fixture
def server(monkeypatch):
    with TraccarServer("6.10.0") as made:
        made.user(2, "ООО «Ромашка»", userLimit=-1)
        made.user(3, "Водитель")
        made.user(4, "Диспетчер")
        made.user(5, "u2@gps.example:350000000000001", email="u2@gps.example:350000000000001", temporary=True)
        made.user(6, "u4@gps.example:350000000000001", email="u4@gps.example:350000000000001", temporary=True)
        made.user(7, "Чужой")
        made.managed += [(2, 3), (2, 4)]
        made.device(1, (2,))
        made.device(2, (2, 7))
        made.device(3, (4,))
        made.clock = MORNING
        secret = {"conn_type": "http", "host": made.url, "login": ADMIN, "password": PASSWORD}
        monkeypatch.setenv("AIRFLOW_CONN_LIVE", json.dumps(secret))
        yield made


def configured(house, **columns):
    with house.owner() as connection:
        for name, value in columns.items():
            connection.execute(text(f"UPDATE master.platforms SET {name} = :value WHERE platform = 'live'"), {"value": value})


def disabled(server):
    return sorted(number for number, user in server.users.items() if user["disabled"])


def pays(settings, tmp_path, amount="3600.00", name="1"):
    import_payments(settings, statement(tmp_path / f"{name}.txt", Paper(name, amount, "", INN, day="2026-03-24"), until="2026-03-24"), NOON)


def orders(house):
    joined = "access.orders LEFT JOIN access.outcomes USING (order_no)"
    columns = "target, target_id, action, state_after, is_ours"
    return house.rows(f"SELECT {columns} FROM {joined} WHERE platform = 'live' ORDER BY order_no")


def findings(house):
    rows = house.rows("SELECT kind, subject, contract_no, parameters FROM findings.occurrences WHERE kind LIKE 'block%' ORDER BY 1, 2")
    return [(kind, subject, contract, detail_words(kind, parameters)) for kind, subject, contract, parameters in rows]


def writes(server):
    return [int(request.path.rsplit("/", 1)[1]) for request in server.requests if request.method == "PUT"]


def test_share_links_go_down_with_their_user_and_come_back_after_it(house, settings, server, tmp_path):
    before = json.dumps(server.users, sort_keys=True)
    result = dunning(settings, DAY, MORNING)
    assert [(row.accounts, row.parts) for row in result.rows] == [(("gps1/K-A", "live/2"), ("live/2: ссылка 5",))]
    assert disabled(server) == [2, 5]
    dunning(settings, DAY, MORNING)
    assert writes(server) == [5, 2]
    (_, row) = listed(settings)
    assert (row["account_id"], row["share_links"], row["sub_users"], row["vehicles"], row["lifted_at"]) == ("2", 1, 0, 0, None)
    assert row["explanation"].endswith(". Вместе с учётной записью: 1\xa0ссылка")
    pays(settings, tmp_path)
    assert restore(settings, NOON).refused == {}
    assert writes(server) == [5, 2, 2, 5]
    assert json.dumps(server.users, sort_keys=True) == before
    assert orders(house) == [
        ("share_link", "5", "block", "blocked", True),
        ("account", "2", "block", "blocked", True),
        ("account", "2", "restore", "active", True),
        ("share_link", "5", "restore", "active", True),
    ]


def test_a_share_link_that_is_made_after_the_block_goes_down_with_the_next_ladder(house, settings, server, tmp_path):
    dunning(settings, DAY, MORNING)
    server.user(8, "u2@gps.example:350000000000002", email="u2@gps.example:350000000000002", temporary=True)
    dunning(settings, DAY, MORNING)
    assert disabled(server) == [2, 5, 8]
    server.users[8]["disabled"] = False  # somebody lets it in again: no silent war
    read_back(settings, "live", NOON)
    dunning(settings, DAY, NOON)
    assert disabled(server) == [2, 5]
    pays(settings, tmp_path)
    restore(settings, NOON + timedelta(hours=1))
    assert disabled(server) == []


@pytest.mark.parametrize("is_moved", [True, False])
def test_nothing_more_goes_down_with_an_account_that_is_let_in_or_is_another_clients(house, settings, server, is_moved):
    dunning(settings, DAY, MORNING)
    server.user(8, "u2@gps.example:350000000000002", email="u2@gps.example:350000000000002", temporary=True)
    if is_moved:
        with house.owner() as connection:
            connection.execute(text("UPDATE master.accounts SET contract_no = 'K-B' WHERE platform = 'live'"))
    else:
        server.users[2]["disabled"] = False  # and nobody has read it back yet
    dunning(settings, DAY, NOON)
    assert disabled(server) == ([] if is_moved else [5])


def test_nothing_more_is_blocked_while_payment_data_are_stale(house, settings, server):
    dunning(settings, DAY, MORNING)
    house.account("4", "K-A", platform="live")
    server.user(8, "u2@gps.example:350000000000002", email="u2@gps.example:350000000000002", temporary=True)
    late = DAY + timedelta(days=30)
    result = dunning(settings, late, MORNING + timedelta(days=30))
    assert disabled(server) == [2, 5]
    assert [row.reason.split(":")[0] for row in result.rows if row.action == "withheld"] == ["нет свежих данных о платежах"]


def test_users_and_vehicles_go_down_where_that_is_configured(house, settings, server, tmp_path):
    """Driver 3 is blocked by somebody else already, device 2 is somebody else's too: neither is touched."""
    server.users[3]["disabled"] = True
    configured(house, block_sub_users=True, block_vehicles=True)
    before = json.dumps([server.users, server.devices], sort_keys=True)
    dunning(settings, DAY, MORNING)
    assert (disabled(server), [number for number, each in server.devices.items() if each["disabled"]]) == ([2, 3, 4, 5, 6], [1, 3])
    (_, row) = listed(settings)
    assert (row["share_links"], row["sub_users"], row["vehicles"]) == (2, 1, 2)
    assert [order[:2] for order in orders(house)] == [
        ("vehicle", "1"), ("vehicle", "3"), ("share_link", "5"), ("share_link", "6"), ("sub_user", "4"), ("account", "2"),
    ]  # fmt: skip
    pays(settings, tmp_path)
    restore(settings, NOON)
    assert [order[:2] for order in orders(house)][6:] == [order[:2] for order in orders(house)][5::-1]
    assert json.dumps([server.users, server.devices], sort_keys=True) == before


def test_an_account_says_otherwise_than_its_platform(house, settings, server):
    configured(house, block_sub_users=True)
    with house.owner() as connection:
        connection.execute(text("UPDATE master.accounts SET block_sub_users = false WHERE platform = 'live'"))
    dunning(settings, DAY, MORNING)
    assert disabled(server) == [2, 5]


def test_a_client_or_the_service_user_under_an_account_keeps_it_open(house, settings, server):
    house.account("4", "K-B", platform="live")
    (line,) = [row for row in dunning(settings, DAY, MORNING).rows if row.action == "withheld"]
    assert line.reason == "live/2: под ней работают другие клиенты: B"
    assert disabled(server) == []


def test_what_somebody_lifts_is_a_finding_and_no_silent_war(house, settings, server, tmp_path):
    dunning(settings, DAY, MORNING)
    assert read_back(settings, "live", MORNING + timedelta(hours=1)).drifts == ()
    server.edit(2, 7, MORNING + timedelta(hours=2), disabled=False)
    assert read_back(settings, "live", NOON).drifts == ("block_lifted live/2",)
    read_back(settings, "live", NOON)
    told = "заблокировали мы 24.03.2026, снята не нами 24.03.2026 10:00, изменил u7@gps.example"
    assert findings(house) == [("block_lifted", "live/2", "K-A", told)]
    assert house.rows("SELECT count(*) FROM access.readings") == [(1,)]

    again = dunning(settings, DAY + timedelta(days=1), NOON + timedelta(days=1))
    (line,) = again.rows
    assert (line.action, "сняли не мы (24.03.2026); снова заблокируем по слову человека" in line.reason) == ("withheld", True)
    assert (disabled(server), writes(server)) == ([5], [5, 2])
    row = next(row for row in listed(settings) if row["platform"] == "live")
    assert (row["lifted_at"], row["lifted_by"]) == (MORNING + timedelta(hours=2), "u7@gps.example")
    assert "Нашу блокировку сняли не мы 24.03.2026 10:00" in row["explanation"]

    with pytest.raises(BadInput, match="nothing that somebody else has lifted"):
        reblock(settings, "B", ANNA)
    assert reblock(settings, "A", ANNA).refused == {}
    assert disabled(server) == [2, 5]
    with pytest.raises(BadInput, match="nothing that somebody else has lifted"):
        reblock(settings, "A", ANNA)
    assert house.rows("SELECT approved_by FROM access.orders WHERE approved_by IS NOT NULL AND target = 'account'") == [("Анна Петрова",)]
    read_back(settings, "live", NOON)
    assert findings(house) == []
    pays(settings, tmp_path)
    restore(settings, NOON + timedelta(days=1))
    assert disabled(server) == []


def test_an_order_to_block_again_that_did_not_reach_its_platform_is_carried_out_by_running_it_again(house, settings, server):
    dunning(settings, DAY, MORNING)
    server.edit(2, 7, MORNING + timedelta(hours=2), disabled=False)
    read_back(settings, "live", NOON)
    server.fault = lambda request, _: Reply(dies="at once") if request.method == "PUT" else None
    assert set(reblock(settings, "A", ANNA).refused) == {"live/2"}
    given = orders(house)
    assert (given[-1], disabled(server)) == (("account", "2", "block", None, None), [5])
    with pytest.raises(BadInput, match="nothing that somebody else has lifted"):
        reblock(settings, "B", ANNA)
    server.fault = None
    again = reblock(settings, "A", ANNA)
    assert (again.refused, disabled(server)) == ({}, [2, 5])
    [line] = again.lines
    assert "приказ уже дан (Анна Петрова), но ещё не был исполнен [live/2]" in line
    assert orders(house) == [*given[:-1], ("account", "2", "block", "blocked", True)]
    with pytest.raises(BadInput, match="nothing that somebody else has lifted"):
        reblock(settings, "A", ANNA)


def test_the_next_debt_blocks_again(house, settings, server):
    dunning(settings, DAY, MORNING)
    server.users[2]["disabled"] = False
    read_back(settings, "live", NOON)
    house.invoice("A", "700.00", "2026-03-11")
    dunning(settings, DAY + timedelta(days=1), NOON + timedelta(days=1))
    assert disabled(server) == [2, 5]


def standing(settings):
    with transaction(settings) as connection:
        return query.run(connection, "delivery/mail/standing", organization_code="ORG", client_code="A").one()


def test_a_block_that_came_after_ours_was_lifted_is_theirs(house, settings, server, tmp_path):
    dunning(settings, DAY, MORNING)
    server.users[2]["disabled"] = False
    read_back(settings, "live", NOON)
    server.users[2]["disabled"] = True
    read_back(settings, "live", NOON + timedelta(hours=1))
    assert findings(house) == [], "nobody is served any more"
    pays(settings, tmp_path)
    restore(settings, NOON + timedelta(hours=2))
    assert disabled(server) == [2]
    assert standing(settings).is_blocked_by_others, "nobody writes to the client that access is back"
    assert orders(house)[2:] == [("account", "2", "restore", "blocked", False), ("share_link", "5", "restore", "active", True)]
    read_back(settings, "live", NOON + timedelta(hours=3))
    ((kind, subject, _, detail),) = findings(house)
    assert (kind, subject) == ("block_stays", "live/2")
    assert detail.startswith("доступ вернули мы 24.03.2026, заблокирована не нами замечено 24.03.2026")
    server.users[2]["disabled"] = False
    read_back(settings, "live", NOON + timedelta(hours=4))
    assert findings(house) == []
    assert not standing(settings).is_blocked_by_others


def test_an_account_that_was_blocked_between_our_look_and_our_write_stays_theirs(house, settings, server, tmp_path):
    def fault(request, _):
        if request.path == "/api/users/2" and request.method == "GET":
            server.users[2]["expirationTime"] = "2026-03-01T00:00:00.000+00:00"

    server.fault = fault
    dunning(settings, DAY, MORNING)
    server.fault = None
    assert orders(house)[1] == ("account", "2", "block", "blocked", False)
    pays(settings, tmp_path)
    restore(settings, NOON)
    assert (server.users[2]["disabled"], server.users[5]["disabled"]) == (False, False)
    assert 2 not in writes(server)


def test_one_account_that_cannot_be_written_holds_up_no_other(house, settings, server, tmp_path):
    house.account("4", "K-A", platform="live")
    house.account("3", "K-A", platform="live")

    def fault(request, _):
        if request.method == "PUT" and request.path.endswith("/3"):
            return Reply(400, b"java.lang.SecurityException: no")
        if request.method == "PUT" and request.path.endswith("/5"):
            del server.users[5]
        return None

    server.fault = fault
    refused = dunning(settings, DAY, MORNING).refused
    assert [*refused] == ["live/3"]
    assert disabled(server) == [2, 4, 6]
    server.fault = None
    assert dunning(settings, DAY, MORNING).refused == {}
    assert disabled(server) == [2, 3, 4, 6]
    assert ("share_link", "5", "block", "gone", False) in orders(house)
    del server.users[6]
    pays(settings, tmp_path)
    assert restore(settings, NOON).refused == {}
    assert disabled(server) == []


def test_a_platform_that_asks_to_wait_is_waited_for_and_a_login_refused_stops_the_platform(house, settings, server):
    server.users.pop(5)
    answers = [Reply(429, headers={"Retry-After": "7"})]
    server.fault = lambda request, _: answers.pop() if request.method == "PUT" and answers else None
    assert dunning(settings, DAY, MORNING).refused == {}
    assert disabled(server) == [2]
    server.fault = lambda *_: Reply(401)
    server.users[2]["disabled"] = False
    with house.owner() as connection:
        connection.execute(text("INSERT INTO access.promises VALUES ('ORG', 'A', 1, '2026-04-01', 'Анна', 'звонок', now())"))
    ((place, why),) = restore(settings, NOON).refused.items()
    assert (place, "does not accept the service user" in why, PASSWORD in why) == ("live", True, False)


def test_the_accounts_under_a_wialon_account_by_its_platforms_setting(settings, house, monkeypatch, tmp_path):
    with house.owner() as connection:
        connection.execute(text("INSERT INTO master.platforms VALUES ('far', 'wialon', NULL, 'far', 'Europe/Moscow', true)"))
    house.account("2001", "K-A", platform="far")
    house.account("99", "K-B", platform="live")
    with WialonServer() as server:
        server.account(2001)
        server.account(3001, parent=2001)
        server.account(3002, parent=3001)
        server.account(3003, parent=2001, enabled=0)
        monkeypatch.setenv("AIRFLOW_CONN_FAR", json.dumps({"host": server.url, "password": TOKEN}))
        before = json.dumps(server.accounts)
        dunning(settings, DAY, MORNING)
        assert [number for number, account in server.accounts.items() if not account["enabled"]] == [2001, 3001, 3002, 3003]
        server.accounts[2001]["enabled"] = 1
        assert read_back(settings, "far", NOON).drifts == ("block_lifted far/2001",)
        server.accounts[2001]["enabled"] = 0
        pays(settings, tmp_path)
        restore(settings, NOON)
        after = json.loads(json.dumps(server.accounts))
        assert after["2001"]["enabled"] == 0, "nobody has seen that it is not the block that was lifted"
        after["2001"]["enabled"] = 1
        assert after == json.loads(before)


def test_a_debt_that_is_paid_before_its_block_reached_the_platform_writes_nothing(house, settings, server, tmp_path):
    server.fault = lambda request, _: Reply(dies="at once") if request.method == "PUT" else None
    assert set(dunning(settings, DAY, MORNING).refused) == {"live/2 share_link 5", "live/2"}
    (waits,) = [each for each in waiting(settings, MORNING) if each.what == "orders"]
    assert (waits.subject, waits.detail) == ("live", "2 orders to block or restore not carried out")
    pays(settings, tmp_path)
    server.fault = None
    server.requests.clear()
    assert restore(settings, NOON).refused == {}
    assert (writes(server), disabled(server)) == ([], [])


def test_by_the_commands(house, settings, server, run_cli, tmp_path):
    code, out, _ = run_cli("dunning", "--date", str(date(2026, 3, 24)), "--format", "json")
    assert (code, json.loads(out)[0]["parts"]) == (0, ["live/2: ссылка 5"])
    server.edit(2, 7, datetime.now(UTC), disabled=False)
    code, out, err = run_cli("snapshot", "take", "--platform", "live", "--format", "json")
    assert (code, "block_lifted live/2" in err) == (0, True)
    [taken] = json.loads(out)
    [(day,)] = house.rows("SELECT business_date FROM evidence.snapshots WHERE digest = :digest", digest=taken["digest"])
    assert (taken["date"], taken["status"]) == (day.isoformat(), "landed")
    code, out, _ = run_cli("access", "--client", "A")
    assert "Нашу блокировку сняли не мы" in " ".join(out.split())
    code, _, err = run_cli("access", "reblock", "--client", "A", "--by", "Анна", "--reason", "дилеру отказали")
    assert (code, disabled(server)) == (0, [2, 5]), err
    assert run_cli("access", "reblock", "--client", "A", "--by", "Анна", "--reason", "ещё раз")[0] == 2
    path = statement(tmp_path / "1.txt", Paper("1", "3600.00", "", INN, day="2026-03-24"), until="2026-03-24")
    code, _, err = run_cli("payments", "import", path)
    assert (code, disabled(server), PASSWORD in err) == (0, [], False), err


def test_while_all_blocking_is_stopped_that_is_the_reason_and_no_platform_is_asked(house, settings, server):
    stop(settings, ANNA)
    asked = len(server.requests)
    done = dunning(settings, DAY, NOON)
    assert [(row.action, row.reason) for row in done.rows if row.action != "final"] == [
        ("withheld", "отключения остановлены: Анна Петрова, 24.03.2026 12:00: дилеру отказали")
    ]
    assert len(server.requests) == asked
    resume(settings, ANNA)
    dunning(settings, DAY, NOON)
    assert disabled(server) == [2, 5]


def test_while_payment_data_are_stale_that_is_the_reason(house, settings, server):
    late = DAY + timedelta(days=30)
    done = dunning(settings, late, NOON + timedelta(days=30))
    [reason] = [row.reason for row in done.rows if row.action == "withheld"]
    assert reason.startswith("нет свежих данных о платежах: по счёту ")
