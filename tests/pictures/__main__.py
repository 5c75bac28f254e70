"""`python -m tests.pictures [NAME…]`: make a house, and the pictures of README, docs/cabinet.md and docs/desk.md anew (`make pictures`).

`--sheets FOLDER` writes instead every page of the cabinet and the desk, several on a sheet, by readers, sizes and themes and as printed: to
be looked at. `--house FOLDER` keeps the house there and takes it from there the next time.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.pictures.house import house
from tests.pictures.sheets import write_sheets
from tests.pictures.shots import SHOTS, write_shots


def main(arguments: list[str]) -> int:
    """Entry point; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(SHOTS)}; all of them where none is named")
    parser.add_argument("--sheets", type=Path, metavar="FOLDER")
    parser.add_argument("--house", type=Path, metavar="FOLDER")
    given = parser.parse_args(arguments)
    if unknown := set(given.names) - SHOTS.keys():
        parser.error(f"no such picture: {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory() as scratch, house(given.house or Path(scratch) / "house") as settings:
        if given.sheets:
            write_sheets(settings, given.sheets, Path(scratch))
        else:
            write_shots(settings, given.names or list(SHOTS), Path(scratch))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
