"""Letters of the Cyrillic and the Latin alphabet that nobody can tell apart, in codes. Pure."""

from collections.abc import Iterable

_CYRILLIC = "АВЕКМНОРСТУХІЈЅаеорсухіјѕ"
_LATIN = "ABEKMHOPCTYXIJSaeopcyxijs"
_TO_LATIN = str.maketrans(_CYRILLIC, _LATIN)


def folded(code: str) -> str:
    """A code as a person sees it: two codes that look alike are folded to the same text."""
    return code if code.isascii() else code.translate(_TO_LATIN)


def twins(codes: Iterable[str]) -> dict[str, list[str]]:
    """Folded text → the different codes that look like it, for those that have a twin."""
    alike: dict[str, set[str]] = {}
    for code in codes:
        alike.setdefault(folded(code), set()).add(code)
    return {look: sorted(group) for look, group in alike.items() if len(group) > 1}


def difference(code: str, other: str) -> str:
    """Which letters of a code make it another one than its twin: ``its С is Cyrillic``."""
    return _alphabets([letter for letter, meant in zip(code, other, strict=False) if letter != meant])


def foreign_letters(code: str) -> str | None:
    """Which letters of a code look like its own alphabet and are of the other one, or None: ``its С is Cyrillic``.

    The alphabet of a code is that of its letters without a look-alike, else of most of its letters. A code with such letters
    of both alphabets is meant so.
    """
    if code.isascii():
        return None
    cyrillic = [letter for letter in code if _is_cyrillic(letter)]
    latin = [letter for letter in code if letter.isascii() and letter.isalpha()]
    if not cyrillic or not latin:
        return None
    own_cyrillic = any(letter not in _CYRILLIC for letter in cyrillic)
    own_latin = any(letter not in _LATIN for letter in latin)
    if own_cyrillic and own_latin:
        return None
    if own_cyrillic != own_latin:
        return _alphabets(latin if own_cyrillic else cyrillic)
    return _alphabets(latin if len(latin) < len(cyrillic) else cyrillic)


def _is_cyrillic(letter: str) -> bool:
    return "\u0400" <= letter <= "\u04ff"


def _alphabets(letters: Iterable[str]) -> str:
    given = list(dict.fromkeys(letters))
    alphabets = {"Cyrillic": [each for each in given if _is_cyrillic(each)], "Latin": [each for each in given if each.isascii()]}
    return ", ".join(
        f"its {', '.join(of_it)} {'is' if len(of_it) == 1 else 'are'} {alphabet}" for alphabet, of_it in alphabets.items() if of_it
    )
