"""The year's figures side by side, in lines for a terminal and in docs/year.md."""

from collections.abc import Sequence
from dataclasses import fields
from decimal import Decimal
from typing import TYPE_CHECKING

from tests.year.assumptions import Assumptions
from tests.year.outcome import Outcome

if TYPE_CHECKING:
    from tests.year.sensitivity import Moved

PROMISES = {"errors": -95, "overdue": -25, "hours": -80}
WORK = {
    "copy_invoice": "invoices copied", "count_vehicles": "fleets counted by hand", "match_payment": "payments matched by hand",
    "call_debtor": "debtors called", "handle_complaint": "complaints and corrections", "review_run": "runs reviewed and approved",
    "handle_finding": "findings about accounts answered", "approve_blocks": "days of blocks beyond the share approved",
    "answer_blocked": "blocked clients told why", "daily_look": "looks at what waits",
    "handle_payment": "payments allocated by a person", "restore_day": "missing days decided", "enter_change": "terms entered",
}  # fmt: skip
Row = tuple[str, str, str, str, str]


def minutes(given: Assumptions) -> dict[str, float]:
    """Minutes of each kind of work."""
    return {kind: float(getattr(given, kind)) for kind in WORK}


def change(old: Decimal | float, new: Decimal | float) -> float | None:
    """By how many percent the new figure differs from the old; None where there is nothing to compare with."""
    return float((Decimal(str(new)) - Decimal(str(old))) / Decimal(str(old)) * 100) if old else None


def compared(old: Outcome, new: Outcome, given: Assumptions) -> list[Row]:
    """Rows: what, the old way, by fleetbill, the difference, the promise."""
    cost = minutes(given)
    return [
        _row("true bill, RUB net", old.owed, new.owed, None),
        _row("errors of first invoices, RUB", old.errors, new.errors, PROMISES["errors"]),
        _row("first invoices that are wrong", old.wrong, new.wrong, None),
        ("of contract-months", str(old.bills), str(new.bills), "", ""),
        _row("leaked: owed, never billed, RUB", old.leaked, new.leaked, None),
        _row("billed, never owed, RUB", old.overbilled, new.overbilled, None),
        _row("overdue, average day, RUB + VAT", old.average_overdue, new.average_overdue, PROMISES["overdue"]),
        _row("overdue, last day, RUB + VAT", old.overdue[-1], new.overdue[-1], None),
        _row("hours of people", old.hours(cost), new.hours(cost), PROMISES["hours"]),
    ]


def _row(name: str, old: Decimal | float, new: Decimal | float, promise: int | None) -> Row:
    moved = change(old, new)
    return name, _number(old), _number(new), percent(moved), f"{promise} %" if promise else ""


def _number(value: Decimal | float) -> str:
    text = f"{value:,.0f}" if abs(value) >= 1000 or isinstance(value, int) else f"{value:,.1f}"
    return text.replace(",", " ")


def percent(value: float | None) -> str:
    """A change in percent with its sign."""
    return "–" if value is None else f"{value:+.1f} %"


MOVED = ("assumption", "figure", "errors", "overdue", "hours")


def moved_rows(moves: "Sequence[Moved]") -> list[tuple[str, ...]]:
    """What each changed assumption makes of the three promises; without those that change nothing by a tenth of a percent."""
    base = moves[0]
    rows = [("as assumed", "", percent(base.errors), percent(base.overdue), percent(base.hours))]
    for each in moves[1:]:
        cells = [percent(each.errors), percent(each.overdue), percent(each.hours)]
        if cells != list(rows[0][2:]):
            rows.append(
                (each.name if each.factor == 1 else f"{each.name} × {each.factor:g}", f"{each.value:g}" if each.value else "", *cells)
            )
    return rows


HEADS = ("figure", "old way", "fleetbill", "difference", "promised")


def in_columns(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines for a terminal; the first column to the left, the others to the right."""
    widths = [max(len(row[place]) for row in [heads, *rows]) for place in range(len(heads))]
    return ["  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) for row in [heads, *rows]]


def in_markdown(heads: Sequence[str], rows: Sequence[Sequence[str]], *, texts: int = 1) -> list[str]:
    """Lines of a table in Markdown; the first column and the last ``texts`` − 1 to the left."""
    sides = ["---", *["---:"] * (len(heads) - texts), *["---"] * (texts - 1)]
    return [f"| {' | '.join(row)} |" for row in [heads, sides, *rows]]


def work(old: Outcome, new: Outcome, given: Assumptions) -> list[tuple[str, ...]]:
    """What people did, how often and for how long."""
    cost = minutes(given)
    return [
        (name, str(old.counts[kind]), str(new.counts[kind]), f"{cost[kind]:g}",
         f"{old.counts[kind] * cost[kind] / 60:.0f}", f"{new.counts[kind] * cost[kind] / 60:.0f}")
        for kind, name in WORK.items()
    ]  # fmt: skip


def assumptions(given: Assumptions) -> list[tuple[str, ...]]:
    """Every assumption: name, figure, meaning, source."""
    return [(each.name, f"{getattr(given, each.name):g}", each.metadata["doc"], each.metadata["source"]) for each in fields(Assumptions)]
