"""Findings kept as runs of days; each room replaces its own kinds of its own days (domain.md §10)."""

import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from pipelines.findings.details import detail_words
from pipelines.findings.kinds import CLOSED_WITH_THE_MONTH, FINDING_KINDS, OPEN_WHILE_THERE
from pipelines.period import ONE_DAY, Month
from pipelines.warehouse import query
from pipelines.warehouse.statements import statement

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlalchemy import Connection

_COLUMNS = ("kind", "subject", "first_day", "last_day", "platform", "contract_no", "vehicle_days", "parameters")
NOTHING: Mapping[str, Any] = {}


class Occurrence(NamedTuple):
    """A finding seen on one day.

    ``subject``: such as 'gps1/4711', a contract, a payment; ``parameters``: what its words need, as JSON has it
    (`findings/details.py`); ``platform``: whose newest covered day says whether it is still open; ``vehicle_days``: served
    that day and billed to nobody.
    """

    kind: str
    subject: str
    seen_on: date
    contract_no: str | None = None
    parameters: Mapping[str, Any] = NOTHING
    platform: str | None = None
    vehicle_days: int = 0


class FindingRun(NamedTuple):
    """A finding seen on every day from ``first_day`` to ``last_day``, with the parameters of the last."""

    kind: str
    subject: str
    first_day: date
    last_day: date
    platform: str | None
    contract_no: str | None
    vehicle_days: int
    parameters: Mapping[str, Any]


def runs(occurrences: Iterable[Occurrence], *, are_in_order: bool = False) -> Iterator[FindingRun]:
    """Days that follow each other as one run, as long as the contract stays; of equal (kind, subject, day) the first counts. Pure.

    ``are_in_order``: those of each kind and subject come by their days, so that they need not all be in memory.
    """
    unfinished: dict[tuple[str, str], FindingRun] = {}
    for each in occurrences if are_in_order else sorted(occurrences, key=lambda each: each.seen_on):
        run = unfinished.get((each.kind, each.subject))
        if run and each.seen_on == run.last_day:
            continue
        if run and each.seen_on == run.last_day + ONE_DAY and each.contract_no == run.contract_no:
            days = run.vehicle_days + each.vehicle_days
            unfinished[each.kind, each.subject] = run._replace(last_day=each.seen_on, vehicle_days=days, parameters=each.parameters)
            continue
        if run:
            yield run
        unfinished[each.kind, each.subject] = FindingRun(
            each.kind, each.subject, each.seen_on, each.seen_on, each.platform, each.contract_no, each.vehicle_days, each.parameters
        )
    yield from unfinished.values()


def replace(
    connection: "Connection",
    kinds: Sequence[str],
    first: date,
    last: date,
    occurrences: Iterable[Occurrence],
    *,
    are_in_order: bool = False,
) -> int:
    """Put these in place of everything of these kinds that begins from ``first`` to ``last``; how many runs they are.

    ``are_in_order``: as `runs` says.
    """
    forget(connection, kinds, first, last)
    return put(connection, runs(occurrences, are_in_order=are_in_order))


def put(connection: "Connection", together: Iterable[FindingRun]) -> int:
    """Add runs that are not there; how many they are."""
    rows = [(*run[:-1], json.dumps(run.parameters, ensure_ascii=False)) for run in together]
    if rows:
        query.copy(connection, "findings.occurrences", _COLUMNS, rows)
    return len(rows)


def forget(connection: "Connection", kinds: Sequence[str], first: date, last: date) -> None:
    """Take away everything of these kinds that begins from ``first`` to ``last``."""
    query.run(connection, "findings/forget", kinds=list(kinds), first=first, last=last)


def forget_subjects(connection: "Connection", kind: str, subjects: Iterable[str]) -> None:
    """Take away everything of a kind about these."""
    query.run(connection, "findings/forget_subjects", kind=kind, subjects=sorted(subjects))


def copy_runs(connection: "Connection", batches: "Iterable[pa.RecordBatch]") -> int:
    """Add runs that an Arrow reader gives, with the columns of `FindingRun` (parameters as JSON text); their number.

    A batch is in memory at a time: a month may have millions.
    """
    import pyarrow.csv as pc

    raw: Any = connection.connection.driver_connection
    number = 0
    with raw.cursor() as cursor:
        for batch in batches:
            buffer = io.BytesIO()
            pc.write_csv(batch.select(_COLUMNS), buffer, pc.WriteOptions(include_header=False))
            buffer.seek(0)
            cursor.copy_expert(statement("warehouse/findings/copy_runs"), buffer)
            number += batch.num_rows
    return number


def add(connection: "Connection", occurrence: Occurrence) -> None:
    """Write one finding of a day down; the newest word of a day stays."""
    values = occurrence._asdict() | {"parameters": json.dumps(occurrence.parameters, ensure_ascii=False)}
    query.run(connection, "findings/add", **values)


def listing(
    connection: "Connection",
    month: Month | None = None,
    kind: str | None = None,
    *,
    client: str | None = None,
    contract_no: str | None = None,
) -> list[dict[str, Any]]:
    """All rows of `stream`, for whoever looks at them more than once."""
    return list(stream(connection, month, kind, client=client, contract_no=contract_no))


def stream(
    connection: "Connection",
    month: Month | None = None,
    kind: str | None = None,
    *,
    client: str | None = None,
    contract_no: str | None = None,
    kinds_first: Sequence[str] | None = None,
) -> Iterator[dict[str, Any]]:
    """Findings by kind and subject, one after the other: kind, subject, contract_no, first_seen, last_seen, days, detail, owner, is_open,
    platform, vehicle_days, parameters, and who muted it until when and why (muted_until, muted_by, muted_for; None: nobody).

    With a month, as seen in its days alone; with a client or a contract, those about its contracts. ``kinds_first``: kinds in the order
    that is wanted, None: by name. ``is_open``: as `findings/kinds.py` says of its kind. Memory does not grow with their number.
    """
    binds: dict[str, Any] = {
        "first": month.first if month else None,
        "last": month.last if month else None,
        "kind": kind,
        "client": client,
        "contract": contract_no,
        "of_months": list(CLOSED_WITH_THE_MONTH),
        "while_there": list(OPEN_WHILE_THERE),
        "kinds_first": list(kinds_first) if kinds_first is not None else None,
    }
    for stored in query.stream(connection, "findings/listing", **binds):
        row = dict(stored._mapping)
        row["detail"] = detail_words(row["kind"], row["parameters"], row["detail"])
        declared = FINDING_KINDS.get(row["kind"])
        row["owner"] = declared.owner.value if declared else None
        yield row
