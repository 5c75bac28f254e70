"""The two ways to say no: refused (exit 1), and bad input with every problem at its place (exit 2)."""

import errno
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self


class Refused(Exception):  # noqa: N818 - reads as the sentence it is: the work was refused
    """The work cannot be done now; the message says why, in one line."""


class StorageUnavailable(Refused):
    """The object storage does not answer, or does not let us in. Nothing is known of what lies there."""


@dataclass(frozen=True, order=True, slots=True)
class Problem:
    """One thing wrong with the input, and where: ``terms.csv:14 column tariff_code``."""

    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message


class BadInput(Exception):  # noqa: N818 - reads as what it is: the input is bad
    """The input cannot be taken: all its problems at once, nothing applied."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))

    @classmethod
    def one(cls, place: str, message: str) -> Self:
        """A single problem."""
        return cls([Problem(place, message)])


_NO_ROOM = {errno.ENOSPC: "is full", errno.EDQUOT: "is full for this user", errno.EROFS: "may only be read"}


def no_room(error: BaseException) -> str | None:
    """What is said of an error of a disk that takes nothing more; None for any other. What was begun is not there."""
    if not isinstance(error, OSError) or error.errno not in _NO_ROOM:
        return None
    where = f"the disk of {error.filename}" if error.filename else "a disk"
    return f"{where} {_NO_ROOM[error.errno]}: what was being written is not there, what was done before stays; make room and run it again"
