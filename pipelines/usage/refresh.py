"""Bring stored usage and findings up to what the evidence says now."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from pipelines.period import Month
from pipelines.settings import Settings
from pipelines.warehouse.statements import statement

if TYPE_CHECKING:
    from sqlalchemy import Connection


def refresh(settings: Settings, connection: "Connection", months: Sequence[Month], at: datetime) -> None:
    """Recompute those months whose evidence, mappings, terms or tariffs have changed since they were computed."""
    from pipelines.usage import stored
    from pipelines.usage.month import compute
    from pipelines.usage.sources import read

    for month in months:
        if stored.inputs(connection, month) != read(connection, month, at).digest:
            compute(settings, connection, month, store=True, at=at)


def months_with_evidence(connection: "Connection") -> list[Month]:
    """Months that have a snapshot, in order."""
    from sqlalchemy import text

    return [Month.of(day) for day in connection.execute(text(statement("warehouse/usage/months_with_evidence"))).scalars()]
