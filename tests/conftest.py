"""What all tests share: one embedded PostgreSQL for the session, one clean database per test, one home per test."""

import gc
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from pipelines.clock import Authorship
from pipelines.settings import Settings
from pipelines.warehouse import embedded, engine, migrate
from tests import campaigns

pytest_plugins = ("tests.deliveries",)

# what is compiled is kept, whatever the environment asks for: workers and processes of `fleetbill` start from it
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# a busy machine is no failure: no property is held against the clock
hypothesis_settings.register_profile("fleetbill", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.register_profile(campaigns.PROFILE, hypothesis_settings.get_profile("fleetbill"), print_blob=True)
hypothesis_settings.load_profile("fleetbill")

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)

# nothing here outlives the session: no flushing, no replicas, no cleaning of databases that are dropped in a moment
_FAST = """
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
autovacuum = off
max_wal_size = 512MB
file_copy_method = clone
"""
_TEMPLATE = "fleetbill_template"
_MEMORY, _ROOMY = Path("/dev/shm"), 4 << 30  # noqa: S108 - a folder of the test's own is made in it


# folders whose files take longest begin, so that no worker is left with a long file when the others have ended
_LONGEST_FIRST = (
    "scale", "dags", "scenarios", "year", "kill", "stack", "sample", "large", "properties", "cli", "warehouse", "conformance", "golden",
    "platforms", "formats", "house",
)  # fmt: skip


# where the same lines run again and again: following each of them doubles the time, and the other tests reach them all
_WITHOUT_COVERAGE = ("properties", "conformance", "large", "soak", "year")
_LONG_STORIES = ("test_three_months", "test_forty_clients", "test_onec_faults", "test_grains")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Folders with long files first, their order inside stays; campaigns of examples, bulk and many days count for no coverage."""
    ranks = {name: rank for rank, name in enumerate(_LONGEST_FIRST)}
    items.sort(key=lambda item: ranks.get(_folder(item), len(ranks)))
    for item in items:
        if _folder(item) in _WITHOUT_COVERAGE or item.path.stem in _LONG_STORIES:
            item.add_marker("no_cover")


def pytest_collection_finish(session: pytest.Session) -> None:
    """What was imported and collected lives to the end: a search for cycles no longer goes through it, hundreds of thousands of objects
    every few moments (a sixth of a worker's processor time)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Libraries that count what is left of theirs at the end find nothing."""
    gc.unfreeze()


def _folder(item: pytest.Item) -> str:
    return item.path.relative_to(ROOT / "tests").parts[0]


def _superuser(home: Path, database: str = "postgres"):
    import psycopg2

    connection = psycopg2.connect(host=embedded.address(home).split("host=")[1], user=embedded.SUPERUSER, dbname=database)
    connection.autocommit = True
    return connection


def _place_of_servers() -> Path:
    """Memory where it is roomy: the hundreds of small files of a database are copied for every test, on a disk at ten times the price."""
    if os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ROOMY:
        return _MEMORY
    return Path(tempfile.gettempdir())


@pytest.fixture(scope="session")
def server_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Home of the session's server, with a migrated template database; the keeper of the last worker stops it."""
    import fcntl

    home = _place_of_servers() / f"fbt-{os.environ.get('PYTEST_XDIST_TESTRUNUID', str(os.getpid()))[:12]}"
    home.mkdir(exist_ok=True)
    users = home / "users"
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        users.write_text(str(int(users.read_text() or 0) + 1 if users.exists() else 1))
        keeper = subprocess.Popen(
            [sys.executable, ROOT / "tests" / "keeper.py", home], stdin=subprocess.PIPE, env=_with_root(), start_new_session=True
        )
        embedded.ensure_running(home, _FAST)
        connection = _superuser(home)
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (_TEMPLATE,))
            if not cursor.fetchone():
                cursor.execute(f"CREATE DATABASE {_TEMPLATE} OWNER {embedded.OWNER}")
                owner_url = embedded.address(home, embedded.OWNER, _TEMPLATE)
                migrate.upgrade(Settings(home=home, database_url=owner_url))
        connection.close()
    yield home
    engine._engine.cache_clear()
    keeper.communicate()


def _with_root() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}


@contextmanager
def cloned(server_home: Path, home: Path, template: str = _TEMPLATE) -> Iterator[Settings]:
    """Settings with a home folder and a database of their own, cloned from a template; the role is the application's."""
    name = f"t_{uuid.uuid4().hex[:16]}"
    connection = _superuser(server_home)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} OWNER {embedded.OWNER} TEMPLATE {template} STRATEGY file_copy")
    made = Settings(
        home=home,
        database_url=embedded.address(server_home, embedded.APPLICATION, name),
        database_owner_url=embedded.address(server_home, embedded.OWNER, name),
    )
    made.home.mkdir(parents=True, exist_ok=True)
    try:
        yield made
    finally:
        release(made)
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
        connection.close()


def keep_database(server_home: Path, database: str, name: str) -> None:
    """A copy of a database, to which nobody is connected, under a name that the session's workers know; it lives as long as the server."""
    connection = _superuser(server_home)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} OWNER {embedded.OWNER} TEMPLATE {database} STRATEGY file_copy")
    connection.close()


def release(settings: Settings) -> None:
    """Close this process's connections to a test's database."""
    engine._engine(engine.url(settings), f"fleetbill {os.getpid()}").dispose()
    engine._engine.cache_clear()


@pytest.fixture
def settings(server_home: Path, tmp_path: Path) -> Iterator[Settings]:
    """Settings of one test: an empty, migrated database and an empty home."""
    with cloned(server_home, tmp_path / "home") as made:
        yield made


@pytest.fixture(scope="session")
def sealed(server_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings of an empty, migrated database that tests share whose every attempt to change it is refused."""
    with cloned(server_home, tmp_path_factory.mktemp("sealed") / "home") as made:
        yield made


def environment_of(settings: Settings) -> dict[str, str]:
    """Environment for a real `fleetbill` process with these settings' home and database."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("FLEETBILL_")}
    return {
        **kept,
        "FLEETBILL_HOME": str(settings.home),
        "FLEETBILL_DATABASE_URL": settings.database_url,
        "FLEETBILL_DATABASE_OWNER_URL": settings.database_owner_url,
    }


@pytest.fixture
def environment(settings: Settings) -> dict[str, str]:
    """Environment for a real `fleetbill` process of this test."""
    return environment_of(settings)


@pytest.fixture
def run_cli(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """``run_cli("usage", "--month", "2026-01") -> (exit code, stdout, stderr)``, in this process."""
    for key, value in environment.items():
        if key.startswith("FLEETBILL_"):
            monkeypatch.setenv(key, value)

    def call(*arguments: str) -> tuple[int, str, str]:
        from pipelines.cli.main import run

        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


@pytest.fixture
def smtp(tmp_path: Path):
    """A real SMTP server on loopback, not yet started; its mail lies in a folder."""
    from tests.smtp_server import Server, free_port

    made = Server(tmp_path / "box", free_port())
    yield made
    made.kill()


@pytest.fixture
def author() -> Authorship:
    """A person who acts in tests."""
    return Authorship("Анна Петрова", "проверка", NOW)


@pytest.fixture
def embedded_settings(tmp_path: Path) -> Iterator[Settings]:
    """Settings with an embedded server of the test's own (slower: only where starting and stopping is the subject)."""
    made = replace(Settings(), home=tmp_path / "home")
    yield made
    embedded.stop(made.home)
