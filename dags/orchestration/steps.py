"""A task as its readers see it: a name and a sentence in Russian; refused work ends it in words; what it did is measured."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from airflow.sdk import get_current_context, task

from orchestration.ending import Patience, in_words


def step(title: str, about: str, **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Make a function a task that the UI calls ``title`` and describes as ``about``; its id stays the function's name.

    ``options`` are Airflow's own.
    """

    def made(work: Callable[..., Any]) -> Any:
        @wraps(work)
        def worded(*given: Any, **named: Any) -> Any:
            from pipelines import clock, logs, settings
            from pipelines.runs.metrics import measured

            with in_words(), logs.of_run(_this_run()), measured(settings.load(), clock.now):
                return work(*given, **named)

        return task(task_display_name=title, doc_md=about, retry_policy=Patience(), **options)(worded)

    return made


def _this_run() -> str:
    """Dag, run and task, for every line of the log; nothing where the function is called outside of a run."""
    try:
        ti = get_current_context()["ti"]
    except RuntimeError:
        return ""
    return f"{ti.dag_id}/{ti.run_id}/{ti.task_id}".replace(" ", "_")
