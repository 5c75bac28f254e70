"""A browser that looks at the pages of a house: the cabinet as one of its readers, the desk as somebody of finance whom nothing asks."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from pipelines.cabinet import links
from pipelines.desk.app import application
from pipelines.settings import Settings
from pipelines.warehouse import engine
from tests.cabinet.serving import SIZES, Served, chromium, served
from tests.desk.looking import IS_BEING_READ, SignedIn
from tests.pictures.house import AT
from tests.serving import serving

DESK = "desk"
_MILLISECONDS = 120_000


@dataclass
class Looking:
    """A browser, the cabinet and the desk of one house."""

    settings: Settings
    browser: Any
    cabinet: Served
    desk: str

    @contextmanager
    def page(self, reader: str, size: str, theme: str, language: str = "ru") -> Iterator[Any]:
        """A page of that size, in which somebody is signed in: an address of the cabinet, nobody (""), or DESK."""
        width, height = SIZES[size]
        viewport = {"width": width, "height": height}
        with self.browser.new_context(locale=f"{language}-{language.upper()}", color_scheme=theme, viewport=viewport) as context:
            opened = context.new_page()
            if reader not in ("", DESK):
                with engine.transaction(self.settings) as connection:
                    token = links.make(connection, reader, AT, timedelta(minutes=5), "pictures")
                opened.goto(f"{self.cabinet.url}/enter/{token}")
                opened.locator("main button").click()
                opened.wait_for_url(f"{self.cabinet.url}/", timeout=_MILLISECONDS)
            yield opened

    def open(self, page: Any, reader: str, place: str) -> None:
        """Open a path, click on what stands after it, and wait for what the page reads."""
        path, _, then = place.partition(" ")
        page.goto((self.desk if reader == DESK else self.cabinet.url) + path)
        for each in filter(None, then.split(" > ")):
            with page.expect_navigation(timeout=_MILLISECONDS):
                page.locator(each).first.click()
        page.wait_for_function(f"!document.body.innerText.includes('{IS_BEING_READ}')", timeout=_MILLISECONDS)


@contextmanager
def looking(settings: Settings, scratch: Path) -> Iterator[Looking]:
    """Serve both at the moment of the pictures, and open the browser."""
    with served(settings, scratch) as cabinet, _served_desk(settings) as desk, chromium() as browser:
        cabinet.moment.at = AT
        yield Looking(settings, browser, cabinet, desk)


@contextmanager
def _served_desk(settings: Settings) -> Iterator[str]:
    """Serve the desk, without Airflow around it; its address."""
    with serving(application(settings, SignedIn("Анна Петрова"), lambda: AT)) as port:
        yield f"http://127.0.0.1:{port}"
