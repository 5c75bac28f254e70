"""Documents as PDF files through Typst: one at a time, or a stream of them on all cores."""

import json
import logging
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from itertools import chain, islice
from typing import TYPE_CHECKING

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
from pipelines.errors import Refused
from pipelines.settings import resource

if TYPE_CHECKING:
    import typst

FONT = "Roboto"
_LOG = logging.getLogger("fleetbill.documents")
_PICTURELESS: set[str] = set()
_BATCH = 16
_AHEAD = 3


class FontMissing(Refused):
    """The documents' font is not installed; another one would be put in its place without a word."""


class NotTypeset(Refused):
    """A document could not be typeset; the message names it and says what Typst said."""


def render_document(document: Document) -> bytes:
    """One PDF. The same document gives the same bytes: the file's date is the document's own."""
    import typst

    view = present(document)
    try:
        return _typeset(view, _dated(document))
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
    first = list(islice(stream, _BATCH))
    if workers == 1 or len(first) < _BATCH:
        for document in chain(first, stream):
            yield document_path(document), render_document(document)
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


def _render_batch(batch: list[Document]) -> list[tuple[str, bytes]]:
    return [(document_path(document), render_document(document)) for document in batch]


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


def _typeset(view: View, dated: date) -> bytes:
    stamp = datetime(dated.year, dated.month, dated.day, tzinfo=UTC)
    data = json.dumps(view, ensure_ascii=False)
    made = _compiler(view["template"]).compile(format="pdf", sys_inputs={"data": data}, timestamp=stamp)
    if not isinstance(made, bytes):
        raise TypeError(f"typst gave {type(made).__name__} for {view['template']}")
    return made


@cache
def _compiler(template: str) -> "typst.Compiler":
    import typst  # a quick command does not pay for it

    folder = resource("templates")
    return typst.Compiler(str(folder / f"{template}.typ"), root=str(folder), font_paths=_fonts(), ignore_system_fonts=True)


@cache
def _fonts() -> "typst.Fonts":
    import font_roboto
    import typst

    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(font_roboto.font_directory)])
    if FONT not in fonts.families():
        raise FontMissing(f"font {FONT} is not in the package font-roboto")
    return fonts


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
