"""What earlier versions told of findings, a row a day with its words, is kept when the schema goes up, and when it goes down."""

from datetime import date

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from pipelines.findings.store import Occurrence, listing, replace
from pipelines.warehouse import migrate
from pipelines.warehouse.engine import transaction
from tests.lake_builder import World

OLD = """
INSERT INTO findings.occurrences (kind, subject, seen_on, contract_no, detail) VALUES
    ('orphan', 'gps1/7', '2026-01-05', NULL, 'без учётной записи; на связи'),
    ('orphan', 'gps1/7', '2026-01-06', NULL, 'без учётной записи; без сообщений за день'),
    ('silent_unbilled', 'gps1/7', '2026-01-06', NULL, 'не обслуживалась: без сообщений за день'),
    ('snapshot_warning', 'gps1: state_known', '2026-01-05', NULL, 'Не так: v1'),
    ('parked_contract', 'C1', '2026-01-31', 'C1', 'нет условий договора')
"""


def told(settings):
    with transaction(settings) as connection:
        return {
            row["kind"]: (row["subject"], row["days"], row["platform"], row["vehicle_days"], row["detail"]) for row in listing(connection)
        }


def test_rows_of_earlier_versions_keep_their_words(settings):
    with World(settings) as world:
        world.contract("C1").account("gps1", "a1", "C1")
    migrate.downgrade(settings, "0016")
    owner = create_engine(settings.database_owner_url)
    with owner.begin() as connection:
        connection.execute(text(OLD))
    migrate.upgrade(settings)
    assert told(settings) == {
        "orphan": ("gps1/7", 2, "gps1", 1, "без учётной записи; без сообщений за день"),
        "silent_unbilled": ("gps1/7", 1, "gps1", 0, "не обслуживалась: без сообщений за день"),
        "snapshot_warning": ("gps1: state_known", 1, "gps1", 0, "Не так: v1"),
        "parked_contract": ("C1", 1, None, 0, "нет условий договора"),
    }
    with transaction(settings) as connection:
        days = [Occurrence("orphan", "gps1/8", date(2026, 1, day), None, {"accounts": []}, "gps1", 1) for day in (7, 8)]
        replace(connection, ["orphan"], date(2026, 1, 7), date(2026, 1, 31), days)
    migrate.downgrade(settings, "0016")
    with owner.connect() as connection:
        rows = connection.execute(
            text("SELECT subject, seen_on, detail FROM findings.occurrences WHERE kind = 'orphan' ORDER BY 1, 2")
        ).all()
    assert [tuple(row) for row in rows] == [
        ("gps1/7", date(2026, 1, 5), "без учётной записи; на связи"),
        ("gps1/7", date(2026, 1, 6), "без учётной записи; без сообщений за день"),
        ("gps1/8", date(2026, 1, 7), '{"accounts": []}'),
        ("gps1/8", date(2026, 1, 8), '{"accounts": []}'),
    ]
    owner.dispose()


def test_what_people_silenced_is_not_lost_by_going_down(settings):
    owner = create_engine(settings.database_owner_url)
    with owner.begin() as connection:
        connection.execute(
            text("INSERT INTO findings.mutings VALUES ('orphan', 'gps1/7', 1, '2026-03-01', 'Анна Петрова', 'тестовая машина', now())")
        )
    with pytest.raises(DBAPIError, match="silenced"):
        migrate.downgrade(settings, "0016")
    owner.dispose()
