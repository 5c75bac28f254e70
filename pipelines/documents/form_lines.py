"""What papers say in lines of their own length (who buys, the sum in words, the place in the chain), set by Typst for many papers at once.

A form holds everything else. The lines come as runs of signs, at the places where the papers themselves have them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import groupby
from typing import Any

from pipelines.documents import typeset_pdf
from pipelines.documents.parts import View
from pipelines.documents.typeset_pdf import Run
from pipelines.documents.typesetting import typeset
from pipelines.errors import Refused

# every sign that a form may hold, ligatures too: a paper with another one is typeset whole
SIGNS = (
    "0123456789абвгдеёжзийклмнопрстуфхцчшщъыьэюяАБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ"
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.,:;!?-–—«»„“”\"'()[]<>№%₽§+×÷=≤≥·…/\\@&#_*|~°²³{}$€^`−‑"
    " \N{NARROW NO-BREAK SPACE}\N{NO-BREAK SPACE}\N{THIN SPACE}\N{ZERO WIDTH SPACE} fi fl ff ffi ffl"
)
DIGITS = "0123456789"
_PIECES = 4
_SOME_DAY = date(2000, 1, 1)
_MARK = b" 2"
_OUTSIDE = -1000


class OtherSigns(Refused):
    """A paper has signs that no form holds."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Of one paper: buyer and basis; the sum in words; the side of an act; the place in the chain. A piece without text has no runs."""

    pieces: tuple[tuple[Run, ...], ...]

    @property
    def shape(self) -> tuple[Any, ...]:
        """What makes two papers alike: the styles of the runs, and which of them stand on one line."""
        return tuple(tuple((line, run.style) for line, run in zip(line_numbers(piece), piece, strict=True)) for piece in self.pieces)


def line_numbers(runs: Sequence[Run]) -> list[int]:
    """For each run, which line of the piece it stands on."""
    return [number for number, (_, line) in enumerate(groupby(runs, key=lambda run: run.y)) for _ in line]


def set_lines(views: Sequence[View]) -> list[Lines]:
    """The lines of each paper, or OtherSigns where one of them has some."""
    papers = [{name: view[name] for name in ("buyer", "basis", "words_lead", "words", "sides", "link") if name in view} for view in views]
    pdf = typeset_pdf.read(typeset("lines", {"signs": SIGNS, "papers": papers}, _SOME_DAY, tagged=False))
    if pdf.fonts != fonts_of_forms():
        raise OtherSigns
    pieces: list[tuple[Run, ...]] = []
    piece: list[Run] = []
    for run in typeset_pdf.runs(pdf.page(0)):
        if isinstance(run, bytes) or is_outside(run):
            continue
        if run.style.endswith(_MARK):
            pieces.append(tuple(piece))
            piece = []
        else:
            piece.append(run)
    return [Lines(tuple(pieces[at : at + _PIECES])) for at in range(0, len(pieces), _PIECES)]


@cache
def fonts_of_forms() -> str:
    """Digest of the fonts with the signs of forms and no others."""
    return _signs_alone().fonts


@cache
def digits() -> tuple[dict[str, bytes], ...]:
    """By font: the glyph of each digit."""
    outside = [run for run in typeset_pdf.runs(_signs_alone().page(0)) if isinstance(run, Run) and is_outside(run)]
    first_lines = {run.font: run for run in reversed(outside)}
    return tuple(dict(zip(DIGITS, first_lines[font].shown[1:], strict=False)) for font in sorted(first_lines))


def is_outside(run: Run) -> bool:
    """Whether it is of the signs beside the page."""
    return float(run.x) < _OUTSIDE


def _signs_alone() -> typeset_pdf.TypesetPdf:
    return typeset_pdf.read(typeset("lines", {"signs": SIGNS, "papers": []}, _SOME_DAY, tagged=False))
