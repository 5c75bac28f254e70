"""What goes to 1C: catalogues, prices, invoices, sales with their corrections, and statuses, as plain facts."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Literal
from uuid import UUID, uuid5

from pipelines.documents.requisites import Buyer, Seller
from pipelines.errors import Refused
from pipelines.money import ZERO

NAMESPACE = UUID("5f3c2b1e-8d47-4a6f-9c05-2e7b61d0a934")
"""Never change it: every object that 1C knows is found again by a UUID made from it."""


class ObjectKind(StrEnum):
    """Kinds of objects; the value is part of the UUID for ever."""

    ORGANIZATION = "organization"
    COUNTERPARTY = "counterparty"
    CONTRACT = "contract"
    SERVICE = "service"
    INVOICE = "invoice"
    SALE = "sale"
    BANK_ACCOUNT = "bank_account"
    PARTNER = "partner"
    CATEGORY = "category"
    PRICE_TYPE = "price_type"
    PRICES = "prices"
    CORRECTION = "correction"
    PROPERTY = "property"
    PAYMENT_STATUS = "payment_status"


class NotForOnec(Refused):
    """An object that 1C could not take as it is; the message names the object and the field."""


def reference(kind: ObjectKind, key: str) -> UUID:
    """The UUID (Ссылка) of an object: the same kind and key give the same UUID for ever (uuid5)."""
    return uuid5(NAMESPACE, f"{kind.value}\x1f{key}")


@dataclass(frozen=True, slots=True)
class Contract:
    """The agreement; `number` (contract_no) is the key. `ends_on`: its last day; None: without an end."""

    number: str
    organization: Seller
    counterparty: Buyer
    signed_on: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Counterparty:
    """A client as its own card in 1C: in the group of its `category`.

    `access`: what a person reads there of the client's access, for bases that take additional properties; None: nothing is said.
    """

    buyer: Buyer
    category: str | None = None
    access: str | None = None


@dataclass(frozen=True, slots=True)
class AccessProperty:
    """The additional property (ДополнительныеРеквизиты) of counterparties that `Counterparty.access` fills."""


@dataclass(frozen=True, slots=True)
class Service:
    """What is sold (Номенклатура, ТипНоменклатуры Услуга); `key` is stable, for example tariff and component.

    `description`: how it is priced, where one price does not say it.
    """

    key: str
    name: str
    full_name: str | None = None
    description: str = ""

    def __hash__(self) -> int:
        """By the key alone: it is asked for in every row."""
        return hash(self.key)


@dataclass(frozen=True, slots=True)
class PriceType:
    """ТипЦен: prices of our tariffs, with VAT or without."""

    includes_vat: bool

    @property
    def key(self) -> str:
        """By which one is told from the other."""
        return "vat" if self.includes_vat else "net"

    @property
    def name(self) -> str:
        """What 1C calls it."""
        return "Тарифы с НДС" if self.includes_vat else "Тарифы без НДС"


@dataclass(frozen=True, slots=True)
class PriceList:
    """УстановкаЦенНоменклатуры: the prices of one tariff from a day on. `key`: tariff and day; `name`: the tariff's."""

    key: str
    tariff_code: str
    name: str
    valid_from: date
    type: PriceType
    rows: tuple[tuple[Service, Decimal], ...]


@dataclass(frozen=True, slots=True)
class OnecRow:
    """One row. `quantity` × `price` is exactly `amount` (domain.md §7).

    `amount` includes `vat` when the document's prices do, else it is net. `vat_rate` in percent; None: без НДС.
    `text` is what the buyer reads (Содержание).
    """

    service: Service
    quantity: Decimal
    price: Decimal
    amount: Decimal
    vat_rate: Decimal | None
    vat: Decimal
    text: str

    def __post_init__(self) -> None:
        if self.quantity * self.price != self.amount:
            raise NotForOnec(f"row {self.text!r}: {self.quantity} × {self.price} is not {self.amount}")
        if self.vat_rate is None and self.vat:
            raise NotForOnec(f"row {self.text!r}: {self.vat} VAT without a rate")


@dataclass(frozen=True, slots=True)
class Invoice:
    """СчетПокупателю, or ЗаказКлиента (`is_order`) for a base that takes no счета.

    `key` is the invoice's identity (contract, period, kind and cause), not its number. `due_on`: to be paid by.
    """

    key: str
    number: str
    on: date
    contract: Contract
    rows: tuple[OnecRow, ...]
    prices_include_vat: bool
    due_on: date | None = None
    is_order: bool = False

    @property
    def total(self) -> Decimal:
        """Sum with VAT."""
        return _total(self.rows, vat_on_top=not self.prices_include_vat)


@dataclass(frozen=True, slots=True)
class DocumentLink:
    """A document that another one names as its ground."""

    key: str
    number: str
    on: date


@dataclass(frozen=True, slots=True)
class InvoiceLink(DocumentLink):
    """The invoice that a sale names; `is_order`: the base knows it as ЗаказКлиента."""

    is_order: bool = False


@dataclass(frozen=True, slots=True)
class Sale:
    """РеализацияТоваровУслуг of services: one per contract and month, for all kinds of invoices (domain.md §7).

    `on` is the last day of the period. `invoice` is given when one invoice alone is the ground of the sale.
    """

    key: str
    number: str
    on: date
    contract: Contract
    rows: tuple[OnecRow, ...]
    prices_include_vat: bool
    invoice: InvoiceLink | None = None

    @property
    def total(self) -> Decimal:
        """Sum with VAT."""
        return _total(self.rows, vat_on_top=not self.prices_include_vat)


@dataclass(frozen=True, slots=True)
class CorrectionRow:
    """A row of a sale before and after its correction; None where there was none, or none is left."""

    before: OnecRow | None
    after: OnecRow | None


@dataclass(frozen=True, slots=True)
class Correction:
    """КорректировкаРеализацииТоваров: what later runs changed in the sale of a closed month.

    `ground`: the sale, or the correction (`is_further`) that was made before this one.
    """

    key: str
    number: str
    on: date
    contract: Contract
    ground: DocumentLink
    is_further: bool
    rows: tuple[CorrectionRow, ...]
    prices_include_vat: bool

    @property
    def total(self) -> Decimal:
        """Sum with VAT of what is left."""
        left = tuple(row.after for row in self.rows if row.after)
        return _total(left, vat_on_top=not self.prices_include_vat)


@dataclass(frozen=True, slots=True)
class PaymentStatus:
    """СостояниеОплатыЗаказа: what was paid, until a day, of an order of `total`."""

    organization: Seller
    order: DocumentLink
    total: Decimal
    paid: Decimal
    paid_on: date | None


@dataclass(frozen=True, slots=True)
class Removal:
    """УдалениеОбъекта: an object that was sent before and has come to nothing; 1C marks it as deleted."""

    kind: Literal[ObjectKind.INVOICE, ObjectKind.SALE, ObjectKind.COUNTERPARTY, ObjectKind.CONTRACT, ObjectKind.SERVICE, ObjectKind.PRICES]
    key: str


OnecObject = (
    Seller | Buyer | Counterparty | AccessProperty | Contract | Service | PriceType | PriceList
    | Invoice | Sale | Correction | PaymentStatus | Removal
)  # fmt: skip


def _total(rows: tuple[OnecRow, ...], *, vat_on_top: bool) -> Decimal:
    amount = sum([row.amount for row in rows], ZERO)
    return amount + sum([row.vat for row in rows], ZERO) if vat_on_top else amount
