"""Accounts under accounts, as a platform's tree has them. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TypeVar

Key = TypeVar("Key", int, str)


def under(parents: Mapping[Key, Key | None], top: Key) -> list[tuple[Key, Key]]:
    """(account, the one directly above it) of everything under an account, nearest first; a circle ends where it began."""
    children: dict[Key, list[Key]] = defaultdict(list)
    for child, parent in sorted(parents.items()):
        if parent is not None:
            children[parent].append(child)
    below: list[tuple[Key, Key]] = []
    seen, level = {top}, [top]
    while level:
        nearest = [(child, parent) for parent in level for child in children[parent] if child not in seen]
        level = list(dict.fromkeys(child for child, _ in nearest))
        seen.update(level)
        below.extend(_first_of_each(nearest))
    return below


def _first_of_each(pairs: Iterable[tuple[Key, Key]]) -> list[tuple[Key, Key]]:
    kept: dict[Key, Key] = {}
    for child, parent in pairs:
        kept.setdefault(child, parent)
    return list(kept.items())
