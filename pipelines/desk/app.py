"""The desk as a web application (ASGI) that the orchestrator carries inside its own: pages by GET, actions by POST alone.

Whoever comes is signed in at the orchestrator, whose browser cookie says so; therefore each action needs a token that only a page of
the desk, shown to the same person, can have put into its form, and a request that says it comes from another site is refused.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, quote

from pipelines.clock import now as wall_clock
from pipelines.desk import files, refusals
from pipelines.desk.actions import ACTIONS
from pipelines.desk.doing import DeskAction
from pipelines.desk.orchestrator import NotAllowed, Orchestrator
from pipelines.desk.pages import PAGES, DeskPage, frame
from pipelines.desk.seal import Seal
from pipelines.desk.visit import DeskMemory, DeskVisit, Unreadable
from pipelines.documents.run_words import RUN_NAMES, run_heading, run_name
from pipelines.errors import BadInput, Refused
from pipelines.period import Month
from pipelines.settings import Settings
from pipelines.web import files as web_files
from pipelines.web.forms import FIELD
from pipelines.web.headers import Guard
from pipelines.web.pages import laid_out
from pipelines.wording import russian
from pipelines.wording.outside import clean

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

_REFUSED = (Refused, BadInput)
_BASE: Final[Mapping[str, Any]] = {
    "theme": "auto",
    "brand": "Финансы",
    "money": russian.amount,
    "number": russian.number,
    "day": russian.short_date,
    "month_heading": russian.month_heading,
    "month_name": russian.month_name,
    "month_of": Month.parse,
    "run_heading": run_heading,
    "run_name": run_name,
    "run_names": RUN_NAMES,
    "counted": russian.counted,
    "clean": clean,
}
"""What the frame of all pages of ours asks for, and the words of figures. The desk speaks Russian alone."""
LANGUAGE: Final = "ru"
SECONDS_TO_LOOK_AGAIN: Final = 5
"""After so many a browser asks again for a page whose reading takes long."""


def application(settings: Settings, orchestrator: Orchestrator, clock: Callable[[], datetime] = wall_clock) -> "Starlette":
    """Pages, actions and files of the desk."""
    from starlette.applications import Starlette
    from starlette.middleware import Middleware
    from starlette.routing import Route

    desk = _Desk(settings, orchestrator, clock)
    return Starlette(
        routes=[
            *(Route(page.path, desk.showing(page), methods=["GET"]) for page in PAGES.values()),
            *(Route(action.path, desk.doing(action), methods=["POST"]) for action in ACTIONS.values()),
            Route("/files/workbook/{month}", desk.giving(_workbook), methods=["GET"]),
            Route("/files/leakage/{month}", desk.giving(_leakage), methods=["GET"]),
            Route("/files/statement", desk.giving(_statement), methods=["GET"]),
            Route("/static/{name}", _static, methods=["GET"]),
        ],
        middleware=[Middleware(Guard, frame_ancestors="'self'")],
        exception_handlers={Exception: _broken},
    )


class _Desk:
    def __init__(self, settings: Settings, orchestrator: Orchestrator, clock: Callable[[], datetime]) -> None:
        self._settings, self._orchestrator, self._clock = settings, orchestrator, clock
        self._memory = DeskMemory()

    def showing(self, page: DeskPage) -> Callable[["Request"], Any]:
        """The handler of a page."""

        async def show(request: "Request") -> "Response":
            from starlette.concurrency import run_in_threadpool

            try:
                visit = await self._visit(request, _fields(request.url.query))
            except _REFUSED as error:
                return _bare(error)
            return await run_in_threadpool(_shown, visit, page)

        return show

    def doing(self, action: DeskAction) -> Callable[["Request"], Any]:
        """The handler of an action: done, the page is shown by another request, so that loading it again does nothing."""

        async def do(request: "Request") -> "Response":
            from starlette.concurrency import run_in_threadpool

            try:
                visit = await self._visit(request, await _form(request))
                if not visit.seal.is_ours(visit.text(FIELD), visit.at, request.headers):
                    raise NotAllowed(
                        "Форма пришла не со страницы, открытой этим человеком недавно: загрузите её заново. Ничего не сделано."
                    )
                if not visit.person.may_act:
                    raise NotAllowed(f"{visit.person.name} может смотреть, но не решать: таковы права в Airflow. Ничего не сделано.")
            except _REFUSED as error:
                return _bare(error)
            return await run_in_threadpool(_done, visit, action)

        return do

    def giving(self, read: Callable[[DeskVisit, "Request"], files.DeskFile]) -> Callable[["Request"], Any]:
        """The handler of a file."""

        async def give(request: "Request") -> "Response":
            from starlette.concurrency import run_in_threadpool
            from starlette.responses import Response

            try:
                visit = await self._visit(request, _fields(request.url.query))
                made = await run_in_threadpool(read, visit, request)
            except _REFUSED as error:
                return _bare(error)
            name = f"attachment; filename*=UTF-8''{quote(made.name)}"
            return Response(made.content, media_type=made.media_type, headers={"Content-Disposition": name})

        return give

    async def _visit(self, request: "Request", given: Mapping[str, Sequence[str]]) -> DeskVisit:
        person = await self._orchestrator.person(request)
        seal, root = Seal(self._orchestrator.key, person.login), str(request.scope.get("root_path", ""))
        return DeskVisit(self._settings, self._orchestrator, person, self._clock(), seal, root, given, self._memory)


def _shown(visit: DeskVisit, page: DeskPage, refused: Exception | None = None) -> "Response":
    from starlette.responses import HTMLResponse

    notice = visit.seal.opened("notice", visit.text("notice")) if visit.text("notice") else None
    try:
        around = frame(visit, page)
        problem = refusals.words(refused, around["zone"]) if refused else ()
        view = {**_BASE, **around, **page.view(visit), "problem": problem, "notice": notice}
    except _REFUSED as error:
        return _bare(error)
    made = HTMLResponse(laid_out(page.template, LANGUAGE, view), refusals.status(refused) if refused else 200)
    if view.get("is_being_read"):
        made.headers["Refresh"] = str(SECONDS_TO_LOOK_AGAIN)
    return made


def _done(visit: DeskVisit, action: DeskAction) -> "Response":
    from starlette.responses import RedirectResponse

    try:
        done = action.act(visit)
    except _REFUSED as error:
        return _shown(visit, PAGES[action.page], error)
    visit.memory.readings.forget()
    joined = "&" if "?" in done.address else "?"
    return RedirectResponse(f"{done.address}{joined}notice={visit.seal.note('notice', done.words)}", 303)


async def _form(request: "Request") -> Mapping[str, Sequence[str]]:
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/x-www-form-urlencoded":
        raise Unreadable("Действие принимается только как форма.")
    return _fields((await request.body()).decode("latin-1"))


def _fields(written: str) -> Mapping[str, Sequence[str]]:
    try:
        fields = parse_qs(written, keep_blank_values=True, max_num_fields=2000, errors="replace")
    except ValueError:
        raise Unreadable("В запросе слишком много полей.") from None
    if any("\0" in value for values in fields.values() for value in values):
        raise Unreadable("В поле стоит нулевой знак: так не набирают.")  # the database takes none in a text
    return fields


def _bare(error: Exception) -> "Response":
    """A refusal where no page can be shown."""
    from starlette.responses import HTMLResponse

    return HTMLResponse(laid_out("desk/refused.html", LANGUAGE, {"lines": refusals.words(error)}), refusals.status(error))


async def _broken(_request: "Request", _error: Exception) -> "Response":
    """What a person sees of a fault of ours; the server's log has it whole."""
    from starlette.responses import HTMLResponse

    lines = ["Внутренняя ошибка: страница не показана.", "Что сделано, видно в истории; причина — в журнале api-server."]
    return HTMLResponse(laid_out("desk/refused.html", LANGUAGE, {"lines": lines}), 500)


def _workbook(visit: DeskVisit, request: "Request") -> files.DeskFile:
    return files.month_workbook(visit.settings, _month_of(request))


def _leakage(visit: DeskVisit, request: "Request") -> files.DeskFile:
    return files.leakage_workbook(visit.settings, _month_of(request))


def _statement(visit: DeskVisit, _request: "Request") -> files.DeskFile:
    first, last = visit.day("first", "С"), visit.day("last", "По")
    if first is None or last is None or not visit.text("client"):
        raise Unreadable("Акт сверки: нужны код клиента и оба дня.")
    return files.statement(visit.settings, visit.text("client"), visit.text("organization"), first, last)


def _month_of(request: "Request") -> Month:
    try:
        return Month.parse(request.path_params["month"])
    except ValueError:
        raise files.NoSuchFile("Это не месяц: нужно, например, 2026-02.") from None


async def _static(request: "Request") -> "Response":
    from starlette.responses import Response

    name = request.path_params["name"]
    if name not in web_files.MEDIA_TYPES:
        return Response("", 404)
    kept = {"Cache-Control": "private, max-age=31536000, immutable"}
    return Response(web_files.content(name), media_type=web_files.MEDIA_TYPES[name], headers=kept)
