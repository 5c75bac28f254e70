"""A person's decision on a drafted run, made in the desk: the answer to the question that a DAG has put, and nothing beside it.

The orchestrator takes the answer as from its own page, and its task goes on: approves, issues or records the refusal. So there is
one way from a person's word to an invoice; here is only said early what would be refused there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from pipelines.billing.drafting import stored_run
from pipelines.clock import Authorship
from pipelines.desk.drafts import PutQuestionNow, ShownRuns, questions
from pipelines.desk.orchestrator import AskedAnew, Orchestrator, Person
from pipelines.errors import Refused
from pipelines.runs.mistakes import mistakes, unreadable_date
from pipelines.runs.questions import APPROVE, BUTTONS, PersonAnswer
from pipelines.settings import Settings
from pipelines.warehouse import engine

if TYPE_CHECKING:
    from sqlalchemy import Connection


class OutOfDate(Refused):
    """The run is not what the page showed; ``changes``: what is different, in sentences."""

    def __init__(self, changes: Sequence[str]) -> None:
        self.changes = changes
        super().__init__(" ".join(changes))


class Mistaken(Refused):
    """The answer cannot be carried out as it is; ``wrong``: each reason in a sentence."""

    def __init__(self, wrong: Sequence[str]) -> None:
        self.wrong = wrong
        super().__init__(" ".join(wrong))


@dataclass(frozen=True, slots=True)
class RunDecision:
    """What a person has decided on a page: ``seen`` is the digest that it showed, of the question of ``attempt``."""

    attempt: str
    seen: str
    option: str
    fields: Mapping[str, str | None]


def decide(
    settings: Settings, orchestrator: Orchestrator, person: Person, decision: RunDecision, shown: ShownRuns, at: datetime
) -> PutQuestionNow:
    """Answer the question in the person's name; which one it was.

    AskedAnew: it waits no longer. OutOfDate: the run was drafted anew since. Mistaken: an approval that would be asked again.
    AnsweredBefore, NotAllowed: as the orchestrator says.
    """
    tasks = orchestrator.asking()
    with engine.reading(settings) as connection:
        put = next((each for each in questions(connection, tasks) if each.task.attempt == decision.attempt), None)
        if put is None:
            raise AskedAnew("the question that the page showed waits no longer")
        _refuse_other_run(connection, put, decision.seen, shown)
    if decision.option == APPROVE and put.task.answer is None:
        wrong = _wrong(settings, person, put, decision, at)
        if wrong:
            raise Mistaken(wrong)
    button = next(label for label, option in BUTTONS.items() if option == decision.option)
    orchestrator.answer(person, put.task, button, {name: decision.fields.get(name) for name in put.task.fields})
    return put


def _refuse_other_run(connection: "Connection", put: PutQuestionNow, seen: str, shown: ShownRuns) -> None:
    run = stored_run(connection, put.month, put.purpose)
    if put.digest != seen or run is None or run.digest != seen:
        raise OutOfDate(shown.changed_since(connection, put.month, put.purpose, seen))


def _wrong(settings: Settings, person: Person, put: PutQuestionNow, decision: RunDecision, at: datetime) -> list[str]:
    answer = PersonAnswer(decision.seen, decision.option, Authorship(person.name, decision.fields.get("note") or "", at), decision.fields)
    try:
        approval = answer.approval(put.task.otherwise)
    except ValueError:
        return [unreadable_date(str(decision.fields.get("issue_date") or put.task.otherwise))]
    return mistakes(settings, put.month, put.purpose, decision.seen, approval)
