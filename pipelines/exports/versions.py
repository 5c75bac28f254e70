"""Versions: the state of everything that a consumer sees, taken whole or not at all, and what has changed since the one before.

The files of a version lie in the store of documents before the version is registered, so a killed run leaves files that nobody
refers to, and the next one takes the version again. A version never changes.
"""

import json
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.documents.store import DocumentStore
from pipelines.exports import sources
from pipelines.exports.changes import changes, removed
from pipelines.exports.datasets import DATASETS, Dataset, Record
from pipelines.exports.parquet_files import ExportFile, RowsFile, read, schema_of, working_folder
from pipelines.exports.scope import Consumer, Visible
from pipelines.logs import verb
from pipelines.master import house_clock
from pipelines.settings import Settings
from pipelines.warehouse import engine, query
from pipelines.warehouse.locks import Lock, lock

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class StatePart:
    """A stored part of a dataset's state: a month of fleets, else the whole."""

    name: str
    source: str
    file: ExportFile


@dataclass(frozen=True, slots=True)
class DatasetVersion:
    """A dataset in a version: its state, and the delta since the version before (None: the first one of these rights)."""

    parts: tuple[StatePart, ...]
    delta: ExportFile | None = None
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """Rows of the state."""
        return sum(part.file.rows for part in self.parts)

    @property
    def changed(self) -> int:
        """Rows of the delta."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class ExportVersion:
    """A version of a consumer; its number is the cursor that the consumer hands back."""

    consumer: str
    number: int
    as_of: date
    rights: str
    at: datetime
    datasets: Mapping[str, DatasetVersion]


def newest(connection: "Connection", whose: str, *, before: datetime | None = None, rights: str | None = None) -> ExportVersion | None:
    """The newest version of a consumer, taken at or before a moment, with these rights; None when there is none."""
    return query.first(connection, "exports/newest_version", _version, consumer=whose, moment=before, rights=rights)


def version(connection: "Connection", whose: str, number: int) -> ExportVersion | None:
    """A version by its number."""
    return query.first(connection, "exports/version", _version, consumer=whose, version_no=number)


def versions(settings: Settings, whose: str | None = None) -> list[ExportVersion]:
    """Every version that was taken, of one consumer or of all."""
    with engine.reading(settings) as connection:
        return query.rows(connection, "exports/versions", _version, consumer=whose)


def take(settings: Settings, code: str, at: datetime, as_of: date | None = None) -> ExportVersion:
    """The newest version of a consumer: a new one when anything that it sees has changed since the last.

    ``as_of``: the day of debts and statuses; None: the local day of the moment ``at``. BadInput for an unknown consumer, NotEntitled
    for one that is not served on that day. Two at once wait for each other, and the second finds nothing to do.
    """
    with verb("exports", "take", consumer=code) as done, engine.transaction(settings) as holder:
        lock(holder, Lock.EXPORT, code)
        with engine.reading(settings) as connection, working_folder() as folder:
            day = as_of or house_clock.today(connection, at)
            whose = sources.consumer(connection, code)
            whose.require(day)
            taken, is_new = _taken(connection, _Taking(DocumentStore(settings.documents), folder, whose, at, day))
        if is_new:
            _register(holder, taken)
        done |= {"version": taken.number, "rows": sum(each.rows for each in taken.datasets.values())}
    return taken


@dataclass(frozen=True, slots=True)
class _Taking:
    """One taking of a version: where its files go, for whom, when and of which day."""

    store: DocumentStore
    folder: Path
    whose: Consumer
    at: datetime
    as_of: date


def _taken(connection: "Connection", taking: _Taking) -> tuple[ExportVersion, bool]:
    """The newest version, and whether it is a new one that is to be registered."""
    whose = taking.whose
    last = newest(connection, whose.code)
    before = last if last is not None and last.rights == whose.rights else None
    number = last.number + 1 if last is not None else 1
    seen = sources.visible_now(connection, whose)
    made = {name: _of_dataset(connection, taking, whose.dataset(name), seen, number, before) for name in whose.datasets}
    if before is not None and not any(each.changed for each in made.values()):
        return before, False
    return ExportVersion(whose.code, number, taking.as_of, whose.rights, taking.at, made), True


def _of_dataset(
    connection: "Connection", taking: _Taking, dataset: Dataset, seen: Visible, number: int, before: ExportVersion | None
) -> DatasetVersion:
    """The dataset's state as files, part by part, and one file of all its changes since the version before."""
    known = {part.name: part for part in before.datasets[dataset.name].parts} if before else {}
    delta = RowsFile(taking.folder / "delta", schema_of(dataset, of_changes=True))
    writing = _Writing(taking, dataset, delta, is_compared=before is not None)
    kept = []
    for part in sources.parts(connection, dataset, seen):
        old = known.pop(part.name, None)
        if old is not None and part.source and old.source == part.source:
            kept.append(old)
        else:
            kept.append(writing.part(part, old, sources.records(connection, dataset, part, seen, as_of=taking.as_of)))
    for gone in known.values():
        writing.without(gone)
    delta.close()
    if before is None:
        return DatasetVersion(tuple(kept))
    file = delta.keep(taking.store, f"exports/{taking.whose.code}/{number:06}/{dataset.name}.changes.parquet")
    return DatasetVersion(tuple(kept), file, dict(writing.counts))


@dataclass(slots=True)
class _Writing:
    """A dataset whose parts are being written; ``counts``: its changes so far, where a version before is compared with."""

    taking: _Taking
    dataset: Dataset
    delta: RowsFile
    is_compared: bool
    counts: Counter[str] = field(default_factory=Counter)

    def part(self, part: sources.DatasetPart, old: StatePart | None, records: Iterable[Record]) -> StatePart:
        """The part as it is stored now: the file of before where nothing in it has changed."""
        state, changed_before = RowsFile(self.taking.folder / "state", schema_of(self.dataset)), self.counts.total()
        for record in self._merged(old, records):
            state.add(record)
        state.close()
        if old is not None and self.counts.total() == changed_before:
            return StatePart(part.name, part.source, old.file)
        name = f"{self.dataset.name}-{part.name}" if part.name else self.dataset.name
        path = f"exports/{self.taking.whose.code}/state/{name}-{{digest}}.parquet"
        return StatePart(part.name, part.source, state.keep(self.taking.store, path))

    def without(self, gone: StatePart) -> None:
        """Take note that every row of a part is gone."""
        deque(self._merged(gone, ()), maxlen=0)

    def _merged(self, old: StatePart | None, new: Iterable[Record]) -> Iterator[Record]:
        """The new rows as they come, their changes going into the delta."""
        earlier = read(self.taking.store, old.file.path) if old is not None else ()
        names, key = self.dataset.names, self.dataset.key
        for change, record in changes(earlier, new, self.dataset.key_of):
            if change != "removed":
                yield record
            if change != "unchanged" and self.is_compared:
                self.counts[change] += 1
                self.delta.add((change, *(removed(record, names, key) if change == "removed" else record)))


def _register(connection: "Connection", taken: ExportVersion) -> None:
    contents = {name: asdict(each) for name, each in taken.datasets.items()}
    query.run(
        connection,
        "exports/add_version",
        consumer=taken.consumer,
        version_no=taken.number,
        as_of=taken.as_of,
        rights=taken.rights,
        contents=json.dumps(contents, ensure_ascii=False),
        at=taken.at,
    )


def _version(consumer: str, version_no: int, as_of: date, rights: str, contents: Mapping[str, Any], at: datetime) -> ExportVersion:
    datasets = {name: _dataset(contents[name]) for name in DATASETS if name in contents}
    return ExportVersion(consumer, version_no, as_of, rights, at, datasets)


def _dataset(kept: Mapping[str, Any]) -> DatasetVersion:
    parts = tuple(StatePart(part["name"], part["source"], ExportFile(**part["file"])) for part in kept["parts"])
    return DatasetVersion(parts, ExportFile(**kept["delta"]) if kept["delta"] else None, kept["counts"])
