"""`FLEETBILL_HOME=… python -m tests.cabinet.pictures`: the pictures of docs/cabinet.md, of a home that holds the sample company.

`make demo` makes such a home (FLEETBILL_HOME=var). The cabinet is served from this process as of a day on which the sample's story stands.
"""

import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from PIL import Image

from pipelines.cabinet import links
from pipelines.settings import load
from pipelines.warehouse import engine
from tests.cabinet.serving import SIZES, chromium, served
from tests.conftest import ROOT

AT = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
CLIENT, DEALER = "buh@c02.example", "buh@c15.example"
LARGEST = 150 * 1024
# name → whose, where (and what is clicked there), size, theme
SHOTS = {
    "start": (CLIENT, "/", "laptop", "light"),
    "invoices_phone": (CLIENT, "/invoices", "phone", "dark"),
    "invoice": (CLIENT, "/invoices a.whole", "laptop", "light"),
    "fleet": (CLIENT, "/fleet", "laptop", "dark"),
    "dealer": (DEALER, "/clients", "laptop", "light"),
}


def main(names: list[str]) -> None:
    """Write the pictures that are named, or all of them."""
    settings, folder = load(), ROOT / "docs" / "cabinet"
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, served(settings, Path(scratch)) as cabinet, chromium() as browser:
        cabinet.moment.at = AT
        for name, (address, place, size, theme) in SHOTS.items():
            if names and name not in names:
                continue
            width, height = SIZES[size]
            with browser.new_context(locale="ru-RU", color_scheme=theme, viewport={"width": width, "height": height}) as context:
                page = context.new_page()
                if address:
                    with engine.transaction(settings) as connection:
                        token = links.make(connection, address, AT, timedelta(minutes=5), "pictures")
                    page.goto(f"{cabinet.url}/enter/{token}")
                    page.get_by_role("button", name="Войти").click()
                path, _, then = place.partition(" ")
                page.goto(cabinet.url + path)
                if then:
                    page.locator(then).first.click()
                page.screenshot(path=str(folder / f"{name}.png"))
            made_small(folder / f"{name}.png")


def made_small(path: Path) -> None:
    """The colours of a page are few: a palette makes the file a third as large."""
    with Image.open(path) as opened:
        opened.convert("RGB").quantize(128).save(path, optimize=True)
    assert path.stat().st_size <= LARGEST, path


if __name__ == "__main__":
    main(sys.argv[1:])
