"""What platforms say against the ledger of access each day, and the days on which something is wrong outside."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from pipelines.access.dunning import LadderOfThePast, dunning
from pipelines.access.reconcile import reconcile
from pipelines.access.restore import restore
from pipelines.clock import Authorship
from pipelines.findings import muting
from pipelines.findings.store import listing
from pipelines.platforms import retries
from pipelines.receivables.importing import import_payments
from pipelines.runs.status import waiting
from pipelines.warehouse.engine import reading
from tests.debtors import DAY, INN, blocked, indebted_house, tree_snapshot
from tests.ledger_world import Paper, statement
from tests.loopback import Reply
from tests.traccar_server import ADMIN, PASSWORD, TraccarServer

MORNING = datetime(2026, 3, 24, 5, tzinfo=UTC)
ONE_DAY = timedelta(days=1)


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(retries, "sleep", lambda _: None)
    with TraccarServer("6.10.0") as made:
        for number in (2, 7, 9):
            made.user(number)
        made.clock = MORNING
        monkeypatch.setenv("AIRFLOW_CONN_LIVE", json.dumps({"conn_type": "http", "host": made.url, "login": ADMIN, "password": PASSWORD}))
        yield made


@pytest.fixture
def house(settings, tmp_path, server):
    """A, who is in debt, has gps1/K-A and live/2; B has gps1/K-B and live/7."""
    made = indebted_house(settings, tmp_path)
    made.platform("live", "traccar")
    made.account("2", "K-A", platform="live")
    made.account("7", "K-B", platform="live")
    with made.owner() as connection:
        connection.execute(text("UPDATE master.platforms SET connection = 'live' WHERE platform = 'live'"))
    return made


def pays(settings, tmp_path, until="2026-03-24", at=MORNING):
    import_payments(settings, statement(tmp_path / f"{until}.txt", Paper("1", "3600.00", "", INN, day=until), until=until), at)


def writes(server):
    return [request.path for request in server.requests if request.method == "PUT"]


def found(settings):
    with reading(settings) as connection:
        rows = [row for row in listing(connection) if row["kind"].startswith("block_")]
    return {(row["kind"], row["subject"]): (row["days"], row["platform"], row["contract_no"], row["detail"]) for row in rows}


def test_every_difference_is_a_finding_with_its_age_and_nothing_is_written(house, settings, server, tmp_path):
    dunning(settings, DAY, MORNING)
    assert (server.users[2]["disabled"], blocked(settings)) == (True, ["K-A"])
    assert reconcile(settings, MORNING).drifts == ()
    tree_snapshot(house, settings, [("K-A", None, None, True), ("K-B", None, None, True)], DAY)  # of the day itself: too early to tell
    assert reconcile(settings, MORNING).drifts == ()

    server.edit(2, 9, MORNING + timedelta(hours=2), disabled=False)
    server.edit(7, 9, MORNING + timedelta(hours=3), disabled=True)
    tree_snapshot(house, settings, [("K-A", None, None, True), ("K-B", None, None, False)], DAY + ONE_DAY)
    before = writes(server)
    reconcile(settings, MORNING + ONE_DAY)
    assert [each.subject for each in waiting(settings, MORNING + ONE_DAY) if each.what == "lifted block"] == ["live/2"]
    accepted = Authorship("Анна", "договорились", MORNING + ONE_DAY)
    muting.mute(settings, "block_lifted", "live/2", DAY + ONE_DAY * 2, accepted)
    for days, asked in ((2, []), (3, ["live/2"])):
        subjects = [each.subject for each in waiting(settings, MORNING + ONE_DAY * days) if each.what == "lifted block"]
        assert subjects == asked, days
    for days in (1, 2):
        done = reconcile(settings, MORNING + ONE_DAY * days)
        assert (done.asked, done.unread) == (4, {})
        assert done.drifts == ("block_lifted live/2", "block_not_applied gps1/K-A", "block_of_others gps1/K-B", "block_of_others live/7")
    assert found(settings) == {
        ("block_lifted", "live/2"): (
            2, "live", "K-A", "заблокировали мы 24.03.2026, снята не нами 24.03.2026 10:00, изменил u9@gps.example",
        ),
        ("block_not_applied", "gps1/K-A"): (
            2, "gps1", "K-A", "в списке отключений с 24.03.2026, а в снимке за 25.03.2026 открыта",
        ),
        ("block_of_others", "gps1/K-B"): (2, "gps1", "K-B", "заблокирована не нами: так в снимке за 25.03.2026"),
        ("block_of_others", "live/7"): (2, "live", "K-B", "заблокирована не нами; изменил u9@gps.example 24.03.2026"),
    }  # fmt: skip
    pays(settings, tmp_path)
    restore(settings, MORNING + ONE_DAY)
    assert (writes(server), server.users[7]["disabled"]) == (before, True)

    server.fault = lambda *_: Reply(401)
    done = reconcile(settings, MORNING + ONE_DAY * 3)
    assert (sorted(done.unread), done.drifts) == (["live"], ("block_of_others gps1/K-B", "block_of_others live/7"))
    for _ in range(2):  # the day again, and the next one: what was read last stands, and says of when it is
        assert found(settings)["block_of_others", "live/7"][3].endswith(
            "изменил u9@gps.example 24.03.2026; так было 26.03.2026, с тех пор платформа не прочитана"
        )
        reconcile(settings, MORNING + ONE_DAY * 3)
    server.fault = None
    server.users[7]["disabled"] = False
    tree_snapshot(house, settings, [("K-A", None, None, False), ("K-B", None, None, True)], DAY + ONE_DAY * 4)
    done = reconcile(settings, MORNING + ONE_DAY * 4)
    assert done.drifts == ("block_not_applied gps1/K-A",)
    assert found(settings)["block_not_applied", "gps1/K-A"][3] == "убрана из списка отключений 24.03.2026, а в снимке за 28.03.2026 закрыта"


def test_a_platform_that_is_down_on_the_day_of_a_block_is_blocked_when_it_is_up(house, settings, server, tmp_path):
    server.fault = lambda *_: Reply(503)
    result = dunning(settings, DAY, MORNING)
    assert blocked(settings) == ["K-A"]
    assert [row.reason.startswith("live/2: ") for row in result.rows if row.action == "withheld"] == [True]
    server.fault = None
    dunning(settings, DAY + ONE_DAY, MORNING + ONE_DAY)
    assert (server.users[2]["disabled"], len(writes(server))) == (True, 1)
    server.fault = lambda *_: Reply(503)  # and down when it is paid: the order stands
    pays(settings, tmp_path)
    assert set(restore(settings, MORNING + ONE_DAY).refused) == {"live"}
    assert blocked(settings) == []
    server.fault = None
    assert restore(settings, MORNING + ONE_DAY).refused == {}
    assert server.users[2]["disabled"] is False


def test_a_block_that_never_took_effect_stands_as_an_order_and_is_set_by_the_next_run(house, settings, server, tmp_path):
    """The server answers that all is well, and does nothing: what is read back counts."""
    server.fault = lambda request, _: Reply(200, b"{}") if request.method == "PUT" else None
    assert set(dunning(settings, DAY, MORNING).refused) == {"live/2"}
    assert (server.users[2]["disabled"], len(writes(server))) == (False, 1)
    server.fault = None
    assert reconcile(settings, MORNING).drifts == ()
    dunning(settings, DAY + ONE_DAY, MORNING + ONE_DAY)
    assert (server.users[2]["disabled"], len(writes(server))) == (True, 2)
    pays(settings, tmp_path)
    restore(settings, MORNING + ONE_DAY)
    assert server.users[2]["disabled"] is False


def test_a_block_of_others_that_stood_before_ours_and_was_lifted_during_it(house, settings, server, tmp_path):
    """Theirs is not taken for ours; when they have lifted it, the ladder blocks, and gives back what it blocked."""
    server.users[2]["disabled"] = True
    dunning(settings, DAY, MORNING)
    assert (writes(server), reconcile(settings, MORNING).drifts) == ([], ("block_of_others live/2",))
    server.users[2]["disabled"] = False
    dunning(settings, DAY + ONE_DAY, MORNING + ONE_DAY)
    assert (server.users[2]["disabled"], len(writes(server))) == (True, 1)
    assert reconcile(settings, MORNING + ONE_DAY).drifts == ()
    pays(settings, tmp_path)
    restore(settings, MORNING + ONE_DAY)
    assert (server.users[2]["disabled"], len(writes(server))) == (False, 2)


def test_a_client_that_moves_to_another_dealer_while_blocked_stays_blocked_and_comes_back_by_paying(house, settings, server, tmp_path):
    for dealer in ("D1", "D2"):
        house.client(dealer)
    with house.owner() as connection:
        connection.execute(text("UPDATE master.clients SET dealer_code = 'D1' WHERE client_code = 'A'"))
    dunning(settings, DAY, MORNING)
    with house.owner() as connection:
        connection.execute(text("UPDATE master.clients SET dealer_code = 'D2' WHERE client_code = 'A'"))
    server.user(8, "Новый дилер", userLimit=-1)
    server.managed.append((8, 2))
    before = writes(server)
    dunning(settings, DAY + ONE_DAY, MORNING + ONE_DAY)
    assert (writes(server), blocked(settings)) == (before, ["K-A"])
    assert reconcile(settings, MORNING + ONE_DAY).drifts == ()
    pays(settings, tmp_path)
    restore(settings, MORNING + ONE_DAY)
    assert (server.users[2]["disabled"], server.users[8]["disabled"], blocked(settings)) == (False, False, [])


def test_four_days_without_a_bank_file_block_nobody_more_and_the_file_settles_it(house, settings, server, tmp_path):
    """The last statement reaches to 23 March. Who was blocked on known data stays so; B's debt of the 13th waits for the file."""
    dunning(settings, DAY, MORNING)
    house.invoice("B", "700.00", "2026-03-13")
    late = date(2026, 3, 27)
    result = dunning(settings, late, MORNING + ONE_DAY * 3)
    withheld = [(row.client_code, row.reason.split(":")[0]) for row in result.rows if row.action == "withheld"]
    assert withheld == [("B", "нет свежих данных о платежах")]
    assert (blocked(settings), server.users[7]["disabled"]) == (["K-A"], False)
    pays(settings, tmp_path, until="2026-03-27", at=MORNING + ONE_DAY * 4)
    restore(settings, MORNING + ONE_DAY * 4)
    assert blocked(settings) == []
    dunning(settings, late + ONE_DAY, MORNING + ONE_DAY * 4)
    assert (blocked(settings), server.users[7]["disabled"], server.users[2]["disabled"]) == (["K-B"], True, False)


def test_a_clock_that_jumps_back_neither_loses_a_restore_nor_takes_an_earlier_ladder(house, settings, server, tmp_path):
    dunning(settings, DAY, MORNING)
    earlier = MORNING - ONE_DAY * 3
    with pytest.raises(LadderOfThePast):
        dunning(settings, earlier.date(), earlier)
    pays(settings, tmp_path)
    restore(settings, earlier)
    assert (server.users[2]["disabled"], blocked(settings)) == (False, [])
    house.invoice("A", "500.00", "2026-03-10")
    dunning(settings, DAY, earlier)  # the newest order counts, whatever the clock said when it was given
    assert (server.users[2]["disabled"], blocked(settings)) == (True, ["K-A"])
    assert reconcile(settings, earlier).drifts == ()
