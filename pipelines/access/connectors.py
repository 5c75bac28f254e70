"""Connectors of live platforms, with the secrets that a caller hands over or the environment has."""

from collections.abc import Mapping
from datetime import datetime

from pipelines.evidence import register
from pipelines.platforms.interface import Connector
from pipelines.platforms.kinds import connect
from pipelines.settings import Settings, connection
from pipelines.warehouse import engine

Secrets = Mapping[str, str]
"""Platform → its Airflow connection (URI or JSON); platforms that are not named take theirs from the environment."""


def connector_of(settings: Settings, platform: str, secrets: Secrets, at: datetime) -> Connector:
    """Connector of a declared platform; NotBuilt for a kind that has none."""
    with engine.transaction(settings) as warehouse:
        declared = register.declared(warehouse, platform)
    known = secrets.get(platform) or (connection(declared.connection) if declared.connection else None)
    return connect(declared, known, at)
