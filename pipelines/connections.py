"""An Airflow connection as the environment has it, a URI or JSON, read without Airflow. Its secrets show nowhere."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

_YES = {"1", "true", "yes", "on"}
_NO = {"0", "false", "no", "off"}


@dataclass(frozen=True, slots=True)
class AirflowConnection:
    """The parts of a connection; what is not given is empty. ``extra`` may hold tokens, so it is not shown either."""

    kind: str
    host: str
    port: int | None
    login: str = field(repr=False)
    password: str = field(repr=False)
    schema: str
    extra: Mapping[str, Any] = field(repr=False)

    def flag(self, name: str, *, default: bool) -> bool:
        """A yes-or-no option of ``extra``; ValueError when it is neither."""
        text = str(self.extra.get(name, default)).strip().lower()
        if text not in _YES | _NO:
            raise ValueError(f"{name} is neither true nor false")
        return text in _YES


def parse(text: str) -> AirflowConnection:
    """``kind://login:password@host:port/schema?option=value``, or Airflow's JSON. ValueError never quotes the text.

    As Airflow writes them: the parts of a URI are percent-encoded, and ``__extra__`` holds options as JSON.
    """
    try:
        return _from_json(text) if text.lstrip().startswith("{") else _from_uri(text)
    except (ValueError, TypeError, AttributeError):
        raise ValueError("neither a URI (kind://login:password@host:port) nor Airflow's JSON") from None


def _from_uri(text: str) -> AirflowConnection:
    split = urlsplit(text.strip())
    host, login, password = (unquote(part or "") for part in (split.hostname, split.username, split.password))
    options: dict[str, Any] = dict(parse_qsl(split.query))
    if "__extra__" in options:
        options = _options(options["__extra__"])
    return AirflowConnection(split.scheme, host, split.port, login, password, unquote(split.path.removeprefix("/")), options)


def _from_json(text: str) -> AirflowConnection:
    written = json.loads(text)
    return AirflowConnection(
        kind=str(written.get("conn_type") or ""),
        host=str(written.get("host") or ""),
        port=int(written["port"]) if written.get("port") else None,
        login=str(written.get("login") or ""),
        password=str(written.get("password") or ""),
        schema=str(written.get("schema") or ""),
        extra=_options(written.get("extra") or {}),
    )


def _options(extra: Any) -> dict[str, Any]:
    return dict(json.loads(extra) if isinstance(extra, str) else extra)
