"""The embedded server lives in a private folder, leaves others' folders as they are, and is back after it was killed."""

import os
import signal
import stat
from dataclasses import replace
from pathlib import Path

import pytest

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


def test_a_killed_server_is_up_again_with_the_next_command(private_home):
    migrate.upgrade(private_home)
    os.kill(_pid(private_home), signal.SIGKILL)
    engine._engine.cache_clear()
    with engine.transaction(private_home) as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM master.clients").scalar() == 0


def test_a_number_that_belongs_to_another_program_is_no_server(private_home):
    embedded.ensure_running(private_home.home)
    pid_file = private_home.home / "postgres" / "data" / "postmaster.pid"
    lines = pid_file.read_text().split("\n", 1)
    embedded.stop(private_home.home)
    pid_file.write_text(f"{os.getpid()}\n{lines[1]}")
    embedded.ensure_running(private_home.home)
    assert _pid(private_home) != os.getpid()
