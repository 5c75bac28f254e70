"""A house of the first builds: its invoices explain themselves as they did, and its lake is counted by the present rules.

`issued_by_0001/` is what such a build left behind: its warehouse as SQL, its lake, and its `explain --format json` of every
invoice. Two contracts begin on 27 January: one by average fleet with a meter, hours and a later discount, one prepaid with a
minimum. One day of `gps2` is carried. By the rule of then, devices were equal by their first fourteen digits: v2 and v3 were
one, and x1, written with the 0 of its protocol, was not v1.
"""

import json
import shutil
import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipelines.cli.main import cli
from pipelines.period import Month
from pipelines.settings import Settings
from pipelines.usage.month import compute
from pipelines.warehouse import embedded, engine, migrate
from tests.conftest import _superuser, release

HOUSE = Path(__file__).with_name("issued_by_0001")
JANUARY = Month(2026, 1)
NUMBERS = ("МТ26-000001", "МТ26-000002", "МТ26-000003")


@pytest.fixture
def house(server_home, tmp_path, monkeypatch):
    """Settings of the house, with a copy of its lake, its warehouse brought up to the present schema."""
    name = f"t_{uuid.uuid4().hex[:16]}"
    with _superuser(server_home).cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} OWNER {embedded.OWNER}")
    with _superuser(server_home, name).cursor() as cursor:
        cursor.execute(f"SET ROLE {embedded.OWNER}")
        cursor.execute((HOUSE / "warehouse.sql").read_text(encoding="utf-8"))
    shutil.copytree(HOUSE / "lake", tmp_path / "lake")
    settings = Settings(
        home=tmp_path,
        database_url=embedded.address(server_home, embedded.APPLICATION, name),
        database_owner_url=embedded.address(server_home, embedded.OWNER, name),
    )
    migrate.upgrade(settings)
    monkeypatch.setenv("FLEETBILL_HOME", str(tmp_path))
    monkeypatch.setenv("FLEETBILL_DATABASE_URL", settings.database_url)
    yield settings
    release(settings)
    with _superuser(server_home).cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def explained(number: str) -> list[dict[str, object]]:
    result = CliRunner().invoke(cli, ["explain", number, "--format", "json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.mark.parametrize("number", NUMBERS)
def test_an_invoice_explains_itself_unchanged(house, number):
    assert explained(number) == json.loads((HOUSE / f"explain-{number}.json").read_text(encoding="utf-8"))


def test_the_lake_is_counted_by_the_present_rule_of_devices_and_explanations_stay(house):
    files = {path: path.read_bytes() for path in (house.home / "lake").rglob("platform=*/*/*.parquet")}
    with engine.transaction(house) as connection:
        usage = compute(house, connection, JANUARY, store=True, at=datetime(2026, 3, 1, tzinfo=UTC))
    days = usage.days.select(["contract_no", "business_date", "fleet_size"]).to_pylist()
    fleets = [row["fleet_size"] for row in days if row["contract_no"] == "Д-1"]
    assert fleets == [3] * 5  # x1 is v1: four of then, less one
    assert {path: path.read_bytes() for path in files} == files
    assert explained(NUMBERS[1]) == json.loads((HOUSE / f"explain-{NUMBERS[1]}.json").read_text(encoding="utf-8"))
