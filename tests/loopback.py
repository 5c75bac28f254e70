"""A real HTTP server on loopback that platforms' stand-ins answer through, with the failures that real servers have."""

import json
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: dict[str, str]
    body: bytes

    def one(self, name: str) -> str | None:
        return dict(self.query).get(name)


@dataclass(frozen=True)
class Reply:
    """`dies`: how the connection ends before its time: at once, or after half of the body."""

    status: int = 200
    body: bytes = b""
    content_type: str | None = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    dies: str | None = None


def as_json(value: Any, status: int = 200) -> Reply:
    return Reply(status, json.dumps(value, ensure_ascii=False).encode())


Fault = Callable[[Request, int], Reply | None]


class Loopback:
    """Answers by ``reply(request)``, after ``fault(request, how many came before it)`` had the first word."""

    def __init__(self, certificate: tuple[Path, Path] | None = None) -> None:
        self.certificate = certificate  # of a server that speaks TLS, and its key
        self.requests: list[Request] = []
        self.fault: Fault | None = None
        self.clock: datetime | None = None  # what its header Date says; None: none is sent
        self.port = 0  # the first free one
        self.lock = threading.Lock()
        self._server: ThreadingHTTPServer | None = None

    def reply(self, request: Request) -> Reply:
        raise NotImplementedError

    @property
    def url(self) -> str:
        assert self._server
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self):
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1
            disable_nagle_algorithm = True

            def log_message(self, *_):
                pass

            def answer(self):
                split = urlsplit(self.path)
                length = int(self.headers.get("Content-Length") or 0)
                headers = {name.lower(): value for name, value in self.headers.items()}
                request = Request(self.command, split.path, tuple(parse_qsl(split.query)), headers, self.rfile.read(length))
                with outer.lock:
                    before = len(outer.requests)
                    outer.requests.append(request)
                    reply = (outer.fault(request, before) if outer.fault else None) or outer.reply(request)
                if reply.dies == "at once":
                    self.close_connection = True
                    return
                self.send_response_only(reply.status)
                if outer.clock:
                    self.send_header("Date", format_datetime(outer.clock.astimezone(UTC), usegmt=True))
                if reply.content_type:
                    self.send_header("Content-Type", reply.content_type)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                if reply.dies == "half-way":
                    self.wfile.write(reply.body[: len(reply.body) // 2])
                    self.close_connection = True
                    return
                self.wfile.write(reply.body)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815 - so the standard library looks for them

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        if self.certificate:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(*self.certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    def asked(self, path: str) -> int:
        """How many requests a path had."""
        return sum(request.path == path for request in self.requests)
