"""The forms that a process has made, and papers filled by them; a form is made where several papers share it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pipelines.documents import form_cells, form_lines
from pipelines.documents.form import Form, alone, key
from pipelines.documents.form_cells import FigureCell
from pipelines.documents.form_lines import Lines, OtherSigns, Piece, Wanted
from pipelines.documents.form_page import NoForm
from pipelines.documents.form_texts import DIGIT, Figures, figures, row_texts
from pipelines.documents.parts import View

Paper = tuple[View, date]
"""A view, and the date of its file."""

Name = tuple[bytes, date]
"""Of a form."""

_KEPT = 1024  # forms of a process, some 40 kB each
_COUNTED = 65_536
_WORTH_IT = 3  # a form costs as much as two papers set by themselves


@dataclass(frozen=True, slots=True)
class _Fit:
    """A paper that a form may stand for, with everything that the form is filled with."""

    view: View
    texts: Figures
    lines: Lines
    cells: list[FigureCell]
    form: Name


class Forms:
    """Forms by what papers of one form have in common, the oldest forgotten first."""

    def __init__(self) -> None:
        self._made: dict[Name, Form | None] = {}
        self._seen: Counter[Name] = Counter()

    def fill(self, papers: Sequence[Paper]) -> list[bytes | None]:
        """The file of each paper; None for one that no form can stand for, which is a matter of that paper alone.

        A form is made as soon as it has had three papers, those of this call included. Until then, and where Typst sets a paper otherwise
        than a form can be filled, each is set by itself: the bytes are the same.
        """
        form_lines.forget_many()
        fit = _fit(papers)
        if len(self._seen) > _COUNTED:
            self._seen.clear()
        self._seen.update(each.form for each in fit if each)
        return [self._filled(each) if each else None for each in fit]

    def _filled(self, paper: _Fit) -> bytes | None:
        form = self._form(paper) if paper.form in self._made or self._seen[paper.form] >= _WORTH_IT else None
        return form.filled(paper.view, paper.texts, paper.lines, paper.cells) if form else _alone(paper.view, paper.form[1])

    def _form(self, paper: _Fit) -> Form | None:
        import typst

        if paper.form not in self._made:
            if len(self._made) >= _KEPT:
                del self._made[next(iter(self._made))]
            try:
                self._made[paper.form] = Form(paper.view, paper.texts, paper.lines, paper.cells, paper.form[1])
            except (NoForm, typst.TypstError):
                self._made[paper.form] = None
        return self._made[paper.form]


def _alone(view: View, dated: date) -> bytes | None:
    import typst

    try:
        return alone(view, dated)
    except (NoForm, typst.TypstError):
        return None


def _fit(papers: Sequence[Paper]) -> list[_Fit | None]:
    """What forms need of each paper, None where they cannot; one that cannot be set does not keep the others from it."""
    import typst

    texts = [figures(view) for view, _ in papers]
    fit = [(paper, each) for paper, each in zip(papers, texts, strict=True) if each]
    try:
        made = iter(_set(fit) if fit else [])
    except (OtherSigns, typst.TypstError):
        if len(papers) == 1:
            return [None]
        return [each for paper in papers for each in _fit([paper])]
    return [next(made) if each else None for each in texts]


def _set(papers: Sequence[tuple[Paper, Figures]]) -> list[_Fit]:
    """What Typst sets of papers, all of them at once."""
    views = [view for (view, _), _ in papers]
    rows = [[(Wanted("row", DIGIT.sub("0", text)), text) for text in row_texts(view)] for view in views]
    counts = [Wanted("count", DIGIT.sub("0", view["count"])) for view in views]
    form_lines.set_texts([*counts, *(each for of_paper in rows for each, _ in of_paper)])
    form_lines.set_texts([each for view in views for each in form_cells.wanted(view)])
    tables = [form_cells.table(view) for view in views]
    fitted = [
        [(wanted if form_lines.natural(wanted) < table.room else wanted._replace(width=table.room), text) for wanted, text in of_paper]
        for of_paper, table in zip(rows, tables, strict=True)
    ]
    form_lines.set_texts([each for of_paper in fitted for each, _ in of_paper])
    own = form_lines.set_lines(views)
    made: list[_Fit] = []
    for (paper, texts), of_rows, count, table, lines in zip(papers, fitted, counts, tables, own, strict=True):
        view, dated = paper
        buyer, words, side, link = lines
        below: list[Piece] = [form_lines.filled(wanted, text) for wanted, text in of_rows]
        drawn = Lines((buyer, *below, form_lines.filled(count, view["count"]), words, side, link))
        made.append(_Fit(view, texts, drawn, table.cells(view, texts), (key(view, texts, drawn, table), dated)))
    return made
