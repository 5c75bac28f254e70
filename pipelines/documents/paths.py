"""Where a document lies in the store: one folder per kind, month and organization. Pure."""

import hashlib
import unicodedata
from urllib.parse import quote

from pipelines.documents.model import (
    ActDocument,
    AdjustmentDocument,
    DealerDocument,
    Document,
    InvoiceDocument,
    StatementDocument,
    UsageDocument,
)
from pipelines.period import Month

ACTS, INVOICES, ADJUSTMENTS = "acts", "invoices", "adjustments"
_LONGEST = 180


def document_path(document: Document, suffix: str = "pdf") -> str:
    """``invoices/2026-01/ORG/NUMBER.pdf``: the month is the period's, the number the document's own."""
    match document:
        case InvoiceDocument():
            return invoice_path(document.period, document.seller.code, document.number, suffix)
        case ActDocument():
            return act_path(document.period, document.seller.code, document.number, suffix)
        case AdjustmentDocument():
            return adjustment_path(document.period, document.seller.code, document.number, suffix)
        case StatementDocument():
            span = f"{document.first}_{document.last}"
            parts = ["statements", span, document.seller.code, document.buyer.code]
        case UsageDocument():
            parts = ["usage", str(document.period), document.seller.code, document.contract.number]
        case DealerDocument():
            parts = ["dealers", str(document.period), document.seller.code, document.buyer.code]
    return "/".join(map(safe_name, parts)) + f".{suffix}"


def folder_of(kind: str, period: Month) -> str:
    """Folder of all papers of a kind (ACTS, INVOICES, ADJUSTMENTS) and period."""
    return f"{safe_name(kind)}/{safe_name(str(period))}"


def invoice_path(period: Month, organization: str, number: str, suffix: str = "pdf") -> str:
    """Path of an invoice that is known by period, organization code and number."""
    return "/".join(map(safe_name, [INVOICES, str(period), organization, number])) + f".{suffix}"


def adjustment_path(period: Month, organization: str, number: str, suffix: str = "pdf") -> str:
    """Path of a корректировка that is known by period, organization code and number."""
    return "/".join(map(safe_name, [ADJUSTMENTS, str(period), organization, number])) + f".{suffix}"


def act_path(period: Month, organization: str, number: str, suffix: str = "pdf") -> str:
    """Path of an act that is known by period, organization code and number."""
    return "/".join(map(safe_name, [ACTS, str(period), organization, number])) + f".{suffix}"


def archive_path(period: Month, organization: str, run: str) -> str:
    """Path of the files for electronic exchange of one run of a period and organization; ``run``: its purpose and moment."""
    return "/".join(map(safe_name, ["exchange", str(period), organization, run])) + ".zip"


def workbook_path(period: Month) -> str:
    """Path of a month's finance workbook."""
    return f"reports/{period}/finance-{period}.xlsx"


def safe_name(name: str) -> str:
    """A name as one file name: letters of any script, digits and ``-_.`` stay, the rest is percent-encoded.

    Different names never meet: what is encoded includes ``%``, and a name too long for a file system ends in its digest.
    """
    text = unicodedata.normalize("NFC", name)
    kept = "".join(char if char.isalnum() or char in "-_." else quote(char, safe="", errors="replace") for char in text)
    if not kept or kept[0] == ".":
        kept = "%2E" + kept[1:] if kept else "%00"
    if len(kept.encode()) > _LONGEST:
        digest = hashlib.sha256(text.encode(errors="replace")).hexdigest()[:16]
        kept = kept.encode()[: _LONGEST - 17].decode(errors="ignore") + "~" + digest
    return kept
