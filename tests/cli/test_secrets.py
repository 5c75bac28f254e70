"""Secrets of every connection are planted, every kind of failure is provoked, and nothing that is written anywhere quotes one."""

import json
import logging
import re
import socket
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from pipelines.platforms import retries
from pipelines.warehouse import engine
from tests import letters
from tests.conftest import release
from tests.loopback import Loopback, Reply

SECRETS = ("pa55:w/rd%1", "t0ken-of-ours", "pa55%3Aw%2Frd%251", "cGE1NTp3L3JkJTE")  # also as a URI and as base64 carry them
LOGIN = "robot:pa55%3Aw%2Frd%251"


class Telltale(Loopback):
    """Answers as servers do that fail: with a page that quotes the whole request, its authorization among it."""

    status = 401

    def reply(self, request):
        return Reply(self.status, repr((request.headers, request.path, request.query, request.body)).encode(), "text/html")


@pytest.fixture
def written(run_cli, caplog, monkeypatch, settings, environment):
    """``written(...)``: runs a command at every level of the log and with the trace of a failure; everything that it said."""
    caplog.set_level(logging.DEBUG)
    logging.getLogger("fleetbill").propagate = True

    def call(*arguments):
        caplog.clear()
        code, out, err = run_cli(*arguments)
        log = "\n".join(f"{record.getMessage()} {vars(record)}" for record in caplog.records if record.name.startswith("fleetbill"))
        said = out + err + log
        kept = "".join(path.read_text(errors="replace") for path in settings.home.rglob("*") if path.is_file())
        leaked = [secret for secret in SECRETS if secret in said + kept]
        assert leaked == [], arguments
        return code, said

    return call


def _closed_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _declare(settings):
    with engine.transaction(settings) as connection:
        for platform, kind in (("tr", "traccar"), ("wi", "wialon")):
            connection.execute(
                text("INSERT INTO master.platforms (platform, kind, connection, time_zone) VALUES (:p, :k, :p, 'Europe/Moscow')"),
                {"p": platform, "k": kind},
            )
        connection.execute(text("INSERT INTO master.peers (peer, configuration, transport, connection) VALUES ('HB', 'bp', 'http', 'hb')"))


def _addresses(port):
    """The connections of this house, of every shape, to a server on this port."""
    extra = f'{{"token": "{SECRETS[1]}"}}'.replace('"', "%22").replace(" ", "%20")
    return {
        "TR": f"http://{LOGIN}@127.0.0.1:{port}/",
        "WI": f"http://127.0.0.1:{port}/?__extra__={extra}",
        "HB": f"http://{LOGIN}@127.0.0.1:{port}/base",
        "FLEETBILL_SMTP": f"smtp://{LOGIN}@127.0.0.1:{port}?starttls=false&timeout=2",
    }


COMMANDS = (
    ("snapshot", "probe", "--platform", "tr"),
    ("snapshot", "take", "--platform", "tr"),
    ("snapshot", "take", "--platform", "wi"),
    ("onec", "send", "--peer", "HB"),
    ("onec", "receive", "--peer", "HB"),
    ("mail", "send"),
)


def test_no_failure_of_any_server_quotes_a_secret(settings, written, smtp, monkeypatch):
    monkeypatch.setattr(retries, "sleep", lambda _seconds: None)
    _declare(settings)
    letters.restored(settings, 1)
    with Telltale() as server:
        for status in (200, 401, 404):
            server.status = status
            for name, address in _addresses(server.port).items():
                monkeypatch.setenv(f"AIRFLOW_CONN_{name}", address)
            for command in COMMANDS[:5]:
                code, said = written(*command)
                assert code or said, (status, command)
        assert len(server.requests) >= 10
    for name, address in _addresses(_closed_port()).items():
        monkeypatch.setenv(f"AIRFLOW_CONN_{name}", address)
    for command in COMMANDS[3:]:
        written(*command)
    smtp.options.update(user="robot", password="another")
    smtp.start()
    monkeypatch.setenv("AIRFLOW_CONN_FLEETBILL_SMTP", _addresses(smtp.port)["FLEETBILL_SMTP"])
    code, said = written("mail", "send")
    assert code == 1
    assert re.search("535|[Aa]uth", said), said


@pytest.mark.parametrize("shape", ["{{broken {0}", "http://robot:{0}@[::1", "not a scheme {0}", '{{"password": "{0}", "port": "x"}}'])
def test_a_connection_that_cannot_be_read_is_never_quoted(settings, written, monkeypatch, shape):
    _declare(settings)
    letters.restored(settings, 1)
    for name in ("TR", "WI", "HB", "FLEETBILL_SMTP"):
        monkeypatch.setenv(f"AIRFLOW_CONN_{name}", shape.format(SECRETS[0]))
    for command in (COMMANDS[0], COMMANDS[3], COMMANDS[5]):
        assert written(*command)[0] in (1, 2), command


def test_the_database_is_never_called_by_its_password(settings, written, monkeypatch):
    address = make_url(settings.database_url)
    for wrong in (
        address.set(password=SECRETS[0], username="nobody_here"),
        address.set(password=SECRETS[0], host="127.0.0.1", port=_closed_port(), query={}),
        address.set(password=SECRETS[0], database="none"),
    ):
        monkeypatch.setenv("FLEETBILL_DATABASE_URL", wrong.render_as_string(hide_password=False))
        monkeypatch.setenv("FLEETBILL_DATABASE_OWNER_URL", wrong.render_as_string(hide_password=False))
        for command in (("status",), ("db", "status"), ("db", "upgrade"), ("backup", str(Path(settings.home) / "b"))):
            assert written(*command)[0] == 1, command
        engine._engine.cache_clear()
    monkeypatch.setenv("FLEETBILL_DATABASE_URL", f"mysql://robot:{SECRETS[0]}@x/y")
    assert written("status")[0] == 2
    assert written("--help")[0] == 0
    release(settings)


def test_no_failure_of_the_object_storage_quotes_a_secret(settings, written, monkeypatch, tmp_path):
    """A storage that answers with a page that quotes the request, its token among it; and one that is not there."""
    monkeypatch.setenv("FLEETBILL_LAKE_URL", "s3://bucket/lake")
    monkeypatch.setenv("FLEETBILL_DOCUMENTS_URL", "s3://bucket/documents")
    with Telltale() as server:
        server.status = 403
        for port in (server.port, _closed_port()):
            told = {
                "endpoint_url": f"http://127.0.0.1:{port}", "region_name": "us-east-1", "aws_session_token": SECRETS[1],
                "config_kwargs": {"retries": {"total_max_attempts": 1}},
            }  # fmt: skip
            given = {"conn_type": "aws", "login": "KEY", "password": SECRETS[0], "extra": told}
            monkeypatch.setenv("AIRFLOW_CONN_FLEETBILL_STORAGE", json.dumps(given))
            code, said = written("backup", str(tmp_path / "b"))
            assert code == 1
            assert "the storage does" in said
        assert any("x-amz-security-token" in request.headers for request in server.requests)
    monkeypatch.setenv("AIRFLOW_CONN_FLEETBILL_STORAGE", f'{{"conn_type": "aws", "password": "{SECRETS[0]}", "extra": 5')
    assert written("backup", str(tmp_path / "c"))[0] in (1, 2)


def test_no_failure_of_another_database_quotes_its_password(settings, written, monkeypatch, tmp_path):
    """As a source of master data, and as a platform of kind sql."""
    monkeypatch.setattr(retries, "sleep", lambda _seconds: None)
    (tmp_path / "vehicles.sql").write_text("SELECT 1 AS vehicle_id, 'active' AS state")
    own = make_url(settings.database_url)
    with engine.transaction(settings) as connection:
        connection.execute(
            text("INSERT INTO master.platforms (platform, kind, source, connection, time_zone) VALUES ('db1', 'sql', :s, 'db1', 'UTC')"),
            {"s": str(tmp_path)},
        )
    wrong = [
        own.set(password=SECRETS[0], username="nobody_here"),
        own.set(password=SECRETS[0], host="127.0.0.1", port=_closed_port(), query={}),
        own.set(password=SECRETS[0], drivername="klingon"),
        own.set(password=SECRETS[0], host="127.0.0.1", port=_closed_port(), query={"sslrootcert": SECRETS[1]}),
    ]
    for address in [each.render_as_string(hide_password=False) for each in wrong] + [f"postgresql://robot:{SECRETS[0]}@[::1"]:
        assert written("master", "import", address, "--by", "Анна", "--reason", "проверка")[0] == 2, address
        monkeypatch.setenv("AIRFLOW_CONN_DB1", address)
        assert written("snapshot", "take", "--platform", "db1")[0] in (1, 2), address
        assert written("snapshot", "probe", "--platform", "db1")[0] in (1, 2), address
