"""Files that are more than they seem, or other than they say: bounded, and refused in words (contracts.md, snapshot files)."""

import gzip
import random
from contextlib import suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.errors import BadInput
from pipelines.platforms import files
from pipelines.platforms.bounds import FileBounds
from pipelines.platforms.interface import Platform
from tests.conftest import NOW

GPS1 = Platform("gps1", "files", None, None, "Europe/Moscow")
SMALL = FileBounds(megabytes=1, rows=100, columns=10)


def read(folder: Path, name: str, data: bytes, bounds: FileBounds = SMALL):
    (folder / name).write_bytes(data)
    [file] = files.find("gps1", str(folder / name)).days
    return files.read(GPS1, file, str(folder), None, NOW, bounds)


def parquet(table: pa.Table, **options: object) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, **options)
    return sink.getvalue().to_pybytes()


def listed(rows: int, **columns: object) -> pa.Table:
    return pa.table({"vehicle_id": [f"v{n}" for n in range(rows)], "state": ["active"] * rows, **columns})


def too_large() -> dict[str, tuple[str, bytes, str]]:
    heading = b"vehicle_id,state,name\n"
    return {
        "a packed file of zeros": ("csv.gz", gzip.compress(heading + b"0" * 3_000_000), "FLEETBILL_SNAPSHOT_MAX_MEGABYTES"),
        "a large file": ("csv", heading + b"1,active,x\n" + b"2,active," + b"x" * 2_000_000 + b"\n", "MAX_MEGABYTES"),
        "many rows": ("csv", heading + b"1,active,x\n" * 101, "lists more than 100 rows"),
        "many columns": ("csv", b"vehicle_id,state," + b",".join(b"meter_%d" % n for n in range(20)) + b"\n", "has 22 columns"),
        "many rows of Parquet": ("parquet", parquet(listed(101)), "lists more than 100 rows"),
        "many columns of Parquet": ("parquet", parquet(listed(1, **{f"meter_{n}": [1] for n in range(20)})), "has 22 columns"),
        "one long text a hundred times": ("parquet", parquet(listed(100, name=["x" * 50_000] * 100)), "MAX_MEGABYTES"),
    }


@pytest.mark.parametrize("kind", too_large())
def test_what_is_too_large_is_refused_with_the_setting_that_says_so(tmp_path, kind):
    ending, data, said = too_large()[kind]
    with pytest.raises(BadInput, match=said):
        read(tmp_path, f"2026-01-15.{ending}", data)


def test_a_carriage_return_alone_is_told(tmp_path):
    with pytest.raises(BadInput, match="carriage return without a line feed"):
        read(tmp_path, "2026-01-15.csv", b"vehicle_id,state\r1,active\r2,active\r")
    with pytest.raises(BadInput, match="carriage return without a line feed"):
        read(tmp_path, "2026-01-15.csv", b"vehicle_id,st\rate\n1,active\n")


def test_parquet_that_is_no_utf8(tmp_path):
    broken = parquet(listed(3, name=["abcdef", "ghijkl", "mnopqr"]), compression="none").replace(b"ghijkl", b"gh\xff\xfekl")
    with pytest.raises(BadInput, match="column name: holds text that is not UTF-8"):
        read(tmp_path, "2026-01-15.parquet", broken)
    renamed = parquet(listed(1, meter_fuel=[1]), compression="none").replace(b"meter_fuel", b"meter_\xff\xfeel")
    with pytest.raises(BadInput):
        read(tmp_path, "2026-01-15.parquet", renamed)


def test_thousands_of_columns_are_read_in_linear_time(tmp_path):
    wide = FileBounds(columns=100_000)
    names = [f"meter_{n}" for n in range(20_000)] + [f"unknown_{n}" for n in range(20_000)]
    data = f"vehicle_id,state,{','.join(names)}\n1,active,{','.join('1' * 40_000)}\n".encode()
    found = read(tmp_path, "2026-01-15.csv", data, wide)
    assert (len(found.columns), len(found.ignored)) == (20_002, 20_000)


@pytest.mark.parametrize("ending", ["csv", "csv.gz", "parquet"])
def test_damaged_files_end_in_words(tmp_path, ending):
    whole = b'vehicle_id,state,name,hw_id\n1,active,"\xd0\x93, 1",352093081000011\n2,blocked,x,\n3,active,"a\nb",7\n' * 2
    data = {
        "csv": whole,
        "csv.gz": gzip.compress(whole, mtime=0),
        "parquet": parquet(listed(20, name=["Газель"] * 20, last_message_at=pa.array([NOW] * 20), meter_fuel=[1.5] * 20)),
    }[ending]
    chance = random.Random(ending)
    for _ in range(300):
        mutated = bytearray(data)
        for _ in range(chance.randint(1, 4)):
            position = chance.randrange(len(mutated))
            how = chance.randrange(3)
            if how == 0:
                mutated[position] = chance.randrange(256)
            elif how == 1:
                del mutated[position : position + chance.randint(1, 20)]
            else:
                mutated[position:position] = chance.choice([b"\r", b"\n", b'"', b"\0", b";", b"\xff", b",,,"])
        with suppress(BadInput):
            read(tmp_path, f"2026-01-15.{ending}", bytes(mutated))
