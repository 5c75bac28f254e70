"""The schema goes up, down and up again; twice and from two processes at once is safe; the application's role is bounded."""

import subprocess
import sys

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

from pipelines.master.verify import verify
from pipelines.warehouse import engine, migrate
from pipelines.warehouse.engine import WarehouseUnreachable
from tests import letters
from tests.company import Company, steady
from tests.database import contents, difference
from tests.ledger_world import House, Paper, statement


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


def test_a_house_with_data_at_0039_is_what_it_was_after_the_upgrade(settings, run_cli, tmp_path):
    """What the version before the clients' cabinet left: master data with history, invoices, payments, letters."""
    company = Company({"K1": steady(1), "K2": steady(1)}, clients={"K1": {"email": "k1@client.example", "phone": "+7 900 000-00-00"}})
    assert run_cli("master", "import", company.write_master(tmp_path / "master"), "--by", "Анна", "--reason", "начало")[0] == 0
    house = House(settings)
    house.client("A", "7736207543")
    paid, _ = house.invoices([("A", "100.00", "2026-02-10"), ("A", "70.00", "2026-03-10")])
    assert run_cli("payments", "import", statement(tmp_path / "kl.txt", Paper("1", "100.00", f"счёт {paid}")))[0] == 0
    letters.restored(settings, 2)
    before, verified = contents(settings), verify(settings)
    migrate.downgrade(settings, "0039")
    of_0039 = contents(settings)
    kept = {name for name in of_0039 if name != "public.alembic_version"}
    assert {name for name in kept if len(of_0039[name]) != len(before[name])} == set()
    assert migrate.upgrade(settings)[0] == "0039"
    assert difference(contents(settings), before) == {}
    assert verify(settings) == verified
    assert "70.00" in run_cli("ageing", "--date", "2026-03-20", "--format", "json")[1]


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


RAISED = "DO $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '{}'; END $$"


def test_what_the_server_cannot_do_for_the_owner_is_said_as_it_is(settings):
    """Before, each of these was headed as a server that does not answer, or was no word at all."""

    def refusal(kind, statement):
        with pytest.raises(kind) as refused, engine.as_owner(settings) as connection, connection.begin():
            connection.execute(text(statement))
        return str(refused.value)

    for code, words in (("53100", "has no room left on its disk"), ("25006", "may only be read just now")):
        said = refusal(WarehouseUnreachable, RAISED.format(code))
        assert said.startswith(f"the database {words} (could not extend file): of this step nothing was stored")
    said = refusal(WarehouseUnreachable, "SELECT pg_terminate_backend(pg_backend_pid())")
    assert said.startswith("the database went away in the midst of a step")
    assert "could not extend file" in refusal(DBAPIError, RAISED.format("22012"))  # any other error is the caller's


def test_a_migration_that_finds_no_room_or_is_refused_says_which_and_leaves_the_schema(settings):
    """A trigger of the server's refuses the first table: with the code of a full disk, then with one of an operator's."""
    migrate.downgrade(settings, "0046")
    before = contents(settings)
    boss = create_engine(make_url(settings.database_owner_url).set(username="postgres"), isolation_level="AUTOCOMMIT")
    with boss.connect() as connection:
        for code, words in (("53100", "the database has no room left"), ("57014", "the database refuses a step of the migration")):
            connection.execute(text(f"CREATE FUNCTION full_disk() RETURNS event_trigger LANGUAGE plpgsql AS $f${_body(code)}$f$"))
            connection.execute(text("CREATE EVENT TRIGGER full_disk ON ddl_command_start EXECUTE FUNCTION full_disk()"))
            try:
                with pytest.raises(WarehouseUnreachable, match=f"^{words}.*could not extend file"):
                    migrate.upgrade(settings)
            finally:
                connection.execute(text("DROP EVENT TRIGGER full_disk"))
                connection.execute(text("DROP FUNCTION full_disk()"))
    boss.dispose()
    assert difference(contents(settings), before) == {}
    assert migrate.upgrade(settings)[0] == "0046"


def _body(code):
    return RAISED.format(code).removeprefix("DO $$ ").removesuffix(" $$")
