"""The `sql` kind: a platform, or whatever stands in its place, as a database with statements of its own (`docs/platforms.md`).

The column `source` names a folder: `vehicles.sql` (required) gives the columns of the snapshot contract, `accounts.sql` the
account tree, `block_account.sql` and `block_vehicle.sql` change one account or vehicle (`:account_id` or `:vehicle_id`,
`:blocked`), `account_state.sql` and `vehicle_state.sql` tell whether it is blocked. One statement a file. A `source` that ends
in `.sql` is the file with the statement for vehicles, and the others lie beside it.
"""

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pipelines import storage
from pipelines.platforms import retries
from pipelines.platforms.account_tree import under
from pipelines.platforms.credentials import connection_of
from pipelines.platforms.database_rows import batches, check_columns, check_rows, column, yes_no
from pipelines.platforms.errors import AccessDenied, AuthFailed, Conflict, InvalidInput, NotFound, PlatformFailed, ProtocolBroken, Transient
from pipelines.platforms.interface import (
    ACCOUNT_COLUMNS,
    METER_PREFIX,
    OWNERS_COLUMN,
    REQUIRED_COLUMNS,
    VEHICLE_COLUMNS,
    AccountBelow,
    AccountState,
    Blocking,
    Capability,
    Edit,
    Effective,
    Fleet,
    Platform,
    Probe,
)

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlalchemy import URL, Connection, Engine

VEHICLES, ACCOUNTS = "vehicles.sql", "accounts.sql"
BLOCK_ACCOUNT, BLOCK_VEHICLE = "block_account.sql", "block_vehicle.sql"
STATE_ACCOUNT, STATE_VEHICLE = "account_state.sql", "vehicle_state.sql"
BATCH = 20_000  # rows that are held as Python objects at once
_LONGEST_STATEMENT = 1_000_000
_DRIVERS = {
    "postgres": "postgresql+psycopg2",
    "postgresql": "postgresql+psycopg2",
    "mysql": "mysql+pymysql",
    "mssql": "mssql+pyodbc",
    "oracle": "oracle+oracledb",
}


def connect(platform: Platform, secret: str | None, at: datetime) -> "Database":  # noqa: ARG001 - every connector takes its moment; a database has its own
    """Connector of a database; the connection is a SQLAlchemy URL or an Airflow connection of its kind."""
    if not platform.source:
        raise InvalidInput(f"platform {platform.platform!r}: the column source names no folder with {VEHICLES}")
    return Database(platform, _url(platform, secret))


class Database:
    """A database that is asked by the statements of a folder."""

    def __init__(self, platform: Platform, url: "URL") -> None:
        self._platform = platform
        self._url = url
        self._engine: Engine | None = None

    def probe(self) -> Probe:
        """Log in, and read the first rows of what is there to read."""
        capabilities = {Capability.LIST_VEHICLES}
        with self._opened() as connection:
            first = next(batches(connection, self._statement(VEHICLES), {}, 1), None)
            check_columns(self._says(VEHICLES), first[0] if first else (), REQUIRED_COLUMNS)
            names = set(first[0]) if first else set()
        if any(name.startswith(METER_PREFIX) for name in names):
            capabilities.add(Capability.DAILY_METERS)
        for file, state, capability in (
            (ACCOUNTS, ACCOUNTS, Capability.LIST_ACCOUNTS),
            (BLOCK_ACCOUNT, STATE_ACCOUNT, Capability.BLOCK_ACCOUNT),
            (BLOCK_VEHICLE, STATE_VEHICLE, Capability.BLOCK_VEHICLE),
        ):
            if self._has(file) and self._has(state):
                capabilities.add(capability)
        return Probe(self._url.get_dialect().name, frozenset(capabilities))

    def fleet(self) -> Fleet:
        """The rows of both statements in one transaction, read in batches."""

        def read() -> Fleet:
            with self._opened() as connection:
                vehicles, ignored = self._table(connection, VEHICLES, (*VEHICLE_COLUMNS, OWNERS_COLUMN), REQUIRED_COLUMNS)
                if not self._has(ACCOUNTS):
                    return Fleet(vehicles, ignored=ignored)
                accounts, unknown = self._table(connection, ACCOUNTS, ACCOUNT_COLUMNS, ("account_id",))
            return Fleet(vehicles, accounts, ignored=(*ignored, *unknown))

        return retries.retried(read, self._platform.platform)

    def account_state(self, account_ids: Sequence[str]) -> Mapping[str, AccountState]:
        """State of accounts by `account_state.sql`: one row `blocked` (and, if it likes, `administrator`) for `:account_id`."""

        def read() -> dict[str, AccountState]:
            with self._opened() as connection:
                rows = {each: self._state(connection, STATE_ACCOUNT, account_id=each) for each in account_ids}
            return {
                each: AccountState(each, yes_no(row.get("blocked")), yes_no(row.get("administrator")))
                for each, row in rows.items()
                if row is not None
            }

        return retries.retried(read, self._platform.platform)

    def set_account_blocked(self, account_id: str, *, blocked: bool) -> Blocking:
        """Run `block_account.sql` in a transaction of its own, and read the state back in another."""
        return self._set_blocked(BLOCK_ACCOUNT, STATE_ACCOUNT, blocked=blocked, account_id=account_id)

    def set_vehicle_blocked(self, vehicle_id: str, *, blocked: bool) -> Blocking:
        """The same by `block_vehicle.sql`."""
        return self._set_blocked(BLOCK_VEHICLE, STATE_VEHICLE, blocked=blocked, vehicle_id=vehicle_id)

    def vehicle_state(self, vehicle_ids: Sequence[str]) -> Mapping[str, bool | None]:
        """State of vehicles by `vehicle_state.sql`: one row `blocked` for `:vehicle_id`."""

        def read() -> dict[str, bool | None]:
            with self._opened() as connection:
                rows = {each: self._state(connection, STATE_VEHICLE, vehicle_id=each) for each in vehicle_ids}
            return {each: yes_no(row.get("blocked")) for each, row in rows.items() if row is not None}

        return retries.retried(read, self._platform.platform)

    def accounts_below(self, account_ids: Sequence[str]) -> Mapping[str, tuple[AccountBelow, ...]]:
        """The accounts under each account by `accounts.sql`, if there is one. There are no share links."""
        if not self._has(ACCOUNTS):
            return {}

        def read() -> tuple[dict[str, str | None], dict[str, bool | None]]:
            with self._opened() as connection:
                rows = self._table(connection, ACCOUNTS, ACCOUNT_COLUMNS, ("account_id",))[0].to_pylist()
            return (
                {row["account_id"]: row.get("parent_account_id") for row in rows},
                {row["account_id"]: yes_no(row.get("enabled")) for row in rows},
            )

        parents, enabled = retries.retried(read, self._platform.platform)
        return {
            top: tuple(
                AccountBelow(each, above, None if enabled[each] is None else not enabled[each]) for each, above in under(parents, top)
            )
            for top in account_ids
            if top in parents
        }

    def share_link_state(self, link_ids: Sequence[str]) -> Mapping[str, AccountState]:
        """None: a database has no share links."""
        return {}

    def set_share_link_blocked(self, link_id: str, *, blocked: bool) -> Blocking:
        """AccessDenied always: a database has no share links."""
        raise AccessDenied(self._says(f"{link_id}: it has no share links that could be blocked"))

    def last_edits(self, account_ids: Sequence[str], since: datetime) -> Mapping[str, Edit]:
        """None: nobody has told where it is kept."""
        return {}

    def close(self) -> None:
        """Let go of the connections."""
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    # writing

    def _set_blocked(self, statement: str, state: str, *, blocked: bool, **key: str) -> Blocking:
        [number] = key.values()
        if not (self._has(statement) and self._has(state)):
            raise AccessDenied(self._says(f"it has no {statement} with {state}, so nothing can be blocked there"))
        before = self._blocked(state, **key)
        if before == blocked:
            return Blocking(before, before, Effective.NOW)
        lost: Transient | None = None
        try:
            with self._opened(is_write=True) as connection:
                self._run(connection, statement, {**key, "blocked": blocked})
        except Transient as error:
            lost = error  # the write may have happened all the same: what counts is what is read
        after = self._blocked(state, **key)
        if after != blocked:
            raise lost or Conflict(self._says(f"{number}: {statement} ran, and it reads as it was before"))
        return Blocking(before, after, Effective.NOW)

    def _blocked(self, state: str, **key: str) -> bool | None:
        def read() -> Mapping[str, Any] | None:
            with self._opened() as connection:
                return self._state(connection, state, **key)

        row = retries.retried(read, self._platform.platform)
        if row is None:
            raise NotFound(self._says(f"{next(iter(key.values()))!r} is not there"))
        return yes_no(row.get("blocked"))

    # asking

    def _state(self, connection: "Connection", file: str, **key: str) -> Mapping[str, Any] | None:
        if not self._has(file):
            raise AccessDenied(self._says(f"it has no {file}, so no state can be read"))
        rows = self._run(connection, file, key)
        if len(rows) > 1:
            raise ProtocolBroken(self._says(f"{file} gives {len(rows)} rows for {next(iter(key.values()))!r}"))
        if rows and "blocked" not in rows[0]:
            raise ProtocolBroken(self._says(f"{file} has no column blocked"))
        return rows[0] if rows else None

    def _run(self, connection: "Connection", file: str, binds: Mapping[str, Any]) -> list[dict[str, Any]]:
        from sqlalchemy import text

        result = connection.execute(text(self._statement(file)), dict(binds))
        return [{str(name).lower(): cell for name, cell in row.items()} for row in result.mappings()] if result.returns_rows else []

    def _table(
        self, connection: "Connection", file: str, wanted: Sequence[str], required: Sequence[str]
    ) -> "tuple[pa.Table, tuple[str, ...]]":
        """(table of text, ignored columns) of a statement's rows."""
        import pyarrow as pa

        parts: list[pa.Table] = []
        names: tuple[str, ...] = ()
        rows = 0
        for names, batch in batches(connection, self._statement(file), {}, BATCH):
            check_columns(self._says(file), names, required)
            rows += len(batch)
            check_rows(self._says(file), rows)
            kept = [name for name in names if name in wanted or (name.startswith(METER_PREFIX) and wanted is not ACCOUNT_COLUMNS)]
            cells = zip(*batch, strict=True) if batch else [()] * len(names)
            columns = dict(zip(names, cells, strict=True))
            parts.append(pa.table({name: column(name, columns[name]) for name in kept}))
        known = set(parts[0].column_names)
        return pa.concat_tables(parts), tuple(name for name in names if name not in known)

    @contextmanager
    def _opened(self, *, is_write: bool = False) -> "Iterator[Connection]":
        """A transaction, committed when it writes. What the database says becomes one of the named errors."""
        from sqlalchemy.exc import SQLAlchemyError

        try:
            with self._made().connect() as connection:
                if not is_write and connection.dialect.name == "postgresql":
                    connection.execution_options(postgresql_readonly=True, isolation_level="REPEATABLE READ")
                yield connection
                if is_write:
                    connection.commit()
        except SQLAlchemyError as error:
            raise self._failure(error) from None

    def _made(self) -> "Engine":
        from sqlalchemy import create_engine
        from sqlalchemy.exc import ArgumentError, NoSuchModuleError
        from sqlalchemy.pool import NullPool

        if self._engine is None:
            waits = {"postgresql": {"connect_timeout": 10, "options": "-c statement_timeout=600000"}, "mysql": {"connect_timeout": 10}}
            try:
                dialect = self._url.get_dialect().name
                self._engine = create_engine(self._url, poolclass=NullPool, connect_args=waits.get(dialect, {}))
            except (ArgumentError, NoSuchModuleError, ImportError):
                raise InvalidInput(self._says(f"the driver {self._url.drivername} is not installed")) from None
        return self._engine

    def _failure(self, error: Exception) -> PlatformFailed:
        from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

        original = getattr(error, "orig", None)
        said = (str(original or type(error).__name__).strip().splitlines() or [""])[0]
        for secret in (self._url.password, self._url.render_as_string(hide_password=False)):
            said = said.replace(str(secret), "***") if secret else said
        if any(each in said.lower() for each in ("authentication", "access denied for user", "login failed", "role ")):
            return AuthFailed(self._says("the database does not accept the user or password"))
        if "permission denied" in said.lower() or "command denied" in said.lower() or "read-only transaction" in said.lower():
            return AccessDenied(self._says(said))
        lost = isinstance(error, DBAPIError) and error.connection_invalidated
        if lost or (isinstance(error, OperationalError | InterfaceError) and "no such" not in said and "syntax" not in said):
            return Transient(self._says(f"the database does not answer: {said}"))
        return InvalidInput(self._says(f"a statement cannot be run: {said}"))

    def _statement(self, file: str) -> str:
        filesystem, path = storage.place(self._path(file))
        try:
            if (filesystem.size(path) or 0) > _LONGEST_STATEMENT:
                raise InvalidInput(self._says(f"{file} is larger than a statement can be"))
            return str(filesystem.cat_file(path).decode("utf-8"))
        except FileNotFoundError:
            raise InvalidInput(self._says(f"there is no {file} in its source")) from None
        except UnicodeDecodeError:
            raise InvalidInput(self._says(f"{file} is not UTF-8")) from None

    def _has(self, file: str) -> bool:
        filesystem, path = storage.place(self._path(file))
        return storage.kind_of(filesystem, path) == "file"

    def _path(self, file: str) -> str:
        source = str(self._platform.source)
        if source.endswith(".sql"):
            return source if file == VEHICLES else posixpath.join(posixpath.dirname(source), file)
        return posixpath.join(source, file)

    def _says(self, what: str) -> str:
        return f"platform {self._platform.platform!r}: {what}"


def _url(platform: Platform, secret: str | None) -> "URL":
    from sqlalchemy import URL, make_url
    from sqlalchemy.exc import ArgumentError

    written = connection_of(platform, secret)
    try:
        if not str(secret).lstrip().startswith("{"):
            made = make_url(str(secret).strip())
            return made.set(drivername=_DRIVERS.get(made.drivername, made.drivername))
        is_file = written.kind.partition("+")[0] == "sqlite"  # Airflow writes its path as the host
        return URL.create(
            _DRIVERS.get(written.kind, written.kind),
            written.login or None,
            written.password or None,
            None if is_file else written.host or None,
            written.port,
            (is_file and written.host) or written.schema or None,
            {name: str(value) for name, value in written.extra.items()},
        )
    except (ArgumentError, ValueError, TypeError):
        raise AuthFailed(f"platform {platform.platform!r}: the connection is no database URL") from None
