"""Who may do what in the database: the owner migrates, the application works, reports read, the cabinet reads a client's own rows.

What the application may is granted by the migrations, table by table. What reports and the cabinet may read is granted here, anew
with every upgrade: to reports all that is not named as unread, so that a table which is added is never forgotten; to the cabinet
the tables whose rows a policy guards, and of them not the columns that are named.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipelines.settings import Settings
from pipelines.warehouse import embedded, query
from pipelines.warehouse.embedded import APPLICATION, CABINET, REPORTS
from pipelines.warehouse.engine import as_owner

if TYPE_CHECKING:
    from sqlalchemy import Connection

ROLES = {
    APPLICATION: "works: stores and reads what the commands need; no DDL, and nothing issued or decided is changed",
    REPORTS: "reads only, and nothing that tells how to reach a person",
    CABINET: "reads for the clients' cabinet, of each reader its own rows",
}

# letters with their addresses, signatures, and copies of what clients and contacts were: of no use to a report
_UNREAD = {
    ("delivery", "mail_outbox"),
    ("delivery", "mail_attempts"),
    ("delivery", "onec_told_fields"),
    ("delivery", "onec_offers"),
    ("documents", "approved_pages"),
    ("exports", "versions"),
    ("master", "address_changes"),
    ("master", "history"),
    ("master", "pictures"),
}
# of parents of guarded tables reports would read the rows twice over; links and sessions are nobody's business
_UNREAD_SCHEMAS = {"cabinet"}
# what a client is not told of its own rows: how we see it, and who of ours did what
_UNTOLD_COLUMNS = {
    "clients": {"category", "never_block", "manager", "edo_id"},
    "organizations": {"logo", "facsimile", "stamp", "edo_id"},
    "orders": {"approved_by"},
    "write_offs": {"by_name", "reason"},
}
_UNREAD_COLUMNS = {
    ("master", "clients"): {"email", "phone", "address", "edo_id"},
    ("master", "organizations"): {"email", "logo", "facsimile", "stamp"},
    ("receivables", "payments"): {"payer_name", "payer_account", "purpose"},
}


@dataclass(frozen=True, slots=True)
class RoleState:
    """A role of ours: whether the server has it, and what it may."""

    role: str
    is_there: bool
    may: str


def states(settings: Settings) -> list[RoleState]:
    """The three roles as the server has them."""
    with as_owner(settings) as connection, connection.begin():
        there = {row.name for row in query.rows(connection, "ground/roles", names=list(ROLES))}
    return [RoleState(role, role in there, may) for role, may in ROLES.items()]


def arrange(settings: Settings) -> list[RoleState]:
    """Make the roles that are missing, and give reports what they may read. What the owner may not do is left as it is."""
    with as_owner(settings) as connection, connection.begin():
        make(settings, connection)
        let_reports_read(connection)
        let_cabinet_read(connection)
    return states(settings)


def make_missing(settings: Settings) -> None:
    """Make the roles that the server lacks, before a dump that grants them something is put back."""
    with as_owner(settings) as connection, connection.begin():
        make(settings, connection)


def make(settings: Settings, connection: "Connection") -> None:
    """Make the roles that the server lacks, where we may; the owner acts as the application where a migration has to."""
    if settings.embedded:
        embedded.arrange_roles(settings.home)
    there = {row.name for row in query.rows(connection, "ground/roles", names=list(ROLES))}
    for role in sorted(ROLES.keys() - there):
        _tried(connection, ["CREATE ROLE {} NOLOGIN", *(["GRANT {} TO current_user"] if role == APPLICATION else [])], role)
    if not settings.embedded:
        _tried(connection, ["GRANT {} TO {}"], CABINET, APPLICATION)


def let_application_see_its_schema(connection: "Connection") -> None:
    """The application may ask which revision the schema is at."""
    _run(connection, "GRANT SELECT ON {} TO {}", ("public", "alembic_version"), APPLICATION)


def let_reports_read(connection: "Connection") -> None:
    """SELECT on every table and view but what is named as unread; nothing where the server has no such role."""
    if not query.rows(connection, "ground/roles", names=[REPORTS]):
        return
    relations = query.rows(connection, "ground/readable")
    for schema in sorted({row.schema_name for row in relations}):
        _run(connection, "REVOKE ALL ON ALL TABLES IN SCHEMA {} FROM {}", schema, REPORTS)
        if schema not in _UNREAD_SCHEMAS:
            _run(connection, "GRANT USAGE ON SCHEMA {} TO {}", schema, REPORTS)
    for row in relations:
        table = (row.schema_name, row.name)
        if table in _UNREAD or row.schema_name in _UNREAD_SCHEMAS:
            continue
        columns = [name for name in row.column_names if name not in _UNREAD_COLUMNS.get(table, ())]
        _run(connection, "GRANT SELECT ({}) ON {} TO {}", columns, table, REPORTS)


def let_cabinet_read(connection: "Connection") -> None:
    """SELECT on the tables whose rows a policy guards, for the role that the application takes on while it reads for a client."""
    if not query.rows(connection, "ground/roles", names=[CABINET]):
        return
    _run(connection, "REVOKE ALL ON ALL TABLES IN SCHEMA {} FROM {}", "cabinet", CABINET)
    _run(connection, "GRANT USAGE ON SCHEMA {} TO {}", "cabinet", CABINET)
    for row in query.rows(connection, "ground/guarded"):
        columns = [name for name in row.column_names if name not in _UNTOLD_COLUMNS.get(row.name, ())]
        _run(connection, "GRANT SELECT ({}) ON {} TO {}", columns, (row.schema_name, row.name), CABINET)


def _tried(connection: "Connection", commands: Iterable[str], *roles: str) -> None:
    """What the server does not let us do, and what another process has done meanwhile, is passed over."""
    import psycopg2

    try:
        with connection.begin_nested():
            for command in commands:
                _run(connection, command, *roles)
    except psycopg2.Error as error:
        if error.pgcode not in {"42501", "42704", "42710", "23505"}:  # no right, no such role, there already
            raise


def _run(connection: "Connection", command: str, *names: Any) -> None:
    from psycopg2 import sql

    parts = [
        sql.Identifier(*name) if isinstance(name, tuple) else sql.SQL(", ").join(map(sql.Identifier, name)) if isinstance(name, list)
        else sql.Identifier(name)
        for name in names
    ]  # fmt: skip
    raw: Any = connection.connection
    with raw.cursor() as cursor:
        cursor.execute(sql.SQL(command).format(*parts))
