"""Which changes of its addresses a client may ask for by itself. Pure.

An address of a client receives its papers and lets in to its cabinet, so whoever may add one may stay for ever. Hence: nothing goes to a
new address before its owner has said yes; those that were there are told and may stop it for a week; and until then it takes no other away.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from pipelines.errors import Refused
from pipelines.master.requisites import mail_problem

MOST_ADDRESSES = 10
MOST_IN_A_DAY = 5  # changes that a client may ask for
MOST_LETTERS_IN_A_DAY = 3  # requests to confirm that a mailbox gets, whoever asks
GOOD_FOR = timedelta(days=2)
STOPPABLE = timedelta(days=7)
_SEPARATORS = re.compile(r"[,;\s]+")
_LONGEST = 254  # RFC 5321 §4.5.3.1.3, with the brackets


class AddressProblem(StrEnum):
    """Why a change is refused."""

    MALFORMED = "malformed"
    KNOWN = "known"
    TOO_MANY = "too_many"
    TOO_OFTEN = "too_often"
    UNKNOWN = "unknown"
    OWN = "own"
    TOO_NEW = "too_new"


class AddressRefused(Refused):
    """A change of addresses is not made; ``problem`` says why."""

    def __init__(self, problem: AddressProblem) -> None:
        super().__init__(f"the change of addresses is refused: {problem.value.replace('_', ' ')}")
        self.problem = problem


@dataclass(frozen=True, slots=True)
class AskedLately:
    """Changes asked for in the last day: by the client, and for this new address by any client."""

    of_client: int
    of_address: int


def split(cell: str | None) -> tuple[str, ...]:
    """The addresses of a cell, in small letters, each once."""
    return tuple(dict.fromkeys(part for part in _SEPARATORS.split((cell or "").lower()) if part))


def joined(addresses: Sequence[str]) -> str:
    """A cell of these addresses."""
    return ", ".join(addresses)


def plain(address: str) -> str:
    """An address as it is compared."""
    return address.strip().lower()


def require_addable(cell: str | None, address: str, asked: AskedLately) -> None:
    """AddressRefused unless the client may ask for this new address."""
    problem = _of_form(address) or _of_adding(split(cell), address, asked)
    if problem:
        raise AddressRefused(problem)


def require_removable(cell: str | None, address: str, asked_by: str, asked: AskedLately) -> None:
    """AddressRefused unless whoever logged in by ``asked_by`` may take this address away: never its own, so one always stays."""
    if address not in split(cell):
        raise AddressRefused(AddressProblem.UNKNOWN)
    if address == asked_by:
        raise AddressRefused(AddressProblem.OWN)
    if asked.of_client >= MOST_IN_A_DAY:
        raise AddressRefused(AddressProblem.TOO_OFTEN)


def require_settled(added_at: datetime | None, at: datetime) -> None:
    """AddressRefused for somebody whose own address came by the cabinet so lately that it may still be stopped."""
    if added_at is not None and at - added_at < STOPPABLE:
        raise AddressRefused(AddressProblem.TOO_NEW)


def _of_form(address: str) -> AddressProblem | None:
    is_one = len(address) <= _LONGEST and len(split(address)) == 1 and mail_problem(address) is None
    return None if is_one and address.rpartition("@")[0].isascii() else AddressProblem.MALFORMED


def _of_adding(there: tuple[str, ...], address: str, asked: AskedLately) -> AddressProblem | None:
    if address in there:
        return AddressProblem.KNOWN
    if len(there) >= MOST_ADDRESSES:
        return AddressProblem.TOO_MANY
    is_often = asked.of_client >= MOST_IN_A_DAY or asked.of_address >= MOST_LETTERS_IN_A_DAY
    return AddressProblem.TOO_OFTEN if is_often else None
