"""What a reply of the server means, when to try again, and which addresses there are. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

FIRST_DELAY = timedelta(minutes=1)
LONGEST_DELAY = timedelta(hours=4)
MOST_ATTEMPTS = 32  # 1 + 2 + 4 + … + 128 minutes, then every four hours: four days, as RFC 5321 §4.5.4.1 asks at least

_SEPARATORS = re.compile(r"[,;\s]+")
_ADDRESS = re.compile(r"[^@\s<>()\[\]\\,;:\"]{1,64}@[^@\s<>()\[\]\\,;:\"]{1,253}")
_BLANKS = re.compile(" {2,}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class LetterOutcome(StrEnum):
    """How one attempt ended."""

    ACCEPTED = "accepted"  # 250 after the final dot
    DEFERRED = "deferred"  # 4xx, or our own side is not ready: again later
    REFUSED = "refused"  # 5xx: for good
    BROKEN_OFF = "broken_off"  # the connection broke before the reply: not accepted (RFC 5321 §4.2.5), again
    SILENT = "silent"  # no reply in time after the final dot: it may have been accepted; a person decides
    DIED = "died"  # our own process ended between the final dot and the reply; as silent


UNKNOWN = frozenset({LetterOutcome.SILENT, LetterOutcome.DIED})


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply of the server: code and text in one clean line."""

    code: int
    text: str

    @property
    def temporary(self) -> bool:
        """4xx: again later."""
        return 400 <= self.code < 500

    def __str__(self) -> str:
        return f"{self.code} {self.text}".strip()


@dataclass(frozen=True, slots=True)
class Handover:
    """What one attempt came to. ``refused``: recipients that the server turned down, with its reply."""

    outcome: LetterOutcome
    reply: Reply | None = None
    detail: str = ""
    accepted: tuple[str, ...] = ()
    refused: Mapping[str, Reply] = field(default_factory=dict)

    @property
    def bounced(self) -> dict[str, Reply]:
        """Recipients refused for good."""
        return {address: reply for address, reply in self.refused.items() if not reply.temporary}

    @property
    def explanation(self) -> str:
        """One line for people: what the server said, or what happened."""
        refusals = [f"{address}: {reply}" for address, reply in self.refused.items()]
        return "; ".join(filter(None, [self.detail or (str(self.reply) if self.reply else ""), *refusals]))


@dataclass(frozen=True, slots=True)
class LetterStanding:
    """Where a message stands after an attempt. ``due``: when it is tried next (queued only)."""

    state: str
    accepted: tuple[str, ...]
    bounced: tuple[str, ...]
    due: datetime
    error: str | None


def addresses(text: str | None) -> tuple[str, ...]:
    """Addresses of a cell: several by comma, semicolon or blank; doubles and what is no address are left out."""
    return tuple(dict.fromkeys(part for part in _SEPARATORS.split(text or "") if _ADDRESS.fullmatch(part)))


def one_line(text: str, longest: int = 300) -> str:
    """Outside text as one printable line; blanks that do not break stay what they are."""
    return _BLANKS.sub(" ", _CONTROL.sub(" ", text)).strip(" ")[:longest]


def delay(attempts: int) -> timedelta:
    """How long to wait after that many attempts: doubled each time, at most four hours."""
    doubled: int = 2 ** min(attempts - 1, 16)
    return min(FIRST_DELAY * doubled, LONGEST_DELAY)


def settle(
    handed: Handover, *, at: datetime, attempts: int, accepted: Iterable[str], bounced: Iterable[str], recipients: Iterable[str]
) -> LetterStanding:
    """The message after attempt number ``attempts``.

    ``accepted`` and ``bounced`` are what was known before; ``recipients`` those of this attempt. The message is sent when nobody
    waits and somebody has it, failed when nobody waits and nobody has it, or when the attempts are used up. A connection
    that broke is the server's fault: the first time the message stays due at once, later it waits like the others.
    """
    has = tuple(dict.fromkeys([*accepted, *handed.accepted]))
    never = tuple(dict.fromkeys([*bounced, *handed.bounced]))
    error = handed.explanation or None
    if handed.outcome in UNKNOWN:
        return LetterStanding("unknown", has, never, at, error)
    if not [address for address in recipients if address not in has and address not in never]:
        return LetterStanding("sent" if has else "failed", has, never, at, error if handed.refused else None)
    if attempts >= MOST_ATTEMPTS:
        return LetterStanding("sent" if has else "failed", has, never, at, f"given up after {attempts} attempts; {error}")
    at_once = handed.outcome is LetterOutcome.BROKEN_OFF and attempts == 1
    return LetterStanding("queued", has, never, at if at_once else at + delay(attempts), error)


@dataclass(frozen=True, slots=True)
class Bounced:
    """Where a message stands after a report that it came back."""

    state: str
    accepted: tuple[str, ...]
    bounced: tuple[str, ...]


def after_bounce(state: str, accepted: Iterable[str], bounced: Iterable[str], lost: Iterable[str], waiting: Iterable[str]) -> Bounced:
    """The message after a report about the addresses ``lost``; ``waiting``: whom an attempt of unknown outcome was for.

    It has failed when nobody has it; of an unknown outcome no doubt is left once each of its addresses is spoken of.
    """
    never = tuple(dict.fromkeys([*bounced, *lost]))
    has = tuple(address for address in accepted if address not in never)
    doubted = state == "unknown" and any(address not in never and address not in has for address in waiting)
    if state in {"sent", "unknown"} and not doubted:
        state = "sent" if has else "failed"
    return Bounced(state, has, never)
