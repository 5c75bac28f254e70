"""What an order for a target on a live platform still needs, by what its platform says now. Pure (domain.md §9)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from pipelines.platforms.interface import Blocking, Effective

State = Literal["blocked", "active", "gone"]
CYCLE = timedelta(days=1)
"""A platform that carries writes out with its next cycle has done so after this time, or the write is made again."""


@dataclass(frozen=True, slots=True)
class PendingOrder:
    """An order that has not been carried out, or of which that is not known.

    `is_blocked`: a block of ours is to be in force on its target; `is_attempted`: a write was begun and its end is not known;
    `is_ours`: the block that may be found there is one that we have set and nobody has lifted since; `accepted_at`: when its platform
    said last that it carries the write out with its next cycle.
    """

    order_no: int
    platform: str
    kind: str
    account_id: str
    target: Literal["account", "sub_user", "share_link", "vehicle"]
    target_id: str
    action: Literal["block", "restore"]
    is_blocked: bool
    is_attempted: bool
    is_ours: bool
    accepted_at: datetime | None = None

    def is_under_way(self, at: datetime) -> bool:
        """Whether its write has been accepted and its platform's cycle may still be to come: it is read, and not written again."""
        return self.accepted_at is not None and abs(at - self.accepted_at) < CYCLE

    @property
    def place(self) -> str:
        """Where it is, for messages."""
        return (
            f"{self.platform}/{self.target_id}"
            if self.target == "account"
            else f"{self.platform}/{self.account_id} {self.target} {self.target_id}"
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an order ended: the state that was read, and whether the block is (or was) ours."""

    state: State
    is_ours: bool


@dataclass(frozen=True, slots=True)
class Accepted:
    """The platform has taken a write that takes effect with its next cycle; the order waits until that is read."""


GONE = Outcome("gone", is_ours=False)
ACCEPTED = Accepted()


def without_write(order: PendingOrder, *, blocked: bool) -> Outcome | None:
    """The end of an order that needs no write, by the state that was read; None: a write is needed.

    A block that is met there is ours only if we have begun to write it, or hold it for another debt. One that is not ours is
    never lifted.
    """
    if order.action == "block":
        if blocked:
            return Outcome("blocked", is_ours=order.is_attempted or order.is_ours)
        return None if order.is_blocked else Outcome("active", is_ours=False)
    if not blocked:
        return Outcome("active", is_ours=True)
    if order.is_blocked:
        return Outcome("blocked", is_ours=True)
    return None if order.is_ours else Outcome("blocked", is_ours=False)


def after_write(order: PendingOrder, done: Blocking) -> Outcome | Accepted | None:
    """The end of an order whose write was answered; None: the state that was read back is not known.

    On a platform that works in cycles a state that is still the old one says nothing yet, and the order waits.
    Somebody may have blocked the target between our reading and our writing: then nothing was written, and the block is theirs.
    """
    if done.effective is Effective.NEXT_CYCLE and done.after is not (order.action == "block"):
        return ACCEPTED
    if done.after is None:
        return None
    if order.action == "block":
        is_ours = done.after and (done.before is False or order.is_attempted)
        return Outcome("blocked" if done.after else "active", is_ours=is_ours)
    return Outcome("blocked" if done.after else "active", is_ours=not done.after)
