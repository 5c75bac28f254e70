"""From an issued month to a blocked debtor and back, through the commands that people type."""

import csv
import json

import pytest

from tests.company import Company, steady
from tests.ledger_world import Paper, statement


def _json(result):
    code, out, err = result
    assert code == 0, err
    return json.loads(out)


@pytest.fixture
def issued(run_cli, settings, tmp_path):
    """K1 and K2 owe 3660.00 and 7320.00 for January, due on 11 February 2026: 10 × 300 and 20 × 300, and 22 % VAT."""
    company = Company({"K1": steady(10), "K2": steady(20)})
    assert run_cli("master", "import", company.write_master(tmp_path / "m"), "--by", "Анна", "--reason", "начало")[0] == 0
    assert run_cli("snapshot", "land", "--platform", "gps1", "--source", company.write_snapshots(tmp_path / "s"))[0] == 0
    close = ("close", "--month", "2026-01", "--approve-by", "Анна", "--issue-date", "2026-02-01", "--format", "json")
    assert _json(run_cli(*close))[0]["invoices"] == 2
    return company


def _bank(tmp_path, settings, name, *papers, until):
    """A statement of the organization's real account (its key made right by the company)."""
    from sqlalchemy import text

    from pipelines.warehouse import engine
    from tests import ledger_world

    with engine.transaction(settings) as connection:
        account = connection.execute(text("SELECT bank_account FROM master.organizations")).scalar_one()
    made = statement(tmp_path / name, *papers, until=until)
    made.write_bytes(made.read_bytes().replace(ledger_world.ACCOUNTS["ORG"].encode(), account.encode()))
    return made


def _blocked(settings):
    with (settings.exchange / "access" / "gps1" / "blocked.csv").open(encoding="utf-8", newline="") as handle:
        return [row["account_id"] for row in csv.DictReader(handle)]


def test_paid_in_part_overdue_blocked_paid_restored(issued, run_cli, settings, tmp_path):
    first = _bank(
        tmp_path, settings, "1.txt",
        Paper("1", "1000.00", "Оплата по счету № ВМ26-000001 от 01.02.2026", day="2026-02-10"),
        Paper("2", "7720.00", "Оплата по сч. BM26-000002", day="2026-02-10"),
        until="2026-02-24",
    )  # fmt: skip
    done = _json(run_cli("payments", "import", first, "--format", "json"))[0]
    assert (done["payments"], done["matched"], done["unmatched"], done["data_until"]) == (2, 2, 0, "2026-02-24")
    listed = _json(run_cli("payments", "--format", "json"))
    assert sorted((row["client_code"], row["matched"], row["advance"]) for row in listed) == [
        ("C-K1", "1000.00", "0.00"),
        ("C-K2", "7320.00", "400.00"),  # 7720 − 7320
    ]
    paid = {row["number"]: row["paid"] for row in _json(run_cli("invoices", "--month", "2026-01", "--format", "json"))}
    assert paid == {"ВМ26-000001": "1000.00", "ВМ26-000002": "7320.00"}
    (aged,) = _json(run_cli("ageing", "--date", "2026-02-25", "--format", "json"))
    assert (aged["client_code"], aged["1-30"], aged["total"]) == ("C-K1", "2660.00", "2660.00")  # 3660 − 1000
    plan = _json(run_cli("dunning", "--date", "2026-02-25", "--dry-run", "--format", "json"))
    assert [(row["action"], row["client_code"], row["debt"]) for row in plan] == [("block", "C-K1", "2660.00")]
    assert run_cli("dunning", "--date", "2026-02-25")[0] == 0
    assert _blocked(settings) == ["K1"]
    second = _bank(tmp_path, settings, "2.txt", Paper("3", "2660.00", "остаток по счету ВМ26-000001", day="2026-02-26"), until="2026-02-26")
    code, _, err = run_cli("payments", "import", second)
    assert code == 0
    assert "restore C-K1 of ORG" in err
    assert _blocked(settings) == []
    assert _json(run_cli("access", "--format", "json")) == []
    rows = _json(run_cli("statement", "--client", "C-K1", "--from", "2026-02-01", "--to", "2026-02-28", "--format", "json"))
    assert [(row["document"], row["balance"]) for row in rows] == [
        ("Сальдо начальное", "3660.00"),  # the act of January is dated 31 January
        ("Оплата № 1", "2660.00"),
        ("Оплата № 3", "0.00"),
        ("Обороты и сальдо конечное", "0.00"),
    ]
    pdf = tmp_path / "act.pdf"
    assert run_cli("statement", "--client", "C-K1", "--from", "2026-02-01", "--to", "2026-02-28", "--pdf", pdf)[0] == 0
    assert pdf.read_bytes().startswith(b"%PDF")


def test_what_is_wrong_with_a_file_is_said_by_line(run_cli, tmp_path):
    path = tmp_path / "kl.txt"
    path.write_bytes(
        "1CClientBankExchange\r\nКодировка=Windows\r\nСекцияДокумент=Чек\r\nДата=31.02.2026\r\nСумма=-1\r\nКонецДокумента\r\n".encode(
            "cp1251"
        )
    )
    code, out, err = run_cli("payments", "import", path)
    assert (code, out) == (2, "")
    assert [line.split(":")[1] for line in err.splitlines()] == ["4", "5", "6"]
    assert run_cli("payments", "import", tmp_path / "none.txt")[0] == 2
