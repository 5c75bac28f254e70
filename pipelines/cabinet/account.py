"""Sign-in and safety of the reader: its sessions, the second factor, sign-out everywhere."""

from base64 import b64encode
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response

from pipelines.cabinet import second_factor, sessions
from pipelines.cabinet.second_factor import WrongCode
from pipelines.cabinet.visit import Known, SignedIn
from pipelines.documents import qr
from pipelines.logs import verb
from pipelines.master import house_clock
from pipelines.warehouse import engine, query
from pipelines.web.forms import TEXT

router = APIRouter()


@router.get("/account")
def account(known: Known) -> Response:
    """Where the reader is logged in, and whether a code is asked for."""
    with engine.reading(known.settings) as connection:
        going_on = query.rows(
            connection, "cabinet/sessions", address=known.reader.address, at=known.at, idle_since=known.at - sessions.IDLE
        )
        has_code = second_factor.is_on(connection, known.reader.address)
        zone = house_clock.zone(connection)
    listed = [
        (row.begun_at.astimezone(zone), row.seen_at.astimezone(zone), bytes(row.session_digest) == known.session.digest) for row in going_on
    ]
    return known.page("account.html", sessions=listed, has_code=has_code, can_offer=known.visit.house.keys is not None)


@router.post("/account/sign-out-everywhere")
def sign_out_everywhere(known: Known) -> Response:
    """End every session of the reader's address, and its links that wait."""
    with verb("cabinet", "sign_out_everywhere") as done, engine.transaction(known.settings) as connection:
        done["sessions"] = sessions.end_all(connection, known.reader.address, known.at)
    known.visit.leave()
    return known.redirect("/login")


@router.post("/account/code/offer")
def offer_code(known: Known) -> Response:
    """Show a new secret for an authenticator; it asks for nothing until its first code is given."""
    keys = known.visit.house.keys
    with engine.transaction(known.settings) as connection:
        if keys is None or second_factor.is_on(connection, known.reader.address):
            return known.redirect("/account")
        secret = second_factor.offer(connection, keys, known.reader.address, known.at)
    return _offered(known, secret, is_wrong=False)


@router.post("/account/code/confirm")
def confirm_code(known: Known, code: Annotated[str, Form(max_length=20, pattern=TEXT)]) -> Response:
    """Turn the second factor on by its first code; every other session of the address ends, for it never gave one."""
    keys = known.visit.house.keys
    if keys is None:
        return known.redirect("/account")
    try:
        with verb("cabinet", "second_factor_on"), engine.transaction(known.settings) as connection:
            second_factor.confirm(connection, keys, known.reader.address, code, known.at)
            query.run(
                connection, "cabinet/end_other_sessions", address=known.reader.address, session_digest=known.session.digest, at=known.at
            )
    except WrongCode:
        with engine.reading(known.settings) as connection:
            secret = second_factor.offered(connection, keys, known.reader.address)
        return _offered(known, secret, is_wrong=True) if secret else known.redirect("/account")
    return known.redirect("/account")


@router.post("/account/code/off")
def turn_code_off(known: Known, code: Annotated[str, Form(max_length=20, pattern=TEXT)]) -> Response:
    """Ask for no codes any more: by one last code, so that a browser left open is not enough."""
    with engine.transaction(known.settings) as connection:
        is_right = second_factor.check(connection, known.visit.house.keys, known.session, code, known.at)
        if is_right:
            second_factor.turn_off(connection, known.reader.address)
    return known.redirect("/account" if is_right else "/account?wrong=1")


def _offered(known: SignedIn, secret: str, *, is_wrong: bool) -> Response:
    drawing = qr.png(second_factor.address_for_apps(secret, known.reader.address))
    picture = f"data:image/png;base64,{b64encode(drawing).decode()}"
    return known.page("code_offer.html", secret=secret, picture=picture, is_wrong=is_wrong, status=422 if is_wrong else 200)
