"""The whole database as one file of `pg_dump`, taken and put back at one moment, with what proves that no row was lost."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.errors import Refused
from pipelines.files import OWN, write_whole
from pipelines.settings import Settings
from pipelines.warehouse import embedded, query
from pipelines.warehouse.engine import as_owner, url

if TYPE_CHECKING:
    from sqlalchemy import Connection

# what a row's text depends on, the same wherever the row is read
_AS_TEXT = "-c timezone=UTC -c datestyle=ISO -c intervalstyle=postgres -c bytea_output=hex -c extra_float_digits=1"
_END_OF_ANSWER = 600
_WITHOUT_TLS = ("disable", "allow", "prefer")


class DumpFailed(Refused):
    """`pg_dump` or `pg_restore` ended with an error; the message quotes the end of what it said."""


@dataclass(frozen=True, slots=True)
class TableDigest:
    """How many rows a table has, and the sum of their digests, which does not depend on their order."""

    rows: int
    digest: str


@contextmanager
def moment(settings: Settings) -> Iterator["Connection"]:
    """The whole database as its owner reads it at one moment; nothing can be stored, and no writer waits."""
    with as_owner(settings, _AS_TEXT) as connection:
        connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with connection.begin():
            yield connection


def digests(connection: "Connection") -> dict[str, TableDigest]:
    """Table → its rows and their digest, in the caller's transaction."""
    statements = [(row.name, row.statement) for row in query.rows(connection, "ground/table_digests")]
    return {name: TableDigest(*connection.exec_driver_sql(statement).one()) for name, statement in statements}


def write(settings: Settings, connection: "Connection", target: Path) -> None:
    """Dump the moment that the connection sees into a file, readable for nobody else. DumpFailed on any error."""
    snapshot = query.scalar(connection, "ground/export_snapshot")
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWN))
    _run(settings, "pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={target}")


def is_empty(settings: Settings) -> bool:
    """Whether the database holds nothing at all, so that a dump can be put into it."""
    with as_owner(settings) as connection, connection.begin():
        return not query.scalar(connection, "ground/relations")


def read(settings: Settings, source: Path) -> None:
    """Put a dump into an empty database, whole or not at all. DumpFailed on any error."""
    _run(settings, "pg_restore", "--single-transaction", "--exit-on-error", "--no-owner", str(source))


def _run(settings: Settings, program: str, *arguments: str) -> None:
    """Run a program of PostgreSQL on the database of the settings, as its owner."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [_program(settings, program), "--no-password", f"--dbname={_address(settings, Path(folder))}", *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
    if done.returncode:
        raise DumpFailed(f"{program} failed: {' '.join(done.stderr.split())[-_END_OF_ANSWER:]}")


def _program(settings: Settings, name: str) -> str:
    """That of the wheel, whose programs know no TLS: where the URL asks for it, that of the machine."""
    from sqlalchemy import make_url

    needs_tls = make_url(url(settings, owner=True)).query.get("sslmode", "prefer") not in _WITHOUT_TLS
    of_machine = shutil.which(name) if needs_tls else ""
    if of_machine is None:
        raise DumpFailed(f"the URL asks for TLS, which the wheel's {name} does not know: install PostgreSQL's client programs")
    if of_machine:
        return of_machine
    with as_owner(settings) as connection:  # a newer pg_restore says what an older server does not understand
        server = query.scalar(connection, "ground/server_version")
    return str(embedded.program(name, server))


def _address(settings: Settings, folder: Path) -> str:
    """Where the database is, as libpq takes it. The password stands in a file, so that nobody sees it in the list of processes."""
    from psycopg2.extensions import make_dsn
    from sqlalchemy import make_url

    where = make_url(url(settings, owner=True))
    query_parts = {name: value if isinstance(value, str) else ",".join(value) for name, value in where.query.items()}
    parts: dict[str, Any] = {**where.translate_connect_args(username="user", database="dbname"), **query_parts}
    password = parts.pop("password", None)
    if password is not None:
        secret = folder / "password"
        write_whole(secret, f"*:*:*:*:{password.replace(chr(92), chr(92) * 2).replace(':', chr(92) + ':')}\n".encode())
        parts["passfile"] = str(secret)
    return str(make_dsn(**parts))
