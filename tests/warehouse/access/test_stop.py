"""One word ends all blocking at once: for the ladder, for orders that wait, in the middle of a run; access comes back as ever."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from pipelines import history
from pipelines.access.dunning import dunning
from pipelines.access.restore import restore
from pipelines.access.stop import NotStopped, resume, stop
from pipelines.clock import Authorship
from pipelines.receivables.importing import import_payments
from pipelines.runs.outcome import ladder_words
from pipelines.runs.status import waiting
from tests.debtors import DAY, INN, THAT_MORNING, blocked, indebted_house
from tests.ledger_world import Paper, statement

ANNA = Authorship("Анна Петрова", "неверная выписка", THAT_MORNING)
BORIS = Authorship("Борис", "выписка исправлена", THAT_MORNING + timedelta(hours=1))
WHO = "Анна Петрова, 24.03.2026 08:00: неверная выписка"


@pytest.fixture
def house(settings, tmp_path):
    return indebted_house(settings, tmp_path)


def actions(done):
    return {(row.client_code, row.action, row.reason) for row in done.rows if row.action in ("block", "restore", "withheld")}


def test_nobody_is_blocked_until_a_person_lets_it_go_on(house, settings):
    assert stop(settings, ANNA)
    assert not stop(settings, ANNA)
    done = dunning(settings, DAY, THAT_MORNING)
    assert actions(done) == {("A", "withheld", f"отключения остановлены: {WHO}")}
    assert ladder_words(done).endswith(f"не отключаем 1; отключения остановлены ({WHO})")
    assert (blocked(settings), house.rows("SELECT count(*) FROM access.orders")) == ([], [(0,)])
    assert [(each.subject, each.detail) for each in waiting(settings, THAT_MORNING) if each.what == "stopped"] == [
        ("blocking", "by Анна Петрова since 2026-03-24 08:00: неверная выписка")
    ]
    resume(settings, BORIS)
    with pytest.raises(NotStopped):
        resume(settings, BORIS)
    dunning(settings, DAY, THAT_MORNING)
    assert blocked(settings) == ["K-A"]
    told = [(change.action, change.by) for change in history.changes(settings) if change.sheet == "stops"]
    assert told == [("stopped", "Анна Петрова"), ("resumed", "Борис")]


def test_who_is_blocked_stays_so_and_comes_back_by_paying(house, settings, tmp_path):
    dunning(settings, DAY, THAT_MORNING)
    stop(settings, ANNA)
    assert restore(settings, THAT_MORNING).stopped == dunning(settings, DAY, THAT_MORNING).stopped == WHO
    assert blocked(settings) == ["K-A"]
    paid = Paper("1", "3600.00", "", INN, day="2026-03-24")
    import_payments(settings, statement(tmp_path / "paid.txt", paid, until="2026-03-24"), THAT_MORNING)
    assert restore(settings, THAT_MORNING).count("restore") == 1
    assert blocked(settings) == []


def test_a_release_gives_everything_back_and_the_ladder_takes_nothing_until_it_goes_on(house, settings):
    dunning(settings, DAY, THAT_MORNING)
    stop(settings, ANNA, release=True)
    assert actions(restore(settings, THAT_MORNING)) == {("A", "restore", f"отключения остановлены: {WHO}")}
    assert blocked(settings) == []
    assert actions(dunning(settings, DAY, THAT_MORNING)) == {("A", "withheld", f"отключения остановлены: {WHO}")}
    resume(settings, BORIS)
    dunning(settings, DAY, THAT_MORNING)
    assert blocked(settings) == ["K-A"]


def test_an_order_that_waits_is_carried_out_only_when_it_goes_on(house, settings, monkeypatch):
    """The ladder is killed between its orders and its lists, then somebody stops it."""
    with monkeypatch.context() as patched:
        patched.setattr("pipelines.access.dunning.apply_orders", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            dunning(settings, DAY, THAT_MORNING)
    stop(settings, ANNA)
    restore(settings, THAT_MORNING)
    assert blocked(settings) == []
    assert house.rows("SELECT count(*) FROM access.outcomes") == [(0,)]
    resume(settings, BORIS)
    restore(settings, THAT_MORNING)
    assert blocked(settings) == ["K-A"]


def test_a_stop_takes_the_threat_out_of_letters_that_wait(house, settings):
    from pipelines.delivery.mail import client_now
    from pipelines.warehouse import query
    from pipelines.warehouse.engine import reading

    stop(settings, ANNA)
    with reading(settings) as connection:
        stands = query.run(connection, "delivery/mail/standing", organization_code="ORG", client_code="A").one()
        assert stands.is_stopped
        assert not client_now._client(settings, connection, "ORG", "A", THAT_MORNING).may_block


def test_no_word_is_changed_or_taken_away(house, settings):
    stop(settings, ANNA)
    with pytest.raises(Exception, match="never changed"), house.owner() as connection:
        connection.execute(text("DELETE FROM access.stops"))
