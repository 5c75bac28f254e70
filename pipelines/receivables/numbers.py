"""Numbers of invoices and contracts inside the purpose of a payment, however people wrote them (domain.md §8)."""

import codecs
import re
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from encodings import cp1251
from itertools import pairwise
from typing import Generic, NamedTuple, TypeVar

_FOLD = str.maketrans("АВЕЁКМНОРСТУХ", "ABEEKMHOPCTYX")
_NUMERO = re.compile(r"(?<![^\W_])N[OО]?[.°]?\s*(?=[А-ЯЁ])")
_DATE = re.compile(r"[0-9](?<![\w/.-][0-9])[0-9]?[./-][0-9]{1,2}[./-](?:[0-9]{4}|[0-9]{2})(?![0-9/-]|\.[0-9])")
_SHORTENED = re.compile(r"\b(ДOГ|KOHTP)-[PT]\w{0,2}\b")
_SHORTENED_BEGINS = ("ДOГ-", "KOHTP-")
_DATE_MARK, _BETWEEN = "\x01", "\x02"
_TOKEN = re.compile(r"([0-9]+|[^\W\d_]+)")
_USUAL_TOKEN = re.compile(rf"([0-9]+|[{''.join(filter(_TOKEN.fullmatch, filter(str.isalpha, cp1251.decoding_table)))}]+)")
"""The same where every sign is one of Windows-1251: a listed set of letters is found in half the time of a class of them."""
_BYTES = codecs.charmap_build(cp1251.decoding_table)
_FOLDED_SIGNS = cp1251.decoding_table.translate(_FOLD)
_LOOSE = " \t\n\u00a0\u2009\u202f-\u2010\u2011\u2012\u2013\u2014\u2212_№"
_JOINERS = frozenset("-\u2010\u2011\u2012\u2013\u2014\u2212/_")
_JOINING = _JOINERS | {"", ".", ",", ".,"}
"""Without one of these between them two tokens are never of one written number."""

Thing = TypeVar("Thing", bound=Hashable)


def fold(text: str) -> str:
    """Upper case, with the Cyrillic letters that look Latin made Latin."""
    return _folded(text.upper())[0]


def _folded(upper: str) -> tuple[str, re.Pattern[str]]:
    """The text with letters that look Latin made Latin, and the expression that finds its tokens."""
    try:  # by way of one byte a letter: nearly every purpose has no other sign, and letter by letter it takes seven times as long
        return codecs.charmap_decode(codecs.charmap_encode(upper, "strict", _BYTES)[0], "strict", _FOLDED_SIGNS)[0], _USUAL_TOKEN
    except UnicodeEncodeError:
        return upper.translate(_FOLD), _TOKEN


_NUMERO_WORDS = frozenset(map(fold, ("N", "NO", "НОМЕР", "НОМ")))
_UNITS = frozenset(map(fold, ("Р", "РУБ", "РУБЛЕЙ", "КОП", "ШТ")))
_FROM, _AND = fold("ОТ"), fold("И")
_COMMON_WORDS = frozenset(
    fold("А В И К О С У Я Г ВО ДО ЗА ИЗ КО НА НЕ ОБ ОТ ПО СО ПП ТЧ ШТ ДЛЯ ПРИ БЕЗ ИЛИ НДС РУБ ДНЯ ДНИ МАЙ МАЯ ГОД").split()
)
"""Words that are no prefix of a number when a space follows: "с 26-03" is a date, "С26-000003" an invoice."""


@dataclass(frozen=True, slots=True)
class Cue:
    """Words that announce a kind of number, by their folded beginnings or whole."""

    beginnings: tuple[str, ...]
    whole: frozenset[str] = frozenset()

    def __contains__(self, word: str) -> bool:
        return word in self.whole or word.startswith(self.beginnings)


INVOICE_CUE = Cue((fold("СЧЕТ"),), frozenset({fold("СЧ")}))
PAYMENT_CUE = Cue(
    (fold("ПОРУЧ"), fold("ПЛАТЕЖК")), frozenset(map(fold, ("П", "ПП", "ПЛ", "ПОР", "ПЛАТ", "ПЛАТЕЖ", "ПЛАТЕЖА", "ПЛАТЕЖУ", "ПЛАТЕЖЕМ")))
)
CONTRACT_CUE = Cue((fold("ДОГ"), fold("КОНТР"), fold("СОГЛАШ")))


class PurposeWords(NamedTuple):
    """A purpose cut into words and runs of digits. `gaps[i]` stands before token i; one more stands after the last."""

    tokens: tuple[str, ...]
    written: tuple[str, ...]
    gaps: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> "PurposeWords":
        """Fold and cut; dates are taken out, for no number may be found in them."""
        return cls._cut(*_without_dates(text))

    @classmethod
    def of_each(cls, texts: list[str]) -> list["PurposeWords"]:
        """The same of many short texts, folded together: a mark between two of them is no part of anything."""
        joined, token_of = _without_dates(_BETWEEN.join(texts))
        parts = joined.split(_BETWEEN) if texts else []
        return [cls._cut(part, token_of) for part in parts] if len(parts) == len(texts) else list(map(cls.of, texts))

    @classmethod
    def _cut(cls, text: str, token_of: re.Pattern[str]) -> "PurposeWords":
        pieces = token_of.split(text)  # a gap, a token, a gap …
        written = tuple(pieces[1::2])
        return cls(tuple([_plain(token) if token[0] == "0" else token for token in written]), written, tuple(pieces[::2]))


def _without_dates(text: str) -> tuple[str, re.Pattern[str]]:
    """A text folded, a mark in place of each date, and the expression that finds its tokens."""
    upper = text.upper()
    folded, token_of = _folded(_NUMERO.sub("№", upper) if "N" in upper else upper)
    plain = _DATE.sub(_DATE_MARK, folded)
    if _SHORTENED_BEGINS[0] in plain or _SHORTENED_BEGINS[1] in plain:
        plain = _SHORTENED.sub(r"\1", plain)
    return plain, token_of


class _Known(NamedTuple, Generic[Thing]):
    """A known number as it is written. `gaps`: what stands between its tokens, `signs`: what of each is more than spaces and dashes."""

    thing: Thing
    written: tuple[str, ...]
    gaps: tuple[str, ...]
    signs: tuple[str, ...]


class NumberIndex(Generic[Thing]):
    """Known numbers, found in purposes in one look per word.

    A number is found whatever its case, alphabet, spaces, dashes and missing leading zeros; never inside a longer number, inside
    a date, or after a word of `foreign` (an invoice's number after "договор"). A number that begins with a digit
    counts only after a word of `own`.
    """

    def __init__(self, numbers: Iterable[tuple[str, Thing]], own: Cue, foreign: Cue) -> None:
        self._own, self._foreign = own, foreign
        self._known: dict[tuple[str, ...], list[_Known[Thing]]] = {}
        self._signs: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._lengths: dict[str, tuple[int, ...]] = {}  # first token → lengths of the numbers that begin with it, the longest first
        named = list(numbers)
        self._cuts = dict(zip([number for number, _ in named], PurposeWords.of_each([number for number, _ in named]), strict=True))
        for number, thing in named:
            self._add(number, thing)

    def _add(self, number: str, thing: Thing) -> None:
        cut = self._cuts[number]
        if not cut.tokens or _DATE_MARK in number:
            return
        self._put(thing, cut.tokens, cut.written, cut.gaps[1:-1])
        digits = [token.isdigit() for token in cut.written]
        if (True, True) in pairwise(digits):
            glued, glued_gaps = _glued(cut)
            if len(glued) < len(cut.written):
                self._put(thing, tuple(map(_plain, glued)), glued, glued_gaps)

    def _put(self, thing: Thing, key: tuple[str, ...], written: tuple[str, ...], gaps: tuple[str, ...]) -> None:
        signs = self._signs.get(gaps)
        if signs is None:
            signs = self._signs[gaps] = tuple([gap.strip(_LOOSE) for gap in gaps])
        known = _Known(thing, written, gaps, signs)
        alike = self._known.get(key)
        if alike is None:
            self._known[key] = [known]
        elif known not in alike:
            alike.append(known)
        lengths = self._lengths.get(key[0], ())
        if len(key) not in lengths:
            self._lengths[key[0]] = tuple(sorted((*lengths, len(key)), reverse=True))

    def cut(self, number: str) -> PurposeWords:
        """A known number cut into words and runs of digits."""
        return self._cuts[number]

    def find(self, purpose: PurposeWords) -> list[Thing]:
        """What the purpose names, in order of mention, each once. A number that fits two things names none."""
        tokens = purpose.tokens
        first = self._lengths.keys() & tokens
        if not first:
            return []
        begins: Iterable[int]
        only = next(iter(first))
        if len(first) == 1 and tokens.count(only) == 1:  # nearly always
            begins = (tokens.index(only),)
        else:
            begins = [at for at, token in enumerate(tokens) if token in first]
        things, after = list[Thing](), 0
        for at in begins:
            if at >= after and (hit := self._at(purpose, at)):
                things.append(hit[0])
                after = at + hit[1]
        return things if len(things) < 2 else list(dict.fromkeys(things))

    def places(self, purpose: PurposeWords) -> Iterator[tuple[Thing, int, int]]:
        """Each number that the purpose names: the thing, the token it begins at and the one after it."""
        after = 0
        for at, token in enumerate(purpose.tokens):
            if at >= after and token in self._lengths and (hit := self._at(purpose, at)):
                after = at + hit[1]
                yield hit[0], at, after

    def may_be_number(self, purpose: PurposeWords, at: int, length: int) -> bool:
        """Whether so many tokens would be read as a number of this kind if they were a known one."""
        inner = zip(purpose.tokens[at + 1 : at + length], purpose.gaps[at + 1 : at + length], strict=True)
        is_held = all(not gap.strip(_LOOSE) and (token.isdigit() or not any(map(str.isspace, gap))) for token, gap in inner)
        return is_held and self._stands_alone(purpose, at, length) and self._is_announced(purpose, at, length)

    def _at(self, purpose: PurposeWords, at: int) -> tuple[Thing, int] | None:
        """The thing whose number begins at a token, and how many tokens it takes; the longest first. None: no number begins there."""
        tokens, known_as = purpose.tokens, self._known
        for length in self._lengths[tokens[at]]:
            stop = at + length
            alike = known_as.get(tokens[at:stop])  # at the end of a purpose the slice is shorter: another key, looked for in its turn
            if alike is None or stop > len(tokens):
                continue
            gaps = purpose.gaps[at + 1 : stop]
            known = [candidate for candidate in alike if gaps == candidate.gaps or _held_together(gaps, candidate)]
            if not known or not self._stands_alone(purpose, at, length) or not self._is_announced(purpose, at, length):
                continue
            if len(known) == 1:
                return known[0].thing, length
            exact = [candidate for candidate in known if candidate.written == purpose.written[at:stop]]
            things = {candidate.thing for candidate in exact or known}
            if len(things) == 1:
                return things.pop(), length
        return None

    def _stands_alone(self, purpose: PurposeWords, at: int, length: int) -> bool:
        """Not a piece of a longer number: "1-НВ26-42", "НВ26-42/2", "НВ26-42А", "3.42"."""
        tokens, stop = purpose.tokens, at + length
        if at and purpose.gaps[at] in _JOINING:
            before = tokens[at - 1]
            listed = purpose.gaps[at] == "/" and tokens[at] in tokens[max(0, at - 4) : at]
            if not listed and _joined(before, purpose.gaps[at], tokens[at]) and before not in self._own:
                return False
        if stop == len(tokens) or purpose.gaps[stop] not in _JOINING:
            return True
        same_again = purpose.gaps[stop] == "/" and tokens[stop] == tokens[at]
        return same_again or not _joined(tokens[stop], purpose.gaps[stop], tokens[stop - 1])

    def _is_announced(self, purpose: PurposeWords, at: int, length: int) -> bool:
        tokens = purpose.tokens
        before = at - 1
        while before >= 0 and tokens[before] in _NUMERO_WORDS:
            before -= 1
        if before >= 0 and tokens[before] in self._foreign:
            return False
        is_common_word = tokens[at] in _COMMON_WORDS and length > 1 and any(mark.isspace() for mark in purpose.gaps[at + 1])
        if not (tokens[at].isdigit() or is_common_word):
            return True
        after = tokens[at + length] if at + length < len(tokens) else ""
        return _announcing_word(purpose, at) in self._own and after not in _UNITS


def _joined(neighbour: str, gap: str, token: str) -> bool:
    """Whether a neighbouring token belongs to the same written number as this one."""
    if gap in _JOINERS:
        return neighbour.isdigit() or len(neighbour) <= 3
    both_digits = neighbour.isdigit() and token.isdigit()
    return not gap or (both_digits and gap in ".,")


def _announcing_word(purpose: PurposeWords, at: int) -> str:
    """The word that a bare number belongs to: "счета" in "счета от 31.03.2026 № 42, 43 и 44", for each of the three."""
    tokens, before, after_and = purpose.tokens, at - 1, False
    while before >= 0:
        word, gap = tokens[before], purpose.gaps[before + 1].strip(_LOOSE)
        is_listed = word.isdigit() and (gap in (",", ";") or (after_and and not gap))
        is_dated = word == _FROM and _DATE_MARK in gap
        if not (is_listed or is_dated or word == _AND or word in _NUMERO_WORDS):
            return word
        after_and = word == _AND
        before -= 1
    return ""


def _plain(token: str) -> str:
    return token.lstrip("0") or "0" if token[0] == "0" else token


def _glued(cut: PurposeWords) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The number with neighbouring runs of digits written together: НВ26-000042 as НВ26000042."""
    written, gaps = [cut.written[0]], list[str]()
    for token, gap in zip(cut.written[1:], cut.gaps[1:-1], strict=True):
        if token.isdigit() and written[-1].isdigit() and not gap.strip(_LOOSE):
            written[-1] += token
        else:
            written.append(token)
            gaps.append(gap)
    return tuple(written), tuple(gaps)


def _held_together(gaps: tuple[str, ...], known: _Known[Thing]) -> bool:
    """Between the tokens only spaces, dashes and what the number itself has there."""
    return all(gap.strip(_LOOSE) in ("", signs) for gap, signs in zip(gaps, known.signs, strict=True))
