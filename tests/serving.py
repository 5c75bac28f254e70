"""An application behind a real server on loopback, for as long as a test needs it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn


@contextmanager
def serving(app: Any, port: int = 0, *, lifespan: str = "auto") -> Iterator[int]:
    """The port on which it answers (0: a free one). Whoever calls from here on is served, and at the end what `lifespan` ends has ended."""
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None, access_log=False, server_header=False, lifespan=lifespan)
    server, socket = uvicorn.Server(config), config.bind_socket()
    socket.listen()  # a caller waits for the server instead of being refused
    thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]}, daemon=True)
    thread.start()
    try:
        yield socket.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(timeout=20)
