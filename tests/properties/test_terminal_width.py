"""Listings on terminals of any width: no line is wider, every figure is whole."""

from hypothesis import given, settings
from hypothesis import strategies as st
from wcwidth import width as cells_of

from pipelines.cli.table import clean, lines
from tests.campaigns import examples
from tests.unit.cli.test_tables import listing

words = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Cn", "Co")), max_size=30).map(clean)
amounts = st.decimals(-(10**9), 10**9, places=2).map(str)


@settings(max_examples=examples(40, 500))
@given(st.integers(40, 160), st.lists(st.tuples(words, amounts, words, amounts), min_size=1, max_size=5))
def test_no_line_is_wider_than_the_terminal_and_every_figure_is_whole(width, rows):
    shown = list(lines(listing(("contract_no", "net", "detail", "total"), *rows, figures=("net", "total")), width))
    assert max(map(cells_of, shown)) <= width
    text = " ".join(shown)
    for row in rows:
        assert row[1] in text
        assert row[3] in text
