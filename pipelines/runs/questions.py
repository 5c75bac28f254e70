"""Questions that a task of the orchestrator puts to a person about a drafted run, and the answers, kept in the warehouse.

What issues a run believes these rows alone: they are written by the task that asked, when the orchestrator resumes it
with its own record of the answer. A task that was marked successful, or whose result somebody wrote by hand, has none.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pipelines.billing.approval import NothingDrafted
from pipelines.billing.drafting import drafted_digest
from pipelines.billing.model import Purpose
from pipelines.clock import Authorship
from pipelines.documents.approval_page import ApprovalPage, approval_page
from pipelines.documents.finance_workbook import write_report
from pipelines.errors import Refused
from pipelines.period import Month
from pipelines.runs.answered import Answer, listed_in, was_issued
from pipelines.runs.mistakes import again, mistakes, read_date, unreadable_date
from pipelines.settings import Settings
from pipelines.warehouse import engine, query
from pipelines.wording.outside import clean

APPROVE, REJECT = "Approve", "Reject"
BUTTONS = {"Одобрить": APPROVE, "Отклонить": REJECT}
"""What the buttons say, and as what the warehouse keeps the answer."""

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
        hold, meant = (listed_in(str(self.fields.get(name) or "")) for name in ("hold", "meant"))
        return Answer(self.author, read_date(day and str(day)), hold, meant)


@dataclass(frozen=True, slots=True)
class PutQuestion:
    """A question as it is shown; ``fields``: what the person wrote into an answer that was not taken, to be mended."""

    page: ApprovalPage
    fields: Mapping[str, Any]


def ask(
    settings: Settings, month: Month, purpose: Purpose, place: QuestionPlace, attempt: str, at: datetime, link: str | None = None
) -> PutQuestion:
    """Keep that a person is asked about the run drafted now, and what to show: after an answer that was not taken, with what is
    wrong with it on top. NothingDrafted without a drafted run.

    The month's workbook is written anew, so that every draft and its lines can be looked at; ``link``: where the orchestrator shows it.
    """
    digest = drafted_digest(settings, month, purpose)
    if digest is None:
        raise NothingDrafted(f"{month} has no drafted {purpose} run")
    page = approval_page(settings, month, digest, purpose)
    page = replace(page, facts=f"{_workbook_line(settings, month, at, link)}\n\n{page.facts}")
    binds = {**place.binds(), "attempt": attempt, "month": month.first, "purpose": purpose, "digest": digest, "asked_at": at}
    with engine.transaction(settings) as connection:
        before = query.first(connection, "billing/last_answer", **place.binds())
        query.run(connection, "billing/add_question", **binds)
    if before is None or not before.mistakes:
        return PutQuestion(page, {})
    on_top = again(before.mistakes, before.by_name, before.answered_at)
    return PutQuestion(replace(page, subject=f"Ответ не принят. {page.subject}", facts=on_top + page.facts), before.fields)


def _workbook_line(settings: Settings, month: Month, at: datetime, link: str | None) -> str:
    """Where the drafts stand one by one. A workbook that cannot be written holds up no question."""
    try:
        address = write_report(settings, month, at)
    except Refused as error:
        return f"Книгу месяца с черновиками записать не удалось: {clean(str(error))}"
    opened = f"[открыть]({link}), " if link else ""
    return f"Все черновики, их строки и отложенные договоры — в книге месяца: {opened}`{address}`"


def record_answer(
    settings: Settings,
    place: QuestionPlace,
    attempt: str,
    answer: PersonAnswer,
    by_id: str,
    otherwise: str | None = None,
) -> list[str]:
    """Keep the answer to the question that this attempt has asked (the first one stays), and what is wrong with it, in sentences.

    An answer with anything wrong counts for nothing: the question is to be put again. ``by_id``: the id of the author in the
    orchestrator; ``otherwise``: as in `PersonAnswer.approval`.
    """
    with engine.transaction(settings) as connection:
        question = query.first(connection, "billing/last_question", **place.binds())
    shown = replace(answer, digest=question.digest) if question else answer
    wrong = _mistakes(settings, Month.of(question.month), Purpose(question.purpose), shown, otherwise) if question else []
    binds = {
        "option": answer.option, "by_id": by_id, "by_name": answer.author.by, "answered_at": answer.author.at,
        "fields": json.dumps(dict(answer.fields)), "mistakes": wrong,
    }  # fmt: skip
    with engine.transaction(settings) as connection:
        query.run(connection, "billing/add_answer", **place.binds(), attempt=attempt, **binds)
        kept = query.first(connection, "billing/last_question", **place.binds())
    if kept is None or kept.option is None:
        raise _not_answered(place)
    return list(kept.mistakes)


def _mistakes(settings: Settings, month: Month, purpose: Purpose, answer: PersonAnswer, otherwise: str | None) -> list[str]:
    if answer.option != APPROVE:
        return []
    try:
        approval = answer.approval(otherwise)
    except ValueError:
        return [unreadable_date(str(answer.fields.get("issue_date") or otherwise))]
    return mistakes(settings, month, purpose, answer.digest, approval)


def answer_at(settings: Settings, place: QuestionPlace) -> PersonAnswer:
    """The person's answer to the last question of a task. NotAnswered when a person marked the task as done instead."""
    with engine.transaction(settings) as connection:
        last = query.first(connection, "billing/last_question", **place.binds())
    if last is None or last.option is None or last.mistakes:
        raise _not_answered(place)
    return PersonAnswer(last.digest, last.option, word_of(last.by_name, last.option, last.fields, last.answered_at), last.fields)


def word_of(by: str, option: str, fields: Mapping[str, Any], at: datetime) -> Authorship:
    """Who answered, when, and the reason that stays in the history: the note, or that there is none."""
    return Authorship(by, fields.get("note") or _NO_REASON[option], at)


def _not_answered(place: QuestionPlace) -> NotAnswered:
    return NotAnswered(
        f"no person has answered {place}: marking a task successful, or writing its result by hand, approves nothing; "
        "clear it and answer the question"
    )


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
