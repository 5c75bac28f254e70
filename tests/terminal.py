"""Commands on a real terminal: a pseudo-terminal of a given width, and what stood on it after each command."""

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from collections.abc import Iterable, Mapping
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]
_MARK = "\x1e"  # separates commands in the output; no command prints it
_PROGRAM = f"""
import shlex, sys
from pipelines.cli.main import run
for line in sys.argv[1:]:
    code = run(shlex.split(line))
    sys.stderr.flush()
    print(f"{_MARK}{{code}}{_MARK}", flush=True)
"""


def run_on_a_terminal(commands: Iterable[str], environment: Mapping[str, str], columns: int) -> dict[str, tuple[int, str]]:
    """Run `fleetbill` commands one after the other in one process on a terminal; command → (exit code, what it wrote)."""
    listed = list(commands)
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    kept = {**environment, "TERM": "xterm", "PYTHONPATH": str(_ROOT)}
    kept.pop("COLUMNS", None)
    with subprocess.Popen([sys.executable, "-c", _PROGRAM, *listed], stdin=theirs, stdout=theirs, stderr=theirs, env=kept) as process:
        os.close(theirs)
        written = b"".join(_read(ours))
    os.close(ours)
    parts = written.decode().replace("\r\n", "\n").split(_MARK)
    assert process.returncode == 0, parts[-1]
    return {command: (int(code), text) for command, text, code in zip(listed, parts[0::2], parts[1::2], strict=False)}


def _read(terminal: int) -> Iterable[bytes]:
    while True:
        try:
            data = os.read(terminal, 1 << 16)
        except OSError:  # the other side is closed
            return
        if not data:
            return
        yield data
