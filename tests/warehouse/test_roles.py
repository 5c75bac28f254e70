"""Each role does what it is for and is refused the rest, by the server itself."""

import re

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

from pipelines.warehouse import embedded, engine, roles
from tests.lake_builder import World

FORBIDDEN = {
    embedded.APPLICATION: [
        "CREATE TABLE master.mine (a integer)",
        "CREATE TABLE public.mine (a integer)",
        "CREATE SCHEMA mine",
        "CREATE ROLE mine",
        "SET ROLE fleetbill_owner",
        "DROP TABLE master.clients",
        "ALTER TABLE master.clients ADD COLUMN mine text",
        "CREATE FUNCTION mine() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "UPDATE runs.backups SET files = 0",
        "COPY master.clients TO PROGRAM 'cat'",
    ],
    embedded.REPORTS: [
        "SELECT email FROM master.clients",
        "SELECT * FROM master.clients",
        "SELECT purpose FROM receivables.payments",
        "SELECT 1 FROM delivery.mail_outbox",
        "SELECT 1 FROM master.history",
        "SELECT 1 FROM master.pictures",
        "INSERT INTO runs.backups VALUES (now(), 1, 1, 0)",
        "UPDATE master.clients SET name = 'x'",
        "DELETE FROM master.clients",
        "TRUNCATE master.clients",
        "CREATE TABLE master.mine (a integer)",
        "SET ROLE fleetbill_app",
    ],
    embedded.CABINET: [
        "SELECT client_code FROM master.clients",
        "SELECT number FROM billing.invoices",
        "SELECT 1 FROM runs.backups",
        "CREATE TABLE public.mine (a integer)",
        "SET ROLE fleetbill_app",
        "SET ROLE fleetbill_reports",
    ],
}
# words of columns that tell how to reach a person, or hold copies of such
REACHING = re.compile(r"mail|phone|address|recipients|token|password|secret|payer_(?!inn)|^before|^after|bounced|accepted")


def _as(settings, role):
    return create_engine(make_url(settings.database_owner_url).set(username=role))


@pytest.mark.parametrize("role", FORBIDDEN)
def test_a_role_is_refused_what_is_not_its_work(sealed, role):
    logged_in = _as(sealed, role)
    for attempt in FORBIDDEN[role]:
        with logged_in.connect() as connection, pytest.raises(DBAPIError) as refused:
            connection.execute(text(attempt))
        assert refused.value.orig.pgcode == "42501", attempt
    logged_in.dispose()


def test_reports_read_what_reports_need_and_no_way_to_reach_a_person(sealed):
    reports = _as(sealed, embedded.REPORTS)
    with reports.connect() as connection:
        for table in ("billing.invoices", "usage.contract_days", "receivables.invoice_balances", "findings.occurrences"):
            assert connection.execute(text(f"SELECT * FROM {table} LIMIT 1")).all() == []
        connection.execute(text("SELECT client_code, name, inn FROM master.clients")).all()
        readable = connection.execute(
            text("SELECT table_schema || '.' || table_name, column_name FROM information_schema.column_privileges WHERE grantee = :r"),
            {"r": embedded.REPORTS},
        ).all()
    reports.dispose()
    assert len(readable) > 300
    telling = {(table, column) for table, column in readable if REACHING.search(column)}
    postal = {("master.organizations", "address")}  # our own
    quality = {("evidence.failures", "cannot_be_accepted"), ("evidence.current_failures", "cannot_be_accepted")}
    assert telling == postal | quality, "what reports must not read is named in pipelines/warehouse/roles.py"


def test_what_was_granted_too_much_is_taken_back(settings):
    with World(settings):
        pass
    owner = create_engine(settings.database_owner_url)
    with owner.begin() as connection:
        connection.execute(text("GRANT SELECT ON master.clients, master.history TO fleetbill_reports"))
    assert [each.is_there for each in roles.arrange(settings)] == [True] * 3
    reports = _as(settings, embedded.REPORTS)
    for attempt in ("SELECT email FROM master.clients", "SELECT 1 FROM master.history"):
        with reports.connect() as connection, pytest.raises(DBAPIError, match="permission denied"):
            connection.execute(text(attempt))
    reports.dispose()
    owner.dispose()


def test_an_error_is_told_without_what_was_to_be_stored(settings):
    add = text("INSERT INTO master.clients (client_code, name, kind) VALUES ('C', :name, 'none')")
    with pytest.raises(DBAPIError) as failed, engine.transaction(settings) as connection:
        connection.execute(add, {"name": "Тайнова А. А."})
    assert "Тайнова" not in str(failed.value).partition("[SQL")[2]
