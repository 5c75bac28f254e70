"""Two clients, one of them in debt: the house that the ladder is tried on, and what it did."""

import csv
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import text

from pipelines.evidence import lake
from pipelines.receivables.importing import import_payments
from pipelines.settings import Settings
from tests.ledger_world import House, statement

INN = "7736207543"
OTHER = "7728168971"
DUE = "2026-03-10"
DAY = date(2026, 3, 24)  # 14 days after the due date
THAT_MORNING = datetime(2026, 3, 24, 5, tzinfo=UTC)


def indebted_house(settings: Settings, folder: Path) -> House:
    """A owes 3600 since 10 March, B nothing; the statements reach to 23 March. One of two clients may be blocked at once."""
    made = House(settings)
    made.client("A", INN)
    made.client("B", OTHER)
    made.invoice("A", "3600.00", DUE)
    import_payments(settings, statement(folder / "fresh.txt", until="2026-03-23"), THAT_MORNING)
    return made


def listed(settings: Settings, platform: str = "gps1") -> list[dict[str, str]]:
    """Rows of a platform's block list."""
    path = settings.exchange / "access" / platform / "blocked.csv"
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def blocked(settings: Settings) -> list[str]:
    """Accounts that the block list of gps1 names."""
    return [row["account_id"] for row in listed(settings)]


def orders(house: House):
    """Every order in its order, with what was read back."""
    joined = "access.orders LEFT JOIN access.outcomes USING (order_no)"
    return house.rows(f"SELECT account_id, action, state_before, state_after FROM {joined} ORDER BY order_no")


def tree_snapshot(
    house: House, settings: Settings, accounts: Iterable[tuple[str, str | None, str | None, bool]], day: date = date(2026, 3, 22)
) -> None:
    """A landed snapshot without vehicles, whose file holds the account tree."""
    import pyarrow as pa

    path = lake.snapshot_path("gps1", day, f"digest{day}")
    lake.write(
        settings, path, pa.table({"vehicle_id": pa.array([], pa.string())}), lake.Metadata("gps1", day, tuple(accounts), (), "test", {})
    )
    with house.owner() as connection:
        connection.execute(text(
            "INSERT INTO evidence.snapshots (digest, platform, business_date, taken_at, snapshot_no, state, row_count, columns, time_zone,"
            " tree_digest, path) VALUES (:digest, 'gps1', :day, now(), 1, 'landed', 0, '{}', 'Europe/Moscow', '', :path)"
        ), {"digest": f"digest{day}", "day": day, "path": path})  # fmt: skip
