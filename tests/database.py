"""The whole warehouse as comparable rows: what a killed and repeated job left behind against an undisturbed one."""

from sqlalchemy import create_engine, text

from pipelines.settings import Settings

Contents = dict[str, list[tuple[str | None, ...]]]

_COLUMNS = """
SELECT quote_ident(c.table_schema) || '.' || quote_ident(c.table_name) AS name,
       string_agg(quote_ident(c.column_name) || '::text', ', ' ORDER BY c.ordinal_position) AS columns
FROM information_schema.columns c
JOIN information_schema.tables t USING (table_schema, table_name)
WHERE t.table_type = 'BASE TABLE' AND c.table_schema NOT LIKE 'pg\\_%' AND c.table_schema <> 'information_schema'
  AND c.data_type <> 'timestamp with time zone'
  AND (t.table_schema, t.table_name) <> ('runs', 'metrics')
GROUP BY 1 ORDER BY 1
"""


def contents(settings: Settings) -> Contents:
    """Table → its rows as text in a canonical order, without columns of type timestamptz; metrics, how long each try took, are left out."""
    owner = create_engine(settings.database_owner_url or settings.database_url)
    try:
        with owner.connect() as connection:
            tables = connection.execute(text(_COLUMNS)).all()
            return {
                name: sorted(
                    (tuple(row) for row in connection.execute(text(f"SELECT {columns} FROM {name}"))),
                    key=lambda row: tuple((value is not None, value or "") for value in row),
                )
                for name, columns in tables
            }
    finally:
        owner.dispose()


def difference(one: Contents, other: Contents) -> dict[str, tuple[list[tuple[str | None, ...]], list[tuple[str | None, ...]]]]:
    """Table → (rows only in the first, rows only in the second), for the tables that differ."""
    found = {}
    for name in sorted(one.keys() | other.keys()):
        left, right = one.get(name, []), other.get(name, [])
        if left != right:
            found[name] = ([row for row in left if row not in right], [row for row in right if row not in left])
    return found
