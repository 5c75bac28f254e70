"""Objects of a message read ahead of whoever applies them: the parser works while the database does."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Final, TypeVar

Item = TypeVar("Item")

_BATCH: Final = 500
_AHEAD: Final = 20
"""Batches that wait at most: some thousand objects, whatever the message has."""


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
