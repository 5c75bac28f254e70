"""Where a platform answers and as whom we log in: its Airflow connection, read once. Secrets show in no text of this class."""

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
    """A platform's web address without a slash at its end, and the service user. ``options`` are the connection's extra."""

    platform: str
    base_url: str
    login: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    ca_file: str = ""
    verify: bool = True
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def flag(self, name: str, *, default: bool) -> bool:
        """A yes-or-no option; AuthFailed when it is neither."""
        try:
            return connections.AirflowConnection("", "", None, "", "", "", self.options).flag(name, default=default)
        except ValueError as error:
            raise AuthFailed(f"platform {self.platform!r}: the connection's {error}") from None


def web_access(platform: Platform, secret: str | None, default_url: str = "") -> WebAccess:
    """The access that a platform's Airflow connection describes; its host may also stand in ``source``.

    AuthFailed when there is none, when it cannot be read (never quoted), or when it would send a password over plain HTTP to
    another machine and does not say ``plain_http``.
    """
    written = connection_of(platform, secret)
    url = _url(written, platform.source or default_url)
    parts = urlsplit(url)
    if not parts.hostname:
        raise AuthFailed(f"platform {platform.platform!r}: neither the connection nor the column source says a host")
    access = WebAccess(
        platform=platform.platform,
        base_url=url,
        login=written.login,
        password=written.password,
        token=str(written.extra.get("token") or ""),
        ca_file=str(written.extra.get("ca_file") or ""),
        options=written.extra,
    )
    is_local = parts.hostname in _LOCAL or parts.hostname.startswith("127.")
    if parts.scheme == "http" and not is_local and not access.flag("plain_http", default=False):
        raise AuthFailed(f"platform {platform.platform!r}: a password over plain HTTP needs the connection's option plain_http")
    return replace(access, verify=access.flag("verify", default=True))


def connection_of(platform: Platform, secret: str | None) -> connections.AirflowConnection:
    """A platform's connection in its parts. AuthFailed when it is not there or cannot be read; nothing of it is quoted."""
    if not secret:
        name = f"AIRFLOW_CONN_{platform.connection.upper()}" if platform.connection else "the column connection"
        raise AuthFailed(f"platform {platform.platform!r} has no connection: {name} is not set")
    try:
        return connections.parse(secret)
    except ValueError as error:
        raise AuthFailed(f"platform {platform.platform!r}: the connection is {error}") from None


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
