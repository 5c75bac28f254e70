"""The cabinet behind nginx, by the very text of docs/cabinet.md: TLS, cookies, links, and whose address is counted."""

import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from contextlib import contextmanager
from hashlib import sha256
from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy import text

from pipelines.cabinet.code_keys import new_key
from pipelines.warehouse import engine
from tests.cabinet.serving import mailed_links
from tests.certificates import certificate
from tests.conftest import ROOT
from tests.smtp_server import Server, free_port

NGINX = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
pytestmark = pytest.mark.skipif(NGINX is None, reason="no nginx: apt-get install nginx-light")
_TOKEN = re.compile(r'name="form_token" value="(\w+)"')
AROUND = """
daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u;
    scgi_temp_path {folder}/s;
    {documented}
}}
"""


@contextmanager
def running(command, port, **options):
    """A program of ours that answers on a port, until the block ends."""
    started = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)
    try:
        end = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert started.poll() is None, command
                assert time.monotonic() < end, command
                time.sleep(0.05)
        yield
    finally:
        started.send_signal(signal.SIGTERM)
        started.wait(30)


class Behind:
    """A cabinet behind a proxy: where readers reach it, where it listens itself, the letters, the proxy's log."""

    def __init__(self, folder, ports, smtp):
        self.plain, self.secure, self.own = ports
        self.url, self.smtp, self.access_log = f"https://localhost:{self.secure}", smtp, folder / "access.log"
        self.trusted = ssl.create_default_context(cafile=str(folder / "certificate.pem"))

    def reader(self, source="127.0.0.1", **options):
        """A browser at some address of loopback."""
        transport = httpx.HTTPTransport(verify=self.trusted, local_address=source)
        return httpx.Client(transport=transport, base_url=self.url, **options)


@pytest.fixture(scope="module")
def behind(issued_world, tmp_path_factory):
    folder = tmp_path_factory.mktemp("proxy")
    plain, secure, own = free_port(), free_port(), free_port()
    made, key = certificate(folder, "DNS:localhost")
    documented = re.search(r"```nginx\n(.*?)```", (ROOT / "docs" / "cabinet.md").read_text("utf-8"), re.DOTALL)[1]
    here = {
        "listen 80;": f"listen 127.0.0.1:{plain};",
        "listen 443 ssl;": f"listen 127.0.0.1:{secure} ssl;",
        "127.0.0.1:8086": f"127.0.0.1:{own}",
        "/etc/ssl/cabinet.example.ru.pem": str(made),
        "/etc/ssl/private/cabinet.example.ru.key": str(key),
        "cabinet.example.ru": "localhost",
    }
    for written, ours in here.items():
        assert written in documented, written
        documented = documented.replace(written, ours)
    (folder / "nginx.conf").write_text(AROUND.format(folder=folder, documented=documented), encoding="utf-8")
    smtp = Server(folder / "box", free_port()).start()
    environment = {
        **os.environ, "FLEETBILL_HOME": str(issued_world.home), "FLEETBILL_DATABASE_URL": issued_world.database_url,
        "FLEETBILL_CABINET_URL": f"https://localhost:{secure}", "FLEETBILL_CABINET_PROXIES": "127.0.0.1",
        "AIRFLOW_CONN_FLEETBILL_CABINET": f"fernet://:{new_key()}@", "AIRFLOW_CONN_FLEETBILL_SMTP": smtp.uri(), "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    cabinet = [sys.executable, "-m", "pipelines.cli", "cabinet", "--host", "0.0.0.0", "--port", str(own)]  # noqa: S104 - 127.0.0.2 too
    try:
        with (
            running(cabinet, own, env=environment, cwd=folder),
            running([NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf")], secure),
        ):
            yield Behind(folder, (plain, secure, own), smtp)
    finally:
        smtp.kill()
        with engine.transaction(issued_world) as connection:  # it went by the real clock, which other tests know nothing of
            for table in ("requests", "links", "sessions"):
                connection.execute(text(f"DELETE FROM cabinet.{table}"))


def _asked(reader, address, **headers):
    token = _TOKEN.search(reader.get("/login").text)[1]
    return reader.post("/login", data={"form_token": token, "address": address}, headers=headers)


def _link(behind, address, known=frozenset()):
    end = time.monotonic() + 30
    while not (new := mailed_links(behind.smtp, behind.url, address) - known):
        assert time.monotonic() < end, "no letter came"
        time.sleep(0.05)
    return new.pop()


def _origins(settings):
    with engine.reading(settings) as connection:
        return {bytes(each) for each in connection.execute(text("SELECT origin_digest FROM cabinet.requests")).scalars()}


def test_a_reader_comes_in_by_tls_and_nothing_travels_without(behind):
    sent_on = httpx.get(f"http://127.0.0.1:{behind.plain}/login", headers={"Host": f"localhost:{behind.secure}"})
    assert (sent_on.status_code, sent_on.headers["location"]) == (301, f"{behind.url}/login")
    with behind.reader() as reader:
        page = reader.get("/login")
        assert page.headers["strict-transport-security"] == "max-age=31536000"
        cookies = page.headers.get_list("set-cookie")
        assert cookies
        for cookie in cookies:
            assert cookie.startswith("__Host-fleetbill-")
            assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= {part.strip() for part in cookie.split(";")}
        assert _asked(reader, "x@client.example", Origin=behind.url).status_code == 200
        path = urlsplit(_link(behind, "x@client.example")).path
        token = _TOKEN.search(reader.get(path).text)[1]
        entered = reader.post(path, data={"form_token": token}, headers={"Origin": behind.url})
        assert (entered.status_code, entered.headers["location"]) == (303, "/")
        start = reader.get("/")
        assert (start.status_code, "ООО «X»" in reader.get("/terms").text) == (200, True)
        foreign = reader.post("/sign-out", data={"form_token": _TOKEN.search(start.text)[1]}, headers={"Origin": "https://evil.example"})
        assert (foreign.status_code, reader.get("/").status_code) == (403, 200)
        assert reader.post("/login", content=b"x" * 70_000).status_code == 413  # the proxy says so
    log = behind.access_log.read_text("utf-8")
    assert "/login" in log
    assert "/enter/" not in log


def test_a_forged_address_does_not_help(behind, issued_world):
    before = _origins(issued_world)
    with behind.reader("127.0.0.2") as flooder:
        for number in range(20):
            forged = {"X-Forwarded-For": f"203.0.113.{number}", "X-Real-IP": "203.0.113.9", "Forwarded": "for=203.0.113.8"}
            assert _asked(flooder, f"nobody{number}@client.example", **forged).status_code == 200
        known = mailed_links(behind.smtp, behind.url, "b@client.example")
        assert _asked(flooder, "b@client.example", **{"X-Forwarded-For": "203.0.113.77"}).status_code == 200  # says nothing, sends nothing
    assert _origins(issued_world) - before == {sha256(b"127.0.0.2").digest()}
    with behind.reader("127.0.0.3") as other:
        _asked(other, "b@client.example")
    _link(behind, "b@client.example", known)
    assert len(mailed_links(behind.smtp, behind.url, "b@client.example") - known) == 1  # letters go in the order of the wishes


def test_who_comes_past_the_proxy_is_not_believed(behind, issued_world):
    before = _origins(issued_world)
    transport = httpx.HTTPTransport(local_address="127.0.0.9")
    with httpx.Client(
        transport=transport, base_url=f"http://127.0.0.1:{behind.own}", headers={"X-Forwarded-For": "203.0.113.5"}
    ) as stranger:
        page = stranger.get("/login")
        cookie = re.match(r"([^=]+)=([^;]+)", page.headers["set-cookie"])
        own = {"Cookie": f"{cookie[1]}={cookie[2]}"}  # a browser would not send it back without TLS
        token = _TOKEN.search(stranger.get("/login", headers=own).text)[1]
        assert stranger.post("/login", data={"form_token": token, "address": "a@b.example"}, headers=own).status_code == 200
    assert _origins(issued_world) - before == {sha256(b"127.0.0.9").digest()}
