"""The application: its pages, what stands before every request, and what is said when something cannot be done."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from pipelines.cabinet import (
    account,
    address_pages,
    contract_pages,
    entrance,
    file_pages,
    fleet_pages,
    invoice_pages,
    paper_pages,
    preferences,
    running_pages,
    start,
)
from pipelines.cabinet.code_keys import CodeKeys
from pipelines.cabinet.house import House, Mailer
from pipelines.cabinet.reader import NotYours
from pipelines.cabinet.visit import CodeNeeded, NotOurForm, SignInNeeded, anybody, our_form
from pipelines.errors import BadInput
from pipelines.settings import Settings
from pipelines.warehouse.engine import WarehouseUnreachable
from pipelines.web import files
from pipelines.web.headers import Guard

_LONG = "public, max-age=31536000, immutable"
ROUTERS = (
    entrance.router, preferences.router, account.router, start.router, paper_pages.router, invoice_pages.router, file_pages.router,
    fleet_pages.router, running_pages.router, contract_pages.router, address_pages.router,
)  # fmt: skip


def application(settings: Settings, clock: Callable[[], datetime], mailer: Mailer, url: str = "", keys: CodeKeys | None = None) -> FastAPI:
    """The cabinet as an ASGI application. ``url``: where readers reach it (FLEETBILL_CABINET_URL); https makes its cookies secure.

    ``keys``: under which secrets of second factors lie; None: nobody can turn codes on.
    """
    house = House(settings, clock, mailer, (url or settings.cabinet_url).rstrip("/"), keys)

    @asynccontextmanager
    async def until_it_ends(_app: FastAPI) -> AsyncIterator[None]:
        yield
        house.close()  # the server is at an end here, also by SIGTERM, after which nothing behind it runs

    app = FastAPI(
        title="fleetbill cabinet", docs_url=None, redoc_url=None, openapi_url=None, dependencies=[Depends(our_form)], lifespan=until_it_ends
    )
    app.state.house = house
    app.add_middleware(Guard, is_secure=app.state.house.is_secure)
    app.add_api_route("/static/{name}", _static, methods=["GET", "HEAD"], include_in_schema=False)
    app.add_api_route("/health", _health, methods=["GET", "HEAD"], include_in_schema=False)
    for router in ROUTERS:
        app.include_router(router)
    for kind, answer in _ANSWERS:
        app.add_exception_handler(kind, answer)
    return app


def _static(name: str) -> Response:
    if name not in files.MEDIA_TYPES:
        raise HTTPException(404)
    return Response(files.content(name), media_type=files.MEDIA_TYPES[name], headers={"Cache-Control": _LONG})


def _health() -> Response:
    return Response("ok", media_type="text/plain")


def _to_login(request: Request, _error: Exception) -> Response:
    return RedirectResponse(f"{request.scope.get('root_path', '')}/login", 303)


def _to_code(request: Request, _error: Exception) -> Response:
    return RedirectResponse(f"{request.scope.get('root_path', '')}/code", 303)


def _said(status: int, headline: str, text: str) -> Callable[[Request, Exception], Response]:
    def answer(request: Request, _error: Exception) -> Response:
        visit = anybody(request)
        return visit.page("problem.html", status=status, headline=visit.word(headline), text=visit.word(text))

    return answer


def N_(text: str) -> str:  # noqa: N802 - gettext's own name: marks words that are put into the page's language later
    """A word for the catalogues."""
    return text


_NOT_FOUND = _said(404, N_("Такой страницы нет"), N_("Возможно, ссылка устарела или документ относится к другому клиенту."))
_NOT_UNDERSTOOD = (N_("Запрос не понят"), N_("Вернитесь назад и попробуйте ещё раз."))
_BAD = _said(422, *_NOT_UNDERSTOOD)


def _http(request: Request, error: Exception) -> Response:
    status = getattr(error, "status_code", 500)
    if status == 404:
        return _NOT_FOUND(request, error)
    answer = _said(status, *_NOT_UNDERSTOOD)(request, error)
    answer.headers.update(getattr(error, "headers", None) or {})
    return answer


def _unreachable(_request: Request, _error: Exception) -> Response:
    text = "Кабинет временно недоступен, попробуйте через минуту. / Temporarily unavailable, please try again in a minute."
    return Response(text, 503, {"Retry-After": "60"}, "text/plain; charset=utf-8")


def _broken(_request: Request, _error: Exception) -> Response:
    text = "Что-то сломалось; мы уже видим это в журнале. / Something broke; the log says what."
    return Response(text, 500, media_type="text/plain; charset=utf-8")


_ANSWERS = (
    (SignInNeeded, _to_login),
    (CodeNeeded, _to_code),
    (NotYours, _NOT_FOUND),
    (BadInput, _BAD),
    (RequestValidationError, _BAD),
    (HTTPException, _http),
    (
        NotOurForm,
        _said(403, N_("Форма устарела"), N_("Откройте страницу заново и повторите: так мы убеждаемся, что форму отправили именно вы.")),
    ),
    (WarehouseUnreachable, _unreachable),
    (Exception, _broken),
)
