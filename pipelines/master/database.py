"""Tables or views of another database as sheets; its password is never shown."""

from typing import TYPE_CHECKING, Any

from pipelines.errors import BadInput, Problem
from pipelines.master.source_sheets import MasterSource, RawRow, RawSheet, SheetLimits, sheet_name

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, CursorResult, Inspector


def shown_url(url: str) -> str:
    """A database URL without its password and options."""
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        return "the database URL"
    return parsed.set(query={}).render_as_string(hide_password=True)


def read_database(url: str, limits: SheetLimits) -> MasterSource:
    """The sheets of a database: every table or view with a sheet's name in its default schema. BadInput when it does not answer."""
    from sqlalchemy import create_engine, inspect
    from sqlalchemy.exc import ArgumentError, SQLAlchemyError

    name = shown_url(url)
    source = MasterSource(name, [])
    try:
        made = create_engine(_with_driver(url))
    except (ArgumentError, SQLAlchemyError, ValueError, ImportError):
        raise BadInput.one(name, "is not a database URL that can be used here: unknown form or missing driver") from None
    try:
        with made.connect() as connection:
            inspector = inspect(connection)
            for table in sorted({*inspector.get_table_names(), *inspector.get_view_names(), *_materialized(inspector)}):
                sheet = sheet_name(table)
                if sheet:
                    source.sheets.append(_sheet(connection, sheet, table, limits))
    except SQLAlchemyError as error:
        raise BadInput.one(name, f"does not answer: {_without_password(error, url)}") from None
    finally:
        made.dispose()
    return source


def _with_driver(url: str) -> "URL":
    """PostgreSQL by the driver that is installed, whatever the form of its URL."""
    from sqlalchemy import make_url

    parsed = make_url(url)
    return parsed.set(drivername="postgresql+psycopg2") if parsed.drivername in ("postgres", "postgresql") else parsed


def _materialized(inspector: "Inspector") -> list[str]:
    try:
        return inspector.get_materialized_view_names()
    except NotImplementedError:
        return []


def _sheet(connection: "Connection", name: str, label: str, limits: SheetLimits) -> RawSheet:
    from sqlalchemy import literal_column, select, table

    sheet = RawSheet(name, label, "database", heading_row=0)
    result: CursorResult[Any] = connection.execute(select(literal_column("*")).select_from(table(label)).limit(limits.rows + 1))
    sheet.headings = tuple(result.keys())
    sheet.rows = [RawRow(number, tuple(row)) for number, row in enumerate(result, 1)]
    said = limits.exceeded(len(sheet.rows), len(sheet.headings)) if sheet.headings else "has no columns"
    if said:
        sheet.problems.append((0, Problem(label, said)))
    return sheet


def _without_password(error: Exception, url: str) -> str:
    """First line of what the driver said, without the password."""
    from sqlalchemy import make_url

    said = str(getattr(error, "orig", None) or error).strip().split("\n", 1)[0]
    for secret in (url, make_url(url).password):
        if secret:
            said = said.replace(secret, "***")
    return said
