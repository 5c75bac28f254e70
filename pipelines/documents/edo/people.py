"""Names of people as surname, name and patronymic: the formats ask for each apart. Pure."""

import re
from typing import NamedTuple

from pipelines.documents.edo.model import NotForExchange
from pipelines.documents.requisites import Party
from pipelines.wording import outside

_TITLE = re.compile(r"^(ИП|индивидуальный предприниматель)\s+", re.IGNORECASE)
_INITIALS = re.compile(r"(\w)\.\s*(?:(\w)\.)?")
_SURNAME_FIRST = re.compile(rf"(?P<surname>[\w-]+)\s+{_INITIALS.pattern}")
_SURNAME_LAST = re.compile(rf"{_INITIALS.pattern}\s*(?P<surname>[\w-]{{2,}})")
_LONGEST = 60


class PersonName(NamedTuple):
    """A person; initials stand with their point."""

    surname: str
    name: str
    patronymic: str


def person_name(text: str | None) -> PersonName | None:
    """«Иванов Иван Иванович», «Иванов И. И.», «И. И. Иванов»; None for what is no such name."""
    plain = _TITLE.sub("", outside.clean(text)).strip()
    initials = _SURNAME_FIRST.fullmatch(plain) or _SURNAME_LAST.fullmatch(plain)
    if initials:
        letters = [letter for letter in initials.groups() if letter and letter != initials["surname"]]
        return PersonName(initials["surname"], f"{letters[0]}.", f"{letters[1]}." if len(letters) > 1 else "")
    words = plain.split()
    if not 2 <= len(words) <= 4 or any(len(word) > _LONGEST or not word.replace("-", "").isalpha() for word in words):
        return None
    return PersonName(words[0], words[1], " ".join(words[2:]))


def name_of(party: Party) -> PersonName:
    """An entrepreneur's or a person's own name. NotForExchange where it is not given with a first name."""
    known = person_name(party.full_name) or person_name(party.name)
    if known is None:
        raise NotForExchange(f"{party.name} ({party.code}): surname and name of a person cannot be told; write them into full_name")
    return known


def signer(party: Party) -> PersonName:
    """Who signs for the seller: its head, an entrepreneur himself. NotForExchange where nobody is known."""
    known = person_name(party.director)
    if known is None and party.kind == "legal":
        raise NotForExchange(f"{party.name} ({party.code}): the head's surname and name are not known; write them into director")
    return known or name_of(party)
