"""Links by mail, at once: a thread of the cabinet makes a link and hands its letter over while the page has answered long ago.

So the answer takes the same time whether an address is registered or not, and a link is stored in no outbox. What a link needs to be
told waits in memory alone: where the cabinet dies, or no server takes the letter in a minute, the reader asks again.
"""

import logging
import queue
import secrets
import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pipelines.cabinet import links
from pipelines.cabinet.house import Clock
from pipelines.delivery.mail import letters
from pipelines.delivery.mail.compose import Outgoing, Unsendable, ascii_address, compose
from pipelines.delivery.mail.handover import ConnectionLost, ServerUnreachable, Session
from pipelines.delivery.mail.rules import LetterOutcome, addresses
from pipelines.delivery.mail.sending import smtp_server
from pipelines.delivery.mail.server import SmtpServer
from pipelines.logs import verb
from pipelines.settings import Settings
from pipelines.warehouse import engine, query

if TYPE_CHECKING:
    from sqlalchemy import Connection

_LOG = logging.getLogger("fleetbill.cabinet")
_MOST_WAITING = 500
_PAUSES = (0.0, 2.0, 10.0, 45.0)  # seconds before each try of a hand-over


@dataclass(frozen=True, slots=True)
class _Wish:
    address: str
    language: str


class LinkMail:
    """Takes wishes for links and mails those of registered addresses, one after the other, in a thread of its own."""

    def __init__(self, settings: Settings, clock: Clock, url: str, server: SmtpServer | None = None) -> None:
        self._settings, self._clock, self._url = settings, clock, url
        self._server = server or smtp_server()
        self._wishes: queue.Queue[_Wish | None] = queue.Queue(_MOST_WAITING)
        self._thread = threading.Thread(target=self._work, name="link mail", daemon=True)
        self._thread.start()

    @property
    def can_send(self) -> bool:
        """Whether there is a server to hand letters to."""
        return self._server is not None

    def send_link(self, address: str, language: str) -> None:
        """Mail a link to the address if it is registered; returns at once. Where too many wait nothing is sent."""
        try:
            self._wishes.put_nowait(_Wish(address, language))
        except queue.Full:
            _LOG.warning("too many wait for a link: one more was turned away")

    def close(self) -> None:
        """Send what waits and end the thread."""
        self._wishes.put(None)
        self._thread.join(timeout=10)

    def _work(self) -> None:
        while (wish := self._wishes.get()) is not None:
            try:
                with verb("cabinet", "mail_link") as done:
                    done["sent"] = int(self._mail(wish))
            except Exception as error:  # noqa: BLE001 - the thread lives on for whoever asks next; addresses and links stay out of the log
                _LOG.error("a link could not be mailed: %s", type(error).__name__)

    def _mail(self, wish: _Wish) -> bool:
        at = self._clock()
        with engine.transaction(self._settings) as connection:
            links.forget_old(connection, at)
            token = links.make(connection, wish.address, at, timedelta(minutes=self._settings.cabinet_link_minutes))
            outgoing = self._letter(connection, wish, token, at) if token else None
        if outgoing is None or self._settings.mail_dry_run:
            return False
        if self._server is None:
            _LOG.error("a link waits and there is no SMTP server: set AIRFLOW_CONN_FLEETBILL_SMTP")
            return False
        return self._handed_over(self._server, outgoing)

    def _letter(self, connection: "Connection", wish: _Wish, token: str, at: datetime) -> Outgoing | None:
        """The letter with the link; None for an address that no mail can be sent to, or where there is nobody to write from."""
        sender = query.first(connection, "cabinet/sender", address=links.plain(wish.address))
        listed = addresses(sender.email if sender else None) or addresses(self._settings.mail_from)
        if not listed:
            _LOG.error("a link waits and there is nobody to write from: no organization has an address, and FLEETBILL_MAIL_FROM is empty")
            return None
        name = sender.name if sender else ""
        minutes = self._settings.cabinet_link_minutes
        facts = {"url": f"{self._url}/enter/{token}", "minutes": minutes, "language": wish.language}
        letter = letters.about_a_login(facts, letters.Writer(name, listed[0]))
        aside = addresses(self._settings.mail_redirect)
        to = (links.plain(wish.address),)
        try:
            domain = ascii_address(listed[0]).rpartition("@")[2]
            message_id = f"<{secrets.token_hex(16)}@{domain}>"  # never the same: each link is another one
            ascii_address(to[0])
        except Unsendable:
            return None
        return Outgoing(message_id, listed[0], name, aside or to, letter, at, {}, to if aside else ())

    def _handed_over(self, server: SmtpServer, outgoing: Outgoing) -> bool:
        """Hand the letter over, trying again for a minute. A second letter with one link does no harm."""
        content, said = compose(outgoing), ""
        for pause in _PAUSES:
            time.sleep(pause)
            try:
                with Session(server) as session:
                    session.open()
                    handed = session.hand_over(
                        ascii_address(outgoing.sender), [ascii_address(each) for each in outgoing.recipients], content, _nothing
                    )
            except (ServerUnreachable, ConnectionLost) as error:
                said = str(error) or "the connection broke"
                continue
            if handed.outcome is LetterOutcome.ACCEPTED:
                return True
            said = f"{handed.outcome}: {handed.reply.code if handed.reply else ''}"
            if handed.outcome is LetterOutcome.REFUSED:
                break
        _LOG.error("a link was not mailed: %s", said)
        return False


def _nothing() -> None:
    """Nothing is noted before the final dot: a link that comes twice is one link."""
