"""TLS in front of a PostgreSQL that has none: answers the request for it, and hands on what comes through."""

import socket
import ssl
import threading
from contextlib import suppress
from pathlib import Path

_REQUEST = 8  # bytes by which a client asks for TLS


class TlsInFront:
    """Listens on a port of its own until the block ends; ``refused`` counts clients that went away in the handshake."""

    def __init__(self, port: int, certificate: tuple[Path, Path]) -> None:
        self._behind = port
        self._context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._context.load_cert_chain(*certificate)
        self._context.set_alpn_protocols(["postgresql"])
        self.refused = 0

    def __enter__(self) -> "TlsInFront":
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client = self._listening.accept()[0]
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        client.recv(_REQUEST)
        client.sendall(b"S")
        try:
            secured = self._context.wrap_socket(client, server_side=True)
        except (ssl.SSLError, OSError):
            self.refused += 1
            return
        server = socket.create_connection(("127.0.0.1", self._behind))
        threading.Thread(target=_pour, args=(server, secured), daemon=True).start()
        _pour(secured, server)


def _pour(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece)
    for each in (source, target):
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
