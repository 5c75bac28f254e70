"""The SMTP server as an Airflow connection describes it: a URI or JSON. Pure; the password shows nowhere."""

from dataclasses import dataclass, field
from typing import Literal

from pipelines import connections
from pipelines.errors import BadInput

Starttls = Literal["required", "offered", "never"]


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
        written = connections.parse(text)
    except ValueError:
        raise BadInput.one(place, "neither a URI (smtp://user:password@host:port) nor Airflow's JSON") from None
    kind, extra = written.kind or "smtp", written.extra
    if kind not in {"smtp", "smtps"} or not written.host:
        raise BadInput.one(place, "needs the type smtp or smtps and a host")
    try:
        tls = kind == "smtps" or written.port == 465 or written.flag("ssl", default=False)
        off = written.flag("disable_tls", default=False) or ("starttls" in extra and not written.flag("starttls", default=True))
        starttls: Starttls = "never" if off or tls else "required" if "starttls" in extra else "offered"
        return SmtpServer(
            host=written.host,
            port=written.port or (465 if tls else 25),
            user=written.login,
            password=written.password,
            tls=tls,
            starttls=starttls,
            ca_file=str(extra.get("ca_file", "")),
            verify=written.flag("verify", default=True),
            timeout=int(extra.get("timeout", 60)),
        )
    except ValueError as error:
        raise BadInput.one(place, str(error)) from None
