"""What every DAG must have before it may run: an owner, a manual, retries, somebody who is told; and no logic of its own."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.access.reblock import NotToBeBlocked
from pipelines.billing.approval import RunChanged
from pipelines.warehouse.locks import AlreadyRunning
from tests.conftest import ROOT
from tests.dags.conftest import DAGS, IDS, PLUGINS
from tests.dags.runs import call

pytestmark = pytest.mark.airflow

FILES = sorted(DAGS.rglob("*.py"))
DAG_FILES = sorted(DAGS.glob("*.py"))
ALLOWED = (
    "airflow.sdk",
    "airflow.providers.standard.operators.hitl",
    "airflow.providers.smtp.notifications.smtp",
    "arrivals",
    "pipelines",
    "orchestration",
)
STANDARD_LIBRARY = sys.stdlib_module_names


def test_what_needs_the_folder_of_the_exchanges_waits_for_a_worker_that_has_it(dags):
    in_queue = {(dag_id, task.task_id) for dag_id, dag in dags.items() for task in dag.tasks if task.queue == "exchange"}
    others = {(dag_id, task.task_id) for dag_id, dag in dags.items() for task in dag.tasks} - in_queue
    assert {task_id for _, task_id in in_queue} == {
        "onec", "export", "payments", "receive", "send", "restore", "reconcile", "ladder", "reblock",
    }  # fmt: skip
    assert {task_id for _, task_id in in_queue & others} == set()
    assert {"draft", "issue", "documents", "print", "land", "usage", "watch", "workbook"} <= {task_id for _, task_id in others}


def test_ids_are_those_that_people_script_against(dags):
    assert tuple(sorted(dags)) == IDS
    assert {dag.dag_id: Path(dag.fileloc).name for dag in dags.values()} == {name: f"{name}.py" for name in IDS}


@pytest.mark.parametrize("dag_id", IDS)
def test_every_dag_has_tags_and_an_operators_manual(dags, dag_id):
    dag = dags[dag_id]
    assert "биллинг" in dag.tags
    for word in (f"# {dag_id}:", "**Что делает.**", "**Когда.**", "**Если не получилось.**", "**За прошлые периоды"):
        assert word in dag.doc_md, word
    assert dag.catchup is False
    assert dag.max_active_runs <= 4


RUSSIAN = re.compile(r"[А-ЯЁа-яё]{3}")


@pytest.mark.parametrize("dag_id", IDS)
def test_names_descriptions_tags_and_fields_are_in_the_language_of_the_readers(dags, dag_id):
    dag = dags[dag_id]
    told = [dag.dag_display_name, dag.description, *dag.tags]
    for task in dag.tasks:
        told += [task.task_display_name, task.doc_md]
    for group in dag.task_group.children.values():
        told.append(group.group_display_name if hasattr(group, "children") else group.task_display_name)
    for params in (dag.params, *(task.params for task in dag.tasks)):
        for name in params:
            told += [params.get_param(name).schema["title"], params.get_param(name).description]
    for words in told:
        assert RUSSIAN.search(words), words
        assert not re.search(r"\b(the|of|and|is)\b", words), words


def test_two_readings_of_a_dag_are_the_same_dag(dags):
    from airflow.serialization.serialized_objects import DagSerialization

    for dag in dags.values():
        written = json.dumps(DagSerialization.to_dict(dag), default=str)
        assert " at 0x" not in written


def test_the_plugin_reads_what_the_tasks_tell():
    from orchestration import notes

    plugin = ast.parse((ROOT / "plugins" / "run_notes.py").read_text(encoding="utf-8"))
    [key] = [ast.literal_eval(node.value) for node in plugin.body if isinstance(node, ast.Assign) and node.targets[0].id == "NOTE"]
    assert key == notes.NOTE


@pytest.mark.parametrize(("refusal", "is_final"), [(RunChanged, True), (NotToBeBlocked, True), (AlreadyRunning, False)])
def test_a_refusal_ends_a_task_in_words_without_a_trace(airflow_home, caplog, refusal, is_final):
    from airflow.sdk import RetryAction
    from orchestration.ending import AskedAgain, Ended, Patience, in_words

    caplog.set_level("ERROR")
    with pytest.raises(Ended) as caught, in_words():
        raise refusal("the run has changed")
    assert isinstance(caught.value, SystemExit)  # the one exception that Airflow logs without its trace
    assert [(record.getMessage(), record.exc_info) for record in caplog.records] == [("Отказано: the run has changed", None)]
    patience = Patience(tries=3)
    expected = RetryAction.FAIL if is_final else RetryAction.DEFAULT
    assert patience.evaluate(caught.value, 1, 2).action == expected
    assert patience.evaluate(caught.value, 3, 100).action == RetryAction.FAIL
    again = patience.evaluate(AskedAgain("нет такого договора"), 50, 100)
    assert (again.action, again.retry_delay.total_seconds()) == (RetryAction.RETRY, 0)


@pytest.mark.parametrize(
    ("dag_id", "task_id", "key", "words"),
    [
        ("close_month", "draft", "2026-2", "нужен месяц, например 2026-02; задано: 2026-2"),
        ("prepay_month", "prepay", None, "нужен месяц, например 2026-02; задано: ничего"),
        ("fleet_daily", "usage", "2026-02", "нужен день, например 2026-02-17; задано: 2026-02"),
    ],
)
def test_a_run_started_with_a_wrong_key_says_what_is_wanted(dags, dag_id, task_id, key, words):
    from orchestration.ending import Ended

    with pytest.raises(Ended) as caught:
        call(dags[dag_id], task_id, partition_key=key, **({"params": {"issue_date": None}} if task_id == "prepay" else {}))
    assert words in caught.value.words


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
    environment = {"PYTHONPATH": f"{DAGS}:{PLUGINS}", "AIRFLOW_HOME": str(airflow_home), "PATH": "/usr/bin:/bin"}
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
