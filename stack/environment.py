"""What Airflow's processes of one FLEETBILL_HOME are told: address of the database, secrets, users, port."""

import json
import os
import secrets
import shlex
import socket
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from pipelines.cabinet.code_keys import PLACE, new_key
from pipelines.errors import Refused
from pipelines.settings import Settings, load
from pipelines.warehouse import embedded

ROOT = Path(__file__).resolve().parents[1]
USERS = ("finance", "engineer")
PORTS = range(8080, 8180)

_CONNECTION = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"


@dataclass(frozen=True, slots=True)
class Stack:
    """One FLEETBILL_HOME as the stack sees it; every path is absolute."""

    settings: Settings

    @property
    def home(self) -> Path:
        """FLEETBILL_HOME."""
        return self.settings.home

    @property
    def private(self) -> Path:
        """Folder of secrets, passwords and process ids; its owner alone may read it."""
        return self.home / "airflow"

    @property
    def logs(self) -> Path:
        """Folder of the logs of every process."""
        return self.home / "logs"


def stack() -> Stack:
    """The stack of this process's FLEETBILL_HOME."""
    settings = load()
    return Stack(replace(settings, home=settings.home.resolve()))


def passwords(stack: Stack) -> dict[str, str]:
    """Password by user, made on first use."""
    return kept(stack, "passwords.json", lambda: {user: secrets.token_urlsafe(12) for user in USERS})


def environment(stack: Stack, port: int) -> dict[str, str]:
    """Environment of every Airflow process of this home; makes what is not there yet."""
    keys = kept(
        stack,
        "secrets.json",
        lambda: {
            "AIRFLOW__CORE__FERNET_KEY": urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_urlsafe(48),
            "AIRFLOW__API__SECRET_KEY": secrets.token_urlsafe(32),
        },
    )
    # of a file of its own: homes made before there were codes get theirs with the next start
    codes = kept(stack, "cabinet.json", lambda: {PLACE: f"fernet://:{new_key()}@"})
    passwords(stack)
    return {
        **keys,
        **codes,
        "FLEETBILL_HOME": str(stack.home),
        "AIRFLOW_HOME": str(ROOT),
        _CONNECTION: metadata_database(stack),
        # the few asynchronous reads of Airflow need no driver of their own
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC": "",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": f"http://localhost:{port}",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
        # Great Expectations reports its use to its makers unless told not to
        "GX_ANALYTICS_ENABLED": "False",
    }


def write_env_file(stack: Stack, port: int, connections: Mapping[str, str] = MappingProxyType({})) -> Path:
    """`. FLEETBILL_HOME/airflow/env` makes `airflow` and `fleetbill` of a shell speak to this stack and its ``connections``."""
    variables = {**environment(stack, port), **connections}
    lines = [f"export {key}={shlex.quote(value)}" for key, value in sorted(variables.items())]
    lines.append(f"export PATH={shlex.quote(str(ROOT / '.venv' / 'bin'))}:$PATH")
    path = stack.private / "env"
    write_private(path, "\n".join(lines) + "\n")
    return path


def free_port(wanted: int | None, among: range | None = None) -> int:
    """The wanted port, or the first free one among those of the UI, unless others are meant."""
    meant = among or PORTS
    for port in [wanted] if wanted else meant:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise Refused(f"port {wanted} of localhost is taken" if wanted else f"ports {meant[0]}–{meant[-1]} of localhost are all taken")


def metadata_database(stack: Stack) -> str:
    """URL of Airflow's own database."""
    given = os.environ.get(_CONNECTION)
    if given:
        return given
    if not stack.settings.embedded:
        raise Refused(f"FLEETBILL_DATABASE_URL names another server: name a database for Airflow's own metadata in {_CONNECTION}")
    return embedded.address(stack.home, embedded.AIRFLOW, embedded.AIRFLOW)


def kept(stack: Stack, name: str, make: Callable[[], dict[str, str]]) -> dict[str, str]:
    """What a file of the private folder holds; made on first use."""
    path = stack.private / name
    if not path.exists():
        stack.private.mkdir(parents=True, exist_ok=True)
        stack.private.chmod(0o700)
        write_private(path, json.dumps(make(), indent=1) + "\n")
    kept: dict[str, str] = json.loads(path.read_text())
    return kept


def write_private(path: Path, text: str) -> None:
    """Write a file that its owner alone reads."""
    written = path.with_suffix(".new")
    descriptor = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as handle:
        handle.write(text)
    written.replace(path)
