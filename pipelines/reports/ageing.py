"""Open debt by days past due, added up by organization, by dealer, by who looks after the client (domain.md §8)."""

from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING, Any, Final, Literal

from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection

Grouping = Literal["organization", "dealer", "manager"]

AGES: Final = ("not_due", "0", "1-30", "31-60", "61-90", "90+")
GROUP_COLUMNS: Final = ("clients", "invoices", *AGES, "total", "overdue", "share")


def ageing_groups(
    connection: "Connection", on: date, by: Grouping, *, clients: Collection[str] | None = None, is_overdue: bool = False
) -> list[dict[str, Any]]:
    """A row for each group that owes anything on a day, in the order of their codes; only what was issued and paid by then counts.

    `code`: of the organization, of the dealer right above the client, or the manager's name; None: clients that have none, last.
    A client counts in one group alone, so the rows add up to all debts (an organization's clients may owe another one too).
    `share`: of the group's debt, overdue, in percent. `clients`: only these. `is_overdue`: only groups with a debt past due.
    """
    listed = None if clients is None else sorted(clients)
    return query.mappings(connection, "reports/ageing_groups", on=on, by=by, clients=listed, overdue_only=is_overdue)
