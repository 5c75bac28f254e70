"""Tables at a terminal: long texts give way to its width, figures never."""

from hypothesis import given
from hypothesis import strategies as st

from pipelines.cli.output import widths_within

COLUMNS = ("kind", "days", "detail")


def test_the_longest_text_is_cut_and_figures_stay():
    assert widths_within(116, [20, 6, 200], COLUMNS, [False, True, False]) == [20, 6, 90]
    assert widths_within(56, [40, 6, 50], COLUMNS, [False, True, False]) == [25, 6, 25]
    assert widths_within(116, [20, 6, 90], COLUMNS, [False, True, False]) == [20, 6, 90]


def test_what_can_never_fit_is_left_whole():
    assert widths_within(60, [20, 60, 200], COLUMNS, [False, True, False]) == [20, 60, 200]
    # at least 16 + 6 + 180 ÷ 3 = 82
    assert widths_within(82, [20, 6, 180], COLUMNS, [False, True, False]) == [16, 6, 60]
    assert widths_within(81, [20, 6, 180], COLUMNS, [False, True, False]) == [20, 6, 180]


@given(st.integers(20, 200), st.lists(st.tuples(st.integers(1, 150), st.booleans()), min_size=1, max_size=6))
def test_a_fitted_table_fits_and_keeps_every_figure(room, wide):
    widths, numeric = [width for width, _ in wide], [is_number for _, is_number in wide]
    fitted = widths_within(room, widths, ["heading"] * len(wide), numeric)
    if fitted != widths:
        assert sum(fitted) == room
        assert all(new == old if right else 0 < new <= old for new, old, right in zip(fitted, widths, numeric, strict=True))
