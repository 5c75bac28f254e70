"""Exports over HTTP: a small read-only application (ASGI) that another server may carry, or that serves alone.

It gives versions that were taken already, so it stores nothing: its transactions are read-only, and the rows come from files.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from itertools import chain
from typing import TYPE_CHECKING, Any

from pipelines import settings as configuration
from pipelines.documents.store import DocumentStore
from pipelines.errors import BadInput, Refused
from pipelines.exports import sources
from pipelines.exports.datasets import DATASETS, json_schema
from pipelines.exports.parquet_files import ExportLost
from pipelines.exports.representations import MEDIA_TYPES, NotAcceptable, body, form
from pipelines.exports.scope import Consumer, NotEntitled
from pipelines.exports.since import CursorExpired, Excerpt, NothingExported, excerpt, rows
from pipelines.exports.tokens import NotRecognised, Secret, recognised
from pipelines.logs import verb
from pipelines.master import house_clock
from pipelines.settings import Settings
from pipelines.warehouse import engine
from pipelines.warehouse.engine import WarehouseUnreachable

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

Clock = Callable[[], datetime]

_STATUSES: tuple[tuple[type[Exception], int, str], ...] = (
    (NotRecognised, 401, "Not recognised"),
    (NotEntitled, 403, "Not entitled"),
    (NothingExported, 404, "Nothing is exported yet"),
    (NotAcceptable, 406, "No such form"),
    (CursorExpired, 410, "The cursor has expired"),
    (BadInput, 400, "Bad request"),
    (ExportLost, 503, "A file is missing"),
    (WarehouseUnreachable, 503, "The database does not answer"),
    (Refused, 409, "Refused"),
)
_ALWAYS = {"Cache-Control": "private, no-cache", "Vary": "Authorization, Accept", "X-Content-Type-Options": "nosniff"}
_ROWS, _SCHEMA = frozenset({"since", "format"}), frozenset({"of"})


class UnknownDataset(Refused):
    """There is no dataset of that name."""


def application(settings: Settings, clock: Clock, secret: Secret = configuration.connection) -> "Starlette":
    """`GET /v1`, `/v1/DATASET`, `/v1/DATASET/schema`; every error is problem+json. ``secret``: reads an Airflow connection by its name."""
    from starlette.applications import Starlette
    from starlette.exceptions import HTTPException
    from starlette.routing import Route

    asked = _Endpoint(settings, clock, secret)
    known = {each: _refused for each, _, _ in _STATUSES}
    return Starlette(
        routes=[
            Route("/v1", asked.overview),
            Route("/v1/{dataset}", asked.rows),
            Route("/v1/{dataset}/schema", asked.schema),
        ],
        exception_handlers={**known, UnknownDataset: _unknown, HTTPException: _http_problem, Exception: _broken},
    )


class _Endpoint:
    """The handlers, each in one read-only transaction."""

    def __init__(self, settings: Settings, clock: Clock, secret: Secret) -> None:
        self._settings, self._clock, self._secret = settings, clock, secret

    def overview(self, request: "Request") -> "Response":
        """Datasets that the consumer may have, and its newest cursor."""
        from starlette.responses import JSONResponse

        with engine.reading(self._settings) as connection:
            whose = self._consumer(connection, request, frozenset())
            given = excerpt(connection, whose, None)
        listed = [{"name": name, "rows": given.version.datasets[name].rows, "href": f"/v1/{name}"} for name in whose.datasets]
        facts = {"consumer": whose.code, "cursor": str(given.version.number), "at": given.version.at.isoformat(), "datasets": listed}
        return JSONResponse(facts, headers=_ALWAYS)

    def schema(self, request: "Request") -> "Response":
        """JSON Schema of a row; `of=changes`: of a row of a delta."""
        from starlette.responses import JSONResponse

        with engine.reading(self._settings) as connection:
            whose = self._consumer(connection, request, _SCHEMA)
        of = request.query_params.get("of", "state")
        if of not in ("state", "changes"):
            raise BadInput.one("of", f"{of!r} is neither state nor changes")
        written = json_schema(whose.dataset(_dataset_name(request)), of_changes=of == "changes")
        return JSONResponse(written, media_type="application/schema+json", headers=_ALWAYS)

    def rows(self, request: "Request") -> "Response":
        """Rows of a dataset: everything, or what has changed since a cursor or moment; the header Fleetbill-Cursor is the next one."""
        from starlette.responses import Response, StreamingResponse

        with verb("exports", "answer") as done:
            with engine.reading(self._settings) as connection:
                whose = self._consumer(connection, request, _ROWS)
                dataset = whose.dataset(_dataset_name(request))
                wanted = form(request.query_params.get("format"), request.headers.get("accept", ""))
                given = excerpt(connection, whose, request.query_params.get("since"))
                headers = {**_ALWAYS, **_headers(whose, given, dataset.name, wanted)}
                done |= {"consumer": whose.code, "dataset": dataset.name, "kind": given.kind, "version": given.version.number}
                if _is_known(request.headers.get("if-none-match", ""), headers["ETag"]):
                    return Response(status_code=304, headers=headers)
                records = rows(connection, DocumentStore(self._settings.documents), whose, given, dataset)
            pieces = _begun(body(dataset, records, wanted, is_delta=given.is_delta))
        return StreamingResponse(pieces, media_type=MEDIA_TYPES[wanted], headers=headers)

    def _consumer(self, connection: "Connection", request: "Request", allowed: frozenset[str]) -> Consumer:
        """Who asks, entitled today, and with parameters that there are."""
        whose = recognised(sources.consumers(connection), request.headers.get("authorization", ""), self._secret)
        whose.require(house_clock.today(connection, self._clock()))
        given = [name for name, _ in request.query_params.multi_items()]
        unknown = sorted(set(given) - allowed)
        if unknown:
            raise BadInput.one("query", f"unknown parameter {', '.join(unknown)}; known: {', '.join(sorted(allowed)) or 'none'}")
        if len(given) > len(set(given)):
            raise BadInput.one("query", "a parameter is given twice")
        return whose


def _dataset_name(request: "Request") -> str:
    name: str = request.path_params["dataset"]
    if name not in DATASETS:
        raise UnknownDataset(f"there is no dataset {name!r}; there are {', '.join(DATASETS)}")
    return name


def _headers(whose: Consumer, given: Excerpt, dataset: str, wanted: str) -> dict[str, str]:
    number = str(given.version.number)
    identity = (whose.code, whose.rights, dataset, wanted, given.kind, given.since, number, given.base.number if given.base else 0)
    return {
        "ETag": f'"{sha256(repr(identity).encode()).hexdigest()[:32]}"',
        "Fleetbill-Cursor": number,
        "Fleetbill-Rows": "changes" if given.is_delta else "state",
        "Link": f'</v1/{dataset}?since={number}>; rel="next"',
    }


def _is_known(if_none_match: str, etag: str) -> bool:
    known = [each.strip().removeprefix("W/") for each in if_none_match.split(",")]
    return "*" in known or etag in known


def _begun(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces with the first one made already: what cannot be read at all is an answer of its own, and no broken stream."""
    first = next(pieces, b"")
    return chain((first,), pieces)


def _problem(status: int, title: str, detail: str, headers: Mapping[str, str] | None = None) -> "Response":
    from starlette.responses import JSONResponse

    said: dict[str, Any] = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    return JSONResponse(said, status, {**_ALWAYS, **(headers or {})}, "application/problem+json")


def _refused(_request: "Request", error: Exception) -> "Response":
    status, title = next((status, title) for kind, status, title in _STATUSES if isinstance(error, kind))
    more = {401: {"WWW-Authenticate": 'Bearer realm="fleetbill"'}, 503: {"Retry-After": "60"}}.get(status)
    return _problem(status, title, str(error), more)


def _unknown(_request: "Request", error: Exception) -> "Response":
    return _problem(404, "No such dataset", str(error))


def _http_problem(_request: "Request", error: Exception) -> "Response":
    status = getattr(error, "status_code", 500)
    return _problem(status, str(getattr(error, "detail", "")), "", getattr(error, "headers", None))


def _broken(_request: "Request", _error: Exception) -> "Response":
    return _problem(500, "Internal error", "the request could not be answered; the log of the server says why")
