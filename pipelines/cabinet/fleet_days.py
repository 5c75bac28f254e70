"""The days of a contract's fleet as the warehouse keeps them, for its clients alone."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pipelines.period import Month, Span
from pipelines.rating.model import DayUsage
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection


def fleet_months(connection: "Connection", clients: Sequence[str], contract_no: str) -> tuple[Month, ...]:
    """The months of which the fleet of a contract is known, newest first."""
    days = query.scalars(connection, "cabinet/fleet_months", clients=list(clients), contract=contract_no)
    return tuple(map(Month.of, days))


def fleet_days(
    connection: "Connection", clients: Sequence[str], contract_nos: Sequence[str], span: Span
) -> Mapping[str, Sequence[DayUsage]]:
    """Contract → the days of a span whose fleet is known, in order; nothing for a contract that is not the clients'."""
    binds = {"clients": list(clients), "contracts": list(contract_nos), "first": span.first, "last": span.last}
    days: dict[str, list[DayUsage]] = defaultdict(list)
    for row in query.rows(connection, "cabinet/fleet_days", **binds):
        days[row.contract_no].append(DayUsage(row.business_date, row.fleet_size, row.online_minutes, _meters(row.meters)))
    return days


def _meters(stored: Mapping[str, Any] | None) -> dict[str, Decimal]:
    return {name: Decimal(str(value)) for name, value in (stored or {}).items() if value is not None}
