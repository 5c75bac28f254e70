"""Questions that a task of the orchestrator puts to a person about a drafted run, and the answers, kept in the warehouse.

What issues a run believes these rows alone: they are written by the task that asked, when the orchestrator resumes it
with its own record of the answer. A task that was marked successful, or whose result somebody wrote by hand, has none.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pipelines.billing.approval import NothingDrafted
from pipelines.billing.drafting import drafted_digest
from pipelines.billing.model import Purpose
from pipelines.clock import Authorship
from pipelines.documents.approval_page import ApprovalPage, approval_page
from pipelines.errors import Refused
from pipelines.period import Month
from pipelines.runs.answered import Answer, listed_in, was_issued
from pipelines.settings import Settings
from pipelines.warehouse import engine, query

APPROVE, REJECT = "Approve", "Reject"

_NO_REASON = {APPROVE: "ответ на запрос в Airflow", REJECT: "причина не указана"}


class NotAnswered(Refused):
    """No person has answered, whatever the states and results of the orchestrator's tasks say."""


class NotIssued(Refused):
    """A run that a person has approved is not issued, whatever the states of the orchestrator's tasks say."""


@dataclass(frozen=True, slots=True)
class QuestionPlace:
    """Where a question is put: a task of one run of a DAG."""

    dag_id: str
    run_id: str
    task_id: str

    def binds(self) -> dict[str, str]:
        """As binds of a statement."""
        return {"dag_id": self.dag_id, "run_id": self.run_id, "task_id": self.task_id}

    def __str__(self) -> str:
        return f"{self.dag_id}.{self.task_id} of {self.run_id}"


@dataclass(frozen=True, slots=True)
class PersonAnswer:
    """A person's answer to a question about the run that was shown as ``digest``."""

    digest: str
    option: str
    author: Authorship
    fields: Mapping[str, Any]

    def approval(self, otherwise: str | None = None) -> Answer:
        """What an approval asks for; ``otherwise``: ISO date of the invoices where the person named none."""
        day = self.fields.get("issue_date") or otherwise
        hold, meant = (listed_in(self.fields.get(name) or "") for name in ("hold", "meant"))
        return Answer(self.author, date.fromisoformat(day) if day else None, hold, meant)


def ask(settings: Settings, month: Month, purpose: Purpose, place: QuestionPlace, attempt: str, at: datetime) -> ApprovalPage:
    """Keep that a person is asked about the run drafted now, and the page to show. NothingDrafted without a drafted run."""
    digest = drafted_digest(settings, month, purpose)
    if digest is None:
        raise NothingDrafted(f"{month} has no drafted {purpose} run")
    page = approval_page(settings, month, digest, purpose)
    binds = {**place.binds(), "attempt": attempt, "month": month.first, "purpose": purpose, "digest": digest, "asked_at": at}
    with engine.transaction(settings) as connection:
        query.run(connection, "billing/add_question", **binds)
    return page


def record_answer(
    settings: Settings,
    place: QuestionPlace,
    attempt: str,
    option: str,
    by: tuple[str, str],
    answered_at: datetime,
    fields: Mapping[str, Any],
) -> None:
    """Keep the answer of ``by`` (id, name) to the question that this attempt has asked; the first one stays."""
    binds = {"option": option, "by_id": by[0], "by_name": by[1], "answered_at": answered_at, "fields": json.dumps(dict(fields))}
    with engine.transaction(settings) as connection:
        query.run(connection, "billing/add_answer", **place.binds(), attempt=attempt, **binds)
    answer_at(settings, place)


def answer_at(settings: Settings, place: QuestionPlace) -> PersonAnswer:
    """The person's answer to the last question of a task. NotAnswered when a person marked the task as done instead."""
    with engine.transaction(settings) as connection:
        last = query.first(connection, "billing/last_question", **place.binds())
    if last is None or last.option is None:
        raise NotAnswered(
            f"no person has answered {place}: marking a task successful, or writing its result by hand, approves nothing; "
            "clear it and answer the question"
        )
    note = last.fields.get("note") or _NO_REASON[last.option]
    return PersonAnswer(last.digest, last.option, Authorship(last.by_name, note, last.answered_at), last.fields)


def was_asked(settings: Settings, place: QuestionPlace) -> bool:
    """Whether the task has put a question."""
    with engine.transaction(settings) as connection:
        return query.first(connection, "billing/last_question", **place.binds()) is not None


def require_issued(settings: Settings, month: Month, purpose: Purpose, place: QuestionPlace) -> None:
    """NotAnswered or NotIssued unless the run has been issued on the approval given at ``place``."""
    given = answer_at(settings, place)
    if not was_issued(settings, month, given.digest, given.author, purpose):
        raise NotIssued(
            f"the run of {month} that {given.author.by} answered has not been issued: marking `issue` successful issues nothing; clear it"
        )
