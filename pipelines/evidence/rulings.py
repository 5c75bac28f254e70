"""What a person may say about a snapshot: accept a quarantined one, withdraw a wrong one (`domain.md §2.3, §2.4`)."""

from typing import TYPE_CHECKING

from pipelines.clock import Authorship
from pipelines.errors import Refused
from pipelines.evidence import gate, registry
from pipelines.evidence.registry import LANDED, QUARANTINED, WITHDRAWN, Registered
from pipelines.settings import Settings
from pipelines.warehouse.engine import transaction
from pipelines.warehouse.locks import Lock, lock

if TYPE_CHECKING:
    from sqlalchemy import Connection


class CannotBeAccepted(Refused):
    """The snapshot counts already, or has failures that no person's word can mend."""


class CannotBeWithdrawn(Refused):
    """The snapshot does not count, so there is nothing to withdraw."""


def accept(settings: Settings, digest: str, author: Authorship) -> Registered:
    """Let a quarantined snapshot count, or a withdrawn one again; ``digest`` may be abbreviated. The state before.

    CannotBeAccepted when it counts already, or when vehicles have no identity or several rows.
    """
    with transaction(settings) as connection:
        found = _locked(connection, digest)
        if found.state == LANDED:
            raise CannotBeAccepted(f"snapshot {found.digest[:12]} of {found.platform} {found.business_date} is landed already")
        hopeless = [
            each for each in registry.failures(connection, found.digest) if each.cannot_be_accepted and each.severity == gate.CRITICAL
        ]
        if hopeless:
            raise CannotBeAccepted(f"{hopeless[0]}; correct the source and land it again")
        _rule(connection, found, "accepted", LANDED, author)
        return found


def withdraw(settings: Settings, digest: str, author: Authorship) -> Registered:
    """Take a snapshot out of the count; it stays readable. ``digest`` may be abbreviated. The state before."""
    with transaction(settings) as connection:
        found = _locked(connection, digest)
        if found.state == WITHDRAWN:
            raise CannotBeWithdrawn(f"snapshot {found.digest[:12]} of {found.platform} {found.business_date} is withdrawn already")
        if found.state == QUARANTINED:
            raise CannotBeWithdrawn(
                f"snapshot {found.digest[:12]} of {found.platform} {found.business_date} is in quarantine and does not count"
            )
        _rule(connection, found, "withdrawn", WITHDRAWN, author)
        return found


def _locked(connection: "Connection", digest: str) -> Registered:
    """The snapshot as it is once nobody else can change it."""
    lock(connection, Lock.PLATFORM, registry.resolve(connection, digest).platform)
    return registry.resolve(connection, digest)


def _rule(connection: "Connection", found: Registered, event: str, state: str, author: Authorship) -> None:
    registry.run(connection, "set_state", digest=found.digest, state=state)
    registry.run(connection, "insert_event", digest=found.digest, event=event, by_name=author.by, reason=author.reason, at=author.at)
    registry.refresh_findings(connection, found.business_date)
