"""An S3-compatible storage on loopback (moto's), with the failures that real ones have; `python -m tests.object_store PORT` runs one."""

import json
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPConnection

from moto.s3.models import s3_backends
from werkzeug.serving import WSGIRequestHandler, make_server

BUCKET = "fleetbill"
_SLOW_DOWN = b"<?xml version='1.0'?><Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, *_):
        pass


@dataclass
class ObjectStore:
    """``refuses(how many requests came before) -> bool``: those are answered 503, as a storage does that is asked too much."""

    port: int = 0
    refuses: Callable[[int], bool] = lambda _: False
    requests: list[str] = field(default_factory=list)
    refused: int = 0

    def __post_init__(self) -> None:
        from moto.server import DomainDispatcherApplication, create_backend_app

        self._moto = DomainDispatcherApplication(create_backend_app)
        self._lock = threading.Lock()

    def __call__(self, environ, start_response):
        with self._lock:
            number = len(self.requests)
            self.requests.append(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}")
            refused = self.refuses(number)
            self.refused += refused
        if refused:
            environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            start_response("503 Slow Down", [("Content-Type", "application/xml"), ("Content-Length", str(len(_SLOW_DOWN)))])
            return [_SLOW_DOWN]
        return self._moto(environ, start_response)

    def __enter__(self):
        self._server = make_server("127.0.0.1", self.port, self, threaded=True, request_handler=_Quiet)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        self.make_bucket()
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self) -> None:
        """No longer answers; what it holds stays until the process ends."""
        self._server.shutdown()
        self._server.server_close()

    def make_bucket(self) -> None:
        s3_backends.reset()  # moto keeps its storage in the process
        asked = HTTPConnection("127.0.0.1", self.port)
        asked.request("PUT", f"/{BUCKET}")
        asked.getresponse().read()
        asked.close()

    def connection(self, **extra: object) -> str:
        """The Airflow connection `fleetbill_storage`."""
        told = {"endpoint_url": f"http://127.0.0.1:{self.port}", "region_name": "us-east-1", **extra}
        return json.dumps({"conn_type": "aws", "login": "key", "password": SECRET, "extra": told})


SECRET = "not-to-be-seen"


if __name__ == "__main__":
    with ObjectStore(int(sys.argv[1])):
        threading.Event().wait()
