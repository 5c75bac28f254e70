"""Dates and months that cannot be meant: refused, unless a person says by name that they are (domain.md §7). Rules pure, one reader."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

from pipelines.billing.model import Purpose, Scope
from pipelines.clock import Authorship, local_date
from pipelines.errors import Refused
from pipelines.period import Month
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection


class NotMeant(Refused):
    """A month or a date of the run cannot be meant; the message says how a person confirms that it is."""


class OrganizationDates(NamedTuple):
    """An organization that a run bills for: the date of its last number, and of the last invoice that a correction puts right."""

    code: str
    time_zone: str
    last_number: str | None
    last_issued_on: date | None
    corrected_on: date | None


class Doubt(NamedTuple):
    """Why a month or a date cannot be meant, in words, and the month or date that a person says it with."""

    english: str
    russian: str
    word: str


def doubts(scope: Scope, organizations: Sequence[OrganizationDates], issued_on: date | None, at: datetime) -> list[Doubt]:
    """Everything that cannot be meant of a run that is to be issued at a moment; ``issued_on`` None: each organization's local date.

    The words of the earliest organization count where several say the same.
    """
    by_words: dict[tuple[str, str], Doubt] = {}
    for organization in organizations:
        today = local_date(at, organization.time_zone)
        for doubt in (*_of_period(scope, today), *_of_date(scope, organization, issued_on or today, today)):
            by_words.setdefault((doubt.english, doubt.word), doubt)
    return list(by_words.values())


def unconfirmed(
    connection: "Connection", scope: Scope, issued_on: date | None, at: datetime, meant: Collection[str]
) -> tuple[list[Doubt], list[str]]:
    """The doubts about the run that is drafted which ``meant`` does not name, and the words of ``meant`` that were needed."""
    organizations = query.rows(connection, "billing/dates_of_run", OrganizationDates, month=scope.month.first, purpose=scope.purpose)
    every = doubts(scope, organizations, issued_on, at)
    needed = {doubt.word for doubt in every}
    return [doubt for doubt in every if doubt.word not in meant], [word for word in dict.fromkeys(meant) if word in needed]


def refuse_unmeant(connection: "Connection", scope: Scope, issued_on: date | None, at: datetime, meant: Collection[str]) -> list[str]:
    """The words of ``meant`` that were needed; NotMeant with every doubt that they do not name."""
    left, needed = unconfirmed(connection, scope, issued_on, at, meant)
    if left:
        raise NotMeant(f"{'; '.join(doubt.english for doubt in left)}; {how_to_confirm(left)}")
    return needed


def confirming(author: Authorship, words: Sequence[str]) -> Authorship:
    """The author, whose reason keeps the months and dates that were confirmed."""
    return replace(author, reason=f"{author.reason}; подтверждено: {', '.join(words)}") if words else author


def how_to_confirm(left: Sequence[Doubt]) -> str:
    """The options that confirm the doubts, as they are typed."""
    words = dict.fromkeys(doubt.word for doubt in left)
    return f"if that is meant, whoever approves adds {' '.join(f'`--yes-i-mean {word}`' for word in words)}"


def _of_period(scope: Scope, today: date) -> Iterator[Doubt]:
    month, word = scope.month, str(scope.month)
    if scope.purpose == Purpose.CLOSE and today <= month.last:
        yield Doubt(
            f"{month} is not over: today is {today}, and a month is closed from {month.next.first} on",
            f"{month} не закончился: сегодня {today:%d.%m.%Y}",
            word,
        )
    if scope.purpose == Purpose.PREPAY and month.first > Month.of(today).next.first:
        yield Doubt(
            f"{month} is too far ahead: today is {today}, and advances reach {Month.of(today).next} at most",
            f"{month} слишком далеко: сегодня {today:%d.%m.%Y}, предоплата выставляется не дальше следующего месяца",
            word,
        )
    if scope.on is not None and scope.on > today:
        yield Doubt(f"{scope.on} has not come: today is {today}", f"{scope.on:%d.%m.%Y} ещё не наступило", str(scope.on))


def _of_date(scope: Scope, organization: OrganizationDates, issued_on: date, today: date) -> Iterator[Doubt]:
    english, russian, word = f"the issue date {issued_on} is", f"дата счетов {issued_on:%d.%m.%Y}", str(issued_on)
    first, why, why_russian = _earliest(scope)
    if issued_on < min(first, today):  # that a period is not over is a doubt of its own
        yield Doubt(f"{english} before {why}", f"{russian} раньше, чем {why_russian}", word)
    if organization.corrected_on is not None and issued_on < organization.corrected_on:
        yield Doubt(
            f"{english} before {organization.corrected_on}, when what it corrects was issued",
            f"{russian} раньше исправляемого счёта от {organization.corrected_on:%d.%m.%Y}",
            word,
        )
    if organization.last_issued_on is not None and issued_on < organization.last_issued_on:
        yield Doubt(
            f"{english} before {organization.last_issued_on}, when {organization.last_number}, the last of {organization.code}, was issued",
            f"{russian} раньше последнего номера {organization.last_number} от {organization.last_issued_on:%d.%m.%Y}",
            word,
        )
    years = {scope.month.last.year, scope.month.next.year, today.year}
    if issued_on.year not in years:
        yield Doubt(
            f"{english} in another year than {scope.month} and today, {today}", f"{russian}: не тот год (сегодня {today:%d.%m.%Y})", word
        )


def _earliest(scope: Scope) -> tuple[date, str, str]:
    """The first day that a run's invoices can be dated, and what it is in words."""
    month = scope.month
    if scope.purpose == Purpose.PREPAY:
        return (
            month.previous.first,
            f"{month.previous}, the month before the one that it bills ahead",
            "месяц перед предоплаченным",
        )
    if scope.on is not None:
        return scope.on, f"{scope.on}, the day that it bills", f"оплачиваемый день {scope.on:%d.%m.%Y}"
    return month.last, f"{month.last}, the end of the period that it bills", f"конец периода {month.last:%d.%m.%Y}"
