"""The page that a person sees before a run is issued: totals, the bridge from last month, changes and causes, parked, findings
(domain.md §7)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pipelines.billing.approval import NothingDrafted
from pipelines.billing.model import Purpose
from pipelines.billing.rules import KINDS
from pipelines.billing.transitions import Status, status_of
from pipelines.billing.unattended import needs_a_person
from pipelines.documents.approval_bridge import ChangesOfRun, changes_of_run
from pipelines.documents.bridge_words import signed
from pipelines.documents.page_cells import cell
from pipelines.documents.parked_words import next_step
from pipelines.documents.run_words import run_heading
from pipelines.findings.kinds import KIND_NAMES
from pipelines.findings.words import subject_words
from pipelines.money import ZERO
from pipelines.period import Month
from pipelines.reports.leakage import Leak, leakage, lost
from pipelines.reports.parked import LeftOut, left_out
from pipelines.settings import Settings
from pipelines.templates import laid_out
from pipelines.warehouse import engine, query
from pipelines.wording.russian import amount, counted, month_name

if TYPE_CHECKING:
    from sqlalchemy import Connection

Row = Mapping[str, Any]
Rows = Sequence[Row]

MOST_ADDED = 15
MOST_PARKED = 40
MOST_WORDS = 5
LONGEST_ARITHMETIC = 400


@dataclass(frozen=True, slots=True)
class ApprovalPage:
    """``subject`` is one line; the others are Markdown. ``facts``: what a person decides on; ``answer``: how to answer, at the end the
    run's digest; ``body``: both."""

    subject: str
    facts: str
    answer: str

    @property
    def body(self) -> str:
        """All of it below its subject."""
        return f"{self.facts}\n{self.answer}"


def approval_page(settings: Settings, month: Month, digest: str, purpose: Purpose = Purpose.CLOSE) -> ApprovalPage:
    """The drafted run of a month as finance reads it in Airflow: why a person is asked, the figures, at the end the run's ``digest``."""
    with engine.transaction(settings) as connection:
        return page_of_run(settings, connection, month, digest, purpose, in_airflow=True)


def drafted_page(settings: Settings, month: Month, purpose: Purpose) -> ApprovalPage:
    """The same page of the run that is drafted now, for a terminal. NothingDrafted without one."""
    with engine.transaction(settings) as connection:
        run = _read(connection, month, purpose, "billing/run")
        if not run:
            raise NothingDrafted(f"{month} has no drafted {purpose} run")
        return page_of_run(settings, connection, month, run[0]["digest"], purpose)


def page_of_run(
    settings: Settings,
    connection: "Connection",
    month: Month,
    digest: str,
    purpose: Purpose,
    *,
    in_airflow: bool = False,
    is_approved: bool = False,
) -> ApprovalPage:
    """The page in the caller's transaction; ``in_airflow``: answered by its buttons, else by commands. ``is_approved``: without the
    words on it, the last of which approves it."""
    totals, leaks = _read(connection, month, purpose, "documents/approval_totals"), leakage(connection, month)
    parked = [each for each in left_out(connection, month, leaks) if each.purpose == purpose]
    changes = (
        changes_of_run(connection, month, parked) if purpose == Purpose.CLOSE else ChangesOfRun(biggest=_added(connection, month, purpose))
    )
    words = [] if is_approved else _read(connection, month, purpose, "documents/approval_words")
    second = None if is_approved else _second(settings, _read(connection, month, purpose, "billing/run"))
    view = {
        "month": str(month),
        "month_name": month_name(month),
        "previous_name": month_name(month.previous),
        "purpose": purpose,
        "waiting": [reason.russian for reason in needs_a_person(settings, connection, month, purpose)]
        if KINDS[purpose].may_be_unattended
        else (),
        "totals": _totals(totals),
        "has_before": any(row["total_before"] is not None for row in totals),
        "changes": changes,
        **_parked(parked),
        "findings": _findings(_read(connection, month, purpose, "documents/approval_findings"), leaks),
        "leaked": amount(lost(leaks)),
        "words": [_word(row) for row in words[:MOST_WORDS]],
        "second": second,
    }
    answer = {"month": str(month), "purpose": purpose, "in_airflow": in_airflow, "second": second, "four_eyes": settings.four_eyes}
    total = sum((row["total"] for row in totals), ZERO)
    counts = f"{counted(sum(row['invoices'] for row in totals), 'счёт', 'счёта', 'счетов')} на {amount(total)} ₽"
    return ApprovalPage(
        f"{run_heading(month, purpose)}: {counts}, отложено договоров: {len(parked)}",
        laid_out("approval.md.j2", view),
        laid_out("approval_answer.md.j2", {**answer, "digest": digest}),
    )


def _read(connection: "Connection", month: Month, purpose: Purpose, name: str) -> Rows:
    binds = {
        "month": month.first,
        "previous": month.previous.first,
        "purpose": purpose,
        "first": month.first,
        "last": month.last,
        "most": MOST_ADDED,
    }
    return query.mappings(connection, name, **binds)


def _totals(rows: Rows) -> list[Row]:
    lines = [_total(cell(row["name"]), row) for row in rows]
    if len(rows) > 1:
        keys = ("invoices", "net", "vat", "total", "issued", "invoices_before")
        whole: dict[str, Any] = {key: sum(row[key] for row in rows) for key in keys}
        whole["total_before"] = sum((row["total_before"] or ZERO for row in rows), ZERO)
        lines.append(_total("**Вместе**", whole))
    return lines


def _total(name: str, row: Row) -> Row:
    month, before = row["issued"] + row["total"], row["total_before"]
    return {
        "name": name,
        "invoices": row["invoices"],
        **{key: amount(row[key]) for key in ("net", "vat", "total", "issued")},
        "month": amount(month),
        "before": "—" if before is None else f"{amount(before)} ({counted(row['invoices_before'], 'счёт', 'счёта', 'счетов')})",
        "change": "—" if before is None else signed(month - before) + _percent(month - before, before),
    }


def _percent(change: Decimal, before: Decimal) -> str:
    return f" ({change / before:+.1%})".replace(".", ",").replace("-", "−").replace("%", " %") if before and change else ""


def _added(connection: "Connection", month: Month, purpose: Purpose) -> list[Row]:
    """What the run adds to what was issued for the month already, the biggest first."""
    return [
        {
            "contract_no": cell(row["contract_no"]),
            "client": cell(row["client"]),
            "before": amount(row["before"]),
            "total": amount(row["total"]),
            "change": signed(row["total"] - row["before"]),
            "why": cell(_shortened(row["why"] or "", LONGEST_ARITHMETIC)),
        }
        for row in _read(connection, month, purpose, "documents/approval_added")
    ]


def _parked(parked: Sequence[LeftOut]) -> Row:
    """What is left out, in roubles, and what to do next: the biggest first, and their sums."""
    biggest = sorted(parked, key=lambda each: (-max(each.before or ZERO, each.estimate or ZERO), each.contract_no))
    return {
        "parked": [
            {
                "contract_no": cell(each.contract_no),
                "client": cell(each.client),
                "why": cell(each.detail),
                "before": "—" if each.before is None else amount(each.before),
                "estimate": "—" if each.estimate is None else amount(each.estimate),
                "next": next_step(each.reason),
            }
            for each in biggest[:MOST_PARKED]
        ],
        "parked_count": len(parked),
        "parked_more": max(0, len(parked) - MOST_PARKED),
        "parked_before": amount(sum((each.before or ZERO for each in parked), ZERO)),
        "parked_estimate": amount(sum((each.estimate or ZERO for each in parked), ZERO)),
    }


def _findings(rows: Rows, leaks: Sequence[Leak]) -> list[Row]:
    roubles: dict[str, Decimal] = {}
    for leak in (each for each in leaks if not each.agreed):
        roubles[leak.kind] = roubles.get(leak.kind, ZERO) + leak.roubles
    return [
        {
            "name": KIND_NAMES.get(row["kind"], cell(row["kind"])),
            "subjects": row["subjects"],
            "days": row["days"],
            "roubles": amount(roubles[row["kind"]]) if row["kind"] in roubles else "",
            "example": cell(_example(row["kind"], row["example"])),
        }
        for row in rows
    ]


def _example(kind: str, subject: str) -> str:
    """The subject of a finding in words; of a price of 0 the contract alone."""
    return subject.split(" ", maxsplit=1)[0] if kind == "zero_price" else subject_words(kind, subject)


def _word(row: Row) -> Row:
    return {
        "what": "одобрен" if row["decision"] == "approved" else "отклонён",
        "by": cell(row["by_name"]),
        "at": f"{row['at']:%d.%m.%Y %H:%M} UTC",
        "reason": cell(row["reason"]),
        "total": amount(row["total"]),
        "is_current": row["is_current"],
    }


def _second(settings: Settings, run: Rows) -> str | None:
    """Who has approved exactly this run, where another person is still needed."""
    approved_by: Iterable[str] = run[0]["approved_by"] if run else ()
    missing = status_of(approved_by, four_eyes=settings.four_eyes) is Status.DRAFT
    return ", ".join(map(cell, approved_by)) if missing and approved_by else None


def _shortened(words: str, longest: int) -> str:
    return words if len(words) <= longest else words[: longest - 1].rsplit(" ", 1)[0] + " …"
