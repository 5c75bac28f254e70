"""Files of platforms: what is read, and how what cannot be read is named (contracts.md, snapshot files)."""

import gzip
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.errors import BadInput
from pipelines.platforms import files
from pipelines.platforms.errors import NotBuilt
from pipelines.platforms.interface import Platform
from pipelines.platforms.kinds import connect
from tests.conftest import NOW

GPS1 = Platform("gps1", "files", None, None, "Europe/Moscow")
GOOD = "vehicle_id,state,name\n1,active,Газель\n2,blocked,\n"


def read(folder: Path, name: str, data: bytes):
    (folder / name).write_bytes(data)
    [file] = files.find("gps1", str(folder / name)).days
    return files.read(GPS1, file, str(folder), None, NOW)


@pytest.mark.parametrize(
    "data",
    [GOOD.encode(), b"\xef\xbb\xbf" + GOOD.encode(), GOOD.replace(",", ";").encode(), GOOD.replace("\n", "\r\n").encode()],
    ids=["plain", "bom", "semicolon", "crlf"],
)
def test_the_ways_to_write_the_same_file(tmp_path, data):
    rows = [{"vehicle_id": "1", "state": "active", "name": "Газель"}, {"vehicle_id": "2", "state": "blocked", "name": None}]
    assert read(tmp_path, "2026-01-15.csv", data).vehicles.to_pylist() == rows
    assert read(tmp_path, "2026-01-15.csv.gz", gzip.compress(data)).vehicles.to_pylist() == rows


BAD = {
    "cp1251": (GOOD.encode("cp1251"), "2026-01-15.csv:2: is not UTF-8 (byte 0xc3 at position 10); save it as UTF-8"),
    "NUL": (GOOD.encode().replace(b"2,", b"2\0,"), "2026-01-15.csv:3: contains a NUL byte; the file is damaged or not text"),
    "cut": (GOOD.encode()[:-6], "2026-01-15.csv:3: has 2 cells where the heading has 3; is the file cut short?"),
    "one cell more": (GOOD.encode() + b"3,active,x,y\n", "2026-01-15.csv:4: has 4 cells where the heading has 3; is the file cut short?"),
    "no state": (b"vehicle_id,name\n1,x\n", "2026-01-15.csv:1: has no column state"),
    "a heading in capitals": (
        b"Vehicle ID,state\n1,active\n",
        "2026-01-15.csv:1: has no column vehicle_id; write 'Vehicle ID' as vehicle_id",
    ),
    "doubled": (b"vehicle_id,state,state\n1,x,y\n", "2026-01-15.csv:1 column state: is there more than once"),
    "empty": (b"", "2026-01-15.csv: is empty: it has not even a heading"),
    "utf-16": (GOOD.encode("utf-16"), "2026-01-15.csv: is UTF-16; save it as UTF-8"),
    "open quote": (b'vehicle_id,state,name\n1,active,"x\n2,active,y\n', "2026-01-15.csv:3: cannot be read: unexpected end of data"),
    "cp1251 and an open quote in a column that nobody reads": (
        b'vehicle_id,state,colour\n1,active,"\xea\xf0\n',
        "2026-01-15.csv:2: is not UTF-8 (byte 0xea at position 11); save it as UTF-8",
    ),
}


@pytest.mark.parametrize("kind", BAD)
def test_what_cannot_be_read_is_named_by_line(tmp_path, kind):
    data, said = BAD[kind]
    with pytest.raises(BadInput) as refused:
        read(tmp_path, "2026-01-15.csv", data)
    assert [str(problem) for problem in refused.value.problems] == [said]


def test_many_broken_lines_are_capped(tmp_path):
    with pytest.raises(BadInput) as refused:
        read(tmp_path, "2026-01-15.csv", GOOD.encode() + b"1\n" * 100)
    assert len(refused.value.problems) == 21
    assert refused.value.problems[-1].message == "and 80 more lines like these"


def test_a_heading_alone_is_an_empty_list(tmp_path):
    assert read(tmp_path, "2026-01-15.csv", b"vehicle_id,state\n").vehicles.num_rows == 0
    assert read(tmp_path, "2026-01-15.csv", b"vehicle_id,state").vehicles.num_rows == 0


def test_unknown_columns_are_left_out_and_named(tmp_path):
    found = read(tmp_path, "2026-01-15.csv", b"vehicle_id,state,colour,meter_fuel\n1,active,red,2\n")
    assert (found.columns, found.ignored) == (("vehicle_id", "state", "meter_fuel"), ("colour",))


@pytest.mark.parametrize("data", [gzip.compress(GOOD.encode() * 50)[:-12], b"not gzip"], ids=["cut", "other"])
def test_damaged_gzip(tmp_path, data):
    with pytest.raises(BadInput, match="cut short or damaged"):
        read(tmp_path, "2026-01-15.csv.gz", data)


def test_parquet(tmp_path):
    path = tmp_path / "2026-01-15.parquet"
    pq.write_table(pa.table({"vehicle_id": [1, 2], "state": ["active", "active"], "x": [1, 2]}), path)
    data = path.read_bytes()
    found = read(tmp_path, path.name, data)
    assert (found.columns, found.ignored, found.vehicles.num_rows) == (("vehicle_id", "state"), ("x",), 2)
    with pytest.raises(BadInput, match="cut short or damaged"):
        read(tmp_path, path.name, data[:-20])
    pq.write_table(pa.table({"vehicle_id": [1, 2]}), path)
    with pytest.raises(BadInput, match="has no column state"):
        read(tmp_path, path.name, path.read_bytes())


def test_a_folder_and_its_names(tmp_path):
    for name in (
        "2026-01-16.csv",
        "2026-01-15.csv.gz",
        "2026-02-30.csv",
        "january.csv",
        "accounts.csv",
        ".hidden",
        "README.md",
        "2026-01-17.csv.part",
    ):
        (tmp_path / name).write_text("account_id\nA\n")
    found = files.find("gps1", str(tmp_path))
    assert [file.name for file in found.days] == ["2026-01-15.csv.gz", "2026-01-16.csv"]
    assert [str(problem) for problem in found.problems] == [
        "2026-02-30.csv: 2026-02-30 is not a day of the calendar",
        "january.csv: is not named YYYY-MM-DD.csv, .csv.gz or .parquet, so its day is unknown",
    ]
    assert found.accounts.to_pylist() == [{"account_id": "A"}]
    selected = files.find("gps1", str(tmp_path), date(2026, 1, 16))
    assert ([file.name for file in selected.days], selected.problems) == (["2026-01-16.csv"], ())
    (tmp_path / "gps1").mkdir()
    (tmp_path / "gps1" / "2026-01-20.csv").write_text("x")
    assert [file.name for file in files.find("gps1", str(tmp_path)).days] == ["2026-01-20.csv"]


def test_sources_that_are_not_there(tmp_path):
    (tmp_path / "2026-01-15.csv").write_text(GOOD)
    with pytest.raises(BadInput, match="there is no such file or folder"):
        files.find("gps1", str(tmp_path / "no"))
    with pytest.raises(files.NoSuchFiles):
        files.find("gps1", str(tmp_path), date(2026, 1, 16))
    with pytest.raises(BadInput, match="is named for 2026-01-15"):
        files.find("gps1", str(tmp_path / "2026-01-15.csv"), date(2026, 1, 16))


@pytest.mark.parametrize("kind", ["files", "carrier pigeon"])
def test_a_kind_without_a_connector_is_refused_by_name(kind):
    with pytest.raises(NotBuilt, match="gps9"):
        connect(Platform("gps9", kind, None, None, "UTC"), None, NOW)
