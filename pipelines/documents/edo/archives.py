"""Archives for an operator of ЭДО: of each run of a month and organization one zip with the files that its clients want."""

import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from pipelines.documents.assembly import act_document, invoice_document, issued_rows
from pipelines.documents.edo.commerceml import commerceml
from pipelines.documents.edo.model import Exchange, ExchangeFile, NotForExchange, PaidBefore, participant
from pipelines.documents.edo.upd import upd
from pipelines.documents.model import ActDocument, InvoiceDocument
from pipelines.documents.paths import archive_path
from pipelines.documents.store import DocumentStore
from pipelines.logs import verb
from pipelines.master.consumer_rules import codes
from pipelines.master.sheets import DEFAULT_ZONE
from pipelines.money import ZERO
from pipelines.period import Month
from pipelines.settings import Settings
from pipelines.warehouse import engine, query

if TYPE_CHECKING:
    from sqlalchemy import Connection

NO_CORRECTION = "a корректировочный документ (УКД) is not made: make it in the accounting program"
_KEYS = UUID("6c0e6a0b-9f57-5a0c-8d3c-3f6d2f4f9b51")


@dataclass(frozen=True, slots=True)
class ExchangeLine:
    """One file of an archive, or why there is none: ``lacks`` is empty where ``file`` is not. ``run``: purpose and moment of the run."""

    organization_code: str
    run: str
    client_code: str
    contract_no: str
    number: str
    format: str
    file: str = ""
    archive: str = ""
    lacks: str = ""


@dataclass(frozen=True, slots=True)
class ExchangeArchive:
    """The archive of a run and organization: its path in the store, its bytes (none without files), and a line about each file."""

    path: str
    content: bytes
    lines: tuple[ExchangeLine, ...]


def archives(settings: Settings, month: Month, *, lacking_from: DocumentStore | None = None) -> Iterator[ExchangeArchive]:
    """The archives of a month, made of what is frozen at issue; with ``lacking_from`` only those that the store lacks.

    The same month gives the same bytes until a client wants other formats. What no file can be made of is told, and holds up
    no other. A credit has no file; what it changes is for a корректировочный документ, which the client's operator must be given apart.
    """
    with engine.reading(settings) as connection:
        papers = query.rows(connection, "documents/exchange_papers", month=month.first)
        for (organization, run), of_run in groupby(papers, lambda row: (row.organization_code, _run(row))):
            path = archive_path(month, organization, run)
            if lacking_from is None or not lacking_from.exists(path):
                yield _archive(connection, path, run, list(of_run))


def write_archives(settings: Settings, month: Month, *, again: bool = False) -> list[ExchangeLine]:
    """Put the archives of a month that are not there yet into the store; ``again``: all, as the clients want them now."""
    store = DocumentStore(settings.documents)
    with verb("documents", "write_archives", month=str(month)) as done:
        lines: list[ExchangeLine] = []
        written = 0
        for archive in archives(settings, month, lacking_from=None if again else store):
            lines += archive.lines
            written += bool(archive.content) and store.put(archive.path, archive.content)
        done |= {"written": written, "files": sum(bool(line.file) for line in lines), "lacking": sum(bool(line.lacks) for line in lines)}
    return lines


def _run(row: Any) -> str:
    """``close-20260201T060000Z``: what the run was for, and its moment."""
    moment = row.at.astimezone(ZoneInfo("UTC"))
    return f"{row.purpose}-{moment:%Y%m%dT%H%M%S}{f'.{moment.microsecond:06}' if moment.microsecond else ''}Z"


def _archive(connection: "Connection", path: str, run: str, papers: list[Any]) -> ExchangeArchive:
    lines: list[ExchangeLine] = []
    files: dict[str, ExchangeFile] = {}
    issued = {str(row.invoice_id): row for row in issued_rows(connection, sorted({key for paper in papers for key in paper.ids}))}
    for paper in papers:
        for wanted in codes(paper.formats):
            line = ExchangeLine(paper.organization_code, run, paper.client_code, paper.contract_no, paper.number, wanted)
            lines += _made(line, paper, issued, files, path)
    content = _zipped(files.values(), papers[0].at) if files else b""
    return ExchangeArchive(path, content, tuple(lines))


def _made(line: ExchangeLine, paper: Any, issued: Mapping[str, Any], files: dict[str, ExchangeFile], path: str) -> Iterator[ExchangeLine]:
    """The line of a paper in a format, with its file or with what it lacks; none where the format has no such paper."""
    if line.format == "upd" and paper.paper == "invoice":
        return
    if line.format == "upd" and paper.paper == "adjustment":
        yield replace(line, lacks=NO_CORRECTION)
        return
    rows = [issued[key] for key in paper.ids]
    if paper.paper != "act" and rows[0].total <= ZERO:
        return  # a credit: nothing is to be paid by it
    try:
        document = act_document(paper.number, rows) if paper.paper == "act" else invoice_document(rows[0])
        file = _file(line.format, document, _way(paper, rows[-1], document))
    except (NotForExchange, ValueError) as error:
        yield replace(line, lacks=str(error))
        return
    files[file.name] = file
    yield replace(line, file=file.name, archive=path)


def _file(wanted: str, document: ActDocument | InvoiceDocument, way: Exchange) -> ExchangeFile:
    if wanted == "upd" and isinstance(document, ActDocument):
        return upd(document, way)
    return commerceml(document, way)


def _way(paper: Any, row: Any, document: ActDocument | InvoiceDocument) -> Exchange:
    zone = ZoneInfo(row.evidence["organization"].get("time_zone") or DEFAULT_ZONE)
    key = str(uuid5(_KEYS, f"act/{paper.contract_no}/{document.period}")) if paper.paper == "act" else paper.ids[0]
    paid = tuple(PaidBefore(number, date.fromisoformat(on), Decimal(amount)) for number, on, amount in paper.paid or ())
    sender = participant(document.seller, paper.organization_edo_id)
    return Exchange(key, paper.at.astimezone(zone), sender, participant(document.buyer, paper.client_edo_id), paid)


def _zipped(files: Iterable[ExchangeFile], at: datetime) -> bytes:
    """The files as one zip whose bytes depend on nothing else: in the order of their names, dated by the run."""
    buffer = io.BytesIO()
    moment = at.astimezone(ZoneInfo("UTC"))
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(files, key=lambda each: each.name):
            about = zipfile.ZipInfo(file.name, moment.timetuple()[:6])
            about.compress_type = zipfile.ZIP_DEFLATED
            about.external_attr = 0o644 << 16
            archive.writestr(about, file.content)
    return buffer.getvalue()
