"""Up and down: schema, metadata, processes, health; and back to nothing running, data kept."""

import json
import os
import subprocess
import sys

from pipelines.errors import Refused
from pipelines.warehouse import embedded, migrate
from stack import cabinet, live_platform, processes
from stack.environment import ROOT, Stack, environment, free_port, metadata_database, passwords, write_env_file
from stack.layout import Layout
from stack.rest import Rest

DAGS = (
    "close_month", "correct_month", "fleet_daily", "give_exports", "master_import", "onec_exchange", "payments_in", "prepay_month",
    "reblock_client", "receivables", "send_mail", "take_snapshots", "verify_stored", "watch_days",
)  # fmt: skip
POOLS = {"month": (1, "Work on a whole month: one at a time, so that two days do not replace the same month at once")}
_START = 180.0


def up(stack: Stack, port: int | None = None, layout: Layout = Layout()) -> Rest:  # noqa: B008 - frozen
    """Start everything and wait until it is healthy and has read every DAG. Refused when it is up already."""
    if processes.running(stack):
        raise Refused(f"the stack of {stack.home} is up already; `make down` stops it")
    chosen = free_port(port)
    connections = {**live_platform.connection(stack), cabinet.VARIABLE: cabinet.address()}
    variables = {**environment(stack, chosen), **layout.variables(stack, metadata_database(stack)), **connections}
    write_env_file(stack, chosen, connections)
    stack.logs.mkdir(parents=True, exist_ok=True)
    if stack.settings.embedded:
        embedded.ensure_running(stack.home)
    metadata = _airflow_in_background(stack, variables, "db", "migrate")
    migrate.upgrade(stack.settings)
    _succeeded(stack, metadata, "`airflow db migrate` failed")
    pools = _pools_in_background(stack, variables)
    try:
        started = processes.start(stack, chosen, variables, layout)
        _succeeded(stack, pools, "the pools could not be made")
        rest = Rest(chosen, "engineer", passwords(stack)["engineer"])
        processes.wait_until(lambda: _healthy(stack, started, rest), f"Airflow is healthy (logs: {stack.logs})", _START)
        processes.wait_until(lambda: _has_dags(rest), "Airflow has read every DAG", _START)
        processes.wait_until(lambda: cabinet.answers(started.cabinet), f"the cabinet answers (logs: {stack.logs})", _START)
    except BaseException:
        processes.stop(stack)
        raise
    return rest


def halt(stack: Stack) -> None:
    """Stop Airflow alone; the embedded server goes on for whoever still reads from it."""
    processes.stop(stack)


def down(stack: Stack) -> bool:
    """Stop Airflow and the embedded server; the data stay. False when nothing ran."""
    stopped = processes.stop(stack)
    if stack.settings.embedded:
        stopped = embedded.stop(stack.home) or stopped
        if (stack.home / "postgres" / "data" / "postmaster.pid").exists():
            raise Refused(f"the embedded PostgreSQL of {stack.home} did not stop; its log is {stack.home}/postgres/data/server.log")
    return stopped


def _airflow_in_background(stack: Stack, variables: dict[str, str], *arguments: str) -> "subprocess.Popen[bytes]":
    with processes.log_of(stack, "setup").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "airflow", *arguments],
            cwd=ROOT,
            env={**os.environ, **variables},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )


def _succeeded(stack: Stack, process: "subprocess.Popen[bytes]", otherwise: str) -> None:
    """Wait for a process that sets Airflow up. Refused in these words, with the end of its log, when it fails."""
    if process.wait():
        raise Refused(f"{otherwise}:\n{processes.tail(processes.log_of(stack, 'setup'))}")


def _pools_in_background(stack: Stack, variables: dict[str, str]) -> "subprocess.Popen[bytes]":
    declared = {name: {"slots": slots, "description": text, "include_deferred": False} for name, (slots, text) in POOLS.items()}
    path = stack.private / "pools.json"
    path.write_text(json.dumps(declared))
    return _airflow_in_background(stack, variables, "pools", "import", str(path))


def _healthy(stack: Stack, started: processes.Running, rest: Rest) -> bool:
    for component in started.dead:
        raise Refused(f"{component} ended at once:\n{processes.tail(processes.log_of(stack, component))}")
    health = rest.health()
    return bool(health) and all(health.get(name) == "healthy" for name in ("metadatabase", "scheduler", "dag_processor", "triggerer"))


def _has_dags(rest: Rest) -> bool:
    broken = rest.get("importErrors")["import_errors"]
    for problem in broken:
        raise Refused(f"{problem['filename']} cannot be read:\n{problem['stack_trace']}")
    return {dag["dag_id"] for dag in rest.get("dags?limit=100")["dags"]} >= set(DAGS)
