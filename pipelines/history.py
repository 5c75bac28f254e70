"""Everything that people decided, from every room's history: who, when, why, before and after; and what was known on a date."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from pipelines.access import history as access
from pipelines.billing import history as billing
from pipelines.delivery.mail import history as mail
from pipelines.errors import BadInput
from pipelines.evidence import history as evidence
from pipelines.findings import history as findings
from pipelines.master import history as master
from pipelines.master import house_clock
from pipelines.receivables import history as receivables
from pipelines.settings import Settings
from pipelines.warehouse.decisions import Decision, DecisionSource, Layout, Question, read
from pipelines.warehouse.engine import transaction

if TYPE_CHECKING:
    from sqlalchemy import Connection

SOURCES: tuple[DecisionSource, ...] = (
    *master.SOURCES,
    *evidence.SOURCES,
    *billing.SOURCES,
    *findings.SOURCES,
    *receivables.SOURCES,
    *access.SOURCES,
    *mail.SOURCES,
)
SHEETS: Mapping[str, Layout] = {name: layout for source in SOURCES for name, layout in source.sheets.items()}


@dataclass(frozen=True, slots=True)
class HistorySubject:
    """What a question is about: a contract, a tariff, a client (given together: any of them), and one kind of decision."""

    contract: str | None = None
    tariff: str | None = None
    client: str | None = None
    sheet: str | None = None


@dataclass(frozen=True, slots=True)
class ChangedColumn:
    """One changed column; of a row that came or went: one line for the whole row, with ``column`` empty and the row beside its text."""

    at: datetime
    by: str
    reason: str
    sheet: str
    key: str
    action: str
    column: str
    before: str
    after: str
    row_before: Mapping[str, str] | None = None
    row_after: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class KnownValue:
    """One value as it was known, and the change that made its row so."""

    sheet: str
    key: str
    column: str
    value: str
    at: datetime
    by: str
    reason: str


EVERYTHING = HistorySubject()


def changes(
    settings: Settings, about: HistorySubject = EVERYTHING, first: date | None = None, last: date | None = None
) -> list[ChangedColumn]:
    """Every decision in order of time, from ``first`` to ``last`` (local days of the first organization, inclusive; None: no bound).

    A contract brings its terms and accounts, the rulings on days and snapshots of platforms that it has accounts on, and the
    approvals of runs that issued something for it; a client its contracts with all that, its promises and letters.
    NeverHeardOf for a contract, tariff or client that never was; BadInput for a sheet that is none.
    """
    with transaction(settings) as connection:
        zone = house_clock.zone(connection)
        question = _question(connection, about, _start(first, zone), _start(last + timedelta(days=1), zone) if last else None)
        decisions = sorted(
            chain.from_iterable(read(connection, source, question) for source in _sources(about)), key=lambda decision: decision.at
        )
    return [line for decision in decisions for line in _lines(decision, zone)]


def as_of(settings: Settings, day: date, about: HistorySubject = EVERYTHING) -> list[KnownValue]:
    """Every row as it was known at the end of a local date, by sheet and key; whether it is in force by then, its own dates say."""
    with transaction(settings) as connection:
        zone = house_clock.zone(connection)
        question = _question(connection, about, None, _start(day + timedelta(days=1), zone))
        last = {(decision.sheet, decision.key): decision for source in _sources(about) for decision in read(connection, source, question)}
    order = {name: index for index, name in enumerate(SHEETS)}
    return [
        KnownValue(decision.sheet, decision.key, column, text, decision.at.astimezone(zone), decision.by, decision.reason)
        for decision in sorted(last.values(), key=lambda decision: (order[decision.sheet], decision.key))
        for column, text in (decision.after or {}).items()
    ]


def _question(connection: "Connection", about: HistorySubject, since: datetime | None, until: datetime | None) -> Question:
    if about.sheet is not None and about.sheet not in SHEETS:
        raise BadInput.one("--sheet", f"there is no sheet {about.sheet!r}; the sheets are {', '.join(SHEETS)}")
    contracts = [] if about.contract is None else [master.known(connection, "contract", about.contract)]
    tariffs = [] if about.tariff is None else [master.known(connection, "tariff", about.tariff)]
    clients = [] if about.client is None else [master.known(connection, "client", about.client)]
    for client in clients:
        contracts += master.contracts_of(connection, client)
    return Question(not (contracts or tariffs or clients), contracts, clients, tariffs, about.sheet, since, until)


def _sources(about: HistorySubject) -> Iterator[DecisionSource]:
    return (source for source in SOURCES if about.sheet is None or about.sheet in source.sheets)


def _start(day: date | None, zone: ZoneInfo) -> datetime | None:
    return datetime.combine(day, datetime.min.time(), zone) if day else None


def _lines(decision: Decision, zone: ZoneInfo) -> Iterator[ChangedColumn]:
    def changed(column: str, was: str, became: str, *rows: Mapping[str, str] | None) -> ChangedColumn:
        return ChangedColumn(
            decision.at.astimezone(zone),
            decision.by,
            decision.reason,
            decision.sheet,
            decision.key,
            decision.action,
            column,
            was,
            became,
            *rows,
        )

    before, after = decision.before, decision.after
    if before is None or after is None:
        yield changed("", _whole(decision.sheet, before), _whole(decision.sheet, after), before, after)
        return
    for column in {**before, **after}:
        was, became = before.get(column, ""), after.get(column, "")
        if not SHEETS[decision.sheet].same(column, was, became):
            yield changed(column, was, became)


def _whole(sheet: str, row: Mapping[str, str] | None) -> str:
    return "; ".join(f"{name}={text}" for name, text in (row or {}).items() if text and name not in SHEETS[sheet].key)
