"""Accounts that platforms have and nobody pays for, with who may pay, as ready lines for the master workbook (domain.md §3.1, §10)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.evidence import lake
from pipelines.findings.store import listing
from pipelines.master.sheets import Row
from pipelines.master.template import write_new
from pipelines.money import ZERO
from pipelines.reports.finding_costs import add_costs
from pipelines.reports.suggestions import KnownPayer, Payers, Suggestion, UnpaidAccount, plain_name
from pipelines.settings import Settings
from pipelines.warehouse import query
from pipelines.warehouse.engine import reading

if TYPE_CHECKING:
    from sqlalchemy import Connection

COLUMNS = (
    "platform", "account_id", "name", "vehicles", "first_seen", "last_seen", "roubles", "client_code", "contract_no", "score", "reason",
)  # fmt: skip
NOTES = "Подсказки"
_NOTE_HEADS = (
    "Платформа", "Учётная запись", "Название", "Над ней", "Машин", "Впервые", "В последний раз", "Оценка без НДС", "Клиент", "Договор",
    "Уверенность", "Почему",
)  # fmt: skip
WITHOUT_ACCOUNT = "машины без учётной записи: владельца им назначают на платформе"


@dataclass(frozen=True, slots=True)
class _Tree:
    """The accounts of a platform's newest snapshot: names, parents, children."""

    names: Mapping[str, str | None]
    parents: Mapping[str, str | None]
    children: Mapping[str | None, Sequence[str]]

    def above(self, account_id: str) -> tuple[str, ...]:
        """Names of the accounts above one, the nearest first; ids where they have none."""
        path: list[str] = []
        at = self.parents.get(account_id)
        while at is not None and at not in path:
            path.append(at)
            at = self.parents.get(at)
        return tuple(self.names.get(each) or each for each in path)


def suggestions(settings: Settings) -> list[Suggestion]:
    """Who may pay for each account that holds active vehicles on its platform's newest covered day and leads to no contract in force.

    Ordered by platform and account; vehicles without an account at all come as one line of their platform, with an empty account.
    By the findings as they are stored: whoever asks brings them up to date before.
    """
    with reading(settings) as connection:
        newest = {row.platform: row for row in query.rows(connection, "reports/newest_snapshots")}
        if not newest:
            return []
        on = max(row.business_date for row in newest.values())
        payers = Payers(
            query.rows(connection, "reports/payers", _payer, on=on),
            {row.contract_no: row.client_code for row in query.rows(connection, "master/contract_clients")},
        )
        trees = {platform: _tree(settings, row.path) for platform, row in newest.items()}
        unpaid = list(_unpaid(connection, trees, _mapped(connection, on)))
        nowhere = query.rows(connection, "reports/vehicles_without_account")
    suggestions = [payers.suggest(account) for account in unpaid]
    for row in nowhere:
        account = UnpaidAccount(row.platform, "", None, (), (), row.vehicles, row.first_seen, row.last_seen)
        suggestions.append(Suggestion(account, None, None, 0, WITHOUT_ACCOUNT))
    return sorted(suggestions, key=lambda each: (each.account.platform, each.account.account_id))


def listed(suggestions: Sequence[Suggestion]) -> list[dict[str, Any]]:
    """Rows (``COLUMNS``) for people and scripts."""
    return [
        {
            "platform": each.account.platform,
            "account_id": each.account.account_id,
            "name": each.account.name,
            "vehicles": each.account.vehicles,
            "first_seen": each.account.first_seen,
            "last_seen": each.account.last_seen,
            "roubles": each.account.roubles,
            "client_code": each.client_code,
            "contract_no": each.contract_no,
            "score": each.score,
            "reason": each.reason,
        }
        for each in suggestions
    ]


def write_workbook(suggestions: Sequence[Suggestion], path: Path) -> None:
    """Write the lines to a new master workbook, from the first day seen.

    A contract stands in a line where the suggestion is certain; elsewhere a person fills it in, and an import names what is
    empty. Where no client fits, a client and a contract are drafted. The sheet «Подсказки» says why; an import leaves it aside.
    Refused as `template.write_new` says.
    """
    of_accounts = [each for each in suggestions if each.account.account_id]
    drafts = {_draft_key(each): each for each in reversed(of_accounts) if each.client_code is None}
    rows: dict[str, list[Row]] = {
        "accounts": [_account_row(each) for each in of_accounts],
        "clients": [_client_row(each) for each in reversed(drafts.values())],
        "contracts": [{"starts_on": each.account.first_seen} for each in reversed(drafts.values())],
    }
    write_new(path, rows, {NOTES: [_NOTE_HEADS, *map(_note, suggestions)]})


def _payer(client_code: str, name: str, full_name: str | None, inn: str | None, contracts: list[str]) -> KnownPayer:
    return KnownPayer(client_code, name, full_name, inn, tuple(contracts))


def _tree(settings: Settings, path: str) -> _Tree:
    try:
        accounts = lake.decode(lake.read_footer(settings, path)).accounts
    except lake.EvidenceLost:
        accounts = ()
    children: dict[str | None, list[str]] = defaultdict(list)
    for number, parent, _, _ in accounts:
        children[parent].append(number)
    return _Tree({each[0]: each[2] for each in accounts}, {each[0]: each[1] for each in accounts}, children)


def _mapped(connection: "Connection", on: date) -> dict[tuple[str, str], set[str]]:
    mapped: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in query.rows(connection, "reports/mapped_accounts", on=on):
        mapped[row.platform, row.account_id].add(row.contract_no)
    return mapped


def _unpaid(connection: "Connection", trees: Mapping[str, _Tree], mapped: Mapping[tuple[str, str], set[str]]) -> Iterator[UnpaidAccount]:
    for (platform, account_id), vehicles in _found(connection).items():
        tree = trees.get(platform) or _Tree({}, {}, {})
        parent = tree.parents.get(account_id)
        beside: set[str] = set().union(*(mapped.get((platform, each), set()) for each in tree.children.get(parent, ()) if parent))
        yield UnpaidAccount(
            platform,
            account_id,
            tree.names.get(account_id),
            tree.above(account_id),
            tuple(sorted(beside)),
            vehicles["vehicles"],
            vehicles["first_seen"],
            vehicles["last_seen"],
            vehicles["roubles"],
            vehicles["ended"],
        )


def _found(connection: "Connection") -> dict[tuple[str, str], dict[str, Any]]:
    """Accounts without a contract, and those whose contract is over, as far as they are still open: by platform and account."""
    accounts: dict[tuple[str, str], dict[str, Any]] = {}
    for kind in ("unknown_account", "out_of_contract"):
        rows = [row for row in listing(connection, kind=kind) if row["is_open"] and row["parameters"]]
        add_costs(connection, rows)
        for row in rows:
            is_account = kind == "unknown_account"
            names = [row["subject"].removeprefix(f"{row['platform']}/")] if is_account else row["parameters"].get("accounts") or []
            for account_id in names:
                vehicles = row["parameters"]["vehicles"] if is_account else 1
                entry = accounts.setdefault(
                    (row["platform"], account_id),
                    {
                        "vehicles": 0,
                        "first_seen": row["first_seen"],
                        "last_seen": row["last_seen"],
                        "roubles": None,
                        "ended": row["contract_no"],
                    },
                )
                entry["vehicles"] += vehicles
                entry["first_seen"] = min(entry["first_seen"], row["first_seen"])
                entry["last_seen"] = max(entry["last_seen"], row["last_seen"])
                if row["roubles"] is not None:
                    entry["roubles"] = (entry["roubles"] or ZERO) + row["roubles"]
    return accounts


def _account_row(each: Suggestion) -> Row:
    return {
        "platform": each.account.platform,
        "account_id": each.account.account_id,
        "contract_no": each.contract_no if each.is_certain else None,
        "valid_from": each.account.first_seen,
    }


def _draft_key(each: Suggestion) -> str:
    return each.inn or plain_name(each.account.name or "") or f"{each.account.platform}/{each.account.account_id}"


def _client_row(each: Suggestion) -> Row:
    kind = {10: "legal", 12: "entrepreneur"}.get(len(each.inn or ""))
    return {"name": each.account.name or each.account.account_id, "inn": each.inn, "kind": kind}


def _note(each: Suggestion) -> tuple[str, ...]:
    account = each.account
    return (
        account.platform,
        account.account_id,
        account.name or "",
        " ← ".join(account.parents),
        str(account.vehicles),
        str(account.first_seen),
        str(account.last_seen),
        "" if account.roubles is None else f"{account.roubles:.2f}",
        each.client_code or "",
        each.contract_no or "",
        str(each.score),
        each.reason,
    )
