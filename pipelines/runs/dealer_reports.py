"""A dealer's report of a month: made from the warehouse, put into the store, and sent to the dealer."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from hashlib import sha256
from typing import TYPE_CHECKING

from pipelines.delivery.mail import events
from pipelines.delivery.mail.queue import queue
from pipelines.documents.dealer_workbook import write_dealer_workbook
from pipelines.documents.model import DealerDocument
from pipelines.documents.paths import document_path
from pipelines.documents.pdf import render_document
from pipelines.documents.requisites import buyer, seller
from pipelines.documents.store import DocumentStore
from pipelines.errors import BadInput, Refused
from pipelines.logs import verb
from pipelines.master import house_clock
from pipelines.master.dealer_trees import all_trees
from pipelines.period import Month
from pipelines.reports.dealers import dealer_month, parties
from pipelines.settings import Settings
from pipelines.usage.month import refresh
from pipelines.warehouse import engine

if TYPE_CHECKING:
    from sqlalchemy import Connection


class NoSeller(Refused):
    """Nobody sells anything to the dealer or a client of it: there is no report to write."""


@dataclass(frozen=True, slots=True)
class DealerReport:
    """A report as files: PDF and workbook, and who writes it to whom."""

    document: DealerDocument
    pdf: bytes
    workbook: bytes

    @property
    def digest(self) -> str:
        """sha256 of both files."""
        return sha256(self.pdf + self.workbook).hexdigest()


def make(settings: Settings, dealer: str, month: Month, at: datetime, on: date | None = None) -> DealerReport:
    """The report of a dealer's own tree; debts as of ``on`` (None: today where the first organization is).

    BadInput for an unknown client; NoSeller where the tree has no contract.
    """
    with verb("runs", "dealer_report", dealer=dealer, month=str(month)) as done, engine.transaction(settings) as connection:
        refresh(settings, connection, [month.previous, month], at)
        day = on or house_clock.today(connection, at)
        document = _document(connection, dealer, month, day)
        buffer = io.BytesIO()
        # the file's date is the month's, so that the same month gives the same bytes
        write_dealer_workbook(document.figures, document.seller.name, datetime.combine(month.last, time.min, UTC), buffer)
        done["clients"] = len(document.figures.clients)
    return DealerReport(document, render_document(document), buffer.getvalue())


def _document(connection: "Connection", dealer: str, month: Month, on: date) -> DealerDocument:
    figures = dealer_month(connection, dealer, month, on)
    sides = parties(connection, figures)
    if sides.organization is None:
        raise NoSeller(f"neither {dealer} nor a client of it has a contract with an organization")
    return DealerDocument(seller(sides.organization), buyer(sides.dealer), figures)


def send(settings: Settings, report: DealerReport, at: datetime) -> bool:
    """Put both files into the store and queue a letter to the dealer; False when the very same report was queued before."""
    store, document = DocumentStore(settings.documents), report.document
    base = document_path(document).removesuffix(".pdf") + f"_{report.digest[:16]}"
    papers = {}
    for suffix, content in (("pdf", report.pdf), ("xlsx", report.workbook)):
        store.put(f"{base}.{suffix}", content)
        papers[f"Отчёт дилера {document.period}.{suffix}"] = f"{base}.{suffix}"
    event = events.dealer_report(document.seller.code, document.buyer.code, str(document.period), papers, report.digest)
    with engine.transaction(settings) as connection:
        return queue(connection, [event], at) == 1


def dealers(settings: Settings) -> list[str]:
    """Codes of everybody who is a dealer."""
    with engine.reading(settings) as connection:
        return list(all_trees(connection))


@dataclass(frozen=True, slots=True)
class SentReport:
    """What became of a dealer's report: queued, the very same was queued before, not needed, or refused and why."""

    dealer: str
    is_queued: bool = False
    not_needed: str | None = None
    refused: str | None = None


def send_all(settings: Settings, month: Month, at: datetime, on: date | None = None) -> Iterator[SentReport]:
    """Queue a month's report to every dealer, one after the other; what is refused of one holds up no other.

    Refused as a whole where FLEETBILL_MAIL_DEALERS does not allow it.
    """
    if not settings.mail_dealers:
        raise Refused("reports go to dealers only where FLEETBILL_MAIL_DEALERS is true")
    for dealer in dealers(settings):
        try:
            yield SentReport(dealer, send(settings, make(settings, dealer, month, at, on), at))
        except NoSeller as nobody:
            yield SentReport(dealer, not_needed=str(nobody))
        except (Refused, BadInput) as refused:
            yield SentReport(dealer, refused=str(refused))
