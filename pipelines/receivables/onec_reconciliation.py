"""Our ledger against a turnover report of 1C on account 62: the workbook and the warehouse read, then compared (domain.md §8)."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.errors import BadInput
from pipelines.logs import verb
from pipelines.master.source_sheets import FormattedNumber, SheetLimits
from pipelines.master.workbook import read_first_page
from pipelines.period import Month
from pipelines.receivables.account import AccountEntry, ContractAccount, balance, entry
from pipelines.receivables.turnover_comparison import TurnoverComparison, compare
from pipelines.receivables.turnover_names import KnownNames, by_name
from pipelines.receivables.turnover_sheet import HEAD_ROWS, SheetRow, TurnoverKey, read_report
from pipelines.settings import Settings
from pipelines.warehouse import engine, query

if TYPE_CHECKING:
    from sqlalchemy import Connection


def reconcile(settings: Settings, path: Path, month: Month, organization_code: str | None = None) -> TurnoverComparison:
    """Compare a workbook of 1C with the ledger. BadInput for a file that is no such report, and for an organization nobody can tell."""
    with verb("receivables", "reconcile", month=str(month)) as done:
        rows = _rows(settings, path)
        with engine.reading(settings) as connection:
            code = _organization(connection, rows, path.name, organization_code)
            contracts = query.rows(connection, "receivables/contract_names", organization_code=code)
            ours = _ours(connection, code, month, [(row.client_code, row.contract_no) for row in contracts])
        names = by_name((row.client_code, name) for row in contracts for name in (row.name, row.full_name))
        known = KnownNames({row.contract_no: row.client_code for row in contracts}, names)
        compared = compare(code, ours, read_report(rows, path.name, month, known))
        done |= {
            "organization": code,
            "agreeing": compared.agreeing,
            "differing": len(compared.differences),
            "unread": len(compared.unread),
        }
    return compared


def _rows(settings: Settings, path: Path) -> list[SheetRow]:
    if not path.is_file():
        raise BadInput.one(str(path), "there is no such file")
    limits = SheetLimits(settings.master_max_megabytes * 10**6, settings.master_max_rows, settings.master_max_columns)
    sheet = read_first_page("turnovers", path, limits, may_merge=True)
    if sheet.problems:
        raise BadInput([problem for _, problem in sheet.problems])
    head = SheetRow(sheet.heading_row, tuple(text or None for text in sheet.headings))
    return [head, *(SheetRow(row.number, tuple(map(_value, row.cells))) for row in sheet.rows)]


def _value(cell: object) -> object:
    return cell.value if isinstance(cell, FormattedNumber) else cell


def _organization(connection: "Connection", rows: Sequence[SheetRow], place: str, given: str | None) -> str:
    """Whose books these are: as given, the one that the head of the report names, or the only one."""
    known = query.rows(connection, "receivables/organization_names")
    if given is not None:
        if given not in {row.code for row in known}:
            raise BadInput.one("--organization", f"no organization {given!r}")
        return given
    names = KnownNames({}, by_name((row.code, name) for row in known for name in (row.name, row.full_name)))
    said = (text.removeprefix("Организация:") for row in rows[:HEAD_ROWS] for text in row.texts())
    code = next((code for text in said if (code := names.client(text))), None)
    if code is None and len(known) != 1:
        raise BadInput.one(place, "does not say of which organization it is; name it by --organization")
    return code or str(known[0].code)


def _ours(
    connection: "Connection", organization_code: str, month: Month, contracts: Sequence[TurnoverKey]
) -> dict[TurnoverKey, ContractAccount]:
    """(client, contract) → its account of the month; money of no contract is the only contract's, else under ''."""
    rows = query.mappings(connection, "receivables/account_entries", client_code=None, organization_code=organization_code, last=month.last)
    own: dict[str, set[str]] = {}
    for client, contract in (*contracts, *((row["client_code"], row["contract_no"]) for row in rows if row["contract_no"])):
        own.setdefault(client, set()).add(contract)
    kept: dict[TurnoverKey, list[AccountEntry]] = {}
    for row in rows:
        numbers = own.get(row["client_code"], set())
        made = entry(row, next(iter(numbers)) if len(numbers) == 1 else None)
        kept.setdefault((row["client_code"], made.contract_no or ""), []).append(made)
    return {key: _account(key[1], entries, month) for key, entries in kept.items()}


def _account(contract: str, entries: Sequence[AccountEntry], month: Month) -> ContractAccount:
    within = tuple(each for each in entries if each.dated >= month.first)
    return ContractAccount(contract or None, balance(each for each in entries if each.dated < month.first), within)
