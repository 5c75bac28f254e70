"""Objects of a message read ahead of whoever applies them: the parser works while the database does."""

import multiprocessing
import signal
from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final, TypeVar

from pipelines.delivery.onec.body import BodyObject, read_body
from pipelines.errors import BadInput, Problem, Refused

Item = TypeVar("Item")

_BATCH: Final = 500
_AHEAD: Final = 12
"""Batches that wait at most: some thousand objects, whatever the message has."""
_LARGE: Final = 32 << 20
"""Bytes from which on a message is worth a process of its own: below, starting one takes longer than it saves."""


def read_body_ahead(path: Path) -> Iterator[BodyObject]:
    """`read_body` of a message, read while its earlier objects are applied; a large one in a process of its own."""
    is_apart = path.stat().st_size >= _LARGE and not multiprocessing.current_process().daemon  # such a one may have no children
    return read_ahead(_read_apart(path) if is_apart else read_body(path))


def read_ahead(items: Iterator[Item]) -> Iterator[Item]:
    """The same items in the same order, read in another thread; what reading them raises is raised in their place."""

    def next_batch() -> list[Item]:
        return list(islice(items, _BATCH))

    beside = ThreadPoolExecutor(1, thread_name_prefix="read-ahead")
    try:
        waiting = deque(beside.submit(next_batch) for _ in range(_AHEAD))
        while batch := waiting.popleft().result():
            waiting.append(beside.submit(next_batch))
            yield from batch
    finally:
        beside.shutdown(cancel_futures=True)
        if isinstance(items, Generator):
            items.close()


def _read_apart(path: Path) -> Iterator[BodyObject]:
    """The objects as another process reads them. Refused where it ended before the message did: nothing is taken for whole that is not."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_tell, args=(path, theirs), daemon=True, name="read-ahead")
    process.start()
    theirs.close()
    try:
        while batch := _heard(ours, path):
            yield from batch
    finally:
        ours.close()
        process.terminate()
        process.join()


def _heard(ours: "Connection", path: Path) -> list[BodyObject]:
    """The next objects, none after the last."""
    try:
        said: list[BodyObject] | tuple[Problem, ...] = ours.recv()
    except EOFError:
        raise Refused(f"{path.name}: whoever reads it was stopped; run it again") from None
    if isinstance(said, tuple):
        raise BadInput(said)
    return said


def _tell(path: Path, theirs: "Connection") -> None:
    """The process that reads: batches of objects, at last an empty one, or what is wrong with the message."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whom it works for
    try:
        items = read_body(path)
        while batch := list(islice(items, _BATCH)):
            theirs.send(batch)
        theirs.send([])
    except BadInput as error:
        theirs.send(error.problems)
    except BrokenPipeError:
        pass  # nobody listens any more
