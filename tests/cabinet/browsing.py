"""A browser without a screen for tests of the cabinet: it keeps cookies, sends forms as a page gives them, and logs in by a link."""

import re
from datetime import datetime, timedelta
from html import unescape

from starlette.testclient import TestClient

from pipelines.cabinet import links
from pipelines.cabinet.app import application
from pipelines.cabinet.code_keys import CodeKeys, new_key, read_keys
from pipelines.settings import Settings
from pipelines.warehouse import engine
from tests.conftest import NOW

KEYS = read_keys(new_key())
_TOKEN = re.compile(r'name="form_token" value="(\w+)"')


class Moment:
    """A clock that stands until it is told."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def go(self, **ahead: float) -> None:
        self.at += timedelta(**ahead)


class Wishes:
    """A mailer that notes which addresses a link was asked for."""

    def __init__(self) -> None:
        self.addresses: list[str] = []

    def send_link(self, address: str, language: str) -> None:
        self.addresses.append(address)

    def send_address_letters(self) -> None:
        self.addresses.append("letters")


class Browser(TestClient):
    """One browser at the cabinet of a house."""

    def __init__(
        self, settings: Settings, moment: Moment | None = None, wishes: Wishes | None = None, url: str = "",
        keys: CodeKeys | None = KEYS, **options,
    ) -> None:  # fmt: skip
        self.settings, self.moment, self.wishes = settings, moment or Moment(), wishes or Wishes()
        self.made = application(settings, self.moment, self.wishes, url, keys)
        options.setdefault("base_url", "http://cabinet.test")
        super().__init__(self.made, follow_redirects=False, **options)

    def form_token(self, path: str = "/login") -> str:
        """The token of the forms that this browser is given now."""
        found = _TOKEN.search(self.get(path, follow_redirects=True).text)
        assert found, path
        return found[1]

    def submit(self, path: str, fields: dict | None = None, *, at: str = "/login", **options):
        """Send a form as the page at ``at`` has it."""
        return self.post(path, data={"form_token": self.form_token(at), **(fields or {})}, **options)

    def link(self, address: str, minutes: float = 30) -> str:
        """A link's token, as it would be mailed."""
        with engine.transaction(self.settings) as connection:
            token = links.make(connection, address, self.moment(), timedelta(minutes=minutes))
        assert token, address
        return token

    def log_in(self, address: str) -> "Browser":
        """In by a link."""
        token = self.link(address)
        entered = self.submit(f"/enter/{token}", at=f"/enter/{token}")
        assert (entered.status_code, entered.headers["location"]) == (303, "/")
        return self


def words_of(page: str) -> str:
    """What a page says, without its marks."""
    return " ".join(unescape(re.sub(r"<(script|style)\b.*?</\1>|<[^>]+>", " ", page, flags=re.S)).split())
