"""The digest, the columns where a snapshot meets usage, local days, look-alikes, the tree (domain.md §2, §3.2)."""

import random
from datetime import date
from decimal import Decimal

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from pipelines.evidence.keys import look_alike_keys, other_device
from pipelines.evidence.normalise import arrange, day_bounds, identify
from pipelines.evidence.tree import ListedAccount, grow
from pipelines.platforms.interface import Snapshot
from tests.conftest import NOW
from tests.deliveries import row


def made(rows, day=date(2026, 1, 15), zone="Europe/Moscow", accounts=None, platform="gps1"):
    names = list(rows[0])
    columns = {name: pa.array([None if each[name] is None else str(each[name]) for each in rows], pa.string()) for name in names}
    return identify(Snapshot(platform, day, NOW, zone, pa.table(columns), accounts=accounts, source="x"))


def test_the_digest_is_of_the_content_alone():
    rows = [row(number) for number in range(50)]
    digest = made(rows).digest
    shuffled = [dict(sorted(each.items(), reverse=True)) for each in random.Random(7).sample(rows, 50)]
    assert made(shuffled).digest == digest
    assert (
        made([{**each, "online_minutes": "480.000", "is_clone": None, "last_message_at": "2026-01-15T07:00:00Z"} for each in rows]).digest
        == digest
    )
    others = [
        made(rows, date(2026, 1, 16)),
        made(rows, platform="gps2"),
        made(rows[:-1]),
        made([{**each, "online_minutes": 481} if each is rows[3] else each for each in rows]),
        made([{**each, "online_minutes": "abc"} if each is rows[3] else each for each in rows]),
        made([{**each, "online_minutes": None} if each is rows[3] else each for each in rows]),
        made([{key: value for key, value in each.items() if key != "vin"} for each in rows]),
        made(rows, accounts=pa.table({"account_id": ["a0"], "enabled": ["0"]})),
        made([{**each, "name": each["plate"], "plate": each["name"]} for each in rows]),
    ]
    assert len({digest, *(other.digest for other in others)}) == len(others) + 1


def test_the_columns_that_usage_reads():
    rows = [
        row(1, account_id="b", hw_id="35-2093 081000019", plate="а001вс 77", last_message_at="2026-01-14T21:00:00Z"),
        row(2, account_id="a", hw_id="tracker-7", state="blocked", last_message_at="2026-01-15T20:59:59.999999+00:00"),
        row(3, account_id=None, hw_id="000000000000000", state="deactivated", last_message_at="2026-01-14T23:59:59+03:00", plate=None),
        row(4, account_id="a", hw_id="12345", state="active", last_message_at=None, online_minutes="7,5", is_clone=1),
    ]
    found = made(rows)
    assert found.metadata.owners == (("a",), ("b",), ())
    seen = [
        (each["vehicle_id"], each["vehicle_no"], each["account_no"], each["device_key"], each["has_message"], each["billable_state"])
        for each in arrange(found).to_pylist()
    ]
    assert seen == [
        ("v0002", 1, 0, other_device("tracker7"), True, 3),
        ("v0004", 3, 0, None, False, 1),
        ("v0001", 0, 1, 35209308100001, True, 1),
        ("v0003", 2, 2, None, False, 2),
    ]
    last = arrange(found).to_pylist()[1]
    assert (last["online_minutes"], last["is_clone"], last["meter_fuel"]) == (Decimal("7.500"), True, Decimal("12.500000"))
    assert arrange(found)["plate_key"].to_pylist()[2:] == ["A001BC77", None]
    assert arrange(found).schema.field("last_message_at").type == pa.timestamp("us")


def test_a_message_at_the_boundary_of_months_belongs_to_the_local_day():
    moment = row(1, last_message_at="2026-01-31T23:30:00Z")  # 02:30 on 1 February in Moscow
    days = [date(2026, 1, 31), date(2026, 2, 1)]
    assert [arrange(made([moment], day))["has_message"].to_pylist() for day in days] == [[False], [True]]
    assert [arrange(made([moment], day, "UTC"))["has_message"].to_pylist() for day in days] == [[True], [False]]


def test_a_day_of_23_or_25_hours_is_one_day():
    for day, hours in ((date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 1), 24)):
        first, end = day_bounds(day, "Europe/Berlin")
        assert (end - first).total_seconds() == hours * 3600


def test_without_the_column_nobody_knows_of_messages():
    bare = made([{"vehicle_id": "1", "state": "active"}])
    assert arrange(bare)["has_message"].to_pylist() == [None]
    assert arrange(bare).column_names[:2] == ["vehicle_id", "state"]
    assert "online_minutes" not in arrange(bare).column_names


@given(st.lists(st.one_of(st.none(), st.text(st.sampled_from("АВЕКМНОРСТУХавекABcx19 \u00a0Ж"), max_size=9)), min_size=1, max_size=30))
def test_look_alikes_are_folded(texts):
    fold = str.maketrans("АВЕКМНОРСТУХ", "ABEKMHOPCTYX", " \u00a0")
    expected = [(written or "").upper().translate(fold) or None for written in texts]
    assert look_alike_keys(pa.array(texts, pa.string())).to_pylist() == expected


def test_the_tree_is_merged_from_list_and_rows():
    tree = grow([ListedAccount("a", None, "Альфа", None), ListedAccount("b", "zz", None, "0")], [("a", "d"), ("c", "e"), ("c", "b")])
    assert tree.accounts == (
        ("a", "d", "Альфа", True),
        ("b", "zz", None, False),
        ("c", "b", None, True),
        ("d", None, None, True),
        ("zz", None, None, True),
    )
    assert {each.account_id: (each.parents, each.parent_known) for each in tree.looked} == {"a": (1, 0), "b": (1, 0), "c": (2, 1)}
