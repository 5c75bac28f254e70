"""From an event to the letter that tells it: subject, text and HTML. The words are in templates/mail, figures come written."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from pipelines.delivery.mail.decisions import OpenDebt
from pipelines.delivery.mail.papers import ContractPapers, LetterPapers
from pipelines.documents import parts, qr
from pipelines.documents.model import ActDocument, AdjustmentDocument, InvoiceDocument, Offset
from pipelines.documents.requisites import Party
from pipelines.money import ZERO
from pipelines.period import Month
from pipelines.templates import environment, laid_out
from pipelines.wording import outside, russian

View = dict[str, Any]

QR = "qr"
_GAPS = re.compile("\n{3,}")
_BLANKS = re.compile("[ \n]+")
_OPENING = re.compile(r"(начальное сальдо (?:по договору .+ )?)(?:(?<=сальдо ).+ у .+ )?(на \d\d\.\d\d\.\d{4})$")
_CONTRACT = ("договор", "договора", "договоров")


@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes: name and address as the letter's end shows them."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter without its addresses. ``pictures``: name → PNG; the HTML calls them ``cid:NAME@DOMAIN_OF_THE_LETTER``."""

    subject: str
    text: str
    html: str
    pictures: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class QrCode:
    """A picture of the letter: its name, what the page calls it by, the text in it, and the счёт that it pays."""

    name: str
    source: str
    payload: str
    number: str = ""
    label: str = ""


def about_invoice(kind: str, issued: LetterPapers, writer: Writer, cid: str, facts: Mapping[str, Any]) -> Letter:
    """The letter of what was issued together, contract by contract where there are several.

    ``facts``: ``open`` (number → what is left of it), ``today``, as of the handing over; without them nothing has been paid.
    ``cid``: what follows ``qr@`` in the pictures' Content-IDs. Each счёт that asks for money has a QR code of its own.
    """
    owed = _owed(issued.invoices, facts)
    payloads = {} if kind == "prepaid_exceeded" else _payloads(issued.invoices, owed)
    codes = _codes(payloads, owed, cid)
    return _letter(kind, _issued(issued, owed, facts, codes), writer, codes)


@dataclass(frozen=True, slots=True)
class ToldDebts:
    """The debts that a letter tells of, and their счета, which go with it. ``payee``: whom to pay where none of them has a счёт."""

    debts: Sequence[OpenDebt]
    invoices: Sequence[InvoiceDocument] = ()
    payee: Party | None = None

    @property
    def seller(self) -> Party | None:
        """Whose requisites the letter shows."""
        return self.invoices[0].seller if self.invoices else self.payee

    @property
    def purpose(self) -> str:
        """What the payer of all of them writes: the numbers of the счета; a debt of go-live alone goes by its name."""
        numbers = [debt.number for debt in self.debts if debt.invoice_id]
        return qr.purpose_of_several(numbers) if numbers else qr.purpose_of_a_debt(_called(self.debts[0].number))


def about_debts(kind: str, facts: Mapping[str, Any], writer: Writer, client: str | None, told: ToldDebts, cid: str) -> Letter:
    """A letter about these debts, with requisites and one QR code for all of them."""
    by_number, seller = {invoice.number: invoice for invoice in told.invoices}, told.seller
    total = sum((debt.open for debt in told.debts), ZERO)
    if len(told.debts) == 1 and told.debts[0].number in by_number:
        code = qr.payload(_left_of(by_number[told.debts[0].number], told.debts[0].open))
    else:
        code = qr.payload_of(seller, total, told.purpose) if seller else None
    view = {**_facts_view(kind, facts), "client": outside.clean(client), "bank": parts.bank(seller) if seller else None}
    return _letter(kind, view, writer, [QrCode(QR, f"cid:{QR}@{cid}", code)] if code else [])


def about_facts(kind: str, facts: Mapping[str, Any], writer: Writer, client: str | None) -> Letter:
    """The letter of any other event, from what was kept with it; ``client``: its name."""
    return _letter(kind, {**_facts_view(kind, facts), "client": outside.clean(client)}, writer, [])


def about_a_login(facts: Mapping[str, Any], writer: Writer) -> Letter:
    """The letter with a one-time link to the cabinet. ``facts``: ``url``, ``minutes`` that it is good for, ``language`` (ru, en)."""
    return _letter("login", dict(facts), writer, [])


def about_addresses(kind: str, facts: Mapping[str, Any], writer: Writer) -> Letter:
    """A letter about a client's addresses: ``address_confirm`` to a new one, ``address_added``, ``address_removed`` to the others.

    ``facts``: ``client`` (its name), ``address``, ``asked_by``, ``language`` (ru, en), ``url`` of the link (empty: none), ``days`` that it
    is good for.
    """
    return _letter(kind, {**facts, "client": outside.clean(str(facts["client"]))}, writer, [])


def _facts_view(kind: str, facts: Mapping[str, Any]) -> View:
    views = {
        "payment_received": _payment,
        "restored": _restored,
        "snapshot_missing": _snapshot,
        "statement": _statement,
        "findings_digest": _digest,
        "dealer_report": _dealer_report,
    }
    return views.get(kind, _debts)(facts)


def _payloads(invoices: Sequence[InvoiceDocument], owed: Mapping[str, Decimal]) -> dict[str, str]:
    """Number → text of the QR code of each счёт that something is left of and that names an account to pay to."""
    texts = {invoice.number: qr.payload(_left_of(invoice, owed.get(invoice.number))) for invoice in invoices}
    return {number: text for number, text in texts.items() if text}


def _codes(payloads: Mapping[str, str], owed: Mapping[str, Decimal], cid: str) -> list["QrCode"]:
    """A picture for each; the only one needs no name."""
    codes = []
    for place, (number, payload) in enumerate(payloads.items(), 1):
        name = QR if place == 1 else f"{QR}{place}"
        label = f"Счёт № {outside.clean(number)}, {russian.in_roubles(owed[number])}" if len(payloads) > 1 else ""
        codes.append(QrCode(name, f"cid:{name}@{cid}", payload, number, label))
    return codes


def _left_of(document: InvoiceDocument, left: Decimal | None) -> InvoiceDocument:
    """The счёт as it asks for what is left of it; None: as it was issued."""
    if left is None or left >= document.to_pay:
        return document
    return replace(document, to_pay=left, offsets=(Offset("Оплачено", document.total - left),))


def _letter(kind: str, view: View, writer: Writer, codes: Sequence["QrCode"]) -> Letter:
    words: Any = environment().get_template(f"mail/{kind}.j2").make_module({**view, "writer": writer})
    laid = {
        "title": _line(words.title),
        "paragraphs": [line for part in str(words.body).split("\n\n") if (line := _line(part))],
        "head": getattr(words, "head", []),
        "rows": view.get("rows", []),
        "highlight_label": getattr(words, "highlight_label", ""),
        "highlight": view.get("highlight", ""),
        "notes": [_line(note) for note in view.get("notes", [])],
        "writer": writer,
        "sections": view.get("sections", []),
        "codes": [] if view.get("sections") else codes,
        "bank": _requisites(view.get("bank")),
        "action": getattr(words, "action", ""),
        "url": view.get("url", ""),
    }
    pages = [laid_out(f"mail/letter.{form}.j2", laid) for form in ("txt", "html")]
    return Letter(
        _line(words.subject),
        _GAPS.sub("\n\n", outside.unbroken(pages[0])).strip() + "\n",
        pages[1],
        {code.name: qr.png(code.payload) for code in codes},
    )


def _issued(issued: LetterPapers, owed: Mapping[str, Decimal], facts: Mapping[str, Any], codes: Sequence[QrCode]) -> View:
    document, several = issued.own.document, len(issued.contracts) > 1
    due_on = min((invoice.due_on for invoice in issued.invoices if owed[invoice.number]), default=None)
    credit = all(contract.document.total < ZERO for contract in issued.contracts)
    left = -sum((contract.document.total for contract in issued.contracts), ZERO) if credit else sum(owed.values(), ZERO)
    counted = russian.counted(len(issued.contracts), *_CONTRACT)
    return {
        "number": outside.clean(document.number),
        "dated": russian.long_date(document.issued_on),
        "month": russian.month_name(document.period),
        "kind": document.kind,
        "papers": [_paper(paper) for paper in issued.papers],
        "has_act": any(contract.act for contract in issued.contracts),
        "with_appendix": issued.with_appendix,
        "is_appendix_too_large": issued.is_appendix_too_large,
        "due_on": russian.long_date(due_on) if due_on else "",
        "is_late": bool(due_on and facts.get("today") and due_on < date.fromisoformat(facts["today"])),
        "owed": not credit,
        "client": outside.clean(document.buyer.name),
        "contracts": counted if several else "",
        "basis": counted if several else parts.basis(document.contract).replace("Договор", "договор", 1),
        "rows": [] if several else _rows(issued.own),
        "highlight": russian.amount(left),
        "is_paid": not credit and not left,
        "is_partly_paid": left < sum((max(invoice.total, ZERO) for invoice in issued.invoices), ZERO),
        "is_even": all(contract.document.total == ZERO for contract in issued.contracts),
        **_past(facts, owed),
        "bank": parts.bank(document.seller) if due_on else None,
        "notes": [] if several else document.notes,
        "sections": [_section(contract, owed, codes) for contract in issued.contracts] if several else [],
    }


def _past(facts: Mapping[str, Any], owed: Mapping[str, Decimal]) -> View:
    """What little is left of earlier счета than those of the letter, and their numbers."""
    past = {number: Decimal(amount) for number, amount in facts.get("past", {}).items() if number not in owed}
    return {"past": russian.amount(sum(past.values(), ZERO)) if past else "", "past_numbers": ", ".join(map(outside.clean, past))}


def _rows(contract: ContractPapers) -> list[list[str]]:
    """What was billed: the rows of the act where one goes with it, else those of the invoice."""
    document, act = contract.document, contract.act
    rows = act.rows if act and document.kind != "adjustment" and document.total >= ZERO else document.rows
    return [[outside.clean(row.title), outside.clean(row.text), russian.amount(row.total)] for row in rows]


def _section(contract: ContractPapers, owed: Mapping[str, Decimal], codes: Sequence[QrCode]) -> View:
    """One contract of a letter about several: its papers, rows, what is left to pay of it and until when, its QR codes."""
    document, own = contract.document, [invoice for invoice in contract.invoices if owed[invoice.number]]
    left = sum((owed[invoice.number] for invoice in own), ZERO)
    if document.total < ZERO:
        said = f"К зачёту в следующих счетах: {russian.in_roubles(-document.total)}"
    elif left:
        asked = "К оплате" if left == sum((invoice.total for invoice in own), ZERO) else "Осталось оплатить"
        said = f"{asked}: {russian.in_roubles(left)}, срок {russian.short_date(min(invoice.due_on for invoice in own))}"
    else:
        said = "Всё оплачено" if document.total else "Сумма не изменилась"
    numbers = {invoice.number for invoice in own}
    return {
        "title": _line(parts.basis(document.contract)),
        "papers": ", ".join(_paper(paper) for paper in contract.papers),
        "rows": _rows(contract),
        "left": said,
        "codes": [code for code in codes if code.number in numbers],
        "notes": [_line(note) for note in document.notes],
        "lists": [],
    }


def _owed(invoices: Iterable[InvoiceDocument], facts: Mapping[str, Any]) -> dict[str, Decimal]:
    """Number → what is left to pay of it now."""
    if "open" not in facts:
        return {invoice.number: invoice.to_pay for invoice in invoices}
    return {invoice.number: Decimal(facts["open"].get(invoice.number, "0.00")) for invoice in invoices}


def _paper(paper: InvoiceDocument | AdjustmentDocument | ActDocument) -> str:
    match paper:
        case ActDocument():
            return f"акт № {outside.clean(paper.number)} от {russian.short_date(paper.dated)}"
        case AdjustmentDocument():
            return f"корректировка № {outside.clean(paper.number)} от {russian.short_date(paper.issued_on)}"
        case _:
            return f"счёт № {outside.clean(paper.number)} от {russian.short_date(paper.issued_on)}"


def _debts(facts: Mapping[str, Any]) -> View:
    return {
        "on": _day(facts["on"]),
        "blocks_on": _day(facts["blocks_on"]) if facts.get("blocks_on") else "",
        "rows": [[_called(number), _day(due_on), _roubles(left)] for number, due_on, left in facts["debts"]],
        "highlight": _roubles(facts["total"]),
    }


def _payment(facts: Mapping[str, Any]) -> View:
    left = [(number, date.fromisoformat(due_on), amount) for number, due_on, amount in facts.get("left", ())]
    today = date.fromisoformat(facts["today"]) if "today" in facts else None
    return {
        "paid_on": _day(facts["paid_on"]),
        "document_no": outside.clean(facts["document_no"]),
        "rows": [[_called(number), _roubles(part)] for number, part in facts["allocations"]],
        "advance": _roubles(facts["advance"]) if Decimal(facts["advance"]) > ZERO else "",
        "left_total": _roubles(facts["left_total"]) if left else "",
        "left": [f"{_numbered(number)} — {_roubles(amount)} ₽, {_until(due_on, today)}" for number, due_on, amount in left],
        "is_settled": "left" in facts and not left,
        "highlight": _roubles(facts["amount"]),
    }


def _called(number: str) -> str:
    """``ВМ26-000001``; of a debt of go-live its name, without the codes of client and organization, which are the reader's own and ours."""
    return outside.clean(_OPENING.sub(r"\1\2", number))


def _numbered(number: str) -> str:
    """``№ ВМ26-000001``; a debt of go-live has a name and no number."""
    return f"{'' if _OPENING.match(number) else '№ '}{_called(number)}"


def _until(due_on: date, today: date | None) -> str:
    verb = "срок оплаты был" if today and due_on < today else "оплатить до"
    return f"{verb} {russian.long_date(due_on)}"


def _restored(facts: Mapping[str, Any]) -> View:
    until = facts.get("promised_until")
    return {"on": _day(facts["on"]), "is_paid": facts.get("is_paid", False), "promised_until": _day(until) if until else ""}


def _statement(facts: Mapping[str, Any]) -> View:
    closing = Decimal(facts["closing"])
    first, last = (russian.short_date(date.fromisoformat(facts[name])) for name in ("first", "last"))
    return {"first": first, "last": last, "owes": closing > ZERO, "highlight": russian.amount(abs(closing)) if closing else ""}


def _digest(facts: Mapping[str, Any]) -> View:
    titles = (("new", "Новые"), ("open", "Ещё открыты"), ("mended", "Устранены со вчерашнего дня"))
    sections = [
        {
            "title": title,
            "papers": "",
            "rows": [],
            "left": "",
            "codes": [],
            "notes": [],
            "lists": [(outside.clean(line), [outside.clean(item) for item in items]) for line, items in facts[name]],
        }
        for name, title in titles
        if facts.get(name)
    ]
    return {"day": _day(facts["day"]), "counted": facts.get("counted", ""), "sections": sections}


def _snapshot(facts: Mapping[str, Any]) -> View:
    return {
        "platform": outside.clean(facts["platform"]),
        "day": russian.short_date(date.fromisoformat(facts["day"])),
        "iso_day": facts["day"],
        "reason": outside.clean(facts["reason"]),
    }


def _day(text: str) -> str:
    return russian.long_date(date.fromisoformat(text))


def _roubles(text: str) -> str:
    return russian.amount(Decimal(text))


def _requisites(bank: View | None) -> list[tuple[str, str]]:
    """What a payment order needs, name and value."""
    if not bank:
        return []
    inn = f"{bank['inn']}, КПП {bank['kpp']}" if bank["kpp"] else bank["inn"]
    pairs = [
        ("Получатель", bank["payee"]),
        ("ИНН", inn),
        ("Расчётный счёт", bank["account"]),
        ("Банк", bank["name"]),
        ("БИК", bank["bic"]),
        ("Корр. счёт", bank["corr_account"]),
    ]
    return [(name, outside.unbroken(value)) for name, value in pairs if value]


def _line(text: str) -> str:
    return _BLANKS.sub(" ", outside.unbroken(str(text))).strip()


def _dealer_report(facts: Mapping[str, Any]) -> View:
    return {"month": russian.month_name(Month.parse(facts["month"]))}
