"""End a row that is over, or take away one that was wrong; both stay in the history."""

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from pipelines.clock import Authorship
from pipelines.errors import BadInput, Refused
from pipelines.logs import verb
from pipelines.master import rules, store
from pipelines.master.plan import RowChange, State, applied, version
from pipelines.master.sheets import TABLES, Row, Value
from pipelines.period import ONE_DAY
from pipelines.settings import Settings
from pipelines.warehouse import query
from pipelines.warehouse.engine import transaction
from pipelines.wording.english import first_few

if TYPE_CHECKING:
    from sqlalchemy import Connection

_STARTS = {
    "contracts": "starts_on",
    "accounts": "valid_from",
    "bank_accounts": "valid_from",
    "consumers": "valid_from",
    "peers": "from_date",
}
_CASCADE = {"organizations": ("vat_modes",), "tariffs": ("components", "tiers"), "components": ("tiers",)}
_SHOWN = 3


class StillUsed(Refused):
    """Something refers to the row that should be taken away."""


def retire(settings: Settings, sheet: str, key: str, author: Authorship, from_date: date | None = None) -> list[RowChange]:
    """Retire one row; the changes made (the row's parts go with it: a tariff version's components and tiers).

    With ``from_date`` the row ends on the day before (contracts, accounts); without, a wrong row is taken away, which is
    Refused while anything refers to it. ``key`` is written as the history shows it. Ending it again at the same date
    changes nothing.
    """
    if sheet not in TABLES:
        raise BadInput.one("SHEET", f"there is no sheet {sheet!r}; the sheets are {', '.join(TABLES)}")
    with verb("master", "retire", sheet=sheet) as done, transaction(settings) as connection:
        state = store.load(connection)
        row = state[sheet].get(key)
        if row is None:
            escape = "; a | inside a value is written \\|" if key.count("|") >= len(TABLES[sheet].key) else ""
            raise BadInput.one("KEY", f"{sheet} has no row {key!r}; a key is {'|'.join(TABLES[sheet].key)}{escape}")
        if from_date is None:
            changes = [RowChange(sheet, key, "retired", row, None), *_parts(state, sheet, row)]
            _unused(connection, state, changes)
        else:
            changes = _ended(sheet, key, row, from_date)
        store.write(connection, changes, author)
        done["changes"] = len(changes)
    return changes


def _ended(sheet: str, key: str, row: Row, from_date: date) -> list[RowChange]:
    end = TABLES[sheet].end
    if end is None:
        raise Refused(f"rows of {sheet} have no end: one holds until the next begins; without --from a wrong row is taken away")
    last, start, stored = from_date - ONE_DAY, row[_STARTS[sheet]], row[end]
    if isinstance(start, date) and last < start:
        raise Refused(f"{sheet} {key} begins on {start}; a row that never held is taken away without --from")
    if stored == last:
        return []
    if isinstance(stored, date) and stored < last:
        raise Refused(f"{sheet} {key} has ended on {stored} already")
    return [RowChange(sheet, key, "retired", row, {**row, end: last})]


def _parts(state: State, sheet: str, row: Row) -> Iterator[RowChange]:
    """Rows that have no meaning without this one."""
    shared = TABLES[sheet].key
    for part in _CASCADE.get(sheet, ()):
        for key, other in state[part].items():
            if all(other[name] == row[name] for name in shared):
                yield RowChange(part, key, "retired", other, None)


def _unused(connection: "Connection", state: State, changes: list[RowChange]) -> None:
    """StillUsed when the state after the changes would lack something, or another room rests on the row."""
    wanted = changes[0]
    after = applied(state, changes)
    users = [*_dangling(state, after), *_unpriced(wanted, after)]
    users.extend(query.scalars(connection, "master/used_elsewhere", sheet=wanted.table, key=_code(wanted)))
    if users:
        deed = "; end it with --from" if TABLES[wanted.table].end else ""
        raise StillUsed(f"{wanted.table} {wanted.key} cannot be taken away: {first_few(users, _SHOWN)} still refer to it{deed}")


def _code(change: RowChange) -> Value:
    row = change.before or {}
    return row[TABLES[change.table].key[0]]


def _dangling(state: State, after: State) -> Iterator[str]:
    """Rows that would name a code that is known no longer."""
    for sheet, column, target in rules.REFERENCES:
        code = TABLES[target].key[0]
        lost = {row[code] for row in state[target].values()} - {row[code] for row in after[target].values()}
        yield from (f"{sheet} {key}" for key, row in after[sheet].items() if row[column] in lost)


def _unpriced(wanted: RowChange, after: State) -> Iterator[str]:
    """What would be left incomplete: an organization without a VAT mode, a version without components, tiers without an open end."""
    row = wanted.before or {}
    if wanted.table == "vat_modes" and not any(mode["code"] == row["code"] for mode in after["vat_modes"].values()):
        yield f"organization {row['code']} (its only VAT mode)"
    if wanted.table == "components" and not any(version(part) == version(row) for part in after["components"].values()):
        yield f"tariff {row['tariff_code']} from {row['valid_from']} (its only component)"
    if wanted.table == "tiers" and row["up_to"] is None:
        yield f"component {row['component_no']} of tariff {row['tariff_code']} (its open tier)"
