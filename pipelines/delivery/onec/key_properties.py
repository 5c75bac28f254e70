"""What documents and catalogues of EnterpriseData refer to, as the properties by which 1C finds it: parties, contract, service (facts of
1C's format)."""

from functools import lru_cache
from hashlib import sha1

from pipelines.delivery.onec import fields
from pipelines.delivery.onec.model import NAMESPACE, Contract, ObjectKind, Service
from pipelines.documents.requisites import Buyer, Seller

ROUBLES = "<ДанныеКлассификатора><Код>643</Код><Наименование>руб.</Наименование></ДанныеКлассификатора>"
_BEGUN = {kind: sha1(NAMESPACE.bytes + f"{kind.value}\x1f".encode(), usedforsecurity=False) for kind in ObjectKind}
_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}
"""The digit of a UUID that says of which variant it is, by that of the digest."""


def reference_tag(kind: ObjectKind, key: str) -> str:
    """`model.reference` as text; uuid5 spelled out, for it is most of the cost of a message."""
    digest = _BEGUN[kind].copy()
    digest.update(key.encode())
    plain = digest.hexdigest()
    return f"<Ссылка>{plain[:8]}-{plain[8:12]}-5{plain[13:16]}-{_VARIANT[plain[16]]}{plain[17:20]}-{plain[20:32]}</Ссылка>"


def _inn_kpp(inn: str | None, kpp: str | None, what: str) -> str:
    shown = f"<ИНН>{fields.code(inn, 12, f'{what}, ИНН')}</ИНН>" if inn else ""
    return shown + (f"<КПП>{fields.code(kpp, 9, f'{what}, КПП')}</КПП>" if kpp else "")


@lru_cache(maxsize=64)
def organization_and_account(seller: Seller) -> tuple[str, str]:
    """The organization, and its account or nothing."""
    return organization_key(seller), _account(seller)


def organization_key(seller: Seller) -> str:
    """The key properties of an organization. NotForOnec for a requisite that would not survive in 1C, here and below."""
    what = f"organization {seller.code}"
    person = "ФизическоеЛицо" if seller.kind == "entrepreneur" else "ЮридическоеЛицо"
    return (
        f"{reference_tag(ObjectKind.ORGANIZATION, seller.code)}<Наименование>{fields.name(seller.name, what)}</Наименование>"
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
        f"<БанковскийСчетОрганизации>{reference_tag(ObjectKind.BANK_ACCOUNT, f'{seller.code}:{bank.bic}:{bank.account}')}"
        f"<НомерСчета>{fields.code(bank.account, 34, f'{what}, account')}</НомерСчета>"
        f"<Банк><ДанныеКлассификатораБанков><Наименование>{fields.name(bank.name, f'{what}, bank')}</Наименование>"
        f"<БИК>{fields.code(bank.bic, 9, f'{what}, БИК')}</БИК>{corr}</ДанныеКлассификатораБанков></Банк>"
        f"<Владелец><ОрганизацииСсылка>{organization_key(seller)}</ОрганизацииСсылка></Владелец></БанковскийСчетОрганизации>"
    )


def counterparty_key(buyer: Buyer, group: str = "") -> str:
    """The key properties of a client; `group`: its element Группа, which stands among them."""
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
        f"{reference_tag(ObjectKind.COUNTERPARTY, buyer.code)}<Наименование>{fields.name(buyer.name, what)}</Наименование>"
        f"<НаименованиеПолное>{fields.line(buyer.full_name or buyer.name)}</НаименованиеПолное>"
        f"{_inn_kpp(buyer.inn, buyer.kpp, what)}{person}"
    )


@lru_cache(maxsize=64)
def _organization_and_account_bytes(seller: Seller) -> tuple[bytes, bytes]:
    organization, account = organization_and_account(seller)
    return organization.encode(), account.encode()


_OF_SELLER, _WITH_BUYER = "<ВидДоговора>СПокупателем</ВидДоговора><Организация>".encode(), "</Организация><Контрагент>".encode()
_IN_ROUBLES = (
    f"</Контрагент><ВалютаВзаиморасчетов>{ROUBLES}</ВалютаВзаиморасчетов><РасчетыВУсловныхЕдиницах>false</РасчетыВУсловныхЕдиницах>"
).encode()


def _contract(contract: Contract, organization: bytes, counterparty: bytes) -> bytes:
    what = f"contract {contract.number}"
    title = f"Договор № {contract.number}"
    signed = ""
    if contract.signed_on:
        year, month, day = contract.signed_on.isoformat().split("-")
        title += f" от {day}.{month}.{year}"
        signed = f"<Дата>{year}-{month}-{day}</Дата>"
    called = (
        f"<Наименование>{fields.name(title, what)}</Наименование>{signed}"
        f"<Номер>{fields.code(contract.number, fields.NUMBER_WIDTH, f'{what}, number')}</Номер>"
    )
    link = reference_tag(ObjectKind.CONTRACT, contract.number)
    return b"".join((link.encode(), _OF_SELLER, organization, _WITH_BUYER, counterparty, _IN_ROUBLES, called.encode()))


@lru_cache(maxsize=1024)
def service_key(service: Service) -> str:
    """The key properties of a service."""
    return (
        f"{reference_tag(ObjectKind.SERVICE, service.key)}"
        f"<НаименованиеПолное>{fields.line(service.full_name or service.name)}</НаименованиеПолное>"
        f"<Наименование>{fields.name(service.name, f'service {service.key}')}</Наименование>"
    )


class PartyKeys:
    """Organization, its account, counterparty and contract of a document in UTF-8: each made once, for it stands at several places."""

    __slots__ = ("account", "contract", "counterparty", "organization")

    def __init__(self, contract: Contract) -> None:
        self.organization, self.account = _organization_and_account_bytes(contract.organization)
        self.counterparty = counterparty_key(contract.counterparty).encode()
        self.contract = _contract(contract, self.organization, self.counterparty)
