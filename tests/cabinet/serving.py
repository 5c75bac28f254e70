"""The cabinet as it is served: uvicorn in a thread, links mailed by a real SMTP server; and Debian's Chromium to look at it."""

import email
import email.policy
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipelines.cabinet.app import application
from pipelines.cabinet.mailing import LinkMail
from pipelines.delivery.mail.server import parse
from pipelines.settings import Settings
from tests.cabinet.browsing import KEYS, Moment
from tests.serving import serving
from tests.smtp_server import Server, free_port

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SIZES = {"phone": (390, 844), "laptop": (1280, 800), "wide": (1920, 1080)}
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no chromium: apt-get install chromium")


@dataclass
class Served:
    """A cabinet that answers at ``url``; ``smtp`` keeps the letters with its links."""

    url: str
    smtp: Server
    moment: Moment

    def links(self, address: str) -> set[str]:
        """The links that have been mailed to an address."""
        return mailed_links(self.smtp, self.url, address)

    def new_link(self, address: str, known: set[str]) -> str:
        """The link that is mailed after the known ones."""
        end = time.monotonic() + 30
        while not (new := self.links(address) - known):
            assert time.monotonic() < end, "no letter came"
            time.sleep(0.05)
        return new.pop()


def mailed_links(smtp: Server, url: str, address: str) -> set[str]:
    """The links of a cabinet at ``url`` that have been mailed to an address."""
    parsed = [email.message_from_string(each.as_string(), policy=email.policy.default) for each in smtp.messages()]
    texts = [each.get_body(("plain",)).get_content() for each in parsed if each["To"] == address]
    return set(re.findall(rf"{re.escape(url)}/enter/\S+", "\n".join(texts)))


@contextmanager
def served(settings: Settings, folder: Path) -> Iterator[Served]:
    """Serve the cabinet of a house."""
    port, smtp, moment = free_port(), Server(folder / "box", free_port()).start(), Moment()
    url = f"http://127.0.0.1:{port}"
    mail = LinkMail(settings, moment, url, parse(smtp.uri()))
    app = application(settings, moment, mail, url, KEYS)
    try:
        with serving(app, port):
            yield Served(url, smtp, moment)
    finally:
        smtp.kill()


@contextmanager
def chromium() -> Iterator:
    """A browser without a screen. The sandbox of its processes needs rights that root in a container lacks."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"])
        try:
            yield browser
        finally:
            browser.close()


def log_in(page, cabinet: Served, address: str) -> None:
    """As a person does: ask for a link, open it from the letter, press the button."""
    known = cabinet.links(address)
    page.goto(f"{cabinet.url}/login")
    page.get_by_label("Электронная почта").fill(address)
    page.get_by_role("button", name="Прислать ссылку").click()
    page.get_by_role("heading", name="Проверьте почту").wait_for()
    page.goto(cabinet.new_link(address, known))
    page.get_by_role("button", name="Войти").click()
    page.wait_for_url(f"{cabinet.url}/")
