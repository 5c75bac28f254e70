"""A small year: a month of ten clients by fleetbill and by hand, what must hold, and that the checks see what does not."""

from datetime import date
from decimal import Decimal

from sqlalchemy import create_engine, text

from tests.year import kept
from tests.year.assumptions import Assumptions
from tests.year.by_fleetbill import ByFleetbill, Pace
from tests.year.checks import broken
from tests.year.modelled import Modelled
from tests.year.old_way import OldWay
from tests.year.people import STEPS
from tests.year.world import Scale

SCALE = Scale(10, 1, seed=12, first=date(2026, 2, 1), platforms=1)
GIVEN = Assumptions(prepaid=0.6, late_90=0.4, orphan_accounts=0.4, moved_trackers=0.5, twins=0.03, hiding_dealers=1, orphan_answered=3)


def test_a_month_of_ten_clients(settings, tmp_path):
    year = ByFleetbill(settings, tmp_path, SCALE, GIVEN, Pace(ladder=6, usage=99))
    outcome = year.live()
    assert broken(year) == []
    assert year.blocked, "a debtor is blocked as the month ends"
    assert year.arrived > 0
    assert outcome.errors > 0, "what an account holds that nobody tied in time is missing from the first invoices"
    assert outcome.average_overdue > 0
    _spoil(year)
    assert {each.split(" ")[0] for each in broken(year)} == {"Г-0001", "clients", "payment", "invoice", "C0001"}


def _spoil(year):
    """A kopeck on a month's bill, a rouble that nobody stored, one allocated beyond its payment, a block without a debt."""
    year.outcome.corrected[0][1] += Decimal("0.01")
    year.arrived += 1
    year.blocked_without_debt.append((SCALE.first, "C0001"))
    owner = create_engine(year.settings.database_owner_url)
    with owner.begin() as connection:
        connection.execute(text("ALTER TABLE receivables.allocations DISABLE TRIGGER USER"))
        connection.execute(
            text("UPDATE receivables.allocations SET amount = amount + 1 WHERE number = (SELECT min(number) FROM receivables.allocations)")
        )
    owner.dispose()


def test_the_same_seed_lives_the_same_year_and_another_one_another():
    years = [OldWay(Scale(20, 2, seed), Assumptions()).live() for seed in (1, 1, 2)]
    assert years[0] == years[1]
    assert years[0].owed != years[2].owed


def test_by_hand_hidden_vehicles_are_not_billed_and_twins_are_billed_twice():
    fleets = ("joins_monthly", "leaves_monthly", "trackers_fail", "moved_trackers", "twins", "orphan_accounts", "hidden_share")
    plain = dict.fromkeys([*fleets, "late_discounts", "complains", "stale_price"], 0)
    scale = Scale(40, 2, 1)

    def lived(**changed):
        return OldWay(scale, Assumptions(**{**plain, "weekday_use": 1, "weekend_use": 1, "recounted": 1, **changed})).live()

    assert lived().errors == lived().leaked == 0
    hiding = lived(hiding_dealers=1, hidden_share=0.4)
    assert hiding.leaked > 0 == hiding.overbilled
    assert lived(twins=0.1).overbilled > 0
    assert lived(orphan_accounts=0.5, orphan_noticed=1000).leaked > 0


def test_letters_and_blocks_bring_money_sooner_and_nothing_else_does():
    scale, silent = Scale(60, 3, 1), {f"{step}_effect": 0 for step in STEPS}
    unmoved, moved = (Modelled(scale, Assumptions(**effects)).live() for effects in (silent, {**silent, "final_effect": 0.98}))
    assert unmoved.billed == moved.billed
    assert moved.average_overdue < unmoved.average_overdue


def test_a_year_that_was_lived_is_read_back_and_one_with_other_assumptions_is_not(tmp_path):
    outcome = OldWay(Scale(5, 1, 1), Assumptions()).live()
    kept.write(tmp_path / "1.json", {"old way": outcome}, {"seed": 1})
    assert kept.read(tmp_path / "1.json", {"seed": 1}) == {"old way": outcome}
    assert kept.read(tmp_path / "1.json", {"seed": 2}) is None
    assert kept.read(tmp_path / "2.json", {"seed": 2}) is None
