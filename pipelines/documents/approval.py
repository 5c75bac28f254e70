"""The page that a person sees before a month is issued: totals, biggest changes, parked contracts, findings (domain.md §7)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pipelines.billing.drafts import CLOSE, CORRECT, PREPAY
from pipelines.documents.formats import amount, clean, counted, month_name
from pipelines.findings.kinds import KIND_NAMES
from pipelines.money import ZERO
from pipelines.period import Month
from pipelines.settings import Settings, resource
from pipelines.warehouse import engine
from pipelines.warehouse.statements import statement

Rows = Iterable[Mapping[str, Any]]

MOST_CHANGES = 15
MOST_PARKED = 40
_RUN_NAMES = {CLOSE: "", PREPAY: "предоплата, ", CORRECT: "исправление, "}


@dataclass(frozen=True, slots=True)
class ApprovalPage:
    """``subject`` is one line, ``body`` is Markdown."""

    subject: str
    body: str


def approval_page(settings: Settings, month: Month, digest: str, purpose: str = CLOSE, why: Sequence[str] = ()) -> ApprovalPage:
    """The drafted run of a month as finance reads it: ``why`` a person is asked, the figures, at the end the run's ``digest``."""
    from sqlalchemy import text

    binds = {
        "month": month.first,
        "previous": month.previous.first,
        "purpose": purpose,
        "first": month.first,
        "last": month.last,
        "most": MOST_CHANGES,
    }

    def read(name: str) -> list[Mapping[str, Any]]:
        found = connection.execute(text(statement(f"warehouse/documents/approval_{name}")), binds)
        return [dict(row) for row in found.mappings()]

    with engine.transaction(settings) as connection:
        totals, parked, findings = read("totals"), read("parked"), read("findings")
        changes = read("changes" if purpose == CLOSE else "added")
    invoices = sum(row["invoices"] for row in totals)
    total = sum((row["total"] for row in totals), ZERO)
    counts = f"{counted(invoices, 'счёт', 'счёта', 'счетов')} на {amount(total)} ₽, отложено договоров: {len(parked)}"
    subject = f"{_RUN_NAMES[purpose]}{month_name(month)}: {counts}"
    return ApprovalPage(
        subject, _page({"month": str(month), "digest": digest, "purpose": purpose, "why": why}, totals, changes, parked, findings)
    )


def _page(run: Mapping[str, Any], totals: Rows, changes: Rows, parked: list[Mapping[str, Any]], findings: Rows) -> str:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(resource("templates")),
        autoescape=False,  # noqa: S701 - Markdown; outside text goes through _cell
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )
    return environment.get_template("approval.md.j2").render(
        **run,
        totals=[
            {
                **{key: amount(row[key]) for key in ("net", "vat", "total")},
                "name": _cell(row["name"]),
                "invoices": row["invoices"],
                "before": _before(row["invoices_before"], row["total_before"]),
            }
            for row in totals
        ],
        changes=[
            {
                **{key: amount(row[key]) for key in ("before", "total")},
                "change": ("+" if row["change"] > 0 else "") + amount(row["change"]),
                "contract_no": _cell(row["contract_no"]),
                "client": _cell(row["client"]),
            }
            for row in changes
        ],
        parked=[
            {"contract_no": _cell(row["contract_no"]), "client": _cell(row["client"]), "why": _cell(row["detail"])}
            for row in parked[:MOST_PARKED]
        ],
        parked_count=len(parked),
        parked_more=max(0, len(parked) - MOST_PARKED),
        findings=[
            {
                "name": KIND_NAMES.get(row["kind"], _cell(row["kind"])),
                "subjects": row["subjects"],
                "days": row["days"],
                "example": _cell(row["example"]),
            }
            for row in findings
        ],
    )


def _before(invoices: int | None, total: Decimal | None) -> str:
    return "—" if total is None else f"{amount(total)} ({counted(invoices or 0, 'счёт', 'счёта', 'счетов')})"


def _cell(outside: str | None) -> str:
    """Outside text inside a Markdown table: one line, and none of the signs that Markdown or HTML would act on."""
    kept = clean(outside)
    for sign in "\\`*_{}[]<>|#~":
        kept = kept.replace(sign, f"\\{sign}" if sign not in "<>" else {"<": "‹", ">": "›"}[sign])
    return kept
