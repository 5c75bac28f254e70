"""Numbers of invoices that a purpose names with one slip of the hand: a digit too many, too few or another, two swapped, a letter that
looks like a digit. An offer to people; the machine takes it only where nothing else can be meant (domain.md §8). Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise, product
from typing import Final, Generic

from pipelines.receivables.numbers import NumberIndex, PurposeWords, Thing

_LOOK_ALIKES: Final = str.maketrans("OЗILБBЧ", "0311684")
_SHORTEST: Final = 5  # signs of a number below which one slip makes anything of anything
_MOST_TOKENS: Final = 7
_HEAD: Final = 4
_OPENING: Final = 2  # signs of a head by which words are passed over


class Slip(StrEnum):
    """How a number was mistyped."""

    LOOK_ALIKE = "look_alike"
    SWAPPED = "swapped"
    OTHER = "other"
    MISSING = "missing"
    EXTRA = "extra"


SLIPS: Final = {
    Slip.LOOK_ALIKE: "похожая буква вместо цифры или цифра вместо буквы",
    Slip.SWAPPED: "переставлены соседние знаки",
    Slip.OTHER: "другой знак",
    Slip.MISSING: "пропущен знак",
    Slip.EXTRA: "лишний знак",
}


@dataclass(frozen=True, slots=True)
class Suspect(Generic[Thing]):
    """A thing whose number may have been meant by what is `written`, and the slip that makes one of the other."""

    thing: Thing
    written: str
    slip: Slip


class MistypedNumbers(Generic[Thing]):
    """Known numbers as one word of signs in which look-alikes are one.

    What a purpose writes is looked up with each slip undone, and only where it begins as a known number does, or one slip off it.
    """

    def __init__(self, numbers: Iterable[tuple[str, Thing]], index: NumberIndex[Thing]) -> None:
        self._index = index
        self._known: dict[str, dict[Thing, None]] = {}
        widths, heads, signs = set[int](), set[str](), set[str]()
        for number, thing in numbers:
            written = index.cut(number).written
            form = "".join(written).translate(_LOOK_ALIKES)
            if len(form) < _SHORTEST:
                continue
            self._known.setdefault(form, {})[thing] = None
            widths.add(len(written[-1]))
            heads.add(form[: min(_HEAD, len(form) - len(written[-1]) or _HEAD)])
            signs.update(form)
        self._signs = tuple(sorted(signs))
        self._widths = tuple(sorted(widths))
        self._heads = {head for known in heads for _, head in _one_slip_away(known, self._signs)}
        self._head_lengths = tuple(sorted(set(map(len, self._heads))))
        self._openings = _written_as({head[:_OPENING] for head in self._heads})
        lengths = set(map(len, self._known))
        self._shortest, self._longest = min(lengths, default=0) - 1, max(lengths, default=0) + 1

    def suspects(self, purpose: PurposeWords) -> list[list[Suspect[Thing]]]:
        """For each number of the purpose that is nobody's: the things that it may mean, each by its slightest slip."""
        groups, after = list[list[Suspect[Thing]]](), 0
        begins = self._begins(purpose)
        taken = [(begin, end) for _, begin, end in self._index.places(purpose)] if begins else []
        for at in begins:
            for end in range(min(at + _MOST_TOKENS, len(purpose.tokens)), at, -1):
                if at < after or any(begin < end and at < stop for begin, stop in taken):
                    continue
                group = list(self._of(purpose, at, end))
                if group:
                    groups.append(group)
                    after = end
        return groups

    def _begins(self, purpose: PurposeWords) -> list[int]:
        """The tokens that a number may begin with."""
        written, longest = purpose.written, max(self._head_lengths, default=0)
        is_open = not longest or self._head_lengths[0] < _OPENING
        begins = list[int]()
        for at, token in enumerate(written):
            opening = token[:_OPENING] if len(token) >= _OPENING else "".join(written[at : at + _OPENING])[:_OPENING]
            if is_open or opening in self._openings:  # most words are passed over here
                head = "".join(written[at : at + longest])[:longest].translate(_LOOK_ALIKES)
                if any(head[:length] in self._heads for length in self._head_lengths):
                    begins.append(at)
        return begins

    def _of(self, purpose: PurposeWords, at: int, end: int) -> Iterator[Suspect[Thing]]:
        """What the tokens of a purpose from one to before another may mean; also with zeros left out before the last of them."""
        written = purpose.written[at:end]
        forms = [form for form in self._forms(written) if self._shortest <= len(form) <= self._longest]
        if not forms or not any(map(str.isdigit, written)) or not self._index.may_be_number(purpose, at, end - at):
            return
        slips: dict[Thing, Slip] = {}
        for form in forms:
            for slip, meant in _one_slip_away(form, self._signs):
                for thing in self._known.get(meant, ()):
                    slips.setdefault(thing, slip)
        text = "".join(part for pair in zip(written, (*purpose.gaps[at + 1 : end], ""), strict=True) for part in pair)
        yield from (Suspect(thing, text, slip) for thing, slip in slips.items())

    def _forms(self, written: tuple[str, ...]) -> Iterator[str]:
        *before, last = written
        for padded in dict.fromkeys((last, *(last.zfill(width) for width in self._widths if last.isdigit()))):
            yield "".join((*before, padded)).translate(_LOOK_ALIKES)


def _written_as(openings: set[str]) -> frozenset[str]:
    """Everything that becomes one of these once look-alikes are one."""
    alike: dict[str, list[str]] = {}
    for sign, meant in _LOOK_ALIKES.items():
        alike.setdefault(chr(meant), []).append(chr(sign))
    of_sign = {sign: [*alike.get(sign, ()), *(() if ord(sign) in _LOOK_ALIKES else sign)] for sign in set("".join(openings))}
    return frozenset("".join(signs) for opening in openings for signs in product(*(of_sign[sign] for sign in opening)))


def _one_slip_away(form: str, signs: Iterable[str]) -> Iterator[tuple[Slip, str]]:
    """What a form may have been before one slip, the likeliest first."""
    yield Slip.LOOK_ALIKE, form
    for at, (first, second) in enumerate(pairwise(form)):
        if first != second:
            yield Slip.SWAPPED, form[:at] + second + first + form[at + 2 :]
    for at, sign in enumerate(form):
        yield from ((Slip.OTHER, form[:at] + other + form[at + 1 :]) for other in signs if other != sign)
        yield Slip.EXTRA, form[:at] + form[at + 1 :]
    for at in range(len(form) + 1):
        yield from ((Slip.MISSING, form[:at] + sign + form[at:]) for sign in signs)
