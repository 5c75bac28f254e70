"""`master verify`: what was changed past the history is named, whoever did it; and what the application may not even try."""

import json
from datetime import date

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from pipelines.master.retire import retire
from pipelines.master.verify import verify
from pipelines.warehouse import engine
from tests.sheets import as_csv, company, put, take
from tests.warehouse.master.test_history import FIRST, SECOND, THIRD


@pytest.fixture
def changed(settings, tmp_path):
    """Imported by Anna, a price changed by Boris, an account ended by Vera."""
    take(settings, as_csv(company(), tmp_path / "one"), FIRST)
    sheets = {name: company()[name] for name in ("tariffs", "components", "tiers")}
    put(sheets, "components", 2, "price", "330")
    put(sheets, "tiers", 2, "up_to", "20")
    take(settings, as_csv(sheets, tmp_path / "two"), SECOND)
    retire(settings, "contracts", "A-1", THIRD, date(2026, 7, 1))
    return settings


def by_hand(settings, *statements):
    """As the application's own role, at a psql prompt."""
    with engine.transaction(settings) as connection:
        for statement in statements:
            connection.execute(text(statement))


def as_owner(settings, *statements):
    owner = create_engine(settings.database_owner_url)
    with owner.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    owner.dispose()


def past_the_trigger(settings, statement):
    switched = "ALTER TABLE master.history {} TRIGGER USER"
    as_owner(settings, switched.format("DISABLE"), statement, switched.format("ENABLE"))


def found(settings):
    return [(one.found, one.sheet, one.key, one.column, one.in_history, one.in_table) for one in verify(settings).differences]


def test_what_was_imported_changed_and_retired_agrees(changed, run_cli):
    assert found(changed) == []
    code, out, err = run_cli("master", "verify")
    # 1 organization with 1 VAT mode, 2 clients, 2 contracts, 2 terms, 2 tariffs, 3 components, 2 tiers, 1 platform, 2 accounts: 18 rows;
    # 18 added, a price and a contract changed, a tier added and one retired: 22 changes
    assert (code, out, err) == (0, "history and tables agree: 18 rows, 22 changes\n", "")
    assert run_cli("master", "verify", "--format", "json")[:2] == (0, "[]\n")


def test_importing_again_and_an_empty_store_agree(settings, run_cli, tmp_path):
    assert found(settings) == []
    source = as_csv(company(), tmp_path / "one")
    assert run_cli("master", "import", source)[0] == 0
    assert run_cli("master", "import", source)[0] == 0
    assert found(settings) == []


@pytest.mark.parametrize(
    ("statement", "differences"),
    [
        (
            "UPDATE master.terms SET prepaid_vehicles = 1, minimum = 0 WHERE contract_no = 'A-1'",
            [
                ("different", "terms", "A-1|2026-01-01", "prepaid_vehicles", "10", "1"),
                ("different", "terms", "A-1|2026-01-01", "minimum", "5000", "0.00"),
            ],
        ),
        (
            "UPDATE master.tiers SET price = 9.999 WHERE up_to = 20",
            [("different", "tiers", "T2|2026-01-01|1|20", "price", "10", "9.999")],
        ),
        (
            "UPDATE master.clients SET never_block = true WHERE client_code = 'C1'",
            [("different", "clients", "C1", "never_block", "no", "yes")],
        ),
        (
            "UPDATE master.contracts SET ends_on = NULL WHERE contract_no = 'A-1'",
            [("different", "contracts", "A-1", "ends_on", "2026-06-30", "")],
        ),
        (
            "DELETE FROM master.accounts WHERE account_id = '1010'",
            [("not in the table", "accounts", "gps1|1010|A-1|2026-01-01", "", "", "")],
        ),
        (
            "INSERT INTO master.vat_modes VALUES ('MT', '2026-06-01', 'exempt')",
            [("not in the history", "vat_modes", "MT|2026-06-01", "", "", "vat_mode=exempt")],
        ),
        (
            "UPDATE master.tiers SET up_to = 25 WHERE up_to = 20",
            [
                ("not in the table", "tiers", "T2|2026-01-01|1|20", "", "price=10", ""),
                ("not in the history", "tiers", "T2|2026-01-01|1|25", "", "", "price=10"),
            ],
        ),
    ],
)  # fmt: skip
def test_a_change_by_hand_is_named(changed, statement, differences):
    by_hand(changed, statement)
    assert found(changed) == differences


def test_the_same_value_written_otherwise_is_no_difference(changed):
    by_hand(
        changed,
        "UPDATE master.components SET price = 330.000 WHERE tariff_code = 'T1'",
        "UPDATE master.terms SET discount_percent = 2.50 WHERE contract_no = 'A-1'",
    )
    assert found(changed) == []


def test_the_command_names_every_difference_and_exits_with_1(changed, run_cli):
    by_hand(changed, "UPDATE master.terms SET discount_percent = 50", "DELETE FROM master.tiers")
    code, out, err = run_cli("master", "verify", "--format", "json")
    assert code == 1
    assert [(row["sheet"], row["key"], row["column"], row["in_history"], row["in_table"]) for row in json.loads(out)[:2]] == [
        ("terms", "A-1|2026-01-01", "discount_percent", "2.5", "50"),
        ("terms", "A-2|2026-01-13", "discount_percent", "0", "50"),
    ]
    assert "4 differences between history and tables" in err


@pytest.mark.parametrize(
    ("tampering", "said"),
    [
        ("DELETE FROM master.history WHERE action = 'changed'", [("", "change 19 is gone")]),
        (
            "UPDATE master.history SET after = jsonb_set(after, '{price}', '\"310\"') WHERE key LIKE 'T1%|1' AND before IS NULL",
            [("price", "change 19 starts from 300.00, the one before it left 310")],
        ),
        ("DELETE FROM master.history WHERE key = 'T2|2026-01-01|1|15'", [("", "change 14 is gone"), ("", "change 21 is gone")]),
        ("DELETE FROM master.history WHERE sheet = 'terms'", [("", "changes 7 to 8 are gone")]),
        (
            "UPDATE master.history SET after = NULL WHERE sheet = 'contracts' AND key = 'A-1' AND before IS NULL",
            [("", "change 22 starts from a row, and there was none")],
        ),
    ],
)  # fmt: skip
def test_even_the_owner_cannot_take_a_change_out_of_the_history_unseen(changed, tampering, said):
    past_the_trigger(changed, tampering)
    assert [(one.column, one.in_history) for one in verify(changed).differences if one.found == "broken history"] == said


def test_a_column_that_came_later_is_no_difference(changed):
    """The history of a row does not know a column that a later version of the schema added with its default."""
    past_the_trigger(changed, "UPDATE master.history SET after = after - 'delivery' WHERE sheet = 'clients'")
    assert found(changed) == []


HISTORIES = (
    "master.history",
    "evidence.events",
    "evidence.carries",
    "billing.approvals",
    "billing.holds",
    "billing.closed",
    "billing.evidence",
    "access.orders",
    "access.outcomes",
    "access.attempts",
    "access.readings",
    "receivables.refund_words",
    "access.promises",
    "delivery.mail_attempts",
)


@pytest.mark.parametrize("table", HISTORIES)
@pytest.mark.parametrize(
    "attempt",
    [
        "UPDATE {} SET at = now()",
        "DELETE FROM {}",
        "TRUNCATE {} CASCADE",
        "ALTER TABLE {} DISABLE TRIGGER never_changed",
        "DROP TRIGGER never_changed ON {}",
        "ALTER TABLE {} OWNER TO CURRENT_USER",
    ],
)
def test_the_application_cannot_change_what_was_decided(sealed, table, attempt):
    if "at = now()" in attempt and table in ("billing.closed", "billing.evidence"):
        attempt = "UPDATE {} SET month = month"
    with engine.engine(sealed).connect() as connection, pytest.raises(DBAPIError) as refused:
        connection.execute(text(attempt.format(table)))
    assert refused.value.orig.pgcode == "42501"  # insufficient_privilege


def test_the_application_cannot_silence_triggers(sealed):
    with engine.engine(sealed).connect() as connection, pytest.raises(DBAPIError) as refused:
        connection.execute(text("SET session_replication_role = replica"))
    assert refused.value.orig.pgcode == "42501"  # insufficient_privilege


@pytest.mark.parametrize("table", HISTORIES)
@pytest.mark.parametrize("attempt", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_a_slip_of_the_owner_is_refused_too(sealed, table, attempt):
    column = "month" if table in ("billing.closed", "billing.evidence") else "at"
    with pytest.raises(DBAPIError) as refused:
        as_owner(sealed, attempt.format(table, column, column))
    assert refused.value.orig.pgcode == "23001"  # restrict_violation, from the trigger


def test_what_the_gate_would_refuse_today_is_named_by_the_library_itself(changed, run_cli):
    assert verify(changed, expectations=True).differences == ()
    by_hand(changed, "UPDATE master.terms SET payment_days = 366 WHERE contract_no = 'A-1'", "UPDATE master.clients SET name = ''")
    unexpected = [one for one in verify(changed, expectations=True).differences if one.found == "unexpected"]
    assert [(one.sheet, one.column, one.in_table) for one in unexpected] == [("terms", "payment_days", "366 is not between 0 and 365")]
    assert unexpected[0].key.startswith("A-1|")
    assert run_cli("master", "verify", "--expectations", "--format", "json")[0] == 1
