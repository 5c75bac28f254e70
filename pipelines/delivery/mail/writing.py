"""Write a queued letter out: whom it goes to, what it says, what is attached; from frozen rows and today's addresses."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from pipelines.delivery.mail import events, letters, papers
from pipelines.delivery.mail.compose import Outgoing, Unsendable, ascii_address, cid
from pipelines.delivery.mail.decisions import LetterDecision
from pipelines.delivery.mail.rules import Reply, addresses
from pipelines.documents.store import DocumentStore
from pipelines.errors import Refused
from pipelines.settings import Settings
from pipelines.wording.russian import short_date

if TYPE_CHECKING:
    from sqlalchemy import Connection

_BAD_ADDRESS = 553
_LARGEST = 14 * 2**20  # bytes of attachments: a third more in a mail, and many servers take 20 MB


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


def write(
    settings: Settings, connection: "Connection", row: Any, recipients: tuple[str, ...], at: datetime, decision: LetterDecision
) -> Outgoing:
    """The letter of one row of message.sql, as it was decided, to these recipients; with a redirection set, to that address instead.

    CannotWrite when there is nobody to write from or nothing to write about.
    """
    sender, name = _sender(settings, row)
    message_id = events.message_id(row.event_kind, row.event_key, ascii_address(sender).rpartition("@")[2])
    writer = letters.Writer(name, sender)
    letter, attachments = _said(settings, connection, row, decision, writer, cid(message_id))
    aside = addresses(settings.mail_redirect)
    if settings.mail_redirect and not aside:
        raise CannotWrite("FLEETBILL_MAIL_REDIRECT is not an address")
    return Outgoing(message_id, sender, name, aside or recipients, letter, at, attachments, recipients if aside else ())


def _said(
    settings: Settings, connection: "Connection", row: Any, decision: LetterDecision, writer: letters.Writer, token: str
) -> tuple[letters.Letter, dict[str, bytes]]:
    """The letter and its attachments."""
    if row.event_kind in events.ABOUT_INVOICES:
        issued = papers.papers_of(settings, connection, row.event_kind, row.event_key)
        issued, attached = _attached(settings, issued) if row.event_kind in events.WITH_PDF else (issued, {})
        return letters.about_invoice(row.event_kind, issued, writer, token, decision.facts), attached
    if decision.debts:
        invoices = papers.invoices_of(connection, [debt.invoice_id for debt in decision.debts if debt.invoice_id])
        payee = None if invoices else papers.seller_now(connection, row.organization_code, row.client_code)
        debts = letters.ToldDebts(decision.debts, invoices, payee)
        letter = letters.about_debts(row.event_kind, decision.facts, writer, row.client, debts, token)
        return letter, papers.files(settings, invoices)
    letter = letters.about_facts(row.event_kind, decision.facts, writer, row.client)
    named = {_statement_name(decision.facts): decision.facts["paper"]} if "paper" in decision.facts else decision.facts.get("papers", {})
    return letter, {name: _stored(settings, path) for name, path in named.items()}


def _attached(settings: Settings, issued: papers.LetterPapers) -> tuple[papers.LetterPapers, dict[str, bytes]]:
    """The papers with their files; without the appendices where a mailbox would not take all of them together."""
    attached = papers.files(settings, issued.papers)
    appendices: dict[str, bytes] = {}
    for contract in issued.contracts:
        if contract.with_appendix:
            appendices |= papers.appendix(settings, contract.document)
            if sum(map(len, (attached | appendices).values())) > _LARGEST:
                return issued.without_appendix(), attached
    return issued, attached | appendices


def _sender(settings: Settings, row: Any) -> tuple[str, str]:
    own = row.organization_code is not None
    listed = addresses(row.organization_email if own else settings.mail_from or row.house_email)
    if not listed:
        who = f"organization {row.organization_code}" if own else "FLEETBILL_MAIL_FROM, or an organization,"
        raise CannotWrite(f"{who} has no e-mail address to write from")
    return listed[0], (row.organization if own else row.house) or ""


def _statement_name(facts: Any) -> str:
    first, last = (short_date(date.fromisoformat(facts[name])) for name in ("first", "last"))
    return f"Акт сверки {first} – {last}.pdf"


def _stored(settings: Settings, path: str) -> bytes:
    try:
        return DocumentStore(settings.documents).get(path)
    except FileNotFoundError:
        raise CannotWrite(f"{path} is not in the store of documents") from None
