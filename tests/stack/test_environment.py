"""What Airflow's processes are told, and who may read it."""

import os
import socket
import stat
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.errors import Refused
from pipelines.settings import Settings
from stack import environment
from stack.environment import Stack


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    return Stack(replace(Settings(), home=tmp_path / "home"))


def test_secrets_are_made_once_and_only_their_owner_reads_them(stack):
    first = environment.environment(stack, 8080)
    assert environment.environment(stack, 8080) == first
    assert len(first["AIRFLOW__API_AUTH__JWT_SECRET"]) >= 40
    assert set(environment.passwords(stack)) == {"finance", "engineer"}
    written = [*stack.private.iterdir(), environment.write_env_file(stack, 8080)]
    assert {path.name for path in written} == {"secrets.json", "passwords.json", "cabinet.json", "env"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in written} == {0o600}
    assert stat.S_IMODE(stack.private.stat().st_mode) == 0o700


def test_two_homes_share_no_secret(stack, tmp_path):
    other = Stack(replace(Settings(), home=tmp_path / "other"))
    mine, theirs = environment.environment(stack, 8080), environment.environment(other, 8080)
    assert all(mine[key] != theirs[key] for key in mine if "KEY" in key or "SECRET" in key)
    assert environment.passwords(stack) != environment.passwords(other)


def test_a_shell_that_reads_the_file_has_the_same_environment(stack):
    path = environment.write_env_file(stack, 8123, {"AIRFLOW_CONN_GPS3": "{}"})
    done = subprocess.run(["/bin/sh", "-c", f". '{path}'; env -0"], env={"PATH": "/usr/bin:/bin"}, capture_output=True, check=True)
    found = dict(line.split("=", 1) for line in done.stdout.decode().split("\0") if "=" in line)
    told = {**environment.environment(stack, 8123), "AIRFLOW_CONN_GPS3": "{}"}
    assert {key: found[key] for key in told} == told
    assert found["PATH"].startswith(str(environment.ROOT / ".venv" / "bin"))


def test_another_server_needs_a_database_for_airflow_named(stack, monkeypatch):
    monkeypatch.delenv("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", raising=False)
    elsewhere = replace(stack, settings=replace(stack.settings, database_url="postgresql://u@db/fleetbill"))
    with pytest.raises(Refused, match="AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"):
        environment.environment(elsewhere, 8080)
    monkeypatch.setenv("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "postgresql+psycopg2://u@db/airflow")
    assert environment.environment(elsewhere, 8080)["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"] == "postgresql+psycopg2://u@db/airflow"


def test_a_taken_port_is_refused_by_name_and_otherwise_passed_over(monkeypatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Refused, match=str(port)):
            environment.free_port(port)
        monkeypatch.setattr(environment, "PORTS", [port, *range(port + 1, port + 50)])
        assert environment.free_port(None) > port


def test_the_configuration_in_git_holds_no_secret_and_stays_on_loopback():
    text = (environment.ROOT / "airflow.cfg").read_text(encoding="utf-8")
    assert "host = 127.0.0.1" in text
    assert "secret" not in "".join(line for line in text.splitlines(keepends=True) if not line.startswith("#"))
    assert len(text.splitlines()) < 50
    assert os.access(environment.ROOT / "airflow.cfg", os.R_OK)
