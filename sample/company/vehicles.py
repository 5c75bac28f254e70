"""Vehicles, and what one of them shows on one day: a row of a snapshot, and what the story says of it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from company.identity import imei, mix, plate, vin, written

FIRST, LAST = date(2026, 1, 1), date(2026, 2, 28)
MONTHS = ("2026-01", "2026-02")
_MODELS = ("КамАЗ 5490", "ГАЗель NEXT", "Volvo FH", "Scania R450", "МАЗ 5440", "Lada Largus", "Hyundai HD78", "ПАЗ Вектор")


@dataclass(frozen=True, slots=True)
class Vehicle:
    """What does not change from day to day."""

    serial: int
    platform: str
    vehicle_id: str
    name: str
    plate: str
    vin: str
    hw_id: str
    is_clone: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """A vehicle on one day as its platform lists it. ``counts_for``: the contract that must be billed for it, by the story."""

    day: date
    vehicle: Vehicle
    account: str
    state: str = "active"
    message: str = ""
    minutes: int = 0
    meters: tuple[tuple[str, str], ...] = ()
    counts_for: str | None = None


def days(first: date = FIRST, last: date = LAST) -> Iterator[date]:
    """Every day of the story, in order."""
    day = first
    while day <= last:
        yield day
        day += timedelta(days=1)


def vehicle(serial: int, platform: str, **changed: str | bool) -> Vehicle:
    """The vehicle of that serial number; what is given replaces what would be invented."""
    made = Vehicle(
        serial=serial,
        platform=platform,
        vehicle_id=f"v{serial:05}" if platform == "gps1" else str(7_000_000 + serial),
        name=f"{_MODELS[serial % len(_MODELS)]} №{serial}",
        plate=plate(serial),
        vin=vin(serial),
        hw_id=_device(serial),
    )
    return replace(made, **changed)  # type: ignore[arg-type]  # keywords are names of fields


def moment(day: date, platform: str, clock: str) -> str:
    """A local time of day as that platform writes moments: gps1 in Moscow time, gps2 in UTC."""
    if platform == "gps1":
        return f"{day}T{clock}:00+03:00"
    return f"{day}T{int(clock[:2]) - 3:02}{clock[2:]}:00+00:00"


def driven(day: date, driver: Vehicle, account: str, contract_no: str | None, clock: str = "") -> Shown:
    """A day on the road: a message between 7 and 20 o'clock, and an hour or more on line."""
    noise = mix(driver.serial, day.toordinal())
    at = clock or f"{7 + noise % 14:02}:{noise // 16 % 60:02}"
    return Shown(day, driver, account, "active", moment(day, driver.platform, at), 60 + noise // 1024 % 600, counts_for=contract_no)


def _device(serial: int) -> str:
    if serial % 43 == 0:
        return ""
    if serial % 47 == 0:
        return "000000000000000"
    if serial % 53 == 0:
        return "12345"
    if serial % 29 == 0:
        return f"SN-{serial:06}"
    return written(imei(serial), {6: 1, 7: 2, 8: 3}.get(serial % 10, 0))
