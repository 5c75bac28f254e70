"""Letters that come back after a server had taken them: reports are matched to the outbox, addresses become findings (domain.md §10).

Later letters still go to an address that bounced: only a person can say whether it is wrong, and a report can be forged by anybody who
holds one of our letters, so it must not be able to silence a client. Every letter that comes back is a finding again.
A relay may give a letter a Message-ID of its own; its reports name that one. Then the address alone tells: where letters went to it
lately and it is one client's, that is a finding, and no letter is touched.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.clock import local_date
from pipelines.delivery.mail import events
from pipelines.delivery.mail.compose import Unsendable, ascii_address
from pipelines.delivery.mail.dsn import NoReport, Recipient, Report, read_reports
from pipelines.delivery.mail.mailbox_files import dropped, messages
from pipelines.delivery.mail.rules import after_bounce, one_line
from pipelines.delivery.mail.sending import ZONE, client_kinds, read_message
from pipelines.findings.store import Occurrence, add
from pipelines.inbox import move
from pipelines.logs import verb
from pipelines.master import house_clock
from pipelines.settings import Settings
from pipelines.warehouse import engine, query

if TYPE_CHECKING:
    from sqlalchemy import Connection

COLUMNS = ("file", "outcome", "kind", "key", "address", "detail")
BOUNCED = "bounced"
"""Outcome of the attempt that a report is written down as; its Message-ID is the report's own."""

FAILED = "failed"
LATELY = timedelta(days=30)
"""A report about a letter that was handed over longer ago is no report about ours: servers give up after days."""


@dataclass(frozen=True, slots=True)
class ReportOutcome:
    """What one line of a report came to. ``outcome``: bounced (``kind`` and ``key`` are empty where the address is known and the
    letter is not); known (read before); delayed, delivered (no bounce); unmatched (it is about no letter of ours); waiting (the
    letter's hand-over is not settled yet); not_a_report; unreadable (the file system refuses it: it stays where it is and is tried
    again)."""

    file: str
    outcome: str
    kind: str = ""
    key: str = ""
    address: str = ""
    detail: str = ""

    @property
    def is_problem(self) -> bool:
        """Whether a person must look at the message."""
        return self.outcome in {"unmatched", "not_a_report", "unreadable"}

    def __str__(self) -> str:
        return " ".join(filter(None, [f"{self.file}: {self.outcome}", self.kind, self.key, self.address, self.detail]))


def read_bounces(settings: Settings, path: Path, at: datetime) -> list[ReportOutcome]:
    """Read every message of a path (mailbox_files.py). Each report is one transaction; the same report again changes nothing."""
    return [line for file, content in messages(path) for line in _message(settings, file, content, at)]


def read_inbox(settings: Settings, at: datetime) -> list[ReportOutcome]:
    """Read `exchange/mail/in`: files move to `done`, or to `failed` with what is wrong in NAME.error.txt; only after
    their reports were stored, so that a killed run is repeated without harm. One that cannot be read or moved stops no other."""
    with verb("delivery", "read_bounces") as done:
        lines = _read_inbox(settings, at)
        done.update(Counter(line.outcome for line in lines))
    return lines


def _read_inbox(settings: Settings, at: datetime) -> list[ReportOutcome]:
    folder = settings.exchange / "mail"
    every_line: list[ReportOutcome] = []
    for path in dropped(folder / "in"):
        try:
            lines = read_bounces(settings, path, at)
            every_line += lines
            problems = "\n".join(str(line) for line in lines if line.is_problem)
            if not any(line.outcome == "waiting" for line in lines):
                move(path, folder / ("failed" if problems or not lines else "done"), problems or ("" if lines else "no message in it"))
        except FileNotFoundError:  # another process has moved it
            continue
        except OSError as error:
            every_line.append(ReportOutcome(one_line(path.name), "unreadable", detail=error.strerror or str(error)))
    return every_line


def _message(settings: Settings, file: str, content: bytes, at: datetime) -> Iterator[ReportOutcome]:
    try:
        reports = read_reports(content)
    except NoReport as error:
        yield ReportOutcome(file, "not_a_report", detail=str(error))
        return
    from sqlalchemy.exc import DataError

    for report in reports:
        try:
            with engine.transaction(settings) as connection:
                lines = list(_report(connection, file, report, at))
        except DataError as error:  # of this report alone: the others are not held up
            lines = [ReportOutcome(file, "not_a_report", detail=f"cannot be stored: {one_line(str(error.orig))}")]
        yield from lines


def _report(connection: "Connection", file: str, report: Report, at: datetime) -> Iterator[ReportOutcome]:
    failed = [recipient for recipient in report.recipients if recipient.action == FAILED]
    if not failed:
        for recipient in report.recipients:
            yield ReportOutcome(
                file,
                "delayed" if recipient.action == "delayed" else "delivered",
                address=_address_of(recipient),
                detail=recipient.explanation,
            )
        return
    letters: list[Any] = []
    if report.letters:
        letters = query.rows(connection, "delivery/mail/bounced_letter", letters=list(report.letters), report=report.report_id)
    if not letters:
        for recipient in failed:
            yield _by_address(connection, file, report, recipient, at)
    for letter in letters:
        yield from _letter(connection, file, report, failed, letter, at)


def _letter(
    connection: "Connection", file: str, report: Report, failed: list[Recipient], letter: Any, at: datetime
) -> Iterator[ReportOutcome]:
    row = read_message(connection, letter.event_kind, letter.event_key)
    about = (letter.event_kind, letter.event_key)
    lost: dict[str, str] = {}
    for recipient in failed:
        address = _ours(recipient, letter.recipients)
        if letter.known or address in row.bounced:
            yield ReportOutcome(file, "known", *about, address or _address_of(recipient), recipient.explanation)
        elif address is None:
            yield ReportOutcome(
                file,
                "unmatched",
                *about,
                _address_of(recipient),
                f"{recipient.explanation}; the letter went to {', '.join(letter.recipients)}",
            )
        elif row.open_attempt:
            yield ReportOutcome(file, "waiting", *about, address, "its hand-over is not settled: read it again after the next `mail send`")
        else:
            lost[address] = recipient.explanation
            yield ReportOutcome(file, "bounced", *about, address, recipient.explanation)
    if lost:
        _keep(connection, row, letter.state, report.report_id, lost, at)


def _by_address(connection: "Connection", file: str, report: Report, recipient: Recipient, at: datetime) -> ReportOutcome:
    """A report that names no letter of ours: a finding where the address is one client's who had letters lately."""
    for address in recipient.addresses:
        forms = _forms(address)
        binds = {"forms": forms, "since": at - LATELY, "client_kinds": client_kinds()}
        owners = query.rows(connection, "delivery/mail/addressees", **binds)
        if len(owners) != 1 or owners[0].client_code is None or not owners[0].had_letters:
            continue
        subject = f"{owners[0].client_code}/{forms[0]}"
        if query.first(connection, "delivery/mail/address_report", subject=subject, report=report.report_id):
            return ReportOutcome(file, "known", address=address, detail=recipient.explanation)
        detail = f"a letter came back, which one is not known (report {report.report_id}): {recipient.explanation}"
        finding = {"subject": subject, "seen_on": house_clock.today(connection, at), "detail": detail}
        query.run(connection, "delivery/mail/add_address_report", **finding)
        return ReportOutcome(file, "bounced", address=address, detail=recipient.explanation)
    named = ", ".join(report.letters[:3]) or "no Message-ID"
    return ReportOutcome(file, "unmatched", address=_address_of(recipient), detail=f"{recipient.explanation}; no letter of ours: {named}")


def _forms(address: str) -> list[str]:
    """An address in lower case, as people write it and as SMTP does."""
    local, _, domain = address.lower().rpartition("@")
    try:
        readable = domain.encode("ascii").decode("idna")
    except UnicodeError:
        readable = domain
    return list(dict.fromkeys([f"{local}@{readable}", _folded(address), address.lower()]))


def _keep(connection: "Connection", row: Any, state: str, report_id: str, lost: dict[str, str], at: datetime) -> None:
    waiting = query.scalar(connection, "delivery/mail/last_recipients", kind=row.event_kind, key=row.event_key) or []
    stands = after_bounce(state, row.accepted, row.bounced, lost, waiting)
    reasons = "; ".join(f"{address}: {explanation}" for address, explanation in lost.items())
    about = {"kind": row.event_kind, "key": row.event_key}
    values = {"state": stands.state, "accepted": list(stands.accepted), "bounced": list(stands.bounced), "error": reasons}
    attempt_no = query.scalar(connection, "delivery/mail/bounce", **about, **values)
    word = {"attempt_no": attempt_no, "step": "result", "outcome": BOUNCED, "code": None, "detail": reasons}
    query.run(connection, "delivery/mail/add_attempt", **about, **word, recipients=list(lost), message_id=report_id, at=at)
    whose, seen_on = row.client_code or events.AUDIENCES[row.event_kind], local_date(at, row.time_zone or ZONE)
    for address, explanation in lost.items():
        detail = f"{row.event_kind} {row.event_key}: {explanation}"
        add(connection, Occurrence("bounced_address", f"{whose}/{address}", seen_on, row.contract_no, {"text": detail}))


def _ours(recipient: Recipient, recipients: Iterable[str]) -> str | None:
    """The address as we wrote it; of a letter to one address alone it is that one, however the server renamed it."""
    known = {_folded(address): address for address in recipients}
    for address in recipient.addresses:
        if _folded(address) in known:
            return known[_folded(address)]
    return next(iter(known.values())) if len(known) == 1 else None


def _folded(address: str) -> str:
    try:
        return ascii_address(address).lower()
    except Unsendable:
        return address.lower()


def _address_of(recipient: Recipient) -> str:
    return recipient.addresses[0] if recipient.addresses else ""
