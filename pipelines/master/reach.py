"""Which contracts a change of master data may price anew, and over which days. Pure (domain.md §5, §7)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from pipelines.master.plan import RowChange, State
from pipelines.master.sheets import FOR_EVER, Row
from pipelines.period import ONE_DAY


@dataclass(frozen=True, slots=True)
class Reach:
    """The days of one contract that a change may touch; ``last`` None: without end."""

    contract_no: str
    first: date
    last: date | None


def reach(changes: Iterable[RowChange], after: State) -> list[Reach]:
    """What the changes may touch, given the state after them. Names, addresses and payment days touch no price."""
    using: dict[object, set[str]] = {}
    for terms in after["terms"].values():
        using.setdefault(terms["tariff_code"], set()).add(str(terms["contract_no"]))
    sold: dict[object, set[str]] = {}
    for contract in after["contracts"].values():
        sold.setdefault(contract["organization_code"], set()).add(str(contract["contract_no"]))
    reached = {each for change in changes for each in _of(change, after, using, sold)}
    return sorted(reached, key=lambda each: (each.contract_no, each.first, each.last or date.max))


def _of(change: RowChange, after: State, using: dict[object, set[str]], sold: dict[object, set[str]]) -> Iterator[Reach]:
    rows = [row for row in (change.before, change.after) if row is not None]
    row = rows[-1]
    match change.table:
        case "terms":
            yield Reach(str(row["contract_no"]), _day(row, "valid_from"), _until_next(row, "contract_no", after["terms"].values()))
        case "tariffs" | "components" | "tiers":
            last = _until_next(row, "tariff_code", after["tariffs"].values())
            yield from (Reach(contract, _day(row, "valid_from"), last) for contract in using.get(row["tariff_code"], ()))
        case "accounts":
            yield from _span(rows, str(row["contract_no"]), "valid_from", "valid_to")
        case "contracts":
            yield from _span(rows, str(row["contract_no"]), "starts_on", "ends_on")
        case "vat_modes":
            last = _until_next(row, "code", after["vat_modes"].values(), "vat_mode_from")
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


def _until_next(row: Row, key: str, versions: Iterable[Row], start: str = "valid_from") -> date | None:
    """The last day of a version: the day before the next one of the same key begins."""
    later = [_day(each, start) for each in versions if each[key] == row[key] and _day(each, start) > _day(row, start)]
    return min(later) - ONE_DAY if later else None


def _day(row: Row, column: str) -> date:
    day = row[column]
    return day if isinstance(day, date) else FOR_EVER


def _last(row: Row, column: str) -> date | None:
    day = row[column]
    return day if isinstance(day, date) else None
