"""Reads that failed for a moment are asked again, with backoff and jitter. Writes never are: their caller reads the state first."""

import logging
from collections.abc import Callable
from functools import cache
from time import sleep
from typing import TYPE_CHECKING, TypeVar

from pipelines.platforms.errors import RateLimited, Transient

if TYPE_CHECKING:
    from tenacity import RetryCallState, Retrying

T = TypeVar("T")

ATTEMPTS = 6
MOST_PATIENCE = 120.0  # seconds that a server may ask us to wait; a longer wait is the scheduler's
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 16.0  # a server that starts is up after 20 s; six attempts wait 30 s together


def retried(read: Callable[[], T], platform: str) -> T:
    """The result of a read, asked again while its failure may pass: Transient, or RateLimited with a wait that is bearable."""
    return _retrying(platform)(read)


@cache
def _retrying(platform: str) -> "Retrying":
    """How reads of a platform are asked again; threads share it."""
    from tenacity import Retrying, retry_if_exception, stop_after_attempt

    def note(state: "RetryCallState") -> None:
        logging.getLogger("fleetbill.platforms").info(
            "retry platform=%s attempt=%d after=%s", platform, state.attempt_number, type(_error(state)).__name__
        )

    return Retrying(
        stop=stop_after_attempt(ATTEMPTS), wait=_pause, retry=retry_if_exception(_may_pass), sleep=_rest, before_sleep=note, reraise=True
    )


def rested(error: RateLimited) -> bool:
    """Wait as long as a server asks for, where that is bearable, and say so; False at once where it is not."""
    seconds = _FIRST_PAUSE if error.retry_after is None else error.retry_after
    if seconds > MOST_PATIENCE:
        return False
    _rest(seconds)
    return True


def _rest(seconds: float) -> None:
    sleep(seconds)


def _may_pass(error: BaseException) -> bool:
    return isinstance(error, Transient) or (isinstance(error, RateLimited) and (error.retry_after or 0) <= MOST_PATIENCE)


def _pause(state: "RetryCallState") -> float:
    """Seconds before the next attempt: backoff with jitter, and never less than the server asks for."""
    from tenacity import wait_exponential_jitter

    error = _error(state)
    asked = error.retry_after or 0.0 if isinstance(error, RateLimited) else 0.0
    return max(asked, wait_exponential_jitter(initial=_FIRST_PAUSE, max=_LONGEST_PAUSE)(state))


def _error(state: "RetryCallState") -> BaseException | None:
    return state.outcome.exception() if state.outcome else None
