"""A form: a paper typeset once, and filled for every paper that differs from it in figures and in lines of the same number alone.

All digits of the font have one width and are moved by no neighbour but «З» (Roboto kerns «З7»), so papers whose texts are the same but for
digits have the same geometry. Which digit of the page comes from which text is not guessed: the form is typeset twice, each text
with the digits of its own number, and whatever else differs between the two makes the paper no form.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from html import escape
from typing import Any

from pipelines.documents import qr, typeset_pdf
from pipelines.documents.form_lines import SIGNS, Lines, digits, fonts_of_forms, is_outside, line_numbers
from pipelines.documents.parts import View
from pipelines.documents.requisites import PICTURES
from pipelines.documents.typeset_pdf import Frame, Run, TypesetPdf, UnreadPdf
from pipelines.documents.typesetting import typeset
from pipelines.errors import Refused

_TEMPLATES = frozenset({"invoice", "act"})
_SIGNS = frozenset(SIGNS)
_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')
_DIGIT = re.compile(r"(?<!З)[0-9]")
_KEPT = ("template", "author", "buyer", "basis", "words", "words_lead", "link", "qr", *PICTURES)
# a number for each text, of two digits that differ: one that is the same both times is the template's own
_CODES = [f"{number:02}" for number in range(100) if number % 11]
_LINK = 3  # the piece that every page repeats
_WHOLE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0h1v1h-1z"/></svg>'
_SQUARE = b"0 0 m 1 0 l 1 1 l 0 1 l\nh\nf\n"
_BACKGROUND = re.compile(rb"/Artifact<<[^\n]*/Type/Background>>BDC\n\Z")
_TITLE = re.compile(rb"/Title<[0-9A-F]*>")
_XMP_TITLE = re.compile(rb'(<rdf:li xml:lang="x-default">)[^<]*(</rdf:li>)')
_XMP_NAME = re.compile(rb"(<xmpMM:(InstanceID|DocumentID)>)[^<]*")
_STREAM = re.compile(rb"<</Length \d+(/Type/Metadata[^\n]*)\nstream\n(.*)\nendstream", re.DOTALL)


class NoForm(Refused):
    """The paper is not one that a form can stand for."""


@dataclass(frozen=True, slots=True)
class Figures:
    """A view as forms see it: ``text`` has zeros for its digits, ``digits`` are those of each text that has some, in order."""

    text: str
    digits: tuple[str, ...]

    def marked(self, marks: Sequence[str]) -> View:
        """The texts, each with one digit for all of its own."""
        left = iter(marks)
        texts = _TEXT.sub(lambda found: _DIGIT.sub(next(left), found[0]) if _DIGIT.search(found[0]) else found[0], self.text)
        made: View = json.loads(texts)
        return made


def figures(view: View) -> Figures | None:
    """The texts of a view that a form may repeat; None for a paper that is always typeset whole."""
    if view["template"] not in _TEMPLATES:
        return None
    shown = {name: value for name, value in view.items() if name not in _KEPT}
    if "sides" in view:
        shown["sides"] = [*view["sides"][:-1], {**view["sides"][-1], "side": ""}]
    text = json.dumps(shown, ensure_ascii=False)
    lines = json.dumps([view["buyer"], view["basis"], view["words"], view.get("sides")], ensure_ascii=False)
    if not _SIGNS.issuperset(text) or not _SIGNS.issuperset(lines):
        return None
    digits_of_texts = tuple("".join(of_text) for each in _TEXT.findall(text) if (of_text := _DIGIT.findall(each)))
    return Figures(_DIGIT.sub("0", text), digits_of_texts) if len(digits_of_texts) <= len(_CODES) else None


def key(view: View, texts: Figures, lines: Lines) -> bytes:
    """The same for papers of one form."""
    rest = [view["template"], view["author"], view["words_lead"], bool(view.get("qr")), *(view.get(name, "") for name in PICTURES)]
    counts = [len(each) for each in texts.digits]
    return sha256(repr((texts.text, counts, rest, lines.shape)).encode()).digest()


class Form:
    """One form, made from the first paper of its kind; which of them it was leaves no trace in it."""

    def __init__(self, view: View, texts: Figures, lines: Lines, dated: date) -> None:
        """NoForm when Typst sets the paper otherwise than forms can be filled."""
        codes = _CODES[: max(len(texts.digits), 1)]
        try:
            made = [typeset_pdf.read(_typeset(view, texts, marks, dated)) for marks in zip(*codes, strict=True)]
        except UnreadPdf as error:
            raise NoForm(str(error)) from error
        first = made[0]
        changing = frozenset((*first.contents, first.info, first.metadata))
        if any(each.fonts != fonts_of_forms() or not _same(first, each, changing) for each in made):
            raise NoForm("more than figures differs")
        leaves = {code: number for number, code in enumerate(codes)}
        self._pages = [_FormPage([typeset_pdf.runs(each.page(place)) for each in made], leaves) for place in range(len(first.contents))]
        for number, piece in enumerate(lines.pieces):
            times = sum(page.join(number, piece) for page in self._pages) if piece else 0
            if piece and times != (len(self._pages) if number == _LINK else 1):
                raise NoForm("a line is elsewhere")
        if sum(page.squares for page in self._pages) != bool(view.get("qr")):
            raise NoForm("the code is elsewhere")
        counts: dict[int, int] = {}
        for page in self._pages:
            page.close(counts, texts.digits)
        self._pdf, self._frame = first, Frame(first, changing)
        self._info, self._metadata = first.objects[first.info], first.objects[first.metadata]

    def filled(self, view: View, texts: Figures, lines: Lines) -> bytes:
        """The file of a paper of this kind."""
        code = qr.drawn(view["qr"]) if view.get("qr") else b""
        drawn = [page.filled(texts.digits, lines, code) for page in self._pages]
        title = f"{view['title']} {view['dated']}"
        identity = typeset_pdf.identity_of(title.encode(), *drawn)
        changing = {number: typeset_pdf.packed(each) for number, each in zip(self._pdf.contents, drawn, strict=True)}
        changing[self._pdf.info] = _TITLE.sub(b"/Title<FEFF%b>" % title.encode("utf-16-be").hex().upper().encode(), self._info)
        changing[self._pdf.metadata] = _described(self._metadata, title, identity)
        return self._frame.file(changing, identity)


class _FormPage:
    """What is drawn on a page, with the places that are filled."""

    def __init__(self, times: list[list[bytes | Run]], leaves: Mapping[str, int]) -> None:
        self._parts, self._leaves = _without_signs(times), leaves
        self._joined: dict[int, tuple[int, int]] = {}
        self._pieces: list[bytes] = []
        self._digits: list[tuple[int, int, int, dict[str, bytes]]] = []
        self._lines: list[tuple[int, int, int]] = []
        self._squares: list[int] = []

    @property
    def squares(self) -> int:
        """How many QR codes the page has."""
        return sum(part[0].count(_SQUARE) for part in self._parts if isinstance(part[0], bytes))

    def join(self, number: int, piece: tuple[Run, ...]) -> int:
        """Take a piece for one that is filled, wherever it stands; how often it does."""
        places = [place for place, part in enumerate(self._parts) if isinstance(part[0], Run)]
        times_found = 0
        for start in range(len(places) - len(piece) + 1):
            there = places[start : start + len(piece)]
            if _is_piece([self._parts[place][0] for place in there], piece):
                times_found += 1
                self._joined.update({place: (number, run) for run, place in enumerate(there)})
        return times_found

    def close(self, counts: dict[int, int], figures_of: Sequence[str]) -> None:
        """Write down everything that stays; NoForm when a text is shown in part. ``counts``: digits of each text on the pages before."""
        for place, part in enumerate(self._parts):
            match part[0]:
                case bytes() as drawn:
                    self._draw(drawn)
                case Run() as run if place in self._joined:
                    self._line(run, *self._joined[place])
                case Run():
                    self._run([each for each in part if isinstance(each, Run)], counts, figures_of)
        if any(count % len(figures_of[leaf]) for leaf, count in counts.items()):
            raise NoForm("a text is cut")
        self._parts = []

    def filled(self, figures_of: Sequence[str], lines: Lines, code: bytes) -> bytes:
        """The page of a paper."""
        pieces = self._pieces.copy()
        for at, leaf, place, signs in self._digits:
            pieces[at] = signs[figures_of[leaf][place]]
        for at, piece, number in self._lines:
            run = lines.pieces[piece][number]
            pieces[at], pieces[at + 2] = run.x, typeset_pdf.shown(run.shown)
        for at in self._squares:
            pieces[at] = code
        return b"".join(pieces)

    def _draw(self, drawn: bytes) -> None:
        before, square, after = drawn.partition(_SQUARE)
        self._stay(before)
        if square:
            self._squares.append(len(self._pieces))
            self._pieces += [b"", after]

    def _line(self, run: Run, piece: int, number: int) -> None:
        self._stay(b"q 1 0 0 -1 ")
        self._lines.append((len(self._pieces), piece, number))
        self._pieces += [b"", b" %b cm%b\nBT" % (run.y, run.colour), b"", b"\nET\nQ\n"]

    def _run(self, times: list[Run], counts: dict[int, int], figures_of: Sequence[str]) -> None:
        first = times[0]
        if any(
            (run.x, run.y, run.style, run.shown[0], len(run.shown)) != (first.x, first.y, first.style, first.shown[0], len(first.shown))
            for run in times
        ):
            raise NoForm("a figure moves its neighbours")
        self._stay(b"q 1 0 0 -1 %b %b cm%b\nBT%b[<" % (first.x, first.y, first.colour, first.shown[0][1:]))
        signs = digits()[first.font]
        names = {sign: digit for digit, sign in signs.items()}
        for each in zip(*(run.shown[1:] for run in times), strict=True):
            if len(set(each)) == 1:
                self._stay(typeset_pdf.as_shown(each[0]))
                continue
            leaf = self._leaves.get("".join(names.get(sign, "-") for sign in each))
            if leaf is None:
                raise NoForm("what differs is no figure")
            self._digits.append((len(self._pieces), leaf, counts.get(leaf, 0) % len(figures_of[leaf]), signs))
            self._pieces += [b"", b""]
            counts[leaf] = counts.get(leaf, 0) + 1
        self._stay(b">]TJ\nET\nQ\n")

    def _stay(self, drawn: bytes) -> None:
        """Drawn as it is, joined to what stays before it."""
        if not self._pieces:
            self._pieces.append(b"")
        self._pieces[-1] += drawn


def _typeset(view: View, texts: Figures, marks: Sequence[str], dated: date) -> bytes:
    kept: dict[str, Any] = {name: view[name] for name in _KEPT if name in view}
    shown = texts.marked(marks[: len(texts.digits)])
    if "sides" in view:
        shown["sides"][-1]["side"] = view["sides"][-1]["side"]
    return typeset(view["template"], {**shown, **kept, "qr": _WHOLE if view.get("qr") else "", "signs": SIGNS}, dated)


def _same(one: TypesetPdf, other: TypesetPdf, changing: frozenset[int]) -> bool:
    return (
        one.contents == other.contents
        and one.objects.keys() == other.objects.keys()
        and all(content == other.objects[number] for number, content in one.objects.items() if number not in changing)
    )


def _without_signs(times: list[list[bytes | Run]]) -> list[tuple[bytes | Run, ...]]:
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


def _described(metadata: bytes, title: str, identity: bytes) -> bytes:
    """The description of the file with its own title and name."""
    stream = _STREAM.fullmatch(metadata)
    if stream is None:
        raise NoForm("its description is written otherwise")
    named = escape(title, quote=False).encode()
    text = _XMP_NAME.sub(rb"\g<1>" + identity, _XMP_TITLE.sub(lambda each: each[1] + named + each[2], stream[2]))
    return b"<</Length %d%b\nstream\n%b\nendstream" % (len(text), stream[1], text)
