"""Processes of the command line that are killed from outside, at a moment that the database or a folder shows."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping

from sqlalchemy import text

from pipelines.settings import Settings
from pipelines.warehouse import engine

_WITHOUT_PAPERS = """
from pipelines.cli import main
from pipelines.documents import publish
publish.publish = lambda settings, month: 0
main.main()
"""


def start(environment: Mapping[str, str], *arguments: str, without_papers: bool = False) -> subprocess.Popen[str]:
    """A real `fleetbill` process; ``without_papers``: one that prints none, where thousands would be and nobody looks at them."""
    command = [sys.executable, *(("-c", _WITHOUT_PAPERS) if without_papers else ("-m", "pipelines.cli")), *arguments]
    return subprocess.Popen(command, env=dict(environment), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def kill_when(process: subprocess.Popen[str], reached: Callable[[], object]) -> None:
    """SIGKILL as soon as ``reached()`` is true; a process that ends earlier is left as it ended."""
    while process.poll() is None and not reached():
        time.sleep(0.002)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()


def kill_when_row(process: subprocess.Popen[str], settings: Settings, table: str) -> None:
    """SIGKILL as soon as a committed row of the table can be seen."""

    def seen() -> bool:
        connection.rollback()
        return bool(connection.execute(text(f"SELECT EXISTS (SELECT FROM {table})")).scalar_one())

    with engine.engine(settings).connect() as connection:
        kill_when(process, seen)
