"""What waits for whom: everything that goes no further by itself, each with the command that does the next step. Reads only."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any, Final

from pipelines.access.dunning import dunning
from pipelines.access.stop import stopped
from pipelines.billing.drafting import compute
from pipelines.billing.model import Purpose, Scope
from pipelines.delivery.mail.status import counts
from pipelines.delivery.onec.status import status as exchange
from pipelines.evidence.coverage import DayStatus
from pipelines.evidence.day import files_platforms
from pipelines.evidence.register import QUARANTINED
from pipelines.evidence.rulings import chosen
from pipelines.evidence.waiting import days_before, undrafted_before
from pipelines.logs import verb
from pipelines.master import house_clock
from pipelines.money import ZERO, shown
from pipelines.period import Month, runs
from pipelines.runs.matters import ENGINEER, FINANCE, Matter, Waiting
from pipelines.settings import Settings
from pipelines.warehouse import query
from pipelines.warehouse.engine import reading
from pipelines.wording.english import counted, days

COLUMNS = ("what", "whom", "subject", "detail", "next")
NEAR: Final = timedelta(days=3)  # a block that so many days bring is near
_NAMED = 3
_LETTERS: Final = {
    "queued": (ENGINEER, "wait to be handed over", "fleetbill mail send"),
    "failed": (FINANCE, "were refused", "fleetbill mail status --state failed"),
    "suppressed": (FINANCE, "were held back", "fleetbill mail status --state suppressed"),
    "unknown": (FINANCE, "may have been sent, nobody knows", "fleetbill mail status --state unknown"),
}


def waiting(settings: Settings, at: datetime, progress: Callable[[str], None] = lambda _: None) -> list[Waiting]:
    """Everything that waits at this moment, in the order of the work; nothing is stored.

    ``progress`` is told of what takes long: a closed month whose facts have changed is rated anew, to tell whether any amount
    changes with them (domain.md §7).
    """
    with verb("runs", "status") as done:
        with reading(settings) as connection:
            today = house_clock.today(connection, at)
        matters = [
            *_days(settings, today),
            *_quarantined(settings),
            *_undrafted(settings, today),
            *_drafted(settings),
            *_parked(settings),
            *_changed(settings, at, progress),
            *_letters(settings),
            *_exchange(settings, at),
            *_payments(settings),
            *_not_counted(settings, today),
            *_stopped_blocking(settings),
            *_orders_not_carried_out(settings),
            *_lifted_blocks(settings, today),
            *_near_blocking(settings, today, at),
        ]
        done["waiting"] = len(matters)
    return matters


def stuck(settings: Settings, at: datetime) -> list[Waiting]:
    """Of what waits, what goes wrong while nobody looks: days, parked contracts, refused letters, orders, and the stop of all blocking.

    Quick: nothing is rated for it, and no ladder is planned.
    """
    with reading(settings) as connection:
        today = house_clock.today(connection, at)
    return [
        *_days(settings, today),
        *_quarantined(settings),
        *_parked(settings),
        *(each for each in _letters(settings) if each.subject in ("failed", "unknown")),
        *_stopped_blocking(settings),
        *_orders_not_carried_out(settings),
    ]


def _days(settings: Settings, today: date) -> Iterator[Waiting]:
    missing: dict[str, list[date]] = {}
    for each in days_before(settings, today):
        if each.status != QUARANTINED:
            missing.setdefault(each.platform, []).append(each.day)
    of_files = set(files_platforms(settings)) if missing else set()
    for platform, at in missing.items():
        command = f"land --platform {platform}" if platform in of_files else f"carry --platform {platform} --date {at[0]}"
        yield Waiting(Matter.MISSING_DAYS, ENGINEER, platform, days(runs(at)), f"fleetbill snapshot {command}")


def _quarantined(settings: Settings) -> Iterator[Waiting]:
    """Snapshots in quarantine whose day nothing else covers."""
    for each in chosen(settings, QUARANTINED, None, None):
        with reading(settings) as connection:
            status = query.first(connection, "evidence/day_status", DayStatus, platform=each.platform, business_date=each.business_date)
        if status and (status.landed or status.carried):
            continue
        what = f"{each.business_date}, {counted(each.row_count, 'vehicle')}"
        yield Waiting(Matter.QUARANTINED, FINANCE, each.platform, what, f"fleetbill snapshot show {each.digest[:12]}")


def _undrafted(settings: Settings, today: date) -> Iterator[Waiting]:
    for each in undrafted_before(settings, today):
        yield Waiting(Matter.NOT_DRAFTED, ENGINEER, str(each.month), "every day is known", f"fleetbill close --month {each.month}")


def _drafted(settings: Settings) -> Iterator[Waiting]:
    for row in _rows(settings, "runs/drafted_runs"):
        size = f"{row.purpose}: {counted(row.invoices, 'invoice')}, {shown(row.total)}"
        word = f", refused by {row.by_name}" if row.decision == "rejected" else ""
        word = word or (f", approved by {', '.join(row.approved_by)}" if row.approved_by else "")
        purpose = "" if row.purpose == Purpose.CLOSE else f" --purpose {row.purpose}"
        yield Waiting(Matter.DRAFTS, FINANCE, row.month, size + word, f"fleetbill review --month {row.month}{purpose}")


def _parked(settings: Settings) -> Iterator[Waiting]:
    for row in _rows(settings, "runs/parked_contracts"):
        named = ", ".join(row.contracts[:_NAMED]) + (", …" if len(row.contracts) > _NAMED else "")
        what = f"{row.purpose}, {row.reason.replace('_', ' ')}: {counted(len(row.contracts), 'contract')} ({named})"
        command = "close" if row.purpose == Purpose.WATCH else str(row.purpose)
        yield Waiting(Matter.PARKED, FINANCE, row.month, what, f"fleetbill {command} --month {row.month}")


def _changed(settings: Settings, at: datetime, progress: Callable[[str], None]) -> Iterator[Waiting]:
    changes: dict[str, list[str]] = {}
    for row in _rows(settings, "runs/changed_since_close"):
        changes.setdefault(row.month, []).append(f"{row.what} of {counted(row.contracts, 'contract')}")
    for month, facts in changes.items():
        progress(f"{month}: facts have changed since its close; rating it anew")
        with reading(settings) as connection:
            run = compute(settings, connection, Scope(Month.parse(month), Purpose.CORRECT), keep=False, at=at)
        if run.drafts or run.parked:
            comes_to = [f"{counted(len(run.drafts), 'adjustment')}, {run.told.amounts.total:+.2f}"] if run.drafts else []
            comes_to += [f"{counted(len(run.parked), 'contract')} parked"] if run.parked else []
            yield Waiting(
                Matter.CHANGED, FINANCE, month, f"{', '.join(facts)}: {', '.join(comes_to)}", f"fleetbill correct --month {month}"
            )


def _letters(settings: Settings) -> Iterator[Waiting]:
    for row in counts(settings):
        if row["state"] in _LETTERS:
            whom, word, command = _LETTERS[row["state"]]
            yield Waiting(Matter.LETTERS, whom, row["state"], f"{counted(row['letters'], 'letter')} {word}", command)


def _exchange(settings: Settings, at: datetime) -> Iterator[Waiting]:
    for peer in exchange(settings, at):
        if peer.is_over:
            continue
        if peer.unconfirmed_invoices or peer.unconfirmed_sales or peer.unconfirmed_others:
            others = f", {counted(peer.unconfirmed_others, 'other object')}" if peer.unconfirmed_others else ""
            what = f"{counted(peer.unconfirmed_invoices, 'invoice')}, {counted(peer.unconfirmed_sales, 'sale')}{others} not confirmed"
            command = "fleetbill onec receive" if peer.file_waiting else "fleetbill onec send"
            yield Waiting(Matter.ONEC, FINANCE, peer.peer, what, command)
        if peer.refused:
            yield Waiting(Matter.ONEC, FINANCE, peer.peer, f"{counted(peer.refused, 'object')} it could not take", "fleetbill onec send")


def _payments(settings: Settings) -> Iterator[Waiting]:
    unmatched = _rows(settings, "receivables/unmatched")
    if unmatched:
        total = sum((row.left_over for row in unmatched), ZERO)
        what = f"{counted(len(unmatched), 'payment')}, {shown(total)} nobody's"
        yield Waiting(Matter.UNMATCHED, FINANCE, "payments", what, "fleetbill payments --unmatched")


def _not_counted(settings: Settings, today: date) -> Iterator[Waiting]:
    """Money that 1C tells of otherwise than the ledger, of whatever month it is; whose finding is muted is accepted so."""
    with reading(settings) as connection:
        rows = query.rows(connection, "runs/not_counted", on=today)
    for row in rows:
        what = f"{counted(row.documents, 'document')} of money not counted as 1C tells"
        yield Waiting(Matter.NOT_COUNTED, FINANCE, row.peer, what, "fleetbill findings --kind onec_not_counted")


def _stopped_blocking(settings: Settings) -> Iterator[Waiting]:
    """A person's word that ended all blocking: nobody is disconnected until somebody lifts it."""
    with reading(settings) as connection:
        halt = stopped(connection)
        zone = house_clock.zone(connection)
    if halt:
        what = f"by {halt.by_name} since {halt.at.astimezone(zone):%Y-%m-%d %H:%M}: {halt.reason}"
        yield Waiting(Matter.STOPPED, FINANCE, "blocking", what, "fleetbill access resume --by NAME --reason TEXT")


def _orders_not_carried_out(settings: Settings) -> Iterator[Waiting]:
    """Blocks and restorings that a live platform has not taken yet: each run tries them again."""
    with reading(settings) as connection:
        orders = Counter(row.platform for row in query.rows(connection, "access/pending", order_no=None))
    for platform, count in sorted(orders.items()):
        what = f"{counted(count, 'order')} to block or restore not carried out"
        yield Waiting(Matter.ORDERS, ENGINEER, platform, what, f"fleetbill snapshot probe --platform {platform}")


def _lifted_blocks(settings: Settings, today: date) -> Iterator[Waiting]:
    """Blocks that somebody else has lifted: they are not set again by machine for the same debt; whose finding is muted is accepted so."""
    lifted: dict[tuple[str, str], str] = {}
    with reading(settings) as connection:
        accepted = set(query.scalars(connection, "findings/muted_of_kind", kind="block_lifted", on=today))
        for row in query.rows(connection, "access/drifts", on=today):
            if row.kind == "block_lifted" and f"{row.platform}/{row.account_id}" not in accepted:
                by = f" by {row.edited_by}" if row.edited_by else ""
                lifted.setdefault((row.client_code, f"{row.platform}/{row.account_id}"), f"lifted{by}, seen {row.state_read_at:%Y-%m-%d}")
    for (client, account), what in lifted.items():
        yield Waiting(Matter.LIFTED_BLOCK, FINANCE, account, what, f"fleetbill access reblock --client {client}")


def _near_blocking(settings: Settings, today: date, at: datetime) -> Iterator[Waiting]:
    """Whom the ladder would block by the day that is near: who is exempt, has promised or paid is not among them."""
    day = today + NEAR
    plan = dunning(settings, day, at, dry_run=True)
    for action, word in (("block", "would be blocked"), ("withheld", "due to be blocked, withheld")):
        debts = {(row.organization_code, row.client_code): row.debt for row in plan.rows if row.action == action}
        if debts:
            what = f"{counted(len(debts), 'client')} {word} by {day}, {shown(sum(debts.values(), ZERO))}"
            yield Waiting(Matter.DEBTS, FINANCE, "ladder", what, f"fleetbill dunning --date {day} --dry-run")


def _rows(settings: Settings, name: str) -> list[Any]:
    with reading(settings) as connection:
        return query.rows(connection, name)
