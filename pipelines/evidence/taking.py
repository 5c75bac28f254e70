"""Take a snapshot of a live platform: now, whole, stamped with the platform's local date (`domain.md §2.1`)."""

from datetime import datetime

from pipelines.clock import local_date
from pipelines.evidence import registry
from pipelines.evidence.landing import LandingResult, land
from pipelines.logs import verb
from pipelines.platforms.interface import Snapshot
from pipelines.platforms.registry import connect
from pipelines.settings import Settings, connection
from pipelines.warehouse.engine import transaction


def take(settings: Settings, platform: str, at: datetime, *, secret: str | None = None) -> LandingResult:
    """List a live platform's vehicles and accounts at the moment ``at`` and land them.

    ``secret`` is the platform's Airflow connection; None: as the environment has it. NotBuilt for kinds without a connector.
    """
    with transaction(settings) as warehouse:
        declared = registry.declared(warehouse, platform)
    known = secret or (connection(declared.connection) if declared.connection else None)
    connector = connect(declared, known)
    with verb("evidence", "take", platform=platform) as done:
        accounts = connector.list_accounts()
        listed = connector.list_vehicles()
        done["kind"] = declared.kind
    snapshot = Snapshot(
        platform=declared.platform,
        business_date=local_date(at, declared.time_zone),
        taken_at=at,
        time_zone=declared.time_zone,
        vehicles=listed.vehicles,
        accounts=accounts,
        announced=listed.announced,
        source=declared.kind,
    )
    return land(settings, snapshot, at)
