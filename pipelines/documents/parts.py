"""The pieces that every document is put together from, as strings for the templates. Pure."""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from pipelines.audit.chain_rules import printed
from pipelines.documents import pictures
from pipelines.documents.model import ChainLink, InvoiceRow, PaperContract
from pipelines.documents.requisites import PICTURES, Bank, Party, Seller
from pipelines.money import ZERO
from pipelines.wording import outside, russian

View = dict[str, Any]
_FOOTER_NAME = 40
WITHOUT_VAT = "Без НДС"
_ENTREPRENEUR = re.compile(r"^(ИП|индивидуальный предприниматель)\s+", re.IGNORECASE)
_HEADS = {"legal": "Руководитель", "entrepreneur": "Индивидуальный предприниматель", "individual": "Исполнитель"}


def party(role: str, who: Party) -> View:
    """Role, name and one line of requisites; what is not known leaves no trace (no «КПП» of an entrepreneur)."""
    details = [
        f"ИНН {outside.clean(who.inn)}" if who.inn else "",
        f"КПП {outside.clean(who.kpp)}" if who.kpp and who.kind == "legal" else "",
        outside.breakable(who.address or ""),
        f"тел. {outside.clean(who.phone)}".replace(" ", russian.FIXED) if who.phone else "",
        outside.breakable(who.email or "", 40),
    ]
    return {"role": role, "name": full_name(who), "details": ", ".join(filter(None, details))}


def full_name(who: Party) -> str:
    """The name as documents print it; an entrepreneur is named as one."""
    name = outside.breakable(who.full_name or who.name)
    is_titled = _ENTREPRENEUR.match(name)
    return f"Индивидуальный предприниматель {name}" if who.kind == "entrepreneur" and not is_titled else name


def bank(who: Party) -> View | None:
    """The bank table of a счёт, or None without an account."""
    account: Bank | None = who.bank
    if account is None:
        return None
    return {
        "name": outside.breakable(account.name),
        "bic": outside.clean(account.bic),
        "corr_account": outside.clean(account.corr_account),
        "account": outside.clean(account.account),
        "inn": outside.clean(who.inn),
        "kpp": outside.clean(who.kpp) if who.kind == "legal" else "",
        "payee": full_name(who),
    }


def basis(contract: PaperContract) -> str:
    """``Договор № 17/2025 от 1 марта 2025 г.``"""
    signed = f" от {russian.long_date(contract.signed_on)}" if contract.signed_on else ""
    return f"Договор № {outside.breakable(contract.number)}{signed}"


def signatures(who: Party) -> list[View]:
    """Who signs for a party: head and chief accountant; an entrepreneur signs alone unless an accountant is named."""
    name = who.director or own_name(who)
    lines = [{"role": post(who), "name": outside.breakable(name)}]
    if who.kind == "legal" or who.accountant:
        lines.append({"role": "Главный бухгалтер", "name": outside.breakable(who.accountant or "")})
    return lines


def side(role: str, who: Party) -> View:
    """A side that signs an act: a head whom we know, ours always, or a person for himself; a stamp is nothing that a person has."""
    known = who.director or who.kind == "entrepreneur" or isinstance(who, Seller)
    return {
        "role": role,
        "side": outside.breakable(who.name),
        "post": post(who) if known or who.director_post else "",
        "name": outside.breakable(who.director or own_name(who)),
        "stamp": "" if who.kind == "individual" else "М. П.",
    }


def post(who: Party) -> str:
    """The post of whoever signs: the one that is known, else what the law calls the head."""
    return outside.breakable(who.director_post or "") or _HEADS[who.kind]


def own_name(who: Party) -> str:
    """The name that a person signs with, without «ИП»; empty for a legal person."""
    return "" if who.kind == "legal" else _ENTREPRENEUR.sub("", outside.clean(who.name))


def drawings(who: Party, *, signed: bool) -> View:
    """Logo, facsimile and stamp as drawings, empty where there is none; papers that people sign by hand have the logo alone."""
    shown = PICTURES if signed else PICTURES[:1]
    return {name: pictures.drawing(content) if name in shown and (content := getattr(who, name)) else "" for name in PICTURES}


def footer(title: str, seller: Party) -> str:
    """The foot of every page, one line: the paper and who made it, a long name shortened."""
    name = outside.clean(seller.name)
    return f"{title} · {name if len(name) <= _FOOTER_NAME else name[:_FOOTER_NAME].rstrip() + '…'}"


def link(place: ChainLink | None) -> str:
    """The paper's place in the chain of issued invoices, in small print; empty for a paper that is in none."""
    return f"Запись {place.link_no} в цепочке счетов · SHA-256 {printed(place.digest)}" if place else ""


def rate(value: Decimal | None) -> str:
    """A VAT rate as a column shows it."""
    return WITHOUT_VAT if value is None else russian.percent(value)


def lines(rows: Sequence[InvoiceRow]) -> View:
    """The table of an invoice or an act: its rows, whether VAT has columns, and what the price means."""
    with_vat = any(row.vat_rate is not None for row in rows)
    bases = {row.price_includes_vat for row in rows}
    return {
        "with_vat": with_vat,
        "price_heading": "Цена" if not with_vat or len(bases) > 1 else "Цена с НДС" if bases == {True} else "Цена без НДС",
        "rows": [
            {
                "no": str(row.no),
                "title": outside.breakable(row.title),
                "text": outside.breakable(row.text),
                "quantity": russian.quantity(row.quantity),
                "unit": outside.clean(row.unit),
                "price": russian.price(row.price),
                "price_note": ("с НДС" if row.price_includes_vat else "без НДС") if with_vat and len(bases) > 1 else "",
                "net": russian.amount(row.net),
                "rate": rate(row.vat_rate),
                "vat": russian.amount(row.vat) if row.vat_rate is not None else "—",
                "total": russian.amount(row.total),
            }
            for row in rows
        ],
    }


def totals(rows: Sequence[InvoiceRow], net: Decimal, total: Decimal) -> list[View]:
    """Net, VAT by rate and the whole, as label and amount; without VAT it says so instead."""
    rates = sorted({row.vat_rate for row in rows if row.vat_rate is not None})
    if not rates:
        return [
            {"label": "Итого", "amount": russian.amount(total)},
            {"label": "Без налога (НДС)", "amount": "—"},
        ]
    by_rate = [
        {
            "label": f"НДС {russian.percent(value)}",
            "amount": russian.amount(sum((row.vat for row in rows if row.vat_rate == value), ZERO)),
        }
        for value in rates
    ]
    return [
        {"label": "Итого без НДС", "amount": russian.amount(net)},
        *by_rate,
        {"label": "Итого с НДС", "amount": russian.amount(total)},
    ]


def invoices(singular: str, plural: str, listed: Sequence[str]) -> str:
    """``к счёту № А-1``; ``к счетам: № А-1, № А-2``"""
    numbers = ", ".join(f"№{russian.FIXED}{outside.breakable(number)}" for number in listed)
    return f"{singular if len(listed) == 1 else plural} {numbers}"


def lowered(text: str) -> str:
    """A text within a sentence: its first letter small."""
    return text[:1].lower() + text[1:]


def notes(sentences: Iterable[str]) -> list[str]:
    """Sentences, cleaned."""
    return [outside.breakable(note) for note in sentences if outside.clean(note)]
