"""What people of a base keep there and tell the other side of: documents of money, counterparties and contracts."""

from dataclasses import dataclass
from typing import Protocol
from xml.sax.saxutils import escape


class Own(Protocol):
    """An object of the base: its UUID, and how it and its deletion are written."""

    @property
    def reference(self) -> str: ...

    def xml(self) -> str: ...

    def deletion(self) -> str: ...


@dataclass(frozen=True)
class Counterparty:
    """Справочник.Контрагенты as a person edits it in 1C; the keys are the schema's."""

    reference: str
    name: str
    full_name: str = ""
    inn: str = ""
    kpp: str = ""
    is_person: bool = False

    def keys(self) -> str:
        person = "ФизическоеЛицо" if self.is_person else "ЮридическоеЛицо"
        return (
            f"<Ссылка>{self.reference}</Ссылка><Наименование>{escape(self.name)}</Наименование>"
            f"{_optional('НаименованиеПолное', self.full_name)}{_optional('ИНН', self.inn)}{_optional('КПП', self.kpp)}"
            f"<ЮридическоеФизическоеЛицо>{person}</ЮридическоеФизическоеЛицо>"
        )

    def xml(self) -> str:
        return f"<Справочник.Контрагенты><КлючевыеСвойства>{self.keys()}</КлючевыеСвойства></Справочник.Контрагенты>"

    def deletion(self) -> str:
        return deletion("Справочник.Контрагенты", self.reference)


@dataclass(frozen=True)
class Agreement:
    """Справочник.Договоры with a buyer. `organization_inn`: of the seller; `on`: the day of its signing."""

    reference: str
    number: str
    name: str
    counterparty: Counterparty
    organization_name: str = "ОРГ"
    organization_inn: str = "7707083893"
    on: str = ""

    def xml(self) -> str:
        return (
            f"<Справочник.Договоры><КлючевыеСвойства><Ссылка>{self.reference}</Ссылка><ВидДоговора>СПокупателем</ВидДоговора>"
            f"<Организация><Наименование>{escape(self.organization_name)}</Наименование><ИНН>{self.organization_inn}</ИНН>"
            "<ЮридическоеФизическоеЛицо>ЮридическоеЛицо</ЮридическоеФизическоеЛицо></Организация>"
            f"<Контрагент>{self.counterparty.keys()}</Контрагент><Наименование>{escape(self.name)}</Наименование>"
            f"{_optional('Дата', self.on)}<Номер>{escape(self.number)}</Номер></КлючевыеСвойства></Справочник.Договоры>"
        )

    def deletion(self) -> str:
        return deletion("Справочник.Договоры", self.reference)


def deletion(type_name: str, reference: str) -> str:
    """УдалениеОбъекта of an object of a type."""
    tag = f"{type_name.rpartition('.')[2]}Ссылка"
    return (
        f"<УдалениеОбъекта><СсылкаНаОбъект><СсылкаНаОбъект><{tag}>{reference}</{tag}></СсылкаНаОбъект></СсылкаНаОбъект></УдалениеОбъекта>"
    )


def _optional(tag: str, text: str) -> str:
    return f"<{tag}>{escape(text)}</{tag}>" if text else ""
