"""The Body of a message from 1C, object by object: money documents, counterparties and contracts as facts, everything else by its type.

The file streams through a parser that gives finished objects away at once, so that memory does not grow with the message.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, NamedTuple

from lxml import etree

from pipelines.delivery.onec.catalogues import CATALOGUES_RECEIVED, LINKS, CatalogueObject, catalogue_object, is_catalogue
from pipelines.delivery.onec.elements import UnreadableObject, children, local_name, reference_of, text
from pipelines.delivery.onec.parsing import CHUNK, SAFE, not_well_formed, opened
from pipelines.delivery.onec.register import NamedParty, named_party
from pipelines.errors import BadInput

LARGEST_OBJECT: Final = 16 << 20
"""Bytes of a message without one object ended: 1C writes some kilobytes an object."""

ROUBLES: Final = ("643", "810")
LONGEST_WRITTEN: Final = 40
"""Characters of a number or of a sum that is none, as they are shown to people."""

_EMPTY_DATE, _EARLIEST = "0001-01-01", date(2000, 1, 1)
_MOST = Decimal("999999999999.99")


class MoneyKind(StrEnum):
    """A document of money in 1C; the value is stored."""

    BANK_IN = "bank_in"
    BANK_OUT = "bank_out"
    CASH_IN = "cash_in"
    CASH_OUT = "cash_out"

    @property
    def is_bank(self) -> bool:
        """Whether a bank moved the money, and not a cash desk."""
        return self in (MoneyKind.BANK_IN, MoneyKind.BANK_OUT)

    @property
    def is_outgoing(self) -> bool:
        """Whether the money left the organization."""
        return self in (MoneyKind.BANK_OUT, MoneyKind.CASH_OUT)


class NoPayment(StrEnum):
    """Why a document of money is no payment of a customer; the value is stored."""

    NOT_A_CUSTOMER = "not_a_customer"  # settled with a supplier, a lender …
    OTHER_CURRENCY = "other_currency"
    DRAFT = "draft"
    UNREADABLE = "unreadable"  # its sum or its day is none
    OTHER_ORGANIZATION = "other_organization"
    OTHER_ACCOUNT = "other_account"


class MoneyDocument(NamedTuple):
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


class MoneyFault(StrEnum):
    """What is wrong with the sum or the day of a document of money; findings keep the value."""

    NO_SUM = "no_sum"
    NOT_ABOVE_ZERO = "not_above_zero"
    TOO_LARGE = "too_large"
    FINER_THAN_A_KOPECK = "finer_than_a_kopeck"
    NO_DAY = "no_day"
    TOO_EARLY = "too_early"


class UnreadableMoney(UnreadableObject):
    """A document of money whose sum or day is none; `written`: what stands there instead."""

    def __init__(self, why: str, fault: MoneyFault, written: str) -> None:
        super().__init__(why)
        self.fault, self.written = fault, written[:LONGEST_WRITTEN]


@dataclass(frozen=True, slots=True)
class UnreadDocument:
    """A document of money that could not be read: by its `reference`, with what must be known of it so that somebody looks at it.

    `reason`: in words, `fault` and `written` as UnreadableMoney says; `left_out`: why it would be no payment in any case.
    """

    type_name: str
    reason: str
    kind: MoneyKind
    reference: str
    number: str
    fault: MoneyFault
    written: str
    organization: NamedParty
    our_account: str
    left_out: NoPayment | None = None


@dataclass(frozen=True, slots=True)
class Unread:
    """An object that is not imported: its type, and why where it should be and could not be read."""

    type_name: str
    reason: str = ""


BodyObject = MoneyDocument | UnreadDocument | Deleted | CatalogueObject | Unread

_TYPES: Final = {
    "Документ.ПБДСРасчетыСКонтрагентами": MoneyKind.BANK_IN,
    "Документ.СБДСРасчетыСКонтрагентами": MoneyKind.BANK_OUT,
    "Документ.ПКОРасчетыСКонтрагентами": MoneyKind.CASH_IN,
    "Документ.РКОРасчетыСКонтрагентами": MoneyKind.CASH_OUT,
}
RECEIVED: Final = (*CATALOGUES_RECEIVED, *_TYPES)
"""Types of objects that are imported, as the header declares them."""
_DELETION: Final = "УдалениеОбъекта"
_MONEY_LINKS: Final = frozenset(f"{name.removeprefix('Документ.')}Ссылка" for name in _TYPES)


def read_body(path: Path) -> Iterator[BodyObject]:
    """Every object of the Body at `path`, in its order; nothing where there is no Body. Call `read_header` before.

    Namespaces and the order of elements are forgiven; what a document needs and lacks makes it an `UnreadDocument`, and an `Unread` where
    its reference is none. BadInput when the file is cut off or not well-formed, or one object is larger than `LARGEST_OBJECT`.
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
    name = local_name(element)
    kind = _TYPES.get(name)
    try:
        if kind is not None:
            return _document(kind, element)
        if is_catalogue(name):
            return catalogue_object(element)
        return _deletion(element) if name == _DELETION else Unread(name)
    except UnreadableObject as error:
        return Unread(name, str(error))


def _deletion(element: Any) -> BodyObject:
    """What УдалениеОбъекта names, as far as it is imported."""
    links = [(local_name(link), link) for link in element.iter()]
    money = tuple(reference_of(link.text or "") for name, link in links if name in _MONEY_LINKS)
    for name, link in links:
        if name in LINKS:
            return CatalogueObject(LINKS[name], reference_of(link.text or ""), is_deleted=True)
    return Deleted(money) if money else Unread(_DELETION)


def _document(kind: MoneyKind, element: Any) -> MoneyDocument | UnreadDocument:
    top = children(element)
    key, common = children(top.get("КлючевыеСвойства")), children(top.get("ОбщиеДанные"))
    own_number = text(key.get("Номер"))
    reference = reference_of(text(key.get("Ссылка")))
    bank_number = text(common.get("НомерВходящегоДокумента"))
    organization, our_account = named_party(key.get("Организация")), _account(common.get("БанковскийСчетОрганизации"))
    left_out = _why_left_out(top, common)
    try:
        amount = payment_sum(text(common.get("Сумма")), own_number)
        paid_on = payment_day(text(common.get("ДатаВыписки")), text(key.get("Дата")), own_number)
    except UnreadableMoney as error:
        number, name = bank_number or own_number, local_name(element)
        return UnreadDocument(name, str(error), kind, reference, number, error.fault, error.written, organization, our_account, left_out)
    return MoneyDocument(
        kind=kind,
        reference=reference,
        number=bank_number or own_number,
        is_bank_number=bool(bank_number),
        paid_on=paid_on,
        amount=amount,
        organization=organization,
        our_account=our_account,
        counterparty=named_party(top.get("Контрагент")),
        their_account=_account(top.get("БанковскийСчетКонтрагента") if not kind.is_outgoing else common.get("БанковскийСчет")),
        purpose=_purpose(common),
        left_out=left_out,
        detail=text(top.get("ВидРасчетов")) if left_out is NoPayment.NOT_A_CUSTOMER else "",
    )


def _purpose(common: dict[str, Any]) -> str:
    """НазначениеПлатежа where the type of document has it, else the ground of a cash order."""
    order = children(common.get("РеквизитыПлатежа"))
    return text(common.get("НазначениеПлатежа")) or text(order.get("НазначениеПлатежа")) or text(common.get("Основание"))


def _why_left_out(top: dict[str, Any], common: dict[str, Any]) -> NoPayment | None:
    """Why a document is no payment, by what it says itself."""
    if text(top.get("ВидРасчетов")) not in ("", "СПокупателем"):
        return NoPayment.NOT_A_CUSTOMER
    if text(children(top.get("ОбщиеСвойстваОбъектовФормата")).get("СостояниеОбъекта")) == "Черновик":
        return NoPayment.DRAFT
    return NoPayment.OTHER_CURRENCY if _currency(common) not in ("", *ROUBLES) else None


def _currency(common: dict[str, Any]) -> str:
    return text(children(children(common.get("Валюта")).get("ДанныеКлассификатора")).get("Код"))


def _account(element: Any) -> str:
    return text(children(element).get("НомерСчета"))


def payment_sum(written: str, number: str) -> Decimal:
    """The sum of a document of money; UnreadableMoney where it is none."""
    try:
        amount = Decimal(written)
    except InvalidOperation:
        raise UnreadableMoney(f"document {number!r}: {written!r} is no sum", MoneyFault.NO_SUM, written) from None
    if fault := _fault(amount):
        why = f"document {number!r}: the sum {written} is not above zero, too large, or finer than a kopeck"
        raise UnreadableMoney(why, fault, written)
    return amount


def _fault(amount: Decimal) -> MoneyFault | None:
    if not amount.is_finite():
        return MoneyFault.NO_SUM
    if amount <= 0:
        return MoneyFault.NOT_ABOVE_ZERO
    if amount > _MOST:
        return MoneyFault.TOO_LARGE
    return MoneyFault.FINER_THAN_A_KOPECK if amount != round(amount, 2) else None


def payment_day(of_statement: str, of_document: str, number: str) -> date:
    """The day of the bank's statement, else the document's; 1C writes an empty date as 0001-01-01. UnreadableMoney where it is none."""
    written = of_document if of_statement[:10] in ("", _EMPTY_DATE) else of_statement
    try:
        day = date.fromisoformat(written[:10])
    except ValueError:
        raise UnreadableMoney(f"document {number!r}: {written!r} is no date", MoneyFault.NO_DAY, written) from None
    if day < _EARLIEST:
        raise UnreadableMoney(f"document {number!r}: {day} is no day of a payment", MoneyFault.TOO_EARLY, written)
    return day
