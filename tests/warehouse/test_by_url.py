"""A PostgreSQL of one's own: an older version, over TCP, with a password, by URL."""

import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from pipelines.runs.backup import backup
from pipelines.runs.restore import restore
from pipelines.settings import Settings
from pipelines.warehouse import dump, embedded, engine, migrate, roles
from tests.certificates import certificate
from tests.conftest import NOW
from tests.tls_in_front import TlsInFront


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def older_server():
    """PostgreSQL 16 on loopback, with passwords; its superuser's URL."""
    folder = Path(tempfile.mkdtemp(prefix="fb16-"))
    identity = embedded._as_system_user()
    programs = embedded.binaries(16)
    embedded._own(folder)
    secret = folder / "secret"
    secret.write_text("s3cret")
    secret.chmod(0o644)
    port = _free_port()

    def run(program, *arguments):
        done = subprocess.run(
            [programs / program, *arguments], check=False, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, **identity
        )
        assert done.returncode == 0, program

    run("initdb", "-D", folder / "data", "-U", "boss", "--auth=scram-sha-256", f"--pwfile={secret}", "--locale=C.UTF-8", "--encoding=UTF8")
    options = f"-h 127.0.0.1 -p {port} -k {folder} -c fsync=off"
    run("pg_ctl", "-w", "-D", folder / "data", "-l", folder / "data" / "log", "-o", options, "start")
    yield f"postgresql://boss:s3cret@127.0.0.1:{port}/postgres"
    run("pg_ctl", "-w", "-m", "immediate", "-D", folder / "data", "stop")
    shutil.rmtree(folder, ignore_errors=True)


def test_the_schema_and_the_role_on_an_older_server(older_server, tmp_path):
    settings = Settings(home=tmp_path, database_url=older_server)
    assert migrate.upgrade(settings)[1] == migrate.current(settings)[1]
    with engine.transaction(settings) as connection:
        version = connection.execute(text("SHOW server_version_num")).scalar_one()
        assert 160000 <= int(version) < 170000
        # the URL names a superuser, and yet the application works as its own role
        assert connection.execute(text("SELECT current_user")).scalar_one() == "fleetbill_app"
    assert not (tmp_path / "postgres").exists()


def test_a_wrong_password_is_refused_without_showing_it(older_server, tmp_path):
    settings = Settings(home=tmp_path, database_url=older_server.replace("s3cret", "gue55ed"))
    with pytest.raises(engine.WarehouseUnreachable) as refused, engine.transaction(settings):
        pass
    assert "gue55ed" not in str(refused.value)
    assert "password authentication failed" in str(refused.value)


def test_tls_is_checked_against_the_authority_that_the_url_names(older_server, tmp_path):
    """The right certificate is taken; that of another server, another name, and no TLS at all are not."""
    ours, theirs = certificate(tmp_path / "ours"), certificate(tmp_path / "theirs")
    named = certificate(tmp_path / "named", "DNS:db.example")

    def refusal(url):
        with pytest.raises(engine.WarehouseUnreachable) as refused, engine.transaction(Settings(home=tmp_path, database_url=url)):
            pass
        assert "s3cret" not in str(refused.value)
        return str(refused.value)

    port = int(older_server.rsplit(":", 1)[1].split("/")[0])
    with TlsInFront(port, ours) as front, TlsInFront(port, named) as elsewhere:
        url = older_server.replace(f":{port}/", f":{front.port}/")
        with engine.transaction(Settings(home=tmp_path, database_url=f"{url}?sslmode=verify-full&sslrootcert={ours[0]}")) as connection:
            assert connection.execute(text("SELECT 1")).scalar_one() == 1
        assert "certificate verify failed" in refusal(f"{url}?sslmode=verify-full&sslrootcert={theirs[0]}")
        other = older_server.replace(f":{port}/", f":{elsewhere.port}/")
        assert "does not match host name" in refusal(f"{other}?sslmode=verify-full&sslrootcert={named[0]}")
        assert "does not support SSL" in refusal(f"{older_server}?sslmode=verify-full&sslrootcert={ours[0]}")


@pytest.mark.parametrize(
    ("given", "mode"),
    [
        ("postgresql://u:p@db.example/x", "verify-full"),
        ("postgres://u:p@10.0.0.5:6432/x?sslrootcert=/ca.pem", "verify-full"),
        ("postgresql://u:p@/x?host=db.example", "verify-full"),
        ("postgresql://u:p@db.example/x?sslmode=disable", "disable"),
        ("postgresql://u:p@127.0.0.1/x", None),
        ("postgresql://u:p@localhost/x", None),
        ("postgresql:///x?host=/run/postgresql", None),
    ],
)
def test_another_machine_is_asked_for_tls_and_its_name_unless_the_url_says_otherwise(given, mode):
    made = make_url(engine.url(Settings(database_url=given)))
    assert made.query.get("sslmode") == mode
    assert made.password in ("p", None)
    if mode == "verify-full":
        assert made.query["sslrootcert"]


def test_a_backup_of_a_server_by_url_and_what_the_owner_may_not_make(older_server, tmp_path, monkeypatch):
    """The password stands in no list of processes; a role that nobody let us make is named, and the rest works."""
    boss = Settings(home=tmp_path, database_url=older_server)
    password = "s3:c\\ret"
    commands = [
        "CREATE ROLE keeper LOGIN PASSWORD %(password)s",
        "CREATE DATABASE kept OWNER keeper",
        "CREATE DATABASE empty OWNER keeper",
        "GRANT fleetbill_app TO keeper",
    ]
    migrate.upgrade(boss)
    with engine.as_owner(boss) as connection:
        raw = connection.connection.driver_connection
        raw.autocommit = True
        for command in commands:
            raw.cursor().execute(command, {"password": password})
    address = make_url(older_server).set(username="keeper", password=password, database="kept")
    kept, empty = (
        Settings(home=tmp_path / name, database_url=address.set(database=name).render_as_string(hide_password=False))
        for name in ("kept", "empty")
    )
    migrate.upgrade(kept)
    monkeypatch.setitem(roles.ROLES, "fleetbill_nobodys", "nothing")
    assert {each.role: each.is_there for each in roles.arrange(kept)}["fleetbill_nobodys"] is False
    run, seen = subprocess.run, []
    monkeypatch.setattr(dump.subprocess, "run", lambda command, **named: (seen.append(command), run(command, **named))[1])
    backup(kept, tmp_path / "backup", NOW)
    assert restore(empty, tmp_path / "backup").tables > 50
    assert seen
    assert [command for command in seen if any("ret" in part for part in command)] == []
    monkeypatch.undo()
    wrong = f"host=127.0.0.1 port={address.port} dbname=empty user=keeper password=gue55ed"
    monkeypatch.setattr(dump, "_address", lambda *given: wrong)
    with pytest.raises(dump.DumpFailed, match="password authentication failed") as refused:
        dump.read(empty, tmp_path / "backup" / "database.dump")
    assert "gue55ed" not in str(refused.value)
