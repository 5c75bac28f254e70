"""An invoice as an e-mail shows it: subject line, HTML and plain text, from the same view as the PDF."""

from pipelines.documents import qr
from pipelines.documents.model import InvoiceDocument
from pipelines.documents.present import invoice as view
from pipelines.templates import laid_out
from pipelines.wording import outside


def invoice_subject(document: InvoiceDocument) -> str:
    """The subject: one line, whatever the names hold."""
    return " ".join(outside.unbroken(_laid_out("invoice.subject.j2", document)).split())


def invoice_html(document: InvoiceDocument, qr_src: str | None = None) -> str:
    """The HTML page. ``qr_src`` is the address of the QR picture (``cid:…`` in a mail); None leaves it out."""
    return _laid_out("invoice.html.j2", document, qr_src)


def invoice_text(document: InvoiceDocument) -> str:
    """The plain-text part."""
    return outside.unbroken(_laid_out("invoice.txt.j2", document)).strip() + "\n"


def invoice_qr_png(document: InvoiceDocument) -> bytes | None:
    """The QR picture for a mail (`cid:`), or None where there is nothing to pay."""
    text = qr.payload(document)
    return qr.png(text) if text else None


def _laid_out(template: str, document: InvoiceDocument, qr_src: str | None = None) -> str:
    return laid_out(template, {**view(document, with_qr=False), "qr_src": qr_src})
