"""The languages of pages: Russian is what is written in the templates, other languages come from catalogues of gettext.

A catalogue is kept as text (`templates/web/locale/LANGUAGE/web.po`) and compiled when it is first needed: nothing has to be built,
and what is installed cannot lag behind what was written.
"""

import gettext
import io
from functools import cache
from pathlib import Path
from typing import Literal

from pipelines.settings import resource

Language = Literal["ru", "en"]
LANGUAGES: tuple[Language, ...] = ("ru", "en")


def catalogue(language: str) -> Path:
    """Where the words of a language are written."""
    return resource("templates") / "web" / "locale" / language / "web.po"


@cache
def translations(language: str) -> gettext.NullTranslations:
    """The words of a language; a word that its catalogue lacks stays Russian."""
    if language == "ru":
        return _Russian()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = io.BytesIO()
    with catalogue(language).open("rb") as written:
        write_mo(compiled, read_po(written, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def language_of(wanted: str | None, accepted: str = "") -> Language:
    """The language that a reader chose, else the first one of its browser's `Accept-Language` that there is, else Russian."""
    if wanted in LANGUAGES:
        return "en" if wanted == "en" else "ru"
    for part in accepted.lower().split(","):
        code = part.split(";")[0].strip().partition("-")[0]
        if code in LANGUAGES:
            return "en" if code == "en" else "ru"
    return "ru"


class _Russian(gettext.NullTranslations):
    """Russian is its own catalogue; of `ngettext` it takes the third form for five and more where the words give it as `a|b|c`."""

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """The form for a number: ``msgid1`` for one, ``msgid2`` (`машины|машин`) for a few and for many."""
        few, _, many = msgid2.partition("|")
        if n % 10 == 1 and n % 100 != 11:
            return msgid1
        return few if 2 <= n % 10 <= 4 and not 12 <= n % 100 <= 14 else many or few
