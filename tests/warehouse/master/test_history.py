"""Who changed what, when and why; what was known on a date; rows that end and rows taken away."""

import json
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text

from pipelines import history
from pipelines.clock import Authorship
from pipelines.errors import BadInput, Refused
from pipelines.history import HistorySubject
from pipelines.master.retire import StillUsed, retire
from pipelines.warehouse import engine
from tests.database import contents
from tests.sheets import as_csv, company, put, take

FIRST = Authorship("Анна", "начало", datetime(2026, 1, 10, 20, 59, tzinfo=UTC))  # 23:59 of the 10th in Moscow
SECOND = Authorship("Борис", "новая цена", datetime(2026, 1, 31, 21, 30, tzinfo=UTC))  # 00:30 of 1 February in Moscow
THIRD = Authorship("Вера", "ошибка", datetime(2026, 2, 2, 9, 0, tzinfo=UTC))


@pytest.fixture
def changed(settings, tmp_path):
    """Imported by Anna; the price and the tiers of T2 changed by Boris."""
    take(settings, as_csv(company(), tmp_path / "one"), FIRST)
    sheets = {name: company()[name] for name in ("tariffs", "components", "tiers")}
    put(sheets, "components", 2, "price", "330")
    put(sheets, "tiers", 2, "up_to", "20")
    take(settings, as_csv(sheets, tmp_path / "two"), SECOND)
    return settings


def test_a_changed_column_from_what_to_what(changed):
    lines = [line for line in history.changes(changed, HistorySubject(tariff="T1")) if line.action == "changed"]
    assert [(line.by, line.reason, line.at, line.sheet, line.key, line.column, line.before, line.after) for line in lines] == [
        ("Борис", "новая цена", SECOND.at, "components", "T1|2026-01-01|1", "price", "300.00", "330")
    ]


def test_the_same_amount_written_otherwise_is_no_change(changed, tmp_path):
    """The table holds the minimum as 5000.00, the sheet says 5000; what is told is the change of payment days alone."""
    sheets = {"terms": company()["terms"]}
    put(sheets, "terms", 2, "payment_days", "20")
    take(changed, as_csv(sheets, tmp_path / "three"), THIRD)
    lines = history.changes(changed, HistorySubject(contract="A-1", sheet="terms"))[1:]
    assert [(line.column, line.before, line.after) for line in lines] == [("payment_days", "10", "20")]


def test_rows_added_and_replaced_are_one_line_each(changed):
    lines = [(line.sheet, line.key, line.action, line.before, line.after) for line in history.changes(changed, HistorySubject(tariff="T2"))]
    assert ("tiers", "T2|2026-01-01|1|15", "added", "", "price=10") in lines
    assert lines[-2:] == [
        ("tiers", "T2|2026-01-01|1|20", "added", "", "price=10"),
        ("tiers", "T2|2026-01-01|1|15", "retired", "price=10", ""),
    ]


def test_only_one_contract_with_its_terms_and_accounts(changed):
    assert {(line.sheet, line.key) for line in history.changes(changed, HistorySubject(contract="A-2"))} == {
        ("contracts", "A-2"),
        ("terms", "A-2|2026-01-13"),
        ("accounts", "gps1|1020|A-2|2026-01-13"),
    }


def test_known_at_the_end_of_a_local_date(changed):
    def price(day):
        known = history.as_of(changed, day, HistorySubject(tariff="T1"))
        return [line.value for line in known if (line.sheet, line.column) == ("components", "price")]

    def tiers(day):
        return [
            line.value
            for line in history.as_of(changed, day, HistorySubject(tariff="T2"))
            if (line.sheet, line.column) == ("tiers", "up_to")
        ]

    assert price(date(2026, 1, 9)) == []
    assert price(date(2026, 1, 10)) == ["300.00"]
    assert price(date(2026, 1, 31)) == ["300.00"]  # Boris's 21:30 UTC is the 1st of February in Moscow
    assert price(date(2026, 2, 1)) == ["330"]
    assert (tiers(date(2026, 1, 31)), tiers(date(2026, 2, 1))) == (["", "15"], ["", "20"])


def test_replaying_the_history_gives_the_tables(changed):
    """What is known today, rebuilt from history alone, is what the tables hold."""
    known: dict[tuple[str, str], dict[str, str]] = {}
    for line in history.as_of(changed, date(2026, 12, 31)):
        known.setdefault((line.sheet, line.key), {})[line.column] = line.value
    stored = contents(changed)
    for sheet in ("organizations", "vat_modes", "clients", "contracts", "terms", "tariffs", "components", "tiers", "platforms", "accounts"):
        rows = [row for (name, _), row in known.items() if name == sheet]
        assert len(rows) == len(stored[f"master.{sheet}"])
        assert {row[next(iter(row))] for row in rows} == {row[0] for row in stored[f"master.{sheet}"]}


def test_a_contract_ends_on_the_day_before(changed):
    retire(changed, "contracts", "A-1", THIRD, date(2026, 7, 1))
    with engine.transaction(changed) as connection:
        assert connection.execute(text("SELECT ends_on FROM master.contracts WHERE contract_no = 'A-1'")).scalar() == date(2026, 6, 30)
    last = history.changes(changed, HistorySubject(contract="A-1"))[-1]
    assert (last.by, last.action, last.column, last.before, last.after) == ("Вера", "retired", "ends_on", "", "2026-06-30")
    before = contents(changed)
    assert retire(changed, "contracts", "A-1", THIRD, date(2026, 7, 1)) == []
    assert contents(changed) == before
    with pytest.raises(Refused, match="has ended on 2026-06-30 already"):
        retire(changed, "contracts", "A-1", THIRD, date(2026, 8, 1))
    with pytest.raises(Refused, match="begins on 2026-01-01"):
        retire(changed, "contracts", "A-1", THIRD, date(2026, 1, 1))


def test_an_account_that_was_wrong_is_taken_away_and_the_history_keeps_it(changed):
    retire(changed, "accounts", "gps1|1010|A-1|2026-01-01", THIRD)
    assert [row[1] for row in contents(changed)["master.accounts"]] == ["1020"]
    assert history.changes(changed, HistorySubject(contract="A-1"))[-1].action == "retired"
    assert not [line for line in history.as_of(changed, date(2026, 2, 2), HistorySubject(contract="A-1")) if line.sheet == "accounts"]
    assert [line for line in history.as_of(changed, date(2026, 2, 1), HistorySubject(contract="A-1")) if line.sheet == "accounts"]


@pytest.mark.parametrize(
    ("sheet", "key", "said"),
    [
        ("clients", "C1", "clients C2, contracts A-1 still refer to it"),
        ("contracts", "A-1", "terms A-1|2026-01-01, accounts gps1|1010|A-1|2026-01-01 still refer"),
        ("organizations", "MT", "contracts A-1, contracts A-2 still refer"),
        ("vat_modes", "MT|2020-01-01", "organization MT (its only VAT mode) still refer"),
        ("tariffs", "T1|2026-01-01", "terms A-1|2026-01-01 still refer"),
        ("components", "T1|2026-01-01|1", "tariff T1 from 2026-01-01 (its only component) still refer"),
        ("tiers", "T2|2026-01-01|1|", "(its open tier) still refer"),
        ("platforms", "gps1", "accounts gps1|1010|A-1|2026-01-01"),
    ],
)
def test_what_is_still_used_stays(changed, sheet, key, said):
    before = contents(changed)
    with pytest.raises(StillUsed) as refused:
        retire(changed, sheet, key, THIRD)
    assert said in str(refused.value)
    assert contents(changed) == before


def test_a_tariff_version_goes_with_its_components_and_tiers(changed, tmp_path):
    retire(changed, "terms", "A-2|2026-01-13", THIRD)
    gone = retire(changed, "tariffs", "T2|2026-01-01", THIRD)
    assert sorted(change.key for change in gone) == [
        "T2|2026-01-01",
        "T2|2026-01-01|1",
        "T2|2026-01-01|1|",
        "T2|2026-01-01|1|20",
        "T2|2026-01-01|2",
    ]
    assert contents(changed)["master.tiers"] == []


def test_a_contract_that_was_invoiced_stays(changed):
    for key in ("terms A-2|2026-01-13", "accounts gps1|1020|A-2|2026-01-13"):
        retire(changed, *key.split(" "), THIRD)
    with engine.transaction(changed) as connection:
        connection.execute(_closed(connection))
    with pytest.raises(StillUsed, match="closed months still refer"):
        retire(changed, "contracts", "A-2", THIRD)


def _closed(connection):
    """An INSERT into billing.closed for whatever columns it has."""
    found = connection.execute(
        text("SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = 'billing' AND table_name = 'closed'")
    ).all()
    known = {"contract_no": "'A-2'", "month": "'2026-01-01'"}
    by_type = {"text": "'x'", "date": "'2026-01-01'", "timestamp with time zone": "now()", "uuid": "NULL", "jsonb": "'{}'"}
    names = ", ".join(name for name, _ in found)
    return text(
        f"INSERT INTO billing.closed ({names}) VALUES ({', '.join(known.get(name) or by_type.get(kind, '0') for name, kind in found)})"
    )


def test_rows_without_an_end_and_rows_that_are_not_there(changed):
    with pytest.raises(Refused, match="rows of terms have no end"):
        retire(changed, "terms", "A-1|2026-01-01", THIRD, date(2026, 3, 1))
    with pytest.raises(BadInput, match="has no row 'A-1'; a key is contract_no\\|valid_from"):
        retire(changed, "terms", "A-1", THIRD)
    with pytest.raises(BadInput, match=r"valid_from; a \| inside a value is written \\\|$"):
        retire(changed, "terms", "A|1|2026-01-01", THIRD)
    with pytest.raises(BadInput, match="there is no sheet 'term'"):
        retire(changed, "term", "A-1", THIRD)


def test_keys_with_a_bar_inside_are_told_apart(settings, tmp_path):
    sheets = company()
    put(sheets, "accounts", 2, "account_id", "a|b")
    take(settings, as_csv(sheets, tmp_path / "one"), FIRST)
    retire(settings, "accounts", "gps1|a\\|b|A-1|2026-01-01", THIRD)
    assert [row[1] for row in contents(settings)["master.accounts"]] == ["1020"]


def test_commands_print_history_and_retire(changed, run_cli):
    code, out, _ = run_cli("master", "history", "--tariff", "T1", "--format", "json")
    assert code == 0
    assert json.loads(out)[-1]["after"] == "330"
    code, out, _ = run_cli("master", "history", "--as-of", "2026-01-10", "--contract", "A-1", "--format", "csv")
    assert code == 0
    assert "terms,A-1|2026-01-01,discount_percent,2.5," in out
    code, _, err = run_cli("master", "retire", "clients", "C1", "--by", "Вера", "--reason", "ошибка")
    assert (code, "still refer to it" in err) == (1, True)
    code, _, err = run_cli("master", "retire", "contracts", "A-1", "--by", "Вера", "--reason", "расторгнут", "--from", "2026-07-01")
    assert (code, err) == (0, "contracts A-1: ended\n")
    assert run_cli("master", "retire", "contracts", "A-1", "--by", " ", "--reason", "x")[0] == 2
