"""Commands in one process whose disks are full: each folder lies on a disk of one page that is taken, in a mount namespace of its own.

    unshare -m python -m tests.full_disks '[["FOLDER", [["close", "--month", "2026-01"]]], …]'

Prints for each command its folder, exit code, what it said, and the names of files that it left there.
"""

import contextlib
import io
import json
import subprocess
import sys
from pathlib import Path

from pipelines.cli.main import run

PAGE = 4096


def main() -> None:
    """Each folder in its turn."""
    told = []
    for name, commands in json.loads(sys.argv[1]):
        folder = Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4k", "tmpfs", folder], check=True)
        (folder / "taken").write_bytes(b"x" * PAGE)
        for command in commands:
            said = io.StringIO()
            with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
                code = run(command)
            left = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and path.name != "taken")
            told.append([name, command, code, said.getvalue(), left])
        subprocess.run(["umount", folder], check=True)
    print(json.dumps(told))


if __name__ == "__main__":
    main()
