"""Write a queued letter out: whom it goes to, what it says, what is attached; from frozen rows and today's addresses."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from pipelines.delivery.mail import events, letters
from pipelines.delivery.mail.compose import Outgoing, Unsendable, ascii_address, cid
from pipelines.delivery.mail.rules import Reply, addresses
from pipelines.documents.assembly import adjustment_document, invoice_document, issued_rows
from pipelines.documents.model import AdjustmentDocument, InvoiceDocument
from pipelines.documents.paths import document_path
from pipelines.documents.pdf import render_document
from pipelines.documents.store import DocumentStore
from pipelines.errors import Refused
from pipelines.money import ZERO
from pipelines.settings import Settings
from pipelines.wording.russian import short_date

if TYPE_CHECKING:
    from sqlalchemy import Connection

Paper = InvoiceDocument | AdjustmentDocument

_BAD_ADDRESS = 553


class CannotWrite(Refused):
    """A letter cannot be written now: something that it needs is missing."""


@dataclass(frozen=True, slots=True)
class LetterAddresses:
    """Whom a letter goes to: ``recipients`` who still wait, ``impossible`` addresses that no mail can be sent to."""

    recipients: tuple[str, ...]
    impossible: dict[str, Reply]


def addressed(settings: Settings, row: Any) -> LetterAddresses:
    """The recipients of one row of message.sql: today's addresses, without those that have it and those that bounced."""
    audience = events.AUDIENCES[row.event_kind]
    cell = {"client": row.client_email, "managers": settings.mail_managers, "technical": settings.mail_technical}[audience]
    done = {*row.accepted, *row.bounced}
    recipients, impossible = [], {}
    for address in addresses(cell):
        if address in done:
            continue
        try:
            ascii_address(address)
            recipients.append(address)
        except Unsendable as error:
            impossible[address] = Reply(_BAD_ADDRESS, str(error))
    return LetterAddresses(tuple(recipients), impossible)


def write(settings: Settings, connection: "Connection", row: Any, recipients: tuple[str, ...], at: datetime) -> Outgoing:
    """The letter of one row of message.sql to these recipients; with a redirection set, to that address instead.

    CannotWrite when there is nobody to write from or nothing to write about.
    """
    sender, name = _sender(settings, row)
    message_id = events.message_id(row.event_kind, row.event_key, ascii_address(sender).rpartition("@")[2])
    writer = letters.Writer(name, sender)
    attachments: dict[str, bytes] = {}
    if row.event_kind in events.ABOUT_INVOICES:
        document, papers = _papers(connection, row)
        letter = letters.about_invoice(row.event_kind, document, writer, cid(message_id))
        attachments = {_file_name(paper): _pdf(settings, paper) for paper in papers}
    else:
        letter = letters.about_facts(row.event_kind, row.facts, writer, row.client)
        if paper := row.facts.get("paper"):
            attachments = {_statement_name(row.facts): _stored(settings, paper)}
    aside = addresses(settings.mail_redirect)
    if settings.mail_redirect and not aside:
        raise CannotWrite("FLEETBILL_MAIL_REDIRECT is not an address")
    return Outgoing(message_id, sender, name, aside or recipients, letter, at, attachments, recipients if aside else ())


def _sender(settings: Settings, row: Any) -> tuple[str, str]:
    own = row.organization_code is not None
    listed = addresses(row.organization_email if own else settings.mail_from or row.house_email)
    if not listed:
        who = f"organization {row.organization_code}" if own else "FLEETBILL_MAIL_FROM, or an organization,"
        raise CannotWrite(f"{who} has no e-mail address to write from")
    return listed[0], (row.organization if own else row.house) or ""


def _papers(connection: "Connection", row: Any) -> tuple[InvoiceDocument, list[Paper]]:
    """The invoice that the letter is about, and what is attached: of an adjustment the корректировка, which shows old, new and
    the reason, and the счёт only where it asks for more."""
    if row.invoice_id is None:
        raise CannotWrite(f"there is no invoice {row.event_key}")
    issued = next(issued_rows(connection, [row.invoice_id]))
    document = invoice_document(issued)
    if row.event_kind not in events.WITH_PDF:
        return document, []
    if row.event_kind != "adjustment":
        return document, [document]
    return document, [*([document] if document.total >= ZERO else []), adjustment_document(issued)]


def _pdf(settings: Settings, document: Paper) -> bytes:
    """The PDF from the store; printed now when it is not there yet (and left to `close` to be stored)."""
    try:
        return DocumentStore(settings.documents).get(document_path(document))
    except FileNotFoundError:
        return render_document(document)


def _statement_name(facts: Any) -> str:
    first, last = (short_date(date.fromisoformat(facts[name])) for name in ("first", "last"))
    return f"Акт сверки {first} – {last}.pdf"


def _stored(settings: Settings, path: str) -> bytes:
    try:
        return DocumentStore(settings.documents).get(path)
    except FileNotFoundError:
        raise CannotWrite(f"{path} is not in the store of documents") from None


def _file_name(document: Paper) -> str:
    name = "Счёт" if isinstance(document, InvoiceDocument) else "Корректировка"
    return f"{name} {document.number} от {short_date(document.issued_on)}.pdf".replace("/", "-")
