"""Every page of the cabinet and the desk on sheets of several shots: by readers, sizes and themes, in both languages, and printed.

A shot is a whole page: one longer than a sheet goes on beside it, for three columns at most. What is too wide for its screen is said in its
caption.
"""

import io
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from pipelines.settings import Settings
from tests.pictures.house import NEW_CLIENT
from tests.pictures.looking import DESK, Looking, looking

_MENU = ("/", "/invoices", "/acts", "/reconciliation", "/payments", "/fleet", "/terms", "/account")
_LINE = "main a[href^='/line']"
_INVOICE = tuple(f"/invoices main tr:last-child a.whole{then}" for then in ("", f" > {_LINE}", f" > {_LINE} > main tbody a"))
READERS = {
    "average": ("buh@c02.example", (*_MENU, *_INVOICE)),
    "prepaid": ("buh@c29.example", ("/", "/fleet", "/fleet?month=2026-02", "/invoices", "/terms")),
    "dealer": ("buh@c15.example", ("/", "/clients", "/invoices", "/fleet", "/running", "/payments")),
    "blocked": ("buh@c34.example", ("/", "/invoices", "/fleet", "/account")),
    "late": ("buh@c35.example", ("/", "/payments", "/reconciliation")),
    "new": (f"buh@{NEW_CLIENT.lower()}.example", _MENU),
    "nobody": ("", ("/login", "/enter/spent", "/no-such-page")),
    DESK: (
        DESK,
        ("/?month=2026-02", "/?month=2026-03", "/drafts?month=2026-02&purpose=correct", "/drafts", "/corrections", "/findings",
         "/findings?month=2026-02 main table a", "/debts?on=2026-03-11", "/debts?by=manager", "/payments", "/addresses",
         "/addresses?client=C05", "/addresses?client=none", "/exchange"),
    ),
}  # fmt: skip
_ROOM = {"phone": (4, 390), "laptop": (2, 780), "wide": (2, 780), "paper": (3, 520)}
"""Size → how many shots stand on a sheet, and the width of each in pixels."""
_HEIGHT, _CAPTION, _GAP, _MOST_COLUMNS = 1500, 18, 8, 3
_PATIENCE = 60_000  # milliseconds: a long page of a busy machine
_WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@dataclass(frozen=True, slots=True)
class Shot:
    """A page as it was seen; ``caption`` names it."""

    caption: str
    picture: Image.Image


def write_sheets(settings: Settings, folder: Path, scratch: Path) -> None:
    """Write every sheet; a sheet is called READER-LANGUAGE-SIZE-THEME-NUMBER.png."""
    folder.mkdir(parents=True, exist_ok=True)
    with looking(settings, scratch) as seen:
        for name, (reader, places) in READERS.items():
            for size, theme, language in _WAYS:
                if language == "en" and reader == DESK:
                    continue
                shots = list(_shots(seen, reader, places, size, theme, language))
                _write(folder, f"{name}-{language}-{size}-{theme}", shots, size)
            _write(folder, f"{name}-paper", list(_printed(seen, reader, places, scratch)), "paper")


_WAYS = (("phone", "light", "ru"), ("laptop", "dark", "ru"), ("wide", "light", "ru"), ("phone", "dark", "en"))


def _shots(seen: Looking, reader: str, places: Sequence[str], size: str, theme: str, language: str) -> Iterator[Shot]:
    with seen.page(reader, size, theme, language) as page:
        for place in places:
            _open(seen, page, reader, place)
            wider = page.evaluate(_WIDER)
            picture = Image.open(io.BytesIO(page.screenshot(full_page=True, timeout=_PATIENCE))).convert("RGB")
            yield Shot(f"{place}{f' {wider} px TOO WIDE' if wider > 0 else ''}", picture)


def _printed(seen: Looking, reader: str, places: Sequence[str], scratch: Path) -> Iterator[Shot]:
    """The first sheet of paper of each page."""
    with seen.page(reader, "laptop", "dark") as page:
        for place in places:
            _open(seen, page, reader, place)
            path = scratch / "printed.pdf"
            path.write_bytes(page.pdf(format="A4"))
            subprocess.run(["pdftoppm", "-r", "70", "-png", "-l", "2", str(path), str(scratch / "sheet")], check=True)
            for number, each in enumerate(sorted(scratch.glob("sheet-*.png")), 1):
                with Image.open(each) as opened:
                    yield Shot(f"{place}, sheet {number}", opened.convert("RGB"))
                each.unlink()


def _open(seen: Looking, page: Any, reader: str, place: str) -> None:
    from playwright.sync_api import Error

    try:
        page.set_default_timeout(4000)
        seen.open(page, reader, place)
    except Error as error:
        print(f"{reader} {place}: {str(error).splitlines()[0]}")


def _write(folder: Path, name: str, shots: Sequence[Shot], size: str) -> None:
    """Sheets of one reader, size and theme."""
    in_a_row, width = _ROOM[size]
    columns = [column for shot in shots for column in _columns(shot, width)]
    for number, first in enumerate(range(0, len(columns), in_a_row), 1):
        row = columns[first : first + in_a_row]
        sheet = Image.new("RGB", (in_a_row * (width + _GAP), _CAPTION + max(each.picture.height for each in row)), "#888")
        pen = ImageDraw.Draw(sheet)
        for place, column in enumerate(row):
            left = place * (width + _GAP)
            pen.text((left + 2, 3), column.caption[:70], fill="white")
            sheet.paste(column.picture, (left, _CAPTION))
        sheet.save(folder / f"{name}-{number}.png")


def _columns(shot: Shot, width: int) -> Iterator[Shot]:
    """A page at the width of its place, in columns no longer than a sheet."""
    whole = shot.picture.resize((width, shot.picture.height * width // shot.picture.width), Image.Resampling.LANCZOS)
    for number, top in enumerate(range(0, whole.height, _HEIGHT)[:_MOST_COLUMNS]):
        part = whole.crop((0, top, width, min(top + _HEIGHT, whole.height)))
        yield Shot(f"{shot.caption}{' …' if number else ''}", part)
