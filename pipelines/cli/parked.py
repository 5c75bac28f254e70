"""How commands tell of contracts that were left out of a run: what many share is said once; a month that is not over, too."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from pipelines.cli.output import emit, say
from pipelines.clock import local_date
from pipelines.period import ONE_DAY, Month
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.billing.drafts import ParkedContract

COLUMNS = ("contract_no", "reason", "detail")
MOST_ALIKE = 5  # more contracts with one reason and detail are one row


def say_not_over(settings: Settings, month: Month, at: datetime) -> None:
    """One line when the month is not over yet in the first organization's time zone: which of its days nobody can know."""
    from pipelines.evidence.coverage import last_known_day
    from pipelines.master.history import zone
    from pipelines.warehouse.engine import transaction

    with transaction(settings) as connection:
        today, known = local_date(at, zone(connection).key), last_known_day(connection, month)
    if today <= month.last and known != month.last:
        say(f"{month} is not over: days from {known + ONE_DAY if known else month.first} on are not known yet")


def print_parked(parked: Sequence["ParkedContract"]) -> None:
    """The table of parked contracts on stdout."""
    emit([dict(zip(COLUMNS, row, strict=True)) for row in grouped(parked)], COLUMNS, "table")


def say_parked(parked: Sequence["ParkedContract"], output_format: str) -> None:
    """A line for each on stderr; beside a table, one for what many share."""
    rows = grouped(parked) if output_format == "table" else ((one.contract_no, one.reason, one.detail) for one in parked)
    for contracts, _, detail in rows:
        say(f"parked {contracts}: {detail}")


def grouped(parked: Sequence["ParkedContract"]) -> Iterator[tuple[str, str, str]]:
    """contract_no (or ``41 contracts``), reason, detail; in the order in which they first occur."""
    alike: dict[tuple[str, str], list[str]] = {}
    for one in parked:
        alike.setdefault((one.reason, one.detail), []).append(one.contract_no)
    told = set()
    for one in parked:
        same = (one.reason, one.detail)
        if len(alike[same]) <= MOST_ALIKE:
            yield (one.contract_no, *same)
        elif same not in told:
            told.add(same)
            yield (f"{len(alike[same])} contracts", *same)
