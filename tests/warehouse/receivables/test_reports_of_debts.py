"""Debts by month, what the steps of the ladder collected, promises, blocks and expected money: one house from January to April, by hand."""

import json
from datetime import UTC, date, datetime

import openpyxl
import pytest

from pipelines.access.dunning import dunning
from pipelines.access.promises import promise
from pipelines.access.restore import restore
from pipelines.clock import Authorship
from pipelines.documents.finance_workbook import write_report
from pipelines.period import Month
from pipelines.receivables.importing import import_payments
from tests.ledger_world import House, Paper, statement

INNS = {"A": "7736207543", "B": "7728168971", "C": "7707083893", "D": "7702070139", "E": "7710140679", "N": "7744001497"}
COMMANDS = (
    ("receivables", "dso", "--from", "2026-02", "--to", "2026-05", "--date", "2026-04-02"),
    ("receivables", "steps", "--from", "2026-03-01", "--to", "2026-04-02", "--date", "2026-04-02"),
    ("receivables", "promises", "--from", "2026-03-01", "--to", "2026-04-02", "--date", "2026-04-02"),
    ("receivables", "forecast", "--weeks", "3", "--date", "2026-04-02"),
    ("receivables", "forecast", "--by", "client", "--weeks", "3", "--date", "2026-04-02"),
    ("access", "restored", "--date", "2026-03-26"),
)


@pytest.fixture
def asked(run_cli):
    def ask(*arguments):
        code, out, err = run_cli(*arguments, "--format", "json")
        assert code == 0, err
        return json.loads(out)

    return ask


def _at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 6, tzinfo=UTC)


def test_an_empty_house_has_nothing_to_say(settings, asked, run_cli):
    assert [asked(*command) for command in COMMANDS if "--weeks" not in command] == [[], [], [], []]
    assert {(line["due"], line["expected"]) for line in asked(*COMMANDS[3])} == {("0.00", "0.00")}
    assert asked(*COMMANDS[4]) == []
    code, _, err = run_cli("receivables", "steps", "--from", "2026-03-02", "--to", "2026-03-01")
    assert (code, "--to" in err) == (2, True)
    assert run_cli("receivables", "dso", "--from", "2026-03", "--to", "2026-02")[0] == 2
    assert run_cli("receivables", "forecast", "--organization", "ZZ")[0] == 2


def test_a_spring_by_hand(settings, asked, tmp_path):
    house = House(settings)
    for client, inn in INNS.items():
        house.client(client, inn)
    for month, day in (("01", 15), ("02", 15)):
        number = house.invoice("E", "900.00", f"2026-{month}-10")
        _pay(settings, tmp_path, date(2026, int(month), day), Paper(month, "900.00", f"счет {number}", INNS["E"]))
    a, b, c, d, e = house.invoices([
        ("A", "1000.00", "2026-03-10"), ("B", "600.00", "2026-03-10"), ("C", "500.00", "2026-03-20"), ("D", "300.00", "2026-03-10"),
        ("E", "900.00", "2026-03-10"),
    ])  # fmt: skip
    house.invoice("C", "-100.00", "2026-03-20", month="2026-02")
    _ladder(settings, tmp_path, date(2026, 3, 11))
    _pay(settings, tmp_path, date(2026, 3, 12), Paper("1", "400.00", f"счет {b}", INNS["B"]), Paper("2", "300.00", f"счет {d}", INNS["D"]))
    _ladder(settings, tmp_path, date(2026, 3, 17), Paper("3", "900.00", f"счет {e}", INNS["E"]))
    _pay(settings, tmp_path, date(2026, 3, 18), Paper("4", "200.00", f"счет {b}", INNS["B"]))
    promise(settings, "A", date(2026, 3, 21), Authorship("Анна", "звонил", _at(date(2026, 3, 19))))
    promise(settings, "N", date(2026, 3, 21), Authorship("Анна", "звонил", _at(date(2026, 3, 19))))
    _pay(settings, tmp_path, date(2026, 3, 20), Paper("5", "400.00", f"счет {c}", INNS["C"]))
    _ladder(settings, tmp_path, date(2026, 3, 24))
    _pay(settings, tmp_path, date(2026, 3, 26), Paper("6", "1000.00", f"счет {a}", INNS["A"]))
    restore(settings, _at(date(2026, 3, 26)))
    back = Paper("7", "300.00", f"Возврат ошибочно перечисленного по счету {d}", INNS["D"], goes=True)
    _pay(settings, tmp_path, date(2026, 3, 30), back)
    house.invoices([("E", "900.00", "2026-04-10"), ("N", "100.00", "2026-04-12")])

    dso, steps, promises, weeks, clients, restored = (asked(*command) for command in COMMANDS)
    # March: 3300 issued less 100; D's 300 are open again. April up to its second day: 1000 issued
    assert [[row["month"], row["days"], *list(row.values())[3:]] for row in dso] == [
        ["2026-02", 28, "900.00", "900.00", "0.00", "0.00", None, "0", "0", "0"],
        ["2026-03", 31, "3200.00", "2900.00", "300.00", "300.00", "100", "2.9", "0", "2.9"],
        ["2026-04", 2, "1000.00", "0.00", "1300.00", "300.00", "23.1", "2.6", "2", "0.6"],
    ]
    # of C 400 are owed after its correction; the money of D went back; E paid on the day of the second letter; A only after its block
    assert [list(row.values())[1:] for row in steps] == [
        ["reminder", -3, 1, 0, "400.00", 1, "400.00", "100", 0],
        ["notice", 1, 4, 0, "2800.00", 1, "400.00", "14.3", 0],
        ["warning", 7, 2, 0, "1200.00", 1, "200.00", "16.7", 0],
        ["block", 14, 1, 0, "1000.00", 1, "1000.00", "100", 0],
    ]
    assert [(row["client_code"], row["owed"], row["paid"], row["promise"]) for row in promises] == [
        ("A", "1000.00", "0.00", "broken"), ("N", "0.00", "0.00", "nothing_due"),
    ]  # fmt: skip
    assert [(row["account_id"], row["since"], row["restored_at"][:10], row["days"], row["state"]) for row in restored] == [
        ("K-A", "2026-03-24", "2026-03-26", 2, "active"),
    ]
    # E pays 5, 5 and 7 days late; N is new: of all (5, 5, 7, 8, 16) the half is 7; D is later than anybody has ever paid
    assert [(row["client_code"], row["basis"], row["habit_days"], row["next_on"], row["no_habit"]) for row in clients] == [
        ("D", "all", 7, None, "300.00"), ("E", "own", 5, "2026-04-15", "0.00"), ("N", "all", 7, "2026-04-19", "0.00"),
    ]  # fmt: skip
    assert [list(row.values()) for row in weeks] == [
        ["overdue", None, "2026-04-02", "300.00", "0.00", None, None, None],
        ["week", "2026-04-03", "2026-04-09", "0.00", "0.00", "0.00", "0.00", "0.00"],
        ["week", "2026-04-10", "2026-04-16", "1000.00", "900.00", "0.00", "900.00", "900.00"],
        ["week", "2026-04-17", "2026-04-23", "0.00", "100.00", "1000.00", "1000.00", "1000.00"],
        ["later", "2026-04-24", None, "0.00", "0.00", None, None, None],
        ["no_habit", None, None, "0.00", "300.00", None, None, None],
    ]  # fmt: skip
    _same_in_the_workbook(settings, steps)


def _same_in_the_workbook(settings, steps):
    book = openpyxl.load_workbook(write_report(settings, Month(2026, 3), _at(date(2026, 4, 2)), date(2026, 4, 2)), data_only=True)
    sheets = {name: [list(row) for row in book[name].iter_rows(min_row=2, values_only=True)] for name in book.sheetnames}
    assert [row[2:11:8] for row in sheets["Долги по группам"]] == [[3, 1300], [3, 1300], [3, 1300]]
    assert [[row[1], row[8]] for row in sheets["Оборот дебиторки"]] == [["01.2026", 0], ["02.2026", 0], ["03.2026", 2.9]]
    assert [row[7] for row in sheets["Действие лестницы"]] == [*(float(each["collected"]) for each in steps), 2000]
    assert [row[7] for row in sheets["Обещания"]] == ["нарушено", "нечего было платить", None]
    assert [row[:1] + row[6:7] + row[11:] for row in sheets["Доступ"]] == [["возвращена", "K-A", "блокирующего долга нет", "включена"]]
    assert [row[3:5] for row in sheets["Прогноз по неделям"]][-2:] == [[0, 300], [1300, 1300]]
    assert [row[1] for row in sheets["Прогноз по клиентам"]] == ["D", "E", "N", None]
    shares = {row[0]: row[1] for row in sheets["Сводка"]}
    assert round(shares["Просрочено, доля долга"], 3) == 0.231


def _pay(settings, folder, day, *papers):
    dated = [Paper(**{**vars(paper), "day": str(day)}) for paper in papers]
    import_payments(settings, statement(folder / f"{day}.txt", *dated, until=str(day)), _at(day))


def _ladder(settings, folder, day, *papers):
    _pay(settings, folder, day, *papers)
    dunning(settings, day, _at(day))
