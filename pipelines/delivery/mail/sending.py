"""Send what is queued: each letter under its own lock, marked before the final dot, settled after the reply.

Why the mark: between the final dot and the server's 250 the outcome is not ours to know. When the connection breaks there,
the server has not answered for the message (RFC 5321 §4.2.5), and it is handed over again under the same Message-ID. When our own
process dies there, or no reply comes in time, the server most likely has it: the letter becomes `unknown` and a person decides.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from jinja2 import TemplateError

from pipelines.clock import local_date
from pipelines.delivery.mail import events
from pipelines.delivery.mail.client_now import decided
from pipelines.delivery.mail.compose import Outgoing, ascii_address, compose
from pipelines.delivery.mail.handover import ConnectionLost, ServerUnreachable, Session
from pipelines.delivery.mail.rules import UNKNOWN, Handover, LetterOutcome, LetterStanding, settle
from pipelines.delivery.mail.server import SmtpServer, parse
from pipelines.delivery.mail.writing import addressed, write
from pipelines.errors import Refused
from pipelines.findings.store import Occurrence, add
from pipelines.logs import verb
from pipelines.settings import Settings
from pipelines.settings import connection as airflow_connection
from pipelines.warehouse import engine, query

if TYPE_CHECKING:
    from sqlalchemy import Connection

CONNECTION = "fleetbill_smtp"
_EVER = datetime(9999, 1, 1, tzinfo=UTC)
ZONE = "Europe/Moscow"


class NoServer(Refused):
    """No SMTP server is configured."""


@dataclass(frozen=True, slots=True)
class LettersSent:
    """What a run did. ``stopped``: why it ended early (a dead server; what was left stays queued), or None."""

    sent: int = 0
    deferred: int = 0
    failed: int = 0
    unknown: int = 0
    suppressed: int = 0
    bounced_addresses: int = 0
    stopped: str | None = None


def smtp_server(given: str | None = None) -> SmtpServer | None:
    """The server of a connection's URI or JSON that was handed over, or of the environment's AIRFLOW_CONN_FLEETBILL_SMTP."""
    written = given or airflow_connection(CONNECTION)
    return parse(written, CONNECTION) if written else None


def send(
    settings: Settings,
    at: datetime,
    *,
    server: SmtpServer | None = None,
    limit: int | None = None,
    at_once: bool = False,
    stopping: Callable[[], bool] = lambda: False,
) -> LettersSent:
    """Hand over the letters that are due at ``at``, at most ``limit`` (FLEETBILL_MAIL_BATCH).

    ``at_once``: also those that wait for their next attempt. NoServer when a letter is due and none is configured. Safe to
    run many times at once and after any death; a server that does not answer ends the run (``stopped``), everything else goes on. Nothing
    is touched when FLEETBILL_MAIL_DRY_RUN is set.
    """
    with verb("delivery", "send_mail") as done:
        sent = _send(settings, at, server or smtp_server(), limit=limit, due=_EVER if at_once else at, stopping=stopping)
        done |= {name: value for name, value in asdict(sent).items() if name != "stopped"}
    return sent


def _send(
    settings: Settings, at: datetime, server: SmtpServer | None, *, limit: int | None, due: datetime, stopping: Callable[[], bool]
) -> LettersSent:
    if settings.mail_dry_run:
        return LettersSent(stopped="dry run: FLEETBILL_MAIL_DRY_RUN is set")
    if server is None and _is_any_due(settings, due):
        raise NoServer("no SMTP server is configured: set AIRFLOW_CONN_FLEETBILL_SMTP")
    done = LettersSent(suppressed=_suppress(settings, at))
    if server is None:
        return done
    handled, again = 0, list[str]()
    with Session(server) as session:
        while handled < (settings.mail_batch if limit is None else limit) and not stopping():
            try:
                turn = _one(settings, session, at, due, again)
            except ServerUnreachable as error:
                return replace(done, stopped=str(error))
            if turn is None:
                break
            key, standing, handed = turn
            handled += 1
            if standing.state == "queued":
                again.append(key)  # not twice in one run
            done = _counted(done, standing, handed)
    return done


def _one(
    settings: Settings, session: Session, at: datetime, due: datetime, tried: list[str]
) -> tuple[str, LetterStanding, Handover] | None:
    """One letter from claim to result; None when nothing is due."""
    with engine.transaction(settings) as connection:
        claimed = query.first(connection, "delivery/mail/claim", due=due, tried=tried)
        if claimed is None:
            return None
        row = read_message(connection, claimed.event_kind, claimed.event_key)
        letter = _Letter(settings, connection, row, at)
        handed = letter.handed_over(session)
        standing = letter.settled(handed)
        return f"{row.event_kind}|{row.event_key}", standing, handed


class _Letter:
    """One claimed letter: attempts are numbered from the row, and written down before and after."""

    def __init__(self, settings: Settings, connection: "Connection", row: Any, at: datetime) -> None:
        self._settings, self._connection, self._row, self._at = settings, connection, row, at
        self._attempt = row.open_attempt or row.attempts + 1
        self._waiting: tuple[str, ...] = ()
        self._recipients: tuple[str, ...] = ()
        self._message_id = ""

    def handed_over(self, session: Session) -> Handover:
        """Hand it over unless it must not be, and say what came of it. ServerUnreachable leaves it untouched."""
        row = self._row
        if row.open_attempt:
            self._waiting, self._message_id = tuple(row.open_recipients), row.open_message_id
            return Handover(LetterOutcome.DIED, detail="the sender ended after the final dot: the server may have the message, or not")
        whom = addressed(self._settings, row)
        self._recipients = self._waiting = whom.recipients
        if not whom.recipients:
            return Handover(LetterOutcome.REFUSED, detail="" if whom.impossible else "no address to send it to", refused=whom.impossible)
        try:
            decision = decided(self._settings, self._connection, row, self._at)
            if decision.dropped:
                self._recipients = self._waiting = ()
                return Handover(LetterOutcome.REFUSED, detail=decision.dropped)
            outgoing = write(self._settings, self._connection, row, whom.recipients, self._at, decision)
            content = compose(outgoing)
        except (Refused, TemplateError, ValueError, LookupError, TypeError, OSError) as error:
            return Handover(LetterOutcome.DEFERRED, detail=f"cannot be written: {type(error).__name__}: {error}", refused=whom.impossible)
        self._waiting, self._message_id = outgoing.recipients, outgoing.message_id
        handed = self._talk(session, outgoing, content)
        return replace(handed, refused={**whom.impossible, **handed.refused})

    def settled(self, handed: Handover) -> LetterStanding:
        """Write the result down, and what somebody must look at."""
        row = self._row
        standing = settle(
            handed,
            at=self._at,
            attempts=self._attempt,
            accepted=row.accepted,
            bounced=row.bounced,
            recipients=self._waiting,
        )
        if not self._recipients and not handed.refused and handed.outcome is LetterOutcome.REFUSED:
            standing = replace(standing, state="sent" if row.accepted else "suppressed", error=handed.detail)
        self._write_attempt(self._connection, "result", handed.outcome, handed)
        values = {
            "kind": row.event_kind,
            "key": row.event_key,
            "state": standing.state,
            "attempts": self._attempt,
            "due": standing.due,
            "message_id": self._message_id or None,
            "accepted": list(standing.accepted),
            "bounced": list(standing.bounced),
            "error": standing.error,
            "at": self._at,
        }
        query.run(self._connection, "delivery/mail/settle", **values)
        for kind, subject, detail in self._findings(handed, standing):
            self._find(kind, subject, detail)
        return standing

    def _talk(self, session: Session, outgoing: Outgoing, content: bytes) -> Handover:
        """Over the open connection, or once more over a new one when it broke before anything was handed over."""
        as_given = {ascii_address(address): address for address in outgoing.recipients}
        for _ in range(2):
            session.open()
            try:
                handed = session.hand_over(ascii_address(outgoing.sender), list(as_given), content, self._mark)
            except ConnectionLost:
                continue
            return replace(
                handed,
                accepted=tuple(as_given[address] for address in handed.accepted),
                refused={as_given[address]: reply for address, reply in handed.refused.items()},
            )
        raise ServerUnreachable("the SMTP server closes every connection at once")

    def _mark(self) -> None:
        """Remember, whatever happens next, that the final dot was about to be sent: committed on its own."""
        with engine.transaction(self._settings) as connection:
            self._write_attempt(connection, "final_dot", "begun", Handover(LetterOutcome.DEFERRED))

    def _write_attempt(self, connection: "Connection", step: str, outcome: str, handed: Handover) -> None:
        values = {
            "kind": self._row.event_kind,
            "key": self._row.event_key,
            "attempt_no": self._attempt,
            "step": step,
            "outcome": str(outcome),
            "code": handed.reply.code if handed.reply else None,
            "detail": handed.explanation,
            "recipients": list(self._waiting),
            "message_id": self._message_id,
            "at": self._at,
        }
        query.run(connection, "delivery/mail/add_attempt", **values)

    def _findings(self, handed: Handover, standing: LetterStanding) -> list[tuple[str, str, str]]:
        row = self._row
        whose = row.client_code or events.AUDIENCES[row.event_kind]
        letter = f"{row.event_kind} {row.event_key}"
        findings = [("bounced_address", f"{whose}/{address}", f"{letter}: {reply}") for address, reply in handed.bounced.items()]
        if handed.outcome in UNKNOWN:
            findings.append(("unconfirmed_mail", letter, handed.explanation))
        elif standing.state == "failed" and not handed.bounced:
            findings.append(("undelivered_mail", letter, standing.error or ""))
        return findings

    def _find(self, kind: str, subject: str, detail: str) -> None:
        seen_on = local_date(self._at, self._row.time_zone or ZONE)
        contract_no = self._row.contract_no
        add(self._connection, Occurrence(kind, subject, seen_on, contract_no, {"text": detail}))


def read_message(connection: "Connection", kind: str, key: str) -> Any:
    """One row of message.sql."""
    return query.run(connection, "delivery/mail/message", kind=kind, key=key, invoice_kinds=sorted(events.ABOUT_INVOICES)).one()


def client_kinds() -> list[str]:
    """Kinds that are told to clients."""
    return sorted(kind for kind, audience in events.AUDIENCES.items() if audience == "client")


def _is_any_due(settings: Settings, due: datetime) -> bool:
    with engine.transaction(settings) as connection:
        return query.first(connection, "delivery/mail/due", due=due, most=1, client_kinds=client_kinds()) is not None


def _suppress(settings: Settings, at: datetime) -> int:
    with engine.transaction(settings) as connection:
        return int(query.scalar(connection, "delivery/mail/suppress", client_kinds=client_kinds(), at=at))


def _counted(done: LettersSent, standing: LetterStanding, handed: Handover) -> LettersSent:
    name = {"queued": "deferred"}.get(standing.state, standing.state)
    changed: dict[str, Any] = {name: getattr(done, name) + 1, "bounced_addresses": done.bounced_addresses + len(handed.bounced)}
    return replace(done, **changed)
