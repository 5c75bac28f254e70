"""Python's cyclic garbage collector, paused where a pass makes millions of objects that form no cycles."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused() -> Iterator[None]:
    """No search for cycles inside the block; nested and repeated use is fine. Memory is freed by reference counts as ever."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
