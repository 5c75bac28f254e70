"""A PostgreSQL of one's own: an older version, over TCP, with a password, by URL."""

import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest
from sqlalchemy import text

from pipelines.settings import Settings
from pipelines.warehouse import embedded, engine, migrate


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
