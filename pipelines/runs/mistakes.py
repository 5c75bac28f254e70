"""What of a person's yes to a drafted run cannot be carried out, found before anything is done: the question is put again (domain.md §7).

Issuing refuses all of it as well. Here it is said to the person who is still at the page, in the words of that page.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING

from pipelines.billing.drafting import StoredRun, stored_run
from pipelines.billing.model import Purpose, Scope
from pipelines.billing.transitions import Status, same_person, status_of
from pipelines.billing.unlikely_dates import Doubt, unconfirmed
from pipelines.clock import Authorship
from pipelines.period import Month
from pipelines.runs.answered import Answer
from pipelines.settings import Settings
from pipelines.warehouse import engine, query
from pipelines.wording.outside import clean

if TYPE_CHECKING:
    from sqlalchemy import Connection


def mistakes(settings: Settings, month: Month, purpose: Purpose, seen: str, answer: Answer) -> list[str]:
    """What is wrong with the approval of the run that was shown as the digest ``seen``, each a sentence; empty: nothing is."""
    with engine.transaction(settings) as connection:
        stored = stored_run(connection, month, purpose)
        if stored is None or stored.digest != seen:
            return ["Пока страница ждала ответа, расчёт изменился. Ниже — новый расчёт: посмотрите его."]
        drafted = {row.contract_no for row in query.rows(connection, "billing/drafted", month=month.first, purpose=purpose)}
        parked = {row.contract_no for row in query.rows(connection, "billing/parked", month=month.first, purpose=purpose)}
        return [
            *_of_held(answer.hold, drafted, parked),
            *_of_person(stored.approved_by, answer.author, four_eyes=settings.four_eyes),
            *_of_dates(_doubts(settings, connection, Scope(month, purpose, stored.watched_on, stored.only_contract), stored, answer)),
        ]


def read_date(text: str | None) -> date | None:
    """A date as the page's field gives it (ISO); None for an empty field. ValueError for anything else."""
    return date.fromisoformat(text) if text else None


def unreadable_date(text: str) -> str:
    """What is wrong with a date that cannot be read."""
    return f"Дата счетов {_code(text)} — не дата: нужно ГГГГ-ММ-ДД, например 2026-03-02."


def _of_held(hold: Sequence[str], drafted: Collection[str], parked: Collection[str]) -> Iterator[str]:
    known = sorted({*drafted, *parked})
    for contract_no in dict.fromkeys(hold):
        if contract_no not in known:
            alike = get_close_matches(contract_no, known, n=1)
            yield f"Придержать: договора {_code(contract_no)} в этом расчёте нет." + (f" Похож {_code(alike[0])}." if alike else "")
    if drafted and set(drafted) <= set(hold):
        yield "Придержать: названы все договоры, одобрять будет нечего. Чтобы не выставлять ничего, ответьте «Отклонить»."


def _of_person(approved_by: Sequence[str], author: Authorship, *, four_eyes: bool) -> Iterator[str]:
    if four_eyes and status_of(approved_by, four_eyes=True) is Status.DRAFT and same_person(author.by) in map(same_person, approved_by):
        yield f"Нужен второй человек: {author.by} уже одобрил этот расчёт."


def _doubts(settings: Settings, connection: "Connection", scope: Scope, stored: StoredRun, answer: Answer) -> list[Doubt]:
    """Dates that cannot be meant; none where another person must approve as well: the last one dates the invoices."""
    if status_of((*stored.approved_by, answer.author.by), four_eyes=settings.four_eyes) is Status.DRAFT:
        return []
    return unconfirmed(connection, scope, answer.issued_on, answer.author.at, answer.meant)[0]


def _of_dates(doubts: Sequence[Doubt]) -> Iterator[str]:
    for doubt in doubts:
        yield f"{doubt.russian[0].upper()}{doubt.russian[1:]}. Если так и надо, впишите {_code(doubt.word)} в «Да, именно»."


def _code(outside: str) -> str:
    """Outside text as Markdown's code: nothing in it acts."""
    return f"`{clean(outside).replace('`', '')}`"


def again(wrong: Sequence[str], by: str, at: datetime) -> str:
    """Markdown for the top of the page that is shown again: whose answer was not taken, and why."""
    lines = "\n".join(f"> - {each}" for each in wrong)
    return f"> **Ответ не принят** ({by}, {at:%d.%m.%Y %H:%M} UTC). Ничего не выставлено. Ответьте ещё раз:\n>\n{lines}\n\n"
