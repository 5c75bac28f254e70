"""Pages of one invoice: its lines and what paid it, the days of a line, the vehicles of a day and why each counts."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from pipelines.audit.explain import DoesNotAgree
from pipelines.audit.model import Explanation
from pipelines.cabinet import debts, papers, why
from pipelines.cabinet.chosen import Number, PageNo, Whose
from pipelines.cabinet.papers import IssuedInvoice, ShownInvoice
from pipelines.cabinet.reader import NotYours
from pipelines.documents import qr
from pipelines.documents.requisites import Seller
from pipelines.evidence.lake import EvidenceLost
from pipelines.web.forms import TEXT

router = APIRouter()

LineNo = Annotated[int, Query(ge=1, le=10_000)]


def shown_invoice(whose: Whose, number: str) -> ShownInvoice:
    """An invoice that the reader may see. NotYours for any other number."""
    codes = list(whose.known.reader.clients)
    with whose.known.rows() as connection:
        shown = papers.invoice(connection, codes, number)
    if shown is None:
        raise NotYours(f"invoice {number!r}")
    return shown


@router.get("/invoice")
def invoice(whose: Whose, number: Number) -> Response:
    """An invoice with its lines, its papers, what has paid it, and the QR code of what is left to pay."""
    codes = list(whose.known.reader.clients)
    with whose.known.rows() as connection:
        shown = papers.invoice(connection, codes, number)
        if shown is None:
            raise NotYours(f"invoice {number!r}")
        seller = debts.sellers(connection, [shown.invoice.client_code]).get(shown.invoice.organization_code)
    text = seller and payment_text(shown.invoice, seller)
    return whose.page(
        "invoice.html", shown=shown, invoice=shown.invoice, seller=seller, today=whose.known.today(), code=text and qr.picture(text)
    )


def payment_text(invoice: IssuedInvoice, seller: Seller) -> str | None:
    """What the QR code of the payment of an invoice says; None where nothing is left to pay."""
    return qr.payload_of(seller, invoice.open, qr.purpose_of_one(invoice.number)) if invoice.open > 0 else None


@router.get("/line")
def line(whose: Whose, number: Number, line: LineNo) -> Response:
    """The days of a line, each with its fleet."""
    shown = shown_invoice(whose, number)
    explanation = explained_or_none(whose, number)
    derivation = explanation and why.line_of(explanation, line)
    if explanation and derivation is None:
        raise NotYours(f"line {line} of {number!r}")
    days = why.days_of(explanation, derivation) if explanation and derivation else ()
    return whose.page("line.html", invoice=shown.invoice, derivation=derivation, line_no=line, days=days, explained=explanation is not None)


@router.get("/vehicles")
def vehicles(
    whose: Whose,
    number: Number,
    day: date,
    page: PageNo = 1,
    only: Annotated[str, Query(max_length=100, pattern=TEXT)] = "",
    line: LineNo | None = None,
) -> Response:
    """The vehicles of a day, why each counts or does not, and the snapshots that prove it."""
    shown = shown_invoice(whose, number)
    explanation = explained_or_none(whose, number)
    if explanation and day not in why.span_of(explanation):
        raise NotYours(f"{day} of {number!r}")
    return whose.page(
        "vehicles.html",
        invoice=shown.invoice,
        day=day,
        line_no=line,
        only=only,
        listed=why.vehicles_on(explanation, day, page, only) if explanation else None,
        counted=sum(vehicle.counts_on(day) for vehicle in explanation.frozen.vehicles) if explanation else 0,
        snapshots=why.snapshots_of(explanation, day) if explanation else (),
    )


def explained_or_none(whose: Whose, number: str) -> Explanation | None:
    """What an invoice rests on; None where that is lost or does not agree: the page says so, and our people find it by themselves."""
    try:
        return why.explained(whose.known.settings, number)
    except (DoesNotAgree, EvidenceLost):
        return None
