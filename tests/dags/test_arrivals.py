"""The trigger that starts `payments_in` and `onec_exchange`: it runs in the triggerer, looks at real folders, and never ends."""

import asyncio
from types import SimpleNamespace

import pytest

from pipelines.runs import arrivals as looks

pytestmark = pytest.mark.airflow


@pytest.fixture
def trigger(airflow_home, monkeypatch):
    """A trigger whose clock goes on by two seconds a look, for it is read twice, and which does not wait for it."""
    import arrivals

    clock = iter(range(10_000))
    monkeypatch.setattr(arrivals, "time", SimpleNamespace(monotonic=lambda: float(next(clock))))
    return lambda what: arrivals.Arrival(what, 0.0)


def _events(trigger, number):
    async def collect():
        stream = trigger.run()
        return [(await anext(stream)).payload for _ in range(number)]

    return asyncio.run(asyncio.wait_for(collect(), 60))


def test_files_are_news_though_there_is_no_database(trigger, tmp_path, monkeypatch):
    monkeypatch.setenv("FLEETBILL_HOME", str(tmp_path))
    bank, onec = tmp_path / "exchange" / "bank" / "in", tmp_path / "exchange" / "onec" / "in"
    for folder, names in (
        (bank, ("a.txt", "b.txt", "c.part", ".d")),
        (onec, ("Message_BP_FB.xml", "Message_BP_FB.zip", "Message_FB_BP.xml")),
    ):
        folder.mkdir(parents=True)
        for name in names:
            (folder / name).write_text(name)
    assert _events(trigger("payments"), 2) == [{"what": "payments", "news": 2}] * 2  # and again, for nobody has taken them
    assert _events(trigger("onec"), 1) == [{"what": "onec", "news": 2}]


def test_a_look_that_fails_is_told_once_and_does_not_end_it(trigger, monkeypatch, caplog):
    outcomes = iter([OSError("no disk")] * 3 + [looks.WhatWaits(frozenset({"file"}))] * 9)

    def look(_settings, _now):
        outcome = next(outcomes)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    monkeypatch.setattr(looks, "of_payments", look)
    caplog.set_level("WARNING", logger="fleetbill.arrivals")
    assert _events(trigger("payments"), 1) == [{"what": "payments", "news": 1}]
    assert [record.getMessage() for record in caplog.records] == ["payments cannot be looked at: OSError: no disk"]


def test_airflow_makes_it_anew_from_what_it_keeps(dags, trigger):
    for dag_id, what in (("payments_in", "payments"), ("onec_exchange", "onec")):
        [asset] = dags[dag_id].timetable.asset_condition.objects
        [watcher] = asset.watchers
        classpath, given = watcher.trigger.serialize()
        assert (classpath, given["what"]) == ("arrivals.Arrival", what)
        assert type(watcher.trigger)(**given).serialize() == (classpath, given)
