"""Two clients, one of them in debt: the house that the ladder is tried on, and what it did."""

import csv
from datetime import UTC, date, datetime
from pathlib import Path

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
