"""Airflow for tests of the DAGs: a home of its own, metadata nowhere, imported once per session (it takes seconds)."""

import os
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.settings import Settings
from pipelines.warehouse import embedded
from tests.conftest import ROOT, keep_database

DAGS, PLUGINS = ROOT / "dags", ROOT / "plugins"
IDS = (
    "close_month", "correct_month", "fleet_daily", "give_exports", "master_import", "onec_exchange", "payments_in", "prepay_month",
    "reblock_client", "receivables", "send_mail", "take_snapshots", "verify_stored", "watch_days",
)  # fmt: skip


@pytest.fixture(scope="session")
def airflow_home(server_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The environment that Airflow reads when it is first imported; its metadata lie in PostgreSQL, as those of a running house."""
    home, metadata = tmp_path_factory.mktemp("airflow"), f"airflow_{uuid.uuid4().hex[:16]}"
    keep_database(server_home, "template0", metadata)
    told = {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(DAGS),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(PLUGINS),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": embedded.address(server_home, embedded.OWNER, metadata),
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(home / "logs"),
    }
    before = {key: os.environ.get(key) for key in told}
    os.environ.update(told)
    sys.path[:0] = [str(DAGS), str(PLUGINS)]
    yield home
    for folder in (DAGS, PLUGINS):
        sys.path.remove(str(folder))
    for key, value in before.items():
        if value is None:
            os.environ.pop(key)
        else:
            os.environ[key] = value


@pytest.fixture(scope="session")
def dags(airflow_home: Path):
    """Every DAG of the project by id; a file that cannot be read fails here, with its reason."""
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(dag_folder=str(DAGS))
    assert bag.import_errors == {}
    return bag.dags


@pytest.fixture
def alerts(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, airflow_home: Path):
    """What was told, as text; no SMTP connection is configured."""
    import orchestration.alerts

    monkeypatch.setattr(orchestration.alerts, "_has_smtp", lambda: False)
    monkeypatch.setattr(orchestration.alerts.log, "propagate", True)
    caplog.set_level("WARNING", logger="fleetbill.alerts")
    return lambda: "\n".join(record.getMessage() for record in caplog.records if record.name == "fleetbill.alerts")


@pytest.fixture
def home(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A warehouse of the test's own that tasks, called as plain functions, find through the environment."""
    monkeypatch.setenv("FLEETBILL_HOME", str(settings.home))
    monkeypatch.setenv("FLEETBILL_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("FLEETBILL_DATABASE_OWNER_URL", settings.database_owner_url)
    return settings
