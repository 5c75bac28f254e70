"""How commands tell of contracts that were left out of a run: what many share is said once; a month that is not over, too."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from pipelines.cli.output import View, emit, say
from pipelines.period import ONE_DAY, Month
from pipelines.settings import Settings
from pipelines.wording.english import first_few

if TYPE_CHECKING:
    from pipelines.billing.model import ParkedContract

COLUMNS = ("contract_no", "reason", "detail")
NAMED = 10
_CODE = re.compile(r"\b[a-z]+(?:_[a-z0-9]+)+\b")
MOST_ALIKE = 5  # more contracts with one reason and detail are one row


def say_not_over(settings: Settings, month: Month, at: datetime) -> None:
    """One line when the month is not over yet in the first organization's time zone: which of its days nobody can know."""
    from pipelines.evidence.coverage import last_known_day
    from pipelines.master import house_clock
    from pipelines.warehouse.engine import transaction

    with transaction(settings) as connection:
        today, known = house_clock.today(connection, at), last_known_day(connection, month)
    if today <= month.last and known != month.last:
        say(f"{month} is not over: days from {known + ONE_DAY if known else month.first} on are not known yet")


def print_parked(parked: Sequence["ParkedContract"]) -> None:
    """The table of parked contracts on stdout."""
    emit(
        [
            dict(zip(COLUMNS, (contract_no, in_words(reason), in_words(detail)), strict=True))
            for contract_no, reason, detail in grouped(parked)
        ],
        COLUMNS,
        "table",
        View(("contract_no", "client", "reason", "detail")),
    )


def in_words(text: str) -> str:
    """A reason or its detail for a person: ``missing days``, ``no meter video gb`` instead of codes and names of columns."""
    return _CODE.sub(lambda code: code[0].replace("_", " "), text)


def say_parked(parked: Iterable["ParkedContract"], before: str = "") -> None:
    """A line on stderr per reason, not per contract: a day without a snapshot parks everybody for the same reason."""
    reasons: dict[str, list[str]] = {}
    for each in parked:
        reasons.setdefault(each.detail, []).append(each.contract_no)
    for detail, contracts in reasons.items():
        say(f"{before}parked {named(contracts)}: {in_words(detail)}")


def named(contracts: Sequence[str]) -> str:
    """``K1``, or ``12 contracts (K1, K2, … and 2 more)``."""
    if len(contracts) == 1:
        return contracts[0]
    return f"{len(contracts)} contracts ({first_few(contracts, NAMED)})"


def grouped(parked: Sequence["ParkedContract"]) -> Iterator[tuple[str, str, str]]:
    """contract_no (or ``41 contracts``), reason, detail; in the order in which they first occur."""
    alike: dict[tuple[str, str], list[str]] = {}
    for contract in parked:
        alike.setdefault((contract.reason, contract.detail), []).append(contract.contract_no)
    printed = set()
    for contract in parked:
        same = (contract.reason, contract.detail)
        if len(alike[same]) <= MOST_ALIKE:
            yield (contract.contract_no, *same)
        elif same not in printed:
            printed.add(same)
            yield (f"{len(alike[same])} contracts", *same)
