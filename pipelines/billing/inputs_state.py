"""What the warehouse says of a run's inputs, in one cheap statement: equal states mean equal inputs."""

from typing import TYPE_CHECKING, NamedTuple

from pipelines.period import Month
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection


class InputsState(NamedTuple):
    """Digests of the tables that a run is computed from, each with a count that only grows: what went and came back differs too.

    ``master``: contracts, terms, prices, requisites, mappings; ``evidence``: snapshots and carried days; ``billed``: what is
    issued and closed of the month; ``held``: the contracts held back.
    """

    master: str
    evidence: str
    billed: str
    held: str


def inputs_state(connection: "Connection", month: Month) -> InputsState:
    """The state now. Read it before the inputs, and again when they are used: if it is equal, they are what they were."""
    state = query.first(connection, "billing/inputs_state", InputsState, month=month.first)
    if state is None:
        raise LookupError("the state of a run's inputs is always one row")
    return state
