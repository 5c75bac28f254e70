"""A form: a paper typeset once, and filled for every paper that differs from it in figures and in texts of its own length alone.

All digits of the font have one width and are moved by no neighbour but «З» (Roboto kerns «З7»), so papers whose texts are the same but for
digits have the same geometry. Which digit of the page comes from which text is not guessed: the form is typeset twice, each text
with the digits of its own number, and whatever else differs between the two makes the paper no form. Figures in columns and texts of rows
may be longer or shorter than the form's own: `form_cells` and `form_lines` say where they stand. A paper that is set by itself
(`alone`) has the same bytes.
"""

import re
from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from html import escape

from pipelines.documents import qr, typeset_pdf
from pipelines.documents.form_cells import FigureCell, FigureColumns
from pipelines.documents.form_lines import Lines
from pipelines.documents.form_page import SQUARE, FormPage, NoForm, without_signs
from pipelines.documents.form_signs import fonts_of_forms
from pipelines.documents.form_texts import CODES, SIGNS, Figures, rest
from pipelines.documents.parts import View
from pipelines.documents.typeset_pdf import Frame, Run, TypesetPdf, UnreadPdf
from pipelines.documents.typesetting import typeset

_WHOLE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0h1v1h-1z"/></svg>'
_TITLE = re.compile(rb"/Title<[0-9A-F]*>")
_XMP_TITLE = re.compile(rb'(<rdf:li xml:lang="x-default">)[^<]*(</rdf:li>)')
_XMP_NAME = re.compile(rb"(<xmpMM:(InstanceID|DocumentID)>)[^<]*")
_STREAM = re.compile(rb"<</Length \d+(/Type/Metadata[^\n]*)\nstream\n(.*)\nendstream", re.DOTALL)

Place = tuple[int, int]
"""A page of a form, and a part of it."""


def key(view: View, texts: Figures, lines: Lines, table: FigureColumns) -> bytes:
    """The same for papers of one form."""
    counts = [len(each) for each in texts.digits]
    geometry = (texts.is_short, texts.all_rows_fit, table.size, [f"{each:.6f}" for each in (*table.columns, table.totals)])
    return sha256(repr((texts.text, counts, rest(view), lines.shape, geometry)).encode()).digest()


def alone(view: View, dated: date) -> bytes:
    """A paper that is set by itself, as a form would have filled it; NoForm when no form could."""
    try:
        made = typeset_pdf.read(_typeset(view, dated))
        pages = [without_signs([typeset_pdf.runs(made.page(place))]) for place in range(len(made.contents))]
    except UnreadPdf as error:
        raise NoForm(str(error)) from error
    if made.fonts != fonts_of_forms():
        raise NoForm("it has signs that no form holds")
    code = qr.drawn(view["qr"]) if view.get("qr") else b""
    drawn = [b"".join(_written(part[0]) for part in page) for page in pages]
    if sum(page.count(SQUARE) for page in drawn) != bool(code):
        raise NoForm("the code is elsewhere")
    return _Frame(made).file(view, [page.replace(SQUARE, code) for page in drawn])


class Form:
    """One form, made from the first paper of its kind; which of them it was leaves no trace in it."""

    def __init__(self, view: View, texts: Figures, lines: Lines, cells: Sequence[FigureCell], dated: date) -> None:
        """NoForm when Typst sets the paper otherwise than forms can be filled."""
        codes = CODES[: len(texts.digits) + len(texts.cells)]
        try:
            made = [typeset_pdf.read(_typeset(texts.coded(view, marks), dated)) for marks in zip(*codes, strict=True)]
            times = [[typeset_pdf.runs(each.page(place)) for each in made] for place in range(len(made[0].contents))]
        except UnreadPdf as error:
            raise NoForm(str(error)) from error
        first = made[0]
        changing = _changing(first)
        if any(each.fonts != fonts_of_forms() or not _same(first, each, changing) for each in made):
            raise NoForm("more than figures differs")
        leaves = {code: number for number, code in enumerate(codes)}
        self._pages = [FormPage(each, leaves, texts, cells) for each in times]
        self._join(lines)
        if sum(page.squares for page in self._pages) != bool(view.get("qr")):
            raise NoForm("the code is elsewhere")
        counts: dict[int, int] = {}
        for page in self._pages:
            page.close(counts)
        if any(counts.get(len(texts.digits) + cell) != 1 for cell in range(len(cells))):
            raise NoForm("a figure is elsewhere")
        if any(counts.get(leaf, 0) % len(own) for leaf, own in enumerate(texts.digits)):
            raise NoForm("a text is cut")
        self._frame = _Frame(first)

    def filled(self, view: View, texts: Figures, lines: Lines, cells: Sequence[FigureCell]) -> bytes:
        """The file of a paper of this kind."""
        code = qr.drawn(view["qr"]) if view.get("qr") else b""
        return self._frame.file(view, [page.filled(texts.digits, lines, cells, code) for page in self._pages])

    def _join(self, lines: Lines) -> None:
        """Find the lines where they stand, in the order in which they are drawn; the last one is on every page."""
        *pieces, link = enumerate(lines.pieces)
        at = (0, 0)
        for number, piece in pieces:
            at = self._joined(number, piece, at)
        for place in range(len(self._pages) if link[1] else 0):
            if self._joined(*link, (place, 0))[0] != place:
                raise NoForm("a line is elsewhere")

    def _joined(self, number: int, piece: Sequence[Run], start: Place) -> Place:
        page, at = start
        while piece and page < len(self._pages):
            after = self._pages[page].join(number, piece, at)
            if after is not None:
                return page, after
            page, at = page + 1, 0
        if piece:
            raise NoForm("a line is elsewhere")
        return start


class _Frame:
    """What is in every file of a form besides its pages, and the description of each."""

    def __init__(self, made: TypesetPdf) -> None:
        self._contents, self._numbers = made.contents, (made.info, made.metadata)
        self._info, self._metadata = made.objects[made.info], made.objects[made.metadata]
        self._frame = Frame(made, _changing(made))

    def file(self, view: View, drawn: Sequence[bytes]) -> bytes:
        """The file of a paper with these pages."""
        title = f"{view['title']} {view['dated']}"
        identity = typeset_pdf.identity_of(title.encode(), *drawn)
        changing = {number: typeset_pdf.packed(each) for number, each in zip(self._contents, drawn, strict=True)}
        info, metadata = self._numbers
        changing[info] = _TITLE.sub(b"/Title<FEFF%b>" % title.encode("utf-16-be").hex().upper().encode(), self._info)
        changing[metadata] = _described(self._metadata, title, identity)
        return self._frame.file(changing, identity)


def _typeset(view: View, dated: date) -> bytes:
    return typeset(view["template"], {**view, "qr": _WHOLE if view.get("qr") else "", "signs": SIGNS}, dated)


def _changing(made: TypesetPdf) -> frozenset[int]:
    """Numbers of the objects that each paper has of its own."""
    return frozenset((*made.contents, made.info, made.metadata))


def _written(part: bytes | Run) -> bytes:
    """A part of a page as forms write it."""
    if isinstance(part, bytes):
        return part
    return b"q 1 0 0 -1 %b %b cm%b\nBT%b\nET\nQ\n" % (part.x, part.y, part.colour, typeset_pdf.shown(part.shown))


def _same(one: TypesetPdf, other: TypesetPdf, changing: frozenset[int]) -> bool:
    return (
        one.contents == other.contents
        and one.objects.keys() == other.objects.keys()
        and all(content == other.objects[number] for number, content in one.objects.items() if number not in changing)
    )


def _described(metadata: bytes, title: str, identity: bytes) -> bytes:
    """The description of the file with its own title and name."""
    stream = _STREAM.fullmatch(metadata)
    if stream is None:
        raise NoForm("its description is written otherwise")
    named = escape(title, quote=False).encode()
    text = _XMP_NAME.sub(rb"\g<1>" + identity, _XMP_TITLE.sub(lambda each: each[1] + named + each[2], stream[2]))
    return b"<</Length %d%b\nstream\n%b\nendstream" % (len(text), stream[1], text)
