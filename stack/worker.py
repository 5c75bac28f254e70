"""A worker of Airflow's CeleryExecutor with all that tasks import imported once: its processes are forked and share it."""

import importlib
import sys

from stack.scheduler import import_all


def main() -> None:
    """Run `airflow celery worker` with the arguments of this process."""
    import_all()
    sys.argv = ["airflow", "celery", "worker", *sys.argv[1:]]
    importlib.import_module("airflow.__main__").main()


if __name__ == "__main__":
    main()
