"""From an event to the letter that tells it: subject, text and HTML. The words are in templates/mail, figures come written."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from pipelines.documents import parts
from pipelines.documents.mail import invoice_html, invoice_qr_png, invoice_subject, invoice_text
from pipelines.documents.model import InvoiceDocument
from pipelines.money import ZERO
from pipelines.templates import environment, laid_out
from pipelines.wording import outside, russian

View = dict[str, Any]

QR = "qr"
_GAPS = re.compile("\n{3,}")


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


def about_invoice(kind: str, document: InvoiceDocument, writer: Writer, cid: str) -> Letter:
    """The letter of an issued invoice. ``cid``: what follows ``qr@`` in the picture's Content-ID."""
    picture = None if kind == "prepaid_exceeded" else invoice_qr_png(document)
    pictures = {QR: picture} if picture else {}
    src = f"cid:{QR}@{cid}" if picture else None
    if kind == "invoice":
        return Letter(invoice_subject(document), invoice_text(document), invoice_html(document, src), pictures)
    return _letter(kind, _invoice(document), writer, src, pictures)


def about_facts(kind: str, facts: Mapping[str, Any], writer: Writer, client: str | None) -> Letter:
    """The letter of any other event, from what was kept with it; ``client``: its name."""
    view = {
        "payment_received": _payment,
        "restored": _restored,
        "snapshot_missing": _snapshot,
        "statement": _statement,
    }.get(kind, _debts)(facts)
    return _letter(kind, {**view, "client": outside.clean(client)}, writer, None, {})


def _letter(kind: str, view: View, writer: Writer, src: str | None, pictures: Mapping[str, bytes]) -> Letter:
    words: Any = environment().get_template(f"mail/{kind}.j2").make_module({**view, "writer": writer})
    laid = {
        "title": _line(words.title),
        "paragraphs": [_line(part) for part in str(words.body).strip().split("\n\n")],
        "head": getattr(words, "head", []),
        "rows": view.get("rows", []),
        "highlight_label": getattr(words, "highlight_label", ""),
        "highlight": view.get("highlight", ""),
        "notes": [_line(note) for note in view.get("notes", [])],
        "writer": writer,
        "qr_src": src,
    }
    pages = [laid_out(f"mail/letter.{form}.j2", laid) for form in ("txt", "html")]
    return Letter(_line(words.subject), _GAPS.sub("\n\n", outside.unbroken(pages[0])).strip() + "\n", pages[1], pictures)


def _invoice(document: InvoiceDocument) -> View:
    owed = document.total >= ZERO
    return {
        "number": outside.clean(document.number),
        "dated": russian.long_date(document.issued_on),
        "month": russian.month_name(document.period),
        "due_on": russian.long_date(document.due_on) if document.to_pay > ZERO else "",
        "owed": owed,
        "client": outside.clean(document.buyer.name),
        "basis": parts.basis(document.contract).replace("Договор", "договор", 1),
        "refers_to": [outside.clean(number) for number in document.refers_to],
        "rows": [[outside.clean(row.title), outside.clean(row.text), russian.amount(row.total)] for row in document.rows],
        "highlight": russian.amount(document.to_pay if owed else -document.total),
        "notes": document.notes,
    }


def _debts(facts: Mapping[str, Any]) -> View:
    return {
        "on": _day(facts["on"]),
        "blocks_on": _day(facts["blocks_on"]) if facts.get("blocks_on") else "",
        "rows": [[outside.clean(number), _day(due_on), _roubles(left)] for number, due_on, left in facts["debts"]],
        "highlight": _roubles(facts["total"]),
    }


def _payment(facts: Mapping[str, Any]) -> View:
    return {
        "paid_on": _day(facts["paid_on"]),
        "document_no": outside.clean(facts["document_no"]),
        "rows": [[outside.clean(number), _roubles(part)] for number, part in facts["allocations"]],
        "advance": _roubles(facts["advance"]) if Decimal(facts["advance"]) > ZERO else "",
        "highlight": _roubles(facts["amount"]),
    }


def _restored(facts: Mapping[str, Any]) -> View:
    until = facts.get("promised_until")
    return {"on": _day(facts["on"]), "is_paid": facts.get("is_paid", False), "promised_until": _day(until) if until else ""}


def _statement(facts: Mapping[str, Any]) -> View:
    closing = Decimal(facts["closing"])
    first, last = (russian.short_date(date.fromisoformat(facts[name])) for name in ("first", "last"))
    return {"first": first, "last": last, "owes": closing > ZERO, "highlight": russian.amount(abs(closing)) if closing else ""}


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


def _line(text: str) -> str:
    return " ".join(outside.unbroken(str(text)).split(" ")).replace("\n", " ").strip()
