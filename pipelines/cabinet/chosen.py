"""Whose pages are open: the reader's own clients together, or one that it has chosen, such as a client of a dealer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Query
from fastapi.responses import HTMLResponse

from pipelines.cabinet.agreed import ClientContract
from pipelines.cabinet.clients import clients
from pipelines.cabinet.visit import Known
from pipelines.clock import local_date
from pipelines.web.forms import TEXT

MOST_PAGES = 100_000
LONGEST = 200

ClientCode = Annotated[str, Query(max_length=LONGEST, pattern=TEXT)]
PageNo = Annotated[int, Query(ge=1, le=MOST_PAGES)]
Number = Annotated[str, Query(max_length=LONGEST, pattern=TEXT)]


@dataclass(frozen=True, slots=True)
class AboutClients:
    """A request with the clients that it is about; ``client``: the one that the address names, empty where it names none."""

    known: Known
    client: str

    @property
    def codes(self) -> Sequence[str]:
        """Codes of the clients."""
        return (self.client,) if self.client else self.known.reader.own or self.known.reader.clients

    @property
    def link(self) -> Callable[..., str]:
        """Addresses of other pages about the same clients."""

        def made(path: str, **parameters: object) -> str:
            given = {"client": self.client, **parameters}
            asked = urlencode({name: str(value) for name, value in given.items() if value not in (None, "")})
            return f"{self.known.root}{path}{'?' if asked else ''}{asked}"

        return made

    def page(self, template: str, *, status: int = 200, **view: Any) -> HTMLResponse:
        """A page; it knows how to link to others, and says whose it is where a client was chosen."""
        return self.known.page(template, status=status, link=self.link, client=self.client, about=self._name(), **view)

    def _name(self) -> str:
        if not self.client:
            return ""
        with self.known.rows([self.client]) as connection:
            return next((each.name for each in clients(connection, [self.client])), "")


def chosen(known: Known, client: ClientCode = "") -> AboutClients:
    """The clients that a request is about. NotYours for one that the reader may not see."""
    return AboutClients(known, known.reader.require(client) if client else "")


Whose = Annotated[AboutClients, Depends(chosen)]


def local_today(contracts: Sequence[ClientContract], at: datetime) -> date:
    """The day of a moment where the clients' first contract is, else in UTC."""
    return local_date(at, contracts[0].time_zone) if contracts else at.date()
