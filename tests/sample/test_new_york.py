"""Fleets of New York: the days show as many distinct vehicles as were published, and odd rows are named."""

import csv
import filecmp
import gzip
from collections import defaultdict
from pathlib import Path

import pytest
from stdnum.ru import inn

ROOT = Path(__file__).resolve().parents[2]
HEAD = (
    "Base License Number,Base Name,DBA,Year,Month,Month Name,"
    "Total Dispatched Trips,Total Dispatched Shared Trips,Unique Dispatched Vehicles"
)
ROWS = [
    'B90001,"ROUND, TRIP LLC",,2023,6,June,"1,200",0,7',
    "b90002,TWIN CARS,OWLS,2023,6,June,3,0,3",
    "B90003,TWIN CARS,,2023,6,June,90000,0,40",
    "B90003,TWIN CARS,,2023,6,June,90000,0,40",
    "UBER,UBER,UBER,2023,6,June,500,0,100",
    "B90004,,,2023,6,June,0,0,0",
    "B90001,ROUND TRIP LLC,,2023,7,July,12,0,9",
]


def written(folder, rows):
    path = folder / "bases.csv"
    path.write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
    return path


def driven(folder):
    """Per base: distinct vehicles that drove in the month, and how many each day."""
    distinct, daily = defaultdict(set), defaultdict(lambda: defaultdict(int))
    for path in sorted((folder / "snapshots/tlc").glob("*.csv.gz")):
        with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if row["last_message_at"].startswith(path.name[:10]):
                    assert int(row["online_minutes"]) > 0
                    distinct[row["account_id"]].add(row["vehicle_id"])
                    daily[row["account_id"]][path.name[:10]] += 1
    return distinct, daily


def published(folder):
    with (folder / "published.csv").open(encoding="utf-8", newline="") as file:
        return {row["client_code"]: row for row in csv.DictReader(file)}


def test_distinct_vehicles_are_the_published_ones(tmp_path):
    from new_york import write_month

    assert write_month(written(tmp_path, ROWS), tmp_path / "a", "2023-06") == (5, 150)
    distinct, daily = driven(tmp_path / "a")
    told = published(tmp_path / "a")
    assert {code: len(distinct[code]) for code in told} == {"B90001": 7, "B90002": 3, "B90003": 40, "B90004": 0, "UBER": 100}
    for code, row in told.items():
        assert row["vehicles"] == str(len(distinct[code]))
        assert int(row["made_vehicle_days"]) == sum(daily[code].values())
        assert int(row["made_peak"]) == max(daily[code].values(), default=0)
        assert int(row["made_vehicle_days"]) <= max(int(row["trips"]), int(row["vehicles"]))
    assert len(set(daily["B90003"].values())) > 1  # the use varies from day to day
    assert len(list((tmp_path / "a/snapshots/tlc").glob("2023-06-*.csv.gz"))) == 30


def test_the_same_call_writes_the_same_bytes(tmp_path):
    from new_york import write_month

    source = written(tmp_path, ROWS)
    for folder in ("a", "b"):
        write_month(source, tmp_path / folder, "2023-06")
    files = [path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*") if path.is_file()]
    assert len(files) == 8 + 30 + 1 + 1
    assert filecmp.cmpfiles(tmp_path / "a", tmp_path / "b", files, shallow=False)[1:] == ([], [])


def test_clients_have_distinct_names_and_valid_inn(tmp_path):
    from new_york import write_month

    write_month(written(tmp_path, ROWS), tmp_path, "2023-06")
    with (tmp_path / "master/clients.csv").open(encoding="utf-8", newline="") as file:
        clients = list(csv.DictReader(file))
    assert [row["name"] for row in clients] == ["ROUND, TRIP LLC", "TWIN CARS (B90002)", "TWIN CARS (B90003)", "B90004", "UBER"]
    assert len({row["inn"] for row in clients}) == len(clients)
    assert all(inn.is_valid(row["inn"]) for row in clients)


def test_every_row_that_cannot_be_taken_is_named(tmp_path):
    from new_york import read_bases

    odd = ["B90005,A,,2023,6,June,10,0,many", "X1,A,,2023,6,June,10,0,1", "B90001,OTHER,,2023,6,June,10,0,8"]
    with pytest.raises(ValueError, match=r"line 9: trips.*line 10: 'X1' is no licence.*line 11: B90001 is there twice"):
        read_bases(written(tmp_path, ROWS + odd), "2023-06")


def test_june_2023_as_published():
    from new_york import read_bases

    found = sorted((ROOT.parent / "shared/data").glob("nyc-fhv-base-aggregate-*.csv"))
    if not found:
        pytest.skip("the register of New York's bases is not beside the checkout")
    bases = read_bases(found[0], "2023-06")
    assert (len(bases), sum(base.vehicles for base in bases)) == (455, 143_866)
