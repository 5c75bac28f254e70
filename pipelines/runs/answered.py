"""A person's answer to a run that was shown, carried out: approved as it was seen, and issued (domain.md §7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from pipelines.billing.approval import Approval, approve_shown
from pipelines.billing.model import Purpose, Scope
from pipelines.billing.unlikely_dates import confirming, refuse_unmeant
from pipelines.clock import Authorship
from pipelines.documents.approved_page import keep_page
from pipelines.period import Month
from pipelines.runs.issuing import issue
from pipelines.settings import Settings
from pipelines.warehouse import engine, query
from pipelines.warehouse.locks import Work, turn


@dataclass(frozen=True, slots=True)
class Answer:
    """A person's yes to a run: who, the date of the invoices (None: today), the contracts to hold back, and the months
    and dates that look like a slip and are meant."""

    author: Authorship
    issued_on: date | None = None
    hold: Sequence[str] = ()
    meant: Sequence[str] = ()


def approve_answered(
    settings: Settings, month: Month, seen: str, answer: Answer, at: datetime, purpose: Purpose = Purpose.CLOSE
) -> Approval:
    """Approve a run that was shown to a person as the digest ``seen``, without the contracts to hold back; takes the month's turn."""
    with turn(settings, Work.BILLING, month, answer.author.by, at):
        approval, _ = approve_shown(settings, month, purpose, seen, answer.hold, answer.author)
        keep_page(settings, month, purpose)
    return approval


def issue_answered(settings: Settings, month: Month, seen: str, answer: Answer, at: datetime, purpose: Purpose = Purpose.CLOSE) -> int:
    """Approve what was shown as ``seen`` and issue it, in one turn, for orchestration that has a person's answer; number of invoices.

    The same answer again gives what it issued: a task that died after the issue is simply run again. SecondPersonNeeded
    when another person must approve as well.
    """
    with turn(settings, Work.BILLING, month, answer.author.by, at):
        issued_before = _issued_before(settings, month, seen, answer.author, purpose)
        if issued_before is not None:
            return issued_before
        with engine.transaction(settings) as connection:
            needed = refuse_unmeant(connection, Scope(month, purpose), answer.issued_on, at, answer.meant)
        _, run = approve_shown(settings, month, purpose, seen, answer.hold, confirming(answer.author, needed))
        keep_page(settings, month, purpose)
        return issue(settings, run, answer.issued_on, at, answer.meant).invoices


def listed_in(text: str) -> list[str]:
    """What a person wrote into one field, by commas: contract numbers, months and dates."""
    return [word.strip() for word in text.split(",") if word.strip()]


def _issued_before(settings: Settings, month: Month, seen: str, author: Authorship, purpose: Purpose) -> int | None:
    with engine.transaction(settings) as connection:
        invoices = query.scalar(
            connection, "billing/issued_before", month=month.first, purpose=purpose, seen=seen, by=author.by, at=author.at
        )
    return None if invoices is None else int(invoices)


def was_issued(settings: Settings, month: Month, seen: str, author: Authorship, purpose: Purpose) -> bool:
    """Whether the run that was shown as ``seen`` has been issued on this person's answer."""
    return _issued_before(settings, month, seen, author, purpose) is not None
