"""What a person may say about snapshots: accept quarantined ones, withdraw wrong ones (`domain.md §2.3, §2.4`)."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from pipelines.clock import Authorship
from pipelines.errors import Refused
from pipelines.evidence import gate, gate_verdicts, register
from pipelines.evidence.register import LANDED, QUARANTINED, WITHDRAWN, Registered
from pipelines.logs import verb
from pipelines.period import Month
from pipelines.settings import Settings
from pipelines.warehouse import query
from pipelines.warehouse.engine import reading, transaction
from pipelines.warehouse.locks import Lock, lock

if TYPE_CHECKING:
    from sqlalchemy import Connection


class CannotBeAccepted(Refused):
    """The snapshot has failures that no person's word can mend."""


class CannotBeWithdrawn(Refused):
    """The snapshot is in quarantine and does not count, so there is nothing to withdraw."""


def accept(settings: Settings, digests: Sequence[str], author: Authorship) -> list[Registered]:
    """Let quarantined snapshots count, or withdrawn ones again: all or none. Digests may be abbreviated. The states before.

    Those that count already stay as they are. CannotBeAccepted when vehicles have no identity or several rows, or when its day
    has not begun.
    The days after them are judged again.
    """
    with verb("evidence", "accept", snapshots=len(digests)), transaction(settings) as connection:
        return _rule(connection, settings, digests, author, event="accepted", state=LANDED, may=_may_be_accepted)


def withdraw(settings: Settings, digests: Sequence[str], author: Authorship) -> list[Registered]:
    """Take snapshots out of the count, all or none; they stay readable. Digests may be abbreviated. The states before.

    Those that are withdrawn already stay as they are. CannotBeWithdrawn when one is in quarantine. The days after them are judged again.
    """
    with verb("evidence", "withdraw", snapshots=len(digests)), transaction(settings) as connection:
        return _rule(connection, settings, digests, author, event="withdrawn", state=WITHDRAWN, may=_may_be_withdrawn)


def chosen(settings: Settings, state: str, platform: str | None, month: Month | None) -> list[Registered]:
    """The snapshots of a state, of one platform or all, of one month or all, in the order of their days. BadInput: unknown platform."""
    with reading(settings) as connection:
        if platform is not None:
            register.declared(connection, platform)
        first, last = (month.first, month.last) if month else (None, None)
        return query.rows(connection, "evidence/chosen_snapshots", Registered, state=state, platform=platform, first=first, last=last)


def _may_be_accepted(connection: "Connection", snapshot: Registered) -> None:
    hopeless = [
        each for each in register.failures(connection, snapshot.digest) if each.cannot_be_accepted and each.severity == gate.CRITICAL
    ]
    if hopeless:
        raise CannotBeAccepted(f"{_named(snapshot)}: {hopeless[0]}; correct the source and land it again")


def _may_be_withdrawn(_: "Connection", snapshot: Registered) -> None:
    if snapshot.state == QUARANTINED:
        raise CannotBeWithdrawn(f"{_named(snapshot)} is in quarantine and does not count")


def _rule(
    connection: "Connection",
    settings: Settings,
    digests: Sequence[str],
    author: Authorship,
    *,
    event: str,
    state: str,
    may: Callable[["Connection", Registered], None],
) -> list[Registered]:
    for platform in sorted({register.resolve(connection, digest).platform for digest in digests}):
        lock(connection, Lock.PLATFORM, platform)
    registered = {
        each.digest: each for each in (register.resolve(connection, digest) for digest in digests)
    }  # as nobody else can change them
    snapshots = sorted(registered.values(), key=lambda each: (each.business_date, each.platform))
    changing = [snapshot for snapshot in snapshots if snapshot.state != state]
    for snapshot in changing:
        may(connection, snapshot)
    for snapshot in changing:
        register.set_state(connection, snapshot.digest, state, event, author.by, author.reason, author.at)
    days = {snapshot.business_date for snapshot in changing}
    for snapshot in changing:
        days |= gate_verdicts.judge_following(connection, settings, snapshot.platform, snapshot.business_date, author.at).keys()
    for day in sorted(days):
        register.refresh_findings(connection, day)
    return snapshots


def _named(snapshot: Registered) -> str:
    return f"snapshot {snapshot.digest[:12]} of {snapshot.platform} {snapshot.business_date}"
