"""The languages of pages: Russian is what is written in the templates, other languages come from catalogues of gettext."""

import gettext
from functools import cache
from typing import Literal

from pipelines.settings import resource

Language = Literal["ru", "en"]
LANGUAGES: tuple[Language, ...] = ("ru", "en")
DOMAIN = "web"


@cache
def translations(language: str) -> gettext.NullTranslations:
    """The catalogue of a language; Russian, and a word that a catalogue lacks, stay what is written."""
    folder = resource("templates") / "web" / "locale"
    return gettext.translation(DOMAIN, folder, [language], fallback=True) if language != "ru" else _Russian()


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
