"""A small year: a month of ten clients, both ways, with everything that must hold; and that the checks are no decoration."""

from datetime import date

from tests.year.assumptions import Assumptions
from tests.year.by_fleetbill import ByFleetbill, Pace
from tests.year.checks import broken
from tests.year.world import Scale

SCALE = Scale(10, 1, seed=4, first=date(2026, 2, 1))
GIVEN = Assumptions(prepaid=0.6, late_90=0.6, orphan_accounts=0.4, moved_trackers=0.5, twins=0.1, hiding_dealers=1, orphan_answered=3)


def test_a_month_of_ten_clients(settings, tmp_path):
    year = ByFleetbill(settings, tmp_path, SCALE, GIVEN, Pace(ladder=4, usage=14))
    year.live()
    assert broken(year) == []
