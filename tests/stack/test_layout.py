"""Which processes a layout has, what each is told, and that the broker lets nobody in who does not know its password."""

import shutil
import stat
from dataclasses import replace

import pytest

from pipelines.errors import Refused
from pipelines.settings import Settings
from stack import layout, processes
from stack.environment import Stack
from stack.layout import CELERY, Layout

HAS_REDIS = shutil.which("redis-server") is not None
TOGETHER = {"lake_url": "s3://fleetbill/lake", "documents_url": "s3://fleetbill/documents", "database_url": "postgresql://app@db/fleetbill"}


@pytest.fixture
def stack(tmp_path) -> Stack:
    return Stack(replace(Settings(), home=tmp_path / "home", **TOGETHER))


def test_the_local_executor_has_airflows_own_processes_alone(stack):
    made = processes.components(stack, Layout())
    assert {name: each.arguments for name, each in made.items()} == processes.COMPONENTS
    assert Layout().variables(stack, "postgresql://airflow@db/airflow") == {}


@pytest.mark.skipif(not HAS_REDIS, reason="redis-server is not installed")
def test_workers_share_addresses_and_nothing_else(stack):
    two = Layout(CELERY, workers=2, schedulers=2)
    made = processes.components(stack, two)
    assert list(made) == ["broker", *processes.COMPONENTS, "scheduler-2", "worker-1", "worker-2"]
    first, second = made["worker-1"], made["worker-2"]
    told_alike = {"AIRFLOW__CORE__HOSTNAME_CALLABLE"}
    shared = told_alike | {"FLEETBILL_LAKE_URL", "FLEETBILL_DOCUMENTS_URL", "FLEETBILL_DATABASE_URL"}
    assert {name for name in first.variables if first.variables[name] == second.variables.get(name)} == shared
    assert first.variables["FLEETBILL_HOME"] != second.variables["FLEETBILL_HOME"]
    # the folder of the exchanges is the first one's, and so are the tasks that need it
    assert first.variables["FLEETBILL_EXCHANGE_DIR"] == str(stack.settings.exchange)
    assert "FLEETBILL_EXCHANGE_DIR" not in second.variables
    assert [each.arguments[each.arguments.index("--queues") + 1] for each in (first, second)] == ["default,exchange", "default"]
    told = two.variables(stack, "postgresql://airflow@db/airflow")
    assert told["AIRFLOW__CORE__EXECUTOR"] == "CeleryExecutor"
    assert told["AIRFLOW__CELERY__RESULT_BACKEND"] == "db+postgresql://airflow@db/airflow"


@pytest.mark.skipif(not HAS_REDIS, reason="redis-server is not installed")
def test_the_broker_is_asked_with_its_password_only(stack, tmp_path):
    import redis

    stack.logs.mkdir(parents=True)
    broker = processes.components(stack, Layout(CELERY))["broker"]
    url = Layout(CELERY).variables(stack, "x")["AIRFLOW__CELERY__BROKER_URL"]
    secret = url.split(":")[2].split("@")[0]
    assert secret not in " ".join(broker.arguments)
    assert {stat.S_IMODE(path.stat().st_mode) for path in stack.private.iterdir()} == {0o600}
    pid, _ = processes.begun(stack, "broker", broker, {})
    try:
        asked = redis.Redis.from_url(url)
        processes.wait_until(lambda: _answers(asked), "the broker", 30, every=0.05)
        with pytest.raises(redis.AuthenticationError):
            redis.Redis.from_url(url.replace(secret, "guessed")).ping()
        assert asked.config_get("save") == {"save": ""}
        asked.shutdown(nosave=True)
    finally:
        processes._signal_group(pid, 9)


def test_without_a_broker_it_is_said_what_to_install(stack, monkeypatch):
    monkeypatch.setattr(layout.os, "get_exec_path", list)
    with pytest.raises(Refused, match="install redis-server"):
        processes.components(stack, Layout(CELERY))


def _answers(asked) -> bool:
    import redis

    try:
        return bool(asked.ping())
    except redis.ConnectionError:
        return False
