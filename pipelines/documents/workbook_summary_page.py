"""A sheet of figures written from top to bottom: sections, headings, formulas with their values, and checks that turn red."""

import math
from decimal import Decimal
from typing import Any

from pipelines.documents.workbook_sheets import SummaryTally

Value = Decimal | int
LABEL_WIDTH = 42


class SummaryPage:
    """«Сводка» or «Сверка»; ``row`` is where the next line goes."""

    def __init__(self, page: Any, tally: SummaryTally, styles: dict[str, Any]) -> None:
        self.page, self.tally, self.styles, self.row = page, tally, styles, 0

    def area(self, sheet: str, title: str) -> str:
        """A column of a detail sheet as a formula names it, without its totals; never empty."""
        written = self.tally.written[sheet]
        letter = written.letters[title]
        return f"'{sheet}'!${letter}$2:${letter}${max(1, written.rows) + 1}"

    def heads(self, *titles: str) -> None:
        """A row of headings: the first for names, the others for figures."""
        for index, title in enumerate(titles):
            self.page.write_string(self.row, index, title, self.styles["head" if index == 0 else "head_right"])
        self.row += 1

    def section(self, title: str, sheet: str | None = None) -> None:
        """A heading with an empty line above; ``sheet``: where it leads to."""
        self.row += 1
        if sheet is None:
            self.page.write_string(self.row, 0, title, self.styles["section"])
        else:
            self.page.write_url(self.row, 0, f"internal:'{sheet}'!A1", self.styles["section_link"], title)
        self.row += 1

    def label(self, text: str, style: str = "label") -> None:
        """The name of the line, in two lines where it is long."""
        if len(text) > LABEL_WIDTH * 0.9:
            self.page.set_row(self.row, 13.5 * math.ceil(len(text) / (LABEL_WIDTH * 0.9)))
        self.page.write_string(self.row, 0, text, self.styles[style])

    def text(self, column: int, text: str, style: str = "label_right") -> None:
        """A text beside the name."""
        self.page.write_string(self.row, column, text, self.styles[style])

    def number(self, column: int, value: Value, style: str = "sum") -> None:
        """A figure of the ledger."""
        self.page.write_number(self.row, column, value, self.styles[style])

    def formula(self, column: int, formula: str, style: str, value: Value) -> None:
        """A formula with its value beside it, for readers that do not compute."""
        self.page.write_formula(self.row, column, formula, self.styles[style], value)

    def checked(self, column: int, first: int) -> None:
        """A column of differences from row index ``first`` to the line above: green when nought, red when not."""
        for criteria, style in (("!=", "wrong"), ("==", "right")):
            rule = {"type": "cell", "criteria": criteria, "value": 0, "format": self.styles[style]}
            self.page.conditional_format(first, column, self.row - 1, column, rule)
