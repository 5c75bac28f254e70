"""Rows as text for a person: a table that fits the width of the terminal, or a block per row where that is shorter. Pure."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from math import inf
from typing import Any
from unicodedata import category

Paint = Callable[[str, str, str], str]  # (what it is: heading, total, or the column's name; the bare text; the padded text) → with colour

HEADING, TOTAL = "a heading", "a sum"  # no column is called so
_GAPS = (2, 1)
_FEW_LINES = 3  # of a row, on average
_FEWEST = 2  # rows that can have something in common
_LONGEST_WORD = 64  # cells, such as a digest; a longer word may be broken when its column is narrow, a figure never
_FIGURE = re.compile("[-−+]?\\d[\\d.,:%\u00a0\u202f-]*")
_NARROW = re.compile("[ -~\u00a0-\u02ff\u0400-\u0482\u048a-\u052f\u2010-\u2027\u202f-\u205e\u2190-\u21ff\u2200-\u22ff]*")  # a cell each


@dataclass(frozen=True, slots=True)
class Listing:
    """What is shown: headings, rows of texts, sums below them ("": a column without one; empty: no sums), which columns are figures."""

    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    sums: Sequence[str]
    is_figure: Sequence[bool]
    total: str = "total"

    @property
    def totals(self) -> list[str]:
        """The sums as a row, named in its first free column."""
        free = next((index for index, text in enumerate(self.sums) if not text), None)
        return [self.total if index == free else text for index, text in enumerate(self.sums)]

    @property
    def all_rows(self) -> list[Sequence[str]]:
        """The rows and, where there is one, the row of totals."""
        return [*self.rows, self.totals] if self.totals else [*self.rows]


def plain(_what: str, _text: str, padded: str) -> str:
    """Paint without colour."""
    return padded


def clean(text: str) -> str:
    """A text from outside on one line: what a terminal would take for a command is shown as a sign."""
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() or category(char) == "Zs" else " " if char.isspace() else "\ufffd" for char in text
    )  # no-break spaces are no printable characters


def cells(text: str) -> int:
    """How many cells of a terminal a text takes."""
    if _NARROW.fullmatch(text):
        return len(text)
    from wcwidth import width

    return max(width(text), 0)


def folded(text: str, width: int) -> list[str]:
    """A text on lines of ``width`` cells at most, broken between words; no-break spaces and hyphens do not break."""
    if cells(text) <= width:
        return [text]
    from wcwidth import wrap

    return wrap(text, width, break_on_hyphens=False) or [""]


def lines(listing: Listing, width: int | None, paint: Paint = plain) -> Iterator[str]:
    """The listing as lines. ``width`` None: a table as wide as it is, every row one line.

    With a width that is too narrow for that: what all rows have in common is said once above them, texts are folded between
    words, and figures stay whole; where columns cannot be that narrow, or where it takes fewer lines, every row is a block of
    `name  value` lines.
    """
    natural = _natural(listing)
    if width is None or sum(natural) + _GAPS[0] * (len(natural) - 1) <= width:
        yield from _table(listing, natural, _GAPS[0], paint)
        return
    same, listing = _without_the_same(listing)
    label_width = max((cells(heading) for heading, _ in same), default=0)
    for heading, text in same:
        yield from _labelled(heading, text, label_width, width, paint)
    if same:
        yield ""
    yield from _narrow(listing, width, paint)


def most_readable(listing: Listing, narrower: Listing, width: int | None) -> Listing:
    """Which of two listings of the same rows to show in that width: a table of few lines a row before one of many, and the wider
    listing before the narrower one, also where neither fits as a table."""
    if width is None or not listing.rows:
        return listing
    wide, narrow = _lines_a_row(listing, width), _lines_a_row(narrower, width)
    is_better = wide > _FEW_LINES >= narrow or wide == inf > narrow
    return narrower if is_better else listing


def _lines_a_row(listing: Listing, width: int) -> float:
    """Of the table that it would be; infinite where it would be blocks."""
    shown = _without_the_same(listing)[1]
    fitted = _fitted(shown, width)
    return inf if fitted is None else _height(shown, fitted[0]) / len(shown.all_rows)


def _narrow(listing: Listing, width: int, paint: Paint) -> Iterator[str]:
    fitted = _fitted(listing, width)
    return blocks(listing, width, paint) if fitted is None else _table(listing, *fitted, paint)


def _fitted(listing: Listing, width: int) -> tuple[list[int], int] | None:
    """Column widths and the gap between them; None where a block per row is better."""
    natural = _natural(listing)
    for gap in _GAPS:
        widths = _within(width - gap * (len(natural) - 1), natural, _least(listing))
        if widths is not None and (not listing.rows or _height(listing, widths) <= _height_of_blocks(listing, width)):
            return widths, gap
    return None


def _without_the_same(listing: Listing) -> tuple[list[tuple[str, str]], Listing]:
    """Columns that say the same in every row, the empty ones left out, and the listing of the others."""
    columns = list(zip(*listing.rows, strict=True))
    sums = listing.sums or [""] * len(columns)
    kept = [index for index, column in enumerate(columns) if len(set(column)) > 1 or sums[index]]
    if len(listing.rows) < _FEWEST or not kept:
        return [], listing
    same = [(listing.headings[index], column[0]) for index, column in enumerate(columns) if index not in kept and column[0]]

    def chosen(values: Sequence[Any]) -> list[Any]:
        return [values[index] for index in kept] if values else []

    return same, Listing(
        chosen(listing.headings), [chosen(row) for row in listing.rows], chosen(listing.sums), chosen(listing.is_figure), listing.total
    )


def _natural(listing: Listing) -> list[int]:
    return [max(map(cells, column)) for column in zip(listing.headings, *listing.all_rows, strict=True)]


def _least(listing: Listing) -> list[int]:
    """How narrow each column may become: figures and words of usual length stay whole."""
    return [
        max(_widest_part(heading), *(cells(text) if is_figure else _widest_word(text) for text in column), 1)
        for is_figure, heading, *column in zip(listing.is_figure, listing.headings, *listing.all_rows, strict=True)
    ]


def _within(room: int, natural: list[int], least: list[int]) -> list[int] | None:
    """Widths of ``room`` cells together at most: the widest columns give way; None where even the least are too many."""
    if sum(least) > room:
        return None
    limit = room
    while sum(max(low, min(high, limit)) for low, high in zip(least, natural, strict=True)) > room:
        limit -= 1
    return [max(low, min(high, limit)) for low, high in zip(least, natural, strict=True)]


def _widest_word(text: str) -> int:
    return max((cells(word) if _FIGURE.fullmatch(word) else min(cells(word), _LONGEST_WORD) for word in text.split(" ")), default=0)


def _widest_part(heading: str) -> int:
    return max(map(cells, _parts(heading)))


def _parts(heading: str) -> list[str]:
    """A column's name in the parts that it may be folded into: ``client_``, ``code``."""
    return re.findall(r"[^_ ]+[_ ]?", heading) or [heading]


def _folded_heading(heading: str, width: int) -> list[str]:
    folded_lines = [""]
    for part in _parts(heading):
        if cells(folded_lines[-1] + part.rstrip()) > width:
            folded_lines.append("")
        folded_lines[-1] += part
    return [line.rstrip() for line in folded_lines if line]


def _height(listing: Listing, widths: list[int]) -> int:
    return sum(max(len(folded(text, width)) for text, width in zip(row, widths, strict=True)) for row in listing.all_rows)


def _height_of_blocks(listing: Listing, width: int) -> int:
    value_width = width - _label_width(listing) - _GAPS[0]
    return sum(1 + sum(len(folded(text, value_width)) for text in row if text) for row in listing.all_rows)


def _table(listing: Listing, widths: list[int], gap: int, paint: Paint) -> Iterator[str]:
    headings = [_folded_heading(heading, width) for heading, width in zip(listing.headings, widths, strict=True)]
    tallest = max(map(len, headings))
    headings = [[*[""] * (tallest - len(heading)), *heading] for heading in headings]
    yield from _row(headings, widths, listing.is_figure, gap, lambda _, padded: paint(HEADING, padded, padded))
    for row in listing.rows:
        yield from _row(
            [folded(text, width) for text, width in zip(row, widths, strict=True)],
            widths,
            listing.is_figure,
            gap,
            _painting(listing, row, paint),
        )
    if listing.totals:
        totals = [folded(text, width) for text, width in zip(listing.totals, widths, strict=True)]
        yield from _row(totals, widths, listing.is_figure, gap, lambda _, padded: paint(TOTAL, padded, padded))


def _painting(listing: Listing, row: Sequence[str], paint: Paint) -> Callable[[int, str], str]:
    """How the cells of one row are painted: by heading and bare text."""
    return lambda index, padded: paint(listing.headings[index], row[index], padded)


def _row(
    columns: list[list[str]], widths: list[int], is_figure: Sequence[bool], gap: int, paint: Callable[[int, str], str]
) -> Iterator[str]:
    for line in zip_longest(*columns, fillvalue=""):
        padded = [_padded(text, width, right=right) for text, width, right in zip(line, widths, is_figure, strict=True)]
        last = max((index for index, text in enumerate(line) if text), default=0)  # no blanks at the end of a line
        padded[last] = padded[last].rstrip(" ")
        yield (" " * gap).join(paint(index, text) for index, text in enumerate(padded[: last + 1]))


def blocks(listing: Listing, width: int, paint: Paint = plain) -> Iterator[str]:
    """Every row as `name  value` lines, without what is empty; a blank line between rows."""
    label_width = _label_width(listing)
    for number, row in enumerate(listing.all_rows):
        if number:
            yield ""
        is_total = bool(listing.totals) and number == len(listing.rows)
        for heading, text in zip(listing.headings, row, strict=True):
            if not text:
                continue
            yield from _labelled(heading, text, label_width, width, paint, is_total=is_total)


def _labelled(heading: str, text: str, label_width: int, width: int, paint: Paint, *, is_total: bool = False) -> Iterator[str]:
    """``name  value``, the value folded beside its name."""
    for index, line in enumerate(folded(text, max(width - label_width - _GAPS[0], 1))):
        label = paint(HEADING, heading, heading + " " * (label_width - cells(heading))) if index == 0 else " " * label_width
        yield f"{label}{' ' * _GAPS[0]}{paint(TOTAL if is_total else heading, text, line)}"


def _label_width(listing: Listing) -> int:
    return max(map(cells, listing.headings))


def _padded(text: str, width: int, *, right: bool) -> str:
    blanks = " " * (width - cells(text))
    return blanks + text if right else text + blanks
