"""The Airflow connections of live platforms, for verbs that log in there. They go from Airflow's store to the verb and nowhere else."""

from airflow.sdk import Connection
from airflow.sdk.exceptions import AirflowNotFoundException


def of_platforms(configured):
    """Platform → its connection as JSON. One that Airflow does not have is left out: the verb refuses that platform by name."""
    from pipelines.evidence.taking import connections

    secrets = {}
    for platform, name in connections(configured).items():
        try:
            secrets[platform] = Connection.get(name).as_json()
        except AirflowNotFoundException:
            continue
    return secrets
