"""Every benchmark, one after the other, whatever the one before came to: python -m tests.bench [--small] [NAME…].

Each tells its own figures and bars. At the end a line says of each whether it held its bars, missed one, or did not run to its end; the
exit code is 1 when one did not run, or, but for ``--small``, missed a bar. ``--small``: at small sizes, where bars mean nothing and it is
only seen that everything runs; what compares with another revision is given a checkout of the one that is committed here.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parents[2]
OTHER = "OTHER"
SMALL = {
    "bank": ["2000", OTHER],
    "cabinet": ["100"],
    "close": [OTHER, "40", "400"],
    "closing": ["60", "600"],
    "desk": ["100"],
    "explanation": ["4", "10"],
    "first_count": [OTHER, "400", "40", "--rounds", "1"],
    "hostile": ["2000"],
    "import": [OTHER, "--contracts", "50"],
    "landing": ["20000"],
    "onec": ["200"],
    "onec_changes": ["100", "2"],
    "onec_in": ["300", "5"],
    "papers": [OTHER, "30"],
    "proof": ["100"],
    "receivables": ["1000"],
    "usage": ["5000"],
    "whole_close": [OTHER, "40", "400"],
    "whole_import": [OTHER, "60", "1"],
    "workbook": ["200"],
}
"""Name → arguments of a quick run; whoever is not here has one size."""


def names() -> list[str]:
    return sorted(path.stem.removeprefix("bench_") for path in Path(__file__).parent.glob("bench_*.py"))


@contextmanager
def checkout(is_wanted: bool) -> Iterator[str]:
    """A work tree of what is committed, with this environment; gone at the end."""
    if not is_wanted:
        yield ""
        return
    with tempfile.TemporaryDirectory() as named:
        folder = Path(named, "other")
        subprocess.run(["git", "worktree", "add", "-q", "--detach", str(folder)], cwd=HERE, check=True)
        (folder / ".venv").symlink_to(HERE / ".venv")
        try:
            yield str(folder)
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", str(folder)], cwd=HERE, check=True)


def run(name: str, arguments: list[str]) -> str:
    """Run one; what it came to."""
    print(f"== {name}", flush=True)
    began = time.monotonic()
    asked = [sys.executable, str(Path(__file__).with_name(f"bench_{name}.py")), *arguments]
    done = subprocess.run(asked, cwd=HERE, stderr=subprocess.PIPE, text=True, check=False)
    is_broken = done.returncode not in (0, 1) or "Traceback (most recent call last)" in done.stderr
    sys.stderr.write(done.stderr if is_broken else "")
    came_to = "did not run to its end" if is_broken else ("held its bars" if done.returncode == 0 else "missed a bar")
    return f"{came_to}, {time.monotonic() - began:.0f} s"


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", choices=[[], *names()], metavar="NAME", help=f"of {', '.join(names())}; none: all")
    parser.add_argument("--small", action="store_true", help="sizes of some seconds: only whether everything runs")
    given = parser.parse_args()
    chosen = given.names or names()
    small = {name: SMALL.get(name, []) for name in chosen} if given.small else {}
    with checkout(any(OTHER in each for each in small.values())) as other:
        came_to = {name: run(name, [other if each == OTHER else each for each in small.get(name, [])]) for name in chosen}
    print("==")
    for name, what in came_to.items():
        print(f"{name:<14}{what}")
    wrong = ("did not run",) if given.small else ("did not run", "missed")
    return int(any(what.startswith(wrong) for what in came_to.values()))


if __name__ == "__main__":
    sys.exit(main())
