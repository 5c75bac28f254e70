"""A run of a DAG as Airflow carries it out: its tasks called in turn, its questions asked and answered."""

import inspect
import uuid
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def function_of(dag, task_id):
    """The function behind a task, mapped or not."""
    return dag.get_task(task_id).python_callable


def call(dag, task_id, **given):
    """A task alone, with the arguments that a test gives."""
    wanted = function_of(dag, task_id)
    if "ti" in inspect.signature(wanted).parameters:
        given = {"ti": SimpleNamespace(xcom_push=lambda **_: None), **given}
    return wanted(**given)


class Run:
    """One run; ``results``: what the tasks handed on, which a test may also write by hand; ``note``: what the run came to."""

    def __init__(self, dag, month, **params):
        self.dag, self.month, self.params, self.results = dag, month, params, {}
        self.run_id, self.attempts, self.note = f"manual__{uuid.uuid4()}", {}, None

    def call(self, task_id, **mapped):
        """A task of Python, with the arguments that it asks for."""
        wanted = function_of(self.dag, task_id)
        given = {"partition_key": self.month, "params": self.params, "ti": self._instance(task_id), **mapped}
        names = inspect.signature(wanted).parameters
        self.results[task_id] = wanted(**{name: given[name] for name in names})
        return self.results[task_id]

    def print(self):
        """The papers: what is lacking is shared out, and each share printed; how many there are."""
        return sum(self.call("print", share=share) for share in self.call("documents"))

    def ask(self, task_id="approval"):
        """The question begins to wait; what the person sees."""
        from airflow.sdk.exceptions import TaskAwaitingInput

        self.attempts[task_id] = uuid.uuid4()
        question = self.dag.get_task(task_id)
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr("airflow.providers.standard.operators.hitl.upsert_hitl_detail", lambda **_: None)
            with pytest.raises(TaskAwaitingInput):
                question.execute(self._context(task_id))
        return SimpleNamespace(subject=question.subject, body=question.body)

    def answer(self, task_id, option, by="finance", **fields):
        """The question is asked, and Airflow resumes its task with the record of this answer; ``option``: Approve or Reject."""
        page = self.ask(task_id)
        self.answer_asked(task_id, option, by, **fields)
        return page

    def answer_asked(self, task_id, option, by="finance", **fields):
        """Airflow resumes the task that waits with the record of this answer."""
        question = self.dag.get_task(task_id)
        event = {
            "chosen_options": [{"Approve": "Одобрить", "Reject": "Отклонить"}[option]],
            "params_input": {**dict.fromkeys(question.params), **fields},
            "responded_at": AT,
            "responded_by_user": {"id": by, "name": by},
        }
        self.results[task_id] = question.execute_complete(self._context(task_id), event)

    def _context(self, task_id):
        return {"partition_key": self.month, "ti": self._instance(task_id), "task_instance": self._instance(task_id), "params": self.params}

    def _result(self, task_ids):
        return self.results.get(task_ids)

    def _tell(self, key, value):
        assert key == "note"
        self.note = value

    def _instance(self, task_id):
        return SimpleNamespace(
            dag_id=self.dag.dag_id, run_id=self.run_id, task_id=task_id, id=self.attempts.get(task_id), log_url="",
            xcom_pull=self._result, xcom_push=self._tell, task=self.dag.get_task(task_id),
        )  # fmt: skip
