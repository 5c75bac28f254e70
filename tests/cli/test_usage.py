"""`fleetbill usage` and `fleetbill findings` as they are scripted against (contracts.md)."""

import csv
import io
import json

import pytest

from tests.conftest import cloned
from tests.lake_builder import Car, World
from tests.landed import template


@pytest.fixture(scope="module")
def january(server_home, tmp_path_factory):
    """Two platforms' January in the lake, once."""
    with cloned(server_home, tmp_path_factory.mktemp("january") / "home") as made:
        _fill(made)
        yield template(server_home, made)


@pytest.fixture
def settings(january, tmp_path):
    with january.copy(tmp_path / "home") as made:
        yield made


@pytest.fixture
def landed(settings):
    return settings


def _fill(settings):
    with World(settings) as world:
        world.contract("C1", "2026-01-30").terms("C1").account("gps1", "a1", "C1")
        world.contract("C2").terms("C2").account("gps2", "b1", "C2").contract("OVER", ends="2025-12-31")
        world.every_day(
            "2026-01", "gps1", lambda d: [Car(f"v{n}", "a1", minutes="1.5") for n in range(7 if d.day == 31 else 4)] + [Car("o")]
        )
        world.every_day("2026-01", "gps2", lambda d: None if d.day == 9 else [Car("w", "b1")])


def test_usage_by_contract(landed, run_cli):
    code, out, err = run_cli("usage", "--month", "2026-01", "--format", "json")
    assert (code, err) == (0, "")
    assert json.loads(out) == [
        {
            "contract_no": "C1", "client_code": "CL", "month": "2026-01", "days": 2, "days_covered": 2, "peak": 7,
            "peak_date": "2026-01-31", "average": "5.500", "vehicle_days": 11, "online_minutes": "16.5",
        },
        {
            "contract_no": "C2", "client_code": "CL", "month": "2026-01", "days": 31, "days_covered": 30, "peak": 1,
            "peak_date": "2026-01-01", "average": None, "vehicle_days": 30, "online_minutes": "1800",
        },
    ]  # fmt: skip


def test_usage_by_day_and_by_contract(landed, run_cli):
    code, out, _ = run_cli("usage", "--month", "2026-01", "--contract", "C1", "--daily", "--format", "csv")
    assert code == 0
    assert list(csv.reader(io.StringIO(out))) == [
        ["contract_no", "date", "fleet_size", "online_minutes"],
        ["C1", "2026-01-30", "4", "6"],
        ["C1", "2026-01-31", "7", "10.5"],
    ]
    code, out, err = run_cli("usage", "--month", "2026-01", "--contract", "NONE")
    assert (code, out) == (2, "")
    assert "unknown contract 'NONE'" in err


BESIDE = ["owner", "is_open", "roubles", "muted_until", "muted_by", "muted_for"]


def test_findings_without_asking_for_usage_first(landed, run_cli):
    code, out, _ = run_cli("findings", "--kind", "orphan", "--format", "json")
    assert code == 0
    [row] = json.loads(out)
    assert list(row) == ["kind", "subject", "contract_no", "first_seen", "last_seen", "days", "detail", *BESIDE]
    assert (row["subject"], row["first_seen"], row["last_seen"], row["days"]) == ("gps1/o", "2026-01-01", "2026-01-31", 31)
    code, out, _ = run_cli("findings", "--month", "2026-01", "--format", "csv")
    assert {row["kind"] for row in csv.DictReader(io.StringIO(out))} == {"missing_snapshot", "orphan", "out_of_contract"}


def test_new_evidence_changes_what_is_said(landed, run_cli):
    run_cli("usage", "--month", "2026-01")
    with World(landed) as world:
        world.snapshot("gps2", "2026-01-09", [Car("w", "b1"), Car("x", "b1")])
    _, out, _ = run_cli("usage", "--month", "2026-01", "--contract", "C2", "--format", "json")
    [row] = json.loads(out)
    assert (row["days_covered"], row["peak"], row["peak_date"], row["average"]) == (31, 2, "2026-01-09", "1.032")  # 32 ÷ 31


def test_stored_usage_reads_as_it_was_computed(landed, run_cli):
    first = run_cli("usage", "--month", "2026-01", "--daily", "--format", "json")
    assert run_cli("usage", "--month", "2026-01", "--daily", "--format", "json") == first
