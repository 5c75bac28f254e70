"""Starting and stopping: real processes with children of their own, and Airflow itself once."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from pipelines.errors import Refused
from pipelines.settings import Settings
from stack import processes
from stack.environment import Stack
from tests.conftest import ROOT

PARENT = "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {child!r}]); print('up', flush=True); time.sleep(600)"
POLITE = "import time; time.sleep(600)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    found = Stack(replace(Settings(), home=tmp_path / "home"))
    found.private.mkdir(parents=True)
    return found


def _family(running: processes.Running) -> list[psutil.Process]:
    while True:
        parents = [process for name in running.pids if (process := running.process(name))]
        children = [child for parent in parents for child in parent.children(recursive=True)]
        if len(children) == len(running.pids):
            return [*parents, *children]
        time.sleep(0.05)


@pytest.mark.parametrize("child", [POLITE, STUBBORN], ids=["polite", "stubborn"])
def test_stopping_leaves_no_process_behind(stack, monkeypatch, child):
    monkeypatch.setattr(processes, "COMPONENTS", {"one": ("-c", PARENT.format(child=child)), "two": ("-c", PARENT.format(child=child))})
    monkeypatch.setattr(processes, "_GRACE", 2.0)
    running = processes.start(stack, 8080, {})
    family = _family(running)
    with pytest.raises(Refused, match="up already"):
        processes.start(stack, 8080, {})
    assert processes.stop(stack) is True
    assert [process for process in family if process.is_running() and process.status() != psutil.STATUS_ZOMBIE] == []
    assert processes.running(stack) is None
    assert processes.stop(stack) is False


def test_a_component_that_ended_is_named(stack, monkeypatch):
    monkeypatch.setattr(processes, "COMPONENTS", {"quick": ("-c", "print('gone')"), "slow": ("-c", POLITE)})
    running = processes.start(stack, 8080, {})
    try:
        processes.wait_until(lambda: running.dead == ["quick"], "the end of quick", 20, every=0.05)
        assert "gone" in processes.tail(processes.log_of(stack, "quick"))
        assert processes.running(stack) is not None
    finally:
        processes.stop(stack)


def test_a_pid_that_now_belongs_to_somebody_else_is_not_ours(stack):
    somebody = subprocess.Popen([sys.executable, "-c", POLITE])
    try:
        noted = processes.Running(8080, {"scheduler": (somebody.pid, psutil.Process(somebody.pid).create_time() - 3600)})
        assert noted.process("scheduler") is None
        (stack.private / "processes.json").write_text(f'{{"port": 8080, "pids": {{"scheduler": [{somebody.pid}, 1.0]}}}}')
        assert processes.running(stack) is None
        assert processes.stop(stack) is False
        assert somebody.poll() is None
    finally:
        somebody.kill()
        somebody.wait()


def test_waiting_says_what_was_waited_for():
    with pytest.raises(Refused, match=r"rain: not within 0 s"):
        processes.wait_until(lambda: False, "rain", 0.1, every=0.02)


@pytest.mark.airflow
def test_airflow_itself_comes_up_refuses_a_second_start_and_goes_down_without_a_trace():
    home = Path(tempfile.mkdtemp(prefix="fbs-"))  # not under pytest's own folder: another pytest closes that to PostgreSQL's user
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("FLEETBILL_", "AIRFLOW"))}
    environment["FLEETBILL_HOME"] = str(home)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "stack", *arguments]
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=240)

    try:
        up = run("up")
        assert up.returncode == 0, up.stderr
        assert "http://localhost:" in up.stdout
        status = run("status")
        assert status.returncode == 0
        assert all(f"{component:<14} pid" in status.stdout for component in processes.COMPONENTS)
        second = run("up")
        assert (second.returncode, "up already" in second.stderr) == (1, True)
    finally:
        down = run("down")
    assert down.returncode == 0, down.stderr
    left = [process.info["cmdline"] for process in psutil.process_iter(["cmdline", "environ"]) if _of(process, home)]
    assert left == []
    assert run("status").returncode == 1
    shutil.rmtree(home)


def _of(process: psutil.Process, home: Path) -> bool:
    told = process.info["environ"] or {}
    return told.get("FLEETBILL_HOME", "").startswith(str(home)) or str(home) in " ".join(process.info["cmdline"] or [])
