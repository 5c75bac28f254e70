"""Every benchmark, one after the other, whatever the one before came to: python -m tests.bench [--small] [NAME…].

Each tells its own figures and bars. At the end a line says of each whether it held its bars, missed one, or did not run to its end; the
exit code is 1 when one did not run, or, but for ``--small``, missed a bar. ``--small``: at sizes of some seconds, where bars mean nothing
and only that everything runs is seen; what compares with another revision is given this one.
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parents[2]
THIS = str(HERE)
SMALL = {
    "bank": ["2000"],
    "cabinet": ["100"],
    "close": [THIS, "40", "400"],
    "desk": ["100"],
    "hostile": ["2000"],
    "import": [THIS, "--contracts", "50"],
    "landing": ["20000"],
    "onec": ["200"],
    "onec_changes": ["100", "2"],
    "onec_in": ["300", "5"],
    "papers": [THIS, "30"],
    "proof": ["100"],
    "receivables": ["1000"],
    "usage": ["5000"],
    "whole_close": [THIS, "40", "400"],
    "workbook": ["200"],
}
"""Name → arguments of a quick run; whoever is not here has one size."""


def names() -> list[str]:
    return sorted(path.stem.removeprefix("bench_") for path in Path(__file__).parent.glob("bench_*.py"))


def run(name: str, *, is_small: bool) -> str:
    """Run one; what it came to."""
    print(f"== {name}", flush=True)
    began = time.monotonic()
    asked = [sys.executable, str(Path(__file__).with_name(f"bench_{name}.py")), *(SMALL.get(name, []) if is_small else [])]
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
    came_to = {name: run(name, is_small=given.small) for name in given.names or names()}
    print("==")
    for name, what in came_to.items():
        print(f"{name:<14}{what}")
    wrong = ("did not run",) if given.small else ("did not run", "missed")
    return int(any(what.startswith(wrong) for what in came_to.values()))


if __name__ == "__main__":
    sys.exit(main())
