"""The account tree that a snapshot freezes: what accounts.csv says, and what the vehicles' rows add to it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from pipelines.evidence.lake import Account

_YES = {"1": True, "true": True, "yes": True, "да": True, "0": False, "false": False, "no": False, "нет": False}


@dataclass(frozen=True, slots=True)
class ListedAccount:
    """One row of an account list as the source wrote it."""

    account_id: str | None
    parent_account_id: str | None
    name: str | None
    enabled: str | None
    account_id_unread: str | None = None  # as written, where a spreadsheet has rounded it
    parent_account_id_unread: str | None = None


@dataclass(frozen=True, slots=True)
class GateAccount:
    """One account as the gate looks at it."""

    account_id: str | None
    enabled_unread: str | None
    parents: int  # different parents that the source gives it
    parent_known: int  # 0: its parent is in no list
    in_cycle: int  # 1: walking up from it never ends
    account_id_unread: str | None = None
    parent_account_id_unread: str | None = None


@dataclass(frozen=True, slots=True)
class AccountTree:
    """Accounts in byte order of their ids, and each listed row as the gate looks at it."""

    accounts: tuple[Account, ...]
    looked: tuple[GateAccount, ...]


def enabled(written: str | None) -> bool | None:
    """Whether an account is enabled: an empty cell is yes; None: cannot be read."""
    return True if written is None else _YES.get(written.casefold())


def grow(listed: Iterable[ListedAccount], pairs: Iterable[tuple[str, str | None]]) -> AccountTree:
    """The whole tree from an account list and from (account, parent) of the vehicles' rows.

    The list decides over the rows; of several parents in the rows the first in byte order counts. An account that is only
    named (by a row, or as a parent) is enabled and has no parent. An account that cannot be read as enabled is not.
    """
    rows = list(listed)
    said: dict[str, set[str]] = {}
    for account, parent in pairs:
        said.setdefault(account, set())
        if parent:
            said[account].add(parent)
    accounts: dict[str, Account] = {}
    for row in sorted(
        (row for row in rows if row.account_id), key=lambda row: (row.account_id or "", row.parent_account_id or "", row.name or "")
    ):
        number = row.account_id or ""
        parent = row.parent_account_id or min(said.get(number, set()), default=None)
        accounts.setdefault(number, (number, parent, row.name, enabled(row.enabled) or False))
    known = {*accounts, *said}
    for number, parents in said.items():
        accounts.setdefault(number, (number, min(parents, default=None), None, True))
    for parent in sorted({account[1] for account in accounts.values() if account[1]}):
        accounts.setdefault(parent, (parent, None, None, True))
    if not rows:  # without a list nobody can say that a parent is missing from it
        known = set(accounts)
    looping = _looping({number: account[1] for number, account in accounts.items()})
    looked = [
        replace(
            _look(row.account_id, row.enabled, _parents(row, said), accounts, known, looping),
            account_id_unread=row.account_id_unread,
            parent_account_id_unread=row.parent_account_id_unread,
        )
        for row in rows
    ]
    names = {row.account_id for row in rows}
    looked += [_look(number, None, parents, accounts, known, looping) for number, parents in sorted(said.items()) if number not in names]
    return AccountTree(tuple(sorted(accounts.values(), key=lambda account: account[0].encode())), tuple(looked))


def _parents(row: ListedAccount, said: Mapping[str, set[str]]) -> set[str]:
    own = {row.parent_account_id} if row.parent_account_id else set()
    return own | said.get(row.account_id or "", set())


def _look(
    number: str | None, written: str | None, parents: set[str], accounts: Mapping[str, Account], known: set[str], looping: set[str]
) -> GateAccount:
    parent = accounts[number][1] if number else None
    broken = written if enabled(written) is None else None
    return GateAccount(number, broken, max(1, len(parents)), int(parent is None or parent in known), int(number in looping))


def _looping(parents: Mapping[str, str | None]) -> set[str]:
    """Accounts from which walking up never ends."""
    ends: dict[str, bool] = {}
    for start in parents:
        path: list[str] = []
        seen: set[str] = set()
        at: str | None = start
        while at is not None and at not in ends and at not in seen:
            path.append(at)
            seen.add(at)
            at = parents.get(at)
        verdict = at is None or (at not in seen and ends[at])
        ends.update(dict.fromkeys(path, verdict))
    return {number for number, fine in ends.items() if not fine}
