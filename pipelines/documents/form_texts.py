"""What of a paper a form repeats, and what each paper has of its own: figures in columns, texts of rows, lines of its own length. Pure."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.documents.parts import View
from pipelines.documents.requisites import PICTURES

_NO_WIDTH = "\N{ZERO WIDTH SPACE}"
# every sign that a form may hold: a paper with another one is typeset whole
OF_ONE_GLYPH = (
    "0123456789абвгдеёжзийклмнопрстуфхцчшщъыьэюяАБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ"
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.,:;!?-–—«»„“”\"'()[]<>№%₽§+×÷=≤≥·…/\\@&#_*|~°²³{}$€^`−‑"
    " \N{NARROW NO-BREAK SPACE}\N{NO-BREAK SPACE}\N{THIN SPACE}"
)
SIGNS = f"{OF_ONE_GLYPH}{_NO_WIDTH} fi fl ff ffi ffl"
TEMPLATES = frozenset({"invoice", "act"})
DIGIT = re.compile(r"(?<!З)[0-9]")  # Roboto kerns «З7»
# a number for each text, of two digits that differ: one that is the same both times is the template's own
CODES = [f"{number:02}" for number in range(100) if number % 11]
WITH_VAT = ("quantity", "price", "net", "vat", "total")
WITHOUT_VAT = ("quantity", "price", "total")
ROUBLES = " ₽"  # what the template sets behind the sum to pay
_KEPT = ("template", "author", "buyer", "basis", "count", "words", "words_lead", "link", "qr", *PICTURES)
_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')
_SIGNS = frozenset(SIGNS)
_ROWS_OF_A_BLOCK, _BYTES_OF_A_BLOCK, _BYTES_OF_A_PAGE = 3, 1500, 4000  # as design.typ has them


@dataclass(frozen=True, slots=True)
class Figures:
    """A view as forms see it.

    ``text`` has zeros for its digits, ``digits`` are those of each text that has some, in order. ``cells``: figures that stand at the right
    edge of a column, in order. ``is_short``, ``all_rows_fit``: how the template sets the table.
    """

    text: str
    digits: tuple[str, ...]
    cells: tuple[str, ...]
    is_short: bool
    all_rows_fit: bool

    def coded(self, view: View, codes: Sequence[str]) -> View:
        """The view with one digit for all of each text's own, and the same for its cells."""
        left = iter(codes)
        texts = _TEXT.sub(lambda found: DIGIT.sub(next(left), found[0]) if DIGIT.search(found[0]) else found[0], self.text)
        made: View = json.loads(texts)
        for (holder, name), cell in zip(_cells(view, made), self.cells, strict=True):
            holder[name] = DIGIT.sub(next(left), cell.removesuffix(ROUBLES) if name == "due_amount" else cell)
        for row, of_row in zip(made["rows"], view["rows"], strict=True):
            row["text"] = of_row["text"]
        if "sides" in view:
            made["sides"][-1]["side"] = view["sides"][-1]["side"]
        return {**made, **{name: view[name] for name in _KEPT if name in view}}


def figures(view: View) -> Figures | None:
    """The texts of a view that a form may repeat; None for a paper that is always typeset whole."""
    if view["template"] not in TEMPLATES:
        return None
    rows = view["rows"]
    shown: View = {name: value for name, value in view.items() if name not in _KEPT}
    hidden = () if view["with_vat"] else ("net", "rate", "vat")
    shown["rows"] = [{**row, "text": "", **dict.fromkeys(hidden, "")} for row in rows]
    shown["totals"] = [dict(each) for each in view["totals"]]
    cells: list[str] = []
    for holder, name in _cells(view, shown):
        cells.append(holder[name] + ROUBLES if name == "due_amount" else holder[name])
        holder[name] = ""
    if "sides" in view:
        shown["sides"] = [*view["sides"][:-1], {**view["sides"][-1], "side": ""}]
    text = json.dumps(shown, ensure_ascii=False)
    own = json.dumps(
        [view["buyer"], view["basis"], view["words"], view["count"], cells, [row["text"] for row in rows], view.get("sides")],
        ensure_ascii=False,
    )
    if not _SIGNS.issuperset(text) or not _SIGNS.issuperset(own):
        return None
    digits = tuple("".join(of_text) for each in _TEXT.findall(text) if (of_text := DIGIT.findall(each)))
    if len(digits) + len(cells) > len(CODES):
        return None
    lengths = [len((row["title"] + row["text"]).encode()) for row in rows]
    is_short = len(rows) <= _ROWS_OF_A_BLOCK and sum(lengths) < _BYTES_OF_A_BLOCK
    return Figures(DIGIT.sub("0", text), digits, tuple(cells), is_short, max(lengths) <= _BYTES_OF_A_PAGE)


def rest(view: View) -> list[Any]:
    """What else papers of one form have in common."""
    return [view["template"], view["author"], view["words_lead"], bool(view.get("qr")), *(view.get(name, "") for name in PICTURES)]


def row_texts(view: View) -> list[str]:
    """What stands below the names of the rows, where something does."""
    return [row["text"] for row in view["rows"] if row["text"]]


def _cells(view: View, shown: View) -> Iterator[tuple[dict[str, Any], str]]:
    """The figures of a view, each as the place that it has in ``shown``."""
    columns = WITH_VAT if view["with_vat"] else WITHOUT_VAT
    for row, of_row in zip(view["rows"], shown["rows"], strict=True):
        yield from ((of_row, name) for name in columns if DIGIT.search(row[name]))
    for total, of_total in zip(view["totals"], shown["totals"], strict=True):
        if DIGIT.search(total["amount"]):
            yield of_total, "amount"
    yield shown, "due_amount"
