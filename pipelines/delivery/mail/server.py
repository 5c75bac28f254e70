"""The SMTP server as an Airflow connection describes it: a URI or JSON. Pure; the password shows nowhere."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from pipelines.errors import BadInput

Starttls = Literal["required", "offered", "never"]

_YES = {"1", "true", "yes", "on"}
_NO = {"0", "false", "no", "off"}


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mail is handed over. ``starttls`` offered: used when the server has it; a password goes over a plain
    connection only to this machine, or where ``starttls=false`` says so."""

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    tls: bool = False
    starttls: Starttls = "offered"
    ca_file: str = ""
    verify: bool = True
    timeout: int = 60

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def is_local(self) -> bool:
        """On this machine."""
        return self.host in {"localhost", "::1"} or self.host.startswith("127.")


def parse(text: str, name: str = "fleetbill_smtp") -> SmtpServer:
    """``smtp://user:password@host:587?starttls=true``, ``smtps://…`` or Airflow's JSON. BadInput never quotes the text.

    Options: ``starttls`` (true: required, false: never; also Airflow's ``disable_tls``), ``ca_file``, ``verify``, ``timeout``
    in seconds (ten times that after the final dot).
    """
    place = f"connection {name}"
    try:
        kind, host, port, user, password, extra = _from_json(text) if text.lstrip().startswith("{") else _from_uri(text)
    except (ValueError, TypeError, AttributeError):
        raise BadInput.one(place, "neither a URI (smtp://user:password@host:port) nor Airflow's JSON") from None
    if kind not in {"smtp", "smtps"} or not host:
        raise BadInput.one(place, "needs the type smtp or smtps and a host")
    try:
        tls = kind == "smtps" or port == 465 or _flag(extra, "ssl", default=False)
        off = _flag(extra, "disable_tls", default=False) or ("starttls" in extra and not _flag(extra, "starttls", default=True))
        starttls: Starttls = "never" if off or tls else "required" if "starttls" in extra else "offered"
        return SmtpServer(
            host=host,
            port=port or (465 if tls else 25),
            user=user,
            password=password,
            tls=tls,
            starttls=starttls,
            ca_file=str(extra.get("ca_file", "")),
            verify=_flag(extra, "verify", default=True),
            timeout=int(extra.get("timeout", 60)),
        )
    except ValueError as error:
        raise BadInput.one(place, str(error)) from None


Parts = tuple[str, str, int | None, str, str, Mapping[str, Any]]


def _from_uri(text: str) -> Parts:
    split = urlsplit(text.strip())
    # Airflow writes «-» for «_» in the scheme, and percent-encodes the rest
    host, user, password = (unquote(part or "") for part in (split.hostname, split.username, split.password))
    return split.scheme, host, split.port, user, password, dict(parse_qsl(split.query))


def _from_json(text: str) -> Parts:
    connection = json.loads(text)
    extra = connection.get("extra") or {}
    extra = json.loads(extra) if isinstance(extra, str) else extra
    port = int(connection["port"]) if connection.get("port") else None
    return (
        str(connection.get("conn_type") or "smtp"),
        str(connection.get("host") or ""),
        port,
        str(connection.get("login") or ""),
        str(connection.get("password") or ""),
        dict(extra),
    )


def _flag(extra: Mapping[str, Any], name: str, *, default: bool) -> bool:
    text = str(extra.get(name, default)).strip().lower()
    if text not in _YES | _NO:
        raise ValueError(f"{name} is neither true nor false")
    return text in _YES
