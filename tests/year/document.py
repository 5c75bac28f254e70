"""docs/year.md: the table of every seed, the charts of the first, the assumptions, and what moves the result."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.year import charts, table
from tests.year.assumptions import Assumptions
from tests.year.outcome import Outcome
from tests.year.sensitivity import Moved
from tests.year.world import Scale

Years = Mapping[Scale, Mapping[str, Outcome]]

_HEAD = """\
# A year, billed twice

`make year` lives a year of an invented provider, day by day, twice: **the old way** (last month's invoice copied or the
vehicles counted on the last day, one spreadsheet, no ladder) and **by fleetbill**: its own verbs, as its DAGs call them, over a lake,
PostgreSQL and files. Days land through the gate, months are closed, looked at and issued, statements of the bank come in, the ladder runs
each day, and who stands on a block list is blocked on the platform that evening. Nothing is tuned: what came out is printed, also where it
stays below what was promised.

Both ways meet the same world of the same seed: the same vehicles on the same days, the same clients with the same habits. The true bill is
counted from that world by a calculator that was written from [domain.md](domain.md) alone and shares no code with fleetbill.
"""
_HOLDS = """\
## What holds in every run

The run fails unless: every rouble that clients paid is in the ledger, allocated or free, and no invoice or payment is allocated beyond its
sum; each client's ledger sums to zero (invoiced − paid − open + free); each contract's month costs, corrections included, by fleetbill what
the independent calculator says, to the kopeck; and nobody stands on a block list after a day's ladder with nothing overdue.

«Errors» are the differences between first invoices and the true bill, either way, over all contracts and months; «wrong» is a kopeck or
more. What was corrected later (a complaint by hand, `correct` by fleetbill) is taken off what leaked and what was billed and not owed.

Both ways are measured against the true bill of their own world: who is blocked sends nothing that is billed, so fleetbill's is a little
smaller.

## What the year leaves out

Both platforms hand in files; live ones are tried elsewhere. Clients react to the step of the ladder on the day on which it is taken, so the
letters wait in the outbox; 1C does not answer, so each month's message carries everything since the beginning. Usage, findings and
prepaid limits are looked at every second week, which comes to the same bills. Nobody promises, disputes a block or leaves because of one.
Going live (clients, contracts, prices entered once) is the work of neither year.
"""
_RETOLD = """\
## Years that fleetbill has not lived here

A year of 600 clients takes fleetbill a quarter of an hour on two quiet cores, and `make year` lives it. Here years are told shorter: the
same world is worked out without fleetbill: bills by the independent calculator, which every lived year has shown to be fleetbill's to the
kopeck, and the ladder retold in a few lines, without what a block does to usage. How near that comes shows the first table, of the year
that fleetbill has lived above.
"""
_WHAT_IF = """\
## What moves the result

Each assumption halved and doubled (shares to 98 % at most), {clients} clients over {months} months, by the calculator and the retold ladder
on fleetbill's side; of the year above they say {overdue} for the overdue debt, and fleetbill itself {real}. «What a hand can count»: every
contract pays for its connected vehicles at their peak, and all are counted each month, so that the old way errs only by what one look on
the last day cannot see. Hours are those of the counts of the lived year, at the changed minutes. A line that moves nothing is left out.
"""


def write_document(path: Path, given: Assumptions, lived: tuple[Years, Years], what_if: tuple[Scale, Sequence[Moved]]) -> None:
    """The page and, in a folder of its name beside it, the charts of the first year.

    ``lived``: the years that fleetbill lived, and those that the calculator and the retold ladder did, the same first.
    """
    years, retold = lived
    scale, first = next(iter(years.items()))
    folder = path.with_suffix("")
    folder.mkdir(parents=True, exist_ok=True)
    for name, drawn in _charts(scale, given, first).items():
        (folder / f"{name}.svg").write_text(drawn, encoding="utf-8")
    lines = [_HEAD, _command(years, retold), "", "## What came out", "", *_result(scale, first, given), *_pictures(folder.name)]
    for other, ways in list(years.items())[1:]:
        lines += _result(other, ways, given)
    lines += [_HOLDS, *_work(given, first)]
    lines += [_RETOLD, *(line for each, ways in retold.items() for line in _result(each, ways, given))] if len(retold) > 1 else []
    lines += _what_if(first, retold[scale], *what_if) if what_if[1] else []
    lines += ["## Assumptions", "", *table.in_markdown(("name", "figure", "what it is", "source"), table.assumptions(given), texts=3), ""]
    path.write_text("\n".join(lines), encoding="utf-8")


def _command(years: Years, retold: Years) -> str:
    """The call that makes this page again."""
    scale = next(iter(years))
    seeds = [each.seed for each in years if each.clients == scale.clients and each.months == scale.months]
    also = [each for each in years if each.clients != scale.clients or each.months != scale.months]
    parts = {"SEEDS": ",".join(map(str, seeds)), "ALSO": _names(also), "RETOLD": _names([each for each in retold if each != scale])}
    words = [f"CLIENTS={scale.clients} MONTHS={scale.months}", *(f"{name}={said}" for name, said in parts.items() if said)]
    return f"This page again: `make year {' '.join(words)}`."


def _names(scales: Sequence[Scale]) -> str:
    return ",".join(f"{each.clients}:{each.seed}:{each.months}" for each in scales)


def _result(scale: Scale, ways: Mapping[str, Outcome], given: Assumptions) -> list[str]:
    rows = table.compared(ways["old way"], ways["fleetbill"], given)
    said = f"Seed {scale.seed}: {scale.clients} clients, {scale.months} months from {scale.first}."
    return [said, "", *table.in_markdown(table.HEADS, rows), "", *(f"- {note}" for note in ways["fleetbill"].notes.values()), ""]


def _pictures(folder: str) -> list[str]:
    titles = {"overdue": "Overdue debt by day", "errors": "Errors of first invoices by month", "hours": "Hours of people"}
    return [f"![{title}]({folder}/{name}.svg)" for name, title in titles.items()] + [""]


def _charts(scale: Scale, given: Assumptions, ways: Mapping[str, Outcome]) -> dict[str, str]:
    cost = table.minutes(given)
    months = {
        f"{scale.starts[month]:%m.%y}": {
            name: float(sum(abs(one - other) for one, other in zip(each.billed[month], each.true[month], strict=True))) / 1000
            for name, each in ways.items()
        }
        for month in range(scale.months)
    }
    hours = {
        label: {name: sum(each.counts[kind] * cost[kind] for kind in kinds) / 60 for name, each in ways.items()}
        for label, kinds in _KINDS.items()
    }
    overdue = {name: [float(amount) / 1000 for amount in each.overdue] for name, each in ways.items()}
    return {
        "overdue": charts.lines("Overdue debt by day", scale.first, overdue, "kRUB"),
        "errors": charts.bars("Errors of first invoices by month, differences either way", months, "kRUB"),
        "hours": charts.bars("Hours of people", hours, "hours"),
    }


_KINDS = {
    "invoices": ("copy_invoice", "count_vehicles", "review_run", "enter_change", "restore_day", "daily_look"),
    "payments": ("match_payment", "handle_payment"),
    "debtors": ("call_debtor", "approve_blocks", "answer_blocked"),
    "errors": ("handle_complaint", "handle_finding"),
}


def _work(given: Assumptions, ways: Mapping[str, Outcome]) -> list[str]:
    heads = ("work of the first seed", "times, old way", "times, fleetbill", "minutes each", "hours, old way", "hours, fleetbill")
    return ["## Work", "", *table.in_markdown(heads, table.work(ways["old way"], ways["fleetbill"], given)), ""]


def _what_if(lived: Mapping[str, Outcome], retold: Mapping[str, Outcome], tried: Scale, moves: Sequence[Moved]) -> list[str]:
    overdue, real = (
        table.percent(table.change(ways["old way"].average_overdue, ways["fleetbill"].average_overdue)) for ways in (retold, lived)
    )
    said = _WHAT_IF.format(clients=tried.clients, months=tried.months, overdue=overdue, real=real)
    return [said, *table.in_markdown(table.MOVED, table.moved_rows(moves)), ""]
