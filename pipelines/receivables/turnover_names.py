"""Whom a row of 1C's turnover report is about: contracts and clients by what 1C calls them. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pipelines.master.lookalikes import folded

_WORDS = re.compile(r"[^\W_]+")
_SIGNED = re.compile(r"\s+от\s+\d{1,2}[.\s]\S+.*$", re.IGNORECASE)
_PREFIX = re.compile(r"^(?:договор\S*|контракт)?\s*(?:№|N|#)?\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class KnownNames:
    """`contracts`: contract → client; `clients`: a name by its words (`client_key`) → client, None where several have it."""

    contracts: Mapping[str, str]
    clients: Mapping[str, str | None]
    _numbers: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_numbers", {_look(number): number for number in self.contracts})

    def contract(self, label: str) -> str | None:
        """The contract that a row names: by its number alone, or «Договор № … от …»."""
        unsigned = _SIGNED.sub("", label)
        written = (_look(text) for text in (label, unsigned, _PREFIX.sub("", label), _PREFIX.sub("", unsigned)))
        return next((self._numbers[text] for text in written if text in self._numbers), None)

    def client(self, label: str) -> str | None:
        """The one client of this name."""
        return self.clients.get(client_key(label))

    def is_of_several(self, label: str) -> bool:
        """Whether several clients have this name."""
        return client_key(label) in self.clients and self.client(label) is None


def client_key(name: str) -> str:
    """A name of a client by its words in whichever order: 1C puts «ООО» behind."""
    return " ".join(sorted(_look(word) for word in _WORDS.findall(name)))


def by_name(names: Iterable[tuple[str, str | None]]) -> dict[str, str | None]:
    """A name by its words → code; None where several have it. ``names``: a code and one of its names."""
    codes: dict[str, str | None] = {}
    for code, name in names:
        if name and (key := client_key(name)):
            codes[key] = code if codes.get(key, code) == code else None
    return codes


def _look(text: str) -> str:
    return "".join(folded(text.upper().replace("Ё", "Е")).split())
