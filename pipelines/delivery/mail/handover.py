"""The talk with the SMTP server: one connection, one message at a time, and what each message came to."""

import smtplib
import socket
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

from pipelines.delivery.mail.rules import Handover, LetterOutcome, Reply, one_line
from pipelines.delivery.mail.server import SmtpServer
from pipelines.errors import Refused

_DOT_PATIENCE = 10
_CLOSING = 421


class ServerUnreachable(Refused):
    """The SMTP server does not answer, or does not let us in; the message names it and never the password."""


class ConnectionLost(Exception):  # noqa: N818 - reads as what happened
    """The connection broke before anything of this message was handed over: it can be tried on another one."""


class Session:
    """One connection to a server, opened when it is first needed and again after it broke."""

    def __init__(self, server: SmtpServer) -> None:
        self._server = server
        self._smtp: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._smtp is not None and kind is None:
            # everything was answered before; a lost goodbye changes nothing
            with suppress(OSError, smtplib.SMTPException):
                self._smtp.quit()
        self.drop()

    @property
    def is_open(self) -> bool:
        """Whether a connection stands that may be used."""
        return self._smtp is not None

    def open(self) -> None:
        """Connect, greet, encrypt, log in, unless that was done. ServerUnreachable says at which step it failed."""
        if self._smtp is not None:
            return
        try:
            self._smtp = self._connect()
        except smtplib.SMTPAuthenticationError as error:
            raise ServerUnreachable(f"the SMTP server {self._server} does not take user or password ({error.smtp_code})") from None
        except (smtplib.SMTPResponseException, smtplib.SMTPNotSupportedError) as error:
            raise ServerUnreachable(f"the SMTP server {self._server} refuses: {self._clean(_said(error))}") from None
        except (OSError, smtplib.SMTPException) as error:
            raise ServerUnreachable(f"the SMTP server {self._server} does not answer: {self._clean(str(error))}") from None

    def drop(self) -> None:
        """Close the connection without a word: what has no final dot is thrown away by the server."""
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None

    def hand_over(self, sender: str, recipients: Sequence[str], content: bytes, before_dot: Callable[[], None]) -> Handover:
        """Hand one message over.

        ``before_dot`` is called when the server has everything but the final dot; if it raises, the dot is never sent.
        ConnectionLost when the connection broke before a recipient was answered; afterwards the outcome says it.
        """
        smtp = self._smtp
        if smtp is None:
            raise ConnectionLost
        try:
            reply = self._reply(smtp.mail(sender, [f"size={len(content)}"] if smtp.has_extn("size") else []))
        except (OSError, smtplib.SMTPException):
            self.drop()
            raise ConnectionLost from None
        if reply.code == _CLOSING:
            self.drop()
            raise ConnectionLost
        if reply.code != 250:
            self._reset()
            return Handover(LetterOutcome.DEFERRED, reply, detail=f"sender {sender} refused: {reply}")
        try:
            return self._recipients_and_data(smtp, recipients, content, before_dot)
        except (OSError, smtplib.SMTPException) as error:
            self.drop()
            return Handover(LetterOutcome.BROKEN_OFF, detail=f"the connection broke before the final dot: {self._clean(_said(error))}")
        except BaseException:
            self.drop()
            raise

    def _recipients_and_data(
        self, smtp: smtplib.SMTP, recipients: Sequence[str], content: bytes, before_dot: Callable[[], None]
    ) -> Handover:
        replies = {address: self._reply(smtp.rcpt(address)) for address in recipients}
        refused = {address: reply for address, reply in replies.items() if reply.code not in {250, 251}}
        taken = tuple(address for address in recipients if address not in refused)
        if any(reply.code == _CLOSING for reply in refused.values()):
            raise smtplib.SMTPServerDisconnected("the server is closing (421)")
        if not taken:
            self._reset()
            lasting = all(not reply.temporary for reply in refused.values())
            return Handover(LetterOutcome.REFUSED if lasting else LetterOutcome.DEFERRED, refused=refused)
        reply = self._reply(smtp.docmd("DATA"))
        if reply.code == 354:
            smtp.send(_transparent(content))
            before_dot()
            reply_or_end = self._after_dot(smtp)
            if isinstance(reply_or_end, Handover):
                return reply_or_end
            reply = reply_or_end
        elif reply.code != _CLOSING:
            self._reset()
        if reply.code == _CLOSING:
            self.drop()
        if reply.code == 250:
            return Handover(LetterOutcome.ACCEPTED, reply, accepted=taken, refused=refused)
        if reply.temporary or reply.code < 400:
            return Handover(LetterOutcome.DEFERRED, reply, refused=refused)
        return Handover(LetterOutcome.REFUSED, reply, refused={**refused, **dict.fromkeys(taken, reply)})

    def _after_dot(self, smtp: smtplib.SMTP) -> Reply | Handover:
        """The reply to the final dot; without one, what its absence means."""
        try:
            if smtp.sock is not None:
                smtp.sock.settimeout(self._server.timeout * _DOT_PATIENCE)
            smtp.send(b".\r\n")
            reply = self._reply(smtp.getreply())
            if smtp.sock is not None:
                smtp.sock.settimeout(self._server.timeout)
        except TimeoutError:
            self.drop()
            return Handover(LetterOutcome.SILENT, detail="no reply to the final dot in time: the server may have the message, or not")
        except (OSError, smtplib.SMTPException) as error:
            lost_in_silence = isinstance(error.__context__, TimeoutError)  # smtplib wraps a timeout of its socket
            self.drop()
            outcome = LetterOutcome.SILENT if lost_in_silence else LetterOutcome.BROKEN_OFF
            return Handover(outcome, detail=f"no reply to the final dot: {self._clean(_said(error))}")
        return reply

    def _connect(self) -> smtplib.SMTP:
        server, name = self._server, _our_name()
        made = (
            smtplib.SMTP_SSL(server.host, server.port, name, timeout=server.timeout, context=self._context())
            if server.tls
            else smtplib.SMTP(server.host, server.port, name, timeout=server.timeout)
        )
        try:
            self._enter(made)
        except BaseException:
            made.close()
            raise
        return made

    def _enter(self, made: smtplib.SMTP) -> None:
        """Greet, encrypt, log in."""
        server = self._server
        if made.sock is not None:  # the final dot travels alone: it must not wait for the acknowledgement of what went before
            made.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        made.ehlo_or_helo_if_needed()
        encrypted = server.tls
        if server.starttls == "required" or (server.starttls == "offered" and made.has_extn("starttls")):
            made.starttls(context=self._context())
            made.ehlo()
            encrypted = True
        if server.user:
            if not (encrypted or server.is_local or server.starttls == "never"):
                raise smtplib.SMTPNotSupportedError("no STARTTLS, and a password does not travel in the clear; starttls=false allows it")
            made.login(server.user, server.password)

    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self._server.ca_file or None)
        if not self._server.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context

    def _reset(self) -> None:
        if self._smtp is not None:
            try:
                self._smtp.rset()
            except (OSError, smtplib.SMTPException):
                self.drop()

    def _reply(self, answer: tuple[int, bytes]) -> Reply:
        code, text = answer
        if code == -1:  # smtplib's word for an answer that is none
            raise smtplib.SMTPServerDisconnected("the server's answer is not SMTP")
        return Reply(code, self._clean(text.decode("utf-8", "replace")))

    def _clean(self, text: str) -> str:
        password = self._server.password
        return one_line(text.replace(password, "•••") if password else text)


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        return f"{error.smtp_code} {text.decode('utf-8', 'replace') if isinstance(text, bytes) else text}"
    return str(error)


def _transparent(content: bytes) -> bytes:
    """The content as DATA carries it: a leading dot doubled, a line end at the end (RFC 5321 §4.5.2)."""
    doubled = b"\r\n".join(b"." + line if line.startswith(b".") else line for line in content.split(b"\r\n"))
    return doubled if doubled.endswith(b"\r\n") else doubled + b"\r\n"


def _our_name() -> str:
    """Our name for the greeting, without asking DNS (which may hang)."""
    name = socket.gethostname()
    return name if "." in name and name.isascii() else "[127.0.0.1]"
