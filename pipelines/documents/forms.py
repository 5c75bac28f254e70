"""The forms that a process has made, and papers filled by them."""

from collections.abc import Sequence
from datetime import date

from pipelines.documents.form import Figures, Form, NoForm, figures, key
from pipelines.documents.form_lines import Lines, OtherSigns, set_lines
from pipelines.documents.parts import View

Paper = tuple[View, date]
"""A view, and the date of its file."""

_KEPT = 2048  # forms of a process, some 40 kB each


class Forms:
    """Forms by what papers of one form have in common, the oldest forgotten first."""

    def __init__(self) -> None:
        self._made: dict[tuple[bytes, date], Form | None] = {}

    def fill(self, papers: Sequence[Paper]) -> list[bytes | None]:
        """The file of each paper; None for one that no form can stand for, which is a matter of that paper alone."""
        texts = [figures(view) for view, _ in papers]
        fit = [(paper, each) for paper, each in zip(papers, texts, strict=True) if each is not None]
        lines = iter(_lines([view for (view, _), _ in fit]))
        made = iter([self._filled(paper, each, next(lines)) for paper, each in fit])
        return [next(made) if each is not None else None for each in texts]

    def _filled(self, paper: Paper, texts: Figures, lines: Lines | None) -> bytes | None:
        view, dated = paper
        if lines is None:
            return None
        name = (key(view, texts, lines), dated)
        if name not in self._made:
            if len(self._made) >= _KEPT:
                del self._made[next(iter(self._made))]
            self._made[name] = _form(view, texts, lines, dated)
        form = self._made[name]
        return form.filled(view, texts, lines) if form else None


def _form(view: View, texts: Figures, lines: Lines, dated: date) -> Form | None:
    import typst

    try:
        return Form(view, texts, lines, dated)
    except (NoForm, typst.TypstError):
        return None


def _lines(views: Sequence[View]) -> Sequence[Lines | None]:
    """The lines of each paper; one that cannot be set does not keep the others from it."""
    import typst

    try:
        return set_lines(views) if views else []
    except (OtherSigns, typst.TypstError):
        if len(views) == 1:
            return [None]
        return [lines for view in views for lines in _lines([view])]
