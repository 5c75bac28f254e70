"""What a consumer is given: everything, what has changed since a cursor, or since a moment; always of versions that never change.

A cursor is the number of a version. What follows it is the delta to the next version, the same rows whenever it is asked for: a
consumer that was killed asks again, and goes on with the new cursor once it has the rows.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING, Literal

from pipelines.documents.store import DocumentStore
from pipelines.errors import BadInput, Refused
from pipelines.exports import parquet_files, sources
from pipelines.exports.changes import changes, removed
from pipelines.exports.datasets import CLIENTS, CONTRACTS, Dataset, Record
from pipelines.exports.parquet_files import ExportFile
from pipelines.exports.scope import Consumer
from pipelines.exports.versions import ExportVersion, StatePart, newest, version

if TYPE_CHECKING:
    from sqlalchemy import Connection


_LONGEST_CURSOR = 9  # digits


class NothingExported(Refused):
    """No version of the consumer's present rights has been taken yet."""


class CursorExpired(Refused):
    """What the consumer may see has changed since the cursor: everything is to be taken anew."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """What is given: ``kind`` state (everything), delta (to the next version), nothing (the cursor is the newest), or moment.

    ``version``: whose number is the cursor to go on with; ``since``: as it was asked; ``base``: of a moment, the version before it.
    """

    kind: Literal["state", "delta", "nothing", "moment"]
    version: ExportVersion
    since: str = ""
    moment: datetime | None = None
    base: ExportVersion | None = None

    @property
    def is_delta(self) -> bool:
        """Whether its rows have the column `change`."""
        return self.kind != "state"


def excerpt(connection: "Connection", whose: Consumer, since: str | None) -> Excerpt:
    """What is given for ``since``: None or empty: everything; a cursor; or a moment such as 2026-02-01T00:00:00+03:00.

    BadInput for what is neither, or a cursor of no version; CursorExpired; NothingExported.
    """
    latest = newest(connection, whose.code)
    if latest is None or latest.rights != whose.rights:
        raise NothingExported(
            f"nothing has been exported for {whose.code} with its present rights: `fleetbill export {whose.code}` does it"
        )
    if not since:
        return Excerpt("state", latest)
    number = cursor(since)
    if number is None:
        moment = _moment(since)
        return Excerpt("moment", latest, since, moment, newest(connection, whose.code, before=moment, rights=whose.rights))
    return _after(connection, whose, since, number, latest)


def cursor(since: str) -> int | None:
    """The number of a cursor; None for what is no cursor. One too long for any version is number 0, which no version has."""
    if not (since.isascii() and since.isdecimal()):
        return None
    return int(since) if len(since) <= _LONGEST_CURSOR else 0


def _after(connection: "Connection", whose: Consumer, since: str, number: int, latest: ExportVersion) -> Excerpt:
    given = version(connection, whose.code, number)
    if given is None:
        raise BadInput.one("since", f"{since} is no cursor of {whose.code}; the newest is {latest.number}")
    if given.rights != whose.rights:
        raise CursorExpired(f"what {whose.code} may see has changed since cursor {since}: take everything anew, without a cursor")
    if number == latest.number:
        return Excerpt("nothing", latest, since)
    following = version(connection, whose.code, number + 1)
    if following is None or following.rights != whose.rights:
        raise CursorExpired(f"what {whose.code} may see was another thing for a while after cursor {since}: take everything anew")
    return Excerpt("delta", following, since)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput.one("since", f"{text!r} is neither a cursor nor a moment such as 2026-02-01T00:00:00+03:00") from None
    if moment.tzinfo is None:
        raise BadInput.one("since", f"{text!r} has no offset; write it as 2026-02-01T00:00:00+03:00")
    return moment


def stored_file(given: Excerpt, dataset: Dataset) -> ExportFile | None:
    """The one file in the store that holds exactly the rows that are given; None where there is none."""
    contents = given.version.datasets[dataset.name]
    if given.kind == "delta":
        return contents.delta
    return contents.parts[0].file if given.kind == "state" and len(contents.parts) == 1 else None


def rows(connection: "Connection", store: DocumentStore, whose: Consumer, given: Excerpt, dataset: Dataset) -> Iterator[Record]:
    """The rows of a dataset that are given, in the order of their keys (of a delta: part by part), `change` first in a delta.

    They may be read after the connection is closed.
    """
    contents = given.version.datasets[dataset.name]
    match given.kind:
        case "state":
            return _state(store, contents.parts)
        case "delta":
            return parquet_files.read(store, contents.delta.path) if contents.delta else iter(())
        case "nothing":
            return iter(())
        case _:
            return _since_moment(connection, store, whose, given, dataset)


def _since_moment(connection: "Connection", store: DocumentStore, whose: Consumer, given: Excerpt, dataset: Dataset) -> Iterator[Record]:
    """The difference between a moment and the newest version: by the history, else by the last version before the moment.

    The database is asked at once, not when the rows are read.
    """
    new = given.version.datasets[dataset.name].parts
    if dataset.has_history and given.moment is not None:
        seen = sources.visible_at(connection, whose, given.moment)
        old = {CLIENTS.name: seen.client_records, CONTRACTS.name: seen.contract_records}[dataset.name](dataset)
        return _different(dataset, old, _state(store, new))
    return _since_version(store, given.base.datasets[dataset.name].parts if given.base else (), new, dataset)


def _since_version(store: DocumentStore, old: Iterable[StatePart], new: Iterable[StatePart], dataset: Dataset) -> Iterator[Record]:
    before = {part.name: part for part in old}
    for part in new:
        earlier = before.pop(part.name, None)
        if earlier is None or earlier.file.path != part.file.path:
            yield from _different(dataset, _state(store, (earlier,) if earlier else ()), _state(store, (part,)))
    for gone in before.values():
        yield from _different(dataset, _state(store, (gone,)), ())


def _different(dataset: Dataset, old: Iterable[Record], new: Iterable[Record]) -> Iterator[Record]:
    for change, record in changes(old, new, dataset.key_of):
        if change == "removed":
            yield change, *removed(record, dataset.names, dataset.key)
        elif change != "unchanged":
            yield change, *record


def _state(store: DocumentStore, parts: Iterable[StatePart]) -> Iterator[Record]:
    return chain.from_iterable(parquet_files.read(store, part.file.path) for part in parts)
