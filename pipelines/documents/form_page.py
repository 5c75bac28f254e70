"""A page of a form: what stays, and the places of figures, of lines and of the code, which each paper fills."""

import re
from collections.abc import Mapping, Sequence

from pipelines.documents import typeset_pdf
from pipelines.documents.form_cells import FigureCell
from pipelines.documents.form_lines import Lines, line_numbers
from pipelines.documents.form_signs import digits, is_outside
from pipelines.documents.form_texts import Figures
from pipelines.documents.typeset_pdf import Run
from pipelines.errors import Refused

SQUARE = b"0 0 m 1 0 l 1 1 l 0 1 l\nh\nf\n"
_BACKGROUND = re.compile(rb"/Artifact<<[^\n]*/Type/Background>>BDC\n\Z")


class NoForm(Refused):
    """The paper is not one that a form can stand for."""


class FormPage:
    """What is drawn on a page, with the places that are filled."""

    def __init__(self, times: list[list[bytes | Run]], leaves: Mapping[str, int], texts: Figures, cells: Sequence[FigureCell]) -> None:
        self._parts, self._leaves = without_signs(times), leaves
        self._texts, self._cells = texts, cells
        self._joined: dict[int, tuple[int, int]] = {}
        self._pieces: list[bytes] = []
        self._digits: list[tuple[int, int, int, dict[str, bytes]]] = []
        self._figures: list[tuple[int, int]] = []
        self._lines: list[tuple[int, int, int]] = []
        self._squares: list[int] = []

    @property
    def squares(self) -> int:
        """How many QR codes the page has."""
        return sum(part[0].count(SQUARE) for part in self._parts if isinstance(part[0], bytes))

    def join(self, number: int, piece: Sequence[Run], start: int) -> int | None:
        """Take the first such piece from a part of the page on for one that is filled; the part after it."""
        places = [place for place, part in enumerate(self._parts) if place >= start and isinstance(part[0], Run)]
        for at in range(len(places) - len(piece) + 1):
            there = places[at : at + len(piece)]
            if _is_piece([self._parts[place][0] for place in there], piece):
                self._joined.update({place: (number, run) for run, place in enumerate(there)})
                return there[-1] + 1
        return None

    def close(self, counts: dict[int, int]) -> None:
        """Write down everything that stays. ``counts``: digits of each text, and cells, on the pages before."""
        for place, part in enumerate(self._parts):
            match part[0]:
                case bytes() as drawn:
                    self._draw(drawn)
                case Run() as run if place in self._joined:
                    self._line(run, *self._joined[place])
                case Run():
                    self._run([each for each in part if isinstance(each, Run)], counts)
        self._parts = []

    def filled(self, figures_of: Sequence[str], lines: Lines, cells: Sequence[FigureCell], code: bytes) -> bytes:
        """The page of a paper."""
        pieces = self._pieces.copy()
        for at, leaf, place, signs in self._digits:
            pieces[at] = signs[figures_of[leaf][place]]
        for at, number in self._figures:
            cell = cells[number]
            pieces[at], pieces[at + 2] = cell.x, b"".join(cell.shown)
        for at, piece, number in self._lines:
            run = lines.pieces[piece][number]
            pieces[at], pieces[at + 2] = run.x, typeset_pdf.shown(run.shown)
        for at in self._squares:
            pieces[at] = code
        return b"".join(pieces)

    def _draw(self, drawn: bytes) -> None:
        before, square, after = drawn.partition(SQUARE)
        self._stay(before)
        if square:
            self._squares.append(len(self._pieces))
            self._pieces += [b"", after]

    def _line(self, run: Run, piece: int, number: int) -> None:
        self._stay(b"q 1 0 0 -1 ")
        self._lines.append((len(self._pieces), piece, number))
        self._pieces += [b"", b" %b cm%b\nBT" % (run.y, run.colour), b"", b"\nET\nQ\n"]

    def _run(self, times: list[Run], counts: dict[int, int]) -> None:
        first = times[0]
        if any(
            (run.x, run.y, run.style, run.shown[0], len(run.shown)) != (first.x, first.y, first.style, first.shown[0], len(first.shown))
            for run in times
        ):
            raise NoForm("a figure moves its neighbours")
        signs = digits()[first.font]
        names = {sign: digit for digit, sign in signs.items()}
        leaves = [self._leaf(each, names) for each in zip(*(run.shown[1:] for run in times), strict=True)]
        cell = next((leaf - len(self._texts.digits) for leaf in leaves if leaf is not None and leaf >= len(self._texts.digits)), None)
        if cell is not None:
            self._figure(times, cell, counts)
            return
        self._stay(b"q 1 0 0 -1 %b %b cm%b\nBT%b[<" % (first.x, first.y, first.colour, first.shown[0][1:]))
        for sign, leaf in zip(first.shown[1:], leaves, strict=True):
            if leaf is None:
                self._stay(typeset_pdf.as_shown(sign))
                continue
            self._digits.append((len(self._pieces), leaf, counts.get(leaf, 0) % len(self._texts.digits[leaf]), signs))
            self._pieces += [b"", b""]
            counts[leaf] = counts.get(leaf, 0) + 1
        self._stay(b">]TJ\nET\nQ\n")

    def _leaf(self, signs: tuple[bytes, ...], names: Mapping[bytes, str]) -> int | None:
        """The text that a sign comes from; None for one that stays."""
        if len(set(signs)) == 1:
            return None
        leaf = self._leaves.get("".join(names.get(sign, "-") for sign in signs))
        if leaf is None:
            raise NoForm("what differs is no figure")
        return leaf

    def _figure(self, times: list[Run], number: int, counts: dict[int, int]) -> None:
        first, cell, leaf = times[0], self._cells[number], len(self._texts.digits) + number
        codes = next(code for code, other in self._leaves.items() if other == leaf)
        signs, own = digits()[cell.font], set(digits()[cell.font].values())
        coded = [(first.shown[0], *(signs[code] if sign in own else sign for sign in cell.shown)) for code in codes]
        if first.font != cell.font or first.x != cell.x or [run.shown for run in times] != coded:
            raise NoForm("a figure stands elsewhere")
        self._stay(b"q 1 0 0 -1 ")
        self._figures.append((len(self._pieces), number))
        self._pieces += [b"", b" %b cm%b\nBT%b[<" % (first.y, first.colour, first.shown[0][1:]), b"", b">]TJ\nET\nQ\n"]
        counts[leaf] = counts.get(leaf, 0) + 1

    def _stay(self, drawn: bytes) -> None:
        """Drawn as it is, joined to what stays before it."""
        if not self._pieces:
            self._pieces.append(b"")
        self._pieces[-1] += drawn


def without_signs(times: list[list[bytes | Run]]) -> list[tuple[bytes | Run, ...]]:
    """What is drawn, each part as it is at each time; the signs outside the page are taken away."""
    if len({len(each) for each in times}) > 1:
        raise NoForm("figures break lines")
    parts: list[tuple[bytes | Run, ...]] = []
    is_after = False
    for part in zip(*times, strict=True):
        first = part[0]
        if isinstance(first, Run) and is_outside(first):
            is_after = True
        elif isinstance(first, bytes):
            if any(each != first for each in part):
                raise NoForm("a drawing changes with figures")
            drawn = first.removeprefix(b"EMC") if is_after and first else first
            is_after = is_after and not first
            parts.append((_BACKGROUND.sub(b"", drawn),))
        else:
            parts.append(part)
    return parts


def _is_piece(there: Sequence[bytes | Run], piece: Sequence[Run]) -> bool:
    runs = [run for run in there if isinstance(run, Run)]
    return line_numbers(runs) == line_numbers(piece) and all(
        (run.x, run.style, run.shown) == (own.x, own.style, own.shown) for run, own in zip(runs, piece, strict=True)
    )
