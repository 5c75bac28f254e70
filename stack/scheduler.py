"""Airflow's scheduler with the heavy libraries imported once: its workers and their tasks are forked and share them.

Great Expectations alone takes five seconds to import; a backfill of a month would pay that for every day.
"""

import gc
import importlib
import logging
import sys

PRELOADED = (
    "pandas",
    "pyarrow.parquet",
    "duckdb",
    "sqlalchemy",
    "psycopg2",
    "great_expectations",
    "airflow.sdk.execution_time.task_runner",
)


def main() -> None:
    """Run `airflow scheduler`; no port of its own: task logs are read from the disk they share."""
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    for module in PRELOADED:
        importlib.import_module(module)
    gc.collect()
    sys.argv = ["airflow", "scheduler", "--skip-serve-logs"]
    importlib.import_module("airflow.__main__").main()


if __name__ == "__main__":
    main()
