"""A request to the cabinet: who makes it, in which language and theme, and the answer that it gets."""

import secrets
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeVar
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from pipelines.cabinet import rows, sessions
from pipelines.cabinet.menu import menu
from pipelines.cabinet.reader import Reader
from pipelines.cabinet.sessions import BrowserSession
from pipelines.errors import Refused
from pipelines.master import house_clock
from pipelines.settings import Settings
from pipelines.warehouse import engine
from pipelines.web import forms, pages
from pipelines.web.catalogue import Language, language_of, translations

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from pipelines.cabinet.house import House

T = TypeVar("T", bound=Response)

THEMES = ("auto", "light", "dark")
_YEAR = 365 * 24 * 3600


class SignInNeeded(Exception):  # noqa: N818 - reads as what is needed
    """Nobody is logged in."""


class CodeNeeded(Exception):  # noqa: N818 - reads as what is needed
    """The second factor is still to come."""


class NotOurForm(Refused):
    """A form came in that was not ours, or not of this browser."""


@dataclass(slots=True)
class Visit:
    """One request. ``at``: its moment; ``session``, ``reader``: of who is logged in, else None."""

    request: Request
    house: "House"
    at: datetime
    language: Language
    theme: str
    form_secret: str
    session: BrowserSession | None = None
    reader: Reader | None = None
    _cookies: list[tuple[str, str, int]] = field(default_factory=list)

    @property
    def settings(self) -> Settings:
        """The settings of the house."""
        return self.house.settings

    @property
    def root(self) -> str:
        """Where the application is mounted, without a slash at its end."""
        return str(self.request.scope.get("root_path", ""))

    def word(self, text: str, **values: object) -> str:
        """A word of the page's language; ``%(name)s`` are put in."""
        said = translations(self.language).gettext(text)
        return said % values if values else said

    def page(self, template: str, /, *, status: int = 200, **view: Any) -> HTMLResponse:
        """A page by its template under `templates/cabinet/`, with what every page knows."""
        here = self.request.url.path + (f"?{self.request.url.query}" if self.request.url.query else "")
        known = {
            "brand": self.word("Личный кабинет"),
            "title": "",
            "root": self.root,
            "theme": self.theme,
            "here": here,
            "form_token": forms.token(self.form_secret),
            "reader": self.reader,
            "menu": menu(self) if self.reader else [],
        }
        text = pages.laid_out(f"cabinet/{template}", self.language, known | view)
        answer = HTMLResponse(text, status, {"Content-Language": self.language, "Vary": "Cookie"})
        return self._with_cookies(answer)

    def redirect(self, path: str) -> RedirectResponse:
        """To another page of ours, by GET."""
        return self._with_cookies(RedirectResponse(self.root + path, 303))

    def remember(self, name: str, value: str, seconds: int = _YEAR) -> None:
        """Set a cookie with the answer; 0 seconds: forget it."""
        self._cookies.append((name, value, seconds))

    def begin(self, token: str) -> None:
        """Give the browser the cookie of a new session, and a new secret for its forms."""
        self.remember("session", token, int(sessions.LONGEST.total_seconds()))
        self.remember("form", secrets.token_urlsafe(24))

    def leave(self) -> None:
        """Take the session's cookie from the browser."""
        self.remember("session", "", 0)
        self.remember("form", secrets.token_urlsafe(24))

    def answered(self, answer: T) -> T:
        """Any other answer, with the cookies that are to be set."""
        return self._with_cookies(answer)

    def _with_cookies(self, answer: T) -> T:
        for name, value, seconds in self._cookies:
            answer.set_cookie(
                self.house.cookie(name), value, max_age=seconds, path="/", secure=self.house.is_secure, httponly=True, samesite="lax"
            )
        return answer


@dataclass(slots=True)
class SignedIn:
    """A request of somebody who is logged in: the visit, with the reader that is there for sure."""

    visit: Visit
    reader: Reader
    session: BrowserSession

    @property
    def settings(self) -> Settings:
        """The settings of the house."""
        return self.visit.settings

    @property
    def at(self) -> datetime:
        """The moment of the request."""
        return self.visit.at

    @property
    def root(self) -> str:
        """Where the application is mounted."""
        return self.visit.root

    def rows(self, clients: Sequence[str] | None = None) -> "AbstractContextManager[Connection]":
        """The reader's rows and no others (``rows.of``); ``clients``: of these of its clients alone."""
        return rows.of(self.settings, self.reader, clients)

    def today(self) -> date:
        """The day of the request in the time zone of the house."""
        with engine.reading(self.settings) as connection:
            return house_clock.today(connection, self.at)

    def page(self, template: str, /, *, status: int = 200, **view: Any) -> HTMLResponse:
        """A page, as ``Visit.page``."""
        return self.visit.page(template, status=status, **view)

    def redirect(self, path: str) -> RedirectResponse:
        """To another page, as ``Visit.redirect``."""
        return self.visit.redirect(path)

    def word(self, text: str, **values: object) -> str:
        """A word of the page's language."""
        return self.visit.word(text, **values)


def anybody(request: Request) -> Visit:
    """The visit, with its session and reader where somebody is logged in."""
    house: House = request.app.state.house
    cookies = {name: request.cookies.get(house.cookie(name), "") for name in ("session", "form", "language", "theme")}
    at = house.clock()
    language = language_of(cookies["language"], request.headers.get("accept-language", ""))
    theme = cookies["theme"] if cookies["theme"] in THEMES else "auto"
    visit = Visit(request, house, at, language, theme, cookies["form"] or secrets.token_urlsafe(24))
    if not cookies["form"]:
        visit.remember("form", visit.form_secret)
    if cookies["session"]:
        _find_reader(visit, cookies["session"])
    return visit


def signed_in(visit: Annotated[Visit, Depends(anybody)]) -> SignedIn:
    """The visit of somebody who is logged in, with the second factor where there is one. SignInNeeded, CodeNeeded."""
    if visit.session and not visit.session.is_confirmed:
        raise CodeNeeded
    if visit.session is None or visit.reader is None:
        raise SignInNeeded
    return SignedIn(visit, visit.reader, visit.session)


async def our_form(request: Request) -> None:
    """Every POST: NotOurForm unless its token is that of the browser's cookie and no other site sent it."""
    if request.method in ("GET", "HEAD"):
        return
    house: House = request.app.state.house
    form = await request.form(max_files=0, max_fields=50)
    given = form.get(forms.FIELD)
    if not forms.is_ours(request.cookies.get(house.cookie("form")), given if isinstance(given, str) else None, request.headers):
        raise NotOurForm("the form is not of this page")


def local_path(back: str) -> str:
    """A path of ours to go back to; the first page for anything that leads elsewhere."""
    parts = urlsplit(back)
    is_ours = not parts.scheme and not parts.netloc and back.startswith("/") and not back.startswith(("//", "/\\"))
    return back if is_ours and back.isprintable() else "/"


def _find_reader(visit: Visit, token: str) -> None:
    with engine.reading(visit.settings) as connection:
        session = sessions.current(connection, token, visit.at)
        if session is None:
            return
        visit.session = session
        if session.is_confirmed:
            visit.reader = sessions.reader(connection, session.address, visit.language)
    if session.is_to_be_noted:
        with engine.transaction(visit.settings) as connection:
            sessions.note(connection, session, visit.at)


Anybody = Annotated[Visit, Depends(anybody)]
Known = Annotated[SignedIn, Depends(signed_in)]
