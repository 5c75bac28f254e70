"""An акт сверки as its template lays it out: the seller's half written, the client's half to fill in. Pure."""

from decimal import Decimal

from pipelines.documents import parts
from pipelines.documents.model import StatementDocument, StatementEntry, StatementPart
from pipelines.documents.parts import View
from pipelines.documents.requisites import Party
from pipelines.money import ZERO
from pipelines.wording import outside, russian

_NO_CONTRACT = "Оплаты, ещё не отнесённые к договору"
_LINE = "_" * 16


def view(document: StatementDocument) -> View:
    """Everything the template needs, written as text."""
    first, last = russian.short_date(document.first), russian.short_date(document.last)
    seller, buyer = (parts.side(role, who) for role, who in (("От исполнителя", document.seller), ("От заказчика", document.buyer)))
    return {
        "template": "statement",
        "title": "Акт сверки взаимных расчётов",
        "dated": f"за период {first} – {last}",
        "subject": "",
        "footer": parts.footer(f"Акт сверки {first} – {last}", document.seller),
        "author": outside.clean(document.seller.name),
        "seller": parts.party("Исполнитель", document.seller),
        "buyer": parts.party("Заказчик", document.buyer),
        "basis": "",
        "preamble": f"Мы, нижеподписавшиеся, {_signatory(document.seller, seller)}, с одной стороны, и "
        f"{_signatory(document.buyer, buyer)}, с другой стороны, составили настоящий акт сверки в том, что состояние "
        f"взаимных расчётов за период с {first} по {last} по данным учёта следующее, в рублях:",
        "opening": _balance(f"Сальдо начальное на {first}", document.opening),
        "groups": [_group(part, last, is_only=len(document.parts) == 1) for part in document.parts],
        "seller_books": f"По данным {outside.breakable(document.seller.name)}",
        "buyer_books": f"По данным {outside.breakable(document.buyer.name)}",
        "turnover": _row("Обороты за период", russian.amount(document.debit), russian.amount(document.credit)),
        "closing": _balance(f"Сальдо конечное на {last}", document.closing),
        "longest": max(len(russian.amount(value)) for value in _figures(document)),
        "verdict": _verdict(document),
        "buyer_verdict": f"По данным {outside.breakable(document.buyer.name)} на {last} задолженность в пользу",
        "notes": parts.notes(document.notes),
        "sides": [seller, buyer],
    }


def _group(part: StatementPart, last: str, *, is_only: bool) -> View:
    """The rows of a contract; with several of them each opens and closes for itself."""
    title = parts.basis(part.contract) if part.contract else _NO_CONTRACT
    return {
        "title": title,
        "opening": None if is_only or not part.opening else _balance("Сальдо начальное", part.opening),
        "rows": [_entry(entry) for entry in part.entries],
        "closing": None if is_only else _balance(f"Сальдо на {last}", part.closing),
    }


def _entry(entry: StatementEntry) -> View:
    debit, credit = (russian.amount(value) if value else "" for value in (entry.debit, entry.credit))
    return {"on": russian.short_date(entry.on), "text": outside.breakable(entry.text), "debit": debit, "credit": credit}


def _row(label: str, debit: str, credit: str) -> View:
    return {"label": label, "debit": debit, "credit": credit}


def _balance(label: str, value: Decimal) -> View:
    return _row(label, russian.amount(value) if value >= ZERO else "", russian.amount(-value) if value < ZERO else "")


def _figures(document: StatementDocument) -> list[Decimal]:
    sums = [document.opening, document.debit, document.credit, document.closing]
    return sums + [value for part in document.parts for entry in part.entries for value in (entry.debit, entry.credit)]


def _signatory(who: Party, side: View) -> str:
    """Post, company and name, all in the first case, after «мы»; what is not known is a line to write on."""
    if who.kind == "individual":
        return str(side["name"])
    if who.kind == "entrepreneur":
        return f"индивидуальный предприниматель {side['name']}"
    post = str(side["post"])
    return f"{post[:1].lower()}{post[1:] or _LINE} {outside.breakable(who.name)} {side['name'] or _LINE}"


def _verdict(document: StatementDocument) -> str:
    """Short names: they need no grammatical case."""
    on = f"По данным {outside.breakable(document.seller.name)} на {russian.short_date(document.last)}"
    if document.closing == ZERO:
        return f"{on} задолженность отсутствует."
    creditor = document.seller if document.closing > ZERO else document.buyer
    size = f"{russian.amount(abs(document.closing))} руб. ({russian.in_words(abs(document.closing))})"
    return f"{on} задолженность в пользу {outside.breakable(creditor.name)} составляет {size}."
