"""The schema goes up, down and up again; twice and from two processes at once is safe; the application's role is bounded."""

import subprocess
import sys

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from pipelines.warehouse import engine, migrate


def _tables(settings):
    owner = create_engine(settings.database_owner_url)
    with owner.connect() as connection:
        found = connection.execute(
            text(
                "SELECT table_schema || '.' || table_name FROM information_schema.tables "
                "WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1"
            )
        )
        names = [row[0] for row in found]
    owner.dispose()
    return names


def test_down_and_up_again_gives_the_same_schema(settings):
    before = _tables(settings)
    assert "billing.invoices" in before
    migrate.downgrade(settings, "base")
    assert [name for name in _tables(settings) if not name.endswith("alembic_version")] == []
    migrate.upgrade(settings)
    assert _tables(settings) == before


def test_upgrading_twice_changes_nothing(settings):
    assert migrate.upgrade(settings) == ("0001", "0001") or migrate.upgrade(settings)[0] == migrate.upgrade(settings)[1]


def test_two_processes_at_once(settings, environment):
    migrate.downgrade(settings, "base")
    command = [sys.executable, "-c", "from pipelines.cli.main import main; main(['db', 'upgrade'])"]
    racing = [subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate(timeout=60)[1] for process in racing]
    assert [process.returncode for process in racing] == [0, 0], said
    assert sum("upgraded from nothing" in line for line in said) == 1


@pytest.mark.parametrize(
    "table",
    [
        "billing.invoices",
        "billing.invoice_lines",
        "billing.approvals",
        "billing.holds",
        "billing.closed",
        "master.history",
        "evidence.events",
        "evidence.sensor_lists",
        "evidence.carries",
        "findings.mutings",
    ],
)
@pytest.mark.parametrize(
    "attempt",
    ["UPDATE {} SET {column} = {column}", "DELETE FROM {}", "TRUNCATE {} CASCADE", "ALTER TABLE {} DISABLE TRIGGER ALL", "DROP TABLE {}"],
)
def test_the_application_is_refused(sealed, table, attempt):
    with engine.engine(sealed).connect() as connection:
        schema, name = table.split(".")
        column = connection.execute(
            text(
                "SELECT column_name FROM information_schema.columns "
                "WHERE table_schema = :s AND table_name = :t ORDER BY ordinal_position LIMIT 1"
            ),
            {"s": schema, "t": name},
        ).scalar_one()
        with pytest.raises(DBAPIError) as refused:
            connection.execute(text(attempt.format(table, column=column)))
        assert refused.value.orig.pgcode == "42501"  # insufficient_privilege
