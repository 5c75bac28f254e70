"""Typst as the papers use it: a view and its template become a file, with the fonts of the house and no others."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from pipelines.errors import Refused
from pipelines.settings import resource

if TYPE_CHECKING:
    import typst

FONT = "Roboto"


class FontMissing(Refused):
    """The documents' font is not installed; another one would be put in its place without a word."""


def typeset(template: str, view: Mapping[str, Any], dated: date, *, tagged: bool = True) -> bytes:
    """A PDF file; the same view and date give the same bytes. ``tagged``: with the structure that screen readers follow."""
    stamp = datetime(dated.year, dated.month, dated.day, tzinfo=UTC)
    data = json.dumps(view, ensure_ascii=False)
    made = _compiler(template).compile(format="pdf", sys_inputs={"data": data}, timestamp=stamp, pdf_tags=tagged)
    if not isinstance(made, bytes):
        raise TypeError(f"typst gave {type(made).__name__} for {template}")
    return made


@cache
def _compiler(template: str) -> "typst.Compiler":
    import typst  # a quick command does not pay for it

    folder = resource("templates")
    return typst.Compiler(str(folder / f"{template}.typ"), root=str(folder), font_paths=_fonts(), ignore_system_fonts=True)


@cache
def _fonts() -> "typst.Fonts":
    import font_roboto
    import typst

    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(font_roboto.font_directory)])
    if FONT not in fonts.families():
        raise FontMissing(f"font {FONT} is not in the package font-roboto")
    return fonts
