"""HTTP as all connectors speak it: time-outs, bounds, and the failures that every server has alike."""

import ssl
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode, urlsplit

import msgspec

from pipelines.platforms import retries
from pipelines.platforms.credentials import WebAccess
from pipelines.platforms.errors import AuthFailed, InvalidInput, ProtocolBroken, RateLimited, Transient
from pipelines.platforms.interface import Remark

if TYPE_CHECKING:
    import urllib3

T = TypeVar("T")
Body = bytes | bytearray
Pairs = Sequence[tuple[str, str]]

_MOST_CLOCK_OFFSET = timedelta(minutes=5)
_MEBIBYTE = 2**20
_PIECE = 2**18  # bytes of an answer read together
_LONGEST_MARGIN = 1024  # bytes that may stand before the JSON of an answer
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds to connect, between two pieces of an answer, and for the whole of it; and how large it may be."""

    connect: float = 10.0
    piece: float = 60.0
    whole: float = 300.0
    megabytes: int = 1024


@dataclass(frozen=True, slots=True)
class Response:
    """What a server said to one request. ``date`` is the server's clock, where it tells it."""

    status: int
    content_type: str
    body: Body
    retry_after: float | None = None
    date: datetime | None = None
    is_delayed: bool = False  # Traccar's limiter has held it back

    def decoded(self, kind: type[T], what: str) -> T:
        """The body as JSON of a type. ProtocolBroken when it is anything else; its values are never quoted."""
        if bytes(self.body[:_LONGEST_MARGIN]).lstrip()[:1] not in (b"[", b"{", b'"'):
            raise ProtocolBroken(f"{what}: {self.content_type or 'an answer without a type'} came instead of JSON")
        try:
            decoded: T = _decoder(kind).decode(self.body)  # type: ignore[arg-type]  # types are hashable
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            said = str(error) if isinstance(error, msgspec.ValidationError) else "it is no JSON, or cut short"
            raise ProtocolBroken(f"{what}: the answer cannot be read: {said}") from None
        return decoded


class Transport:
    """Requests to one platform at the moment ``at``. Threads may share it; ``close`` lets go of its connections.

    `reads_failures`: whoever asks reads the body of a failure (status 500 and above) for itself, so that it is no Transient.
    """

    def __init__(
        self,
        access: WebAccess,
        at: datetime,
        *,
        auth: tuple[str, str] | None = None,
        bearer: str = "",
        connections: int = 16,
        reads_failures: bool = False,
    ) -> None:
        parts = urlsplit(access.base_url)
        self._access = access
        self._at = at
        self._scheme, self._below = parts.scheme, parts.path
        self._headers = {"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": "fleetbill"}
        if auth:
            self._headers["Authorization"] = f"Basic {b64encode(':'.join(auth).encode()).decode()}"
        if bearer:
            self._headers["Authorization"] = f"Bearer {bearer}"
        self._connections = connections
        self._reads_failures = reads_failures
        self._pool: urllib3.HTTPConnectionPool | None = None
        self._lock = Lock()
        self.limits = Limits()
        self.requests = self.delayed = 0
        self.server_clock: datetime | None = None  # by the first answer that told it

    def ask(
        self,
        method: str,
        path: str,
        *,
        query: Pairs = (),
        form: Mapping[str, str] | None = None,
        content: Body | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """One request, once. Transient for a server that cannot be reached or falls silent, RateLimited, ProtocolBroken."""
        from http.client import InvalidURL

        from urllib3 import exceptions as failures

        with self._lock:
            self.requests += 1
        try:
            answer = self._answer(method, path, query, form, content, headers)
        except failures.TimeoutError as error:
            said = "it cannot be reached" if isinstance(error, failures.NewConnectionError) else "no answer in time"
            raise Transient(self.says(f"{said} ({type(error).__name__})")) from None
        except (failures.LocationValueError, InvalidURL, UnicodeError):
            raise InvalidInput(self.says("the address cannot be asked")) from None
        except failures.DecodeError:
            raise ProtocolBroken(self.says("the answer is packed in a way that cannot be read")) from None
        except (failures.HTTPError, OSError) as error:
            if _is_untrusted(error):
                raise AuthFailed(self.says("its certificate is not trusted; name its issuer in the connection's option ca_file")) from None
            raise Transient(self.says(f"it cannot be reached ({type(error).__name__})")) from None
        with self._lock:
            self.delayed += answer.is_delayed
            self.server_clock = self.server_clock or answer.date
        return self._checked(answer)

    def retried(self, read: Callable[[], T]) -> T:
        """The result of a read, asked again while its failure may pass. Never for a write."""
        return retries.retried(read, self._access.platform)

    def close(self) -> None:
        """Let go of the connections; the next request makes new ones."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.close()

    def clock_remarks(self) -> tuple[Remark, ...]:
        """A remark when the server's clock, which dates its messages, is more than five minutes off ours."""
        if self.server_clock is None or abs(offset := self.server_clock - self._at) <= _MOST_CLOCK_OFFSET:
            return ()
        minutes = round(abs(offset).total_seconds() / 60)
        way = "ahead" if offset > timedelta() else "behind"
        return (
            Remark("clock_is_off", None, f"the platform's clock is {minutes} minutes {way}; messages near midnight may get the wrong day"),
        )

    def says(self, what: str) -> str:
        """A message that names the platform, or whatever else is asked."""
        return f"{self._access.title}: {what}"

    def _answer(
        self, method: str, path: str, query: Pairs, form: Mapping[str, str] | None, content: Body | None, headers: Mapping[str, str] | None
    ) -> Response:
        deadline = monotonic() + self.limits.whole
        sent = bytes(content) if content is not None else urlencode(form).encode() if form is not None else None
        all_headers = {**self._headers, **({"Content-Type": _FORM} if form is not None else {}), **(headers or {})}
        url = f"{self._below}{path}" + (f"?{urlencode(query)}" if query else "")
        response = self._open().request(method, url, body=sent, headers=all_headers, preload_content=False)
        try:
            body = self._body(response, deadline)
        except BaseException:
            response.close()  # a connection with the rest of an answer is of no use to anybody
            raise
        response.release_conn()
        return Response(
            status=response.status,
            content_type=response.headers.get("content-type", ""),
            body=body,
            retry_after=_retry_after(response.headers),
            date=_moment(response.headers.get("date")) if self.server_clock is None else None,
            is_delayed=response.headers.get("dosfilter") == "delayed",
        )

    def _body(self, response: "urllib3.BaseHTTPResponse", deadline: float) -> bytearray:
        """The whole body, unpacked, piece by piece as it comes."""
        body = bytearray()
        while piece := response.read1(_PIECE):
            body += piece
            if len(body) > self.limits.megabytes * _MEBIBYTE:
                raise ProtocolBroken(self.says(f"an answer is larger than {self.limits.megabytes} MiB"))
            if monotonic() > deadline:
                raise Transient(self.says(f"an answer was not complete after {self.limits.whole:.0f} s"))
        return body

    def _open(self) -> "urllib3.HTTPConnectionPool":
        """Connections to the platform alone: no proxy, no `.netrc`, no cookies, no address that an answer sends us to."""
        import urllib3

        with self._lock:
            if self._pool is None:
                if self._scheme not in ("http", "https"):
                    raise urllib3.exceptions.LocationValueError(self._scheme)
                secured: dict[str, Any] = {"ssl_context": _context(self._access)} if self._scheme == "https" else {}
                if secured and not self._access.verify:
                    secured["assert_hostname"] = False
                    urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)  # the connection says so
                self._pool = urllib3.connection_from_url(
                    self._access.base_url,
                    maxsize=self._connections,
                    block=True,
                    retries=urllib3.Retry(total=False, redirect=False),
                    timeout=urllib3.Timeout(connect=self.limits.connect, read=self.limits.piece),
                    **secured,
                )
            return self._pool

    def _checked(self, answer: Response) -> Response:
        """The answer, unless its status says what it says on every platform."""
        if answer.status == 429:
            raise RateLimited(self.says("too many requests"), answer.retry_after)
        if answer.status in (502, 503, 504) and answer.retry_after is not None:
            raise RateLimited(self.says(f"not available (status {answer.status})"), answer.retry_after)
        if answer.status >= 500 and not self._reads_failures:
            raise Transient(self.says(f"the server failed (status {answer.status})"))
        if 300 <= answer.status < 400:
            raise ProtocolBroken(self.says("it sends us to another address; name the final one in the connection"))
        return answer


@cache
def _decoder(kind: type[Any]) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


def _context(access: WebAccess) -> ssl.SSLContext:
    if not access.verify:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context
    try:
        return ssl.create_default_context(cafile=access.ca_file or None)
    except OSError:
        raise AuthFailed(f"{access.title}: the connection's ca_file cannot be read") from None


def _is_untrusted(error: BaseException) -> bool:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError) or "CERTIFICATE_VERIFY_FAILED" in str(cause):
            return True
        cause = cause.__cause__ or cause.__context__
    return False


def _retry_after(headers: Mapping[str, Any]) -> float | None:
    """Seconds that a server asks us to wait: written as a number, or as a moment by its own clock."""
    written = str(headers.get("retry-after") or "").strip()
    if not written:
        return None
    if written.isdigit():
        return float(written)
    until, at = _moment(written), _moment(headers.get("date"))
    return max(0.0, (until - at).total_seconds()) if until and at else None


def _moment(written: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(written) if written else None
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment and moment.tzinfo else None
