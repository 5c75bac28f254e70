"""Readers who read on while a month closes: each answer is the page as it was, or as it is afterwards, and never anything between."""

import re
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event

from tests.cabinet.browsing import words_of

_BILLED = re.compile(r"Выставлено ([\d ]+,\d\d) ₽")
_MOMENT = re.compile(r"\d\d\.\d\d\.\d{4} \d\d:\d\d:\d\d")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reader got for a path: the status, what the page says but for moments, and the seconds it took."""

    reader: int
    path: str
    status: int
    words: str
    seconds: float


Read = Callable[[str], tuple[int, str]]
"""A path asked for by one reader: status and text."""


def answer(reader: int, path: str, read: Read) -> Answer:
    """One page for one reader."""
    began = time.perf_counter()
    status, text = read(path)
    return Answer(reader, path, status, _MOMENT.sub("", words_of(text)), time.perf_counter() - began)


def read_once(readers: Sequence[Read], paths: Sequence[str]) -> dict[tuple[int, str], Answer]:
    """Every page of every reader, one after the other."""
    return {(number, path): answer(number, path, read) for number, read in enumerate(readers) for path in paths}


def read_until(over: Event, readers: Sequence[Read], paths: Sequence[str]) -> list[Answer]:
    """All readers at once, page after page, until it is over."""

    def reading(number: int) -> list[Answer]:
        read: list[Answer] = []
        while not over.is_set():
            read += [answer(number, path, readers[number]) for path in paths]
        return read

    with ThreadPoolExecutor(len(readers)) as together:
        return [each for of_one in together.map(reading, range(len(readers))) for each in of_one]


Pages = dict[tuple[int, str], Answer]


def neither(answers: Sequence[Answer], before: Pages, after: Pages) -> list[Answer]:
    """Answers that are neither what was there before nor what is there afterwards; what a reader may not see stays so."""
    known = {place: {(each.status, each.words) for each in (before[place], after[place])} for place in before}
    return [each for each in answers if each.status >= 500 or (each.status, each.words) not in known[each.reader, each.path]]


def billed(words: str) -> set[str]:
    """What a month in the desk calls billed, in kopecks; nothing where it says 0.00 or is still being read."""
    return {sum_.replace(" ", "").replace(",", "") for sum_ in _BILLED.findall(words)} - {"000"}
