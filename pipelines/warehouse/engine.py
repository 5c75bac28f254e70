"""Connections to the warehouse: as the application (default) or as the owner (migrations only)."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

from pipelines.errors import Refused
from pipelines.settings import Settings
from pipelines.warehouse import embedded

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine


_NO_SCHEMA = {"42P01", "3F000", "42703"}  # undefined table, schema, column
_STORES_NOTHING = {"53100": "has no room left on its disk", "25006": "may only be read just now"}


class WarehouseUnreachable(Refused):
    """PostgreSQL does not answer, or its schema is not the one that this version needs."""


class NoHouse(Refused):
    """There is no embedded server in the home yet: whoever asks creates none."""


def url(settings: Settings, *, owner: bool = False) -> str:
    """SQLAlchemy URL of the warehouse; starts the embedded server when that is the one.

    Only the owner, whose upgrade makes the schema, creates a server that is not there; NoHouse for everybody else.
    """
    if settings.embedded:
        if not owner and not embedded.is_there(settings.home):
            raise NoHouse(f"there is no fleetbill in {settings.home.resolve()} (FLEETBILL_HOME): `fleetbill db upgrade` makes one there")
        embedded.ensure_running(settings.home)
        return embedded.address(settings.home, embedded.OWNER if owner else embedded.APPLICATION)
    text = settings.database_owner_url if owner and settings.database_owner_url else settings.database_url
    return _verifying(text.replace("postgres://", "postgresql://", 1).replace("postgresql://", "postgresql+psycopg2://", 1))


def _verifying(address: str) -> str:
    """The URL, with TLS and the server's name checked where it leads to another machine and says nothing of `sslmode`.

    By itself libpq would take an unencrypted connection, or one to anybody who answers.
    """
    from ssl import get_default_verify_paths

    from sqlalchemy import make_url

    where = make_url(address)
    host = where.query.get("host", where.host or "")
    is_local = not host or host in ("localhost", "::1") or str(host).startswith(("127.", "/", "@"))
    if is_local or "sslmode" in where.query:
        return address
    trusted = where.query.get("sslrootcert") or get_default_verify_paths().cafile or "system"
    return where.update_query_dict({"sslmode": "verify-full", "sslrootcert": trusted}).render_as_string(hide_password=False)


def engine(settings: Settings) -> "Engine":
    """The application's engine. Every connection acts as the application role, also where the URL names a mightier one."""
    return _engine(url(settings), f"fleetbill {os.getpid()}")


@contextmanager
def transaction(settings: Settings) -> Iterator["Connection"]:
    """One transaction as the application: committed at the end, rolled back on any error."""
    with connected(settings) as connection, connection.begin():
        yield connection


@contextmanager
def reading(settings: Settings) -> Iterator["Connection"]:
    """The warehouse as it is at one moment. The database itself refuses to store anything, and no writer waits for it."""
    with connected(settings) as connection:
        connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with connection.begin():
            yield connection


@contextmanager
def as_owner(settings: Settings, options: str = "-c timezone=UTC") -> Iterator["Connection"]:
    """A connection as the owner: for migrations, roles and backups. ``options``: settings of the session, as libpq takes them.

    What the server cannot do at all is refused in words, as of `connected`; a schema that is missing is the owner's own affair.
    """
    from sqlalchemy import create_engine
    from sqlalchemy.exc import OperationalError

    made = create_engine(url(settings, owner=True), connect_args={"options": options}, hide_parameters=True)
    try:
        try:
            connection = made.connect()
        except OperationalError as error:
            raise _unreachable(error) from None
        with _in_words(), connection:
            yield connection
    finally:
        made.dispose()


def _unreachable(error: Exception) -> WarehouseUnreachable:
    return WarehouseUnreachable(
        f"the database does not answer: {first_line(error)}; start it, or set FLEETBILL_DATABASE_URL to where it is"
    )


@contextmanager
def connected(settings: Settings) -> Iterator["Connection"]:
    """A connection as the application, for who ends its transactions himself. What the server cannot do at all is refused in words."""
    import psycopg2
    from sqlalchemy.exc import DBAPIError, OperationalError

    try:
        connection = engine(settings).connect()
    except OperationalError as error:
        raise _unreachable(error) from None
    try:
        with _in_words(), connection:
            yield connection
    except (DBAPIError, psycopg2.Error) as error:
        if _code(error) in _NO_SCHEMA:
            raise WarehouseUnreachable(f"the schema is missing or old ({first_line(error)}); `fleetbill db upgrade` mends it") from None
        raise


@contextmanager
def _in_words() -> Iterator[None]:
    """No room, a server that may only be read, and one that went away are WarehouseUnreachable; every other error is left as it is."""
    import psycopg2
    from sqlalchemy.exc import DBAPIError

    try:
        yield
    except (DBAPIError, psycopg2.Error) as error:  # the driver's own where rows were copied
        code = _code(error)
        if code in _STORES_NOTHING:
            why = f"the database {_STORES_NOTHING[code]} ({first_line(error)})"
            raise WarehouseUnreachable(f"{why}: of this step nothing was stored; run it again when that is mended") from None
        if getattr(error, "connection_invalidated", False) or (code is None and isinstance(error, psycopg2.OperationalError)):
            why = f"the database went away in the midst of a step ({first_line(error)})"
            raise WarehouseUnreachable(f"{why}: a step is stored whole or not at all; run it again when the server is back") from None
        raise


def _code(error: Exception) -> str | None:
    """The server's code of an error, of the driver's or wrapped by SQLAlchemy; None where it said none."""
    code: str | None = getattr(getattr(error, "orig", error), "pgcode", None)
    return code


@cache
def _engine(address: str, name: str) -> "Engine":
    from sqlalchemy import create_engine, event

    made = create_engine(
        address,
        pool_pre_ping=True,
        pool_size=2,
        connect_args={"application_name": name, "options": "-c timezone=UTC"},
        hide_parameters=True,  # an error is logged with its statement; what a client is called stays out of it
    )

    @event.listens_for(made, "connect")
    def act_as_application(raw: object, _record: object) -> None:
        with raw.cursor() as cursor:  # type: ignore[attr-defined]  # a psycopg2 connection, typed object by SQLAlchemy
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s AND rolname <> current_user", (embedded.APPLICATION,))
            if cursor.fetchone():
                cursor.execute(f"SET SESSION ROLE {embedded.APPLICATION}")
        raw.commit()  # type: ignore[attr-defined]  # as above

    return made


def first_line(error: Exception) -> str:
    """First line of a database error, without the URL or its password."""
    return str(getattr(error, "orig", error)).strip().split("\n", 1)[0]
