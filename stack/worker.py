"""A worker of Airflow's CeleryExecutor with all that tasks import imported once: its processes are forked and share it."""

import importlib
import os
import sys

from stack.layout import NAME
from stack.scheduler import import_all


def name() -> str:
    """What Airflow shows as the host of a task: which of the workers of this machine it was."""
    return os.environ[NAME]


def main() -> None:
    """Run `airflow celery worker` with the arguments of this process."""
    import_all()
    sys.argv = ["airflow", "celery", "worker", *sys.argv[1:]]
    importlib.import_module("airflow.__main__").main()


if __name__ == "__main__":
    main()
