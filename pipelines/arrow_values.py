"""Arrow without pandas: the first Python value that becomes an Arrow one makes Arrow import pandas, a third of a landing's CPU."""

import importlib.abc
import sys
from typing import Any

_PANDAS = "pandas"


class _PandasIsAway(importlib.abc.MetaPathFinder):
    """While it stands first among the finders, pandas cannot be imported."""

    def find_spec(self, name: str, path: Any, target: Any = None) -> None:
        """ModuleNotFoundError for pandas; every other module is for the next finder."""
        if name == _PANDAS:
            raise ModuleNotFoundError(name)


def keep_pandas_away() -> None:
    """Let Arrow look for pandas once and not find it; does nothing where pandas is loaded already.

    Arrow loads it later all the same for whoever asks for a frame (`to_pandas`, `from_pandas`). What is lost in this
    process: a lone ``pandas.NaT`` or ``pandas.NA`` among Python values is no longer taken for an empty one.
    """
    if _PANDAS in sys.modules:
        return
    import pyarrow as pa

    finder = _PandasIsAway()
    sys.meta_path.insert(0, finder)
    try:
        pa.array([None])
    finally:
        sys.meta_path.remove(finder)
