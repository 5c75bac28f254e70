"""The way in and out: ask for a link, enter by it, give the code of the second factor, leave."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response

from pipelines.cabinet import links, second_factor, sessions
from pipelines.cabinet.links import Entered, LinkSpent
from pipelines.cabinet.visit import Anybody, SignInNeeded, Visit
from pipelines.logs import verb
from pipelines.warehouse import engine
from pipelines.web.forms import TEXT

router = APIRouter()
Word = Annotated[str, Form(max_length=320, pattern=TEXT)]


@router.get("/login")
def ask_page(visit: Anybody) -> Response:
    """Where a link is asked for."""
    return visit.redirect("/") if visit.reader else visit.page("login.html")


@router.post("/login")
def ask(visit: Anybody, address: Word) -> Response:
    """Mail a link, if the address is registered and the limits allow it. The answer is the same in every case."""
    origin = visit.request.client.host if visit.request.client else ""
    with engine.transaction(visit.settings) as connection:
        is_allowed = links.ask(connection, address, origin, visit.at)
    if is_allowed:
        visit.house.mailer.send_link(address, visit.language)
    return visit.page("asked.html", minutes=visit.settings.cabinet_link_minutes)


@router.get("/enter/{token}")
def enter_page(visit: Anybody, token: str) -> Response:
    """What a mailed link opens: a button. Opening it uses nothing up, for programs that scan mail open it too."""
    try:
        with engine.reading(visit.settings) as connection:
            address = links.address_of(connection, token, visit.at)
    except LinkSpent:
        return visit.page("spent.html", status=410)
    return visit.page("enter.html", address=address, token=token)


@router.post("/enter/{token}")
def enter(visit: Anybody, token: str) -> Response:
    """Use the link up and begin a session under a new cookie; whatever session the browser had ends."""
    try:
        entered = _entered(visit, token)
    except LinkSpent:
        return visit.page("spent.html", status=410)
    visit.begin(entered.token)
    return visit.redirect("/code" if entered.needs_code else "/")


@router.get("/code")
def code_page(visit: Anybody) -> Response:
    """Where the code of the second factor is given."""
    if visit.session is None:
        raise SignInNeeded
    return visit.redirect("/") if visit.session.is_confirmed else visit.page("code.html", is_wrong=False)


@router.post("/code")
def code(visit: Anybody, code: Annotated[str, Form(max_length=20, pattern=TEXT)]) -> Response:
    """Let the session in by the code, or count a wrong one; with too many the session ends and a new link is needed."""
    session = visit.session
    if session is None:
        raise SignInNeeded
    if session.is_confirmed:
        return visit.redirect("/")
    with engine.transaction(visit.settings) as connection:
        is_right = second_factor.check(connection, visit.house.keys, session, code, visit.at)
    if is_right:
        return visit.redirect("/")
    if session.wrong_codes + 1 >= sessions.MOST_WRONG_CODES:
        return visit.redirect("/login")
    return visit.page("code.html", is_wrong=True, status=422)


@router.post("/sign-out")
def sign_out(visit: Anybody) -> Response:
    """End this browser's session."""
    if visit.session:
        with engine.transaction(visit.settings) as connection:
            sessions.end(connection, visit.session, visit.at)
    visit.leave()
    return visit.redirect("/login")


def _entered(visit: Visit, token: str) -> Entered:
    with verb("cabinet", "enter"), engine.transaction(visit.settings) as connection:
        entered = links.enter(connection, token, visit.at)
        if visit.session:
            sessions.end(connection, visit.session, visit.at)
    return entered
