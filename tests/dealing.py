"""A dealer's company in January 2026, at 310 a vehicle-month by average: one vehicle-day costs 10.00.

The account tree of gps1 is D > A, D > B > C. Ten vehicles send every day: 1 of D itself, 4 of A, 3 of B, 2 of C.
A has a contract of its own: 4 × 31 = 124 vehicle-days, 1240.00.
B has none: its vehicles are the dealer's. C had one until the 15th: 2 × 15 = 30 vehicle-days, 300.00; then they are the dealer's.
The dealer: (1 + 3) × 31 + 2 × 16 = 156 vehicle-days, 1560.00. Together 310 vehicle-days, 3100.00.
C is a client of B, B of D: the tree of D holds all four, that of B two. X stands beside them with 1 vehicle: 310.00.
"""

import csv
from pathlib import Path

from pipelines.period import Month
from tests.company import Company

JANUARY = Month(2026, 1)
FLEETS = {"D": 1, "A": 4, "B": 3, "C": 2, "X": 1}
PARENTS = {"D": "", "A": "D", "B": "D", "C": "B", "X": ""}


class DealerCompany(Company):
    """Its files; ``dealers``: client → its dealer."""

    def __init__(self, months=(JANUARY,)) -> None:
        terms = {f"K-{code}": {"basis": "average"} for code in ("D", "A", "C", "X")}
        super().__init__(fleets=dict.fromkeys(("K-A", "K-C", "K-D", "K-X")), months=months, price="310", terms=terms)

    def write_master(self, folder: Path) -> Path:
        super().write_master(folder)
        clients = [
            {"client_code": code, "name": f"ООО «{code}»", "kind": "legal", "inn": "7736207543", "kpp": "773601001",
             "dealer_code": PARENTS[code], "email": f"{code.lower()}@client.example"}
            for code in FLEETS
        ]  # fmt: skip
        _write(folder / "clients.csv", clients)
        _write(folder / "contracts.csv", [
            {"contract_no": f"K-{code}", "client_code": code, "organization_code": "ORG", "starts_on": "2025-06-01",
             "ends_on": "2026-01-15" if code == "C" else ""}
            for code in ("D", "A", "C", "X")
        ])  # fmt: skip
        _write(folder / "accounts.csv", [
            {"platform": "gps1", "account_id": code, "contract_no": f"K-{code}", "valid_from": "2025-06-01",
             "valid_to": "2026-01-15" if code == "C" else ""}
            for code in ("D", "A", "C", "X")
        ])  # fmt: skip
        return folder

    def write_day(self, folder: Path, day, changed=None) -> Path:
        rows = [
            {"vehicle_id": f"{code}{index}", "account_id": code, "name": f"{code}{index}", "state": "active",
             "last_message_at": f"{day}T12:00:00+03:00", "online_minutes": "60"}
            for code, size in {**FLEETS, **(changed or {})}.items()
            for index in range(size)
        ]  # fmt: skip
        path = folder / "gps1" / f"{day}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, rows)
        tree = [{"account_id": code, "parent_account_id": parent, "name": code, "enabled": "1"} for code, parent in PARENTS.items()]
        _write(path.parent / "accounts.csv", tree)
        return path


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
