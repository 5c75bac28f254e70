"""Each object as EnterpriseData XML: elements in the order of the schemas 1.17 to 1.21 (facts of 1C's format).

Text, not element trees: 20,000 invoices are a few million elements, and every value passes through `fields`.
"""

from collections.abc import Callable
from datetime import date
from functools import lru_cache
from hashlib import sha1
from typing import Any

from pipelines.delivery.onec import fields
from pipelines.delivery.onec.model import (
    NAMESPACE,
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

_ROUBLES = "<ДанныеКлассификатора><Код>643</Код><Наименование>руб.</Наименование></ДанныеКлассификатора>"
_PIECES = "<ДанныеКлассификатора><Код>796</Код><Наименование>шт</Наименование></ДанныеКлассификатора>"
_BEGUN = {kind: sha1(NAMESPACE.bytes + f"{kind.value}\x1f".encode(), usedforsecurity=False) for kind in ObjectKind}
_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}
"""The digit of a UUID that says of which variant it is, by that of the digest."""
_WRAPPED_IN = "1.17"
"""The version in which a service of an order stands inside ДанныеНоменклатуры; later ones have it in the row itself."""
_FLAG = {True: "true", False: "false"}


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
    return _catalogue("Договоры", _Parties(contract).contract, end)


def _sold(service: Service) -> str:
    described = f"<Описание>{fields.text(service.description)}</Описание>" if service.description else ""
    rest = f"<ТипНоменклатуры>Услуга</ТипНоменклатуры>{described}<ЕдиницаИзмерения>{_PIECES}</ЕдиницаИзмерения>"
    return _catalogue("Номенклатура", _service(service), rest)


def _ref(kind: ObjectKind, key: str) -> str:
    """`model.reference` as text; uuid5 spelled out, for it is most of the cost of a message."""
    digest = _BEGUN[kind].copy()
    digest.update(key.encode())
    plain = digest.hexdigest()
    return f"<Ссылка>{plain[:8]}-{plain[8:12]}-5{plain[13:16]}-{_VARIANT[plain[16]]}{plain[17:20]}-{plain[20:32]}</Ссылка>"


def _inn_kpp(inn: str | None, kpp: str | None, what: str) -> str:
    shown = f"<ИНН>{fields.code(inn, 12, f'{what}, ИНН')}</ИНН>" if inn else ""
    return shown + (f"<КПП>{fields.code(kpp, 9, f'{what}, КПП')}</КПП>" if kpp else "")


@lru_cache(maxsize=64)
def _seller(seller: Seller) -> tuple[str, str]:
    """The organization, and its account or nothing."""
    return _organization(seller), _account(seller)


def _organization(seller: Seller) -> str:
    what = f"organization {seller.code}"
    person = "ФизическоеЛицо" if seller.kind == "entrepreneur" else "ЮридическоеЛицо"
    return (
        f"{_ref(ObjectKind.ORGANIZATION, seller.code)}<Наименование>{fields.name(seller.name, what)}</Наименование>"
        f"<НаименованиеПолное>{fields.line(seller.full_name or seller.name)}</НаименованиеПолное>"
        f"{_inn_kpp(seller.inn, seller.kpp, what)}<ЮридическоеФизическоеЛицо>{person}</ЮридическоеФизическоеЛицо>"
    )


def _account(seller: Seller) -> str:
    """БанковскийСчетОрганизации, or nothing when the organization's account is not given."""
    bank = seller.bank
    if bank is None:
        return ""
    what = f"organization {seller.code}"
    corr = f"<КоррСчет>{fields.code(bank.corr_account, 20, f'{what}, corr. account')}</КоррСчет>" if bank.corr_account else ""
    return (
        f"<БанковскийСчетОрганизации>{_ref(ObjectKind.BANK_ACCOUNT, f'{seller.code}:{bank.bic}:{bank.account}')}"
        f"<НомерСчета>{fields.code(bank.account, 34, f'{what}, account')}</НомерСчета>"
        f"<Банк><ДанныеКлассификатораБанков><Наименование>{fields.name(bank.name, f'{what}, bank')}</Наименование>"
        f"<БИК>{fields.code(bank.bic, 9, f'{what}, БИК')}</БИК>{corr}</ДанныеКлассификатораБанков></Банк>"
        f"<Владелец><ОрганизацииСсылка>{_organization(seller)}</ОрганизацииСсылка></Владелец></БанковскийСчетОрганизации>"
    )


def _counterparty(buyer: Buyer, group: str = "") -> str:
    what = f"client {buyer.code}"
    if buyer.kind == "legal":
        person = f"<ЮридическоеФизическоеЛицо>ЮридическоеЛицо</ЮридическоеФизическоеЛицо>{group}"
    else:
        entrepreneur = "true" if buyer.kind == "entrepreneur" else "false"
        person = (
            f"<ЮридическоеФизическоеЛицо>ФизическоеЛицо</ЮридическоеФизическоеЛицо>{group}"
            f"<ИндивидуальныйПредприниматель>{entrepreneur}</ИндивидуальныйПредприниматель>"
        )
    return (
        f"{_ref(ObjectKind.COUNTERPARTY, buyer.code)}<Наименование>{fields.name(buyer.name, what)}</Наименование>"
        f"<НаименованиеПолное>{fields.line(buyer.full_name or buyer.name)}</НаименованиеПолное>"
        f"{_inn_kpp(buyer.inn, buyer.kpp, what)}{person}"
    )


def _card(client: Counterparty) -> str:
    """The counterparty with its group, and what is said of its access.

    The group is one of the key properties; documents leave it out, for 1C finds their counterparty by its reference.
    """
    what = f"client {client.buyer.code}"
    group = ""
    if client.category:
        name = fields.name(client.category, f"{what}, category")
        group = f"<Группа>{_ref(ObjectKind.CATEGORY, client.category)}<Наименование>{name}</Наименование></Группа>"
    key = _counterparty(client.buyer, group)
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
    return f"<Наименование>{_ACCESS}</Наименование>{_ref(ObjectKind.PROPERTY, 'access')}"


def _contract(contract: Contract, organization: str, counterparty: str) -> str:
    what = f"contract {contract.number}"
    title = f"Договор № {contract.number}"
    signed = ""
    if contract.signed_on:
        year, month, day = contract.signed_on.isoformat().split("-")
        title += f" от {day}.{month}.{year}"
        signed = f"<Дата>{year}-{month}-{day}</Дата>"
    return (
        f"{_ref(ObjectKind.CONTRACT, contract.number)}<ВидДоговора>СПокупателем</ВидДоговора>"
        f"<Организация>{organization}</Организация><Контрагент>{counterparty}</Контрагент>"
        f"<ВалютаВзаиморасчетов>{_ROUBLES}</ВалютаВзаиморасчетов><РасчетыВУсловныхЕдиницах>false</РасчетыВУсловныхЕдиницах>"
        f"<Наименование>{fields.name(title, what)}</Наименование>{signed}"
        f"<Номер>{fields.code(contract.number, fields.NUMBER_WIDTH, f'{what}, number')}</Номер>"
    )


@lru_cache(maxsize=1024)
def _service(service: Service) -> str:
    return (
        f"{_ref(ObjectKind.SERVICE, service.key)}<НаименованиеПолное>{fields.line(service.full_name or service.name)}</НаименованиеПолное>"
        f"<Наименование>{fields.name(service.name, f'service {service.key}')}</Наименование>"
    )


def _price_type(kind: PriceType) -> str:
    name = "Тарифы с НДС" if kind.includes_vat else "Тарифы без НДС"
    key = "vat" if kind.includes_vat else "net"
    return f"{_ref(ObjectKind.PRICE_TYPE, key)}<Наименование>{name}</Наименование><ВалютаЦены>{_ROUBLES}</ВалютаЦены>"


def _prices(prices: PriceList) -> str:
    what = f"prices {prices.key}"
    if not prices.rows:
        raise NotForOnec(f"{what}: no rows")
    rows = "".join(
        f"<Строка><НомерСтрокиДокумента>{number}</НомерСтрокиДокумента>"
        f"<ДанныеНоменклатуры><Номенклатура>{_service(service)}</Номенклатура></ДанныеНоменклатуры>"
        f"<Цена>{fields.money(price, what)}</Цена></Строка>"
        for number, (service, price) in enumerate(prices.rows, 1)
    )
    comment = f"Тариф «{prices.name}» ({prices.tariff_code}) с {prices.valid_from:%d.%m.%Y}"
    return (
        f"<Документ.УстановкаЦенНоменклатуры><КлючевыеСвойства>{_ref(ObjectKind.PRICES, prices.key)}"
        f"<Дата>{prices.valid_from.isoformat()}T00:00:00</Дата><Номер>{_price_list_number(prices)}</Номер></КлючевыеСвойства>"
        f"<ТипЦен>{_price_type(prices.type)}</ТипЦен><Товары>{rows}</Товары><ОбщиеСвойстваОбъектовФормата>"
        f"<Комментарий>{fields.line(comment)}</Комментарий></ОбщиеСвойстваОбъектовФормата></Документ.УстановкаЦенНоменклатуры>"
    )


def _price_list_number(prices: PriceList) -> str:
    """A number of 11 characters, as wide as 1C's are, that no other tariff and day has; the comment says them in words."""
    return f"Ц-{int(sha1(prices.key.encode(), usedforsecurity=False).hexdigest(), 16) % 10**9:09}"


class _Parties:
    """Organization, its account, counterparty and contract of a document: each is written once, for it stands at several places."""

    __slots__ = ("account", "contract", "counterparty", "organization")

    def __init__(self, contract: Contract) -> None:
        self.organization, self.account = _seller(contract.organization)
        self.counterparty = _counterparty(contract.counterparty)
        self.contract = _contract(contract, self.organization, self.counterparty)


def _settlement(contract: str) -> str:
    return (
        f"<ДанныеВзаиморасчетов><Договор>{contract}</Договор><ВалютаВзаиморасчетов>{_ROUBLES}</ВалютаВзаиморасчетов>"
        "<КурсВзаиморасчетов>1</КурсВзаиморасчетов><КратностьВзаиморасчетов>1</КратностьВзаиморасчетов>"
        "<РасчетыВУсловныхЕдиницах>false</РасчетыВУсловныхЕдиницах></ДанныеВзаиморасчетов>"
    )


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
            fields.quantity(row.quantity, what).encode(),
            fields.money(row.amount, what).encode(),
            fields.money(row.price, what).encode(),
            fields.vat_rate(row.vat_rate).encode(),
            fields.money(row.vat, what).encode(),
            fields.text(row.text).encode(),
        )
        for number, row in enumerate(rows, 1)
    ]
    return b"".join([_LIST, *shown, _LIST_END])


@lru_cache(maxsize=1024)
def _sold_in_row(service: Service, is_wrapped: bool) -> bytes:  # noqa: FBT001 - a cache is quicker by place
    shown = f"<Номенклатура>{_service(service)}</Номенклатура>"
    return (f"<ДанныеНоменклатуры>{shown}</ДанныеНоменклатуры>" if is_wrapped else shown).encode()


def _key_properties(link: str, on: date, number: str, organization: str, what: str) -> str:
    return (
        f"{link}<Дата>{on.isoformat()}T12:00:00</Дата><Номер>{fields.code(number, fields.NUMBER_WIDTH, what)}</Номер>"
        f"<Организация>{organization}</Организация>"
    )


def _total(document: Invoice | Sale | Correction, what: str) -> str:
    total = document.total
    if total < 0:
        raise NotForOnec(f"{what}: the total {total} is below zero")
    return f"<Сумма>{fields.money(total, what)}</Сумма>"


def _invoice(invoice: Invoice, version: str) -> bytes:
    what = f"invoice {invoice.number}"
    of = _Parties(invoice.contract)
    tag = "Документ.ЗаказКлиента" if invoice.is_order else "Документ.СчетПокупателю"
    rows = _rows(invoice.rows, what, is_wrapped=invoice.is_order and version == _WRAPPED_IN)
    head = (
        f"<{tag}><КлючевыеСвойства>"
        f"{_key_properties(_ref(ObjectKind.INVOICE, invoice.key), invoice.on, invoice.number, of.organization, what)}</КлючевыеСвойства>"
        f"<Валюта>{_ROUBLES}</Валюта>{_total(invoice, what)}<Контрагент>{of.counterparty}</Контрагент>"
        f"{_settlement(of.contract)}<СуммаВключаетНДС>{_FLAG[invoice.prices_include_vat]}</СуммаВключаетНДС>{of.account}"
    )
    return b"".join((head.encode(), rows, f"</{tag}>".encode()))


def _sale(sale: Sale) -> bytes:
    what = f"sale {sale.number}"
    of = _Parties(sale.contract)
    head = (
        "<Документ.РеализацияТоваровУслуг><КлючевыеСвойства>"
        f"{_key_properties(_ref(ObjectKind.SALE, sale.key), sale.on, sale.number, of.organization, what)}</КлючевыеСвойства>"
        f"<ВидОперации>РеализацияКлиенту</ВидОперации><Валюта>{_ROUBLES}</Валюта>{_total(sale, what)}"
        f"<СуммаВключаетНДС>{_FLAG[sale.prices_include_vat]}</СуммаВключаетНДС>{of.account}"
        f"<Контрагент>{of.counterparty}</Контрагент>{_settlement(of.contract)}{_ground(sale.invoice, of.organization)}"
    )
    return b"".join((head.encode(), _rows(sale.rows, what), "</Документ.РеализацияТоваровУслуг>".encode()))


def _correction(correction: Correction) -> str:
    what = f"correction {correction.number}"
    of, ground = _Parties(correction.contract), correction.ground
    link, kind = "РеализацияТоваровУслугСсылка", ObjectKind.SALE
    key = _key_properties(_ref(ObjectKind.CORRECTION, correction.key), correction.on, correction.number, of.organization, what)
    if correction.is_further:
        link, kind = "КорректировкаРеализацииСсылка", ObjectKind.CORRECTION
    return (
        f"<Документ.КорректировкаРеализацииТоваров><КлючевыеСвойства>{key}</КлючевыеСвойства>"
        f"<Валюта>{_ROUBLES}</Валюта>{_total(correction, what)}<Контрагент>{of.counterparty}</Контрагент>"
        f"<Договор>{of.contract}</Договор><СуммаВключаетНДС>{_FLAG[correction.prices_include_vat]}</СуммаВключаетНДС>"
        f"<ДокументРеализации><{link}>{_key_properties(_ref(kind, ground.key), ground.on, ground.number, of.organization, what)}</{link}>"
        "</ДокументРеализации><ИсправляемыйДокументРеализации/><ВидОперации>СогласованноеИзменение</ВидОперации>"
        f"{of.account}<Услуги>{_corrected_rows(correction, what)}</Услуги></Документ.КорректировкаРеализацииТоваров>"
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
        f"<Номенклатура>{_service(known.service)}</Номенклатура>"
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
    return fields.quantity(row.quantity, what), *(fields.money(amount, what) for amount in (row.price, row.amount, row.vat))  # type: ignore[return-value]


def _payment_status(status: PaymentStatus) -> str:
    what = f"payments of {status.order.number}"
    state = "НеОплачен" if status.paid <= 0 else "Оплачен" if status.paid >= status.total else "ОплаченЧастично"
    day = f"<ДатаСостояния>{status.paid_on.isoformat()}</ДатаСостояния>" if status.paid_on else ""
    order = _key_properties(
        _ref(ObjectKind.INVOICE, status.order.key), status.order.on, status.order.number, _seller(status.organization)[0], what
    )
    return (
        f"<Справочник.СостояниеОплатыЗаказа><КлючевыеСвойства><Заказ>{order}</Заказ>"
        f"{_ref(ObjectKind.PAYMENT_STATUS, status.order.key)}</КлючевыеСвойства>{day}"
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


def _ground(link: InvoiceLink | None, organization: str) -> str:
    if link is None:
        return ""
    tag = "Заказ" if link.is_order else "СчетПокупателю"
    what = f"invoice {link.number}"
    return f"<{tag}>{_key_properties(_ref(ObjectKind.INVOICE, link.key), link.on, link.number, organization, what)}</{tag}>"


_WRITERS: dict[type, Callable[[Any], str]] = {
    Seller: lambda seller: _catalogue("Организации", _organization(seller)),
    Buyer: lambda buyer: _catalogue("Контрагенты", _counterparty(buyer)),
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
