"""Which contracts a change of master data may price anew, and over which days. Pure (domain.md §5, §7)."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from pipelines.master.plan import RowChange, State
from pipelines.master.sheets import FOR_EVER, Row, Value
from pipelines.period import ONE_DAY


@dataclass(frozen=True, slots=True)
class Reach:
    """The days of one contract that a change may touch; ``last`` None: without end."""

    contract_no: str
    first: date
    last: date | None


class _Versions(NamedTuple):
    """The first days of what is in force until the next one begins: by contract, tariff and organization."""

    terms: dict[Value, list[date]]
    tariffs: dict[Value, list[date]]
    vat_modes: dict[Value, list[date]]


def reach(changes: Iterable[RowChange], after: State) -> list[Reach]:
    """What the changes may touch, given the state after them. Names, addresses and payment days touch no price."""
    using: dict[object, set[str]] = {}
    for terms in after["terms"].values():
        using.setdefault(terms["tariff_code"], set()).add(str(terms["contract_no"]))
    sold: dict[object, set[str]] = {}
    for contract in after["contracts"].values():
        sold.setdefault(contract["organization_code"], set()).add(str(contract["contract_no"]))
    versions = _Versions(
        _starts(after["terms"], "contract_no", "valid_from"),
        _starts(after["tariffs"], "tariff_code", "valid_from"),
        _starts(after["vat_modes"], "code", "vat_mode_from"),
    )
    reached = {each for change in changes for each in _of(change, versions, using, sold)}
    return sorted(reached, key=lambda each: (each.contract_no, each.first, each.last or date.max))


def _of(change: RowChange, versions: _Versions, using: dict[object, set[str]], sold: dict[object, set[str]]) -> Iterator[Reach]:
    rows = [row for row in (change.before, change.after) if row is not None]
    row = rows[-1]
    match change.table:
        case "terms":
            yield Reach(
                str(row["contract_no"]),
                _day(row, "valid_from"),
                _until_next(_day(row, "valid_from"), versions.terms.get(row["contract_no"], [])),
            )
        case "tariffs" | "components" | "tiers":
            last = _until_next(_day(row, "valid_from"), versions.tariffs.get(row["tariff_code"], []))
            yield from (Reach(contract, _day(row, "valid_from"), last) for contract in using.get(row["tariff_code"], ()))
        case "accounts":
            yield from _span(rows, str(row["contract_no"]), "valid_from", "valid_to")
        case "contracts":
            yield from _span(rows, str(row["contract_no"]), "starts_on", "ends_on")
        case "vat_modes":
            last = _until_next(_day(row, "vat_mode_from"), versions.vat_modes.get(row["code"], []))
            yield from (Reach(contract, _day(row, "vat_mode_from"), last) for contract in sold.get(row["code"], ()))


def _span(rows: list[Row], contract: str, start: str, end: str) -> Iterator[Reach]:
    """The days that belong to one of the two rows and not to the other; all of a row that came or went."""
    if len(rows) == 1:
        yield Reach(contract, _day(rows[0], start), _last(rows[0], end))
        return
    before, after = rows
    if before[start] != after[start]:
        first, second = sorted((_day(before, start), _day(after, start)))
        yield Reach(contract, first, second - ONE_DAY)
    if before[end] != after[end]:
        ends = sorted(_last(row, end) or date.max for row in rows)
        yield Reach(contract, min(ends[0], date.max - ONE_DAY) + ONE_DAY, None if ends[1] == date.max else ends[1])


def _starts(rows: Mapping[str, Row], key: str, start: str) -> dict[Value, list[date]]:
    """Key → the first days of its versions, in order."""
    starts: dict[Value, list[date]] = {}
    for row in rows.values():
        starts.setdefault(row[key], []).append(_day(row, start))
    return {of_key: sorted(days) for of_key, days in starts.items()}


def _until_next(first: date, starts: Sequence[date]) -> date | None:
    """The last day of the version that begins on ``first``: the day before the next one of the same key begins."""
    later = bisect_right(starts, first)
    return starts[later] - ONE_DAY if later < len(starts) else None


def _day(row: Row, column: str) -> date:
    day = row[column]
    return day if isinstance(day, date) else FOR_EVER


def _last(row: Row, column: str) -> date | None:
    day = row[column]
    return day if isinstance(day, date) else None
