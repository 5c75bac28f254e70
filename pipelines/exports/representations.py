"""How rows are written over HTTP: JSON lines, CSV or Parquet, as they are asked for, in pieces."""

import json
from collections.abc import Iterable, Iterator
from typing import Literal

from pipelines.errors import BadInput, Refused
from pipelines.exports.datasets import CHANGE, Dataset, Record, json_row
from pipelines.exports.folder import csv_lines
from pipelines.exports.parquet_files import RowsFile, schema_of, working_folder

Form = Literal["jsonl", "csv", "parquet"]
MEDIA_TYPES: dict[Form, str] = {
    "jsonl": "application/x-ndjson",
    "csv": "text/csv; charset=utf-8; header=present",
    "parquet": "application/vnd.apache.parquet",
}
_PIECE = 1 << 16


class NotAcceptable(Refused):
    """The request accepts no form that there is."""


def form(wanted: str | None, accept: str) -> Form:
    """The form of ``format=…``, else the best that an Accept header allows; JSON lines for whoever does not care.

    BadInput for an unknown format, NotAcceptable where none of the accepted types is there.
    """
    if wanted is not None:
        for name in MEDIA_TYPES:
            if wanted == name:
                return name
        raise BadInput.one("format", f"{wanted!r} is not one of {', '.join(MEDIA_TYPES)}")
    best: tuple[float, Form] | None = None
    for name, media_type in MEDIA_TYPES.items():
        weight = _weight(media_type.partition(";")[0], accept or "*/*")
        if weight and (best is None or weight > best[0]):
            best = weight, name
    if best is None:
        raise NotAcceptable(f"there are {', '.join(each.partition(';')[0] for each in MEDIA_TYPES.values())}")
    return best[1]


def body(dataset: Dataset, records: Iterable[Record], form_: Form, *, is_delta: bool) -> Iterator[bytes]:
    """The rows in a form, in pieces of some tens of kilobytes."""
    names = (CHANGE, *dataset.names) if is_delta else dataset.names
    match form_:
        case "csv":
            return csv_lines(names, records)
        case "jsonl":
            return _json_lines(names, records)
        case _:
            return _parquet(dataset, records, is_delta=is_delta)


def _json_lines(names: tuple[str, ...], records: Iterable[Record]) -> Iterator[bytes]:
    waiting: list[str] = []
    size = 0
    for record in records:
        waiting.append(json.dumps(json_row(names, record), ensure_ascii=False, separators=(",", ":")))
        size += len(waiting[-1])
        if size > _PIECE:
            yield ("\n".join(waiting) + "\n").encode()
            waiting, size = [], 0
    if waiting:
        yield ("\n".join(waiting) + "\n").encode()


def _parquet(dataset: Dataset, records: Iterable[Record], *, is_delta: bool) -> Iterator[bytes]:
    with working_folder() as folder:
        path = folder / "rows.parquet"
        file = RowsFile(path, schema_of(dataset, of_changes=is_delta))
        for record in records:
            file.add(record)
        file.close()
        with path.open("rb") as handle:
            while piece := handle.read(_PIECE):
                yield piece


def _weight(media_type: str, accept: str) -> float:
    """How much an Accept header wants a type: the weight of its most exact range; 0: not at all."""
    ranges: dict[str, float] = {}
    for each in accept.split(","):
        name, *parameters = (part.strip().lower() for part in each.split(";"))
        given = next((part.removeprefix("q=") for part in parameters if part.startswith("q=")), "1")
        try:
            ranges[name] = float(given)
        except ValueError:
            ranges[name] = 0.0
    family = media_type.partition("/")[0]
    return next((ranges[name] for name in (media_type, f"{family}/*", "*/*") if name in ranges), 0.0)
