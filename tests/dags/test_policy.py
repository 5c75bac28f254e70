"""What every DAG must have before it may run: an owner, a manual, retries, somebody who is told; and no logic of its own."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.dags.conftest import DAGS, IDS

pytestmark = pytest.mark.airflow

FILES = sorted(DAGS.rglob("*.py"))
DAG_FILES = sorted(DAGS.glob("*.py"))
ALLOWED = (
    "airflow.sdk",
    "airflow.providers.standard.operators.hitl",
    "airflow.providers.smtp.notifications.smtp",
    "pipelines",
    "orchestration",
)
STANDARD_LIBRARY = sys.stdlib_module_names


def test_ids_are_those_that_people_script_against(dags):
    assert tuple(sorted(dags)) == IDS
    assert {dag.dag_id: Path(dag.fileloc).name for dag in dags.values()} == {name: f"{name}.py" for name in IDS}


@pytest.mark.parametrize("dag_id", IDS)
def test_every_dag_has_tags_and_an_operators_manual(dags, dag_id):
    dag = dags[dag_id]
    assert "billing" in dag.tags
    for word in (f"# {dag_id}:", "**What it does.**", "**When", "fails.**", "ackfill"):
        assert word in dag.doc_md, word
    assert dag.catchup is False
    assert dag.max_active_runs <= 4


@pytest.mark.parametrize("dag_id", IDS)
def test_every_task_has_an_owner_retries_and_somebody_who_is_told(dags, dag_id):
    from orchestration.alerts import Failed

    for task in dags[dag_id].tasks:
        assert task.owner == "billing", task.task_id
        assert task.retries >= (0 if dag_id == "master_import" else 2), task.task_id
        assert any(isinstance(callback, Failed) for callback in task.on_failure_callback), task.task_id
        assert task.execution_timeout or task.task_id in ("approval", "second_approval")
        assert not task.depends_on_past, task.task_id


def test_pools_are_those_that_the_stack_makes(dags):
    from stack.lifecycle import POOLS

    used = {task.pool for dag in dags.values() for task in dag.tasks}
    assert used - {"default_pool"} == set(POOLS)


def test_the_stack_waits_for_every_dag():
    from stack import lifecycle

    assert tuple(sorted(lifecycle.DAGS)) == IDS


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_dag_imports_the_authoring_api_and_the_use_cases_only(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        else:
            continue
        for name in names:
            standard = name.split(".", maxsplit=1)[0] in STANDARD_LIBRARY
            assert standard or any(name == good or name.startswith(good + ".") for good in ALLOWED), f"{path.name}:{node.lineno} {name}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_nothing_is_billed_from_an_interval_and_no_sql_lives_here(path):
    code = ast.parse(path.read_text(encoding="utf-8"))
    names = {node.id for node in ast.walk(code) if isinstance(node, ast.Name)}
    names |= {argument.arg for node in ast.walk(code) if isinstance(node, ast.arguments) for argument in node.args}
    assert not names & {"data_interval_start", "data_interval_end", "logical_date", "execution_date", "ds"}
    texts = [node.value for node in ast.walk(code) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    assert not [text for text in texts if text.lstrip().upper().startswith(("SELECT ", "INSERT ", "UPDATE ", "DELETE ", "WITH "))]


def test_reading_the_dags_imports_nothing_heavy(airflow_home):
    script = (
        "import sys, runpy, airflow.sdk, airflow.providers.standard.operators.hitl, airflow.providers.smtp.notifications.smtp\n"
        "for path in sys.argv[1:]:\n"
        "    runpy.run_path(path); print(path)\n"
        "print('HEAVY', *sorted({'pandas', 'great_expectations', 'duckdb', 'pyarrow', 'openpyxl', 'typst'} & set(sys.modules)))\n"
    )
    environment = {"PYTHONPATH": str(DAGS), "AIRFLOW_HOME": str(airflow_home), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script, *map(str, DAG_FILES)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    lines = done.stdout.splitlines()
    assert lines[-1].split() == ["HEAVY"]
    assert len(lines) > len(DAG_FILES)
