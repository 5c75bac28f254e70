"""The signs that forms may hold (`form_texts.SIGNS`): their numbers and widths in the fonts that every form has.

Widths are whole units of the font, 2048 to the em, so that what is computed from them is what Typst computes.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from pipelines.documents import typeset_pdf
from pipelines.documents.form_texts import OF_ONE_GLYPH, SIGNS
from pipelines.documents.typeset_pdf import Run, UnreadPdf
from pipelines.documents.typesetting import typeset

EM = 2048
_SOME_DAY = date(2000, 1, 1)
_OUTSIDE = -1000
_WIDTHS = re.compile(rb"/W\[([^\]]*)\]")


@dataclass(frozen=True, slots=True)
class Font:
    """One of the weights: the number of each sign, as a page shows it, and the width of each number in units."""

    numbers: dict[str, bytes]
    widths: dict[bytes, int]

    def shown(self, text: str) -> tuple[bytes, ...]:
        """A text of signs that kerning does not move, as figures are."""
        return tuple(self.numbers[sign] for sign in text)

    def width(self, shown: Sequence[bytes]) -> int:
        """Of what is shown, kerning included, in units."""
        moves = (float(each) for each in shown if each.startswith(b" ") and not each[-1:].isalpha())
        return sum(self.widths.get(each, 0) for each in shown) - sum(round(move * EM / 1000) for move in moves)


@cache
def fonts() -> tuple[Font, ...]:
    """Regular, medium and bold."""
    made = _signs_alone()
    outside = [run for run in typeset_pdf.runs(made.page(0)) if isinstance(run, Run) and is_outside(run)]
    widths = [_widths(content) for content in made.objects.values() if b"/CIDFontType2" in content]
    made_of: list[Font] = []
    for place, of_font in enumerate(widths):
        shown = [each for run in outside if run.font == place for each in run.shown if not each.startswith(b" ")]
        made_of.append(Font(dict(zip(OF_ONE_GLYPH, shown, strict=False)), of_font))
    return tuple(made_of)


@cache
def fonts_of_forms() -> str:
    """Digest of the fonts with the signs of forms and no others."""
    return _signs_alone().fonts


@cache
def digits() -> tuple[dict[str, bytes], ...]:
    """By font: the number of each digit."""
    return tuple({sign: font.numbers[sign] for sign in "0123456789"} for font in fonts())


def is_outside(run: Run) -> bool:
    """Whether it is of the signs beside the page."""
    return float(run.x) < _OUTSIDE


def coordinate(points: float) -> bytes:
    """A number as files say it: the shortest that means the same in 32 bits."""
    import numpy as np

    return np.format_float_positional(np.float32(points), unique=True, trim="-").encode()


def _widths(font: bytes) -> dict[bytes, int]:
    """Numbers of a font with their widths, of ``first last width …`` in thousandths of an em."""
    written = _WIDTHS.search(font)
    if written is None:
        raise UnreadPdf("a font without widths")
    numbers = written[1].split()
    triples = zip(numbers[::3], numbers[1::3], numbers[2::3], strict=True)
    return {
        b"%04X" % number: round(float(width) * EM / 1000) for first, last, width in triples for number in range(int(first), int(last) + 1)
    }


@cache
def _signs_alone() -> typeset_pdf.TypesetPdf:
    return typeset_pdf.read(typeset("lines", {"signs": SIGNS, "papers": [], "texts": []}, _SOME_DAY, tagged=False))
