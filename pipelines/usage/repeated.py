"""Which devices are listed more than once on a day: numbers only, one sort per day (domain.md §3.2)."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def repeated(keys: "NDArray[np.int64]") -> "NDArray[np.int64]":
    """The keys that occur at least twice, each once, ascending."""
    import numpy as np

    ordered = np.sort(keys)
    return np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
