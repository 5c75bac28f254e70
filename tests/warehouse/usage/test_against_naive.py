"""Whatever a small month holds, the pass over the lake counts what plain Python counts."""

from datetime import date, datetime, timedelta

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pipelines.period import Month
from pipelines.usage.month import compute, of_contracts
from tests.campaigns import examples
from tests.conftest import NOW
from tests.lake_builder import MOSCOW, Car, World
from tests.naive_usage import Story, naive, told

FEBRUARY = Month(2026, 2)
PLATFORMS, ACCOUNTS, CONTRACTS = ("g1", "g2"), ("a", "b", "c", "d"), ("K1", "K10", "Ж1")
DAYS = st.integers(-3, 8).map(lambda n: date(2026, 2, 1) + timedelta(days=n))
DEVICES = (
    None,
    None,
    "1",
    "350000000000014",
    "35-0000 0000 000 01",
    "0350000000000014",
    "350000000000012",
    "sn-0001",
    "SN0001",
    "SN0002",
    "000000000000000",
)

cars = st.builds(
    Car,
    vehicle_id=st.sampled_from([f"v{n}" for n in range(6)]),
    account=st.sampled_from([None, *ACCOUNTS]),
    hw_id=st.sampled_from(DEVICES),
    state=st.sampled_from(["active", "active", "active", "deactivated", "blocked"]),
    message=st.sampled_from([None, "00:00", "09:00", "23:59", datetime(2026, 2, 2, 9, tzinfo=MOSCOW)]),
    minutes=st.sampled_from([None, 0, "0.001", "12.5", 1440]),
    is_clone=st.booleans(),
)
lists = st.lists(cars, max_size=6, unique_by=lambda car: car.vehicle_id)
spans = st.tuples(DAYS, st.none() | st.integers(0, 8)).map(lambda t: (t[0], None if t[1] is None else t[0] + timedelta(days=t[1])))


@st.composite
def stories(draw: st.DrawFn) -> Story:
    story = Story()
    for contract in CONTRACTS:
        story.contracts[contract] = draw(spans)
        starts = draw(st.lists(DAYS, max_size=2, unique=True))
        story.counting[contract] = [(each, draw(st.sampled_from(["used", "connected"]))) for each in sorted(starts)]
    mappings = draw(
        st.lists(st.tuples(st.sampled_from(PLATFORMS), st.sampled_from(ACCOUNTS), st.sampled_from(CONTRACTS), spans), max_size=6)
    )
    unique = {(p, a, c, first): last for p, a, c, (first, last) in mappings}
    story.mappings = [(*key, last) for key, last in unique.items()]
    followed = draw(st.booleans())  # one platform day by day, the other carried for days together beside it
    for platform in PLATFORMS:
        story.parents[platform] = {name: draw(st.sampled_from([None, *ACCOUNTS])) for name in ACCOUNTS}
        story.disabled[platform] = set(draw(st.lists(st.sampled_from(ACCOUNTS), max_size=1)))
        for day in draw(st.sets(DAYS, min_size=6 * (followed and platform == "g2"), max_size=6 + 4 * followed)):
            story.snapshots[platform, day] = draw(st.lists(lists, min_size=1, max_size=3))
        story.carries |= {(platform, day) for day in draw(st.sets(DAYS, max_size=3 + 7 * followed))}
    return story


@settings(
    max_examples=examples(6, 100),
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(story=stories(), chosen=st.sets(st.sampled_from(CONTRACTS), min_size=1, max_size=2))
def test_contracts_counted_alone_are_as_in_the_whole(settings, story, chosen):
    world = World(settings)
    with world:
        scope = world.connection.begin_nested()
        told(world, story)
        alone = of_contracts(settings, world.connection, FEBRUARY, chosen, NOW)
        whole = compute(settings, world.connection, FEBRUARY, store=False, at=NOW)
        scope.rollback()
    keys = ("contract_no", "business_date", "fleet_size", "online_minutes")
    rows = [tuple(row[name] for name in keys) for row in whole.days.to_pylist() if row["contract_no"] in chosen]
    assert list(zip(*(alone[name] for name in keys), strict=True)) == rows


@settings(
    max_examples=examples(20, 300),
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(story=stories())
def test_as_plain_python_counts(settings, story):
    world = World(settings)
    with world:
        scope = world.connection.begin_nested()
        told(world, story)
        found = compute(settings, world.connection, FEBRUARY, store=False, at=NOW)
        scope.rollback()
    expected, missing = naive(story, FEBRUARY)
    rows = {(row["contract_no"], row["business_date"]): (row["fleet_size"], row["online_minutes"]) for row in found.days.to_pylist()}
    assert rows == expected
    assert {contract: {(gap.platform, gap.date) for gap in gaps} for contract, gaps in found.gaps.items()} == missing
