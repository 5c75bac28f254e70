"""Counters that only grow, and the daily meters that follow from two readings of them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pyarrow as pa
import pytest

from pipelines.evidence import lake
from pipelines.evidence.counters import metered
from pipelines.settings import Settings

EVENING = datetime(2026, 3, 1, 20, 50, tzinfo=UTC)
NUMBER = pa.decimal128(18, 6)


@pytest.fixture
def reading(tmp_path):
    settings = Settings(home=tmp_path)

    def take(at, **stands):
        """Vehicle → (kilometres, hours) as they stand; the meters of the day, or None where nobody knows."""
        columns = zip(*stands.values(), strict=True)
        kilometres, hours = ([None if each is None else Decimal(str(each)) for each in column] for column in columns)
        counters = pa.table(
            {"vehicle_id": list(stands), "meter_distance_km": pa.array(kilometres, NUMBER), "meter_engine_hours": pa.array(hours, NUMBER)}
        )
        table = metered(settings, "far", at.date(), at, pa.table({"vehicle_id": list(stands)}), counters)
        return {row.pop("vehicle_id"): tuple(row.values()) for row in table.to_pylist()} if table.num_columns > 1 else None

    take.settings = settings
    return take


def test_a_day_is_what_was_gained_since_the_last_reading_of_the_day_before(reading):
    assert reading(EVENING - timedelta(hours=6), a=(1000, 10)) is None
    assert reading(EVENING, a=(1100, 12)) is None
    assert reading(EVENING + timedelta(hours=12), a=(1150.5, 13)) == {"a": (Decimal("50.5"), Decimal(1))}
    assert reading(EVENING + timedelta(hours=24), a=(1300.125, 15.25)) == {"a": (Decimal("200.125"), Decimal("3.25"))}
    assert reading(EVENING + timedelta(days=3), a=(9000, 99)) is None, "nobody has seen the day before"


def test_what_cannot_be_gained_is_not_known(reading):
    reading(EVENING, back=(500, 5), far=(0, 0), still=(7, 7), off=(3, None))
    assert reading(EVENING + timedelta(days=1), back=(499, 5), far=(2501, 25), still=(7, 7), off=(None, 9), new=(9, 9)) == {
        "back": (None, Decimal(0)),
        "far": (None, None),
        "still": (Decimal(0), Decimal(0)),
        "off": (None, None),
        "new": (None, None),
    }


def test_a_counter_that_no_vehicle_has_makes_no_meter(reading):
    reading(EVENING, a=(1, None))
    assert reading(EVENING + timedelta(days=1), a=(3, None)) == {"a": (Decimal(2),)}


def test_a_later_reading_stays_when_an_earlier_one_comes_after_it(reading):
    reading(EVENING, a=(100, 1))
    reading(EVENING - timedelta(minutes=5), a=(90, 1))
    assert reading(EVENING + timedelta(days=1), a=(110, 1)) == {"a": (Decimal(10), Decimal(0))}
    kept = lake.read(reading.settings, lake.counters_path("far", date(2026, 3, 1)))
    assert kept["meter_distance_km"][0].as_py() == 100
