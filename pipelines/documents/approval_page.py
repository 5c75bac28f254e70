"""The page that a person sees before a run is issued: totals, clients, changes and their causes, parked, findings (domain.md §7)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pipelines.billing.approval import NothingDrafted
from pipelines.billing.model import Purpose
from pipelines.billing.rules import KINDS
from pipelines.billing.transitions import Status, status_of
from pipelines.billing.unattended import needs_a_person
from pipelines.documents.approval_words import signed, why
from pipelines.findings.kinds import KIND_NAMES
from pipelines.findings.words import subject_words
from pipelines.money import ZERO
from pipelines.period import Month
from pipelines.reports.changes import ContractChange, biggest
from pipelines.reports.leakage import Leak, leakage
from pipelines.settings import Settings
from pipelines.templates import laid_out
from pipelines.warehouse import engine, query
from pipelines.wording.outside import clean
from pipelines.wording.russian import amount, counted, month_name

if TYPE_CHECKING:
    from sqlalchemy import Connection

Row = Mapping[str, Any]
Rows = Sequence[Row]

MOST_CHANGES = 15
MOST_CLIENTS = 10
MOST_PARKED = 40
MOST_WORDS = 5
LONGEST_ARITHMETIC = 400
_RUN_NAMES = {Purpose.CLOSE: "", Purpose.PREPAY: "предоплата, ", Purpose.WATCH: "превышение предоплаты, ", Purpose.CORRECT: "исправление, "}


@dataclass(frozen=True, slots=True)
class ApprovalPage:
    """``subject`` is one line, ``body`` is Markdown."""

    subject: str
    body: str


def approval_page(settings: Settings, month: Month, digest: str, purpose: Purpose = Purpose.CLOSE) -> ApprovalPage:
    """The drafted run of a month as finance reads it in Airflow: why a person is asked, the figures, at the end the run's ``digest``."""
    with engine.transaction(settings) as connection:
        return _page(settings, connection, month, digest, purpose, in_airflow=True)


def drafted_page(settings: Settings, month: Month, purpose: Purpose) -> ApprovalPage:
    """The same page of the run that is drafted now, for a terminal. NothingDrafted without one."""
    with engine.transaction(settings) as connection:
        run = _read(connection, month, purpose, "billing/run")
        if not run:
            raise NothingDrafted(f"{month} has no drafted {purpose} run")
        return _page(settings, connection, month, run[0]["digest"], purpose, in_airflow=False)


def _page(settings: Settings, connection: "Connection", month: Month, digest: str, purpose: Purpose, *, in_airflow: bool) -> ApprovalPage:
    totals, parked = (
        _read(connection, month, purpose, "documents/approval_totals"),
        _read(connection, month, purpose, "documents/approval_parked"),
    )
    total, leaks = sum((row["total"] for row in totals), ZERO), leakage(connection, month)
    counts = f"{counted(sum(row['invoices'] for row in totals), 'счёт', 'счёта', 'счетов')} на {amount(total)} ₽"
    view = {
        "month": str(month),
        "purpose": purpose,
        "digest": digest,
        "in_airflow": in_airflow,
        "waiting": [one.russian for one in needs_a_person(settings, connection, month, purpose)]
        if KINDS[purpose].may_be_unattended
        else (),
        "totals": _totals(totals),
        "has_before": any(row["total_before"] is not None for row in totals),
        "clients": _clients(_read(connection, month, purpose, "documents/approval_clients")) if purpose == Purpose.CLOSE else None,
        "changes": _changes(connection, month)
        if purpose == Purpose.CLOSE
        else _added(_read(connection, month, purpose, "documents/approval_added")),
        "parked": [
            {"contract_no": _cell(row["contract_no"]), "client": _cell(row["client"]), "why": _cell(row["detail"])}
            for row in parked[:MOST_PARKED]
        ],
        "parked_count": len(parked),
        "parked_more": max(0, len(parked) - MOST_PARKED),
        "findings": _findings(_read(connection, month, purpose, "documents/approval_findings"), leaks),
        "leaked": amount(sum((leak.roubles for leak in leaks), ZERO)),
        "words": [_word(row) for row in _read(connection, month, purpose, "documents/approval_words")[:MOST_WORDS]],
        "second": _second(settings, _read(connection, month, purpose, "billing/run")),
        "four_eyes": settings.four_eyes,
    }
    return ApprovalPage(
        f"{_RUN_NAMES[purpose]}{month_name(month)}: {counts}, отложено договоров: {len(parked)}", laid_out("approval.md.j2", view)
    )


def _read(connection: "Connection", month: Month, purpose: Purpose, name: str) -> Rows:
    binds = {
        "month": month.first,
        "previous": month.previous.first,
        "purpose": purpose,
        "first": month.first,
        "last": month.last,
        "most": MOST_CHANGES,
    }
    return query.mappings(connection, name, **binds)


def _totals(rows: Rows) -> list[Row]:
    lines = [_total(_cell(row["name"]), row) for row in rows]
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


def _clients(rows: Rows) -> Row:
    groups: dict[str, Any] = {}
    for name, is_new in (("new", True), ("lost", False)):
        of_kind = [row for row in rows if row["is_new"] is is_new]
        groups[name] = {
            "count": len(of_kind),
            "total": amount(sum((row["total"] for row in of_kind), ZERO)),
            "biggest": [{"client": _cell(row["client"]), "total": amount(row["total"])} for row in of_kind[:MOST_CLIENTS]],
            "more": max(0, len(of_kind) - MOST_CLIENTS),
        }
    return groups


def _changes(connection: "Connection", month: Month) -> list[Row]:
    return [_change(each, why(each, month)) for each in biggest(connection, month, Purpose.CLOSE, MOST_CHANGES)]


def _added(rows: Rows) -> list[Row]:
    return [
        _change(
            ContractChange(row["contract_no"], row["client"], row["before"], row["total"]), _shortened(row["why"] or "", LONGEST_ARITHMETIC)
        )
        for row in rows
    ]


def _change(change: ContractChange, words: str) -> Row:
    return {
        "contract_no": _cell(change.contract_no),
        "client": _cell(change.client),
        "before": amount(change.before),
        "total": amount(change.total),
        "change": signed(change.total - change.before),
        "why": _cell(words),
    }


def _findings(rows: Rows, leaks: Sequence[Leak]) -> list[Row]:
    roubles: dict[str, Decimal] = {}
    for leak in leaks:
        roubles[leak.kind] = roubles.get(leak.kind, ZERO) + leak.roubles
    return [
        {
            "name": KIND_NAMES.get(row["kind"], _cell(row["kind"])),
            "subjects": row["subjects"],
            "days": row["days"],
            "roubles": amount(roubles[row["kind"]]) if row["kind"] in roubles else "",
            "example": _cell(subject_words(row["kind"], row["example"])),
        }
        for row in rows
    ]


def _word(row: Row) -> Row:
    return {
        "what": "одобрен" if row["decision"] == "approved" else "отклонён",
        "by": _cell(row["by_name"]),
        "at": f"{row['at']:%d.%m.%Y %H:%M} UTC",
        "reason": _cell(row["reason"]),
        "total": amount(row["total"]),
        "is_current": row["is_current"],
    }


def _second(settings: Settings, run: Rows) -> str | None:
    """Who has approved exactly this run, where another person is still needed."""
    approved_by: Iterable[str] = run[0]["approved_by"] if run else ()
    missing = status_of(approved_by, four_eyes=settings.four_eyes) is Status.DRAFT
    return ", ".join(map(_cell, approved_by)) if missing and approved_by else None


def _shortened(words: str, longest: int) -> str:
    return words if len(words) <= longest else words[: longest - 1].rsplit(" ", 1)[0] + " …"


def _cell(outside: str | None) -> str:
    """Outside text inside a Markdown table: one line, and none of the signs that Markdown or HTML would act on."""
    kept = clean(outside)
    for sign in "\\`*_{}[]<>|#~":
        kept = kept.replace(sign, f"\\{sign}" if sign not in "<>" else {"<": "‹", ">": "›"}[sign])
    return kept
