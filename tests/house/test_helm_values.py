"""The values of the Helm chart name settings that exist, hold no secret, and ask for what the DAGs need."""

import importlib.util
from dataclasses import fields
from pathlib import Path

import yaml

from pipelines.settings import PREFIX, Settings, load, variable
from tests.conftest import ROOT
from tests.dags.conftest import airflow_home  # noqa: F401 - a fixture

VALUES = yaml.safe_load((ROOT / "deploy" / "helm-values.yaml").read_text(encoding="utf-8"))
TOLD = {each["name"]: each.get("value") for each in (*VALUES["env"], *VALUES["migrateDatabaseJob"]["env"])}


def options_of_airflow() -> set[str]:
    """`AIRFLOW__SECTION__OPTION` of Airflow's own configuration and that of the Celery provider."""
    from airflow.providers.celery.get_provider_info import get_provider_info

    found = importlib.util.find_spec("airflow")
    described = yaml.safe_load((Path(found.origin).parent / "config_templates" / "config.yml").read_text(encoding="utf-8"))
    sections = [*described.items(), *get_provider_info()["config"].items()]
    return {f"AIRFLOW__{section}__{option}".upper() for section, about in sections for option in about["options"]}


def test_every_setting_exists_and_has_a_value_that_can_be_meant(airflow_home):  # noqa: F811 - imports Airflow, which reads its home once
    ours = {name: value for name, value in TOLD.items() if name.startswith(PREFIX)}
    assert ours.keys() <= {variable(each) for each in fields(Settings)}
    configured = load({name: value for name, value in ours.items() if value is not None})
    assert (configured.lake, configured.documents) == ("s3://fleetbill/lake", "s3://fleetbill/documents")
    theirs = {name for name in TOLD if name.startswith("AIRFLOW__")}
    assert len(theirs) >= 8
    assert theirs - options_of_airflow() == set()


def test_no_secret_stands_in_the_values():
    assert [
        name
        for name, value in TOLD.items()
        if value and (name.startswith("AIRFLOW_CONN_") or "://" in value) and not value.startswith("s3://")
    ] == []
    assert all(VALUES[name] for name in ("fernetKeySecretName", "apiSecretKeySecretName", "jwtSecretName"))
    assert not any(VALUES["data"].get(name) for name in ("metadataConnection", "brokerUrl"))


def test_who_needs_the_folder_of_the_exchanges_has_it():
    at = TOLD["FLEETBILL_EXCHANGE_DIR"]
    for pod in ("workers", "triggerer"):
        assert [mount["mountPath"] for mount in VALUES[pod]["extraVolumeMounts"]] == [at]
        assert {mount["name"] for mount in VALUES[pod]["extraVolumeMounts"]} == {volume["name"] for volume in VALUES[pod]["extraVolumes"]}
    assert "--queues default,exchange" in " ".join(VALUES["workers"]["celery"]["args"])
    assert "pools set month 1" in " ".join(VALUES["migrateDatabaseJob"]["args"])
