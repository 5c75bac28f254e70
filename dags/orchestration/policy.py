"""What every DAG of this folder has in common: an owner, retries, a time limit, somebody who is told."""

from datetime import timedelta

from airflow.sdk import Param

from orchestration.alerts import Failed

DEFAULTS = {
    "owner": "billing",
    "retries": 2,
    "retry_delay": timedelta(minutes=2),
    "retry_exponential_backoff": True,
    "max_retry_delay": timedelta(minutes=30),
    "execution_timeout": timedelta(hours=2),
    "on_failure_callback": [Failed()],
}

NOT_BEFORE_ITS_HOUR = timedelta()
"""`run_immediately` of a timetable: a DAG that is new here waits for its hour, also when that has only just passed."""


def date_param(title: str, description: str) -> Param:
    """A date that a person may give when starting a run; empty unless given."""
    return Param(None, type=["null", "string"], format="date", title=title, description=description)
