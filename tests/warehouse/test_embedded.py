"""The embedded server lives in a private folder, leaves others' folders as they are, and is back after it was killed."""

import os
import signal
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import psutil
import psycopg2
import pytest
from psycopg2.extras import wait_select

from pipelines.settings import Settings
from pipelines.warehouse import embedded, engine, migrate


@pytest.fixture
def private_home(tmp_path: Path):
    """Settings whose home lies in a folder that its owner closed to everybody else."""
    above = tmp_path / "private"
    above.mkdir(mode=0o700)
    made = replace(Settings(), home=above / "home")
    yield made
    engine._engine.cache_clear()
    embedded.stop(made.home)


def _pid(settings: Settings) -> int:
    return int((settings.home / "postgres" / "data" / "postmaster.pid").read_text().split()[0])


def _modes(*folders: Path) -> list[int]:
    return [stat.S_IMODE(folder.stat().st_mode) for folder in folders]


def test_it_starts_below_a_closed_folder_and_opens_nothing(private_home):
    above = private_home.home.parent
    before = _modes(above, *above.parents)
    migrate.upgrade(private_home)
    assert _modes(above, *above.parents) == before
    assert _modes(private_home.home / "postgres", private_home.home / "postgres" / "data") == [0o700, 0o700]
    assert not stat.S_IMODE(private_home.home.stat().st_mode) & 0o007
    rules = (private_home.home / "postgres" / "data" / "pg_hba.conf").read_text().splitlines()
    assert rules == ["local all all trust", "local replication all trust"]


def test_a_home_that_exists_keeps_its_rights(private_home):
    private_home.home.mkdir(mode=0o700)
    embedded.ensure_running(private_home.home)
    assert _modes(private_home.home) == [0o700]


def test_a_killed_server_is_up_again_with_the_next_command_though_its_children_compute_on(private_home):
    """A backend that computes does not see that its server is dead, and holds the memory without which no other starts."""
    migrate.upgrade(private_home)
    busy = psycopg2.connect(embedded.address(private_home.home).replace("+psycopg2", ""), async_=True)
    wait_select(busy)
    busy.cursor().execute("SELECT count(*) FROM generate_series(1, 100000000000) a WHERE a < 0")
    data = private_home.home / "postgres" / "data"
    with engine.transaction(private_home) as connection:
        running = (
            "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%generate_series%' AND state = 'active' AND pid <> pg_backend_pid()"
        )
        while not connection.exec_driver_sql(running.replace("%", "%%")).scalar():
            pass
    server = psutil.Process(_pid(private_home))
    children = server.children()
    os.kill(server.pid, signal.SIGKILL)
    engine._engine.cache_clear()
    environment = {**os.environ, "FLEETBILL_HOME": str(private_home.home)}
    done = subprocess.run(
        [sys.executable, "-m", "pipelines.cli", "snapshot", "list", "--format", "json"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "[]", "")
    assert not [each for each in children if each.is_running() and each.status() != psutil.STATUS_ZOMBIE]
    assert _pid(private_home) != server.pid
    assert (data / "postmaster.pid").exists()


def test_a_server_that_does_not_start_says_why_in_one_line(private_home):
    embedded.ensure_running(private_home.home)
    embedded.stop(private_home.home)
    with (private_home.home / "postgres" / "data" / "postgresql.conf").open("a") as conf:
        conf.write("shared_buffers = 'a lot'\n")
    with pytest.raises(
        embedded.EmbeddedServerFailed, match=r"did not start: .*(shared_buffers|configuration).* \(.*server.log has the rest\)$"
    ) as refused:
        embedded.ensure_running(private_home.home)
    assert len(str(refused.value).splitlines()) == 1


def test_a_number_that_belongs_to_another_program_is_no_server(private_home):
    embedded.ensure_running(private_home.home)
    pid_file = private_home.home / "postgres" / "data" / "postmaster.pid"
    lines = pid_file.read_text().split("\n", 1)
    embedded.stop(private_home.home)
    pid_file.write_text(f"{os.getpid()}\n{lines[1]}")
    embedded.ensure_running(private_home.home)
    assert _pid(private_home) != os.getpid()
