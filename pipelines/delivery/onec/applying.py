"""Counterparties and contracts of a message applied to the master data, in the transaction that takes the message."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from pipelines.clock import Authorship
from pipelines.delivery.onec.catalogue_changes import HeldRow, LastTold, Telling, ToldField, differing, told_anew
from pipelines.delivery.onec.catalogues import CatalogueObject
from pipelines.delivery.onec.model import ObjectKind, reference
from pipelines.delivery.onec.register import Register
from pipelines.errors import BadInput
from pipelines.master import importing, store
from pipelines.master.lines import Line, Table
from pipelines.master.plan import State
from pipelines.master.sheets import SHEETS, Row, key_text
from pipelines.warehouse import query
from pipelines.warehouse.locks import Lock, lock

if TYPE_CHECKING:
    from sqlalchemy import Connection

_NAMED: Final = 5  # objects of one kind that are named in words; the others are counted
_TOLD_COLUMNS: Final = ("peer", "sheet", "code", "field", "value", "telling", "detail", "history_no", "message_no", "at")


@dataclass(slots=True)
class AppliedCatalogues:
    """What a message's counterparties and contracts came to: `counts` by what became of a field; `notes` and `noted`: by kind of remark the
    first objects, and how many they are."""

    counts: Counter[str] = field(default_factory=Counter)
    notes: dict[str, list[str]] = field(default_factory=dict)
    noted: Counter[str] = field(default_factory=Counter)

    def note(self, remark: str, what: str) -> None:
        """Count an object that is not applied, and name the first ones."""
        self.noted[remark] += 1
        if self.noted[remark] <= _NAMED:
            self.notes.setdefault(remark, []).append(what)

    def __str__(self) -> str:
        words = {Telling.TAKEN: "fields taken from 1C", Telling.OFFERED: "fields offered (`fleetbill onec offers`)"}
        parts = [f"{self.counts[telling]} {said}" for telling, said in words.items() if self.counts[telling]]
        for remark, count in self.noted.items():
            more = f" and {count - _NAMED} more" if count > _NAMED else ""
            parts.append(f"{count} {remark} ({'; '.join(self.notes[remark])}{more})")
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class _Known:
    """Our rows by code, and whom 1C may mean by a name."""

    rows: Mapping[str, Mapping[str, Mapping[str, Any]]]  # sheet → code → row
    clients: Register
    contracts: Mapping[str, str]  # reference → contract

    @classmethod
    def read(cls, connection: "Connection") -> "_Known":
        rows: dict[str, dict[str, Mapping[str, Any]]] = {"clients": {}, "contracts": {}}
        for row in query.rows(connection, "delivery/onec/catalogue_rows"):
            rows[row.sheet][row.code] = store.decoded(row.row_text)
        clients = Register(ObjectKind.COUNTERPARTY, [(code, row["inn"], row["kpp"]) for code, row in rows["clients"].items()])
        return cls(rows, clients, {str(reference(ObjectKind.CONTRACT, code)): code for code in rows["contracts"]})


def apply_catalogues(
    connection: "Connection", peer: str, message_no: int, objects: Iterable[CatalogueObject], at: datetime, applied: AppliedCatalogues
) -> None:
    """Take, offer or pass over what 1C says, by the rule of each field; in the caller's transaction, which has the lock of master data.

    Every change has its line of history, by `1С:PEER`. What the rules of master data refuse is offered with the reason. Objects that
    nobody knows are named and skipped. The same again changes nothing. `applied` is added to.
    """
    lock(connection, Lock.MASTER)
    newest = {(item.sheet, item.reference or item.number or item.party.inn): item for item in objects}
    known = _Known.read(connection)
    meant = [(item, code, is_certain) for item in newest.values() for code, is_certain in _code(known, item, applied)]
    tellings = list(_tellings(connection, peer, known, meant))
    settled = _take(connection, peer, message_no, tellings, at)
    history_no = query.scalar(connection, "delivery/onec/newest_history")
    rows = [
        (peer, each.sheet, each.code, each.field, each.value, each.telling, each.detail or None, history_no, message_no, at)
        for each in settled
    ]
    query.copy(connection, "delivery.onec_told_fields", _TOLD_COLUMNS, rows)
    applied.counts.update(each.telling for each in settled)


def _code(known: _Known, item: CatalogueObject, applied: AppliedCatalogues) -> list[tuple[str, bool]]:
    """The code of what 1C means, and whether that is certain; nothing, with a note, where it is nobody of ours, or is deleted there."""
    party = item.party
    if item.sheet == "clients":
        code, is_certain = known.clients.find(party if party.reference else party._replace(reference=item.reference)), False
        is_certain = code is not None and known.clients.certain(party._replace(reference=item.reference)) == code
        sharing = known.clients.sharing(party.inn)
        if code is None and len(sharing) > 1:
            applied.note("of several clients", f"{party.name}, ИНН {party.inn}: {', '.join(sharing)}")
            return []
        named = f"{party.name}, ИНН {party.inn}" if party.inn else party.name or item.reference
    else:
        code, is_certain = known.contracts.get(item.reference), True
        if code is None and item.number in known.rows["contracts"]:
            owner = known.clients.find(party)
            code, is_certain = (item.number, False) if owner == known.rows["contracts"][item.number]["client_code"] else (None, False)
        named = f"№ {item.number}, {party.name}" if item.number else item.reference
    if item.is_deleted:
        applied.note("deleted in 1C, kept here", f"{item.sheet[:-1]} {code}" if code else named)
        return []
    if code is None:
        applied.note("unknown clients" if item.sheet == "clients" else "unknown contracts", named)
        return []
    return [(code, is_certain)]


def _tellings(
    connection: "Connection", peer: str, known: _Known, meant: Sequence[tuple[CatalogueObject, str, bool]]
) -> Iterable[ToldField]:
    """What is news in the objects."""
    names = {"sheets": [item.sheet for item, _, _ in meant], "codes": [code for _, code, _ in meant]}
    last: dict[tuple[str, str], dict[str, LastTold]] = {}
    for row in query.rows(connection, "delivery/onec/last_told", peer=peer, **names):
        last.setdefault((row.sheet, row.code), {})[row.field] = LastTold(row.value, row.history_no)
    changed = [
        (item, code, is_certain)
        for item, code, is_certain in meant
        if (item.sheet, code) in last or differing(item.sheet, item.columns or {}, known.rows[item.sheet][code])
    ]
    held = _held(connection, peer, changed)
    for item, code, is_certain in changed:
        place = item.sheet, code
        yield from told_anew(
            item.sheet,
            code,
            item.columns or {},
            known.rows[item.sheet][code],
            last.get(place, {}),
            held.get(place, ()),
            is_certain=is_certain,
        )


def _held(
    connection: "Connection", peer: str, changed: Sequence[tuple[CatalogueObject, str, bool]]
) -> dict[tuple[str, str], list[HeldRow]]:
    """Our rows as they were, by sheet and code."""
    if not changed:
        return {}
    codes = {(item.sheet, key_text(code)): code for item, code, _ in changed}
    names = {"sheets": [sheet for sheet, _ in codes], "keys": [key for _, key in codes]}
    held: dict[tuple[str, str], list[HeldRow]] = {}
    for row in query.rows(connection, "delivery/onec/held_rows", **names):
        rows = held.setdefault((row.sheet, codes[row.sheet, row.key]), [])
        for values, is_by_peer in ((row.before, False), (row.after, row.by_name == author_name(peer))):
            if values is not None:
                rows.append(HeldRow(row.history_no, is_by_peer, store.decoded(values)))
    return held


def author_name(peer: str) -> str:
    """The base of 1C as the author of a change."""
    return f"1С:{peer}"


def _take(connection: "Connection", peer: str, message_no: int, tellings: Sequence[ToldField], at: datetime) -> list[ToldField]:
    """Store what 1C's word is enough for; what the rules of master data refuse is offered instead, with the reason."""
    if not any(each.telling is Telling.TAKEN for each in tellings):
        return list(tellings)
    state = store.load(connection)
    settled = list(tellings)
    author = Authorship(author_name(peer), f"сообщение {message_no}", at)
    while taken := [each for each in settled if each.telling is Telling.TAKEN]:
        tables = tables_of(state, taken)
        try:
            store.write(connection, importing.checked(connection, tables, state, []), author)
        except BadInput as error:
            settled = _offered(settled, error)
            continue
        break
    return settled


def _offered(tellings: Sequence[ToldField], error: BadInput) -> list[ToldField]:
    """The fields with those that were refused as offers; where none of a line's own is at fault, all of the line, and of no line, all."""
    faults: dict[str, dict[str, str]] = {}  # place of a line → column → what is wrong
    for problem in error.problems:
        place, _, column = problem.place.rpartition(" column ")
        faults.setdefault(place or problem.place, {})[column] = problem.message
    taken: dict[str, set[str]] = {}
    for each in tellings:
        if each.telling is Telling.TAKEN:
            taken.setdefault(_place(each), set()).add(each.field)
    is_of_a_line = bool(faults.keys() & taken.keys())
    settled = []
    for each in tellings:
        of_line = faults.get(_place(each), {}) if is_of_a_line else {"": str(error)}
        said = of_line.get(each.field) or "; ".join(of_line.values())
        is_refused = each.field in of_line or (of_line and not of_line.keys() & taken.get(_place(each), set()))
        is_refused = is_refused and each.telling is Telling.TAKEN
        settled.append(replace(each, telling=Telling.OFFERED, detail=said) if is_refused else each)
    return settled


def _place(change: ToldField) -> str:
    return f"{change.sheet} {change.code}"


def tables_of(state: State, changes: Iterable[ToldField]) -> dict[str, Table]:
    """The stored rows with these fields changed, as lines of their sheets."""
    tables: dict[str, Table] = {}
    lines: dict[tuple[str, str], Line] = {}
    for change in changes:
        sheet = SHEETS[change.sheet]
        names = tuple(column.name for column in sheet.columns)
        table = tables.setdefault(change.sheet, Table(sheet, names))
        line = lines.get((change.sheet, change.code))
        if line is None:
            stored: Row = state[change.sheet][key_text(change.code)]
            line = lines[change.sheet, change.code] = Line(len(table.lines) + 1, _place(change), dict(stored))
            table.lines.append(line)
        line.values[change.field] = store.in_type(change.value, sheet.column(change.field))
    return tables
