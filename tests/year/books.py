"""What the provider hands to fleetbill: sheets of master data, the day files of its platforms, and the bank's statements."""

import csv
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet

from tests.year.price_list import TARIFFS
from tests.year.world import NEVER, PLATFORMS, Account, Array, Contract, Day, Terms, World

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "sample"))

from company.identity import account, inn_legal
from company.master import BANK, BIC, COLUMNS, CORR_ACCOUNT

ORGANIZATION = "GOD"
OUR_ACCOUNT = account("40702810?00000030026", BIC)
_INN = inn_legal("77", 10005)


def client_inn(number: int) -> str:
    """ИНН of a client by its number."""
    return inn_legal("52", 30_000 + number)


def write_sheets(folder: Path, world: World, contracts: Iterable[int], accounts: Iterable[int], terms: Iterable[tuple[int, Terms]]) -> Path:
    """Sheets with these rows alone: an import keeps what it does not name."""
    numbers = list(contracts)
    sheets = {
        "clients": [_client(number, world.contracts[number], world) for number in numbers],
        "contracts": [_contract(world.contracts[number], world) for number in numbers],
        "terms": [_terms(world.contracts[number], each, world) for number, each in terms],
        "accounts": [_account(world.accounts[place], world) for place in accounts],
    }
    return _write(folder, sheets)


def write_first_sheets(folder: Path, world: World, snapshots: Path) -> Path:
    """The house before its first contract: the seller, the prices, the platforms."""
    seller = (
        ORGANIZATION, "ООО «Годовой Круг»", "", _INN, f"{_INN[:4]}01001", "г. Москва", OUR_ACCOUNT, BANK, BIC, CORR_ACCOUNT, "", "",
        "general", "2020-01-01", "ГК", "", "Europe/Moscow", "",
    )  # fmt: skip
    versions = [(code, version) for code, versions in TARIFFS.items() for version in versions]
    parts = [(code, version["from"], part) for code, version in versions for part in version["parts"]]
    sheets = {
        "organizations": [seller],
        "tariffs": [(code, str(version["from"]), code, "RUB", "no") for code, version in versions],
        "components": [
            (code, str(since), part["no"], "Мониторинг" if part["kind"] == "vehicles" else "Абонентская плата", part["kind"], "",
             part["scheme"], part["price"], part["size"])
            for code, since, part in parts
        ],
        "tiers": [(code, str(since), part["no"], *tier) for code, since, part in parts for tier in part["tiers"]],
        "platforms": [(name, "files", str(snapshots / name), "", "Europe/Moscow") for name in PLATFORMS],
    }  # fmt: skip
    return _write(folder, sheets)


def _client(number: int, contract: Contract, world: World) -> tuple[object, ...]:
    inn, kind = client_inn(number), "дилер" if contract.is_dealer else "перевозчик"
    dealer = world.contracts[contract.dealer].client if contract.dealer >= 0 else ""
    return (
        contract.client, f"ООО «Парк {number}»", "", inn, f"{inn[:4]}01001", "legal", kind, f"buh@{contract.client.lower()}.example", "",
        "г. Примерный", dealer, "no",
    )  # fmt: skip


def _contract(contract: Contract, world: World) -> tuple[object, ...]:
    day, ends = world.scale.day(contract.starts), contract.ends
    return contract.number, contract.client, ORGANIZATION, day, day, world.scale.day(ends) if ends < NEVER else ""


def _terms(contract: Contract, terms: Terms, world: World) -> tuple[object, ...]:
    ahead, least = contract.prepaid or "", contract.minimum or ""
    return contract.number, world.scale.day(terms.since), terms.tariff, contract.counting, contract.basis, ahead, terms.discount, least, 10


def _account(each: Account, world: World) -> tuple[object, ...]:
    return PLATFORMS[each.platform], each.name, world.contracts[each.contract].number, world.scale.day(each.opened), ""


def _write(folder: Path, sheets: dict[str, Sequence[tuple[object, ...]]]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for sheet, rows in sheets.items():
        if rows:
            with (folder / f"{sheet}.csv").open("w", encoding="utf-8", newline="") as handle:
                writer = csv.writer(handle, lineterminator="\n")
                writer.writerow(COLUMNS[sheet].split())
                writer.writerows(rows)
    return folder


class Platforms:
    """The platforms' day files: what is listed, and which accounts are blocked."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world, self.folder = world, folder
        count = len(world.vehicle_account)
        self._names = pa.array([f"v{vehicle:06}" for vehicle in range(count)])
        self._accounts = pa.array([each.name for each in world.accounts])
        self._platform = np.array([each.platform for each in world.accounts])[world.vehicle_account]
        self._clone = pa.array(world.fleet.clone.astype(np.int8))

    def write(self, day: Day, blocked: set[int], missing: set[int]) -> None:
        """The files of a day; a platform that is ``missing`` delivers none."""
        for platform, name in enumerate(PLATFORMS[: self.world.scale.platforms]):
            folder = self.folder / name
            folder.mkdir(parents=True, exist_ok=True)
            self._write_tree(folder / "accounts.csv", platform, day.index, blocked)
            if platform not in missing:
                self._write_day(folder, platform, day)

    def _write_tree(self, path: Path, platform: int, index: int, blocked: set[int]) -> None:
        accounts = self.world.accounts
        with path.open("w", encoding="utf-8", newline="") as handle:
            writer = csv.writer(handle, lineterminator="\n")
            writer.writerow(["account_id", "parent_account_id", "name", "enabled"])
            for place, each in enumerate(accounts):
                if each.platform == platform and each.opened <= index:
                    parent = accounts[each.parent].name if each.parent >= 0 else ""
                    writer.writerow([each.name, parent, each.name, int(place not in blocked)])

    def _write_day(self, folder: Path, platform: int, day: Day) -> None:
        date_ = self.world.scale.day(day.index)
        chosen = np.flatnonzero(day.listed & (self._platform == platform))
        table = pa.table(
            {
                "vehicle_id": self._names.take(chosen),
                "account_id": self._accounts.take(self.world.vehicle_account[chosen]),
                "hw_id": imei(day.device[chosen]),
                "state": pa.array(np.where(day.active[chosen], "active", "deactivated")),
                "last_message_at": self._moments(day, chosen),
                "online_minutes": pa.array(np.where(day.used[chosen], 30 + day.spoke_at[chosen] // 3, 0)),
                "is_clone": self._clone.take(chosen),
            }
        )
        pa.parquet.write_table(table, folder / f"{date_}.part", compression="snappy")
        (folder / f"{date_}.part").rename(folder / f"{date_}.parquet")

    def _moments(self, day: Day, chosen: Array) -> pa.Array:
        first = np.datetime64(self.world.scale.first, "m")
        minutes = first + (day.spoke_on[chosen] * 1440 + day.spoke_at[chosen]).astype("timedelta64[m]") - np.timedelta64(180, "m")
        texts = np.char.add(np.datetime_as_string(minutes), ":00Z")
        return pa.array(texts, mask=day.spoke_on[chosen] < 0)


def imei(numbers: Array) -> pa.Array:
    """IMEI of 15 digits with the right check digit, by tracker."""
    body = 35_991_000_000_000 + numbers.astype(np.int64)
    total = np.zeros(len(numbers), dtype=np.int64)
    for place in range(14):
        digit = body // 10 ** (13 - place) % 10 * (1 + place % 2)
        total += digit // 10 + digit % 10
    return pa.array(body * 10 + -total % 10).cast(pa.string())


@dataclass(frozen=True)
class Paper:
    """A payment order of a client."""

    number: str
    client: int
    amount: Decimal
    purpose: str


def write_statement(path: Path, day: date, since: date, papers: Iterable[tuple[date, Paper]]) -> Path:
    """The bank's statement of the days from ``since`` to ``day``, made the day after, in 1CClientBankExchange 1.03."""
    lines = ["1CClientBankExchange", "ВерсияФормата=1.03", "Кодировка=Windows", f"Отправитель={BANK}"]
    lines += [f"ДатаСоздания={day + timedelta(days=1):%d.%m.%Y}", f"ДатаНачала={since:%d.%m.%Y}", f"ДатаКонца={day:%d.%m.%Y}"]
    lines += [f"РасчСчет={OUR_ACCOUNT}"]
    for on, paper in papers:
        theirs = account(f"40702810?00000{paper.client:06}", BIC)
        lines += [
            "СекцияДокумент=Платежное поручение", f"Номер={paper.number}", f"Дата={on:%d.%m.%Y}", f"Сумма={paper.amount}",
            f"ПлательщикСчет={theirs}", f"ПлательщикИНН={client_inn(paper.client)}", f"Плательщик1=ООО «Парк {paper.client}»",
            f"ПолучательСчет={OUR_ACCOUNT}", f"ДатаПоступило={on:%d.%m.%Y}", f"НазначениеПлатежа={paper.purpose}", "КонецДокумента",
        ]  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes("".join(f"{line}\r\n" for line in [*lines, "КонецФайла"]).encode("cp1251"))
    return path
