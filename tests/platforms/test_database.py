"""A database as a platform: SQLite here, PostgreSQL in `tests/warehouse/platforms`."""

import json
import sqlite3
from datetime import UTC, datetime

import pytest

from pipelines.platforms import database
from pipelines.platforms.errors import AccessDenied, AuthFailed, Conflict, InvalidInput, NotFound, ProtocolBroken, Transient
from pipelines.platforms.interface import AccountState, Blocking, Capability, Effective, Platform
from pipelines.platforms.kinds import connect

AT = datetime(2026, 3, 1, 20, 50, tzinfo=UTC)
STATEMENTS = {
    "vehicles.sql": "SELECT id AS vehicle_id, owner AS account_ids, CASE is_on WHEN 1 THEN 'active' ELSE 'deactivated' END AS state,"
    " seen AS last_message_at, run AS meter_engine_hours, colour FROM units ORDER BY id",
    "accounts.sql": "SELECT code AS account_id, above AS parent_account_id, name, 1 - is_off AS enabled FROM clients ORDER BY code",
    "account_state.sql": "SELECT is_off AS blocked, code = 'root' AS administrator FROM clients WHERE code = :account_id",
    "block_account.sql": "UPDATE clients SET is_off = :blocked WHERE code = :account_id",
}


@pytest.fixture
def base(tmp_path):
    path = tmp_path / "units.db"
    with sqlite3.connect(path) as made:
        made.executescript(
            "CREATE TABLE units (id INTEGER, owner TEXT, is_on INTEGER, seen TEXT, run NUMERIC, colour TEXT);"
            "CREATE TABLE clients (code TEXT, above TEXT, name TEXT, is_off INTEGER);"
            "INSERT INTO clients VALUES ('root', NULL, 'Дилер', 0), ('a', 'root', 'Ромашка', 0), ('b', 'root', 'Клевер', 1);"
            "INSERT INTO units VALUES (1, 'a', 1, '2026-03-01T23:49:00+03:00', 1.5, 'red'), (2, 'a, b', 0, NULL, NULL, NULL);"
        )
    return path


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "statements"
    made.mkdir()
    for name, statement in STATEMENTS.items():
        (made / name).write_text(statement, encoding="utf-8")
    return made


def connector(base, folder, **changes):
    secret = changes.pop("secret", f"sqlite:///{base}")
    return connect(Platform("gps5", "sql", str(folder), "gps5", "Europe/Moscow"), secret, AT)


def test_vehicles_and_accounts_of_two_statements(base, folder):
    fleet = connector(base, folder).fleet()
    assert fleet.vehicles.to_pylist() == [
        {
            "vehicle_id": "1",
            "account_ids": ["a"],
            "state": "active",
            "last_message_at": "2026-03-01T23:49:00+03:00",
            "meter_engine_hours": "1.5",
        },
        {"vehicle_id": "2", "account_ids": ["a", "b"], "state": "deactivated", "last_message_at": None, "meter_engine_hours": None},
    ]
    assert [tuple(row.values()) for row in fleet.accounts.to_pylist()] == [
        ("a", "root", "Ромашка", "1"),
        ("b", "root", "Клевер", "0"),
        ("root", None, "Дилер", "1"),
    ]
    assert fleet.ignored == ("colour",)
    alone = connect(Platform("gps5", "sql", str(folder / "vehicles.sql"), None, "UTC"), f"sqlite:///{base}", AT)
    assert alone.fleet().vehicles.equals(fleet.vehicles)


def test_many_rows_come_in_batches_and_none_is_an_empty_list(base, folder, monkeypatch):
    monkeypatch.setattr(database, "BATCH", 10)
    with sqlite3.connect(base) as made:
        made.executemany("INSERT INTO units VALUES (?, 'a', 1, NULL, 0, NULL)", [(number,) for number in range(3, 31)])
    assert connector(base, folder).fleet().vehicles.num_rows == 30
    with sqlite3.connect(base) as made:
        made.execute("DELETE FROM units")
    empty = connector(base, folder).fleet().vehicles
    assert (empty.num_rows, empty.column_names[0]) == (0, "vehicle_id")


def test_the_probe_tells_what_the_statements_allow(base, folder):
    every = {Capability.LIST_VEHICLES, Capability.LIST_ACCOUNTS, Capability.BLOCK_ACCOUNT, Capability.DAILY_METERS}
    probe = connector(base, folder).probe()
    assert (probe.version, probe.capabilities) == ("sqlite", every)
    (folder / "account_state.sql").unlink()
    assert connector(base, folder).probe().capabilities == every - {Capability.BLOCK_ACCOUNT}


def test_an_account_is_blocked_by_the_statement_and_read_back_by_another(base, folder):
    made = connector(base, folder)
    assert made.account_state(["a", "b", "root", "nobody"]) == {
        "a": AccountState("a", False, False),
        "b": AccountState("b", True, False),
        "root": AccountState("root", False, True),
    }
    assert made.set_account_blocked("a", blocked=True) == Blocking(False, True, Effective.NOW)
    assert made.set_account_blocked("a", blocked=False) == Blocking(True, False, Effective.NOW)
    with pytest.raises(NotFound, match="nobody"):
        made.set_account_blocked("nobody", blocked=True)
    with pytest.raises(AccessDenied, match="vehicle"):
        made.set_vehicle_blocked("1", blocked=True)
    (folder / "block_account.sql").write_text("UPDATE clients SET is_off = :blocked WHERE code = 'x' || :account_id")
    with pytest.raises(Conflict, match="reads as it was before"):
        made.set_account_blocked("a", blocked=True)


@pytest.mark.parametrize(
    ("statement", "error", "says"),
    [
        ("SELECT id AS vehicle_id FROM units", ProtocolBroken, "has no column state"),
        ("SELECT id AS vehicle_id, 'active' AS state, 1 AS state FROM units", ProtocolBroken, "more than once"),
        ("SELECT id AS vehicle_id FROM nowhere", InvalidInput, "no such table: nowhere"),
        ("SELEC 1", InvalidInput, "syntax error"),
        ("DELETE FROM units WHERE 1 = 0", InvalidInput, "gives no rows"),
        ("SELECT :nobody AS vehicle_id", InvalidInput, "cannot be run"),
    ],
)
def test_statements_that_cannot_be_meant(base, folder, statement, error, says):
    (folder / "vehicles.sql").write_text(statement)
    with pytest.raises(error, match=says):
        connector(base, folder).fleet()


def test_what_is_not_there(base, folder, tmp_path):
    with pytest.raises(InvalidInput, match=r"there is no vehicles\.sql"):
        connector(base, tmp_path).fleet()
    with pytest.raises(InvalidInput, match="source"):
        connect(Platform("gps5", "sql", None, None, "UTC"), "sqlite://", AT)
    with pytest.raises(AuthFailed, match="AIRFLOW_CONN_GPS5 is not set"):
        connector(base, folder, secret=None)
    with pytest.raises(InvalidInput, match="not installed"):
        connector(base, folder, secret="nosuchbase://u:s3cret@h/d").fleet()
    with pytest.raises(Transient, match="unable to open") as refused:
        connector(base, folder, secret="sqlite:////no/such/folder/s3cret.db").fleet()
    assert "s3cret" not in str(refused.value)
    as_airflow = json.dumps({"conn_type": "sqlite", "host": str(base)})
    assert connector(base, folder, secret=as_airflow).fleet().vehicles.num_rows == 2
    gone = {"conn_type": "postgres", "host": "127.0.0.1", "port": 1, "login": "u", "password": "s3cret", "schema": "d"}
    with pytest.raises(Transient, match="does not answer") as unreachable:
        connector(base, folder, secret=json.dumps(gone)).fleet()
    assert "s3cret" not in str(unreachable.value)


def test_the_accounts_under_an_account_come_from_the_tree(base, folder):
    (folder / "accounts.sql").write_text(
        "SELECT 'top' AS account_id, NULL AS parent_account_id, 1 AS enabled"
        " UNION ALL SELECT 'low', 'mid', NULL UNION ALL SELECT 'mid', 'top', 0 UNION ALL SELECT 'top2', 'top2', 1"
    )
    made = connector(base, folder)
    told = {
        top: [(each.account_id, each.above, each.blocked) for each in under] for top, under in made.accounts_below(["top", "x"]).items()
    }
    assert told == {"top": [("mid", "top", True), ("low", "mid", None)]}
    (folder / "accounts.sql").unlink()
    assert made.accounts_below(["top"]) == {}
    with pytest.raises(AccessDenied, match="no share links"):
        made.set_share_link_blocked("1", blocked=True)
