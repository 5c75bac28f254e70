"""What has changed between two states of a dataset, row by row, in one pass over both in the order of their keys. Pure."""

from collections.abc import Callable, Iterable, Iterator
from typing import Literal

from pipelines.exports.datasets import Record

Change = Literal["added", "changed", "removed", "unchanged"]


def changes(old: Iterable[Record], new: Iterable[Record], key: Callable[[Record], Record]) -> Iterator[tuple[Change, Record]]:
    """Every row of ``new`` with what happened to it, and the rows of ``old`` that are gone; both come sorted by ``key``, each key once.

    Neither side is held in memory. ValueError where a side is not in order: a state that was stored wrong must not pass as a delta.
    """
    before, after = _in_order(old, key), _in_order(new, key)
    left, right = next(before, None), next(after, None)
    while True:
        if left is not None and (right is None or key(left) < key(right)):
            yield "removed", left
            left = next(before, None)
        elif right is not None and (left is None or key(right) < key(left)):
            yield "added", right
            right = next(after, None)
        elif left is not None and right is not None:
            yield "unchanged" if left == right else "changed", right
            left, right = next(before, None), next(after, None)
        else:
            return


def removed(record: Record, names: tuple[str, ...], key: tuple[str, ...]) -> Record:
    """A row that is gone as a delta tells it: its key, and nothing else of it."""
    return tuple(value if name in key else None for name, value in zip(names, record, strict=True))


def _in_order(records: Iterable[Record], key: Callable[[Record], Record]) -> Iterator[Record]:
    last: Record | None = None
    for record in records:
        here = key(record)
        if last is not None and here <= last:
            raise ValueError(f"rows are not in the order of their keys: {here} after {last}")
        last = here
        yield record
