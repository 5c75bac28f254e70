"""A task as its readers see it: a name and a sentence in Russian; refused work ends it in words."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from airflow.sdk import task

from orchestration.ending import Patience, in_words


def step(title: str, about: str, **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Make a function a task that the UI calls ``title`` and describes as ``about``; its id stays the function's name.

    ``options`` are Airflow's own.
    """

    def made(work: Callable[..., Any]) -> Any:
        @wraps(work)
        def worded(*given: Any, **named: Any) -> Any:
            with in_words():
                return work(*given, **named)

        return task(task_display_name=title, doc_md=about, retry_policy=Patience(), **options)(worded)

    return made
