"""What the desk asks of the orchestrator inside whose interface it stands: who is there, what waits for an answer, and to go on.

The orchestrator keeps people, rights and its own record of answers; the desk has none of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from pipelines.errors import Refused
from pipelines.runs.questions import QuestionPlace

if TYPE_CHECKING:
    from starlette.requests import Request


class NotSignedIn(Refused):
    """Nobody is signed in at the orchestrator."""


class NotAllowed(Refused):
    """The orchestrator does not let this person do that."""


class AskedAnew(Refused):
    """The question that the page showed waits no longer: the task has been cleared, or has asked again."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who is signed in: ``login`` and ``name`` as the orchestrator knows them. ``may_act``: may also decide, not only look.

    ``identity`` is the orchestrator's own object of this person.
    """

    login: str
    name: str
    may_act: bool
    identity: Any = None


@dataclass(frozen=True, slots=True)
class AnswerGiven:
    """An answer that the orchestrator has taken, and may still be carrying out."""

    option: str
    by: str
    at: datetime


class AnsweredBefore(Refused):
    """Somebody has answered this question already."""

    def __init__(self, given: AnswerGiven) -> None:
        self.given = given
        super().__init__(f"{given.by} has answered {given.option!r} at {given.at}")


@dataclass(frozen=True, slots=True)
class AskingTask:
    """A task that has put a question to a person. ``attempt``: of this very question; ``options``: what its buttons say; ``fields``: names
    of what may be written into the answer; ``otherwise``: ISO date of the invoices where the answer names none (None: today); ``answer``:
    the answer taken, while the task has not gone on yet."""

    place: QuestionPlace
    attempt: str
    options: Sequence[str]
    fields: Sequence[str]
    otherwise: str | None = None
    answer: AnswerGiven | None = None


class Orchestrator(Protocol):
    """Airflow, as the desk sees it."""

    @property
    def key(self) -> bytes:
        """A secret of the orchestrator's own, the same in all its processes: what pages carry is sealed with it."""

    async def person(self, request: "Request") -> Person:
        """Who asks. NotSignedIn; NotAllowed for whom may not even look."""

    def asking(self) -> list[AskingTask]:
        """Every question about a run that waits for a person, or whose answer has not been carried on yet."""

    def answer(self, person: Person, task: AskingTask, option: str, fields: Mapping[str, Any]) -> None:
        """Answer in the person's name, as on the orchestrator's own page. AnsweredBefore, AskedAnew, NotAllowed."""

    def start(self, person: Person, dag_id: str, partition_key: str | None, why: str, given: Mapping[str, str] | None = None) -> None:
        """Start a run of a DAG in the person's name, with what is ``given`` for its parameters. NotAllowed; Refused where it cannot be."""
