"""Airflow's scheduler with all that tasks import imported once: its workers and their tasks are forked and share it.

Great Expectations alone takes five seconds to import, the rooms of fleetbill half a second: a backfill of a month would pay that
for every task of every day. So a changed `pipelines/` is seen after `make down` and `make up`.
"""

import gc
import importlib
import logging
import pkgutil
import sys

import pipelines

LIBRARIES = (
    "pandas",
    "pyarrow.parquet",
    "duckdb",
    "sqlalchemy",
    "psycopg2",
    "great_expectations",
    "airflow.sdk.execution_time.task_runner",
    "airflow.providers.standard.operators.python",
)


def rooms() -> list[str]:
    """Every module of fleetbill but the command line."""
    names = [module.name for module in pkgutil.walk_packages(pipelines.__path__, "pipelines.")]
    return [name for name in names if not name.startswith("pipelines.cli")]


def import_all() -> None:
    """Import what tasks will; what is forked from here has it."""
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    for module in [*LIBRARIES, *rooms()]:
        importlib.import_module(module)
    gc.collect()


def main() -> None:
    """Run `airflow scheduler`; no port of its own: task logs are read from the disk they share."""
    import_all()
    sys.argv = ["airflow", "scheduler", "--skip-serve-logs"]
    importlib.import_module("airflow.__main__").main()


if __name__ == "__main__":
    main()
