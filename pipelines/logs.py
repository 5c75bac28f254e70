"""What a verb did, as one line in the log: its counts, the ids of what it worked on, and how long it took; and whoever counts it hears.

Every logger lies under the one name `fleetbill`. No line holds personal data: codes, numbers, dates and counts, never
names, addresses, ИНН, plates or the purposes of payments. A line carries the run that it belongs to, where there is one.
"""

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from pipelines.errors import BadInput, Refused

ROOT = "fleetbill"
_RUN: ContextVar[str] = ContextVar("run", default="")
_IDS = ("version",)  # a number that is none: like what ends in `_no`, nobody adds it up


@dataclass(frozen=True, slots=True)
class VerbDone:
    """A verb that has ended: seconds, what it counted, and how: done, refused (a word to whoever asked), or failed."""

    room: str
    name: str
    seconds: float
    counts: Mapping[str, int | float] = field(default_factory=dict)
    is_refused: bool = False
    is_failed: bool = False


_listeners: list[Callable[[VerbDone], None]] = []


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
        seconds, is_refused = _seconds(started), isinstance(error, Refused | BadInput)
        _say(logger, logging.WARNING, f"{name} failed: {type(error).__name__}", {**facts, "seconds": seconds})
        _tell(VerbDone(room, name, seconds, is_refused=is_refused, is_failed=isinstance(error, Exception) and not is_refused))
        raise
    seconds = _seconds(started)
    _say(logger, logging.INFO, name, {**facts, "seconds": seconds})
    _tell(VerbDone(room, name, seconds, _counts(facts, ids)))


@contextmanager
def listening(listener: Callable[[VerbDone], None]) -> Iterator[None]:
    """Let somebody hear of every verb that ends inside, in this process."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


@contextmanager
def of_run(name: str) -> Iterator[None]:
    """Every line inside carries this run; one of a run that goes on already keeps its own."""
    token = _RUN.set(_RUN.get() or name)
    try:
        yield
    finally:
        _RUN.reset(token)


class JsonLines(logging.Formatter):
    """A line as one JSON object: at, level, logger, what, and every fact under its own name."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        facts = getattr(record, "fleetbill", {})
        what = getattr(record, "what", None) or record.getMessage()
        carried = {"at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"), "level": record.levelname, "logger": record.name, "what": what}
        return json.dumps({**carried, **facts}, ensure_ascii=False, default=str)


def show_on_stderr(level: int, *, as_json: bool = False) -> None:
    """Let a process without a log of its own (a command) write lines from ``level`` on to stderr."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if as_json else logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    root = logging.getLogger(ROOT)
    root.handlers = [handler]
    root.setLevel(level)
    root.propagate = False


def _say(logger: logging.Logger, level: int, what: str, facts: dict[str, Any]) -> None:
    carried = {**({"run": run} if (run := _RUN.get()) else {}), **facts}
    pairs = " ".join(f"{key}={value}" for key, value in carried.items())
    logger.log(level, "%s %s", what, pairs, extra={"fleetbill": carried, "what": what})


def _tell(done: VerbDone) -> None:
    for listener in tuple(_listeners):
        listener(done)


def _counts(facts: Mapping[str, Any], ids: Mapping[str, Any]) -> dict[str, int | float]:
    """What the verb counted: numbers that it added, which are no numbers of something."""
    added = {key: value for key, value in facts.items() if key not in ids and key not in _IDS and not key.endswith("_no")}
    return {key: value for key, value in added.items() if isinstance(value, int | float) and not isinstance(value, bool)}


def _seconds(started: float) -> float:
    return round(perf_counter() - started, 3)
