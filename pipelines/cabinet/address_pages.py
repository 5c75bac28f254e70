"""Where a client's papers go, by its own word: a new address is asked for and confirmed by its owner; those who were there may stop it.

Whoever holds a stolen session gains nothing lasting: a change needs a login of the last minutes, which needs the mailbox.
"""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response

from pipelines.cabinet import sessions
from pipelines.cabinet.chosen import Whose
from pipelines.cabinet.contract_pages import terms_page
from pipelines.cabinet.reader import NotYours
from pipelines.cabinet.visit import Anybody, Visit
from pipelines.logs import verb
from pipelines.master import address_changes
from pipelines.master.address_changes import ChangeSpent
from pipelines.master.address_rules import AddressRefused
from pipelines.warehouse import engine
from pipelines.web.forms import TEXT

router = APIRouter()
Word = Annotated[str, Form(max_length=320, pattern=TEXT)]


@router.post("/addresses/add")
def add(whose: Whose, address: Word) -> Response:
    """Ask that papers also go to an address; nothing goes there before its owner confirms."""
    return _changed(whose, address, is_added=True)


@router.post("/addresses/remove")
def remove(whose: Whose, address: Word) -> Response:
    """Take an address away at once; never the reader's own."""
    return _changed(whose, address, is_added=False)


@router.get("/enter/address/{token}")
def confirm_page(visit: Anybody, token: str) -> Response:
    """What the letter to a new address opens: a button. Opening it changes nothing, for programs that scan mail open it too."""
    return _button(visit, token, is_stop=False)


@router.post("/enter/address/{token}")
def confirm(visit: Anybody, token: str) -> Response:
    """The owner of a new address says yes."""
    try:
        with engine.transaction(visit.settings) as connection:
            change = address_changes.confirm(connection, token, visit.at)
    except (ChangeSpent, AddressRefused):
        return _spent(visit)
    return visit.page("address.html", step="confirmed", change=change)


@router.get("/enter/stop/{token}")
def stop_page(visit: Anybody, token: str) -> Response:
    """What the letter to those who were there opens: a button that stops the change."""
    return _button(visit, token, is_stop=True)


@router.post("/enter/stop/{token}")
def stop(visit: Anybody, token: str) -> Response:
    """One who was there says no: the address goes, and with it every session of it and of who asked."""
    try:
        with engine.transaction(visit.settings) as connection:
            change = address_changes.stop(connection, token, visit.at)
            for address in (change.address, change.asked_by):
                sessions.end_all(connection, address, visit.at)
    except ChangeSpent:
        return _spent(visit)
    return visit.page("address.html", step="stopped", change=change)


def _button(visit: Visit, token: str, *, is_stop: bool) -> Response:
    try:
        with engine.reading(visit.settings) as connection:
            change = address_changes.change_of(connection, token, visit.at, is_stop=is_stop)
    except ChangeSpent:
        return _spent(visit)
    return visit.page("address.html", step="stop" if is_stop else "confirm", change=change, token=token)


def _spent(visit: Visit) -> Response:
    return visit.page("address.html", status=410, step="spent")


def _changed(whose: Whose, address: str, *, is_added: bool) -> Response:
    known, client = whose.known, whose.client
    if client not in known.reader.own:  # also of a dealer: what its clients' papers are sent to is theirs to say
        raise NotYours(f"addresses of {client!r}")
    if not known.session.is_fresh:
        return terms_page(whose, status=403, problem="stale")
    change = address_changes.ask_to_add if is_added else address_changes.remove
    try:
        with verb("cabinet", "change_addresses"), engine.transaction(known.settings) as connection:
            change(connection, client, address, known.reader.address, known.at, known.visit.language)
    except AddressRefused as refused:
        return terms_page(whose, status=422, problem=refused.problem.value)
    known.visit.house.mailer.send_address_letters()
    return known.redirect(f"/terms?said={'asked' if is_added else 'removed'}#addresses")
