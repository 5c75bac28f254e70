"""Contracts in force that cannot have a vehicle: without accounts, or with accounts that no platform has ever listed (domain.md §7)."""

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipelines.evidence.listed_accounts import PlatformAccount, ever_listed
from pipelines.findings.store import Occurrence
from pipelines.master import lookalikes
from pipelines.usage.counting import CountedMonth
from pipelines.usage.lake_sql import Lake
from pipelines.usage.sources import Sources

if TYPE_CHECKING:
    from sqlalchemy import Connection

WITHOUT_ACCOUNTS = "contract_without_accounts"


def contracts_without_accounts(connection: "Connection", lake: Lake, counted: CountedMonth) -> Iterator[Occurrence]:
    """One finding a month for each such contract, on the last of its days that is over."""
    sources = counted.sources
    accounts = _accounts_of(sources)
    listed = _listed(counted)
    unlisted = _unlisted(connection, lake, listed, accounts)
    for contract in sources.contracts:
        span, own = contract.days_in(sources.month), accounts.get(contract.contract_no, [])
        if span is None or not unlisted.issuperset(own):
            continue
        parameters = {"accounts": [f"{platform}/{account}" for platform, account in own], "alike": _alike(own, listed)}
        last_over = min(span.last, sources.known_until or span.first)
        yield Occurrence(WITHOUT_ACCOUNTS, contract.contract_no, max(span.first, last_over), contract.contract_no, parameters)


def _accounts_of(sources: Sources) -> dict[str, list[PlatformAccount]]:
    """Contract → the accounts that are mapped to it on some day of the month."""
    accounts: dict[str, list[PlatformAccount]] = defaultdict(list)
    for mapping in sources.mappings:
        account = (mapping.platform, mapping.account_id)
        if account not in accounts[mapping.contract_no]:
            accounts[mapping.contract_no].append(account)
    return accounts


def _listed(counted: CountedMonth) -> dict[str, set[str]]:
    """Platform → the accounts that its snapshots of the month list."""
    listed: dict[str, set[str]] = defaultdict(set)
    for snapshot in {snapshot.path: snapshot for day in counted.sources.days.values() for snapshot in day.snapshots}.values():
        listed[snapshot.platform].update(counted.owners.accounts(snapshot))
    return listed


def _alike(own: list[PlatformAccount], listed: dict[str, set[str]]) -> list[str]:
    """Accounts that platforms do list and that people may have meant: other letters of the same look, another case, zeros before."""
    return [f"{platform}/{each}" for platform, account in own for each in sorted(listed[platform]) if _as_seen(each) == _as_seen(account)]


def _as_seen(account: str) -> str:
    return lookalikes.folded(account).casefold().lstrip("0")


def _unlisted(
    connection: "Connection", lake: Lake, listed: dict[str, set[str]], accounts: dict[str, list[PlatformAccount]]
) -> set[PlatformAccount]:
    """Those of the accounts that no snapshot has ever listed; only contracts without any in this month are looked up further."""
    doubtful = set()
    for own in accounts.values():
        if not any(account in listed[platform] for platform, account in own):
            doubtful.update(own)
    return doubtful - ever_listed(lake.settings, connection, doubtful)
