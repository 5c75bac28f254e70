"""Elements of a message from 1C as their local names and texts."""

import re
from functools import lru_cache
from typing import Any
from uuid import UUID

_USUAL_REFERENCE = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


class UnreadableObject(ValueError):  # noqa: N818 - an object that cannot be told from another, or lacks what it needs
    """Why an object of a message is not imported."""


def children(element: Any) -> dict[str, Any]:
    """Local name → child; of several the first; nothing for no element."""
    if element is None:
        return {}
    return {_without_namespace(child.tag): child for child in element.iterchildren(reversed=True)}  # the first one stays


def local_name(element: Any) -> str:
    """The name without its namespace."""
    return _without_namespace(element.tag)


@lru_cache(maxsize=4096)
def _without_namespace(tag: str) -> str:
    """A message names some hundred tags millions of times."""
    return str(tag).rpartition("}")[2]


def text(element: Any) -> str:
    """The text without spaces around it; empty where there is no element."""
    return "" if element is None or not element.text else element.text.strip()


def reference_of(written: str) -> str:
    """A reference (UUID) in its usual form; UnreadableObject where it is none."""
    if _USUAL_REFERENCE.fullmatch(written):
        return written
    try:
        return str(UUID(written.strip()))
    except ValueError:
        raise UnreadableObject(f"{written!r} is no reference to an object") from None
