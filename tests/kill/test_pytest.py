"""A test run that is killed leaves no server and no folder behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil

from tests.conftest import ROOT

INNER = """
import time
from pathlib import Path
from tests.conftest import server_home

def test_that_never_ends(server_home):
    Path({marker!r} + ".new").write_text(str(server_home))
    Path({marker!r} + ".new").rename({marker!r})
    time.sleep(600)
"""


def test_a_killed_pytest_leaves_nothing_running(tmp_path):
    marker = tmp_path / "home"
    (tmp_path / "test_inner.py").write_text(INNER.format(marker=str(marker)))
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST_", "FLEETBILL_"))}
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", str(tmp_path / "test_inner.py")]
    inner = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not marker.exists():
        assert inner.poll() is None, "the inner run ended by itself"
        time.sleep(0.02)
    home = Path(marker.read_text())
    [pid_file] = home.rglob("postmaster.pid")
    server = psutil.Process(int(pid_file.read_text().split()[0]))
    assert server.is_running()
    os.kill(inner.pid, signal.SIGKILL)
    inner.wait()
    psutil.wait_procs([server], timeout=120)
    assert not server.is_running()
    while home.exists():
        time.sleep(0.02)
