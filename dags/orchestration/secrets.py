"""Airflow connections of platforms and of bases of 1C, for verbs that log in there. They go from Airflow's store to the verb alone."""

from airflow.sdk import Connection
from airflow.sdk.exceptions import AirflowNotFoundException


def of_platforms(configured):
    """Platform → its connection as JSON. One that Airflow does not have is left out: the verb refuses that platform by name."""
    from pipelines.evidence.taking import connections

    return _known(connections(configured))


def of_bases(configured):
    """Base of 1C over HTTP → its connection as JSON, as `of_platforms`."""
    from pipelines.delivery.onec.declared import connections

    return _known(connections(configured))


def _known(names):
    secrets = {}
    for code, name in names.items():
        try:
            secrets[code] = Connection.get(name).as_json()
        except AirflowNotFoundException:
            continue
    return secrets
