"""Where figures stand: at the right edges of columns as wide as the widest text in them. As design.typ lays them out, computed.

A form is made only where what is computed is what Typst did, to the last digit of the file.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipelines.documents.form_lines import Wanted, natural
from pipelines.documents.form_signs import EM, coordinate, fonts
from pipelines.documents.form_texts import DIGIT, WITH_VAT, WITHOUT_VAT, Figures
from pipelines.documents.parts import View

_MM = 72 / 25.4
_LEFT, _RIGHT = 16 * _MM, 196 * _MM
_NUMBER, _INSET, _INSET_OF_TOTALS = 8 * _MM, 1.6 * _MM, 2.4 * _MM
_SIZES = ((15, "6"), (12, "7"), (0, "8.5"))  # of a table by its longest price or sum
_TOTALS, _DUE = 9.0, 11.0
_LEAST = {"unit": 20.1, "net": 37.3, "vat": 32.5, "total": 37.3}  # of columns, in points
_LEAST_TOTAL = 39.5
_NOTE = "7.5"
_REGULAR, _BOLD = 0, 2


@dataclass(frozen=True, slots=True)
class FigureCell:
    """A figure: where it begins, and its signs."""

    x: bytes
    shown: tuple[bytes, ...]
    font: int


@dataclass(frozen=True, slots=True)
class FigureColumns:
    """The widths of a paper's columns of figures, in points: the table's and that of the totals; the size of the table's signs.

    ``room``: what the columns leave to names and texts of rows.
    """

    size: str
    columns: tuple[float, ...]
    totals: float

    @property
    def room(self) -> float:
        """The width of a row's text."""
        return _RIGHT - _LEFT - _NUMBER - sum(self.columns) - 2 * _INSET * (len(self.columns) + 1)

    def cells(self, view: View, texts: Figures) -> list[FigureCell]:
        """The figures of a paper whose table this is, in the order of ``texts.cells``."""
        columns = _columns(view)
        edges, edge = {}, _RIGHT
        for name, width in zip(reversed(columns), reversed(self.columns), strict=True):
            edges[name] = edge - _INSET
            edge -= width + 2 * _INSET
        names = [name for row in view["rows"] for name in _names(view) if DIGIT.search(row[name])]
        rest = len(texts.cells) - len(names) - 1
        size = float(self.size)
        at_totals = _RIGHT - _INSET_OF_TOTALS
        places = [(edges[name], size, _REGULAR) for name in names] + [(at_totals, _TOTALS, _REGULAR)] * rest + [(at_totals, _DUE, _BOLD)]
        return [_cell(text, *place) for text, place in zip(texts.cells, places, strict=True)]


def wanted(view: View) -> list[Wanted]:
    """The texts whose natural widths a table follows."""
    size = _size(view)
    heads = [Wanted("head", head) for head in _heads(view)]
    notes = [Wanted(_NOTE, row["price_note"]) for row in view["rows"] if row["price_note"]]
    return [*heads, *notes, *(Wanted(size, DIGIT.sub("0", row[name])) for row in view["rows"] for name in _worded(view, row))]


def table(view: View) -> FigureColumns:
    """The table of a paper; what `wanted` names has been set before."""
    size, rows = _size(view), view["rows"]
    points = float(size)
    columns: list[float] = []
    for name, head in zip(_columns(view), _heads(view), strict=True):
        worded = [row[name] for row in rows if name in _worded(view, row)]
        figures = [row[name] for row in rows if name not in _worded(view, row)]
        widths = [natural(Wanted("head", head)), *(natural(Wanted(size, DIGIT.sub("0", each))) for each in worded)]
        if name == "price":
            widths += [natural(Wanted(_NOTE, row["price_note"])) for row in rows if row["price_note"]]
        columns.append(max(*widths, _widest(figures, points), _LEAST.get(name, 0.0)))
    return FigureColumns(size, tuple(columns), max(_LEAST_TOTAL, _widest([each["amount"] for each in view["totals"]], _TOTALS)))


def _columns(view: View) -> Sequence[str]:
    return ("quantity", "unit", "price", "net", "rate", "vat", "total") if view["with_vat"] else ("quantity", "unit", "price", "total")


def _heads(view: View) -> Sequence[str]:
    price = view["price_heading"]
    return ("Кол-во", "Ед.", price, "Без НДС", "Ставка", "НДС", "Сумма") if view["with_vat"] else ("Кол-во", "Ед.", price, "Сумма")


def _names(view: View) -> Sequence[str]:
    return WITH_VAT if view["with_vat"] else WITHOUT_VAT


def _worded(view: View, row: View) -> list[str]:
    """The columns whose text is no figure in this row."""
    return [name for name in _columns(view) if row[name] and (name not in _names(view) or not DIGIT.search(row[name]))]


def _size(view: View) -> str:
    longest = max(len(row[name]) for row in view["rows"] for name in ("price", "total"))
    return next(size for more_than, size in _SIZES if longest > more_than)


def _widest(texts: Sequence[str], size: float) -> float:
    return max((_width(DIGIT.sub("0", text), _REGULAR) * size / EM for text in texts if text), default=0.0)


@lru_cache(4096)
def _width(shape: str, font: int) -> int:
    return fonts()[font].width(fonts()[font].shown(shape))


@lru_cache(4096)
def _x(shape: str, edge: float, size: float, font: int) -> bytes:
    return coordinate(edge - _width(shape, font) * size / EM)


def _cell(text: str, edge: float, size: float, font: int) -> FigureCell:
    return FigureCell(_x(DIGIT.sub("0", text), edge, size, font), fonts()[font].shown(text), font)
