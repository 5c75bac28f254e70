"""A little company for tests: contracts with tariffs and fleets, written as the files that a real one would hand in."""

import csv
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from pipelines.period import Month

ORGANIZATION = {
    "code": "ORG",
    "name": "ООО «Вега Мониторинг»",
    "full_name": "Общество с ограниченной ответственностью «Вега Мониторинг»",
    "inn": "7707083893",
    "kpp": "770701001",
    "address": "г. Москва, ул. Мира, д. 1",
    "bank_account": "40702810938000000001",
    "bank_name": "ПАО «Примербанк»",
    "bic": "044525225",
    "corr_account": "30101810400000000225",
    "director": "Иванов И. И.",
    "accountant": "Петрова А. А.",
    "vat_mode": "general",
    "invoice_prefix": "ВМ",
    "email": "buh@vega.example",
    "time_zone": "Europe/Moscow",
}


def account_key(bic: str, account: str) -> str:
    """The account with its ninth digit, the key, made right for the bank (weights 7, 1, 3)."""
    weights = (7, 1, 3)
    bare = account[:8] + "0" + account[9:]
    total = sum(int(digit) * weights[index % 3] % 10 for index, digit in enumerate(bic[-3:] + bare))
    key = total % 10 * 3 % 10
    return account[:8] + str(key) + account[9:]


@dataclass
class Company:
    """Contracts ``K1``, ``K2`` …, each with one account of the same name on platform ``gps1``.

    ``fleets``: contract → (date → number of vehicles seen on that day); ``terms``, ``clients``: contract → columns of its terms, of its
    client; ``extra``: sheet → further rows.
    """

    fleets: Mapping[str, Callable[[date], int]]
    months: Iterable[Month] = (Month(2026, 1),)
    price: str = "300"
    starts_on: date = date(2025, 6, 1)
    terms: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    clients: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    extra: Mapping[str, list[dict[str, str]]] = field(default_factory=dict)

    def write_master(self, folder: Path) -> Path:
        """CSV files of all sheets into a folder."""
        numbers = sorted(self.fleets)
        organization = {**ORGANIZATION, "bank_account": account_key(ORGANIZATION["bic"], ORGANIZATION["bank_account"])}
        sheets: dict[str, list[dict[str, str]]] = {
            "organizations": [organization],
            "clients": [
                {
                    "client_code": f"C-{n}", "name": f"ООО «Клиент {n}»", "kind": "legal", "inn": "7736207543", "kpp": "773601001",
                    **self.clients.get(n, {}),
                }
                for n in numbers
            ],
            "contracts": [
                {"contract_no": n, "client_code": f"C-{n}", "organization_code": "ORG", "starts_on": str(self.starts_on)} for n in numbers
            ],
            "terms": [
                {"contract_no": n, "valid_from": str(self.starts_on), "tariff_code": "T1", **self.terms.get(n, {})}
                for n in numbers
            ],
            "tariffs": [{"tariff_code": "T1", "valid_from": "2025-01-01", "name": "Базовый"}],
            "components": [
                {
                    "tariff_code": "T1", "valid_from": "2025-01-01", "component_no": "1", "name": "Мониторинг транспорта",
                    "kind": "vehicles", "price": self.price,
                }
            ],
            "platforms": [{"platform": "gps1", "kind": "files", "source": "", "time_zone": "Europe/Moscow"}],
            "accounts": [
                {"platform": "gps1", "account_id": n, "contract_no": n, "valid_from": str(self.starts_on)} for n in numbers
            ],
        }  # fmt: skip
        for sheet, rows in self.extra.items():
            sheets[sheet] = [*sheets.get(sheet, []), *rows]
        folder.mkdir(parents=True, exist_ok=True)
        for sheet, rows in sheets.items():
            _write(folder / f"{sheet}.csv", rows)
        return folder

    def write_snapshots(self, folder: Path) -> Path:
        """One CSV per day of the months, as the `files` connector reads them."""
        (folder / "gps1").mkdir(parents=True, exist_ok=True)
        for month in self.months:
            for day in month.dates():
                self.write_day(folder, day)
        return folder

    def write_day(self, folder: Path, day: date, changed: Mapping[str, int] | None = None) -> Path:
        """One day; ``changed`` puts other fleet sizes in the place of the declared ones."""
        rows = [
            {
                "vehicle_id": f"{contract}-{index:03}",
                "account_id": contract,
                "name": f"Машина {index}",
                "state": "active",
                "last_message_at": f"{day}T12:00:00+03:00",
                "online_minutes": "60",
            }
            for contract in sorted(self.fleets)
            for index in range((changed or {}).get(contract, self.fleets[contract](day)))
        ]
        path = folder / "gps1" / f"{day}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, rows, ["vehicle_id", "account_id", "name", "state", "last_message_at", "online_minutes"])
        return path


def steady(size: int) -> Callable[[date], int]:
    """The same fleet every day."""
    return lambda _day: size


def _write(path: Path, rows: list[dict[str, str]], columns: list[str] | None = None) -> None:
    names = columns or list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, names)
        writer.writeheader()
        writer.writerows(rows)
