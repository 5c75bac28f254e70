"""Links by mail, at once: a thread of the cabinet makes a link and hands its letter over while the page has answered long ago.

So the answer takes the same time whether an address is registered or not, and a link is stored in no outbox. What a login's link needs
to be told waits in memory alone: where the cabinet dies, or no server takes the letter in a minute, the reader asks again. Letters about
addresses are owed until they are handed over: their changes wait in the database, and their links are made in the moment of the letter.
"""

import logging
import queue
import secrets
import threading
import time
from collections.abc import Iterator
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
from pipelines.errors import Refused
from pipelines.logs import verb
from pipelines.master import address_changes
from pipelines.master.address_changes import AddressLetters
from pipelines.master.address_rules import GOOD_FOR, STOPPABLE
from pipelines.settings import Settings
from pipelines.warehouse import engine, query

if TYPE_CHECKING:
    from sqlalchemy import Connection

_LOG = logging.getLogger("fleetbill.cabinet")
_MOST_WAITING = 500
_PAUSES = (0.0, 2.0, 10.0, 45.0)  # seconds before each try of a hand-over


class LetterWaits(Refused):
    """No server takes a letter now."""


@dataclass(frozen=True, slots=True)
class _Wish:
    address: str
    language: str


_ADDRESS_LETTERS = _Wish("", "")


class LinkMail:
    """Takes wishes for links and mails those of registered addresses, one after the other, in a thread of its own.

    What waits about changes of addresses is mailed at its start and whenever somebody wishes it.
    """

    def __init__(self, settings: Settings, clock: Clock, url: str, server: SmtpServer | None = None) -> None:
        self._settings, self._clock, self._url = settings, clock, url
        self._server = server or smtp_server()
        self._wishes: queue.Queue[_Wish | None] = queue.Queue(_MOST_WAITING)
        self._thread = threading.Thread(target=self._work, name="link mail", daemon=True)
        self.send_address_letters()
        self._thread.start()

    @property
    def can_send(self) -> bool:
        """Whether there is a server to hand letters to."""
        return self._server is not None

    def send_link(self, address: str, language: str) -> None:
        """Mail a link to the address if it is registered; returns at once. Where too many wait nothing is sent."""
        self._wish(_Wish(address, language))

    def send_address_letters(self) -> None:
        """Mail what waits about changes of addresses; returns at once."""
        self._wish(_ADDRESS_LETTERS)

    def close(self) -> None:
        """Send what waits and end the thread."""
        self._wishes.put(None)
        self._thread.join(timeout=10)

    def _wish(self, wish: _Wish) -> None:
        try:
            self._wishes.put_nowait(wish)
        except queue.Full:
            _LOG.warning("too many wait for a link: one more was turned away")

    def _work(self) -> None:
        while (wish := self._wishes.get()) is not None:
            is_of_addresses = wish is _ADDRESS_LETTERS
            try:
                with verb("cabinet", "mail_addresses" if is_of_addresses else "mail_link") as done:
                    done["sent"] = self._mail_addresses() if is_of_addresses else int(self._mail(wish))
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
        minutes = self._settings.cabinet_link_minutes
        facts = {"url": f"{self._url}/enter/{token}", "minutes": minutes, "language": wish.language}
        writer = self._writer(connection, wish.address)
        return self._outgoing(links.plain(wish.address), letters.about_a_login(facts, writer), writer, at) if writer else None

    def _mail_addresses(self) -> int:
        """Mail what waits about changes of addresses, change by change; how many letters were taken. What no server takes waits on."""
        sent = 0
        while self._server is not None and not self._settings.mail_dry_run:
            at = self._clock()
            with engine.transaction(self._settings) as connection:
                waiting = address_changes.next_letters(connection, at)
                writer = self._writer(connection, waiting.change.asked_by) if waiting else None
                if waiting is None or writer is None:
                    return sent
                for to, letter in _about_addresses(waiting, self._url, writer):
                    outgoing = self._outgoing(to, letter, writer, at)
                    sent += bool(outgoing and self._handed_over(self._server, outgoing, must_be=True))
                address_changes.told(connection, waiting.change.change_no, at)
        return sent

    def _writer(self, connection: "Connection", address: str) -> letters.Writer | None:
        """Who writes to the reader of an address; None where there is nobody to write from."""
        sender = query.first(connection, "cabinet/sender", address=links.plain(address))
        listed = addresses(sender.email if sender else None) or addresses(self._settings.mail_from)
        if not listed:
            _LOG.error("a letter waits and there is nobody to write from: no organization has an address, and FLEETBILL_MAIL_FROM is empty")
            return None
        return letters.Writer(sender.name if sender else "", listed[0])

    def _outgoing(self, to: str, letter: letters.Letter, writer: letters.Writer, at: datetime) -> Outgoing | None:
        """The message to one address; None for an address that no mail can be sent to."""
        aside = addresses(self._settings.mail_redirect)
        try:
            domain = ascii_address(writer.email).rpartition("@")[2]
            message_id = f"<{secrets.token_hex(16)}@{domain}>"  # never the same: each link is another one
            ascii_address(to)
        except Unsendable:
            return None
        return Outgoing(message_id, writer.email, writer.name, aside or (to,), letter, at, {}, (to,) if aside else ())

    def _handed_over(self, server: SmtpServer, outgoing: Outgoing, *, must_be: bool = False) -> bool:
        """Hand the letter over, trying again for a minute. A second letter with one link does no harm.

        ``must_be``: LetterWaits instead of False where no server answered, so that it is tried again later.
        """
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
        else:
            if must_be:
                raise LetterWaits(f"a letter about addresses waits on: {said}")
        _LOG.error("a link was not mailed: %s", said)
        return False


def _about_addresses(waiting: AddressLetters, url: str, writer: letters.Writer) -> Iterator[tuple[str, letters.Letter]]:
    """The letters of a change: those who were there first, the one to be confirmed last, when everything is told."""
    change = waiting.change
    facts = {"client": waiting.client, "address": change.address, "asked_by": change.asked_by, "language": change.language}
    stop = {"url": f"{url}/enter/stop/{waiting.stop}" if waiting.stop else "", "days": STOPPABLE.days}
    for each in waiting.old:
        yield each, letters.about_addresses(f"address_{change.action}", facts | stop, writer)
    if waiting.confirm:
        given = {"url": f"{url}/enter/address/{waiting.confirm}", "days": GOOD_FOR.days}
        yield change.address, letters.about_addresses("address_confirm", facts | given, writer)


def _nothing() -> None:
    """Nothing is noted before the final dot: a link that comes twice is one link."""
