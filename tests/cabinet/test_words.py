"""Every word of a page is known in every language, and nothing is in a catalogue that no page says."""

import re

import pytest

from pipelines.web.catalogue import LANGUAGES, catalogue, language_of, translations
from pipelines.web.pages import environment
from tests import words
from tests.conftest import ROOT

_PLACE = re.compile(r"%\((\w+)\)s")
_CYRILLIC = re.compile(r"[А-Яа-яЁё]")
OTHERS = [each for each in LANGUAGES if each != "ru"]


@pytest.mark.parametrize("language", OTHERS)
def test_the_catalogue_holds_the_words_of_the_pages_and_no_others(language):
    assert catalogue(language).read_bytes() == words.updated(language), "`python -m tests.words` writes it anew"


@pytest.mark.parametrize("language", OTHERS)
def test_every_word_is_translated_with_the_same_places(language):
    for message in words.stored(language):
        if message.id:
            said = message.string if isinstance(message.string, tuple) else (message.string,)
            written = message.id if isinstance(message.id, tuple) else (message.id,)
            assert all(said), written
            assert {name for each in said for name in _PLACE.findall(each)} == {name for each in written for name in _PLACE.findall(each)}
            assert not any(_CYRILLIC.search(each) for each in said), said


def test_no_template_says_a_russian_word_that_cannot_be_translated():
    """What is written in a template outside `_("…")` and comments is marks and English alone."""
    bare = {}
    for folder in ("web", "cabinet"):
        for path in (ROOT / "templates" / folder).rglob("*.html"):
            text = re.sub(
                r"\{#.*?#\}|\{\{.*?\}\}|\{%-?\s*trans.*?endtrans\s*-?%\}|\{%.*?%\}", "", path.read_text(encoding="utf-8"), flags=re.S
            )
            text = text.replace(">Русский<", "><")
            if found := _CYRILLIC.search(text):
                bare[path.name] = text[max(0, found.start() - 30) : found.end() + 30]
    assert bare == {}


def test_numbers_take_the_right_form():
    russian, english = translations("ru"), translations("en")
    assert [russian.ngettext("машина", "машины|машин", n) for n in (1, 2, 5, 11, 21, 104)] == [
        "машина", "машины", "машин", "машин", "машина", "машины",
    ]  # fmt: skip
    assert english.ngettext("x", "y", 1) == "x"


def test_the_language_is_what_was_chosen_else_what_the_browser_says():
    assert [language_of("en"), language_of("xx", "en-GB,ru;q=0.5"), language_of(None, "de,fr"), language_of(None, "ru-RU,en")] == [
        "en", "en", "ru", "ru",
    ]  # fmt: skip


def test_what_is_printed_is_escaped_in_every_template():
    for language in LANGUAGES:
        assert environment(language).from_string("{{ x }}").render(x="<script>'\"&") == "&lt;script&gt;&#39;&#34;&amp;"
