"""Outlives a test process and puts away its share of the session's server: ``python tests/keeper.py HOME``.

The test process holds the other end of the standard input. When it ends, however it ends, the last keeper stops the server
and removes its home; so a killed pytest leaves nothing running.
"""

import fcntl
import shutil
import sys
from pathlib import Path


def keep(home: Path) -> None:
    """Wait for the end of the test process; then one user less, and without users no server."""
    from pipelines.warehouse import embedded

    sys.stdin.buffer.read()
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        users = home / "users"
        left = int(users.read_text()) - 1
        users.write_text(str(left))
        if not left:
            embedded.stop(home)
            shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    keep(Path(sys.argv[1]))
