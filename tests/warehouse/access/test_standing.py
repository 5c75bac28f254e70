"""Where a client stands is what the ladder does to it: asked for one client on a day, against the orders of that day and earlier ones."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from pipelines.access.dunning import dunning
from pipelines.access.promises import NotPutOff, promise_once
from pipelines.access.standing import Shield, standings
from pipelines.clock import Authorship
from pipelines.errors import BadInput
from pipelines.receivables.importing import import_payments
from tests.debtors import DAY, INN, indebted_house
from tests.ledger_world import Paper, statement


def _at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, tzinfo=UTC)


def _of(settings, client: str, day: date):
    [standing] = standings(settings, [client], _at(day))
    return standing


def test_the_day_of_the_block_is_the_ladder_s(settings, tmp_path) -> None:
    indebted_house(settings, tmp_path)
    early = _of(settings, "A", date(2026, 3, 12))
    # due on 10 March: the steps of everybody are −3, +1, +7, +10, and the block +14
    assert [(each.step.name, each.day.day, each.has_come) for each in early.steps] == [
        ("reminder", 7, True), ("notice", 11, True), ("warning", 17, False), ("final", 20, False), ("block", 24, False),
    ]  # fmt: skip
    assert (early.blocks_on, early.shield, early.late_since) == (DAY, None, date(2026, 3, 10))
    assert standings(settings, ["B"], _at(DAY)) == ()
    assert dunning(settings, DAY - timedelta(days=1), _at(DAY - timedelta(days=1))).count("block") == 0
    assert dunning(settings, DAY, _at(DAY)).count("block") == 1
    after = _of(settings, "A", DAY + timedelta(days=1))
    assert (after.blocked_since, after.blocks_on) == (DAY, None)


def test_what_keeps_a_block_away_is_named(settings, tmp_path) -> None:
    house = indebted_house(settings, tmp_path)
    house.client("E", "7702070139", never_block=True)
    house.client("D", "7707083893")
    house.client("U", "7712040126", dealer="D")
    for client, amount in (("E", "500.00"), ("D", "500.00"), ("U", "40.00")):
        house.invoice(client, amount, "2026-03-10")
    shields = {each.client_code: (each.shield, each.blocks_on) for each in standings(settings, ["D", "E", "U"], _at(DAY))}
    assert shields == {"D": (Shield.DEALER, None), "E": (Shield.EXEMPT, None), "U": (Shield.SMALL, None)}


def test_a_debt_is_put_off_once(settings, tmp_path) -> None:
    house = indebted_house(settings, tmp_path)
    on = date(2026, 3, 22)
    with pytest.raises(NotPutOff, match="nothing that is late"):
        promise_once(settings, "B", "ORG", 3, Authorship("b@client.example", "сам", _at(on)))
    with pytest.raises(BadInput, match="no contract with 'SEC'"):
        promise_once(settings, "A", "SEC", 3, Authorship("a@client.example", "сам", _at(on)))
    asked = [Authorship(f"tab{no}@client.example", "сам", _at(on)) for no in range(4)]
    with ThreadPoolExecutor(4) as tabs:
        told = list(tabs.map(lambda author: _outcome(settings, author), asked))
    assert sorted(told, key=str) == [date(2026, 3, 25), "refused", "refused", "refused"]
    assert house.rows("SELECT count(*) FROM access.promises") == [(1,)]
    standing = _of(settings, "A", on)
    assert (standing.shield, standing.promised_until, standing.blocks_on) == (Shield.PROMISE, date(2026, 3, 25), date(2026, 3, 26))
    # once the old debt is paid, a later one may be put off again
    paid = statement(tmp_path / "paid.txt", Paper("1", "3600.00", "Оплата", INN, "2026-03-24"), until="2026-03-24")
    import_payments(settings, paid, _at(DAY))
    house.invoice("A", "700.00", "2026-03-28")
    assert promise_once(settings, "A", "ORG", 3, Authorship("a@client.example", "сам", _at(date(2026, 4, 10)))) == date(2026, 4, 13)


def test_a_block_says_which_sum_lifts_it(settings, tmp_path) -> None:
    house = indebted_house(settings, tmp_path)
    dunning(settings, DAY, _at(DAY))
    house.invoice("A", "5000.00", "2026-03-20")  # overdue too, and blocks nobody before 3 April
    days = [date(2026, 3, 25), date(2026, 4, 3)]
    assert [_of(settings, "A", day).lifted_by for day in days] == [Decimal("3600.00"), Decimal("8600.00")]
    import_payments(settings, statement(tmp_path / "part.txt", Paper("1", "1000.00", inn=INN, day="2026-03-25")), _at(days[0]))
    # 3600 − 1000, and with the second 2600 + 5000
    assert [_of(settings, "A", day).lifted_by for day in days] == [Decimal("2600.00"), Decimal("7600.00")]
    assert dunning(settings, days[0], _at(days[0])).count("restore") == 0
    import_payments(settings, statement(tmp_path / "rest.txt", Paper("2", "2600.00", inn=INN, day="2026-03-25")), _at(days[0]))
    assert _of(settings, "A", days[0]).lifted_by == 0
    assert dunning(settings, days[0], _at(days[0])).count("restore") == 1


def _outcome(settings, author):
    try:
        return promise_once(settings, "A", "ORG", 3, author)
    except NotPutOff:
        return "refused"
