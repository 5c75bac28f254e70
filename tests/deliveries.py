"""A declared `files` platform and a small fleet to land."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from pipelines.settings import Settings
from pipelines.warehouse import query
from pipelines.warehouse.engine import transaction

HEADER = "vehicle_id,account_id,name,plate,vin,hw_id,state,last_message_at,online_minutes,is_clone,meter_fuel"


@pytest.fixture
def platform(settings: Settings) -> str:
    """Platform `gps1` in Moscow's time, as the master data declare it."""
    with transaction(settings) as connection:
        connection.execute(
            text(
                "INSERT INTO master.platforms VALUES"
                " ('gps1', 'files', NULL, NULL, 'Europe/Moscow'), ('live', 'traccar', 'http://x', NULL, 'Europe/Moscow')"
            )
        )
    return "gps1"


def row(number: int, day: str = "2026-01-15", **changes: object) -> dict[str, object]:
    """One healthy vehicle."""
    return {
        "vehicle_id": f"v{number:04}",
        "account_id": f"a{number % 3}",
        "name": f"Газель {number}",
        "plate": f"А{number:03}ВС77",
        "vin": f"XTA{number:014}",
        "hw_id": f"3520930810{number:05}",
        "state": "active",
        "last_message_at": f"{day}T10:00:00+03:00",
        "online_minutes": 480,
        "is_clone": 0,
        "meter_fuel": "12.5",
        **changes,
    }


def csv_text(rows: list[dict[str, object]], columns: str = HEADER, delimiter: str = ",") -> str:
    """Rows as a file of the contract."""
    names = columns.split(",")
    lines = [delimiter.join("" if line[name] is None else str(line[name]) for name in names) for line in rows]
    return "\n".join([delimiter.join(names), *lines]) + "\n"


@pytest.fixture
def deliver(tmp_path: Path) -> Callable[..., Path]:
    """Write `folder/gps1/DAY.csv`; returns the folder."""

    def write(rows: list[dict[str, object]], day: str = "2026-01-15", **options: str) -> Path:
        folder = tmp_path / "delivery" / "gps1"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{day}.csv").write_text(csv_text(rows, **options), encoding="utf-8")
        return folder.parent

    return write


@pytest.fixture
def register(settings: Settings) -> Callable[[], list[tuple[str, str, int]]]:
    """(date, state, rows) of every registered snapshot."""

    def read() -> list[tuple[str, str, int]]:
        with transaction(settings) as connection:
            return [(str(each.date), each.status, each.rows) for each in query.rows(connection, "evidence/listing", first=None, last=None)]

    return read
