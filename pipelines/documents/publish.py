"""Print what was issued: a PDF of every invoice and act of a month that is not in the store yet."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipelines.documents.issued import act_document, invoice_documents
from pipelines.documents.model import Document
from pipelines.documents.paths import invoice_path
from pipelines.documents.pdf import render_documents
from pipelines.documents.store import DocumentStore
from pipelines.period import Month
from pipelines.settings import Settings
from pipelines.warehouse import engine
from pipelines.warehouse.statements import statement

if TYPE_CHECKING:
    from sqlalchemy import Connection


def publish(settings: Settings, month: Month) -> int:
    """Number of documents written. The act of an invoice comes before it, so an invoice in the store means both are there.

    A killed run leaves whole files only; the next run writes the rest. The same invoice always gives the same bytes.
    """
    from sqlalchemy import text

    store = DocumentStore(settings.documents)
    written = 0
    with engine.transaction(settings) as connection:
        listed = connection.execute(text(statement("warehouse/documents/issued_numbers")), {"month": month.first}).all()
        lacking = [row.invoice_id for row in listed if not store.exists(invoice_path(month, row.organization_code, row.number))]
        for path, content in render_documents(_documents(connection, lacking), settings.workers):
            written += store.put(path, content)
    return written


def _documents(connection: "Connection", ids: list[str]) -> Iterator[Document]:
    for invoice in invoice_documents(connection, ids):
        if invoice.kind == "monthly":
            yield act_document(invoice)
        yield invoice
