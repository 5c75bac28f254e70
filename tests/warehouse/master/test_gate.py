"""An expectation of the suites alone keeps out what it refuses."""

import json

import pytest

from pipelines import expectations
from pipelines.errors import BadInput
from pipelines.master.importing import import_master
from pipelines.master.sheets import SHEETS
from tests.conftest import ROOT
from tests.sheets import as_csv, company, problems, put


@pytest.mark.parametrize(
    ("sheet", "row", "column", "value", "type_", "stored"),
    [
        ("components", 2, "price", "-1", "expect_column_values_to_be_between", "SELECT price FROM master.components WHERE price = -1"),
        ("terms", 2, "payment_days", "400", "expect_column_values_to_be_between", "SELECT 1 FROM master.terms WHERE payment_days = 400"),
        (
            "platforms",
            2,
            "platform",
            "gps 1",
            "expect_column_values_to_match_regex",
            "SELECT 1 FROM master.platforms WHERE platform = 'gps 1'",
        ),
        (
            "clients",
            2,
            "name",
            "я" * 2000,
            "expect_column_value_lengths_to_be_between",
            "SELECT 1 FROM master.clients WHERE length(name) = 2000",
        ),
    ],
)
def test_what_an_expectation_refuses_gets_in_without_it(settings, author, tmp_path, monkeypatch, sheet, row, column, value, type_, stored):
    from pipelines.warehouse import engine

    sheets = company()
    put(sheets, sheet, row, column, value)
    del sheets["accounts"]  # it names the platform, which one case renames
    source = as_csv(sheets, tmp_path / "folder")
    with pytest.raises(BadInput) as raised:
        import_master(settings, source, author)
    assert [line.split(": ")[0] for line in problems(raised)] == [f"{sheet}.csv:{row} column {column}"]

    spoiled = tmp_path / "expectations" / "master"
    spoiled.mkdir(parents=True)
    for name in SHEETS:
        suite = json.loads((ROOT / "expectations" / "master" / f"{name}.json").read_text(encoding="utf-8"))
        kept = [
            e
            for e in suite["expectations"]
            if name != sheet or (e["type"], e["kwargs"].get("column")) != (type_, column) or e["severity"] != "critical"
        ]
        (spoiled / f"{name}.json").write_text(json.dumps({**suite, "expectations": kept}), encoding="utf-8")
    monkeypatch.setattr(expectations, "resource", lambda _: tmp_path / "expectations")
    import_master(settings, source, author)
    with engine.transaction(settings) as connection:
        assert len(connection.exec_driver_sql(stored).all()) == 1
