"""The papers of a letter as files: счёт, корректировка, акт, the appendix; from the store, or printed now."""

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from pipelines.audit.explain import explain
from pipelines.documents.assembly import act_document, adjustment_document, invoice_document, invoice_documents, issued_rows
from pipelines.documents.changed_usage import changed_usage
from pipelines.documents.model import ActDocument, AdjustmentDocument, InvoiceDocument
from pipelines.documents.paths import document_path
from pipelines.documents.pdf import render_document
from pipelines.documents.requisites import Party, seller
from pipelines.documents.store import DocumentStore
from pipelines.errors import Refused
from pipelines.money import ZERO
from pipelines.settings import Settings
from pipelines.warehouse import query
from pipelines.wording.russian import month_name, short_date

if TYPE_CHECKING:
    from sqlalchemy import Connection

Paper = InvoiceDocument | AdjustmentDocument | ActDocument

_NAMES = {InvoiceDocument: "Счёт", AdjustmentDocument: "Корректировка", ActDocument: "Акт"}
_ORDER = ("monthly", "advance", "corrective", "adjustment")
_MOST_INVOICES = 10


class NoInvoice(Refused):
    """The invoice that a letter is about does not exist."""


@dataclass(frozen=True, slots=True)
class ContractPapers:
    """The papers of one contract in a letter: the invoice that it is about, and what goes with it."""

    document: InvoiceDocument
    papers: tuple[Paper, ...]
    with_appendix: bool = False

    @property
    def act(self) -> ActDocument | None:
        """The act among the papers."""
        return next((paper for paper in self.papers if isinstance(paper, ActDocument)), None)

    @property
    def invoices(self) -> tuple[InvoiceDocument, ...]:
        """The счета among the papers; where there is none, the invoice that the papers are about."""
        return tuple(paper for paper in self.papers if isinstance(paper, InvoiceDocument)) or (self.document,)


@dataclass(frozen=True, slots=True)
class LetterPapers:
    """What a letter of issued invoices carries, by contract: first the one whose invoice the letter is called by."""

    contracts: tuple[ContractPapers, ...]
    is_appendix_too_large: bool = False  # there are appendices, and a mailbox would not take them

    @property
    def own(self) -> ContractPapers:
        """The contract of the invoice that the letter is called by."""
        return self.contracts[0]

    @property
    def papers(self) -> tuple[Paper, ...]:
        """The papers of all contracts."""
        return tuple(paper for contract in self.contracts for paper in contract.papers)

    @property
    def invoices(self) -> tuple[InvoiceDocument, ...]:
        """The счета of all contracts."""
        return tuple(invoice for contract in self.contracts for invoice in contract.invoices)

    @property
    def with_appendix(self) -> bool:
        """Whether an appendix goes with any of them."""
        return any(contract.with_appendix for contract in self.contracts)

    def without_appendix(self) -> "LetterPapers":
        """The same without appendices, which are too large for a letter: the letter says so."""
        contracts = tuple(replace(contract, with_appendix=False) for contract in self.contracts)
        return LetterPapers(contracts, is_appendix_too_large=self.with_appendix)


def papers_of(settings: Settings, connection: "Connection", kind: str, number: str) -> LetterPapers:
    """What one run issued to the client for the invoice's month, contract by contract, and the act and appendix where it closed the month.

    Of an adjustment the корректировка, which shows old, new and the reason, and a счёт only where it asks for more.
    """
    rows = query.rows(connection, "delivery/mail/papers", number=number, kind=kind)
    if not rows:
        raise NoInvoice(f"there is no invoice {number}")
    ordered = sorted(rows, key=lambda row: not row.is_own)
    contracts = (_of_contract(settings, connection, row, number if row.is_own else None) for row in ordered)
    return LetterPapers(tuple(contract for contract in contracts if contract is not None))


def _of_contract(settings: Settings, connection: "Connection", row: Any, number: str | None) -> ContractPapers | None:
    """The papers of one row of papers.sql; ``number``: the invoice that they are about, where it is known. None without a paper."""
    issued = list(issued_rows(connection, row.ids or ()))
    papers = [paper for each in issued for paper in _issued(settings, connection, each)]
    if row.is_closing and row.has_act:
        papers.append(act_document(row.act_number, list(issued_rows(connection, row.act_ids))))
    if not papers and number is None:
        return None
    wanted = number or (_leading(issued).number if issued else row.act_number)
    own = next((each for each in issued if each.number == wanted), None)
    document = (
        invoice_document(own)
        if own
        else next(candidate for candidate in invoice_documents(connection, row.act_ids) if candidate.number == wanted)
    )
    return ContractPapers(document, tuple(papers), row.appendix and row.is_closing)


def _leading(issued: Iterable[Any]) -> Any:
    """The invoice that the papers of a contract are about, as queue_issued.sql chooses it; ``issued``: in the order of their numbers."""
    return min(issued, key=lambda row: _ORDER.index(row.kind))


def _issued(settings: Settings, connection: "Connection", row: Any) -> Iterator[Paper]:
    document = invoice_document(row)
    if document.kind != "adjustment" or document.total > ZERO:
        yield document
    if document.kind == "adjustment":
        stored = DocumentStore(settings.documents).exists(document_path(adjustment_document(row)))
        yield adjustment_document(row) if stored else adjustment_document(row, changed_usage(settings, connection, row))


def invoices_of(connection: "Connection", ids: Iterable[str]) -> list[InvoiceDocument]:
    """The счета of debts, at most ten: what more there is, is named in the letter."""
    return list(invoice_documents(connection, list(ids)[:_MOST_INVOICES]))


def seller_now(connection: "Connection", organization_code: str, client_code: str) -> Party:
    """Whom a client pays where no счёт says it: the organization as its last papers for the client named it, or as it is now."""
    parties = {"organization_code": organization_code, "client_code": client_code, "last": date.max}
    return seller(query.run(connection, "receivables/parties", **parties).one().seller)


def files(settings: Settings, papers: Iterable[Paper]) -> dict[str, bytes]:
    """Name → PDF from the store; printed now when it is not there yet (and left to `close` to be stored)."""
    return {_file_name(paper): _pdf(settings, paper) for paper in papers}


def appendix(settings: Settings, document: InvoiceDocument) -> dict[str, bytes]:
    """The appendix of an invoice as PDF and as a workbook; nothing where it was billed ahead and rests on no counted day."""
    from pipelines.documents.explanation_workbook import write_appendix
    from pipelines.documents.usage_appendix import NoUsage, usage_document

    explained = explain(settings, document.number)
    name = f"Приложение {document.number} за {month_name(document.period)}".replace("/", "-").replace("\u00a0", " ").rstrip(".")
    try:
        page = render_document(usage_document(explained))
    except NoUsage:
        return {}
    book = io.BytesIO()
    write_appendix(explained, book)
    return {f"{name}.pdf": page, f"{name}.xlsx": book.getvalue()}


def _pdf(settings: Settings, document: Paper) -> bytes:
    try:
        return DocumentStore(settings.documents).get(document_path(document))
    except FileNotFoundError:
        return render_document(document)


def _file_name(document: Paper) -> str:
    dated = document.dated if isinstance(document, ActDocument) else document.issued_on
    return f"{_NAMES[type(document)]} {document.number} от {short_date(dated)}.pdf".replace("/", "-")
