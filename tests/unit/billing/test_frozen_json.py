"""What is frozen at issue is read as it was written, in the present format and in the one before it."""

import json
from datetime import date
from decimal import Decimal
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from pipelines.billing import frozen_json
from pipelines.billing.frozen_json import FrozenMapping, FrozenSnapshot, FrozenUnused
from pipelines.billing.identity import canonical
from pipelines.period import Month, Span
from pipelines.rating.model import DayUsage

JANUARY = Month(2026, 1)
MINUTES = st.none() | st.decimals("0", "1500", places=3)
METERS = st.dictionaries(st.sampled_from(["fuel", "km"]), st.decimals("0", "900", places=2), max_size=2)
DAYS = st.builds(DayUsage, st.integers(1, 31).map(lambda day: date(2026, 1, day)), st.integers(0, 900), MINUTES, METERS)


@given(st.lists(DAYS, max_size=4))
def test_days_come_back_as_they_were_frozen(days):
    evidence = json.loads(canonical({"format": frozen_json.FORMAT, "days": [frozen_json.day_json(day) for day in days]}))
    assert frozen_json.days(JANUARY, evidence) == tuple(days)


def test_every_value_has_a_name_and_what_is_not_known_is_left_out():
    day = DayUsage(date(2026, 1, 5), 12, None, {"fuel": Decimal("3.50")})
    assert frozen_json.day_json(day) == {"day": 5, "fleet_size": 12, "meters": {"fuel": "3.5"}}
    assert frozen_json.snapshots_json([("gps1", "2026-01-05", 1, "d1", None, None)]) == {
        "format": 2,
        "snapshots": [
            {"platform": "gps1", "business_date": "2026-01-05", "snapshot_no": 1, "digest": "d1", "by_name": None, "reason": None}
        ],
    }


def test_rows_without_names_of_the_first_format_say_the_same():
    first = {
        "days": [[5, 12, "90.5", {"km": "7"}], [6, 0, None, {}]],
        "mappings": [["gps1", "A1", "2026-01-01", None]],
        "unused": [["2026-01-01", "2026-01-31", 10, "2.5"]],
    }
    unused = frozen_json.unused_json(SimpleNamespace(span=Span(JANUARY.first, JANUARY.last), prepaid=10), Decimal("2.5"))
    second = json.loads(
        canonical(
            {
                "format": 2,
                "days": [{"day": 5, "fleet_size": 12, "online_minutes": "90.5", "meters": {"km": "7"}}, {"day": 6, "fleet_size": 0}],
                "mappings": [FrozenMapping("gps1", "A1", "2026-01-01", None)._asdict()],
                "unused": [unused],
            }
        )
    )
    for read in (lambda evidence: frozen_json.days(JANUARY, evidence), frozen_json.mappings, frozen_json.unused):
        assert read(first) == read(second)
    assert frozen_json.unused(second) == (FrozenUnused(JANUARY.first, JANUARY.last, 10, Decimal("2.5")),)
    rows = [["gps1", "2026-01-05", 0, None, "Анна", "сбой"]]
    assert frozen_json.snapshots(rows) == frozen_json.snapshots(frozen_json.snapshots_json(rows)) == (FrozenSnapshot(*rows[0]),)


def test_what_is_not_used_of_nothing_is_nothing():
    assert frozen_json.unused({"format": 2}) == ()
