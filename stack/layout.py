"""Which processes a stack has: Airflow's own and, under its CeleryExecutor, a broker and workers that share nothing but addresses."""

import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.errors import Refused
from stack.environment import Stack, free_port, kept, write_private

LOCAL, CELERY = "local", "celery"
EXCHANGE = "exchange"
"""The queue of tasks that read or write the folder of the exchanges (`dags/orchestration/queues.py`)."""
NAME = "STACK_WORKER"
BROKERS = range(6400, 6500)


@dataclass(frozen=True, slots=True)
class Component:
    """One process: what Python runs, or (``program``) another program; and what it is told beside the environment of all."""

    arguments: tuple[str, ...]
    program: str = ""
    variables: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Layout:
    """How many of what. ``workers``: of the CeleryExecutor, each with ``at_once`` tasks; the LocalExecutor's are the scheduler's own."""

    executor: str = LOCAL
    workers: int = 2
    schedulers: int = 1
    at_once: int = 3

    def variables(self, stack: Stack, metadata: str) -> dict[str, str]:
        """What every process of Airflow is told of the executor; ``metadata``: URL of its own database."""
        if self.executor == LOCAL:
            return {}
        port, password = _broker(stack)
        return {
            "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
            "AIRFLOW__CELERY__BROKER_URL": f"redis://:{password}@127.0.0.1:{port}/0",
            "AIRFLOW__CELERY__RESULT_BACKEND": f"db+{metadata}",
            "AIRFLOW__CELERY__WORKER_CONCURRENCY": str(self.at_once),
            "AIRFLOW__CORE__PARALLELISM": str(self.at_once * self.workers),
            "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(stack.logs / "airflow"),
        }

    def components(self, stack: Stack, airflow: dict[str, tuple[str, ...]]) -> dict[str, Component]:
        """Every process by its name, in the order in which they start; ``airflow``: the arguments of Airflow's own."""
        made = {name: Component(arguments) for name, arguments in airflow.items()}
        if self.executor == CELERY:  # it forks no tasks, so it has nothing to import for them
            made["scheduler"] = Component(("-m", "airflow", "scheduler", "--skip-serve-logs"))
        for number in range(2, self.schedulers + 1):
            made[f"scheduler-{number}"] = made["scheduler"]
        if self.executor == LOCAL:
            return made
        return {"broker": _redis(stack), **made, **{f"worker-{n}": self._worker(stack, n) for n in range(1, self.workers + 1)}}

    def _worker(self, stack: Stack, number: int) -> Component:
        """A worker with a home of its own. The first one alone has the folder of the exchanges."""
        settings, has_exchange = stack.settings, number == 1
        variables = {
            NAME: f"worker-{number}",
            "AIRFLOW__CORE__HOSTNAME_CALLABLE": "stack.worker.name",
            "FLEETBILL_HOME": str(home_of(stack, number)),
            "FLEETBILL_DATABASE_URL": database(stack),
            "FLEETBILL_LAKE_URL": settings.lake,
            "FLEETBILL_DOCUMENTS_URL": settings.documents,
            **({"FLEETBILL_EXCHANGE_DIR": str(settings.exchange)} if has_exchange else {}),
        }
        queues = f"default,{EXCHANGE}" if has_exchange else "default"
        arguments = ("-m", "stack.worker", "--queues", queues, "--celery-hostname", f"worker-{number}@%h", "--skip-serve-logs")
        return Component(arguments, variables=variables)


def home_of(stack: Stack, number: int) -> Path:
    """A worker's own FLEETBILL_HOME."""
    return stack.home / "workers" / str(number)


def database(stack: Stack) -> str:
    """The URL by which a worker reaches the database, whose server may be the embedded one of this home."""
    from pipelines.warehouse import embedded

    settings = stack.settings
    return embedded.address(settings.home, embedded.APPLICATION) if settings.embedded else settings.database_url


def _broker(stack: Stack) -> tuple[int, str]:
    """Port and password of this home's broker, made on first use."""
    known = kept(stack, "broker.json", lambda: {"port": str(free_port(None, BROKERS)), "password": secrets.token_urlsafe(24)})
    return int(known["port"]), known["password"]


def _redis(stack: Stack) -> Component:
    """Debian's redis-server on loopback; it keeps nothing: what it loses Airflow queues again."""
    program = next((path for folder in os.get_exec_path() if (path := Path(folder) / "redis-server").exists()), None)
    if program is None:
        raise Refused("the CeleryExecutor needs a broker: install redis-server (Debian: apt-get install redis-server)")
    port, password = _broker(stack)
    path = stack.private / "redis.conf"  # the command line would show the password to everybody
    write_private(path, f'bind 127.0.0.1\nport {port}\nrequirepass {password}\nsave ""\nappendonly no\ndir {stack.private}\n')
    return Component((str(path),), program=str(program))
