"""Rows of a database as columns of text, as a file would hold them. Nothing here knows of a platform."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pipelines.errors import BadInput
from pipelines.platforms.bounds import DEFAULT
from pipelines.platforms.errors import InvalidInput, ProtocolBroken
from pipelines.platforms.interface import OWNERS_COLUMN

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlalchemy import Connection

_YES, _NO = {"1", "true", "yes", "t", "да"}, {"0", "false", "no", "f", "нет"}


def batches(
    connection: "Connection", statement: str, binds: Mapping[str, Any], size: int
) -> Iterator[tuple[tuple[str, ...], list[tuple[Any, ...]]]]:
    """(column names in lower case, rows) in batches; at least one, for its names."""
    from sqlalchemy import text

    result = connection.execution_options(stream_results=True, max_row_buffer=size).execute(text(statement), dict(binds))
    if not result.returns_rows:
        raise InvalidInput("the statement gives no rows")
    names = tuple(str(name).lower() for name in result.keys())  # noqa: SIM118 - a result is no mapping
    batch = result.fetchmany(size)
    yield names, [tuple(row) for row in batch]
    while batch and (batch := result.fetchmany(size)):
        yield names, [tuple(row) for row in batch]


def check_columns(place: str, names: Sequence[str], required: Sequence[str]) -> None:
    """ProtocolBroken when a required column is missing, or any is there twice."""
    missing = [column for column in required if column not in names]
    if missing:
        raise ProtocolBroken(f"{place} has no column {', '.join(missing)}")
    if len(set(names)) != len(names):
        raise ProtocolBroken(f"{place} has a column more than once")


def check_rows(place: str, rows: int) -> None:
    """ProtocolBroken when there are more rows than a list may have."""
    try:
        DEFAULT.check_rows(rows, place)
    except BadInput as error:
        raise ProtocolBroken(str(error)) from None


def column(name: str, cells: Sequence[Any]) -> "pa.Array":
    """Cells as the text that a file would hold; owners as lists."""
    import pyarrow as pa

    if name == OWNERS_COLUMN:
        return pa.array([None if cell is None else [str(each) for each in _owners(cell)] for cell in cells], pa.list_(pa.string()))
    return pa.array([_text(cell) for cell in cells], pa.string())


def _owners(cell: Any) -> Sequence[Any]:
    """Owners of a vehicle: an array, or a text with a comma between them."""
    return [each.strip() for each in cell.split(",") if each.strip()] if isinstance(cell, str) else list(cell)


def _text(cell: Any) -> str | None:
    if cell is None or isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    return str(cell)


def yes_no(cell: Any) -> bool | None:
    """What a database says as yes or no in its many ways; None: it does not say."""
    text = str(_text(cell) if cell is not None else "").strip().lower()
    return True if text in _YES else False if text in _NO else None
