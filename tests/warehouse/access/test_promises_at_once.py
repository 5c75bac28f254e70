"""Two people who take a client's promise at once, each from a page that shows none: the second is told of the first."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import text

from pipelines.clock import Authorship
from pipelines.desk.blocking import Promised, take_plan, take_promise
from pipelines.desk.doing import SaidMeanwhile
from pipelines.instalments import Instalment
from pipelines.warehouse import engine
from pipelines.warehouse.locks import Lock, lock
from tests.debtors import indebted_house

SHOWN = datetime(2026, 3, 24, 5, tzinfo=UTC)
CLICKED = datetime(2026, 3, 24, 6, tzinfo=UTC)
UNTIL = date(2026, 3, 30)
WAITING = """SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database AND d.datname = current_database()
WHERE NOT l.granted AND l.locktype = 'advisory'"""


def _promise(settings, author):
    return take_promise(settings, Promised("A", None, SHOWN), UNTIL, author)


def _plan(settings, author):
    return take_plan(settings, Promised("A", None, SHOWN), [Instalment(UNTIL, Decimal("3600.00"))], author)


@pytest.mark.parametrize("take", [_promise, _plan])
def test_of_two_promises_at_once_the_second_changes_nothing_and_is_told(settings, tmp_path, take):
    house = indebted_house(settings, tmp_path)
    with ThreadPoolExecutor(2) as people:
        with engine.transaction(settings) as ladder:
            lock(ladder, Lock.ACCESS)  # both have clicked before either is written
            clicked = [people.submit(take, settings, Authorship(name, "звонил", CLICKED)) for name in ("Анна", "Глеб")]
            deadline = time.monotonic() + 10
            while ladder.execute(text(WAITING)).scalar_one() < 2:
                assert time.monotonic() < deadline
                time.sleep(0.01)
        refused = [each.exception() for each in clicked]
    [told] = [error for error in refused if error]
    assert isinstance(told, SaidMeanwhile), told
    assert told.what == "записано обещание этого клиента до 30.03.2026"
    assert house.rows("SELECT by_name FROM access.promises") == [(told.by,)]
