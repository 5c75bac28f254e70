"""Where a platform, or a base of 1C, answers and as whom we log in: its Airflow connection, read once. Secrets show in no text of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from pipelines import connections
from pipelines.platforms.errors import AuthFailed
from pipelines.platforms.interface import Platform

_SCHEMES = ("https", "http")
_LOCAL = ("localhost", "::1")


@dataclass(frozen=True, slots=True)
class WebAccess:
    """A platform's web address without a slash at its end, and the service user. ``options`` are the connection's extra.

    `what`: how a message calls the thing whose code `platform` is: a platform, or a base of 1C.
    """

    platform: str
    base_url: str
    login: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    ca_file: str = ""
    verify: bool = True
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)
    what: str = "platform"

    @property
    def title(self) -> str:
        """What a message calls it."""
        return f"{self.what} {self.platform!r}"

    def flag(self, name: str, *, default: bool) -> bool:
        """A yes-or-no option; AuthFailed when it is neither."""
        try:
            return connections.AirflowConnection("", "", None, "", "", "", self.options).flag(name, default=default)
        except ValueError as error:
            raise AuthFailed(f"{self.title}: the connection's {error}") from None


def web_access(platform: Platform, secret: str | None, default_url: str = "") -> WebAccess:
    """The access that a platform's Airflow connection describes; its host may also stand in ``source``.

    AuthFailed when there is none, when it cannot be read (never quoted), or when it would send a password over plain HTTP to
    another machine and does not say ``plain_http``.
    """
    written = connection_of(platform, secret)
    url = _url(written, platform.source or default_url)
    if not urlsplit(url).hostname:
        raise AuthFailed(f"platform {platform.platform!r}: neither the connection nor the column source says a host")
    return _access("platform", platform.platform, url, written)


def access_of(what: str, code: str, connection: str | None, secret: str | None) -> WebAccess:
    """The access to something else than a platform that is reached over HTTP, such as a base of 1C; AuthFailed as `web_access`.

    `connection`: the name of its Airflow connection, `secret`: that connection as Airflow writes it.
    """
    written = _parsed(f"{what} {code!r}", connection, secret)
    url = _url(written, "")
    if not urlsplit(url).hostname:
        raise AuthFailed(f"{what} {code!r}: the connection says no host")
    return _access(what, code, url, written)


def connection_of(platform: Platform, secret: str | None) -> connections.AirflowConnection:
    """A platform's connection in its parts. AuthFailed when it is not there or cannot be read; nothing of it is quoted."""
    return _parsed(f"platform {platform.platform!r}", platform.connection, secret)


def _parsed(title: str, connection: str | None, secret: str | None) -> connections.AirflowConnection:
    if not secret:
        name = f"AIRFLOW_CONN_{connection.upper()}" if connection else "the column connection"
        raise AuthFailed(f"{title} has no connection: {name} is not set")
    try:
        return connections.parse(secret)
    except ValueError as error:
        raise AuthFailed(f"{title}: the connection is {error}") from None


def _access(what: str, code: str, url: str, written: connections.AirflowConnection) -> WebAccess:
    access = WebAccess(
        platform=code,
        base_url=url,
        login=written.login,
        password=written.password,
        token=str(written.extra.get("token") or ""),
        ca_file=str(written.extra.get("ca_file") or ""),
        options=written.extra,
        what=what,
    )
    parts = urlsplit(url)
    is_local = parts.hostname is not None and (parts.hostname in _LOCAL or parts.hostname.startswith("127."))
    if parts.scheme == "http" and not is_local and not access.flag("plain_http", default=False):
        raise AuthFailed(f"{access.title}: a password over plain HTTP needs the connection's option plain_http")
    return replace(access, verify=access.flag("verify", default=True))


def _url(written: connections.AirflowConnection, source: str) -> str:
    host = written.host
    if not host:
        return source.rstrip("/")
    if "://" in host:
        scheme, _, host = host.partition("://")
    else:
        scheme = next((each for each in (written.schema, written.kind) if each in _SCHEMES), "https")
    host, _, path = host.partition("/")
    bracketed = f"[{host}]" if host.count(":") > 1 and not host.startswith("[") else host
    port = f":{written.port}" if written.port else ""
    below = f"/{path}" if path else "" if written.schema in ("", *_SCHEMES) else f"/{written.schema}"
    return f"{scheme}://{bracketed}{port}{below}".rstrip("/")
