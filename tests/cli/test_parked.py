"""Parked contracts at the terminal: what more than five share is one row, and a month that is not over is said once."""

import json
from datetime import UTC, date, datetime

import pytest

from pipelines.billing.model import ParkedContract
from pipelines.cli.parked import grouped, say_not_over
from pipelines.clock import Authorship, now
from pipelines.evidence.coverage import carry
from pipelines.evidence.landing_folder import land_folder
from pipelines.master.importing import import_master
from pipelines.period import Month
from tests.company import Company, steady
from tests.conftest import NOW

MARCH = Month(2026, 3)
REST = "gps1 2026-03-12…2026-03-31: no snapshot"


def parked(contract_no, detail=REST, reason="missing_days"):
    return ParkedContract(contract_no, reason, detail, "")


def test_more_than_five_alike_are_one_row_where_the_first_of_them_stood():
    alike = [parked(f"K{number}") for number in range(6)]
    others = [parked("A", "no terms", "no_terms"), parked("B", "gps1 2026-03-02, 2026-03-12…2026-03-31: no snapshot")]
    assert list(grouped([others[0], *alike, others[1]])) == [
        ("A", "no_terms", "no terms"),
        ("6 contracts", "missing_days", REST),
        ("B", "missing_days", "gps1 2026-03-02, 2026-03-12…2026-03-31: no snapshot"),
    ]
    assert [row[0] for row in grouped(alike[:5])] == ["K0", "K1", "K2", "K3", "K4"]
    assert [row[0] for row in grouped([*alike[:4], parked("X", REST, "other"), parked("Y", REST, "other")])] == [
        "K0", "K1", "K2", "K3", "X", "Y",
    ]  # fmt: skip


@pytest.fixture
def landed(settings, tmp_path):
    """Seven contracts; the 1st to the 11th of March 2026 have landed."""
    company = Company({f"K{number}": steady(1) for number in range(7)}, months=())
    import_master(settings, str(company.write_master(tmp_path / "master")), Authorship("Анна", "начало", NOW))
    for number in range(1, 12):
        company.write_day(tmp_path / "snapshots", date(2026, 3, number))
    land_folder(settings, "gps1", str(tmp_path / "snapshots"), datetime(2026, 3, 12, 5, 0, tzinfo=UTC))
    return settings


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (datetime(2026, 3, 12, 5, 0, tzinfo=UTC), "2026-03 is not over: days from 2026-03-12 on are not known yet\n"),
        (datetime(2026, 3, 31, 20, 59, tzinfo=UTC), "2026-03 is not over: days from 2026-03-12 on are not known yet\n"),
        (datetime(2026, 3, 31, 21, 0, tzinfo=UTC), ""),  # midnight in Moscow: what is missing now is missing
    ],
)
def test_a_month_that_is_not_over_is_said(landed, capsys, at, said):
    say_not_over(landed, MARCH, at)
    assert capsys.readouterr().err == said


def test_carried_days_are_known_and_a_month_known_whole_is_not_spoken_of(landed, capsys):
    at = datetime(2026, 3, 31, 20, 0, tzinfo=UTC)
    carry(landed, "gps1", date(2026, 3, 12), Authorship("Анна", "сбой", at))
    say_not_over(landed, MARCH, at)
    assert capsys.readouterr().err == "2026-03 is not over: days from 2026-03-13 on are not known yet\n"
    for number in range(13, 32):
        carry(landed, "gps1", date(2026, 3, number), Authorship("Анна", "сбой", at))
    say_not_over(landed, MARCH, at)
    assert capsys.readouterr().err == ""


def test_close_and_preview_say_it_once_and_json_names_each_contract(landed, run_cli):
    code, out, _ = run_cli("close", "--month", "2026-03")
    assert code == 0
    assert [line.split() for line in out.splitlines() if line.startswith("7 contracts")] == [f"7 contracts missing days {REST}".split()]
    code, out, _ = run_cli("close", "--month", "2026-03", "--format", "json")
    assert [one["contract_no"] for one in json.loads(out)[0]["parked_contracts"]] == [f"K{number}" for number in range(7)]
    said = f"parked 7 contracts (K0, K1, K2, K3, K4, K5, K6): {REST}\n"
    for output in ("table", "csv"):
        assert said in run_cli("preview", "--month", "2026-03", "--format", output)[2]
    year = now().year + 1
    for command in ("close", "preview"):
        code, _, err = run_cli(command, "--month", f"{year}-01")
        assert (code, err.count(f"{year}-01 is not over: days from {year}-01-01 on are not known yet\n")) == (0, 1)
