"""Somebody who looks at the desk outside of Airflow: signed in, with nothing that asks."""

from typing import Any

from pipelines.desk.orchestrator import Person

IS_BEING_READ = "Страница откроется сама"
"""What a page says while what it shows is being read."""


class SignedIn:
    """An orchestrator of one person, in which no task waits for an answer."""

    key = b"looking"

    def __init__(self, name: str = "looking") -> None:
        self._person = Person(name, name, may_act=True)

    async def person(self, request: Any) -> Person:
        """The one who looks."""
        return self._person

    def asking(self) -> list[Any]:
        """No question."""
        return []
