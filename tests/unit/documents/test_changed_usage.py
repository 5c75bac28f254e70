"""Which vehicles and days a correction comes from."""

from datetime import date
from decimal import Decimal

from pipelines.audit.model import Vehicle
from pipelines.documents.changed_usage import PricedMeasures, changed_days, changed_vehicles
from pipelines.documents.model import ChangedDay
from pipelines.period import Month
from pipelines.rating.model import Component, DayUsage, Kind, TariffVersion

JANUARY = Month(2026, 1)


def fleet(**counted):
    return {("gps1", name): Vehicle("gps1", name, f"Машина {name}", None, mask) for name, mask in counted.items()}


def on(*numbers):
    return tuple(date(2026, 1, number) for number in numbers)


def test_vehicles_that_came_went_and_moved():
    found = list(changed_vehicles(JANUARY, fleet(a=0b111, b=0b1, c=0b11), fleet(a=0b111, c=0b1100, d=0b10)))
    assert [(one.vehicle_id, one.added, one.removed) for one in found] == [
        ("b", (), on(1)),
        ("c", on(3, 4), on(1, 2)),
        ("d", on(2), ()),
    ]
    assert found[0].name == "Машина b"


def test_days_of_what_prices_count():
    version = TariffVersion("T", date(2020, 1, 1), "Т", False, (Component(1, "Видео, ГБ", Kind.METER, "video", price=Decimal(1)),))
    priced = PricedMeasures.of([version])
    old = [DayUsage(on(1)[0], 1, 10, {"video": Decimal(2)}), DayUsage(on(2)[0], 1, 10, {"video": Decimal(2)})]
    new = [DayUsage(on(1)[0], 1, 99, {"video": Decimal(2)}), DayUsage(on(2)[0], 1, 10, {}), DayUsage(on(3)[0], 1, 5, {"video": Decimal(1)})]
    assert list(changed_days(old, new, priced)) == [
        ChangedDay(on(2)[0], "Видео, ГБ", Decimal(2), None),
        ChangedDay(on(3)[0], "Видео, ГБ", None, Decimal(1)),
    ]
    hours = TariffVersion("T", date(2020, 1, 1), "Т", False, (Component(1, "Часы", Kind.ONLINE_HOURS, price=Decimal(1)),))
    assert list(changed_days(old[:1], new[:1], PricedMeasures.of([hours]))) == [
        ChangedDay(on(1)[0], "минут на связи", Decimal(10), Decimal(99))
    ]
