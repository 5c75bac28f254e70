"""Whose proof is made when: one at a time, and for each reader one, so that no number of clicks holds up the cabinet.

The bundle of the largest client takes seconds of a processor. Who asks waits a while for it; the work goes on when the reader does not, and
the next click gets the kept file. Threads that wait are counted too: pages need them.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from typing import IO, Final

from pipelines.errors import Refused

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
        self._asked: dict[str, Future[None]] = {}
        self._waiting: set[str] = set()

    def wait_for(self, reader: str, make: Callable[[], IO[bytes]]) -> IO[bytes]:
        """The bundle that ``make`` makes, in its turn. ProofWaits; whatever ``make`` raises.

        A bundle that comes too late for the click is closed: it is kept on disk, where the next click finds it.
        """
        asked = _Asked(make)
        with self._turn:
            self._asked = {who: work for who, work in self._asked.items() if not work.done()}
            if reader in self._asked or len(self._waiting) >= MOST_WAITING or len(self._asked) >= MOST_IN_LINE:
                raise ProofWaits(f"{reader} has a proof in line, or the line is full")
            work = self._asked[reader] = self._maker.submit(asked.run)
            self._waiting.add(reader)
        try:
            work.result(self._patience)
        except NotYet:
            asked.give_up()
            raise ProofWaits(f"the proof for {reader} takes longer than a click waits") from None
        finally:
            with self._turn:
                self._waiting.discard(reader)
        return asked.taken()


class _Asked:
    """A bundle that one click waits for."""

    def __init__(self, make: Callable[[], IO[bytes]]) -> None:
        self._make, self._turn = make, threading.Lock()
        self._made: IO[bytes] | None = None
        self._is_given_up = False

    def run(self) -> None:
        made = self._make()
        with self._turn:
            if self._is_given_up:
                made.close()
            else:
                self._made = made

    def give_up(self) -> None:
        with self._turn:
            self._is_given_up = True
            if self._made is not None:
                self._made.close()

    def taken(self) -> IO[bytes]:
        """The open bundle, once ``run`` has ended well."""
        if self._made is None:
            raise LookupError("nothing was made")
        return self._made
