"""Счета and acts as CommerceML 2.10, for the client's own accounting program. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid5

from lxml import etree

from pipelines.documents.edo.model import Exchange, ExchangeFile
from pipelines.documents.edo.people import person_name
from pipelines.documents.edo.units import NO_OKEI, okei
from pipelines.documents.model import ActDocument, InvoiceDocument, InvoiceRow
from pipelines.documents.paths import safe_name
from pipelines.documents.requisites import Party
from pipelines.money import CURRENCY
from pipelines.wording import outside

NAMESPACE = "urn:1C.ru:commerceml_2"
VERSION = "2.10"
_NAMES: dict[str | None, str] = {None: NAMESPACE}
_KEYS = UUID("0d4f5f44-6d8a-5a55-9a3a-0b1c6a3d2f10")
_LONGEST_NAME, _LONGEST_KEY, _LONGEST_SERVICE, _LONGEST_COMMENT = 255, 40, 80, 3000
_KINDS = {"legal": "ОфициальноеНаименование", "entrepreneur": "ПолноеНаименование", "individual": "ПолноеНаименование"}


@dataclass(frozen=True, slots=True)
class _Operation:
    """What of the two papers the format names differently: the file, the operation, the date, the day to pay until."""

    prefix: str
    name: str
    on: date
    due: date | None = None


def commerceml(document: InvoiceDocument | ActDocument, way: Exchange) -> ExchangeFile:
    """The file of a счёт («Счет на оплату») or an act («Отпуск товара»); the same document always gives the same bytes."""
    match document:
        case InvoiceDocument():
            operation = _Operation("invoice", "Счет на оплату", document.issued_on, document.due_on)
        case ActDocument():
            operation = _Operation("act", "Отпуск товара", document.dated)
    root = etree.Element(_tag("КоммерческаяИнформация"), nsmap=_NAMES)  # type: ignore[arg-type]  # the stubs know no default namespace
    root.set("ВерсияСхемы", VERSION)
    root.set("ДатаФормирования", f"{way.at:%Y-%m-%dT%H:%M:%S}")
    _document(etree.SubElement(root, _tag("Документ")), document, way, operation)
    name = f"commerceml/{operation.prefix}-{safe_name(document.number)}.xml"
    return ExchangeFile(name, etree.tostring(root, encoding="UTF-8", xml_declaration=True))


def _document(element: etree._Element, document: InvoiceDocument | ActDocument, way: Exchange, operation: _Operation) -> None:
    _put(element, "Ид", way.key)
    _put(element, "Номер", _text(document.number))
    _put(element, "Дата", operation.on.isoformat())
    _put(element, "ХозОперация", operation.name)
    _put(element, "Роль", "Продавец")
    _put(element, "Валюта", CURRENCY)
    _put(element, "Курс", "1")
    _put(element, "Сумма", _money(document.total))
    parties = etree.SubElement(element, _tag("Контрагенты"))
    _party(parties, document.seller, "Продавец")
    _party(parties, document.buyer, "Покупатель")
    _put(element, "Время", f"{way.at:%H:%M:%S}")
    if operation.due:
        _put(element, "СрокПлатежа", operation.due.isoformat())
    _put(element, "Комментарий", outside.clean(_comment(document))[:_LONGEST_COMMENT])
    if document.vat:
        _tax(etree.SubElement(element, _tag("Налоги")), document.vat, None, included=True)
    rows = etree.SubElement(element, _tag("Товары"))
    for row in document.rows:
        _row(etree.SubElement(rows, _tag("Товар")), row)
    _values(element, [("Номер договора", document.contract.number), ("Период", str(document.period))])


def _comment(document: InvoiceDocument | ActDocument) -> str:
    signed = f" от {document.contract.signed_on:%d.%m.%Y}" if document.contract.signed_on else ""
    return f"Договор № {document.contract.number}{signed}"


def _party(parties: etree._Element, party: Party, role: str) -> None:
    element = etree.SubElement(parties, _tag("Контрагент"))
    key = "#".join(filter(None, (party.inn, party.kpp if party.kind == "legal" else None))) or party.code
    _put(element, "Ид", key if len(key) <= _LONGEST_KEY else str(uuid5(_KEYS, key)))
    _put(element, "Наименование", _text(party.name))
    _put(element, _KINDS[party.kind], _text(party.full_name or party.name))
    if party.kind == "legal":
        _address(element, "ЮридическийАдрес", party)
    elif person := person_name(party.full_name) or person_name(party.name):
        _put(element, "Фамилия", person.surname)
        _put(element, "Имя", person.name)
        if person.patronymic:
            _put(element, "Отчество", person.patronymic)
    if party.inn:
        _put(element, "ИНН", party.inn)
    if party.kpp and party.kind == "legal":
        _put(element, "КПП", party.kpp)
    if party.kind != "legal":
        _address(element, "АдресРегистрации", party)
    _put(element, "Роль", role)


def _address(element: etree._Element, name: str, party: Party) -> None:
    if party.address:
        _put(etree.SubElement(element, _tag(name)), "Представление", outside.clean(party.address)[:_LONGEST_NAME])


def _row(element: etree._Element, row: InvoiceRow) -> None:
    service = row.service or row.title
    _put(element, "Ид", service if len(service) <= _LONGEST_SERVICE else str(uuid5(_KEYS, service)))
    _put(element, "Наименование", _text(row.title))
    code, name = okei(row.unit)
    unit = etree.SubElement(element, _tag("БазоваяЕдиница"), {} if code == NO_OKEI else {"Код": code})
    unit.text = name
    _put(element, "Описание", outside.clean(row.text)[:_LONGEST_COMMENT])
    _values(element, [("ВидНоменклатуры", "Услуга"), ("ТипНоменклатуры", "Услуга")])
    amount = row.total if row.price_includes_vat else row.net
    price, quantity = (row.price, row.quantity) if _is_money(row.price) else (amount, Decimal(1))
    _put(element, "ЦенаЗаЕдиницу", _money(price))
    _put(element, "Количество", f"{quantity.normalize():f}")
    _put(element, "Сумма", _money(amount))
    if row.vat_rate is not None:
        _tax(etree.SubElement(element, _tag("Налоги")), row.vat, row.vat_rate, included=row.price_includes_vat)


def _tax(taxes: etree._Element, amount: Decimal, rate: Decimal | None, *, included: bool) -> None:
    tax = etree.SubElement(taxes, _tag("Налог"))
    _put(tax, "Наименование", "НДС")
    _put(tax, "УчтеноВСумме", "true" if included else "false")
    _put(tax, "Сумма", _money(amount))
    if rate is not None:
        _put(tax, "Ставка", f"{rate.normalize():f}")


def _values(element: etree._Element, named: Sequence[tuple[str, str]]) -> None:
    values = etree.SubElement(element, _tag("ЗначенияРеквизитов"))
    for name, value in named:
        each = etree.SubElement(values, _tag("ЗначениеРеквизита"))
        _put(each, "Наименование", name)
        _put(each, "Значение", outside.clean(value)[:1000])


def _put(element: etree._Element, name: str, text: str) -> None:
    etree.SubElement(element, _tag(name)).text = text


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _text(text: str) -> str:
    return outside.clean(text)[:_LONGEST_NAME]


def _is_money(price: Decimal) -> bool:
    """Whether a price has no parts of a kopeck: the format has no room for them."""
    return price == round(price, 2)


def _money(amount: Decimal) -> str:
    return f"{amount:.2f}"
