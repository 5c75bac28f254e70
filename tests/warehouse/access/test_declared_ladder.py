"""The ladder as master data: steps by organization, category and date, judged whole, and taken as they are declared."""

from datetime import UTC, date, datetime, time

import pytest
from sqlalchemy import text

from pipelines.access.dunning import dunning
from pipelines.errors import BadInput
from pipelines.master.importing import import_master
from pipelines.receivables.importing import import_payments
from tests.debtors import INN, OTHER, blocked
from tests.ledger_world import House, statement

HEADINGS = ["organization_code", "category", "step", "days", "action", "channel", "valid_from", "least_debt", "letter"]
DUE = "2026-03-10"


@pytest.fixture
def house(settings, tmp_path):
    """A, a small client, and B owe 3600.00 each since 10 March; payment data reach into April."""
    made = House(settings)
    made.client("A", INN)
    made.client("B", OTHER)
    with made.owner() as connection:
        connection.execute(text("UPDATE master.clients SET category = 'small' WHERE client_code = 'A'"))
    made.invoice("A", "3600.00", DUE)
    made.invoice("B", "3600.00", DUE)
    return made


@pytest.fixture
def ladder(settings, tmp_path, author):
    def write(*rows, dry_run=False):
        path = tmp_path / "ladder"
        path.mkdir(exist_ok=True)
        lines = [";".join(HEADINGS), *(";".join(row) for row in rows)]
        (path / "ladder.csv").write_text("\n".join(lines), encoding="utf-8")
        return import_master(settings, str(path), author, dry_run=dry_run)

    return write


def taken(settings, tmp_path, day):
    """What the ladder of a day does: client → its step or deed."""
    at = datetime.combine(date.fromisoformat(day), time(5), UTC)
    import_payments(settings, statement(tmp_path / f"{day}.txt", until=day), at)
    return {(row.client_code, row.action) for row in dunning(settings, date.fromisoformat(day), at).rows}


SMALL = [
    ("ORG", "small", "первый звонок", "1", "message", "", "", "", ""),
    ("ORG", "small", "второй звонок", "2", "message", "email", "", "", "notice"),
    ("ORG", "small", "стоп", "3", "block", "", "", "", ""),
]
REST = [
    ("ORG", "", "reminder", "-3", "message", "", "", "", ""),
    ("ORG", "", "final", "5", "message", "", "", "3600,01", ""),
    ("ORG", "", "block", "20", "block", "", "", "", ""),
]


def test_each_category_climbs_its_own_steps_each_once(house, ladder, settings, tmp_path):
    assert [(sheet.sheet, sheet.added) for sheet in ladder(*SMALL, *REST).sheets] == [("ladder", 6)]
    assert taken(settings, tmp_path, "2026-03-11") == {("A", "первый звонок")}
    assert taken(settings, tmp_path, "2026-03-12") == {("A", "второй звонок")}
    assert taken(settings, tmp_path, "2026-03-12") == set()
    assert taken(settings, tmp_path, "2026-03-13") == {("A", "block")}
    assert blocked(settings) == ["K-A"]
    assert taken(settings, tmp_path, "2026-03-15") == set()  # B owes less than the final letter asks for
    number = f"ВМ26-{1:06}"
    told = house.rows("SELECT event_kind, event_key, facts ->> 'step' FROM delivery.mail_outbox WHERE event_kind = 'notice' ORDER BY 2")
    assert told == [("notice", f"{number} второй звонок", "второй звонок"), ("notice", f"{number} первый звонок", "первый звонок")]
    assert taken(settings, tmp_path, "2026-03-30") == {("B", "block")}


def test_a_later_version_holds_from_its_day_and_the_history_knows_who(house, ladder, settings, tmp_path):
    ladder(*REST)
    report = ladder(("ORG", "", "block", "7", "block", "", "2026-03-16", "", ""))
    assert report.notices[-1] == "ladder of ORG from 2026-03-16: without final, reminder, which the version before has"
    assert taken(settings, tmp_path, "2026-03-15") == set()  # five days late: final, of which less is owed
    assert {client for client, action in taken(settings, tmp_path, "2026-03-17") if action == "withheld"} == {"A", "B"}  # two of two
    ladder(("ORG", "", "block", "9", "block", "", "2026-03-16", "", ""))
    assert taken(settings, tmp_path, "2026-03-18") == set()
    rows = house.rows(
        "SELECT key, action, by_name FROM master.history WHERE sheet = 'ladder' AND key LIKE '%2026-03-16%' ORDER BY history_no"
    )
    assert [row[:2] for row in rows] == [("ORG||2026-03-16|block", "added"), ("ORG||2026-03-16|block", "changed")]


def test_a_letter_that_waits_of_two_steps_leaves_as_the_later_one(house, ladder, settings, tmp_path):
    ladder(*SMALL)
    taken(settings, tmp_path, "2026-03-11")
    taken(settings, tmp_path, "2026-03-12")
    days = house.rows("SELECT facts ->> 'blocks_on' FROM delivery.mail_outbox WHERE client_code = 'A'")
    assert days == [("2026-03-13",), ("2026-03-13",)]  # both say the day that the newest ladder foresees


def test_what_is_no_ladder_is_refused_by_its_place(house, ladder):
    with pytest.raises(BadInput) as caught:
        ladder(
            ("ORG", "", "notice", "1", "message", "", "", "", ""),
            ("ORG", "", "again", "1", "message", "", "", "-5", ""),
            ("ORG", "", "reminder", "2", "message", "", "", "", ""),
            ("ORG", "", "off", "0", "block", "", "", "", "final"),
            ("ORG", "", "block", "9", "block", "", "", "0,001", ""),
            ("NOBODY", "", "final", "0", "message", "pigeon", "", "", ""),
            ("ORG", "small", "block", "3", "message", "", "", "", ""),
            ("ORG", "small", "hard", "5", "message", "", "", "", "final"),
            ("ORG", "small", "mild", "7", "message", "", "", "", "notice"),
            ("ORG", "other", "final", "2", "message", "", "", "", ""),
            ("ORG", "other", "notice", "5", "message", "", "", "", ""),
            ("ORG", "large", "notice", "400", "message", "", "", "", ""),
            ("ORG", "large", "notice", "3", "message", "", "", "", ""),
        )
    said = {str(problem) for problem in caught.value.problems}
    assert {line.split("ladder.csv:", 1)[1] for line in said} == {
        "2 column days: step again of this ladder is taken on the same day",
        "3 column days: step notice of this ladder is taken on the same day",
        "3 column least_debt: -5 is below 0",
        "4 column days: 2: a reminder speaks of a debt that is not due yet; write 0 or fewer",
        "5 column days: 0: nobody is blocked before the due date is over; write 1 or more",
        "5 column letter: a step that blocks has its own letter; leave it empty",
        "5 column action: step block of this ladder blocks as well; one does",
        "6 column action: step off of this ladder blocks as well; one does",
        "6 column least_debt: 0.001 has parts of a kopeck",
        "7 column organization_code: unknown organization 'NOBODY'",
        "7 column channel: 'pigeon' is not allowed; allowed: email",
        "7 column days: 0: the letter final speaks of a debt that is overdue; write 1 or more",
        "8 column action: a step called block blocks; write block, or call the step otherwise",
        "10 column letter: notice after the final of step hard: letters never become milder",
        "4 column letter: reminder after the notice of step notice: letters never become milder",
        "12 column letter: notice after the final of step final: letters never become milder",
        "13 column days: 400 is not between -90 and 365",
        "13: (ORG, large, 0001-01-01, notice) the same key stands in ladder.csv:14",
        "14: (ORG, large, 0001-01-01, notice) the same key stands in ladder.csv:13",
    }
    assert house.rows("SELECT count(*) FROM master.ladder") == [(0,)]


def test_a_step_waits_for_a_day_on_which_the_organization_works(house, settings, tmp_path, author, run_cli):
    """Four days after Tuesday 10 March is a Saturday: nothing moves unless it is declared, and then only to where nobody says otherwise."""

    def write(on_days_off, *days):
        path = tmp_path / "days"
        path.mkdir(exist_ok=True)
        ladder = ";".join([*HEADINGS, "on_days_off"]) + f"\nORG;;block;4;block;;;;;{on_days_off}"
        (path / "ladder.csv").write_text(ladder, encoding="utf-8")
        (path / "calendar.csv").write_text("\n".join(("organization_code;day;kind;note", *days)), encoding="utf-8")
        return import_master(settings, str(path), author)

    def due(day):
        return {row.client_code for row in dunning(settings, date.fromisoformat(day), datetime(2026, 3, 20, tzinfo=UTC), dry_run=True).rows}

    write("", "ORG;2026-03-16;off;переезд")
    assert (due("2026-03-13"), due("2026-03-14")) == (set(), {"A", "B"})
    write("next_working_day")
    assert (due("2026-03-16"), due("2026-03-17")) == (set(), {"A", "B"})
    write("next_working_day", "ORG;2026-03-14;work;рабочая суббота")
    assert due("2026-03-14") == {"A", "B"}
    with pytest.raises(BadInput) as caught:
        write("never", "NOBODY;2026-03-14;work;", "ORG;2026-03-15;half;", "ORG;2026-03-18;off;", "ORG;2026-03-18;work;")
    said = {str(problem).split(".csv:", 1)[1] for problem in caught.value.problems}
    assert {
        "2 column on_days_off: 'never' is not allowed; allowed: stay, next_working_day",
        "2 column organization_code: unknown organization 'NOBODY'",
        "3 column kind: 'half' is not allowed; allowed: off, work",
    } <= said
    assert any("the same key stands in calendar.csv:5" in line for line in said)
    assert run_cli("master", "export", tmp_path / "book.xlsx")[0] == 0
    code, _, err = run_cli("master", "import", tmp_path / "book.xlsx", "--dry-run", "--by", "Анна", "--reason", "туда и обратно")
    assert code == 0, err
    history = house.rows("SELECT key, action FROM master.history WHERE sheet = 'calendar' ORDER BY history_no")
    assert history == [("ORG|2026-03-16", "added"), ("ORG|2026-03-14", "added")]
