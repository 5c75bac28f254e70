"""Each object as EnterpriseData XML: elements in the order of the schemas 1.17 to 1.21 (facts of 1C's format).

Text, not element trees: 20,000 invoices are a few million elements, and every value passes through `fields`.
"""

from datetime import date
from functools import lru_cache
from hashlib import sha1

from pipelines.delivery.onec import fields
from pipelines.delivery.onec.model import (
    NAMESPACE,
    Contract,
    Invoice,
    InvoiceLink,
    NotForOnec,
    ObjectKind,
    OnecObject,
    OnecRow,
    Removal,
    Sale,
    Service,
    reference,
)
from pipelines.documents.requisites import Buyer, Seller

_ROUBLES = "<ДанныеКлассификатора><Код>643</Код><Наименование>руб.</Наименование></ДанныеКлассификатора>"
_PIECES = "<ДанныеКлассификатора><Код>796</Код><Наименование>шт</Наименование></ДанныеКлассификатора>"
_NAMESPACE = NAMESPACE.bytes
_FLAG = {True: "true", False: "false"}


def xml(item: OnecObject) -> str:
    """One object of the Body. NotForOnec where a value would not survive in 1C."""
    match item:
        case Invoice():
            return _invoice(item)
        case Sale():
            return _sale(item)
        case Buyer():
            return f"<Справочник.Контрагенты><КлючевыеСвойства>{_counterparty(item)}</КлючевыеСвойства></Справочник.Контрагенты>"
        case Contract():
            return f"<Справочник.Договоры><КлючевыеСвойства>{_contract(item)}</КлючевыеСвойства></Справочник.Договоры>"
        case Service():
            return (
                f"<Справочник.Номенклатура><КлючевыеСвойства>{_service(item)}</КлючевыеСвойства>"
                f"<ТипНоменклатуры>Услуга</ТипНоменклатуры><ЕдиницаИзмерения>{_PIECES}</ЕдиницаИзмерения></Справочник.Номенклатура>"
            )
        case Seller():
            return f"<Справочник.Организации><КлючевыеСвойства>{_organization(item)}</КлючевыеСвойства></Справочник.Организации>"
        case Removal():
            return _removal(item)


def _ref(kind: ObjectKind, key: str) -> str:
    """`model.reference` as text; uuid5 spelled out, for it is most of the cost of a message."""
    digest = bytearray(sha1(_NAMESPACE + f"{kind.value}\x1f{key}".encode(), usedforsecurity=False).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x50
    digest[8] = digest[8] & 0x3F | 0x80
    plain = digest.hex()
    return f"<Ссылка>{plain[:8]}-{plain[8:12]}-{plain[12:16]}-{plain[16:20]}-{plain[20:]}</Ссылка>"


def _inn_kpp(inn: str | None, kpp: str | None, what: str) -> str:
    shown = f"<ИНН>{fields.code(inn, 12, f'{what}, ИНН')}</ИНН>" if inn else ""
    return shown + (f"<КПП>{fields.code(kpp, 9, f'{what}, КПП')}</КПП>" if kpp else "")


@lru_cache(maxsize=64)
def _organization(seller: Seller) -> str:
    what = f"organization {seller.code}"
    person = "ФизическоеЛицо" if seller.kind == "entrepreneur" else "ЮридическоеЛицо"
    return (
        f"{_ref(ObjectKind.ORGANIZATION, seller.code)}<Наименование>{fields.name(seller.name, what)}</Наименование>"
        f"<НаименованиеПолное>{fields.line(seller.full_name or seller.name)}</НаименованиеПолное>"
        f"{_inn_kpp(seller.inn, seller.kpp, what)}<ЮридическоеФизическоеЛицо>{person}</ЮридическоеФизическоеЛицо>"
    )


@lru_cache(maxsize=64)
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


@lru_cache(maxsize=1024)
def _counterparty(buyer: Buyer) -> str:
    what = f"client {buyer.code}"
    if buyer.kind == "legal":
        person = "<ЮридическоеФизическоеЛицо>ЮридическоеЛицо</ЮридическоеФизическоеЛицо>"
    else:
        entrepreneur = "true" if buyer.kind == "entrepreneur" else "false"
        person = (
            "<ЮридическоеФизическоеЛицо>ФизическоеЛицо</ЮридическоеФизическоеЛицо>"
            f"<ИндивидуальныйПредприниматель>{entrepreneur}</ИндивидуальныйПредприниматель>"
        )
    return (
        f"{_ref(ObjectKind.COUNTERPARTY, buyer.code)}<Наименование>{fields.name(buyer.name, what)}</Наименование>"
        f"<НаименованиеПолное>{fields.line(buyer.full_name or buyer.name)}</НаименованиеПолное>"
        f"{_inn_kpp(buyer.inn, buyer.kpp, what)}{person}"
    )


def _contract(contract: Contract) -> str:
    what = f"contract {contract.number}"
    title = f"Договор № {contract.number}"
    signed = ""
    if contract.signed_on:
        year, month, day = contract.signed_on.isoformat().split("-")
        title += f" от {day}.{month}.{year}"
        signed = f"<Дата>{year}-{month}-{day}</Дата>"
    return (
        f"{_ref(ObjectKind.CONTRACT, contract.number)}<ВидДоговора>СПокупателем</ВидДоговора>"
        f"<Организация>{_organization(contract.organization)}</Организация>"
        f"<Контрагент>{_counterparty(contract.counterparty)}</Контрагент>"
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


def _settlement(contract: Contract) -> str:
    return (
        f"<ДанныеВзаиморасчетов><Договор>{_contract(contract)}</Договор><ВалютаВзаиморасчетов>{_ROUBLES}</ВалютаВзаиморасчетов>"
        "<КурсВзаиморасчетов>1</КурсВзаиморасчетов><КратностьВзаиморасчетов>1</КратностьВзаиморасчетов>"
        "<РасчетыВУсловныхЕдиницах>false</РасчетыВУсловныхЕдиницах></ДанныеВзаиморасчетов>"
    )


def _rows(rows: tuple[OnecRow, ...], what: str) -> str:
    if not rows:
        raise NotForOnec(f"{what}: no rows")
    shown = "".join(
        f"<Строка><НомерСтрокиДокумента>{number}</НомерСтрокиДокумента><Номенклатура>{_service(row.service)}</Номенклатура>"
        f"<Количество>{fields.quantity(row.quantity, what)}</Количество><Сумма>{fields.money(row.amount, what)}</Сумма>"
        f"<Цена>{fields.money(row.price, what)}</Цена><СтавкаНДС>{fields.vat_rate(row.vat_rate)}</СтавкаНДС>"
        f"<СуммаНДС>{fields.money(row.vat, what)}</СуммаНДС><Содержание>{fields.text(row.text)}</Содержание></Строка>"
        for number, row in enumerate(rows, 1)
    )
    return f"<Услуги>{shown}</Услуги>"


def _key_properties(link: str, on: date, number: str, seller: Seller, what: str) -> str:
    return (
        f"{link}<Дата>{on.isoformat()}T12:00:00</Дата><Номер>{fields.code(number, fields.NUMBER_WIDTH, what)}</Номер>"
        f"<Организация>{_organization(seller)}</Организация>"
    )


def _total(document: Invoice | Sale, what: str) -> str:
    total = document.total
    if total < 0:
        raise NotForOnec(f"{what}: the total {total} is below zero")
    return f"<Сумма>{fields.money(total, what)}</Сумма>"


def _invoice(invoice: Invoice) -> str:
    what = f"invoice {invoice.number}"
    contract = invoice.contract
    seller = contract.organization
    return (
        "<Документ.СчетПокупателю><КлючевыеСвойства>"
        f"{_key_properties(_ref(ObjectKind.INVOICE, invoice.key), invoice.on, invoice.number, seller, what)}</КлючевыеСвойства>"
        f"<Валюта>{_ROUBLES}</Валюта>{_total(invoice, what)}<Контрагент>{_counterparty(contract.counterparty)}</Контрагент>"
        f"{_settlement(contract)}<СуммаВключаетНДС>{_FLAG[invoice.prices_include_vat]}</СуммаВключаетНДС>{_account(seller)}"
        f"{_rows(invoice.rows, what)}</Документ.СчетПокупателю>"
    )


def _sale(sale: Sale) -> str:
    what = f"sale {sale.number}"
    contract = sale.contract
    seller = contract.organization
    return (
        "<Документ.РеализацияТоваровУслуг><КлючевыеСвойства>"
        f"{_key_properties(_ref(ObjectKind.SALE, sale.key), sale.on, sale.number, seller, what)}</КлючевыеСвойства>"
        f"<ВидОперации>РеализацияКлиенту</ВидОперации><Валюта>{_ROUBLES}</Валюта>{_total(sale, what)}"
        f"<СуммаВключаетНДС>{_FLAG[sale.prices_include_vat]}</СуммаВключаетНДС>{_account(seller)}"
        f"<Контрагент>{_counterparty(contract.counterparty)}</Контрагент>{_settlement(contract)}{_ground(sale.invoice, seller)}"
        f"{_rows(sale.rows, what)}</Документ.РеализацияТоваровУслуг>"
    )


_REMOVED = {ObjectKind.INVOICE: "СчетПокупателюСсылка", ObjectKind.SALE: "РеализацияТоваровУслугСсылка"}


def _removal(removal: Removal) -> str:
    tag = _REMOVED[removal.kind]
    return (
        f"<УдалениеОбъекта><СсылкаНаОбъект><СсылкаНаОбъект><{tag}>{reference(removal.kind, removal.key)}</{tag}>"
        "</СсылкаНаОбъект></СсылкаНаОбъект></УдалениеОбъекта>"
    )


def _ground(link: InvoiceLink | None, seller: Seller) -> str:
    if link is None:
        return ""
    what = f"invoice {link.number}"
    return f"<СчетПокупателю>{_key_properties(_ref(ObjectKind.INVOICE, link.key), link.on, link.number, seller, what)}</СчетПокупателю>"
