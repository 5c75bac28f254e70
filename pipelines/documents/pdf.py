"""Documents as PDF files: one at a time, or a stream of them on all cores. Typst sets them, papers that are alike but once."""

import logging
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import replace
from datetime import date
from itertools import chain, islice

from pipelines.documents import qr
from pipelines.documents.forms import Forms
from pipelines.documents.model import (
    ActDocument,
    AdjustmentDocument,
    DealerDocument,
    Document,
    InvoiceDocument,
    StatementDocument,
    UsageDocument,
)
from pipelines.documents.parts import View
from pipelines.documents.paths import document_path
from pipelines.documents.present import present
from pipelines.documents.requisites import PICTURES
from pipelines.documents.typesetting import typeset
from pipelines.errors import Refused

_LOG = logging.getLogger("fleetbill.documents")
_PICTURELESS: set[str] = set()
_FEW = 16
_BATCH = 64
_AHEAD = 3
_FORMS = Forms()


class NotTypeset(Refused):
    """A document could not be typeset; the message names it and says what Typst said."""


def render_document(document: Document) -> bytes:
    """One PDF. The same document gives the same bytes, alone or among others: the file's date is the document's own."""
    return _render_batch([document])[0][1]


def _whole(document: Document, view: View) -> bytes:
    """A paper typeset by itself."""
    import typst

    try:
        return typeset(view["template"], {**view, "qr": qr.picture(view["qr"])} if view.get("qr") else view, _dated(document))
    except typst.TypstError as error:
        if any(view.get(name) for name in PICTURES):
            return _without_pictures(document)
        # Typst's own error does not survive the way back from a worker
        raise NotTypeset(f"{document_path(document)}: {error}") from None


def _without_pictures(document: Document) -> bytes:
    """The paper without pictures that cannot be drawn; said once for each organization."""
    code = document.seller.code
    if code not in _PICTURELESS:
        _PICTURELESS.add(code)
        _LOG.warning("a picture of organization %s cannot be drawn: its papers are printed without", code)
    return render_document(replace(document, seller=replace(document.seller, logo=None, facsimile=None, stamp=None)))


def render_documents(documents: Iterable[Document], workers: int = 0) -> Iterator[tuple[str, bytes]]:
    """(path in the store, PDF) of every document, in order; ``workers`` = 0: one process per core.

    Works on a stream: only a few batches per worker are in the air. A short stream is set in this process.
    Processes are spawned and end with the iterator, also when it is left early.
    """
    stream = iter(documents)
    workers = workers or _cores()
    first = list(islice(stream, _FEW))
    if workers == 1 or len(first) < _FEW:
        for batch in _batches(chain(first, stream)):
            yield from _render_batch(batch)
        return
    batches = _batches(chain(first, stream))
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _begin_worker)
    try:
        waiting: deque[Future[list[tuple[str, bytes]]]] = deque()
        for batch in batches:
            waiting.append(pool.submit(_render_batch, batch))
            if len(waiting) >= workers * _AHEAD:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _cores() -> int:
    """Cores that this process may use, which in a container are fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _batches(stream: Iterator[Document]) -> Iterator[list[Document]]:
    while batch := list(islice(stream, _BATCH)):
        yield batch


def _render_batch(batch: Sequence[Document]) -> list[tuple[str, bytes]]:
    """Papers of known forms are filled, the others typeset whole."""
    views = [present(document) for document in batch]
    filled = _FORMS.fill([(view, _dated(document)) for document, view in zip(batch, views, strict=True)])
    return [
        (document_path(document), _whole(document, view) if content is None else content)
        for document, view, content in zip(batch, views, filled, strict=True)
    ]


def _begin_worker() -> None:
    """A worker leaves Ctrl-C to the process it works for, and does not outlive it, whatever ended that one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _dated(document: Document) -> date:
    match document:
        case InvoiceDocument() | AdjustmentDocument():
            return document.issued_on
        case ActDocument():
            return document.dated
        case StatementDocument():
            return document.last
        case UsageDocument() | DealerDocument():
            return document.period.last
