"""Values of an entity's properties, from the facts of our objects by the map's rules. Pure: keys of other objects are asked for."""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from hashlib import blake2b
from typing import Any, Final, Protocol

from pipelines.delivery.onec import price_list
from pipelines.delivery.onec.model import (
    Contract,
    Correction,
    CorrectionRow,
    Invoice,
    NotForOnec,
    OnecRow,
    PriceList,
    PriceType,
    Sale,
    Service,
)
from pipelines.delivery.onec.odata.entity_map import EntityMap, EntityRule, PropertyRule
from pipelines.documents.requisites import Party
from pipelines.money import ZERO

Properties = dict[str, Any]

NO_KEY: Final = "00000000-0000-0000-0000-000000000000"
_NO_DATE: Final = "0001-01-01T00:00:00"
_NOON: Final = time(12)
"""The hour of a document, as messages of EnterpriseData have it."""


class Keys(Protocol):
    """The keys (Ref_Key) of what a property refers to, in the base that is written to."""

    def key_of(self, kind: str, item: object) -> str:
        """Of another object of ours; NotForOnec where the base cannot have it."""

    def looked_up(self, name: str) -> str:
        """Of a lookup of the map; NotForOnec where the base has none, or several."""


def properties(rules: EntityMap, kind: str, item: object, keys: Keys) -> Properties:
    """The properties of an object, rows included. NotForOnec where a value would not survive in 1C."""
    rule = rules.objects[kind]
    what = title(kind, item)
    facts = _facts(rules, kind, item)
    made = {name: _value(rules, each, facts, keys, f"{what}, {name}") for name, each in rule.properties.items()}
    if rule.rows:
        made[rule.rows] = [row_of(rules, rule.row_properties, row, keys, what) for row in _rows(rule, item, what)]
    return made


def row_of(rules: EntityMap, written: Mapping[str, PropertyRule], facts: Mapping[str, Any], keys: Keys, what: str) -> Properties:
    """One row of a tabular section, from facts of its own."""
    return {name: _value(rules, each, facts, keys, f"{what}, {name}") for name, each in written.items()}


def title(kind: str, item: object) -> str:
    """How a message names the object."""
    name = next((value for value in (getattr(item, each, None) for each in ("number", "code", "key")) if value), "")
    return f"{'client' if kind in ('counterparty', 'partner') else kind} {name}"


def digest(values: Properties) -> str:
    """By which another content is told from the same one."""
    return blake2b(json.dumps(values, default=str, ensure_ascii=False, sort_keys=True).encode(), digest_size=16).hexdigest()


def differs(values: Properties, current: Mapping[str, Any]) -> bool:
    """Whether 1C has something else than these values; properties that we do not write are its own affair."""
    return any(not _is_same(value, current.get(name)) for name, value in values.items())


def _is_same(ours: Any, theirs: Any) -> bool:
    if isinstance(ours, list):
        return isinstance(theirs, list) and len(ours) == len(theirs) and not any(map(differs, ours, theirs))
    if isinstance(ours, bool) or ours is None:
        return ours is theirs
    if isinstance(ours, Decimal | int):
        try:
            return Decimal(str(theirs)) == ours
        except InvalidOperation:
            return False
    text = "" if theirs is None else str(theirs)
    return text.casefold() == str(ours).casefold() if _is_key(str(ours)) else text == ours


def _is_key(text: str) -> bool:
    return len(text) == len(NO_KEY) and text.count("-") == 4


def _value(rules: EntityMap, rule: PropertyRule, facts: Mapping[str, Any], keys: Keys, what: str) -> Any:
    if rule.lookup:
        return keys.looked_up(rule.lookup)
    if rule.row:
        return [row_of(rules, rule.row, facts, keys, what)]
    if not rule.fact:
        return rule.constant
    value = facts[rule.fact]
    if rule.fact in ("vat_rate", "vat_rate_before"):
        return _vat_rate(rules, value, keys, what)
    if isinstance(value, Reference):
        return value.key(keys)
    if isinstance(value, date):
        return datetime.combine(value, _NOON).isoformat() if rule.fact == "date" else f"{value.isoformat()}T00:00:00"
    if isinstance(value, str):
        return _text(value, rule, what)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)  # Edm.Int64 is written as text
    return value


def _vat_rate(rules: EntityMap, rate: Decimal | None, keys: Keys, what: str) -> Any:
    if rate not in rules.vat_rates:
        raise NotForOnec(f"{what}: the map has no VAT rate of {'none' if rate is None else f'{rate.normalize():f} %'}")
    rule = rules.vat_rates[rate]
    return keys.looked_up(rule.lookup) if rule.lookup else rule.constant


def _text(value: str, rule: PropertyRule, what: str) -> str:
    shown = "".join(mark for mark in value if mark.isprintable() or mark in "\n\t")
    if rule.width and (len(value) > rule.width or (value and not value.isprintable())):
        raise NotForOnec(f"{what}: {value!r} is longer than {rule.width} characters, or has some that 1C would not keep")
    return shown[: rule.cut].rstrip() if rule.cut else shown


class Reference:
    """Another object that a property refers to; of none where there is none."""

    def __init__(self, kind: str, item: object | None) -> None:
        self._kind, self._item = kind, item

    def key(self, keys: Keys) -> str:
        """Its key in the base."""
        return NO_KEY if self._item is None else keys.key_of(self._kind, self._item)


def _facts(rules: EntityMap, kind: str, item: object) -> dict[str, Any]:
    match item:
        case Party():
            return {**_party(item), "partner": Reference("partner", item)} if kind == "counterparty" else _party(item)
        case Contract():
            return {**_sides(item), "number": item.number, "title": contract_title(item), "signed_on": item.signed_on or _NO_DATE}
        case Service():
            return {"key": item.key, "name": item.name, "full_name": item.full_name or item.name}
        case Invoice() | Sale():
            return _document(item)
        case Correction():
            ground = "correction" if item.is_further else "sale"
            typed = {"ground": Reference(ground, item.ground), "ground_type": f"StandardODATA.{rules.objects[ground].entity}"}
            return {**_document(item), **typed}
        case PriceType():
            return {"name": item.name, "prices_include_vat": item.includes_vat}
        case PriceList():
            said = price_list.comment(item.name, item.tariff_code, item.valid_from)
            numbered = {"number": price_list.number(item.key), "valid_from": item.valid_from, "comment": said}
            return {**numbered, "price_type": Reference("price_type", item.type)}
    raise NotForOnec(f"{kind} does not travel over OData")


def _party(party: Party) -> dict[str, Any]:
    return {
        "code": party.code,
        "name": party.name,
        "full_name": party.full_name or party.name,
        "inn": party.inn or "",
        "kpp": party.kpp or "",
        "person": "ЮридическоеЛицо" if party.kind == "legal" else "ФизическоеЛицо",
    }


def contract_title(contract: Contract) -> str:
    """Наименование of a contract."""
    signed = f" от {contract.signed_on:%d.%m.%Y}" if contract.signed_on else ""
    return f"Договор № {contract.number}{signed}"


def _sides(contract: Contract) -> dict[str, Any]:
    return {
        "organization": Reference("organization", contract.organization),
        "counterparty": Reference("counterparty", contract.counterparty),
        "partner": Reference("partner", contract.counterparty),
    }


def _document(document: Invoice | Sale | Correction) -> dict[str, Any]:
    what = title(type(document).__name__.lower(), document)
    if not document.rows:
        raise NotForOnec(f"{what}: no rows")
    if document.total < 0:
        raise NotForOnec(f"{what}: the total {document.total} is below zero")
    return {
        **_sides(document.contract),
        "contract": Reference("contract", document.contract),
        "number": document.number,
        "date": document.on,
        "total": document.total,
        "prices_include_vat": document.prices_include_vat,
        "has_no_vat": all(_known(row).vat_rate is None for row in document.rows),
        "purpose": f"Оплата по счёту № {document.number} от {document.on:%d.%m.%Y}",
        "invoice": Reference("invoice", document.invoice if isinstance(document, Sale) else None),
    }


def _rows(rule: EntityRule, item: object, what: str) -> Iterable[dict[str, Any]]:
    if isinstance(item, PriceList):
        if not item.rows:
            raise NotForOnec(f"{what}: no rows")
        of_type = {"price_type": Reference("price_type", item.type)}
        return [
            {"line_number": number, "service": Reference("service", service), "price": price, **of_type}
            for number, (service, price) in enumerate(item.rows, 1)
        ]
    if isinstance(item, Correction):
        return [_corrected(number, row, vat_on_top=not item.prices_include_vat) for number, row in enumerate(item.rows, 1)]
    if not isinstance(item, Invoice | Sale):
        raise NotForOnec(f"{what}: has no rows")
    if rule.row_kind == "payment":
        due_on = (item.due_on if isinstance(item, Invoice) else None) or item.on
        return [{"line_number": 1, "due_on": due_on, "amount_with_vat": item.total}]
    return [_row(number, row, vat_on_top=not item.prices_include_vat) for number, row in enumerate(item.rows, 1)]


def _known(row: OnecRow | CorrectionRow) -> OnecRow:
    """The row, of a correction as it is now, or was."""
    known = row if isinstance(row, OnecRow) else row.after or row.before
    if known is None:
        raise NotForOnec("a row without anything before and after")
    return known


def _corrected(number: int, row: CorrectionRow, *, vat_on_top: bool) -> dict[str, Any]:
    """A row with what stood there before; zeroes where there was nothing, or nothing is left."""
    known = _known(row)
    nothing = {**dict.fromkeys(("quantity", "price", "amount", "vat", "amount_with_vat"), ZERO), "vat_rate": known.vat_rate, "text": ""}
    now, before = (_figures(side, vat_on_top=vat_on_top) if side else nothing for side in (row.after, row.before))
    figures_before = {f"{name}_before": value for name, value in before.items()}
    service = {"line_number": number, "service": Reference("service", known.service), "was_there": row.before is not None}
    return {**service, **now, **figures_before, "text": known.text}


def _row(number: int, row: OnecRow, *, vat_on_top: bool) -> dict[str, Any]:
    return {"line_number": number, "service": Reference("service", row.service), **_figures(row, vat_on_top=vat_on_top)}


def _figures(row: OnecRow, *, vat_on_top: bool) -> dict[str, Any]:
    return {
        "text": row.text,
        "quantity": row.quantity,
        "price": row.price,
        "amount": row.amount,
        "vat_rate": row.vat_rate,
        "vat": row.vat,
        "amount_with_vat": row.amount + row.vat if vat_on_top else row.amount,
    }
