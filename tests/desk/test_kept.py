"""Readings that are kept: one at a time, made anew when anything was written, the old one shown while the new one is made."""

import threading

import pytest
from sqlalchemy import text

from pipelines.desk import kept
from pipelines.warehouse import engine
from tests.conftest import NOW


class Reader:
    """A reading that takes as long as a test wants; ``times``: how often it was begun."""

    def __init__(self) -> None:
        self.times, self.may_end = 0, threading.Event()

    def __call__(self, connection):
        self.times += 1
        assert self.may_end.wait(20)
        return connection.execute(text("SELECT count(*) FROM master.platforms")).scalar()


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(kept, "PATIENCE", 0.1)


def _write(settings):
    """Written by a session that ends: the server counts it at once."""
    from sqlalchemy import create_engine

    owner = create_engine(settings.database_owner_url)
    with owner.begin() as connection:
        connection.execute(text("INSERT INTO master.platforms (platform, kind, time_zone) VALUES ('p', 'files', 'Europe/Moscow')"))
    owner.dispose()


def _until(condition):
    for _ in range(200):
        if condition():
            return
        threading.Event().wait(0.05)
    raise AssertionError("it never came")


def test_a_long_reading_is_made_beside_the_page_and_once(settings, impatient):
    readings, reader = kept.KeptReadings(), Reader()
    asked = [readings.reading(settings, "month", reader, NOW) for _ in range(3)]
    assert (asked, reader.times) == ([None, None, None], 1)
    reader.may_end.set()
    _until(lambda: readings.reading(settings, "month", reader, NOW))
    assert (readings.reading(settings, "month", reader, NOW).read, reader.times) == (0, 1)


def test_what_was_written_is_read_and_the_old_reading_shown_meanwhile(settings, impatient):
    readings, reader = kept.KeptReadings(), Reader()
    reader.may_end.set()
    _until(lambda: readings.reading(settings, "month", reader, NOW))
    reader.may_end.clear()
    _write(settings)
    _until(lambda: readings.reading(settings, "month", reader, NOW).read == 0 and reader.times == 2)
    reader.may_end.set()
    _until(lambda: readings.reading(settings, "month", reader, NOW).read == 1)
    readings.forget()
    reader.may_end.clear()
    assert readings.reading(settings, "month", reader, NOW) is None
    reader.may_end.set()


def test_a_reading_that_fails_fails_for_who_waits_and_is_tried_again(settings):
    readings = kept.KeptReadings()

    def broken(connection):
        raise LookupError("nothing there")

    for _ in range(2):
        with pytest.raises(LookupError):
            readings.reading(settings, "month", broken, NOW)
    with engine.reading(settings):
        assert readings.reading(settings, "month", lambda _: 7, NOW).read == 7


def test_a_reading_that_fails_after_its_page_has_gone_is_logged_and_told_to_the_next_page(settings, impatient, caplog):
    readings, may_fail = kept.KeptReadings(), threading.Event()

    def broken(connection):
        assert may_fail.wait(20)
        raise TimeoutError("the storage does not answer")

    assert readings.reading(settings, "month", broken, NOW) is None
    may_fail.set()
    _until(lambda: "the storage does not answer" in caplog.text)
    with pytest.raises(TimeoutError, match="storage"):
        readings.reading(settings, "month", lambda _: 7, NOW)
    _until(lambda: readings.reading(settings, "month", lambda _: 7, NOW))  # told once, then tried again
