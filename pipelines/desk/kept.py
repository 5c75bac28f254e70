"""Readings that pass over every contract: kept while nothing is written, and made anew beside the pages that wait for them."""

import logging
import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pipelines.settings import Settings
from pipelines.warehouse import engine, query

if TYPE_CHECKING:
    from sqlalchemy import Connection

Read = TypeVar("Read")

_LOG = logging.getLogger("fleetbill.desk")
PATIENCE = 3.0
"""Seconds that a page waits for a reading; then it shows the one before, or says that it is being made."""
_MOST = 24


@dataclass(frozen=True, slots=True)
class KeptReading(Generic[Read]):
    """What was read at the moment ``at``, when the warehouse stood at ``mark``."""

    mark: str
    at: datetime
    read: Read


class KeptReadings:
    """Readings by key, in this process. A page that shows one says as of when it is."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, KeptReading[Any]] = {}
        self._begun: dict[Hashable, Future[KeptReading[Any]]] = {}
        self._forgotten = 0
        self._turn = threading.Lock()
        self._reader = ThreadPoolExecutor(1, "desk-reader")

    def reading(self, settings: Settings, key: Hashable, read: "Callable[[Connection], Read]", at: datetime) -> KeptReading[Read] | None:
        """The reading of a key: the kept one while nothing was written since, else a new one, or the old one where that takes long; None
        where there is no old one either. Those who ask meanwhile wait for the same reading. One that fails is told to who waits, or else to
        who asks next; then it is tried again."""
        with engine.reading(settings) as connection:
            mark = query.scalar(connection, "desk/mark")
        with self._turn:
            place = (self._forgotten, key)
            kept = self._kept.get(place)
            if kept and kept.mark == mark:
                return kept
            begun = self._begun.get(place)
            if begun is None:
                begun = self._begun[place] = self._reader.submit(self._made, settings, place, read, at)
        if not wait([begun], PATIENCE).done:
            return kept
        with self._turn:
            if self._begun.get(place) is begun:
                del self._begun[place]
        return begun.result()

    def forget(self) -> None:
        """Somebody has done something here: what was read before is old, whatever the server has counted by now."""
        with self._turn:
            self._forgotten += 1
            self._kept.clear()
            self._begun = {place: begun for place, begun in self._begun.items() if not begun.done()}

    def _made(
        self, settings: Settings, place: tuple[int, Hashable], read: "Callable[[Connection], Read]", at: datetime
    ) -> KeptReading[Read]:
        try:
            with engine.reading(settings) as connection:
                made = KeptReading(query.scalar(connection, "desk/mark"), at, read(connection))
            with self._turn:
                if place[0] == self._forgotten:
                    self._kept.pop(place, None)
                    self._kept[place] = made
                while len(self._kept) > _MOST:
                    self._kept.pop(next(iter(self._kept)))
                self._begun.pop(place, None)
        except Exception:
            _LOG.exception("a reading of the desk was not made: %s", place[1])
            with self._turn:
                if place[0] != self._forgotten:
                    self._begun.pop(place, None)
            raise
        else:
            return made
