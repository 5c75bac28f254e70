"""The Body of a message from 1C, object by object: money documents as facts, everything else by its type.

The file streams through a parser that gives finished objects away at once, so that memory does not grow with the message.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from lxml import etree

from pipelines.delivery.onec.parsing import CHUNK, SAFE, not_well_formed, opened
from pipelines.errors import BadInput

LARGEST_OBJECT: Final = 16 << 20
"""Bytes of a message without one object ended: 1C writes some kilobytes an object."""

_RUSSIAN_ROUBLE = ("643", "810")
_EMPTY_DATE, _EARLIEST = "0001-01-01", date(2000, 1, 1)
_MOST = Decimal("999999999999.99")


class MoneyKind(StrEnum):
    """A document of money in 1C; the value is stored."""

    BANK_IN = "bank_in"
    BANK_OUT = "bank_out"
    CASH_IN = "cash_in"
    CASH_OUT = "cash_out"

    @property
    def is_outgoing(self) -> bool:
        """Whether the money left the organization."""
        return self in (MoneyKind.BANK_OUT, MoneyKind.CASH_OUT)


class NoPayment(StrEnum):
    """Why a document of money is no payment of a customer; the value is stored."""

    NOT_A_CUSTOMER = "not_a_customer"  # settled with a supplier, a lender …
    OTHER_CURRENCY = "other_currency"
    DRAFT = "draft"
    UNREADABLE = "unreadable"
    OTHER_ORGANIZATION = "other_organization"
    OTHER_ACCOUNT = "other_account"


@dataclass(frozen=True, slots=True)
class NamedParty:
    """An organization or a counterparty as 1C names it; empty where it says nothing."""

    reference: str
    name: str
    inn: str
    kpp: str


@dataclass(frozen=True, slots=True)
class MoneyDocument:
    """ПБДС, СБДС, ПКО or РКО РасчетыСКонтрагентами. `reference`: its UUID, the same in every message.

    `number` is the bank's (НомерВходящегоДокумента) where 1C knows it, else that of 1C; `paid_on` the day of the bank's statement, else
    of the document. `amount` is above zero. `left_out`: why it is no payment, `detail` names what was wrong.
    """

    kind: MoneyKind
    reference: str
    number: str
    is_bank_number: bool
    paid_on: date
    amount: Decimal
    organization: NamedParty
    our_account: str
    counterparty: NamedParty
    their_account: str
    purpose: str
    left_out: NoPayment | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Deleted:
    """УдалениеОбъекта: documents of money that 1C holds no longer, by their UUIDs."""

    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unread:
    """An object that is not imported: its type, and why where a money document could not be read."""

    type_name: str
    reason: str = ""


BodyObject = MoneyDocument | Deleted | Unread

_TYPES: Final = {
    "Документ.ПБДСРасчетыСКонтрагентами": MoneyKind.BANK_IN,
    "Документ.СБДСРасчетыСКонтрагентами": MoneyKind.BANK_OUT,
    "Документ.ПКОРасчетыСКонтрагентами": MoneyKind.CASH_IN,
    "Документ.РКОРасчетыСКонтрагентами": MoneyKind.CASH_OUT,
}
RECEIVED: Final = tuple(_TYPES)
"""Types of objects that are imported, as the header declares them."""
_DELETION: Final = "УдалениеОбъекта"
_LINKS: Final = frozenset(f"{name.removeprefix('Документ.')}Ссылка" for name in _TYPES)


def read_body(path: Path) -> Iterator[BodyObject]:
    """Every object of the Body at `path`, in its order; nothing where there is no Body. Call `read_header` before.

    Namespaces and the order of elements are forgiven; what a document needs and lacks makes it an `Unread`. BadInput when the file is
    cut off or not well-formed, or one object is larger than `LARGEST_OBJECT`.
    """
    for element in _elements(path):
        yield _object(element)


def _elements(path: Path) -> Iterator[Any]:
    """The children of the Body, each when it has ended; it is let go of when the next is asked for."""
    parser = etree.XMLPullParser(events=("start",), tag="{*}Body", remove_comments=True, remove_pis=True, **SAFE)
    body: Any = None
    waiting = 0
    try:
        with opened(path) as file:
            while chunk := file.read(CHUNK):
                parser.feed(chunk)
                waiting += len(chunk)
                body = _body(parser) if body is None else body
                for element in _ended(body):
                    waiting = 0
                    yield element
                if waiting > LARGEST_OBJECT:
                    raise BadInput.one(path.name, f"has no end of an object in {LARGEST_OBJECT >> 20} MB")
            parser.close()
    except etree.LxmlError as error:
        raise not_well_formed(path, error) from None
    if body is not None and len(body):
        yield body[0]


def _body(parser: Any) -> Any:
    """The element Body of the message, once it has begun; one elsewhere is none."""
    for _, element in parser.read_events():
        parent = element.getparent()
        if parent is not None and parent.getparent() is None:
            return element
    return None


def _ended(body: Any) -> Iterator[Any]:
    """The children that have ended for certain: all but the last."""
    while body is not None and len(body) and (element := body[0]).getnext() is not None:
        yield element
        body.remove(element)


def _object(element: Any) -> BodyObject:
    name = _local(element)
    kind = _TYPES.get(name)
    try:
        if kind is not None:
            return _document(kind, element)
        links = [link for link in element.iter() if _local(link) in _LINKS] if name == _DELETION else []
        return Deleted(tuple(_uuid(link.text or "") for link in links)) if links else Unread(name)
    except _UnreadableError as error:
        return Unread(name, str(error))


class _UnreadableError(Exception):
    """A document of money that cannot be told from another, or has no sum."""


def _document(kind: MoneyKind, element: Any) -> MoneyDocument:
    top = _children(element)
    key, common = _children(top.get("КлючевыеСвойства")), _children(top.get("ОбщиеДанные"))
    own_number = _text(key.get("Номер"))
    reference = _uuid(_text(key.get("Ссылка")))
    bank_number = _text(common.get("НомерВходящегоДокумента"))
    amount = _amount(_text(common.get("Сумма")), own_number)
    settled_with = _text(top.get("ВидРасчетов"))
    left_out = _left_out(settled_with, _text(_children(top.get("ОбщиеСвойстваОбъектовФормата")).get("СостояниеОбъекта")), _currency(common))
    return MoneyDocument(
        kind=kind,
        reference=reference,
        number=bank_number or own_number,
        is_bank_number=bool(bank_number),
        paid_on=_day(_text(common.get("ДатаВыписки")), _text(key.get("Дата")), own_number),
        amount=amount,
        organization=_party(key.get("Организация")),
        our_account=_account(common.get("БанковскийСчетОрганизации")),
        counterparty=_party(top.get("Контрагент")),
        their_account=_account(top.get("БанковскийСчетКонтрагента") if not kind.is_outgoing else common.get("БанковскийСчет")),
        purpose=_purpose(common),
        left_out=left_out,
        detail=settled_with if left_out is NoPayment.NOT_A_CUSTOMER else "",
    )


def _purpose(common: dict[str, Any]) -> str:
    """НазначениеПлатежа where the type of document has it, else the ground of a cash order."""
    order = _children(common.get("РеквизитыПлатежа"))
    return _text(common.get("НазначениеПлатежа")) or _text(order.get("НазначениеПлатежа")) or _text(common.get("Основание"))


def _left_out(settled_with: str, state: str, currency: str) -> NoPayment | None:
    if settled_with not in ("", "СПокупателем"):
        return NoPayment.NOT_A_CUSTOMER
    if currency not in ("", *_RUSSIAN_ROUBLE):
        return NoPayment.OTHER_CURRENCY
    return NoPayment.DRAFT if state == "Черновик" else None


def _currency(common: dict[str, Any]) -> str:
    return _text(_children(_children(common.get("Валюта")).get("ДанныеКлассификатора")).get("Код"))


def _party(element: Any) -> NamedParty:
    known = _children(element)
    inn, kpp = _text(known.get("ИНН")), _text(known.get("КПП"))
    return NamedParty(
        _text(known.get("Ссылка")).lower(), _text(known.get("НаименованиеПолное")) or _text(known.get("Наименование")), inn, kpp
    )


def _account(element: Any) -> str:
    return _text(_children(element).get("НомерСчета"))


def _amount(text: str, number: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise _UnreadableError(f"document {number!r}: {text!r} is no sum") from None
    if not amount.is_finite() or amount <= 0 or amount > _MOST or amount != round(amount, 2):
        raise _UnreadableError(f"document {number!r}: the sum {text} is not above zero, too large, or finer than a kopeck")
    return amount


def _day(of_statement: str, of_document: str, number: str) -> date:
    """The day of the bank's statement, else the document's; 1C writes an empty date as 0001-01-01."""
    text = of_document if of_statement[:10] in ("", _EMPTY_DATE) else of_statement
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        raise _UnreadableError(f"document {number!r}: {text!r} is no date") from None
    if day < _EARLIEST:
        raise _UnreadableError(f"document {number!r}: {day} is no day of a payment")
    return day


def _uuid(text: str) -> str:
    try:
        return str(UUID(text.strip()))
    except ValueError:
        raise _UnreadableError(f"{text!r} is no reference to an object") from None


def _children(element: Any) -> dict[str, Any]:
    """Local name → child; of several the first."""
    children: dict[str, Any] = {}
    if element is not None:
        for child in element:
            children.setdefault(_local(child), child)
    return children


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _text(element: Any) -> str:
    return "" if element is None or not element.text else element.text.strip()
