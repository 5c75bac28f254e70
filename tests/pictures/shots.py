"""The pictures of README and docs: which page, whose, at what size and in which theme."""

from collections.abc import Iterable
from pathlib import Path

from PIL import Image

from pipelines.settings import Settings
from tests.conftest import ROOT
from tests.pictures.looking import DESK, looking

CLIENT, DEALER = "buh@c02.example", "buh@c15.example"
LARGEST = 150 * 1024
# name of the file below docs/ → whose, where (and what is clicked there), size, theme
SHOTS = {
    "cabinet/start": (CLIENT, "/", "laptop", "light"),
    "cabinet/invoices_phone": (CLIENT, "/invoices", "phone", "dark"),
    "cabinet/invoice": (CLIENT, "/invoices main a.whole", "laptop", "light"),
    "cabinet/fleet": (CLIENT, "/fleet?month=2026-02", "laptop", "dark"),
    "cabinet/dealer": (DEALER, "/clients", "laptop", "light"),
    "desk/month": (DESK, "/?month=2026-02", "laptop", "light"),
    "desk/drafts": (DESK, "/drafts?month=2026-02&purpose=correct", "laptop", "light"),
    "desk/corrections": (DESK, "/corrections", "laptop", "light"),
    "desk/payments": (DESK, "/payments", "laptop", "dark"),
}


def write_shots(settings: Settings, names: Iterable[str], scratch: Path) -> None:
    """Write the pictures of these names below docs/."""
    with looking(settings, scratch) as seen:
        for name in names:
            reader, place, size, theme = SHOTS[name]
            path = ROOT / "docs" / f"{name}.png"
            with seen.page(reader, size, theme) as page:
                seen.open(page, reader, place)
                page.screenshot(path=str(path))
            _made_small(path)
            print(path.relative_to(ROOT))


def _made_small(path: Path) -> None:
    """The colours of a page are few: a palette makes the file a third as large."""
    with Image.open(path) as opened:
        opened.convert("RGB").quantize(256, Image.Quantize.MAXCOVERAGE).save(path, optimize=True)
    assert path.stat().st_size <= LARGEST, path
