"""A killed import of master data leaves nothing, and runs again."""

import signal
import time

import pytest
from sqlalchemy import create_engine, text

from pipelines.master.importing import import_master
from tests.database import contents, difference
from tests.killing import kill_when, start
from tests.sheets import as_csv, company

WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = CAST(:table AS regclass)"


@pytest.mark.parametrize("held", ["history", "terms"])
def test_a_killed_import_leaves_nothing_and_runs_again(settings, environment, author, tmp_path, held):
    """SIGKILL while the import waits inside its transaction, after it has written the tables before the held one."""
    source = as_csv(company(), tmp_path / "folder")
    before = contents(settings)
    owner = create_engine(settings.database_owner_url)
    with owner.connect() as holder, owner.connect().execution_options(isolation_level="AUTOCOMMIT") as watcher:
        holder.execute(text(f"LOCK TABLE master.{held} IN EXCLUSIVE MODE"))  # readers pass, writers wait
        process = start(environment, "master", "import", source, "--by", author.by, "--reason", author.reason)
        kill_when(process, lambda: watcher.execute(text(WAITING), {"table": f"master.{held}"}).scalar())
        assert process.returncode == -signal.SIGKILL, "the import never came to the held table"
        holder.rollback()
    owner.dispose()
    _wait_until_gone(settings, process.pid)
    assert contents(settings) == before
    import_master(settings, source, author)
    again = contents(settings)

    _empty(settings)
    import_master(settings, source, author)
    assert difference(again, contents(settings)) == {}


def _wait_until_gone(settings, pid):
    owner = create_engine(settings.database_owner_url)
    sql = "SELECT count(*) FROM pg_stat_activity WHERE application_name = :name"
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for _ in range(300):
            if not connection.execute(text(sql), {"name": f"fleetbill {pid}"}).scalar():
                break
            time.sleep(0.1)
    owner.dispose()


def _empty(settings):
    """An undisturbed start in the same database: the schema anew."""
    from pipelines.warehouse import engine, migrate

    engine.engine(settings).dispose()
    migrate.downgrade(settings, "base")
    migrate.upgrade(settings)
