"""PDF of an invoice: Typst on all cores beside WeasyPrint on all cores, the same document, one run."""

import base64
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

import jinja2

from pipelines.documents import present, qr
from pipelines.documents.model import InvoiceDocument
from pipelines.documents.pdf import render_documents

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # started as a script, also in the spawned processes
from tests.unit.documents import samples

BAR = 8.0


@dataclass(frozen=True, slots=True)
class PdfBench:
    """Invoices per second of both, and how many times quicker ours is."""

    typst: float
    weasyprint: float

    @property
    def ratio(self) -> float:
        return self.typst / self.weasyprint


def bench(invoices: int = 1000, reference: int = 60, workers: int = 0) -> PdfBench:
    """Both renderers at work on all cores, start of the processes included, QR code included."""
    workers = workers or os.cpu_count() or 1
    started = time.perf_counter()
    made = sum(1 for _ in render_documents(_stream(invoices), workers))
    ours = made / (time.perf_counter() - started)
    started = time.perf_counter()
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        made = sum(pool.map(_weasyprint, _stream(reference), chunksize=max(1, reference // workers // 2)))
    theirs = made / (time.perf_counter() - started)
    return PdfBench(ours, theirs)


def _stream(count: int) -> Iterator[InvoiceDocument]:
    one = samples.invoice()
    return (replace(one, number=f"НСМ-2026-{number:06}") for number in range(1, count + 1))


def _weasyprint(document: InvoiceDocument) -> int:
    import weasyprint

    picture = qr.picture(qr.payload(document) or "")
    source = "data:image/svg+xml;base64," + base64.b64encode(picture.encode()).decode()
    folder = jinja2.FileSystemLoader(Path(__file__).parent)
    page = (
        jinja2.Environment(loader=folder, autoescape=True)
        .get_template("invoice.html.j2")
        .render({**present.invoice(document, with_qr=False), "qr_src": source})
    )
    pdf = weasyprint.HTML(string=page).write_pdf()
    return 1 if pdf.startswith(b"%PDF") else 0


def main() -> None:
    """Print both figures and the ratio; exit 1 below the bar."""
    found = bench()
    print(
        f"invoice PDF: {found.typst:.1f}/s Typst, {found.weasyprint:.1f}/s WeasyPrint,"
        f" {found.ratio:.1f} × (bar {BAR:.0f} ×), {os.cpu_count()} cores"
    )
    sys.exit(found.ratio < BAR)


if __name__ == "__main__":
    main()
