"""The benchmark's month, small: shaped like real fleets, and its truth is what a plain query over its files finds."""

import importlib.util
from pathlib import Path

import duckdb
import pytest

SCRIPT = Path(__file__).resolve().parents[1] / "bench" / "generate_month.py"
RECOUNT = """
with listed as (
    select regexp_extract(filename, '([0-9]{4}-[0-9]{2}-[0-9]{2})', 1)::date as day, * from read_parquet(?, filename = true)
), ranked as (
    select *, row_number() over (
        partition by day, hw_id[:14]
        order by state <> 'active', is_clone, last_message_at desc nulls last, vehicle_id) as place
    from listed
), counted as (
    select 'B-' || account_id[2:] as contract_no, day, count(*) as vehicles from ranked
    where place = 1 and state = 'active' and account_id <> '' and online_minutes > 0 group by all
)
select count(*), count(*) filter (coalesce(vehicles, 0) = fleet_size), sum(fleet_size)
from read_parquet(?) as truth left join counted on counted.contract_no = truth.contract_no and counted.day = truth."date"
"""


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("generate_month", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules["generate_month"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def month(script, tmp_path_factory):
    folder = tmp_path_factory.mktemp("month")
    script.write_month(folder, "2026-01", 20_000, 400, days=3)
    return folder


def test_its_truth_is_what_a_plain_query_finds(month):
    cells, equal, vehicle_days = duckdb.execute(RECOUNT, [str(month / "snapshots/big/*.parquet"), str(month / "truth.parquet")]).fetchone()
    assert cells == equal == 400 * 3
    assert vehicle_days > 30_000


def test_fleets_are_sized_as_real_ones(script):
    import numpy as np

    sizes = np.sort(script.fleet_sizes(1_000_000, 20_000, np.random.default_rng(1)))
    assert sizes.sum() == 1_000_000
    assert sizes[0] >= 1
    assert np.mean(sizes < 91) >= 0.9  # nine in ten
    assert 0.64 < sizes[-2_000:].sum() / 1_000_000 < 0.67


def test_csv_and_parquet_hold_the_same_day(script, tmp_path):
    for form in ("csv", "parquet"):
        script.write_month(tmp_path, "2026-01", 20_000, 400, days=1, form=form)
    columns = "vehicle_id, account_id, plate, hw_id, state, last_message_at, online_minutes, is_clone"
    texts = ", ".join(f"coalesce({name}::varchar, '')" for name in columns.split(", "))
    csv, parquet = (tmp_path / f"snapshots/big/2026-01-01.{form}" for form in ("csv", "parquet"))
    written = duckdb.execute(f"select {texts} from read_csv(?, all_varchar = true)", [str(csv)]).fetchall()
    assert written == duckdb.execute(f"select {texts} from read_parquet(?)", [str(parquet)]).fetchall()
    assert len(written) > 19_000
