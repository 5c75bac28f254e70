"""A dealer billed for some of its clients' vehicles, they themselves for others: every vehicle-day once, by the tree of accounts."""

import json

import pytest

from pipelines.errors import BadInput
from pipelines.master.importing import import_master
from tests.conftest import environment_of
from tests.dealing import JANUARY, DealerCompany
from tests.landed import closed, landed
from tests.sheets import as_csv, problems


@pytest.fixture(scope="module")
def billed(server_home, tmp_path_factory):
    """January closed and issued."""
    with (
        landed(server_home, tmp_path_factory.mktemp("landed"), DealerCompany()) as template,
        closed(template, tmp_path_factory.mktemp("closed"), JANUARY) as issued,
        issued.copy(tmp_path_factory.mktemp("copy") / "home") as settings,
    ):
        yield settings


@pytest.fixture
def rows(billed, monkeypatch, capsys):
    for key, value in environment_of(billed).items():
        if key.startswith("FLEETBILL_"):
            monkeypatch.setenv(key, value)

    def call(*arguments):
        from pipelines.cli.main import run

        capsys.readouterr()
        code = run([*arguments, "--format", "json"])
        said = capsys.readouterr()
        return json.loads(said.out) if code == 0 else (code, said.err)

    return call


def test_every_vehicle_day_is_billed_once_to_the_dealer_or_to_its_client(rows):
    usage = {row["contract_no"]: row["vehicle_days"] for row in rows("usage", "--month", "2026-01")}
    assert usage == {"K-A": 124, "K-C": 30, "K-D": 156, "K-X": 31}
    invoices = {row["contract_no"]: row["net"] for row in rows("invoices", "--month", "2026-01")}
    assert invoices == {"K-A": "1240.00", "K-C": "300.00", "K-D": "1560.00", "K-X": "310.00"}
    daily = [row for row in rows("usage", "--month", "2026-01", "--daily") if row["contract_no"] == "K-D"]
    assert [row["fleet_size"] for row in daily] == [4] * 15 + [6] * 16  # C moved to the dealer in mid-month
    assert rows("findings", "--month", "2026-01", "--kind", "orphan") == []


def test_usage_leakage_and_debts_by_dealer(rows):
    assert [row["contract_no"] for row in rows("usage", "--month", "2026-01", "--dealer", "D")] == ["K-A", "K-C", "K-D"]
    assert [row["contract_no"] for row in rows("usage", "--month", "2026-01", "--dealer", "B")] == ["K-C"]
    assert [row["client_code"] for row in rows("ageing", "--date", "2026-03-01", "--dealer", "B")] == ["C"]
    assert {row["client_code"] for row in rows("ageing", "--date", "2026-03-01", "--dealer", "D")} == {"A", "C", "D"}
    assert rows("leakage", "--month", "2026-01", "--dealer", "D") == []
    for command in (("usage", "--month", "2026-01"), ("leakage", "--month", "2026-01"), ("ageing", "--date", "2026-03-01")):
        assert rows(*command, "--dealer", "нет") == (2, "--dealer: there is no client 'нет'\n")
    lines = rows("dealers", "list", "--month", "2026-01", "--date", "2026-03-01")
    assert [tuple(row.values()) for row in lines] == [
        ("B", "ООО «B»", 1, 1, 2, 30, "366.00", "0.00", "366.00", "366.00", "0.00"),
        ("D", "ООО «D»", 3, 3, 10, 310, "3782.00", "1903.20", "3782.00", "3782.00", "0.00"),
    ]


def test_a_circle_of_dealers_is_refused_by_name_at_any_depth(billed, author, tmp_path):
    rows_ = [["client_code", "name", "kind", "dealer_code"], ["D", "ООО «D»", "legal", "C"]]
    with pytest.raises(BadInput) as raised:
        import_master(billed, as_csv({"clients": rows_}, tmp_path / "circle"), author)
    assert problems(raised) == ["clients.csv:2 column dealer_code: the dealers go round in a circle: D → C → B → D"]
