"""Print what was issued: a PDF of every invoice, корректировка and act of a month that is not in the store yet."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from pipelines.documents.assembly import act_document, adjustment_document, invoice_document, issued_rows
from pipelines.documents.changed_usage import changed_usage
from pipelines.documents.edo.archives import write_archives
from pipelines.documents.model import Document
from pipelines.documents.paths import act_path, adjustment_path, document_path, invoice_path
from pipelines.documents.pdf import NotTypeset, render_document, render_documents
from pipelines.documents.store import DocumentStore
from pipelines.errors import Refused
from pipelines.evidence.lake import EvidenceLost
from pipelines.logs import verb
from pipelines.money import ZERO
from pipelines.period import Month
from pipelines.settings import Settings
from pipelines.warehouse import engine, query

if TYPE_CHECKING:
    from sqlalchemy import Connection

Failures = dict[str, str]

_NAMED = 5


class NotPrinted(Refused):
    """Some documents could not be printed; all the others were."""


def publish(settings: Settings, month: Month) -> int:
    """Number of documents written. A корректировка is one paper; a счёт comes with it, and after it, only where more is to be paid.

    Clients that want files for electronic exchange get theirs in an archive of the run. A killed run leaves whole files only;
    the next run writes the rest. The same invoice always gives the same bytes. NotPrinted names the documents that could not be
    made, after all the others were written.
    """
    with verb("documents", "publish", month=month) as done:
        written, failures = _publish(settings, month)
        write_archives(settings, month)
        done |= {"written": written, "failed": len(failures)}
    if failures:
        named = "; ".join(f"{name}: {reason}" for name, reason in sorted(failures.items())[:_NAMED])
        raise NotPrinted(f"{len(failures)} documents of {month} could not be printed, the others were: {named}")
    return written


def _publish(settings: Settings, month: Month) -> tuple[int, Failures]:
    store, failures = DocumentStore(settings.documents), Failures()
    with engine.transaction(settings) as connection:
        written = 0
        try:
            for path, content in render_documents(_documents(settings, connection, store, month, failures), settings.workers):
                written += store.put(path, content)
        except NotTypeset:  # of one among many: the rest one by one
            failures.clear()
            for document in list(_documents(settings, connection, store, month, failures)):
                written += _print_alone(store, document, failures)
    return written, failures


def _print_alone(store: DocumentStore, document: Document, failures: Failures) -> int:
    try:
        return store.put(document_path(document), render_document(document))
    except NotTypeset as error:
        failures[document_path(document)] = str(error)
        return 0


def _documents(settings: Settings, connection: "Connection", store: DocumentStore, month: Month, failures: Failures) -> Iterator[Document]:
    """Everything of the month that the store lacks; what cannot be made is noted in ``failures``."""
    acts = query.rows(connection, "documents/issued_acts", month=month.first)
    for act in acts:
        if not store.exists(act_path(month, act.organization_code, act.number)):
            yield from _made(f"act {act.number}", failures, partial(_acts, connection, act))
    listed = query.rows(connection, "documents/issued_numbers", month=month.first)
    lacking = [row.invoice_id for row in listed if not store.exists(_last_paper(month, row))]
    for row in issued_rows(connection, lacking):
        yield from _made(row.number, failures, partial(_papers, settings, connection, row))


def _last_paper(month: Month, row: Any) -> str:
    """The paper that is written last: when it is in the store, all of the invoice's are."""
    path = adjustment_path if row.kind == "adjustment" and row.total <= ZERO else invoice_path
    return path(month, row.organization_code, row.number)


def _made(name: str, failures: Failures, make: Callable[[], Sequence[Document]]) -> Sequence[Document]:
    try:
        return make()
    except (ArithmeticError, LookupError, TypeError, ValueError, EvidenceLost) as error:  # facts that do not make a document
        failures[name] = f"{type(error).__name__}: {error}"
        return ()


def _papers(settings: Settings, connection: "Connection", row: Any) -> Sequence[Document]:
    if row.kind != "adjustment":
        return (invoice_document(row),)
    adjustment = adjustment_document(row, changed_usage(settings, connection, row))
    return (adjustment, invoice_document(row)) if row.total > ZERO else (adjustment,)


def _acts(connection: "Connection", act: Any) -> Sequence[Document]:
    return (act_document(act.number, list(issued_rows(connection, act.ids))),)
