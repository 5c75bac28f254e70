"""A real SMTP server process on loopback that keeps its mail in a Maildir; told by JSON when to refuse and when to hang.

``python tests/smtp_server.py PORT MAILDIR '{"refuse": {"a@b": "550 no such user"}}'``. Options:
``refuse``, ``sometimes`` (address → reply; the latter only once), ``hang`` {"at": "mail|dot|stored|mid_data", "after": n}
(writes MAILDIR.hanging and waits to be killed), ``user``, ``password``, ``certificate``, ``data_reply``.
"""

import asyncio
import json
import mailbox
import socket
import ssl
import subprocess
import sys
import time
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session


class Keeper:
    """Stores what it accepts, durably, before it answers."""

    def __init__(self, folder: Path, options: dict) -> None:
        self.box = mailbox.Maildir(folder)
        self.flag = folder.with_suffix(".hanging")
        self.options = options
        self.seen: set[str] = set()
        self.accepted = 0

    async def _hang(self, moment: str) -> None:
        hang = self.options.get("hang", {})
        if hang.get("at") == moment and self.accepted >= hang.get("after", 0):
            self.flag.write_text(moment)
            await asyncio.sleep(600)

    async def handle_MAIL(self, server, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:  # noqa: N802
        await self._hang("mail")
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:  # noqa: N802
        if reply := self.options.get("refuse", {}).get(address):
            return reply
        if (reply := self.options.get("sometimes", {}).get(address)) and address not in self.seen:
            self.seen.add(address)
            return reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session: Session, envelope: Envelope) -> str:  # noqa: N802
        await self._hang("dot")
        if reply := self.options.get("data_reply"):
            return reply
        self.box.add(f"X-Rcpt: {', '.join(envelope.rcpt_tos)}\r\n".encode() + envelope.content)
        await self._hang("stored")
        self.accepted += 1
        return "250 OK"


async def serve(port: int, folder: Path, options: dict) -> None:
    """Listen until killed."""
    handler = Keeper(folder, options)
    context = None
    if certificate := options.get("certificate"):
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*certificate)

    def authenticate(server, session, envelope, mechanism, data) -> AuthResult:
        good = (data.login.decode(), data.password.decode()) == (options["user"], options["password"])
        echoed = f"535 5.7.8 wrong: {data.password.decode()}"  # a careless server that says the password back
        return AuthResult(success=True) if good else AuthResult(success=False, handled=False, message=echoed)

    def factory() -> SMTP:
        return SMTP(
            handler,
            tls_context=context,
            require_starttls=bool(context),
            authenticator=authenticate if "user" in options else None,
            auth_required="user" in options,
            auth_require_tls=bool(context),
            loop=asyncio.get_running_loop(),
            data_size_limit=20_000_000,
        )

    server = await asyncio.get_running_loop().create_server(factory, "127.0.0.1", port)
    folder.with_suffix(".ready").write_text("ready")
    await server.serve_forever()


def free_port() -> int:
    """A port on loopback that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """The process, for tests: start, kill, restart on the same port over the same Maildir; ``messages()`` reads what it keeps."""

    def __init__(self, folder: Path, port: int, **options) -> None:
        self.folder, self.port, self.options = folder, port, options
        self.process: subprocess.Popen | None = None

    def start(self, **options) -> "Server":
        for name in (".ready", ".hanging"):
            self.folder.with_suffix(name).unlink(missing_ok=True)
        chosen = {**self.options, **options}
        self.process = subprocess.Popen([sys.executable, __file__, str(self.port), str(self.folder), json.dumps(chosen)])
        self._wait(".ready")
        return self

    def kill_when_hanging(self) -> None:
        """SIGKILL, once the process has reached the moment it was told to hang at."""
        self._wait(".hanging")
        self.kill()

    def kill(self) -> None:
        """SIGKILL."""
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def messages(self) -> list[mailbox.MaildirMessage]:
        """What the server keeps."""
        return list(mailbox.Maildir(self.folder)) if self.folder.exists() else []

    def uri(self, **options) -> str:
        """The connection as the environment gives it."""
        query = "&".join(f"{key}={value}" for key, value in {"timeout": 20, **options}.items())
        login = f"{self.options['user']}:{self.options['password']}@" if "user" in self.options else ""
        return f"smtp://{login}127.0.0.1:{self.port}?{query}"

    def _wait(self, suffix: str) -> None:
        deadline = time.monotonic() + 60
        while not self.folder.with_suffix(suffix).exists():
            assert time.monotonic() < deadline, f"the SMTP server did not get to {suffix}"
            time.sleep(0.01)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2]), json.loads(sys.argv[3])))
