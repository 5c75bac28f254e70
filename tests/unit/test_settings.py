"""Settings come from the environment; what cannot be meant is named, all at once, and nothing is guessed."""

from dataclasses import fields
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines import settings
from pipelines.errors import BadInput
from pipelines.settings import PREFIX, Settings


def test_nothing_set_gives_the_defaults():
    assert settings.load({"PATH": "/bin", "FLEETBILL": "the executable"}) == Settings()


def test_values_are_read_by_their_kind():
    made = settings.load({
        "FLEETBILL_HOME": "/srv/fleet",
        "FLEETBILL_FOUR_EYES": "yes",
        "FLEETBILL_BLOCKING_MAX_SHARE": "0.25",
        "FLEETBILL_WORKERS": " 4 ",
        "FLEETBILL_ALERTS_TO": "a@example.com, b@example.com",
        "FLEETBILL_MAIL_FROM": "",
    })  # fmt: skip
    assert (made.home, made.four_eyes, made.blocking_max_share, made.workers) == (Path("/srv/fleet"), True, Decimal("0.25"), 4)
    assert made.alerts_to == "a@example.com, b@example.com"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("FOUR_EYES", "maybe", "'maybe' is not true or false"),
        ("BLOCKING_MAX_SHARE", "NaN", "'NaN' is not a share from 0 to 1"),
        ("BLOCKING_MAX_SHARE", "inf", "'inf' is not a share from 0 to 1"),
        ("SNAPSHOT_MAX_DROP", "-0.1", "'-0.1' is not a share from 0 to 1"),
        ("UNATTENDED_SHARE", "50", "'50' is not a share from 0 to 1"),
        ("UNATTENDED_TOTAL", "-Infinity", "'-Infinity' is not a number from 0 on"),
        ("UNATTENDED_TOTAL", "many", "'many' is not a number from 0 on"),
        ("SNAPSHOT_MAX_GROWTH", "sNaN", "'sNaN' is not a number from 0 on"),
        ("UNATTENDED_INVOICES", "-1", "'-1' is not a whole number from 0 on"),
        ("MAIL_BATCH", "0", "'0' is not a whole number from 1 on"),
        ("MAIL_BATCH", "1.5", "'1.5' is not a whole number from 1 on"),
        ("ONEC_VERSION", "1.18", "'1.18' is not 1.17, 1.19 or 1.21"),
        ("ONEC_PEER", "../BP", "'../BP' is not a code of letters, digits, - and _, at most 36"),
        ("DUCKDB_MEMORY", "lots", "'lots' is not an amount of memory such as 3GB"),
        ("MAIL_REDIRECT", "a@b.ru, c@d.ru", "is not one e-mail address"),
        ("ALERTS_TO", "the team", "'the team' is not e-mail addresses, by commas"),
        ("DEBUG", "2", "'2' is not 0 or 1"),
        ("HOME", "~nobody-of-this-name/fleet", "'~nobody-of-this-name/fleet' is not a path"),
    ],
)
def test_a_value_that_cannot_be_meant_is_named(name, value, said):
    with pytest.raises(BadInput) as refused:
        settings.load({PREFIX + name: value})
    (problem,) = refused.value.problems
    assert problem.place == PREFIX + name
    assert problem.message.endswith(said)


def test_a_name_that_nobody_reads_is_refused_with_the_one_that_was_meant():
    with pytest.raises(BadInput) as refused:
        settings.load({"FLEETBILL_FOUR_EYE": "true", "FLEETBILL_Q": "1", "FLEETBILL_WORKERS": "x"})
    assert [str(problem) for problem in refused.value.problems] == [
        "FLEETBILL_WORKERS: 'x' is not a whole number from 0 on",
        "FLEETBILL_FOUR_EYE: no such setting; did you mean FLEETBILL_FOUR_EYES?",
        "FLEETBILL_Q: no such setting",
    ]


@pytest.mark.parametrize("setting", fields(Settings), ids=lambda setting: setting.name)
def test_a_default_keeps_its_own_rule(setting):
    if setting.default not in ("", Path("var")):
        assert setting.metadata["rule"].allows(setting.default)


@pytest.mark.parametrize("name", ["DATABASE_URL", "DATABASE_OWNER_URL"])
@pytest.mark.parametrize(
    "url",
    [
        "sqlite:///x.db",
        "mysql://u:secret@h/x",
        "nonsense",
        "postgresql://u:secret@h:port/x",
        "postgresql+psycopg://u:secret@h/x",
        "postgresql:",
    ],
)
def test_a_database_that_is_no_postgresql_is_refused_without_its_password(name, url):
    with pytest.raises(BadInput) as refused:
        settings.load({PREFIX + name: url})
    assert (
        str(refused.value)
        == f"{PREFIX}{name}: its value is not the URL of a PostgreSQL database, such as postgresql://user@host:5432/database"
    )


@pytest.mark.parametrize("url", ["postgresql://u:p@h/x", "postgres://h:5433/x", "postgresql+psycopg2://u@/x?host=/run/pg"])
def test_urls_of_postgresql(url):
    assert settings.load({"FLEETBILL_DATABASE_URL": url}).database_url == url
