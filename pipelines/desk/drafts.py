"""The drafted run that a person decides on: its contracts with the causes of their changes, and what has changed since it was shown."""

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pipelines.billing.drafting import StoredRun, stored_run
from pipelines.billing.model import Purpose
from pipelines.documents.bridge_words import why
from pipelines.money import ZERO
from pipelines.period import Month
from pipelines.reports.changes import changes
from pipelines.warehouse import query
from pipelines.wording.outside import clean
from pipelines.wording.russian import amount, counted

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from pipelines.desk.orchestrator import AskingTask

ON_A_PAGE = 50
_NAMED = 5


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A contract of the run, roubles with VAT; ``before``: billed for the month before (None: nothing), ``why``: the causes, in words."""

    contract_no: str
    client_code: str
    client: str
    invoices: int
    net: Decimal
    vat: Decimal
    total: Decimal
    issued: Decimal
    before: Decimal | None
    change: Decimal
    why: str


@dataclass(frozen=True, slots=True)
class DraftedPage:
    """A page of the run of a digest. ``whole``: contracts that were looked for, over all pages; ``total``: of the whole run."""

    run: StoredRun
    rows: Sequence[DraftRow]
    whole: int
    contracts: int
    total: Decimal


@dataclass(frozen=True, slots=True)
class PutQuestionNow:
    """A question that a task has put: of which run, as which digest it was shown, and how the one before was answered in vain."""

    task: "AskingTask"
    month: Month
    purpose: Purpose
    digest: str
    asked_at: datetime
    recorded: str | None
    mistakes: Sequence[str]
    mistaken_by: str | None


def drafted_page(connection: "Connection", month: Month, purpose: Purpose, wanted: str = "", page: int = 1) -> DraftedPage | None:
    """The contracts of the drafted run, those that changed most first; None where nothing is drafted. ``wanted``: as its statement says."""
    run = stored_run(connection, month, purpose)
    if run is None:
        return None
    totals = _totals(connection, month, purpose)
    rows = query.rows(
        connection,
        "desk/drafts",
        month=month.first,
        previous=month.previous.first,
        purpose=purpose,
        wanted=_literally(wanted),
        most=ON_A_PAGE,
        skipped=(page - 1) * ON_A_PAGE,
    )
    causes = {
        change.months.contract_no: why(change, month)
        for change in changes(connection, month, (purpose,), contracts=[row.contract_no for row in rows])
    }
    shown = [
        DraftRow(**{name: getattr(row, name) for name in DraftRow.__slots__ if name != "why"}, why=causes.get(row.contract_no, ""))
        for row in rows
    ]
    return DraftedPage(run, shown, rows[0].whole if rows else 0, len(totals), sum(totals.values(), ZERO))


def questions(connection: "Connection", tasks: "Sequence[AskingTask]") -> list[PutQuestionNow]:
    """What the tasks that ask have put, as the warehouse keeps it; one that has only just begun to ask is left out."""
    if not tasks:
        return []
    places = [task.place for task in tasks]
    rows = query.rows(
        connection,
        "desk/questions",
        dag_ids=[place.dag_id for place in places],
        run_ids=[place.run_id for place in places],
        task_ids=[place.task_id for place in places],
    )
    by_place = {(task.place.dag_id, task.place.run_id, task.place.task_id): task for task in tasks}
    put = []
    for row in rows:
        task = by_place[row.dag_id, row.run_id, row.task_id]
        if row.attempt == task.attempt:
            by = row.mistaken_by if row.mistakes_before else None
            put.append(
                PutQuestionNow(
                    task, Month.of(row.month), Purpose(row.purpose), row.digest, row.asked_at, row.option, list(row.mistakes_before), by
                )
            )
    return sorted(put, key=lambda each: (each.month.first, each.purpose, each.asked_at))


class ShownRuns:
    """What the runs that were shown lately came to, by digest: to say what has changed when a page is out of date. In this process."""

    _MOST = 8

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Mapping[str, Decimal]] = OrderedDict()
        self._turn = threading.Lock()

    def remember(self, connection: "Connection", month: Month, purpose: Purpose, digest: str) -> None:
        """A page of the run of this digest is being shown."""
        with self._turn:
            if digest not in self._kept:
                self._kept[digest] = _totals(connection, month, purpose)
            self._kept.move_to_end(digest)
            while len(self._kept) > self._MOST:
                self._kept.popitem(last=False)

    def changed_since(self, connection: "Connection", month: Month, purpose: Purpose, digest: str) -> list[str]:
        """What is different now from the run that was shown as ``digest``, in sentences."""
        run, now = stored_run(connection, month, purpose), _totals(connection, month, purpose)
        if run is None or not now:
            return ["Черновиков этого расчёта больше нет: он выставлен, или выставлять стало нечего."]
        before = self._kept.get(digest)
        if before is None:
            return [f"Теперь в нём {_size(now)}."]
        return [f"Было {_size(before)}, стало {_size(now)}.", *_differences(before, now)]


def _differences(before: Mapping[str, Decimal], now: Mapping[str, Decimal]) -> list[str]:
    changed = sorted(no for no in {*before, *now} if before.get(no) != now.get(no))
    if not changed:
        return ["Суммы те же: изменились отложенные договоры или данные, на которых счета основаны."]
    words = [f"{clean(no)}: {_sum(before.get(no))} → {_sum(now.get(no))}" for no in changed[:_NAMED]]
    more = len(changed) - _NAMED
    return ["; ".join(words) + (f"; и ещё {counted(more, 'договор', 'договора', 'договоров')}" if more > 0 else "") + "."]


def _size(totals: Mapping[str, Decimal]) -> str:
    return f"{counted(len(totals), 'договор', 'договора', 'договоров')} на {amount(sum(totals.values(), ZERO))} ₽"


def _sum(value: Decimal | None) -> str:
    return "нет" if value is None else amount(value)


def _totals(connection: "Connection", month: Month, purpose: Purpose) -> dict[str, Decimal]:
    rows: Sequence[Any] = query.rows(connection, "desk/drafted_totals", month=month.first, purpose=purpose)
    return {row.contract_no: row.total for row in rows}


def _literally(wanted: str) -> str:
    """A text as LIKE takes it for itself."""
    return clean(wanted).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
