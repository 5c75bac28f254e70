"""The files that a client takes away: papers as PDF, their appendices as PDF and XLSX, the акт сверки, the proof of an invoice.

A paper that is not in the store yet is made in the moment in which it is asked for: the same bytes as it will have there. Who asks has seen
first that the paper is its own.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import IO

from pipelines.audit import kept_proofs
from pipelines.cabinet.papers import Act, ShownInvoice
from pipelines.cabinet.proof_turns import ProofTurns
from pipelines.cabinet.why import explained
from pipelines.documents import qr
from pipelines.documents.assembly import act_document, adjustment_document, invoice_document, issued_rows
from pipelines.documents.changed_usage import changed_usage
from pipelines.documents.explanation_workbook import write_appendix
from pipelines.documents.model import Document
from pipelines.documents.paths import act_path, adjustment_path, invoice_path, safe_name
from pipelines.documents.pdf import render_document
from pipelines.documents.statement_workbook import write_statement
from pipelines.documents.store import DocumentStore
from pipelines.documents.usage_appendix import usage_document
from pipelines.errors import Refused
from pipelines.period import Month
from pipelines.receivables import reconciliation
from pipelines.settings import Settings
from pipelines.warehouse import engine

PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ZIP = "application/zip"
PNG = "image/png"


class NoSuchPaper(Refused):
    """There is no paper of that kind."""


@dataclass(frozen=True, slots=True)
class PaperFile:
    """A file: its name, its media type and its bytes, or (a large one) the open file that they are read from once."""

    name: str
    media_type: str
    content: bytes = b""
    opened: IO[bytes] | None = None

    def pieces(self) -> Iterator[bytes]:
        """Its bytes."""
        if self.opened is None:
            yield self.content
            return
        with self.opened as handle:
            while piece := handle.read(1 << 16):
                yield piece


def code_png(text: str, name: str) -> PaperFile:
    """The QR code of a payment as a picture."""
    return PaperFile(f"QR {safe_name(name)}.png", PNG, qr.png(text))


def invoice_pdf(settings: Settings, shown: ShownInvoice) -> PaperFile:
    """The счёт of an invoice. NoSuchPaper for a correction by which nothing is to be paid."""
    invoice = shown.invoice
    if invoice.is_credit:
        raise NoSuchPaper(f"{invoice.number} asks for no payment")
    path = invoice_path(Month.of(invoice.month), invoice.organization_code, invoice.number)
    return _stored_or_made(settings, path, f"Счёт {invoice.number}", shown.invoice_id, is_adjustment=False)


def adjustment_pdf(settings: Settings, shown: ShownInvoice) -> PaperFile:
    """The корректировка of an adjustment. NoSuchPaper for an invoice of another kind."""
    invoice = shown.invoice
    if invoice.kind != "adjustment":
        raise NoSuchPaper(f"{invoice.number} corrects nothing")
    path = adjustment_path(Month.of(invoice.month), invoice.organization_code, invoice.number)
    return _stored_or_made(settings, path, f"Корректировка {invoice.number}", shown.invoice_id, is_adjustment=True)


def act_pdf(settings: Settings, act: Act) -> PaperFile:
    """The акт of a contract's month."""
    path = act_path(Month.of(act.month), act.organization_code, act.number)
    content = _stored(settings, path)
    if content is None:
        with engine.reading(settings) as connection:
            content = render_document(act_document(act.number, list(issued_rows(connection, act.ids))))
    return PaperFile(_name(f"Акт {act.number}", "pdf"), PDF, content)


def appendix_xlsx(settings: Settings, number: str) -> PaperFile:
    """The appendix of an invoice: lines, days, vehicles by day."""
    opened = io.BytesIO()
    write_appendix(explained(settings, number), opened)
    return PaperFile(_name(f"Расшифровка {number}", "xlsx"), XLSX, opened.getvalue())


def fleet_pdf(settings: Settings, number: str) -> PaperFile:
    """The fleet by day of an invoice, as its paper."""
    return PaperFile(_name(f"Парк по дням {number}", "pdf"), PDF, render_document(usage_document(explained(settings, number))))


def proof_zip(settings: Settings, number: str, reader: str, turns: ProofTurns) -> PaperFile:
    """The bundle by which a client checks an invoice alone: the kept one, else made when it is the reader's turn. ProofWaits."""
    place = kept_proofs.place_of(settings, number)
    bundle = kept_proofs.opened(place) or turns.wait_for(reader, place, lambda: kept_proofs.make(settings, number, place))
    return PaperFile(_name(f"Проверка {number}", "zip"), ZIP, opened=bundle)


def statement_file(settings: Settings, client_code: str, organization_code: str, span: tuple[date, date], kind: str) -> PaperFile:
    """The акт сверки of a client with an organization over a period (both days inclusive), as ``pdf`` or ``xlsx``."""
    first, last = span
    accounts = reconciliation.statement_of_account(settings, client_code, first, last)
    account = next((each for each in accounts if each.organization_code == organization_code), None)
    if account is None:
        raise NoSuchPaper(f"{client_code} has no account with {organization_code}")
    document = reconciliation.document(settings, client_code, account)
    name = _name(f"Акт сверки {first}–{last}", kind)
    if kind == "pdf":
        return PaperFile(name, PDF, render_document(document))
    opened = io.BytesIO()
    write_statement(document, opened)
    return PaperFile(name, XLSX, opened.getvalue())


def _stored_or_made(settings: Settings, path: str, name: str, invoice_id: str, *, is_adjustment: bool) -> PaperFile:
    content = _stored(settings, path)
    if content is None:
        with engine.reading(settings) as connection:
            [row] = issued_rows(connection, [invoice_id])
            document: Document = (
                adjustment_document(row, changed_usage(settings, connection, row)) if is_adjustment else invoice_document(row)
            )
        content = render_document(document)
    return PaperFile(_name(name, "pdf"), PDF, content)


def _stored(settings: Settings, path: str) -> bytes | None:
    try:
        return DocumentStore(settings.documents).get(path)
    except FileNotFoundError:
        return None


def _name(text: str, suffix: str) -> str:
    return f"{safe_name(text.replace(' ', '_'))}.{suffix}"
