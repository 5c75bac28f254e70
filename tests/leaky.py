"""A company that serves more than it bills: every kind of leakage of domain.md §10 in one January, amounts easy to do in the head.

At 310 a vehicle-month one vehicle-day of January costs 10.00:
K1: 10 vehicles all month: 3100.00 for 310 vehicle-days.
K2: 2 vehicles, contract ended on the 20th: 310 × 2 × 20/31 = 400.00 for 40 vehicle-days; still served on 11 days: 22 vehicle-days.
K3: 4 vehicles at price 0: 124 vehicle-days.
K4: 5 vehicles, its tariff begins in March: parked, 155 vehicle-days.
gps1: one vehicle of nobody, on the air on the 1st–12th, silent from then on.
gps2, where nobody has a contract: a vehicle of nobody all month, one that never speaks, and two with the same device.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from pipelines.clock import Authorship, now
from pipelines.evidence.landing_folder import land_folder
from pipelines.master.importing import import_master
from pipelines.period import Month
from tests.company import Company, steady
from tests.conftest import cloned
from tests.landed import Template, template

JANUARY = Month(2026, 1)
_SECOND = {
    "tariff_code": "T0", "valid_from": "2025-01-01", "component_no": "1", "name": "Подарок", "kind": "vehicles", "price": "0",
}  # fmt: skip
_LATE = {**_SECOND, "tariff_code": "T3", "valid_from": "2026-03-01", "name": "Мониторинг", "price": "310"}

COMPANY = Company(
    {"K1": steady(10), "K2": steady(2), "K3": steady(4), "K4": steady(5)},
    price="310",
    terms={"K3": {"tariff_code": "T0"}, "K4": {"tariff_code": "T3"}},
    extra={
        "tariffs": [
            {"tariff_code": "T0", "valid_from": "2025-01-01", "name": "Даром"},
            {"tariff_code": "T3", "valid_from": "2026-03-01", "name": "С марта"},
        ],
        "components": [_SECOND, _LATE],
        "platforms": [{"platform": "gps2", "kind": "files", "source": "", "time_zone": "Europe/Moscow"}],
    },
)


@contextmanager
def landed(server_home: Path, folder: Path) -> Iterator[Template]:
    """The company with January landed, as a template."""
    with cloned(server_home, folder / "home") as made:
        master, snapshots = write(folder)
        import_master(made, str(master), Authorship("Анна", "начало", now()))
        for platform in ("gps1", "gps2"):
            land_folder(made, platform, str(snapshots), now())
        yield template(server_home, made)


def write(folder: Path) -> tuple[Path, Path]:
    """Master data and January's snapshots as files; (folder of the sheets, folder of the snapshots)."""
    master = COMPANY.write_master(folder / "master")
    contracts = master / "contracts.csv"
    lines = contracts.read_text(encoding="utf-8").splitlines()
    ended = {"K2": "2026-01-20"}
    contracts.write_text(
        "\n".join([f"{lines[0]},ends_on", *(f"{line},{ended.get(line.split(',')[0], '')}" for line in lines[1:])]) + "\n", encoding="utf-8"
    )
    snapshots = COMPANY.write_snapshots(folder / "snapshots")
    (snapshots / "gps2").mkdir()
    for day in JANUARY.dates():
        with (snapshots / "gps1" / f"{day}.csv").open("a", encoding="utf-8") as opened:
            opened.write(f"free-1,nobody,Чужая,active,{_message(day) if day.day <= 12 else ''},{60 if day.day <= 12 else 0}\n")
        rows = [
            "vehicle_id,account_id,name,hw_id,state,last_message_at,online_minutes",
            f"o1,,Ничья,350000000000011,active,{_message(day)},60",
            "o2,,Молчит,350000000000022,active,,0",
            f"o3,,Близнец,350000000000033,active,{_message(day)},60",
            f"o4,,Близнец,350000000000033,active,{_message(day)},60",
        ]
        (snapshots / "gps2" / f"{day}.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return master, snapshots


def _message(day: date) -> str:
    return f"{day}T12:00:00+03:00"
