"""Which connector a kind of platform has. A kind without one is refused by name, never passed over."""

import importlib
from datetime import datetime

from pipelines.platforms.errors import NotBuilt
from pipelines.platforms.interface import Connector, Platform

FILES = "files"

# kind → module with `connect(platform: Platform, secret: str | None, at: datetime) -> Connector`
LIVE: dict[str, str] = {
    "traccar": "pipelines.platforms.traccar",
    "wialon": "pipelines.platforms.wialon",
    "sql": "pipelines.platforms.database",
}


def connect(platform: Platform, secret: str | None, at: datetime) -> Connector:
    """Connector of a live platform for work done at the moment ``at``; ``secret`` is its Airflow connection (URI or JSON).

    NotBuilt for any other kind, AuthFailed for a connection that is missing or cannot be read. Nothing is asked yet.
    """
    if platform.kind == FILES:
        raise NotBuilt(f"platform {platform.platform!r} delivers files; land them with `fleetbill snapshot land`")
    if platform.kind not in LIVE:
        raise NotBuilt(f"platform {platform.platform!r} is of kind {platform.kind!r}, which has no connector in this version")
    connector: Connector = importlib.import_module(LIVE[platform.kind]).connect(platform, secret, at)
    return connector
