"""The pictures that README and docs show are those that `make pictures` makes, and all of them."""

import re
from pathlib import Path

from tests.conftest import ROOT
from tests.pictures.shots import LARGEST, SHOTS

_SHOWN = re.compile(r"!\[[^\]]+\]\(([^)]+\.png)\)")


def test_every_picture_is_made_by_the_command_and_shown():
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    shown = {(page.parent / name).resolve() for page in pages for name in _SHOWN.findall(page.read_text(encoding="utf-8"))}
    made = {ROOT / "docs" / f"{name}.png" for name in SHOTS}
    assert shown == made == {Path(path) for path in (ROOT / "docs").glob("*/*.png")}
    assert max(path.stat().st_size for path in made) <= LARGEST
