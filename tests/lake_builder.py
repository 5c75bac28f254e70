"""Months for tests in a few words: contracts, mappings, and snapshots written into the lake and registered as evidence.

with World(settings) as world:
    world.contract("C1", starts="2026-01-01").terms("C1").account("gps1", "a1", "C1")
    world.every_day("2026-01", "gps1", [Car(f"v{n}", "a1") for n in range(10)])
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

import pyarrow as pa
from sqlalchemy import text

from pipelines.evidence.keys import device_keys, look_alike_keys
from pipelines.evidence.lake import Metadata, sensors_path, snapshot_path, write, write_table
from pipelines.period import Month
from pipelines.settings import Settings
from pipelines.warehouse import engine

MOSCOW = ZoneInfo("Europe/Moscow")
STATES = {"active": 1, "deactivated": 2, "blocked": 3}
ALL_COLUMNS = ("last_message_at", "online_minutes", "is_clone")


@dataclass(frozen=True)
class Car:
    """A row of a snapshot. ``message``: a local time of that day, a whole moment, or None; ``accounts``: one owner or several."""

    vehicle_id: str
    account: str | tuple[str, ...] | None = None
    hw_id: str | None = None
    state: str = "active"
    message: str | datetime | None = "12:00"
    minutes: str | int | None = 60
    is_clone: bool = False
    plate: str | None = None
    vin: str | None = None
    name: str | None = None
    meters: Mapping[str, str] = field(default_factory=dict)

    @property
    def owners(self) -> tuple[str, ...]:
        if self.account is None:
            return ()
        return (self.account,) if isinstance(self.account, str) else self.account


def day(text_or_date: str | date) -> date:
    return text_or_date if isinstance(text_or_date, date) else date.fromisoformat(text_or_date)


class World:
    """Master data and evidence of one test, in one transaction that ends with the block."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.numbers: dict[tuple[str, date], int] = {}
        self.trees: dict[str, list[tuple[str, str | None, str | None, bool]]] = {}
        self.zones: dict[str, str] = {}

    def __enter__(self) -> "World":
        self._scope = engine.transaction(self.settings)
        self.connection = self._scope.__enter__()
        self.sql(
            "INSERT INTO master.organizations (code, name, inn, bank_account, bank_name, bic, invoice_prefix)"
            " SELECT 'ORG', 'ООО Орг', '7707083893', '40702810900000000001', 'Банк', '044525225', 'O'"
            " WHERE NOT EXISTS (SELECT FROM master.organizations WHERE code = 'ORG')"
        )
        self.sql("INSERT INTO master.clients (client_code, name, kind) VALUES ('CL', 'Клиент', 'legal') ON CONFLICT DO NOTHING")
        return self

    def __exit__(self, *error: object) -> None:
        self._scope.__exit__(*error)

    def sql(self, statement: str, **binds: object) -> object:
        return self.connection.execute(text(statement), binds)

    def platform(self, name: str, time_zone: str = "Europe/Moscow") -> "World":
        self.zones.setdefault(name, time_zone)
        self.sql("INSERT INTO master.platforms VALUES (:p, 'files', NULL, NULL, :z) ON CONFLICT DO NOTHING", p=name, z=time_zone)
        return self

    def contract(self, number: str, starts: str | date = "2020-01-01", ends: str | date | None = None) -> "World":
        self.sql("INSERT INTO master.contracts VALUES (:n, 'CL', 'ORG', NULL, :s, :e)", n=number, s=day(starts), e=ends and day(ends))
        return self

    def terms(self, number: str, valid_from: str | date = "2020-01-01", *, counting: str = "used", tariff: str = "T") -> "World":
        self.sql(
            "INSERT INTO master.terms (contract_no, valid_from, tariff_code, counting) VALUES (:n, :f, :t, :c)",
            n=number, f=day(valid_from), t=tariff, c=counting,
        )  # fmt: skip
        return self

    def tariff(self, code: str, *components: tuple[str, str | None], valid_from: str | date = "2020-01-01") -> "World":
        self.sql("INSERT INTO master.tariffs (tariff_code, valid_from, name) VALUES (:t, :f, :t)", t=code, f=day(valid_from))
        for number, (kind, meter) in enumerate(components, 1):
            self.sql(
                "INSERT INTO master.components (tariff_code, valid_from, component_no, name, kind, meter, price)"
                " VALUES (:t, :f, :n, :k, :k, :m, 1)",
                t=code, f=day(valid_from), n=number, k=kind, m=meter,
            )  # fmt: skip
        return self

    def account(
        self, platform: str, account: str, contract: str, valid_from: str | date = "2020-01-01", valid_to: str | date | None = None
    ) -> "World":
        self.platform(platform)
        self.sql(
            "INSERT INTO master.accounts VALUES (:p, :a, :c, :f, :t)",
            p=platform, a=account, c=contract, f=day(valid_from), t=valid_to and day(valid_to),
        )  # fmt: skip
        return self

    def tree(self, platform: str, *accounts: tuple[str, str | None] | tuple[str, str | None, bool]) -> "World":
        """The account tree of the platform's following snapshots: (account, parent[, enabled])."""
        self.trees[platform] = [(row[0], row[1], None, row[2] if len(row) > 2 else True) for row in accounts]
        return self

    def snapshot(
        self,
        platform: str,
        on: str | date,
        cars: Sequence[Car],
        *,
        columns: Iterable[str] = ALL_COLUMNS,
        taken_at: datetime | None = None,
        state: str = "landed",
    ) -> str:
        """Write and register one more snapshot of that day; its digest."""
        self.platform(platform)
        on = day(on)
        number = self.numbers[platform, on] = self.numbers.get((platform, on), 0) + 1
        meters = sorted({f"meter_{name}" for car in cars for name in car.meters})
        kept = {*columns, *meters}
        named = sorted({account for car in cars for account in car.owners})
        tree = {account: (account, None, None, True) for account in named} | {row[0]: row for row in self.trees.get(platform, [])}
        accounts = tuple(sorted(tree.values()))
        owners = tuple(sorted({car.owners for car in cars}))
        table = _table(cars, on, kept, owners)
        meaning = json.dumps([platform, str(on), number, accounts, [str(car) for car in cars], sorted(kept)], default=str)
        digest = hashlib.sha256(meaning.encode()).hexdigest()
        path = snapshot_path(platform, on, digest)
        write(self.settings, path, table, Metadata(platform, on, accounts, owners, "test", {}))
        self.sql(
            "INSERT INTO evidence.snapshots VALUES (:d, :p, :on, :at, :n, :s, :r, :c, :z, :t, :path)",
            d=digest, p=platform, on=on, at=taken_at or datetime.combine(on, time(number % 24), MOSCOW), n=number, s=state,
            r=len(cars), c=sorted(kept | {"vehicle_id", "state"}), z=self.zones[platform],
            t=hashlib.sha256(str(accounts).encode()).hexdigest(), path=path,
        )  # fmt: skip
        return digest

    def sensors(self, platform: str, on: str | date, rows: Sequence[tuple[str, str, str, str | None]]) -> "World":
        """A list of sensors (vehicle, sensor, name, value) that came with the day's last snapshot."""
        on = day(on)
        digest = hashlib.sha256(repr((platform, on, rows)).encode()).hexdigest()
        names = ("vehicle_id", "sensor_id", "name", "kind", "parameter", "value")
        full = [(vehicle, sensor, name, None, None, value) for vehicle, sensor, name, value in rows]
        table = pa.table({name: pa.array(values, pa.string()) for name, values in zip(names, zip(*full, strict=True), strict=True)})
        path = sensors_path(platform, on, digest)
        write_table(self.settings, path, table)
        self.sql(
            "INSERT INTO evidence.sensor_lists SELECT digest, :d, taken_at, :r, :path FROM evidence.snapshots "
            "WHERE platform = :p AND business_date = :on ORDER BY snapshot_no DESC LIMIT 1",
            d=digest, r=len(rows), path=path, p=platform, on=on,
        )  # fmt: skip
        return self

    def every_day(self, month: str, platform: str, cars: Sequence[Car] | Callable[[date], Sequence[Car] | None]) -> "World":
        """A snapshot of the same vehicles (or of those that a function gives; None: none) for every day of the month."""
        for each in Month.parse(month).dates():
            listed = cars(each) if callable(cars) else cars
            if listed is not None:
                self.snapshot(platform, each, listed)
        return self

    def carry(self, platform: str, on: str | date) -> "World":
        self.sql(
            "INSERT INTO evidence.carries VALUES (:p, :d, 'Анна', 'сбой', :at)", p=platform, d=day(on), at=datetime(2026, 3, 1, tzinfo=UTC)
        )
        return self

    def withdraw(self, digest: str) -> "World":
        self.sql("UPDATE evidence.snapshots SET state = 'withdrawn' WHERE digest = :d", d=digest)
        self.sql(
            "INSERT INTO evidence.events VALUES (:d, 1, 'withdrawn', 'Анна', 'не тот файл', :at)",
            d=digest,
            at=datetime(2026, 3, 1, tzinfo=UTC),
        )
        return self


def moment(car: Car, on: date) -> datetime | None:
    """When the car sent its last message, aware."""
    if car.message is None or isinstance(car.message, datetime):
        return car.message
    return datetime.combine(on, time.fromisoformat(car.message), MOSCOW)


def has_message(car: Car, on: date) -> bool:
    sent = moment(car, on)
    return sent is not None and sent.astimezone(MOSCOW).date() == on


def _table(cars: Sequence[Car], on: date, columns: set[str], owners: Sequence[tuple[str, ...]]) -> pa.Table:
    numbers = {each: place for place, each in enumerate(owners)}
    by_id = {car.vehicle_id: place for place, car in enumerate(sorted(cars, key=lambda car: car.vehicle_id.encode()))}
    cars = sorted(cars, key=lambda car: (numbers[car.owners], by_id[car.vehicle_id]))

    def texts(values: Iterable[str | None]) -> pa.Array:
        return pa.array(values, pa.string())

    moments = [sent and sent.astimezone(UTC).replace(tzinfo=None) for sent in (moment(car, on) for car in cars)]
    hardware, plates, vins = (texts(getattr(car, name) for car in cars) for name in ("hw_id", "plate", "vin"))
    found = {
        "vehicle_no": pa.array([by_id[car.vehicle_id] for car in cars], pa.int32()),
        "vehicle_id": texts(car.vehicle_id for car in cars),
        "account_id": texts(car.owners[0] if car.owners else None for car in cars),
        "name": texts(car.name for car in cars),
        "plate": plates,
        "vin": vins,
        "hw_id": hardware,
        "state": texts(car.state for car in cars),
        "last_message_at": pa.array(moments, pa.timestamp("us")),
        "online_minutes": pa.array([None if car.minutes is None else Decimal(str(car.minutes)) for car in cars], pa.decimal128(18, 3)),
        "is_clone": pa.array([car.is_clone for car in cars]),
        **{
            name: pa.array([Decimal(car.meters.get(name.removeprefix("meter_"), "0")) for car in cars], pa.decimal128(18, 6))
            for name in sorted(columns)
            if name.startswith("meter_")
        },
        "account_no": pa.array([numbers[car.owners] for car in cars], pa.int32()),
        "device_key": device_keys(hardware),
        "plate_key": look_alike_keys(plates),
        "vin_key": look_alike_keys(vins),
        "has_message": pa.array([has_message(car, on) if "last_message_at" in columns else None for car in cars], pa.bool_()),
        "billable_state": pa.array([STATES[car.state] for car in cars], pa.uint8()),
    }
    return pa.table({name: column for name, column in found.items() if name not in ALL_COLUMNS or name in columns})
