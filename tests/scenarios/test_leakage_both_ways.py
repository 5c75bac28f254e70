"""Served and not billed, billed and not served: against a calculator that knows only the files and the lines (domain.md §10)."""

import csv
import json
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal

import pytest

from pipelines.clock import Authorship
from pipelines.evidence.landing_folder import land_folder
from pipelines.master.importing import import_master
from pipelines.period import Month
from tests.company import Company, steady
from tests.conftest import NOW, cloned

JANUARY = Month(2026, 1)
COMPANY = Company(
    {"K1": steady(10), "K2": lambda day: 6 + day.day % 3, "K3": steady(5)},
    price="310",
    terms={"K1": {"counting": "connected"}, "K2": {"prepaid_vehicles": "12"}},
)


@pytest.fixture
def settings(server_home, tmp_path):
    """K1: connected, three of ten silent after the 10th; K2: pays ahead for 12, has at most 8; K2 belongs to the dealer K1; one orphan."""
    with cloned(server_home, tmp_path / "home") as made:
        master = COMPANY.write_master(tmp_path / "master")
        clients = (master / "clients.csv").read_text(encoding="utf-8").splitlines()
        with_dealer = [f"{line},{'dealer_code' if n == 0 else 'C-K1' if line.startswith('C-K2') else ''}" for n, line in enumerate(clients)]
        (master / "clients.csv").write_text("\n".join(with_dealer) + "\n", encoding="utf-8")
        snapshots = COMPANY.write_snapshots(tmp_path / "snapshots")
        for day in JANUARY.dates():
            path = snapshots / "gps1" / f"{day}.csv"
            lines = path.read_text(encoding="utf-8").splitlines()
            if day.day > 10:
                lines = [
                    f"{','.join(line.split(',')[:4])},,0" if line.startswith(("K1-000", "K1-001", "K1-002")) else line for line in lines
                ]
            lines.append(f"free,nobody,Чужая,active,{day}T12:00:00+03:00,60")
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        import_master(made, str(master), Authorship("Анна", "начало", NOW))
        land_folder(made, "gps1", str(snapshots), NOW)
        yield made


def counted(folder):
    """Vehicle-days by (account, whether a message came), from the files alone."""
    days = Counter()
    for path in sorted((folder / "snapshots" / "gps1").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as opened:
            days.update((row["account_id"], bool(row["last_message_at"])) for row in csv.DictReader(opened))
    return days


def read(run_cli, *command):
    code, out, err = run_cli(*command, "--format", "json")
    assert code == 0, err
    return json.loads(out)


def test_both_ways_agree_with_the_files_and_the_lines(settings, run_cli, tmp_path):
    code, _, err = run_cli("close", "--month", "2026-01")
    assert code == 0, err
    days = counted(tmp_path)
    net = Counter()
    contracts = {row["number"] or row["contract_no"]: row["contract_no"] for row in read(run_cli, "invoices", "--month", "2026-01")}
    assert sorted(contracts.values()) == ["K1", "K2", "K3"]
    for row in read(run_cli, "invoices", "--month", "2026-01"):
        net[row["contract_no"]] += Decimal(row["net"])
    usage = {row["contract_no"]: row["vehicle_days"] for row in read(run_cli, "usage", "--month", "2026-01")}
    leaks = {(row["kind"], row["subject"]): row for row in read(run_cli, "leakage", "--month", "2026-01")}
    assert set(leaks) == {("orphan", "gps1"), ("silent_billed", "K1"), ("prepaid_unused", "K2")}

    def kopecks(value):
        return str(value.quantize(Decimal("0.01"), ROUND_HALF_UP))

    silent = leaks["silent_billed", "K1"]
    assert silent["vehicle_days"] == days["K1", False] == 63
    assert silent["roubles"] == kopecks(net["K1"] * days["K1", False] / usage["K1"])  # 3100.00 × 63/310 = 630.00
    ahead = leaks["prepaid_unused", "K2"]
    assert (ahead["vehicles"], ahead["vehicle_days"], ahead["client_code"], ahead["dealer_code"]) == (4, 4 * 31, "C-K2", "C-K1")
    assert ahead["roubles"] == kopecks(net["K2"] * 4 / 12) == "1240.00"
    orphan = leaks["orphan", "gps1"]
    billed_days = sum(usage.values())
    assert orphan["vehicle_days"] == days["nobody", True] == 31
    assert orphan["roubles"] == kopecks(sum(net.values()) * 31 / billed_days)
    # every vehicle-day with a message is billed or leaks; what is billed and silent is the other leak
    assert sum(number for (_, spoke), number in days.items() if spoke) == billed_days - silent["vehicle_days"] + orphan["vehicle_days"]

    assert [(row["direction"], row["dealer_code"], row["vehicle_days"], row["roubles"], row["change"]) for row in dealers(run_cli)] == [
        ("unbilled", None, 31, orphan["roubles"], orphan["roubles"]),
        ("unserved", None, 63, silent["roubles"], silent["roubles"]),
        ("unserved", "C-K1", 124, "1240.00", "1240.00"),
    ]
    code, out, _ = run_cli("leakage", "--month", "2026-01")
    assert (code, "выставлено и не обслужено" in out) == (0, True)
    code, out, err = run_cli("report", "--month", "2026-01")
    assert code == 0, err


def dealers(run_cli):
    return read(run_cli, "leakage", "--month", "2026-01", "--by", "dealer")
