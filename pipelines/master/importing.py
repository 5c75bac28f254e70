"""Import of master data: one transaction, all or nothing, every change with its line of history."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipelines import garbage_collection
from pipelines.clock import Authorship
from pipelines.errors import BadInput, Problem
from pipelines.logs import verb
from pipelines.master import client_words, gate, notices, pictures, plan, rules, store, tariff_rules
from pipelines.master.lines import Table, flaws_of, parse
from pipelines.master.plan import RowChange
from pipelines.master.reach import Reach, reach
from pipelines.master.sheets import SHEETS, TABLES, Row
from pipelines.master.source import limits, read
from pipelines.settings import Settings
from pipelines.warehouse.engine import transaction

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class SheetReport:
    """Rows of one sheet that were new, different, the same, and (components and tiers) replaced away."""

    sheet: str
    added: int
    changed: int
    unchanged: int
    retired: int


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or with ``dry_run`` would do, by sheet; ``notices`` deserve a look and refuse nothing.

    ``new_accounts``: platform and account_id of every row of accounts that was not there before. Of a dry run, also what would
    change, row by row, and the days of contracts that it may price anew.
    """

    source: str
    sheets: tuple[SheetReport, ...]
    notices: tuple[str, ...]
    dry_run: bool
    new_accounts: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    changes: tuple[RowChange, ...] = field(default=(), repr=False)
    touched: tuple[Reach, ...] = field(default=(), repr=False)


def import_master(settings: Settings, source: str, author: Authorship, *, dry_run: bool = False) -> ImportReport:
    """Import the sheets that a workbook, folder of CSV files or database holds (contracts.md, Master data).

    BadInput lists every problem of every sheet at its place, and nothing is stored. The same source again changes
    nothing and writes no history. Rows that disappear stay; the components and tiers of a tariff version that is
    present replace that version's.
    """
    with verb("master", "import", dry_run=dry_run) as done, garbage_collection.paused():
        given = read(source, limits(settings))
        parsed = {raw.name: parse(raw) for raw in given.sheets}
        tables = {name: parsed[name] for name in SHEETS if name in parsed}
        with transaction(settings) as connection:
            state = store.load(connection)
            contents = pictures.read_pictures(connection, tables, source)
            changes = checked(connection, tables, state, given.problems)
            touched = reach(changes, plan.applied(state, changes)) if dry_run else []
            if changes and not dry_run:
                pictures.keep(connection, contents)
                store.write(connection, changes, author)
        done.update(sheets=len(tables), rows=sum(len(table.lines) for table in tables.values()), changes=len(changes))
    all_notices = [*given.notices, *(notice for table in tables.values() for notice in table.notices)]
    return ImportReport(
        given.name,
        tuple(counted(tables, changes)),
        tuple(all_notices),
        dry_run,
        _new_accounts(changes),
        tuple(changes) if dry_run else (),
        tuple(touched),
    )


def checked(connection: "Connection", tables: Mapping[str, Table], state: plan.State, problems: list[Problem]) -> list[RowChange]:
    """The changes that the tables ask for, after the gate and all rules. BadInput with every problem at once."""
    plan.fill(tables, state)
    client_words.stand(connection, tables)
    gate.check(tables)
    changes = plan.changes(tables, state)
    after = plan.applied(state, changes)
    rules.parties(tables, state, store.first_invoices(connection, changes))
    rules.check(tables, after)
    tariff_rules.check(tables, after)
    _refuse(tables, problems)
    notices.note(tables, state, after)
    return changes


def _refuse(tables: Mapping[str, Table], problems: list[Problem]) -> None:
    flaws = flaws_of(tables.values())
    if flaws or problems:
        raise BadInput([*problems, *(flaw.problem for flaw in flaws)])


def _new_accounts(changes: list[RowChange]) -> tuple[tuple[str, str], ...]:
    added = [change.after for change in changes if change.table == "accounts" and change.action == "added" and change.after]
    return tuple(dict.fromkeys((str(row["platform"]), str(row["account_id"])) for row in added))


def counted(tables: Mapping[str, Table], changes: list[RowChange]) -> list[SheetReport]:
    """How many lines of each sheet are new, different or the same, given the changes that they come to."""
    actions = {(change.table, change.key): change.action for change in changes if change.table in ("organizations", "vat_modes")}
    done = Counter((change.table, change.action) for change in changes)
    reports = []
    for name, table in tables.items():
        if name == "organizations":
            counts = Counter(_done_to_organization(line.values, actions) for line in table.lines)
        else:
            counts = Counter({action: done[name, action] for action in ("added", "changed")})
            counts["unchanged"] = len(table.lines) - counts.total()
        reports.append(SheetReport(name, counts["added"], counts["changed"], counts["unchanged"], retired=done[name, "retired"]))
    return reports


def _done_to_organization(values: Row, actions: Mapping[tuple[str, str], str]) -> str:
    """Whether a line is new, different or the same: by its own VAT mode, as the key of the sheet says, or else by what else it holds."""
    organization, mode = (actions.get((each, TABLES[each].key_of(values)), "unchanged") for each in ("organizations", "vat_modes"))
    return "changed" if mode == "unchanged" != organization else mode
