"""Rows of a snapshot are ordered by the bytes of their ids, whichever engine sorts them."""

import subprocess
import sys

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.evidence import canonical
from tests.campaigns import examples

IDS = st.lists(st.one_of(st.none(), st.text("aAя\uffff\U00010000 0-", max_size=4)), max_size=30)


@settings(max_examples=examples(40, 1000))
@given(IDS)
def test_both_engines_order_alike(ids):
    texts = pa.array(ids, pa.string())
    filled = sorted((position for position, each in enumerate(ids) if each is not None), key=lambda position: ids[position].encode())
    empty = [position for position, each in enumerate(ids) if each is None]
    assert canonical._sorted(texts).to_pylist() == canonical._sorted_by_duckdb(texts).to_pylist() == filled + empty


def test_arrow_finds_no_pandas_and_makes_frames_all_the_same():
    code = (
        "import sys, pyarrow as pa; from pipelines.arrow_values import keep_pandas_away; keep_pandas_away();"
        "values = pa.array(['a', None]); assert pa.scalar(1).as_py() == 1; assert 'pandas' not in sys.modules;"
        "assert values.to_pandas().isna().tolist() == [False, True]; "
        "assert pa.array(values.to_pandas()).to_pylist() == ['a', None]; keep_pandas_away()"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
