"""Whom 1C names: our codes by its references, and by ИНН with КПП. Pure."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from pipelines.delivery.onec.elements import children, text
from pipelines.delivery.onec.model import ObjectKind, reference


class NamedParty(NamedTuple):
    """An organization or a counterparty as 1C names it; empty where it says nothing."""

    reference: str
    name: str
    inn: str
    kpp: str


def named_party(element: Any) -> NamedParty:
    """A party of КлючевыеСвойства or of a document; all empty for no element."""
    known = children(element)
    inn, kpp = text(known.get("ИНН")), text(known.get("КПП"))
    return NamedParty(text(known.get("Ссылка")).lower(), text(known.get("НаименованиеПолное")) or text(known.get("Наименование")), inn, kpp)


class Register:
    """Codes by reference and by ИНН with КПП; what several codes share names none of them."""

    def __init__(self, kind: ObjectKind, entries: Iterable[tuple[str, str | None, str | None]]) -> None:
        """`entries`: code, ИНН, КПП."""
        self._by_reference: dict[str, str] = {}
        self._by_inn: dict[tuple[str, str], set[str]] = {}
        for code, inn, kpp in entries:
            self._by_reference[str(reference(kind, code))] = code
            if inn:
                for key in {(inn, kpp or ""), (inn, "")}:
                    self._by_inn.setdefault(key, set()).add(code)
        self._only_by_inn = {key: next(iter(codes)) for key, codes in self._by_inn.items() if len(codes) == 1}

    def find(self, party: NamedParty) -> str | None:
        """The code, or None where none or several are meant."""
        return self.certain(party) or self._only_by_inn.get((party.inn, ""))

    def certain(self, party: NamedParty) -> str | None:
        """The code where our own reference names it, or ИНН and КПП both do."""
        return self._by_reference.get(party.reference) or self._only_by_inn.get((party.inn, party.kpp))

    def sharing(self, inn: str) -> list[str]:
        """The codes of an ИНН."""
        return sorted(self._by_inn.get((inn, ""), ())) if inn else []
