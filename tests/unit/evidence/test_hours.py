"""When a live platform's snapshots are taken: by its own clock, the last one shortly before its midnight."""

from datetime import UTC, datetime, timedelta

import pytest

from pipelines.evidence.taking import is_hour_of_snapshot

MIDNIGHT = datetime(2026, 3, 28, tzinfo=UTC)


@pytest.mark.parametrize("time_zone", ["Europe/Kaliningrad", "Europe/Moscow", "Asia/Kolkata", "Asia/Kamchatka", "UTC"])
def test_four_times_a_day_and_last_ten_minutes_before_midnight(time_zone):
    from zoneinfo import ZoneInfo

    slots = [MIDNIGHT + timedelta(minutes=minutes) for hour in range(24) for minutes in (hour * 60 + 20, hour * 60 + 50)]
    local = [slot.astimezone(ZoneInfo(time_zone)).strftime("%H:%M") for slot in slots if is_hour_of_snapshot(slot, time_zone)]
    assert sorted(local) == ["05:20", "11:20", "17:20", "23:50"]


def test_a_night_of_a_changed_clock_has_its_last_snapshot_too():
    slots = [MIDNIGHT + timedelta(minutes=minutes) for minutes in range(20, 3 * 24 * 60, 30)]
    from zoneinfo import ZoneInfo

    local = [slot.astimezone(ZoneInfo("Europe/Berlin")) for slot in slots if is_hour_of_snapshot(slot, "Europe/Berlin")]
    assert [moment.strftime("%d") for moment in local if moment.strftime("%H:%M") == "23:50"] == ["28", "29", "30"]
