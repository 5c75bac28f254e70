"""A promise of payment: until its day nobody is blocked, and who is blocked comes back at once (domain.md §9)."""

from datetime import date
from typing import TYPE_CHECKING

from pipelines.clock import Authorship
from pipelines.errors import BadInput
from pipelines.settings import Settings
from pipelines.warehouse import engine, query
from pipelines.warehouse.locks import Lock, lock

if TYPE_CHECKING:
    from sqlalchemy import Connection


def promise(settings: Settings, client_code: str, until: date, author: Authorship, organization_code: str | None = None) -> tuple[str, ...]:
    """Take a client's word that it pays until a day (inclusive), for one organization or for all of its own; their codes.

    The last promise counts, also a shorter one. BadInput for an unknown client, or an organization it has no contract with.
    """
    with engine.transaction(settings) as connection:
        lock(connection, Lock.ACCESS)
        codes = _organizations(connection, client_code, organization_code)
        for code in codes:
            query.run(
                connection,
                "access/add_promise",
                organization_code=code,
                client_code=client_code,
                until=until,
                by_name=author.by,
                reason=author.reason,
                at=author.at,
            )
    return codes


def _organizations(connection: "Connection", client_code: str, organization_code: str | None) -> tuple[str, ...]:
    own = tuple(query.scalars(connection, "access/organizations_of_client", client_code=client_code))
    if not own:
        raise BadInput.one("--client", f"no client {client_code!r} with a contract")
    if organization_code is None:
        return own
    if organization_code not in own:
        raise BadInput.one("--organization", f"{client_code} has no contract with {organization_code!r}, only with {', '.join(own)}")
    return (organization_code,)
