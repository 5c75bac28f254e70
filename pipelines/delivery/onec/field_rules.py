"""Whose word counts for each field of counterparties and contracts that both 1C and the master data have. Data only.

What 1C has no field for (tariff, terms of payment, discounts, delivery, dealer, blocking) is ours alone.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Winner(StrEnum):
    """Whose value stays where 1C and the master data differ."""

    OURS = "ours"
    THEIRS = "theirs"
    OFFERED = "offered"  # a person says


@dataclass(frozen=True, slots=True)
class FieldRule:
    """A field of 1C (`element`: its path or kind of contact in the object), the column of the sheet that it is, and who wins.

    `else_column`: the column that is sent to 1C in its place where it is empty.
    """

    sheet: str
    element: str
    column: str
    winner: Winner
    else_column: str = ""


FIELD_RULES: Final = (
    FieldRule("clients", "КлючевыеСвойства/Наименование", "name", Winner.OURS),
    FieldRule("clients", "КлючевыеСвойства/НаименованиеПолное", "full_name", Winner.THEIRS, "name"),
    FieldRule("clients", "КлючевыеСвойства/ИНН", "inn", Winner.OFFERED),
    FieldRule("clients", "КлючевыеСвойства/КПП", "kpp", Winner.THEIRS),
    FieldRule("clients", "КлючевыеСвойства/ЮридическоеФизическоеЛицо", "kind", Winner.OFFERED),
    FieldRule("clients", "КлючевыеСвойства/Группа", "category", Winner.OURS),
    FieldRule("clients", "КонтактнаяИнформация/ЮридическийАдрес", "address", Winner.THEIRS),
    FieldRule("clients", "КонтактнаяИнформация/Телефон", "phone", Winner.OFFERED),
    FieldRule("clients", "КонтактнаяИнформация/АдресЭлектроннойПочты", "email", Winner.OFFERED),
    FieldRule("contracts", "КлючевыеСвойства/Номер", "contract_no", Winner.OURS),
    FieldRule("contracts", "КлючевыеСвойства/Контрагент", "client_code", Winner.OURS),
    FieldRule("contracts", "КлючевыеСвойства/Организация", "organization_code", Winner.OURS),
    FieldRule("contracts", "КлючевыеСвойства/Дата", "signed_on", Winner.OFFERED),
    FieldRule("contracts", "СрокДействия", "ends_on", Winner.OFFERED),
)

RULE_OF: Final = {(rule.sheet, rule.column): rule for rule in FIELD_RULES}
