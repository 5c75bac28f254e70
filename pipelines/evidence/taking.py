"""Take a snapshot of a live platform: now, whole, stamped with the platform's local date (`domain.md §2.1`)."""

from contextlib import closing
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from pipelines.clock import local_date
from pipelines.errors import Refused
from pipelines.evidence import counters, register
from pipelines.evidence.landing import LandingResult, land
from pipelines.logs import verb
from pipelines.platforms.interface import Connector, Platform, Probe, Snapshot
from pipelines.platforms.kinds import connect
from pipelines.settings import Settings, connection
from pipelines.warehouse import query
from pipelines.warehouse.engine import transaction

_CLOCKS_APART = timedelta(hours=1)
_HOURS, _LAST_HOUR, _HALF_AN_HOUR = (5, 11, 17), 23, 30


class NotNow(Refused):
    """A snapshot was asked for another moment than that of the platform."""


def due(settings: Settings, moment: datetime | None) -> list[str]:
    """Live platforms whose snapshot falls on a moment of the schedule; None: all of them."""
    with transaction(settings) as warehouse:
        live = query.rows(warehouse, "evidence/live_platforms")
    return [each.platform for each in live if moment is None or is_hour_of_snapshot(moment, each.time_zone)]


def is_hour_of_snapshot(moment: datetime, time_zone: str) -> bool:
    """Whether it is 5, 11 or 17 o'clock in a time zone, in its first half hour, or the last half hour of the day."""
    local = moment.astimezone(ZoneInfo(time_zone))
    is_last = local.hour == _LAST_HOUR and local.minute >= _HALF_AN_HOUR
    return is_last or (local.hour in _HOURS and local.minute < _HALF_AN_HOUR)


def connections(settings: Settings) -> dict[str, str]:
    """Live platform → the name of its Airflow connection, where the master data have one."""
    with transaction(settings) as warehouse:
        live = query.rows(warehouse, "evidence/live_platforms")
    return {each.platform: each.connection for each in live if each.connection}


def probe(settings: Settings, platform: str, at: datetime, *, secret: str | None = None) -> Probe:
    """Log in to a live platform and look: its version, and what the service user may do. Raises what the connector raises."""
    with closing(_connector(settings, platform, at, secret)[1]) as connector:
        return connector.probe()


def take(settings: Settings, platform: str, at: datetime, *, secret: str | None = None, is_given: bool = False) -> LandingResult:
    """List a live platform's vehicles and accounts at the moment ``at`` and land them.

    ``secret`` is the platform's Airflow connection; None: as the environment has it. ``is_given``: a person has named the moment,
    and it is not read of our clock. NotBuilt for kinds without a connector; NotNow for a given moment that is not the platform's.
    """
    declared, live = _connector(settings, platform, at, secret)
    with verb("evidence", "take", platform=platform, kind=declared.kind) as done, closing(live) as connector:
        listed = connector.fleet()
        if is_given:
            _require_now(platform, at, listed.clock)
        done |= {"vehicles": listed.vehicles.num_rows, "remarks": len(listed.remarks)}
    day, vehicles = local_date(at, declared.time_zone), listed.vehicles
    if listed.counters is not None:
        vehicles = counters.metered(settings, platform, day, at, vehicles, listed.counters)
    snapshot = Snapshot(
        platform=declared.platform,
        business_date=day,
        taken_at=at,
        time_zone=declared.time_zone,
        vehicles=vehicles,
        accounts=listed.accounts,
        announced=listed.announced,
        source=declared.kind,
        ignored=listed.ignored,
        remarks=listed.remarks,
        sensors=listed.sensors,
    )
    return land(settings, snapshot, at)


def _require_now(platform: str, at: datetime, clock: datetime | None) -> None:
    """NotNow unless the platform's own clock says so too: a list is of the moment at which it is made, never of another one."""
    if clock is None:
        raise NotNow(f"platform {platform!r} does not tell its time, so nothing proves that it is {at.isoformat()} there")
    if abs(clock - at) > _CLOCKS_APART:
        raise NotNow(f"platform {platform!r}: it is {clock.isoformat()} there, and nothing is taken for {at.isoformat()}")


def _connector(settings: Settings, platform: str, at: datetime, secret: str | None) -> tuple[Platform, Connector]:
    with transaction(settings) as warehouse:
        declared = register.declared(warehouse, platform)
    known = secret or (connection(declared.connection) if declared.connection else None)
    return declared, connect(declared, known, at)
