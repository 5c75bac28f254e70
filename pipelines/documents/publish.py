"""Print what was issued: a PDF of every invoice, корректировка and act of a month that is not in the store yet."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import ceil
from typing import TYPE_CHECKING, Any, Self
from zlib import crc32

from pipelines.documents.assembly import act_document, adjustment_document, invoice_document, issued_rows
from pipelines.documents.changed_usage import changed_usage
from pipelines.documents.edo.archives import write_archives
from pipelines.documents.model import Document
from pipelines.documents.paths import ACTS, ADJUSTMENTS, INVOICES, act_path, adjustment_path, document_path, folder_of, invoice_path
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
_ACTS_AT_ONCE = 500  # whose invoices are read by one statement


class NotPrinted(Refused):
    """Some documents could not be printed; all the others were."""


@dataclass(frozen=True, slots=True)
class Share:
    """One of ``count`` shares of a month's papers. Which one a paper is in depends on its number alone, not on what was printed before.

    An act bears the number of one of its invoices, so the papers that a contract gets by a close are mostly in one share.
    """

    number: int  # from 0
    count: int

    def holds(self, paper: Any) -> bool:
        """Whether a paper with ``organization_code`` and ``number`` is of this share."""
        return crc32(f"{paper.organization_code}/{paper.number}".encode()) % self.count == self.number

    def __str__(self) -> str:
        return f"{self.number + 1}/{self.count}"


WHOLE = Share(0, 1)


def publish(settings: Settings, month: Month) -> int:
    """Number of documents written. A корректировка is one paper; a счёт comes with it, and after it, only where more is to be paid.

    Clients that want files for electronic exchange get theirs in an archive of the run. A killed run leaves whole files only;
    the next run writes the rest. The same invoice always gives the same bytes. NotPrinted names the documents that could not be
    made, after all the others were written.
    """
    try:
        written = print_share(settings, month, WHOLE)
    except NotPrinted:
        write_archives(settings, month)
        raise
    write_archives(settings, month)
    return written


def shares(settings: Settings, month: Month) -> list[Share]:
    """What the store lacks of a month, cut into shares of about ``print_batch`` invoices that may be printed beside each other."""
    with engine.transaction(settings) as connection:
        lacking = _Lacking.of(connection, DocumentStore(settings.documents), month, WHOLE)
    count = ceil(max(len(lacking.acts), len(lacking.invoices)) / settings.print_batch)
    return [Share(number, count) for number in range(count)]


def print_share(settings: Settings, month: Month, share: Share) -> int:
    """Number of documents of a share of the month that were written; as `publish`, but for the archives."""
    with verb("documents", "publish", month=month, share=str(share)) as done:
        written, failures = _print(settings, month, share)
        done |= {"written": written, "failed": len(failures)}
    if failures:
        named = "; ".join(f"{name}: {reason}" for name, reason in sorted(failures.items())[:_NAMED])
        raise NotPrinted(f"{len(failures)} documents of {month} could not be printed, the others were: {named}")
    return written


def _print(settings: Settings, month: Month, share: Share) -> tuple[int, Failures]:
    store, failures = DocumentStore(settings.documents), Failures()
    with engine.transaction(settings) as connection:
        written = 0
        try:
            documents = _documents(settings, connection, store, (month, share), failures)
            for is_new in store.put_each(render_documents(documents, settings.workers)):
                written += is_new
        except NotTypeset:  # of one among many: the rest one by one
            failures.clear()
            for document in list(_documents(settings, connection, store, (month, share), failures)):
                written += _print_alone(store, document, failures)
    return written, failures


def _print_alone(store: DocumentStore, document: Document, failures: Failures) -> int:
    try:
        return store.put(document_path(document), render_document(document))
    except NotTypeset as error:
        failures[document_path(document)] = str(error)
        return 0


def _documents(
    settings: Settings, connection: "Connection", store: DocumentStore, wanted: tuple[Month, Share], failures: Failures
) -> Iterator[Document]:
    """Everything of a share of the month that the store lacks; what cannot be made is noted in ``failures``.

    An act stands on its invoices, so these are read with it and printed after it; then those that no lacking act stands on.
    """
    lacking = _Lacking.of(connection, store, *wanted)
    left = dict.fromkeys(map(str, lacking.invoices))
    for start in range(0, len(lacking.acts), _ACTS_AT_ONCE):
        acts = lacking.acts[start : start + _ACTS_AT_ONCE]
        issued = {str(row.invoice_id): row for row in issued_rows(connection, [each for act in acts for each in act.ids])}
        for act in acts:
            yield from _made(f"act {act.number}", failures, partial(_act, act, issued))
        for invoice_id in [each for each in issued if each in left]:
            del left[invoice_id]
            row = issued.pop(invoice_id)
            yield from _made(row.number, failures, partial(_papers, settings, connection, row))
    for row in issued_rows(connection, list(left)):
        yield from _made(row.number, failures, partial(_papers, settings, connection, row))


@dataclass(frozen=True, slots=True)
class _Lacking:
    """What the store lacks: rows of issued_acts.sql, and ids of invoices."""

    acts: list[Any]
    invoices: list[str]

    @classmethod
    def of(cls, connection: "Connection", store: DocumentStore, month: Month, share: Share) -> Self:
        kept = set().union(*(store.names(folder_of(kind, month)) for kind in (ACTS, INVOICES, ADJUSTMENTS)))
        acts = query.rows(connection, "documents/issued_acts", month=month.first)
        invoices = query.rows(connection, "documents/issued_numbers", month=month.first)
        return cls(
            [act for act in acts if share.holds(act) and act_path(month, act.organization_code, act.number) not in kept],
            [row.invoice_id for row in invoices if share.holds(row) and _last_paper(month, row) not in kept],
        )


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


def _act(act: Any, issued: Mapping[str, Any]) -> Sequence[Document]:
    return (act_document(act.number, [issued[each] for each in act.ids]),)
