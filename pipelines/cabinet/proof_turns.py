"""Whose proof is made when: one at a time, and for each reader one, so that no number of clicks holds up the cabinet.

The bundle of the largest client takes seconds of a processor. Who asks waits a while for it; the work goes on when the reader does not, and
the next click gets the kept file. Threads that wait are counted too: pages need them.
"""

import logging
import threading
from collections.abc import Callable, Hashable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import suppress
from typing import IO, Final

from pipelines.errors import Refused

_LOG = logging.getLogger("fleetbill.cabinet")
PATIENCE: Final = 25.0
"""Seconds that a click waits for its file."""
MOST_WAITING: Final = 8
"""Clicks of all readers that may wait at once."""
MOST_IN_LINE: Final = 32
"""Bundles that may be in line; a reader has one of them at most."""


class ProofWaits(Refused):
    """The bundle is not there yet, or the reader's other one is being made: to be asked for again a little later."""


class ProofTurns:
    """The line for proofs of one process."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._turn = threading.Lock()
        self._maker = ThreadPoolExecutor(1, "proofs")
        self._asked: dict[str, _Asked] = {}
        self._waiting: set[str] = set()
        self._untold: dict[tuple[str, Hashable], Exception] = {}
        self._is_closed = False

    def wait_for(self, reader: str, what: Hashable, make: Callable[[], IO[bytes]]) -> IO[bytes]:
        """The bundle of ``what`` that ``make`` makes, in its turn. ProofWaits; whatever ``make`` raises.

        A bundle that comes too late for the click is closed: it is kept on disk, where the next click finds it. What could not be made
        after the click had gone is told to the reader's next click for the same; the one after that tries again.
        """
        asked = _Asked(what, make)
        with self._turn:
            self._clear_ended()
            if failure := self._untold.pop((reader, what), None):
                raise failure
            if self._is_closed or reader in self._asked or len(self._waiting) >= MOST_WAITING or len(self._asked) >= MOST_IN_LINE:
                raise ProofWaits(f"{reader} has a proof in line, or the line is full or closed")
            asked.work = self._maker.submit(asked.run)
            self._asked[reader] = asked
            self._waiting.add(reader)
        try:
            with suppress(TimeoutError, CancelledError):
                asked.work.exception(self._patience)
            if asked.give_up():
                raise ProofWaits(f"the proof for {reader} takes longer than a click waits")
            asked.work.result()
        finally:
            with self._turn:
                self._waiting.discard(reader)
        return asked.taken()

    def close(self) -> None:
        """The cabinet ends: the bundle that is being made is made, none of those in line is begun, and who waits for one goes."""
        with self._turn:
            self._is_closed = True
        self._maker.shutdown(wait=False, cancel_futures=True)

    def _clear_ended(self) -> None:
        ended = {reader: asked for reader, asked in self._asked.items() if asked.work.done()}
        for reader, asked in ended.items():
            del self._asked[reader]
            if asked.untold is not None:
                self._untold[reader, asked.what] = asked.untold
        while len(self._untold) > MOST_IN_LINE:
            self._untold.pop(next(iter(self._untold)))


class _Asked:
    """A bundle that one click waits for; ``untold``: why it was not made, where the click had gone by then."""

    work: Future[None]

    def __init__(self, what: Hashable, make: Callable[[], IO[bytes]]) -> None:
        self.what, self._make, self._turn = what, make, threading.Lock()
        self.untold: Exception | None = None
        self._made: IO[bytes] | None = None
        self._is_given_up = self._is_over = False

    def run(self) -> None:
        try:
            made = self._make()
        except Exception as error:
            with self._turn:
                self._is_over = True
                if self._is_given_up:
                    self.untold = error
                    _LOG.exception("a proof was not made, and its click had gone")
            raise
        with self._turn:
            self._is_over = True
            if self._is_given_up:
                made.close()
            else:
                self._made = made

    def give_up(self) -> bool:
        """The click goes without its bundle; False where the work is over, well or not."""
        with self._turn:
            self._is_given_up = not self._is_over
            return self._is_given_up

    def taken(self) -> IO[bytes]:
        """The open bundle, once ``run`` has ended well."""
        if self._made is None:
            raise LookupError("nothing was made")
        return self._made
