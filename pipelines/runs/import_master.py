"""Import of master data with what only the evidence knows: accounts that no platform has ever listed."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from pipelines.clock import Authorship
from pipelines.evidence.listed_accounts import PlatformAccount, ever_listed
from pipelines.master import importing
from pipelines.master.importing import ImportReport
from pipelines.master.reach import Reach
from pipelines.period import Month
from pipelines.settings import Settings
from pipelines.warehouse import query
from pipelines.warehouse.engine import reading, transaction

_SHOWN = 20


def import_master(settings: Settings, source: str, author: Authorship, *, dry_run: bool = False) -> ImportReport:
    """`master.importing.import_master`, and a notice for each new account that its platform has never listed (domain.md §7).

    A platform of which no snapshot has landed yet lists nobody, and nothing is said of its accounts.
    """
    report = importing.import_master(settings, source, author, dry_run=dry_run)
    if not report.new_accounts:
        return report
    return replace(report, notices=(*report.notices, *_never_listed(settings, report.new_accounts)))


def closed_months(settings: Settings, touched: Iterable[Reach]) -> dict[Month, list[str]]:
    """The closed months that a change reaches into, each with its contracts: `correct` tells what it does to them (domain.md §7)."""
    reaches: dict[str, list[Reach]] = {}
    for each in touched:
        reaches.setdefault(each.contract_no, []).append(each)
    months: dict[Month, list[str]] = {}
    with reading(settings) as connection:
        for row in query.rows(connection, "runs/closed_months", contracts=list(reaches)):
            month = Month.of(row.month)
            if any(each.first <= month.last and (each.last is None or each.last >= month.first) for each in reaches[row.contract_no]):
                months.setdefault(month, []).append(row.contract_no)
    return months


def _never_listed(settings: Settings, accounts: Iterable[PlatformAccount]) -> Iterator[str]:
    with transaction(settings) as connection:
        landed = {
            row.platform for row in query.rows(connection, "evidence/trees", platforms=sorted({platform for platform, _ in accounts}))
        }
        doubtful = {account for account in accounts if account[0] in landed}
        unlisted = sorted(doubtful - ever_listed(settings, connection, doubtful))
    for platform, account_id in unlisted[:_SHOWN]:
        yield f"account {account_id!r} of platform {platform}: no snapshot has ever listed it; is it mistyped?"
    if len(unlisted) > _SHOWN:
        yield f"{len(unlisted) - _SHOWN} more accounts that no snapshot has ever listed"
