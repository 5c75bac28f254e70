"""`python -m tests.words`: put new words of pages into every catalogue, to be translated there by hand, and take out what is gone."""

import io
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from pipelines.web.catalogue import LANGUAGES, catalogue
from tests.conftest import ROOT

_PLACES = {
    "templates": [("web/**.html", "jinja2"), ("cabinet/**.html", "jinja2")],
    "pipelines": [("cabinet/**.py", "python"), ("web/**.py", "python")],
}
_KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "word": None, "words": (1, 2), "N_": None}


def extracted() -> Catalog:
    """Every word of the pages, by the text that is written."""
    found = Catalog(fuzzy=False)
    for folder, methods in _PLACES.items():
        options = {pattern: {"trimmed": "true", "silent": "false"} for pattern, method in methods if method == "jinja2"}
        for _, _, message, _, context in extract_from_dir(ROOT / folder, methods, options, _KEYWORDS):
            if message:
                found.add(message, context=context)
    return found


def stored(language: str) -> Catalog:
    """A language's catalogue."""
    with catalogue(language).open("rb") as written:
        return read_po(written, locale=language)


def updated(language: str) -> bytes:
    """The catalogue as it should stand: the words of the pages in the order of the alphabet, with the translations that there are."""
    known = stored(language) if catalogue(language).exists() else Catalog()
    made = Catalog(
        locale=language, fuzzy=False, header_comment="# Words of the pages; `python -m tests.words` adds and removes, people translate."
    )
    for message in sorted((each for each in extracted() if each.id), key=lambda each: str(each.id)):
        have = known.get(message.id[0] if isinstance(message.id, tuple) else message.id)
        made.add(message.id, have.string if have and not have.fuzzy else None)
    made.mime_headers = [
        (name, value) for name, value in made.mime_headers if name in ("Language", "Plural-Forms", "Content-Type", "MIME-Version")
    ]
    out = io.BytesIO()
    write_po(out, made, width=140, no_location=True, sort_output=True, omit_header=False)
    kept = [
        line
        for line in out.getvalue().decode().splitlines()
        if not line.startswith(('"POT-', '"PO-', '"Last-', '"Language-Team', '"Generated', '"Project', '"Report'))
    ]
    return ("\n".join(kept) + "\n").encode()


def main() -> None:
    """Write every catalogue anew."""
    for language in LANGUAGES:
        if language != "ru":
            path: Path = catalogue(language)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(updated(language))


if __name__ == "__main__":
    main()
