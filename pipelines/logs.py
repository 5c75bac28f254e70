"""What a verb did, as one line in the log: its counts, the ids of what it worked on, and how long it took.

Every logger lies under the one name `fleetbill`. No line holds personal data: codes, numbers, dates and counts, never
names, addresses, ИНН, plates or the purposes of payments.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any

ROOT = "fleetbill"


@contextmanager
def verb(room: str, name: str, **ids: Any) -> Iterator[dict[str, Any]]:
    """Log ``fleetbill.ROOM`` when the block ends: the verb, the ids given here, what the block adds to the yielded dict, seconds.

    An exception is logged as a failure by its class alone, for its text may quote input, and goes on.

    >>> with verb("billing", "issue", month="2026-01") as done:
    ...     done["invoices"] = 42
    """
    started = perf_counter()
    facts: dict[str, Any] = dict(ids)
    logger = logging.getLogger(f"{ROOT}.{room}")
    try:
        yield facts
    except BaseException as error:
        _say(logger, logging.WARNING, f"{name} failed: {type(error).__name__}", {**facts, "seconds": _seconds(started)})
        raise
    _say(logger, logging.INFO, name, {**facts, "seconds": _seconds(started)})


def show_on_stderr(level: int) -> None:
    """Let a process without a log of its own (a command) write lines from ``level`` on to stderr."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    root = logging.getLogger(ROOT)
    root.handlers = [handler]
    root.setLevel(level)
    root.propagate = False


def _say(logger: logging.Logger, level: int, what: str, facts: dict[str, Any]) -> None:
    pairs = " ".join(f"{key}={value}" for key, value in facts.items())
    logger.log(level, "%s %s", what, pairs, extra={"fleetbill": facts})


def _seconds(started: float) -> float:
    return round(perf_counter() - started, 3)
