"""Wrong clocks, mangled numbers, lost trees, other platforms' lists, masses of duplicates, days to come (domain.md §2.3)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from pipelines.errors import BadInput
from pipelines.evidence import lake
from pipelines.evidence.day import read_again
from pipelines.evidence.landing_folder import land_folder
from pipelines.evidence.pending import pending_days
from pipelines.evidence.rulings import CannotBeAccepted, accept
from pipelines.warehouse.engine import transaction
from tests.conftest import NOW
from tests.deliveries import row

FUTURE = "2026-11-03T10:00:00+03:00"


def land(settings, source, day=None, platform="gps1"):
    return land_folder(settings, platform, str(source), NOW, day=day).landed[-1][1]


def named(landed, severity="critical"):
    return {each.expectation for each in landed.failures if each.severity == severity}


def imei(number: int) -> str:
    body = f"86371901{number:06}"
    digits = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(body)]
    return f"{body}{-sum(digit // 10 + digit % 10 for digit in digits) % 10}"


@pytest.mark.parametrize(
    ("changes", "expectation", "column"),
    [
        ({"last_message_at": FUTURE}, "future_message_set_aside", "last_message_at"),
        ({"last_message_at": "yesterday"}, "unread_moment_set_aside", "last_message_at"),
        ({"online_minutes": 1501}, "impossible_minutes_set_aside", "online_minutes"),
        ({"online_minutes": "много"}, "unread_minutes_set_aside", "online_minutes"),
        ({"meter_fuel": "-1"}, "negative_meter_set_aside", "meter_fuel"),
        ({"meter_fuel": "?"}, "unread_meter_set_aside", "meter_fuel"),
    ],
)
def test_one_broken_cell_among_many_is_set_aside_with_a_warning(settings, platform, deliver, changes, expectation, column):
    landed = land(settings, deliver([row(number, **(changes if number == 7 else {})) for number in range(20)]))
    assert (landed.state, named(landed), named(landed, "warning")) == ("landed", set(), {expectation})
    kept = lake.read(settings, lake.snapshot_path("gps1", date(2026, 1, 15), landed.digest))
    assert [cell is None for cell in kept.sort_by("vehicle_no")[column].to_pylist()] == [number == 7 for number in range(20)]


def test_a_share_of_them_quarantines(settings, platform, deliver):
    landed = land(settings, deliver([row(number, **({"last_message_at": FUTURE} if number < 2 else {})) for number in range(100)]))
    assert (landed.state, named(landed), named(landed, "warning")) == ("quarantined", {"message_not_in_future"}, set())
    assert "2026-01-15.csv:2 (vehicle v0000)" in str(landed.failures[0])
    source = deliver([row(number, **({"last_message_at": FUTURE} if number < 2 else {})) for number in range(200)])
    assert land(settings, source).state == "landed"


def test_one_trackers_clock_never_quarantines_a_small_fleet_and_other_broken_cells_do(settings, platform, deliver):
    """Domain.md §2.3: one tracker with a wrong clock loses its moment, with a warning; also one of two."""
    for day, changes in enumerate(([{"last_message_at": FUTURE}, {}], [{"last_message_at": FUTURE}, {"last_message_at": ""}]), start=15):
        source = deliver([row(number, f"2026-01-{day}", **each) for number, each in enumerate(changes)], f"2026-01-{day}")
        landed = land(settings, source)
        assert (landed.state, named(landed, "warning")) == ("landed", {"future_message_set_aside"})
        kept = lake.read(settings, lake.snapshot_path("gps1", date(2026, 1, day), landed.digest)).sort_by("vehicle_no")
        assert kept["last_message_at"].to_pylist()[0] is None
    alone, unread = [row(0, last_message_at=FUTURE)], [row(0, "2026-01-18"), row(1, last_message_at="yesterday")]
    assert "message_not_in_future" in named(land(settings, deliver(alone, "2026-01-17")))
    assert named(land(settings, deliver(unread, "2026-01-18"))) == {"moment_readable"}


@pytest.mark.parametrize(("column", "expectation"), [("vehicle_id", "vehicle_id_not_endless"), ("account_id", "account_id_not_endless")])
def test_an_endless_identifier_never_lands(settings, platform, deliver, author, column, expectation):
    """It cannot be the key of a finding: landed, it would stop the findings of everybody, and the close."""
    assert land(settings, deliver([row(0), row(1, **{column: "Ж" * 200})])).state == "landed"
    landed = land(settings, deliver([row(0), row(1, **{column: "Ж" * 201})]))
    assert (landed.state, named(landed)) == ("quarantined", {expectation})
    with pytest.raises(CannotBeAccepted, match="longer than 200"):
        accept(settings, [landed.digest], author)


def test_numbers_that_kept_their_digits_are_identifiers_and_others_are_refused(settings, platform, deliver, author):
    good = [row(1, vehicle_id="17.0", account_id="5.0", hw_id=f"{imei(1)}.0"), row(2, vehicle_id="18", account_id=5, hw_id=None)]
    landed = land(settings, deliver(good))
    assert landed.state == "landed"
    kept = lake.read(settings, lake.snapshot_path("gps1", date(2026, 1, 15), landed.digest)).sort_by("vehicle_no")
    assert (kept["vehicle_id"].to_pylist(), kept["account_id"].to_pylist()) == (["17", "18"], ["5", "5"])
    assert kept["device_key"].to_pylist() == [int(imei(1)[:14]), None]
    for changes, expectation in (
        ({"hw_id": "8.63719010000011E+14"}, "device_not_a_number"),
        ({"hw_id": "8637190100000112.0"}, "device_not_a_number"),
        ({"vehicle_id": '"8,6E+14"'}, "vehicle_id_not_a_number"),
        ({"account_id": "1E+15"}, "account_not_a_number"),
    ):
        landed = land(settings, deliver([row(1), row(2, **changes)]))
        assert (landed.state, named(landed)) == ("quarantined", {expectation})
    with pytest.raises(CannotBeAccepted, match="digits are lost"):
        accept(settings, [landed.digest], author)


def test_the_accounts_list_is_read_by_the_same_rule(settings, platform, deliver):
    source = deliver([row(1, account_id="7")])
    (source / "gps1" / "accounts.csv").write_text("account_id,parent_account_id\n7.0,9.0\n9.0,\n")
    landed = land(settings, source)
    path = lake.snapshot_path("gps1", date(2026, 1, 15), landed.digest)
    assert [account[:2] for account in lake.read_metadata(settings, path).accounts] == [("7", "9"), ("9", None)]
    (source / "gps1" / "accounts.csv").write_text("account_id,parent_account_id\n7,8.6E+14\n")
    assert named(land(settings, source)) == {"listed_parent_not_a_number"}


def tree(source, *lines):
    (source / "gps1" / "accounts.csv").write_text("\n".join(["account_id,parent_account_id", *lines]) + "\n")


def test_a_tree_that_is_lost_or_loses_a_branch_is_quarantined(settings, platform, deliver, author):
    rows = [row(number) for number in range(6)]  # accounts a0, a1, a2
    source = deliver(rows)
    tree(source, "root,", "dealer,root", "a0,dealer", "a1,dealer", "a2,root")
    assert land(settings, source).state == "landed"
    deliver([row(number, "2026-01-16") for number in range(6)], "2026-01-16")
    second = date(2026, 1, 16)
    (source / "gps1" / "accounts.csv").unlink()
    lost = land(settings, source, second)
    assert named(lost) == {"tree_kept"}
    assert "though 2026-01-15 had one" in str(lost.failures[0])
    tree(source, "root,", "a0,dealer", "a1,dealer", "a2,root")
    branch = land(settings, source, second)
    assert [str(each) for each in branch.failures if each.severity == "critical"] == [
        "account dealer column parent_account_id: 'root' was its parent on 2026-01-15, and it has none now"
    ]
    tree(source, "root,", "dealer,root", "a0,dealer", "a1,root", "a2,")
    assert named(land(settings, source, second)) == {"parent_kept"}
    tree(source, "root,", "dealer,root", "a0,root", "a1,root", "a2,dealer")  # moved, not lost
    assert land(settings, source, second).state == "landed"


def test_a_branch_without_vehicles_may_go(settings, platform, deliver):
    source = deliver([row(number) for number in range(6)])
    tree(source, "root,", "a0,root", "a1,root", "a2,root", "old,root")
    land(settings, source)
    deliver([row(number, "2026-01-16") for number in (0, 1, 3, 4, 6)], "2026-01-16")
    tree(source, "root,", "a0,root", "a1,root")
    assert land(settings, source, date(2026, 1, 16)).state == "landed"


@pytest.fixture
def second_platform(settings, platform):
    with transaction(settings) as connection:
        connection.execute(text("INSERT INTO master.platforms VALUES ('gps2', 'files', NULL, NULL, 'Europe/Moscow')"))


def test_the_folder_of_another_platform_is_noticed(settings, platform, second_platform, deliver):
    source = deliver([row(number) for number in range(10)])
    for place in (source / "gps1", source / "gps1" / "2026-01-15.csv"):
        with pytest.raises(BadInput, match="is the folder of platform 'gps1'"):
            land_folder(settings, "gps2", str(place), NOW)


def test_the_list_of_another_platform_is_noticed_by_its_vehicles(settings, platform, second_platform, deliver, tmp_path):
    land(settings, deliver([row(number) for number in range(10)]))
    own = [row(number, vehicle_id=f"w{number}", hw_id=imei(number), plate=None) for number in range(10)]
    folder = tmp_path / "neutral"
    folder.mkdir()
    source = deliver(own)
    (source / "gps1" / "2026-01-15.csv").rename(folder / "2026-01-15.csv")
    assert land(settings, folder, platform="gps2").state == "landed"
    source = deliver([row(number, "2026-01-16") for number in range(10)], "2026-01-16")
    (folder / "2026-01-16.csv").write_bytes((source / "gps1" / "2026-01-16.csv").read_bytes())
    wrong = land(settings, folder, date(2026, 1, 16), "gps2")
    assert named(wrong) == {"own_vehicles"}
    assert "those of platform gps1 on 2026-01-15" in str(wrong.failures[0])
    assert land(settings, source, date(2026, 1, 16)).state == "landed"  # its own


def test_a_mass_of_duplicates_is_quarantined_and_a_few_are_not(settings, platform, deliver):
    fleet = [row(number, hw_id=imei(number // 10)) for number in range(50)]
    landed = land(settings, deliver(fleet))
    assert named(landed) == {"few_duplicates"}
    assert "'90.0%' share of vehicles" in str(landed.failures[0])
    assert land(settings, deliver([row(1, hw_id=imei(1)), row(2, hw_id=imei(1)), row(3)])).state == "landed"
    assert land(settings, deliver([row(number, hw_id=imei(max(2, number))) for number in range(20)])).state == "landed"  # 2 of 20
    assert named(land(settings, deliver([row(number, hw_id=imei(max(3, number))) for number in range(20)]))) == {"few_duplicates"}


def test_a_day_to_come_waits_until_it_has_come(settings, platform, deliver, author):
    tomorrow = str((NOW + timedelta(days=1)).date())
    source = deliver([row(number, tomorrow) for number in range(3)], tomorrow)
    landed = land(settings, source)
    assert named(landed) == {"day_not_in_future"}
    with pytest.raises(CannotBeAccepted, match="has not begun"):
        accept(settings, [landed.digest], author)
    assert land_folder(settings, "gps1", str(source), NOW + timedelta(days=1)).landed[0][1].state == "landed"


def test_files_that_came_or_changed_are_pending_until_they_are_landed(settings, platform, deliver):
    source = deliver([row(1)])
    with create_engine(settings.database_owner_url).begin() as connection:
        connection.execute(text("UPDATE master.platforms SET source = :s WHERE platform = 'gps1'"), {"s": str(source)})
    january = date(2026, 1, 1), date(2026, 1, 31)
    assert [(each.platform, each.day.day, each.is_changed) for each in pending_days(settings, *january)] == [("gps1", 15, False)]
    land(settings, source)
    assert pending_days(settings, *january) == []
    deliver([row(1), row(2)])
    deliver([row(1, "2026-01-16"), row(2, "2026-01-16")], "2026-01-16")
    assert [(each.day.day, each.is_changed) for each in pending_days(settings, *january)] == [(15, True), (16, False)]
    assert pending_days(settings, date(2026, 1, 17), date(2026, 1, 31)) == []
    again = read_again(settings, date(2026, 2, 1), NOW)
    assert [(day.day, outcome.done) for day, outcome in again] == [
        (15, "2026-01-15.csv: landed, 2 vehicles"),
        (16, "2026-01-16.csv: landed, 2 vehicles"),
    ]
    (source / "gps1" / "2026-01-15.csv").touch()
    assert read_again(settings, date(2026, 2, 1), NOW) == []


def test_the_lake_is_closed_to_others(settings, platform, deliver):
    land(settings, deliver([row(1)]))
    places = list((settings.home / "lake").rglob("*"))
    assert len(places) == 3
    assert {place.stat().st_mode & 0o007 for place in [*places, settings.home / "lake"]} == {0}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE evidence.snapshots SET row_count = 1",
        "DELETE FROM evidence.snapshots",
        "TRUNCATE evidence.snapshots CASCADE",
        "UPDATE evidence.snapshots SET state = 'withdrawn'",
        "UPDATE evidence.failures SET severity = 'info'",
        "DELETE FROM evidence.failures",
        "UPDATE evidence.judgements SET compared_with = NULL",
        "DELETE FROM evidence.judgements",
        "DELETE FROM evidence.files_read",
    ],
)
def test_what_is_registered_is_refused_to_the_owner_too(settings, platform, deliver, statement):
    land(settings, deliver([row(1), row(2), row(3, last_message_at="1970-01-01T00:00:00Z")]))
    with (
        pytest.raises(DBAPIError, match=r"refused|never changed|says otherwise"),
        create_engine(settings.database_owner_url).begin() as owner,
    ):
        owner.execute(text(statement))


def test_the_bounds_of_the_suite_are_those_by_which_values_are_set_aside():
    from pipelines.evidence.normalise import MESSAGE_MAY_BE_AHEAD, MOST_MINUTES
    from pipelines.expectations import suite

    by_name = {each["meta"]["name"]: each["kwargs"] for each in suite("snapshot")["expectations"]}
    assert by_name["message_not_in_future"]["min_value"] == -MESSAGE_MAY_BE_AHEAD.days
    assert (by_name["minutes_within_day"]["min_value"], by_name["minutes_within_day"]["max_value"]) == (0, MOST_MINUTES)
    assert Decimal(by_name["meter_not_negative"]["min_value"]) == 0


def test_all_ids_renamed_are_told_apart_from_a_fleet_that_changes(settings, platform, deliver):
    known = [row(number, hw_id=imei(number)) for number in range(20)]
    assert land(settings, deliver(known, "2026-01-14"), date(2026, 1, 14)).state == "landed"
    renamed = [{**each, "vehicle_id": f"new-{each['vehicle_id']}"} for each in known]
    landed = land(settings, deliver(renamed), date(2026, 1, 15))
    assert (landed.state, named(landed)) == ("quarantined", {"ids_kept"})
    grown = [*(row(number, hw_id=imei(number), vehicle_id=f"a{number:03}") for number in range(100, 119)), known[0]]
    assert land(settings, deliver(grown), date(2026, 1, 15)).state == "landed", "one id that is known is enough"


def test_a_list_of_yesterday_is_told(settings, platform, deliver):
    known = [row(number, "2026-01-14") for number in range(25)]
    assert named(land(settings, deliver(known, "2026-01-14"), date(2026, 1, 14)), "warning") == set()
    landed = land(settings, deliver(known), date(2026, 1, 15))
    assert (landed.state, named(landed, "warning")) == ("landed", {"messages_of_the_day"})
