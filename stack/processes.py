"""Airflow's processes and the cabinet's: each in a group of its own, with a log, known by pid and start time, stopped for good."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from pipelines.errors import Refused
from stack import cabinet, live_platform
from stack.environment import ROOT, Stack
from stack.layout import Component, Layout

COMPONENTS: dict[str, tuple[str, ...]] = {
    "api-server": ("-m", "airflow", "api-server"),
    "scheduler": ("-m", "stack.scheduler"),
    "dag-processor": ("-m", "airflow", "dag-processor"),
    "triggerer": ("-m", "airflow", "triggerer", "--skip-serve-logs"),
}
LIVE_PLATFORM = "live-platform"
CABINET = "cabinet"
_GRACE = 20.0


@dataclass(frozen=True, slots=True)
class Running:
    """What was started: pid and start time by component (a pid may come to belong to another process); port, address of the cabinet."""

    port: int
    pids: dict[str, tuple[int, float]]
    cabinet: str = ""

    def process(self, component: str) -> psutil.Process | None:
        """The live process of a component, or None."""
        pid, started = self.pids[component]
        try:
            process = psutil.Process(pid)
            alive = abs(process.create_time() - started) < 1 and process.status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            return None
        return process if alive else None

    @property
    def dead(self) -> list[str]:
        """Components that have ended."""
        return [component for component in self.pids if self.process(component) is None]


def running(stack: Stack) -> Running | None:
    """What runs of this home's stack, or None when nothing does."""
    try:
        noted = json.loads(_file(stack).read_text())
    except FileNotFoundError:
        return None
    up = Running(noted["port"], {name: (pid, started) for name, (pid, started) in noted["pids"].items()}, noted.get("cabinet", ""))
    return up if len(up.dead) < len(up.pids) else None


def start(stack: Stack, port: int, environment: dict[str, str], layout: Layout = Layout()) -> Running:  # noqa: B008 - frozen
    """Start every component; Refused when one of this home runs already."""
    if running(stack):
        raise Refused(f"the stack of {stack.home} is up already; `make down` stops it")
    stack.logs.mkdir(parents=True, exist_ok=True)
    pids: dict[str, tuple[int, float]] = {}
    url = environment.get(cabinet.VARIABLE, "")
    for component, what in components(stack, layout, url).items():
        pids[component] = begun(stack, component, what, environment)
        _note(stack, Running(port, pids, url))
    return Running(port, pids, url)


def again(stack: Stack, component: str, environment: dict[str, str], layout: Layout) -> Running:
    """Start one component that has ended once more."""
    up = running(stack)
    if up is None or component not in up.dead:
        raise Refused(f"{component} has not ended")
    begun_again = begun(stack, component, components(stack, layout, up.cabinet)[component], environment)
    now = Running(up.port, {**up.pids, component: begun_again}, up.cabinet)
    _note(stack, now)
    return now


def _note(stack: Stack, up: Running) -> None:
    _file(stack).write_text(json.dumps({"port": up.port, "pids": up.pids, "cabinet": up.cabinet}))


def begun(stack: Stack, name: str, component: Component, environment: dict[str, str]) -> tuple[int, float]:
    """Pid and start time of a component that was started, in a group of its own."""
    with log_of(stack, name).open("ab") as log:
        child = subprocess.Popen(
            [component.program or sys.executable, *component.arguments],
            cwd=ROOT,
            env={**os.environ, **environment, **component.variables},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return child.pid, psutil.Process(child.pid).create_time()


def components(stack: Stack, layout: Layout, url: str = "") -> dict[str, Component]:
    """Those of the layout, after the live platform of a home that has one; and the cabinet, where its address is given."""
    live = {LIVE_PLATFORM: Component(("-m", "stack.live_platform", str(stack.home / "live")))} if live_platform.is_there(stack) else {}
    return {**live, **layout.components(stack, COMPONENTS), **({CABINET: Component(cabinet.command(url))} if url else {})}


def stop(stack: Stack) -> bool:
    """Stop every component and all that they started; False when nothing ran. Running tasks are asked to end first."""
    up = running(stack)
    if not up:
        _file(stack).unlink(missing_ok=True)
        return False
    family: list[psutil.Process] = []
    for component in up.pids:
        process = up.process(component)
        if process is None:
            continue
        family += [process, *_children(process)]
        _signal_group(process.pid, signal.SIGTERM)
    _, left = psutil.wait_procs(family, timeout=_GRACE)
    for process in left:
        family += _children(process)
    for process in {process.pid: process for process in [*left, *family]}.values():
        _kill(process)
    psutil.wait_procs(family, timeout=5)
    _file(stack).unlink(missing_ok=True)
    return True


def log_of(stack: Stack, component: str) -> Path:
    """Log of a component."""
    return stack.logs / f"{component}.log"


def tail(path: Path, lines: int = 30) -> str:
    """The last lines of a log."""
    try:
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
    except FileNotFoundError:
        return "(no log)"


def wait_until(done: Callable[[], bool], what: str, seconds: float, every: float = 0.5) -> None:
    """Poll until ``done()`` is true; Refused names what was waited for."""
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            raise Refused(f"{what}: not within {seconds:.0f} s")
        time.sleep(every)


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return list(process.children(recursive=True))
    except psutil.Error:
        return []


def _signal_group(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(pid, number)


def _kill(process: psutil.Process) -> None:
    with suppress(psutil.Error):
        process.kill()


def _file(stack: Stack) -> Path:
    return stack.private / "processes.json"
