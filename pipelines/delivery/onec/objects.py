"""Each object as EnterpriseData XML: elements in the order of the schemas 1.17 to 1.21 (facts of 1C's format).

Text, not element trees: 20,000 invoices are a few million elements, and every value passes through `fields`.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from pipelines.delivery.onec import fields, price_list
from pipelines.delivery.onec.key_properties import (
    ROUBLES,
    PartyKeys,
    counterparty_key,
    organization_and_account,
    organization_key,
    reference_tag,
    service_key,
)
from pipelines.delivery.onec.model import (
    AccessProperty,
    Contract,
    Correction,
    CorrectionRow,
    Counterparty,
    Invoice,
    InvoiceLink,
    NotForOnec,
    ObjectKind,
    OnecObject,
    OnecRow,
    PaymentStatus,
    PriceList,
    PriceType,
    Removal,
    Sale,
    Service,
    reference,
)
from pipelines.documents.requisites import Buyer, Seller

_PIECES = "<ДанныеКлассификатора><Код>796</Код><Наименование>шт</Наименование></ДанныеКлассификатора>"
_WRAPPED_IN = "1.17"
"""The version in which a service of an order stands inside ДанныеНоменклатуры; later ones have it in the row itself."""
_FLAG = {True: "true", False: "false"}
_VAT_INCLUDED = {flag: f"<СуммаВключаетНДС>{said}</СуммаВключаетНДС>".encode() for flag, said in _FLAG.items()}


def xml(item: OnecObject, version: str) -> bytes:
    """One object of the Body in this version of the format, in UTF-8. NotForOnec where a value would not survive in 1C."""
    match item:
        case Invoice():
            return _invoice(item, version)
        case Sale():
            return _sale(item)
        case _:
            return _WRITERS[type(item)](item).encode()


def _catalogue(tag: str, key: str, rest: str = "") -> str:
    return f"<Справочник.{tag}><КлючевыеСвойства>{key}</КлючевыеСвойства>{rest}</Справочник.{tag}>"


def _agreement(contract: Contract) -> str:
    end = f"<СрокДействия>{contract.ends_on.isoformat()}</СрокДействия>" if contract.ends_on else ""
    return _catalogue("Договоры", PartyKeys(contract).contract.decode(), end)


def _sold(service: Service) -> str:
    described = f"<Описание>{fields.text(service.description)}</Описание>" if service.description else ""
    rest = f"<ТипНоменклатуры>Услуга</ТипНоменклатуры>{described}<ЕдиницаИзмерения>{_PIECES}</ЕдиницаИзмерения>"
    return _catalogue("Номенклатура", service_key(service), rest)


def _card(client: Counterparty) -> str:
    """The counterparty with its group, and what is said of its access.

    The group is one of the key properties; documents leave it out, for 1C finds their counterparty by its reference.
    """
    what = f"client {client.buyer.code}"
    group = ""
    if client.category:
        name = fields.name(client.category, f"{what}, category")
        group = f"<Группа>{reference_tag(ObjectKind.CATEGORY, client.category)}<Наименование>{name}</Наименование></Группа>"
    key = counterparty_key(client.buyer, group)
    said = ""
    if client.access:
        said = (
            "<ОбщиеСвойстваОбъектовФормата><ДополнительныеРеквизиты><Строка><ЗначениеСвойства>"
            f"<Строка>{fields.text(client.access)}</Строка></ЗначениеСвойства><Свойство>{_property()}</Свойство></Строка>"
            "</ДополнительныеРеквизиты></ОбщиеСвойстваОбъектовФормата>"
        )
    return _catalogue("Контрагенты", key, said)


_ACCESS = "Доступ к мониторингу"


def _property() -> str:
    return f"<Наименование>{_ACCESS}</Наименование>{reference_tag(ObjectKind.PROPERTY, 'access')}"


def _price_type(kind: PriceType) -> str:
    tag = reference_tag(ObjectKind.PRICE_TYPE, kind.key)
    return f"{tag}<Наименование>{kind.name}</Наименование><ВалютаЦены>{ROUBLES}</ВалютаЦены>"


def _prices(prices: PriceList) -> str:
    what = f"prices {prices.key}"
    if not prices.rows:
        raise NotForOnec(f"{what}: no rows")
    rows = "".join(
        f"<Строка><НомерСтрокиДокумента>{number}</НомерСтрокиДокумента>"
        f"<ДанныеНоменклатуры><Номенклатура>{service_key(service)}</Номенклатура></ДанныеНоменклатуры>"
        f"<Цена>{fields.money(price, what)}</Цена></Строка>"
        for number, (service, price) in enumerate(prices.rows, 1)
    )
    comment = fields.line(price_list.comment(prices.name, prices.tariff_code, prices.valid_from))
    return (
        f"<Документ.УстановкаЦенНоменклатуры><КлючевыеСвойства>{reference_tag(ObjectKind.PRICES, prices.key)}"
        f"<Дата>{prices.valid_from.isoformat()}T00:00:00</Дата><Номер>{price_list.number(prices.key)}</Номер></КлючевыеСвойства>"
        f"<ТипЦен>{_price_type(prices.type)}</ТипЦен><Товары>{rows}</Товары><ОбщиеСвойстваОбъектовФормата>"
        f"<Комментарий>{comment}</Комментарий></ОбщиеСвойстваОбъектовФормата></Документ.УстановкаЦенНоменклатуры>"
    )


_SETTLED = "<ДанныеВзаиморасчетов><Договор>".encode()
_SETTLED_IN_ROUBLES = (
    f"</Договор><ВалютаВзаиморасчетов>{ROUBLES}</ВалютаВзаиморасчетов>"
    "<КурсВзаиморасчетов>1</КурсВзаиморасчетов><КратностьВзаиморасчетов>1</КратностьВзаиморасчетов>"
    "<РасчетыВУсловныхЕдиницах>false</РасчетыВУсловныхЕдиницах></ДанныеВзаиморасчетов>"
).encode()
_BUYER, _BUYER_END = "<Контрагент>".encode(), "</Контрагент>".encode()
_SELLER, _SELLER_END = "<Организация>".encode(), "</Организация></КлючевыеСвойства>".encode()


_ROW = (
    "<Строка><НомерСтрокиДокумента>%d</НомерСтрокиДокумента>%b<Количество>%b</Количество><Сумма>%b</Сумма><Цена>%b</Цена>"
    "<СтавкаНДС>%b</СтавкаНДС><СуммаНДС>%b</СуммаНДС><Содержание>%b</Содержание></Строка>"
).encode()
"""A row of an invoice or a sale: most of a message is rows, so they are put together in UTF-8, where the tags need no encoding again."""
_LIST, _LIST_END = "<Услуги>".encode(), "</Услуги>".encode()


def _rows(rows: tuple[OnecRow, ...], what: str, *, is_wrapped: bool = False) -> bytes:
    if not rows:
        raise NotForOnec(f"{what}: no rows")
    shown = [
        _ROW
        % (
            number,
            _sold_in_row(row.service, is_wrapped),
            fields.quantity_bytes(row.quantity) or fields.quantity(row.quantity, what).encode(),
            fields.money_bytes(row.amount) or fields.money(row.amount, what).encode(),
            fields.money_bytes(row.price) or fields.money(row.price, what).encode(),
            _vat_rate(row.vat_rate),
            fields.money_bytes(row.vat) or fields.money(row.vat, what).encode(),
            _content(row.text),
        )
        for number, row in enumerate(rows, 1)
    ]
    return b"".join([_LIST, *shown, _LIST_END])


@lru_cache(maxsize=64)
def _vat_rate(rate: Decimal | None) -> bytes:
    return fields.vat_rate(rate).encode()


@lru_cache(maxsize=4096)
def _content(text: str) -> bytes:
    return fields.text(text).encode()


@lru_cache(maxsize=1024)
def _sold_in_row(service: Service, is_wrapped: bool) -> bytes:  # noqa: FBT001 - a cache is quicker by place
    shown = f"<Номенклатура>{service_key(service)}</Номенклатура>"
    return (f"<ДанныеНоменклатуры>{shown}</ДанныеНоменклатуры>" if is_wrapped else shown).encode()


def _key_properties(link: str, on: date, number: str, organization: str, what: str) -> str:
    return f"{_dated(link, on, number, what)}<Организация>{organization}</Организация>"


def _dated(link: str, on: date, number: str, what: str) -> str:
    return f"{link}<Дата>{on.isoformat()}T12:00:00</Дата><Номер>{fields.code(number, fields.NUMBER_WIDTH, what)}</Номер>"


def _total(document: Invoice | Sale | Correction, what: str) -> str:
    total = document.total
    if total < 0:
        raise NotForOnec(f"{what}: the total {total} is below zero")
    return f"<Сумма>{fields.money(total, what)}</Сумма>"


def _invoice(invoice: Invoice, version: str) -> bytes:
    what = f"invoice {invoice.number}"
    of = PartyKeys(invoice.contract)
    tag = "Документ.ЗаказКлиента" if invoice.is_order else "Документ.СчетПокупателю"
    rows = _rows(invoice.rows, what, is_wrapped=invoice.is_order and version == _WRAPPED_IN)
    key = _dated(reference_tag(ObjectKind.INVOICE, invoice.key), invoice.on, invoice.number, what)
    head = f"<{tag}><КлючевыеСвойства>{key}"
    summed = f"<Валюта>{ROUBLES}</Валюта>{_total(invoice, what)}"
    return b"".join(
        (
            head.encode(), _SELLER, of.organization, _SELLER_END, summed.encode(), _BUYER, of.counterparty, _BUYER_END, _SETTLED,
            of.contract, _SETTLED_IN_ROUBLES, _VAT_INCLUDED[invoice.prices_include_vat], of.account, rows, f"</{tag}>".encode(),
        )
    )  # fmt: skip


def _sale(sale: Sale) -> bytes:
    what = f"sale {sale.number}"
    of = PartyKeys(sale.contract)
    key = _dated(reference_tag(ObjectKind.SALE, sale.key), sale.on, sale.number, what)
    head = f"<Документ.РеализацияТоваровУслуг><КлючевыеСвойства>{key}"
    summed = f"<ВидОперации>РеализацияКлиенту</ВидОперации><Валюта>{ROUBLES}</Валюта>{_total(sale, what)}"
    ground = _ground(sale.invoice, of.organization.decode()) if sale.invoice else ""
    return b"".join(
        (
            head.encode(), _SELLER, of.organization, _SELLER_END, summed.encode(), _VAT_INCLUDED[sale.prices_include_vat], of.account,
            _BUYER, of.counterparty, _BUYER_END, _SETTLED, of.contract, _SETTLED_IN_ROUBLES, ground.encode(), _rows(sale.rows, what),
            "</Документ.РеализацияТоваровУслуг>".encode(),
        )
    )  # fmt: skip


def _correction(correction: Correction) -> str:
    what = f"correction {correction.number}"
    of, ground = PartyKeys(correction.contract), correction.ground
    organization = of.organization.decode()
    link, kind = "РеализацияТоваровУслугСсылка", ObjectKind.SALE
    key = _key_properties(reference_tag(ObjectKind.CORRECTION, correction.key), correction.on, correction.number, organization, what)
    if correction.is_further:
        link, kind = "КорректировкаРеализацииСсылка", ObjectKind.CORRECTION
    corrected = _key_properties(reference_tag(kind, ground.key), ground.on, ground.number, organization, what)
    return (
        f"<Документ.КорректировкаРеализацииТоваров><КлючевыеСвойства>{key}</КлючевыеСвойства>"
        f"<Валюта>{ROUBLES}</Валюта>{_total(correction, what)}<Контрагент>{of.counterparty.decode()}</Контрагент>"
        f"<Договор>{of.contract.decode()}</Договор><СуммаВключаетНДС>{_FLAG[correction.prices_include_vat]}</СуммаВключаетНДС>"
        f"<ДокументРеализации><{link}>{corrected}</{link}>"
        "</ДокументРеализации><ИсправляемыйДокументРеализации/><ВидОперации>СогласованноеИзменение</ВидОперации>"
        f"{of.account.decode()}<Услуги>{_corrected_rows(correction, what)}</Услуги></Документ.КорректировкаРеализацииТоваров>"
    )


def _corrected_rows(correction: Correction, what: str) -> str:
    return "".join(
        f"<Строка><НомерСтрокиДокумента>{number}</НомерСтрокиДокумента>{_corrected(row, what)}</Строка>"
        for number, row in enumerate(correction.rows, 1)
    )


def _corrected(row: CorrectionRow, what: str) -> str:
    """One row with what stood there before: quantity, price, sum and VAT; zeroes where there was nothing, or nothing is left."""
    known = row.after or row.before
    if known is None:
        raise NotForOnec(f"{what}: a row without anything before and after")
    now, then = _figures(row.after, what), _figures(row.before, what)
    rate = fields.vat_rate(known.vat_rate)
    rate_before = fields.vat_rate((row.before or known).vat_rate)
    text_before = f"<СодержаниеДоИзменения>{fields.text(row.before.text)}</СодержаниеДоИзменения>" if row.before else ""
    return (
        f"<Номенклатура>{service_key(known.service)}</Номенклатура>"
        f"<Количество>{now[0]}</Количество><КоличествоДоИзменения>{then[0]}</КоличествоДоИзменения>"
        f"<Сумма>{now[2]}</Сумма><СуммаДоИзменения>{then[2]}</СуммаДоИзменения>"
        f"<Цена>{now[1]}</Цена><ЦенаДоИзменения>{then[1]}</ЦенаДоИзменения>"
        f"<СтавкаНДС>{rate}</СтавкаНДС><СтавкаНДСДоИзменения>{rate_before}</СтавкаНДСДоИзменения>"
        f"<СуммаНДС>{now[3]}</СуммаНДС><СуммаНДСДоИзменения>{then[3]}</СуммаНДСДоИзменения>"
        f"<Содержание>{fields.text(known.text)}</Содержание>{text_before}"
        f"<ЕстьВДокументеПоступленияРеализации>{_FLAG[row.before is not None]}</ЕстьВДокументеПоступленияРеализации>"
    )


def _figures(row: OnecRow | None, what: str) -> tuple[str, str, str, str]:
    """Quantity, price, sum and VAT as they are written."""
    if row is None:
        return "0", "0.00", "0.00", "0.00"
    return fields.quantity(row.quantity, what), fields.money(row.price, what), fields.money(row.amount, what), fields.money(row.vat, what)


def _payment_status(status: PaymentStatus) -> str:
    what = f"payments of {status.order.number}"
    state = "НеОплачен" if status.paid <= 0 else "Оплачен" if status.paid >= status.total else "ОплаченЧастично"
    day = f"<ДатаСостояния>{status.paid_on.isoformat()}</ДатаСостояния>" if status.paid_on else ""
    order = _key_properties(
        reference_tag(ObjectKind.INVOICE, status.order.key),
        status.order.on,
        status.order.number,
        organization_and_account(status.organization)[0],
        what,
    )
    return (
        f"<Справочник.СостояниеОплатыЗаказа><КлючевыеСвойства><Заказ>{order}</Заказ>"
        f"{reference_tag(ObjectKind.PAYMENT_STATUS, status.order.key)}</КлючевыеСвойства>{day}"
        f"<СуммаВсехПлатежей>{fields.money(status.paid, what)}</СуммаВсехПлатежей><СостояниеОплаты>{state}</СостояниеОплаты>"
        "</Справочник.СостояниеОплатыЗаказа>"
    )


_REMOVED = {
    ObjectKind.INVOICE: "СчетПокупателюСсылка",
    ObjectKind.SALE: "РеализацияТоваровУслугСсылка",
    ObjectKind.COUNTERPARTY: "КонтрагентыСсылка",
    ObjectKind.CONTRACT: "ДоговорыСсылка",
    ObjectKind.SERVICE: "НоменклатураСсылка",
    ObjectKind.PRICES: "УстановкаЦенНоменклатурыСсылка",
}


def _removal(removal: Removal) -> str:
    tag = _REMOVED[removal.kind]
    return (
        f"<УдалениеОбъекта><СсылкаНаОбъект><СсылкаНаОбъект><{tag}>{reference(removal.kind, removal.key)}</{tag}>"
        "</СсылкаНаОбъект></СсылкаНаОбъект></УдалениеОбъекта>"
    )


def _ground(link: InvoiceLink, organization: str) -> str:
    tag = "Заказ" if link.is_order else "СчетПокупателю"
    what = f"invoice {link.number}"
    return f"<{tag}>{_key_properties(reference_tag(ObjectKind.INVOICE, link.key), link.on, link.number, organization, what)}</{tag}>"


_WRITERS: dict[type, Callable[[Any], str]] = {
    Seller: lambda seller: _catalogue("Организации", organization_key(seller)),
    Buyer: lambda buyer: _catalogue("Контрагенты", counterparty_key(buyer)),
    Counterparty: _card,
    AccessProperty: lambda _: _catalogue("ДополнительныеРеквизиты", _property(), f"<Заголовок>{_ACCESS}</Заголовок>"),
    Contract: _agreement,
    Service: _sold,
    PriceType: lambda of: _catalogue("ТипыЦен", _price_type(of), f"<ЦенаВключаетНДС>{_FLAG[of.includes_vat]}</ЦенаВключаетНДС>"),
    PriceList: _prices,
    Correction: _correction,
    PaymentStatus: _payment_status,
    Removal: _removal,
}
