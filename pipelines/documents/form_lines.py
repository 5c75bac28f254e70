"""What papers say in lines of their own length, set by Typst for many papers at once; a form holds everything else.

Who buys, the sum in words and the place in the chain are every paper's own. What stands below the name of a row, and other texts with
figures, many papers say alike but for digits: such a text is set once, and its digits are filled in. All come as runs of signs, at the
places where the papers themselves have them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

from pipelines.documents import typeset_pdf
from pipelines.documents.form_signs import EM, digits, fonts, fonts_of_forms, is_outside
from pipelines.documents.form_texts import DIGIT, SIGNS
from pipelines.documents.parts import View
from pipelines.documents.typeset_pdf import Run
from pipelines.documents.typesetting import typeset
from pipelines.errors import Refused

_OWN = 4  # pieces of each paper: buyer and basis; the sum in words; the side of an act; the place in the chain
_FAR = 5000.0  # points: no line breaks
_SOME_DAY = date(2000, 1, 1)
_MARK = b" 2"
_KEPT = 8192

Piece = tuple[Run, ...]


class OtherSigns(Refused):
    """A paper has signs that no form holds."""


class Wanted(NamedTuple):
    """A text with zeros for its digits; where it stands on a page: a row, the head of a column, or a size; the room it has, in points."""

    place: str
    text: str
    width: float = _FAR


@dataclass(frozen=True, slots=True)
class Lines:
    """Of one paper, in the order in which they are drawn, the place in the chain last. A piece without text has no runs."""

    pieces: tuple[Piece, ...]

    @property
    def shape(self) -> tuple[Any, ...]:
        """What makes two papers alike: the styles of the runs, and which of them stand on one line."""
        return tuple(tuple((line, run.style) for line, run in zip(line_numbers(piece), piece, strict=True)) for piece in self.pieces)


_TEXTS: dict[Wanted, Piece] = {}


def forget_many() -> None:
    """Forget the texts that were set, when they are many."""
    if len(_TEXTS) > _KEPT:
        _TEXTS.clear()


def line_numbers(runs: Sequence[Run]) -> list[int]:
    """For each run, which line of the piece it stands on."""
    return [number for number, (_, line) in enumerate(groupby(runs, key=lambda run: run.y)) for _ in line]


def set_texts(texts: Iterable[Wanted]) -> None:
    """Set those that were not set before; OtherSigns where one of them has some."""
    lacking = [each for each in dict.fromkeys(texts) if each not in _TEXTS]
    if lacking:
        set_now = [{"place": each.place, "text": each.text, "width": str(each.width)} for each in lacking]
        _TEXTS.update(zip(lacking, _pieces({"papers": [], "texts": set_now}), strict=True))


def natural(text: Wanted) -> float:
    """How wide a text is that was set on one line, in points."""
    return sum(fonts()[run.font].width(run.shown) * float(run.style.rsplit(b" ", 1)[1]) / EM for run in _TEXTS[text])


def filled(text: Wanted, written: str) -> Piece:
    """The runs of a text that was set, with its own digits; OtherSigns where a digit is no figure."""
    own = DIGIT.findall(written)
    piece = _TEXTS[text]
    if sum(run.shown.count(digits()[run.font]["0"]) for run in piece) != len(own):
        raise OtherSigns
    left = iter(own)
    runs = []
    for run in piece:
        signs = digits()[run.font]
        zero = signs["0"]
        runs.append(replace(run, shown=tuple(signs[next(left)] if sign == zero else sign for sign in run.shown)))
    return tuple(runs)


def set_lines(views: Sequence[View]) -> list[tuple[Piece, ...]]:
    """The pieces that are each paper's own, or OtherSigns where one of them has some."""
    papers = [{name: view[name] for name in ("buyer", "basis", "words_lead", "words", "sides", "link") if name in view} for view in views]
    pieces = _pieces({"papers": papers, "texts": []})
    return [tuple(pieces[at : at + _OWN]) for at in range(0, len(pieces), _OWN)]


def _pieces(asked: View) -> list[Piece]:
    pdf = typeset_pdf.read(typeset("lines", {"signs": SIGNS, **asked}, _SOME_DAY, tagged=False))
    if pdf.fonts != fonts_of_forms():
        raise OtherSigns
    pieces: list[Piece] = []
    piece: list[Run] = []
    for run in typeset_pdf.runs(pdf.page(0)):
        if isinstance(run, bytes) or is_outside(run):
            continue
        if run.style.endswith(_MARK):
            pieces.append(tuple(piece))
            piece = []
        else:
            piece.append(run)
    return pieces
