"""`FLEETBILL_HOME=… python -m tests.desk.pictures [NAME…]`: the pictures of docs/desk.md, of a home that holds the sample company.

`make demo` makes such a home; a change of terms imported after it and `fleetbill correct --month 2026-02` leave
drafts to be decided, and a statement with the ИНН of a client in the purpose of somebody else's payment one to be allocated.
The desk is served from this process, without Airflow around it, to somebody who may act and whom nothing asks.
"""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from pipelines.desk.app import application
from pipelines.settings import load
from tests.cabinet.pictures import made_small
from tests.cabinet.serving import SIZES, chromium
from tests.conftest import ROOT
from tests.desk.looking import IS_BEING_READ, SignedIn
from tests.smtp_server import free_port

# name → where, size, theme
SHOTS = {
    "month": ("/?month=2026-02", "laptop", "light"),
    "drafts": ("/drafts?month=2026-02&purpose=correct", "laptop", "light"),
    "corrections": ("/corrections", "laptop", "light"),
    "payments": ("/payments", "laptop", "dark"),
}
_MILLISECONDS = 120_000


@contextmanager
def served() -> Iterator[str]:
    """Serve the desk of the home; its address."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(application(load(), SignedIn("finance")), host="127.0.0.1", port=port, log_config=None))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        while thread.is_alive() and not server.started:
            thread.join(0.02)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)


def open_page(page: Any, address: str) -> None:
    """Open a page of the desk and wait until what it shows has been read."""
    page.goto(address)
    page.wait_for_function(f"!document.body.innerText.includes('{IS_BEING_READ}')", timeout=_MILLISECONDS)


def main(names: list[str]) -> None:
    """Write the pictures that are named, or all of them."""
    folder = ROOT / "docs" / "desk"
    with served() as url, chromium() as browser:
        for name, (place, size, theme) in SHOTS.items():
            if names and name not in names:
                continue
            width, height = SIZES[size]
            with browser.new_context(locale="ru-RU", color_scheme=theme, viewport={"width": width, "height": height}) as context:
                page = context.new_page()
                open_page(page, url + place)
                page.screenshot(path=str(folder / f"{name}.png"))
            made_small(folder / f"{name}.png")


if __name__ == "__main__":
    main(sys.argv[1:])
