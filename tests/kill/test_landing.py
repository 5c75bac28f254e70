"""A landing killed at any point and run again leaves what an undisturbed one leaves: the same register, the same lake."""

import hashlib
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from pipelines.evidence.landing_folder import land_folder
from pipelines.settings import Settings
from pipelines.warehouse.engine import transaction
from tests.conftest import NOW
from tests.database import contents, difference
from tests.deliveries import row

# Runs the real command, and kills its own process with SIGKILL when the named function is entered or left for the nth time.
KILLER = """
import os, signal, sys
module, name, nth, when = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
import importlib
owner = importlib.import_module(module)
real, calls = getattr(owner, name), 0
def deadly(*args, **kwargs):
    global calls
    calls += 1
    if calls == nth and when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    result = real(*args, **kwargs)
    if calls == nth and when == "after":
        os.kill(os.getpid(), signal.SIGKILL)
    return result
setattr(owner, name, deadly)
sys.argv = ["fleetbill", *sys.argv[5:]]
from pipelines.cli.main import main
main()
"""

POINTS = [
    ("os", "fsync", 1, "before"),  # the first file is half-written
    ("os", "replace", 2, "after"),  # the second file lies in the lake, but is not registered
    ("pipelines.evidence.register", "refresh_findings", 3, "after"),  # everything is said, nothing is committed
]


def killed(settings: Settings, environment: dict[str, str], source: Path, *killer: str) -> int:
    command = [sys.executable, "-c", KILLER, *killer, "snapshot", "land", "--platform", "gps1", "--source", str(source)]
    own = {**environment, "FLEETBILL_LAKE_URL": settings.lake}
    return subprocess.run(command, env=own, capture_output=True, timeout=120, check=False).returncode


def lake_files(settings: Settings) -> dict[str, str]:
    root = Path(settings.lake)
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(root.rglob("*")) if path.is_file()
    }


@pytest.fixture
def delivery(deliver) -> Path:
    deliver([row(number) for number in range(40)])
    deliver([row(number, "2026-01-16", state="lost" if number == 3 else "active") for number in range(40)], "2026-01-16")
    return deliver([row(number, "2026-01-17", last_message_at="2026-01-18T01:00:00+03:00") for number in range(40)], "2026-01-17")


def test_killed_anywhere_and_run_again(settings, platform, environment, delivery, tmp_path):
    undisturbed = replace(settings, lake_url=str(tmp_path / "undisturbed"))
    empty = contents(settings)
    land_folder(undisturbed, platform, str(delivery), NOW)
    expected, files = contents(settings), lake_files(undisturbed)
    assert len(files) == 3
    assert expected["evidence.snapshots"] != empty["evidence.snapshots"]
    owner = replace(settings, database_url=settings.database_owner_url)
    for number, point in enumerate(POINTS):
        with _owner(owner) as connection:
            for table in ("lake_files", "failures", "judgements", "events", "files_read", "snapshots"):
                for statement in ("ALTER TABLE {} DISABLE TRIGGER USER", "DELETE FROM {}", "ALTER TABLE {} ENABLE TRIGGER USER"):
                    connection.execute(text(statement.format(f"evidence.{table}")))
            connection.execute(text("TRUNCATE findings.occurrences"))
        disturbed = replace(settings, lake_url=str(tmp_path / f"disturbed{number}"))
        assert killed(disturbed, environment, delivery, *map(str, point)) == -signal.SIGKILL, point
        half = contents(settings)
        assert half["evidence.snapshots"] != expected["evidence.snapshots"], point
        registered = {line[-1] for line in half["evidence.snapshots"]}
        assert registered <= set(lake_files(disturbed)), point  # nothing is registered that does not lie there
        land_folder(disturbed, platform, str(delivery), NOW)
        assert difference(contents(settings), expected) == {}, point
        assert lake_files(disturbed) == files, point
    with transaction(settings) as connection:
        assert connection.execute(text("SELECT count(*) FROM evidence.snapshots")).scalar_one() == 3


def _owner(settings: Settings):
    return create_engine(settings.database_owner_url).begin()
