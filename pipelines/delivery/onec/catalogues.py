"""Counterparties and contracts in a message from 1C, as the columns of our sheets that they say something of. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from lxml import etree

from pipelines.delivery.onec.elements import UnreadableObject, children, local_name, reference_of, text
from pipelines.delivery.onec.parsing import SAFE
from pipelines.delivery.onec.register import NamedParty, named_party

_SHEETS: Final = {"Справочник.Контрагенты": "clients", "Справочник.Договоры": "contracts"}
CATALOGUES_RECEIVED: Final = tuple(_SHEETS)
"""Types of catalogues' objects that are imported, as the header declares them."""
LINKS: Final = {"КонтрагентыСсылка": "clients", "ДоговорыСсылка": "contracts"}
"""Element of УдалениеОбъекта → the sheet whose object it names."""

_CONTACTS: Final = {"ЮридическийАдрес": "address", "Телефон": "phone", "АдресЭлектроннойПочты": "email"}
_EARLIEST: Final = date(1900, 1, 1)
_LONGEST: Final = 1000


@dataclass(frozen=True, slots=True)
class CatalogueObject:
    """A counterparty or contract as 1C has it. `reference`: its UUID; `number`: of a contract; `party`: the counterparty, of a contract
    its own. `columns`: column of the sheet → what 1C says, never empty. `is_deleted`: 1C holds it no longer."""

    sheet: str
    reference: str
    number: str = ""
    party: NamedParty = NamedParty("", "", "", "")
    columns: Mapping[str, str] | None = None
    is_deleted: bool = False


def is_catalogue(type_name: str) -> bool:
    """Whether objects of this type are read here."""
    return type_name in _SHEETS


def catalogue_object(element: Any) -> CatalogueObject:
    """A counterparty or contract; UnreadableObject for one that has no name to be told by, or is no customer's contract."""
    top = children(element)
    if local_name(element) == "Справочник.Контрагенты":
        return _counterparty(top)
    return _agreement(top)


def _counterparty(top: Mapping[str, Any]) -> CatalogueObject:
    key = children(top.get("КлючевыеСвойства"))
    party = named_party(top.get("КлючевыеСвойства"))
    if not party.reference and not party.inn:
        raise UnreadableObject(f"counterparty {party.name!r}: neither a reference nor an ИНН")
    said = {
        "full_name": text(key.get("НаименованиеПолное")),
        "inn": party.inn,
        "kpp": party.kpp,
        "kind": _kind(text(key.get("ЮридическоеФизическоеЛицо")), text(key.get("ИндивидуальныйПредприниматель"))),
        **_contacts(top.get("КонтактнаяИнформация")),
    }
    return CatalogueObject("clients", party.reference, party=party, columns=_given(said))


def _agreement(top: Mapping[str, Any]) -> CatalogueObject:
    key = children(top.get("КлючевыеСвойства"))
    kind, number = text(key.get("ВидДоговора")), text(key.get("Номер"))
    if kind not in ("", "СПокупателем"):
        raise UnreadableObject(f"a contract {kind}")
    written = text(key.get("Ссылка"))
    if not written and not number:
        raise UnreadableObject("a contract without reference and number")
    said = {"signed_on": _day(text(key.get("Дата"))), "ends_on": _day(text(top.get("СрокДействия")))}
    reference = reference_of(written) if written else ""
    return CatalogueObject("contracts", reference, number, named_party(key.get("Контрагент")), _given(said))


def _given(said: Mapping[str, str]) -> dict[str, str]:
    """What 1C says, each on one line; an empty field says nothing, and what is longer than any such value neither."""
    tidy = {column: " ".join(value.split()) for column, value in said.items()}
    return {column: value for column, value in tidy.items() if value and len(value) <= _LONGEST}


def _kind(person: str, entrepreneur: str) -> str:
    """Our kind of client; empty where 1C does not say whether a person is an entrepreneur."""
    if person == "ЮридическоеЛицо":
        return "legal"
    kinds = {"true": "entrepreneur", "1": "entrepreneur", "false": "individual", "0": "individual"}
    return kinds.get(entrepreneur, "") if person == "ФизическоеЛицо" else ""


def _day(written: str) -> str:
    """An ISO day; empty for none, for the empty date of 1C (0001-01-01), and for what is no date."""
    try:
        day = date.fromisoformat(written[:10])
    except ValueError:
        return ""
    return day.isoformat() if day >= _EARLIEST else ""


def _contacts(element: Any) -> dict[str, str]:
    """Column → contact; of several of a kind the first."""
    contacts: dict[str, str] = {}
    for row in element if element is not None else ():
        cells = children(row)
        column = _CONTACTS.get(text(cells.get("ВидКонтактнойИнформации")))
        if column and column not in contacts:
            contacts[column] = _shown(text(cells.get("ЗначенияПолей")))
    return contacts


def _shown(written: str) -> str:
    """How 1C shows a contact: «value» of its JSON, «Представление» of its older XML, else the text itself."""
    try:
        if written.startswith("{"):
            value = json.loads(written).get("value")
            return value if isinstance(value, str) else ""
        if written.startswith("<") and "<!" not in written:  # entities are put into attributes whatever the parser is told
            parser = etree.XMLParser(**SAFE)
            return str(etree.fromstring(written.encode(), parser).get("Представление") or "")
    except (ValueError, RecursionError, etree.LxmlError):
        return ""
    return "" if written.startswith("<") else written
