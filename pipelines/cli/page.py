"""A page of Markdown as text on a terminal: headings, paragraphs, lists, and tables that fit the width. Pure."""

import re
from collections.abc import Iterator
from itertools import groupby

from pipelines.cli.table import HEADING, Listing, Paint, folded, plain
from pipelines.cli.table import lines as table_lines

_CELLS = re.compile(r"(?<!\\)\|")
_SIGNS = re.compile(r"\\([\\`*_{}\[\]<>|#~])")
_MARKS = re.compile(r"(?<!\\)(\*\*|`)")
_BULLET = "- "


def page_lines(markdown: str, width: int, paint: Paint = plain) -> Iterator[str]:
    """The page as lines of ``width`` cells at most; in what our own templates write: no nesting, no links; empty lines together are one."""
    for is_table, group in groupby(markdown.splitlines(), lambda line: line.startswith("|")):
        if is_table:
            yield from table_lines(_listing(list(group)), width, paint)
            continue
        for is_blank, texts in groupby(group, lambda line: not line.strip()):
            if is_blank:
                yield ""
                continue
            for line in texts:
                yield from _text(line, width, paint)


def _text(line: str, width: int, paint: Paint) -> Iterator[str]:
    if line.startswith("#"):
        for part in folded(_bare(line.lstrip("#").strip()), width):
            yield paint(HEADING, part, part)
        return
    if line.startswith(_BULLET):
        first, *others = folded(_bare(line.removeprefix(_BULLET)), width - len(_BULLET))
        yield _BULLET + first
        yield from (" " * len(_BULLET) + part for part in others)
        return
    yield from folded(_bare(line), width)


def _listing(table: list[str]) -> Listing:
    headings, alignments, *rows = [_cells(line) for line in table]
    is_figure = [alignment.endswith(":") and not alignment.startswith(":") for alignment in alignments]
    return Listing([heading or " " for heading in headings], rows, [], is_figure)


def _cells(line: str) -> list[str]:
    return [_bare(cell.strip()) for cell in _CELLS.split(line)[1:-1]]


def _bare(text: str) -> str:
    """Without the marks of Markdown; signs that were kept from acting as marks stand for themselves."""
    return _SIGNS.sub(r"\1", _MARKS.sub("", text))
