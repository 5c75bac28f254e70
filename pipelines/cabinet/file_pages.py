"""Downloads. Each asks the reader's own rows first whether the paper is its own."""

from datetime import date
from typing import Literal
from urllib.parse import quote

from fastapi import APIRouter
from fastapi.responses import Response, StreamingResponse

from pipelines.audit.explain import DoesNotAgree
from pipelines.audit.proof import NotProvable
from pipelines.cabinet import debts, paper_files, papers
from pipelines.cabinet.chosen import AboutClients, Number, Whose
from pipelines.cabinet.invoice_pages import payment_text, shown_invoice
from pipelines.cabinet.paper_files import NoSuchPaper, PaperFile
from pipelines.cabinet.paper_pages import NEWEST, OLDEST
from pipelines.cabinet.papers import ShownInvoice
from pipelines.cabinet.proof_turns import ProofWaits
from pipelines.cabinet.reader import NotYours
from pipelines.evidence.lake import EvidenceLost

router = APIRouter(prefix="/file")

SECONDS_TO_ASK_AGAIN = "15"
PaperKind = Literal["invoice", "adjustment", "appendix", "fleet", "proof", "code"]
_LACKING = (NoSuchPaper, DoesNotAgree, NotProvable, EvidenceLost)


@router.get("/invoice")
def invoice(whose: Whose, number: Number, paper: PaperKind = "invoice") -> Response:
    """A paper of an invoice, its appendices, its proof, or the QR code of what is left to pay."""
    shown = shown_invoice(whose, number)
    settings = whose.known.settings
    try:
        match paper:
            case "invoice":
                return _sent(paper_files.invoice_pdf(settings, shown))
            case "adjustment":
                return _sent(paper_files.adjustment_pdf(settings, shown))
            case "appendix":
                return _sent(paper_files.appendix_xlsx(settings, shown.invoice.number))
            case "fleet":
                return _sent(paper_files.fleet_pdf(settings, shown.invoice.number))
            case "code":
                return _sent(_invoice_code(whose, shown))
            case "proof":
                line = whose.known.visit.house.proofs
                return _sent(paper_files.proof_zip(settings, shown.invoice.number, whose.known.reader.address, line))
    except ProofWaits:
        return _later(whose, shown.invoice.number)
    except _LACKING:
        return whose.page("no_paper.html", status=409)


@router.get("/act")
def act(whose: Whose, number: Number) -> Response:
    """An act as PDF."""
    with whose.known.rows() as connection:
        listed = papers.act(connection, list(whose.known.reader.clients), number)
    if listed is None:
        raise NotYours(f"act {number!r}")
    return _sent(paper_files.act_pdf(whose.known.settings, listed))


@router.get("/reconciliation")
def reconciliation(
    whose: Whose, of: Number, organization: Number, first: date, last: date, kind: Literal["pdf", "xlsx"] = "pdf"
) -> Response:
    """The акт сверки of a client with an organization over a period."""
    client = whose.known.reader.require(of)
    if not OLDEST <= first <= last <= NEWEST:
        return whose.page("no_paper.html", status=409)
    try:
        return _sent(paper_files.statement_file(whose.known.settings, client, organization, (first, last), kind))
    except _LACKING:
        return whose.page("no_paper.html", status=409)


def _later(whose: AboutClients, number: str) -> Response:
    """The reader's proof is in line: a page that says so, and where to ask again."""
    answer = whose.page("proof_waits.html", status=429, number=number)
    answer.headers["Retry-After"] = SECONDS_TO_ASK_AGAIN
    return answer


@router.get("/payment")
def payment(whose: Whose, of: Number, organization: Number) -> Response:
    """The QR code of one payment for all that a client owes an organization, as a picture: a phone cannot scan its own screen."""
    client = whose.known.reader.require(of)
    with whose.known.rows() as connection:
        accounts = debts.accounts(connection, [client])
    text = next((each.payment_text for each in accounts if each.seller.code == organization), None)
    if not text:
        return whose.page("no_paper.html", status=409)
    return _sent(paper_files.code_png(text, f"{client} {organization}"))


def _invoice_code(whose: AboutClients, shown: ShownInvoice) -> PaperFile:
    """The QR code of what is left to pay of an invoice. NoSuchPaper where that is nothing."""
    with whose.known.rows() as connection:
        seller = debts.sellers(connection, [shown.invoice.client_code]).get(shown.invoice.organization_code)
    text = seller and payment_text(shown.invoice, seller)
    if not text:
        raise NoSuchPaper(f"nothing is left to pay of {shown.invoice.number}")
    return paper_files.code_png(text, shown.invoice.number)


def _sent(file: PaperFile) -> Response:
    """A PDF opens in the browser, anything else is saved."""
    way = "inline" if file.media_type == paper_files.PDF else "attachment"
    headers = {"Content-Disposition": f"{way}; filename*=UTF-8''{quote(file.name)}", "Cache-Control": "private, no-store"}
    return StreamingResponse(file.pieces(), media_type=file.media_type, headers=headers)
