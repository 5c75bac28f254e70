"""The pages of the desk: what each reads, and what its template is given. None of them changes anything."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pipelines.access.stop import stopped
from pipelines.billing import hold
from pipelines.billing.drafting import StoredRun, stored_run
from pipelines.billing.model import Purpose
from pipelines.billing.rules import KINDS
from pipelines.billing.transitions import Status, status_of
from pipelines.billing.unattended import needs_a_person
from pipelines.desk import addresses, blocking, debts, exchange, findings, money_in
from pipelines.desk.corrections import corrections
from pipelines.desk.drafts import ON_A_PAGE, DraftedPage, drafted_page, questions
from pipelines.desk.kept import KeptReading
from pipelines.desk.standing import standing
from pipelines.desk.visit import DeskVisit, Unreadable
from pipelines.documents.bridge_words import PART_NAMES, uncompared, why
from pipelines.documents.parked_words import next_step
from pipelines.findings.kinds import KIND_NAMES
from pipelines.master import house_clock
from pipelines.money import ZERO
from pipelines.period import Month
from pipelines.reports.ageing import AGES
from pipelines.warehouse import engine, query
from pipelines.wording.russian import short_date

if TYPE_CHECKING:
    from sqlalchemy import Connection

View = dict[str, Any]
Read = TypeVar("Read")

MOST_PARKED: Final = 40
MOST_LEAKS: Final = 8
MUTED_FOR: Final = timedelta(days=14)
AGE_NAMES: Final = dict(zip(AGES, ("не наступил", "сегодня", "1–30", "31–60", "61–90", "больше 90"), strict=True))


@dataclass(frozen=True, slots=True)
class DeskPage:
    """A page: its address below the desk, its name in the menu, its template, and what it reads."""

    path: str
    name: str
    template: str
    view: Callable[[DeskVisit], View]


def month_page(visit: DeskVisit) -> View:
    """The month at a glance."""
    with engine.reading(visit.settings) as connection:
        months = _months(connection)
        today = house_clock.today(connection, visit.at)
        month = visit.month() or _opened(months, today)
    kept = _kept(visit, ("month", month, today), lambda reader: standing(reader, month, today, visit.at))
    if kept is None:
        return {"month": month, "months": months, "read": None, "is_being_read": True}
    read = kept.read
    return {
        "month": month,
        "months": months,
        "read": read,
        "bridge": [
            {"name": name, "amount": row.amount, "contracts": row.contracts}
            for part, name in PART_NAMES.items()
            if read.bridge and (row := read.bridge.rows[part]).contracts
        ],
        "uncompared": uncompared(read.closing, month),
        "changes": [(change, why(change, month)) for change in read.changes],
        "leaks": [(KIND_NAMES.get(leak.kind, leak.kind), leak) for leak in read.leaks[:MOST_LEAKS]],
        "left_out_estimate": sum((each.estimate or ZERO for each in read.left_out), ZERO),
    }


def drafts_page(visit: DeskVisit) -> View:
    """Drafted runs: what is in them and why, and the decision."""
    wanted, page = visit.text("wanted")[:100], visit.page()
    tasks = visit.orchestrator.asking()
    with engine.reading(visit.settings) as connection:
        waiting = query.rows(connection, "runs/drafted_runs")
        asked = questions(connection, tasks)
        month, purpose = _run_of(visit, waiting, asked)
        run = stored_run(connection, month, purpose)
        put = [each for each in asked if (each.month, each.purpose) == (month, purpose)]
        if run:
            visit.memory.shown.remember(connection, month, purpose, run.digest)
        view = {
            "month": month,
            "purpose": purpose,
            "waiting": waiting,
            "put": put[-1] if put else None,
            "reasons": [each.russian for each in needs_a_person(visit.settings, connection, month, purpose)]
            if run and KINDS[purpose].may_be_unattended
            else [],
            "parked": query.rows(connection, "reports/left_out", month=month.first, previous=month.previous.first)[:MOST_PARKED],
            "held": hold.held_now(connection, month),
            "words": query.rows(connection, "documents/approval_words", month=month.first, purpose=purpose)[:5],
            **_approved_by(visit, run),
        }
    shown = _drafted(visit, run, month, purpose, wanted, page) if run else None
    return {
        **view,
        "shown": shown,
        "is_being_read": run is not None and shown is None,
        "wanted": wanted,
        "page": page,
        "pages": -(-shown.whole // ON_A_PAGE) if shown else 0,
        "next_step": next_step,
    }


def corrections_page(visit: DeskVisit) -> View:
    """What changed in closed months, and the adjustments of it."""
    kept = _kept(visit, "corrections", corrections)
    read = kept.read if kept else None
    drafted = [row for row in read.adjustments if row.number is None] if read else []
    return {
        "read": read,
        "read_at": kept.at if kept else None,
        "is_being_read": kept is None,
        "drafted": drafted,
        "issued": [row for row in read.adjustments if row.number is not None] if read else [],
        "drafted_runs": sorted({(row.month, row.purpose) for row in drafted}),
    }


def findings_page(visit: DeskVisit) -> View:
    """Findings by whom they wait for; with a kind: each of it."""
    kind = visit.text("kind")
    with engine.reading(visit.settings) as connection:
        months = _months(connection)
        today = house_clock.today(connection, visit.at)
        month = visit.month() or (months[0][0] if months else Month.of(today))
    kept: KeptReading[Any] | None
    if kind:
        kept = _kept(visit, ("findings", month, kind), lambda reader: findings.of_kind(reader, month, kind))
    else:
        kept = _kept(visit, ("findings", month), lambda reader: findings.by_owner(reader, month))
    listed = kept.read if kept and kind else ([], 0)
    owners = kept.read if kept and not kind else []
    return {
        "read_at": kept.at if kept else None,
        "is_being_read": kept is None,
        "month": month, "months": months, "kind": kind, "kind_name": KIND_NAMES.get(kind, kind), "listed": listed[0], "number": listed[1],
        "owners": owners, "until": today + MUTED_FOR, "today": today,
    }  # fmt: skip


def debts_page(visit: DeskVisit) -> View:
    """Debts by age, the blocked, promises."""
    by = visit.text("by") or "client"
    if by not in debts.GROUPINGS:
        raise Unreadable("Долги показываются по клиентам, дилерам, менеджерам или организациям.")
    with engine.reading(visit.settings) as connection:
        today = house_clock.today(connection, visit.at)
    blocked, promises = debts.blocked_now(visit.settings), debts.promises(visit.settings, today)
    plans = debts.running_plans(visit.settings, today)
    on, is_overdue = visit.day("on", "На день") or today, visit.text("overdue") == "1"
    kept = _kept(visit, ("debts", on, by, is_overdue), lambda _: debts.debts(visit.settings, on, by, is_overdue=is_overdue))
    return {
        "by": by,
        "groupings": debts.GROUPINGS,
        "on": on,
        "is_overdue": is_overdue,
        "debts": kept.read if kept else None,
        "read_at": kept.at if kept else None,
        "is_being_read": kept is None,
        "ages": AGE_NAMES,
        "blocked": blocked[: debts.MOST_BLOCKED],
        "blocked_number": len(blocked),
        "lifted": sorted({(row["client_code"], row["client"]) for row in blocked if row["lifted_at"]}),
        "parts_offered": debts.PARTS_OFFERED,
        "promises": promises[: debts.MOST_PROMISES],
        "promises_number": len(promises),
        "plans": plans[: debts.MOST_PROMISES],
        "plans_number": len(plans),
        "first": date(on.year, 1, 1),
    }


def payments_page(visit: DeskVisit) -> View:
    """Money that is nobody's, with what it may be meant for."""
    kept = _kept(visit, "payments", money_in.stray_payments)
    listed, number, total = kept.read if kept else ([], 0, ZERO)
    return {"payments": listed, "number": number, "total": total, "read_at": kept.at if kept else None, "is_being_read": kept is None}


def addresses_page(visit: DeskVisit) -> View:
    """Where clients' papers go, and who changed that; of one client, what it is now."""
    client_code = visit.text("client")
    with engine.reading(visit.settings) as connection:
        asked, number = addresses.asked_lately(connection, visit.at, client_code)
        codes = sorted({change.client_code for change, _ in asked})
        names = {row.client_code: row.name for row in query.rows(connection, "desk/client_names", codes=codes)}
    chosen = addresses.of_client(visit.settings, client_code) if client_code else None
    return {"client": client_code, "chosen": chosen, "asked": asked, "asked_number": number, "names": names}


def exchange_page(visit: DeskVisit) -> View:
    """The bases of 1C."""
    return {"bases": exchange.bases(visit.settings, visit.at)}


def frame(visit: DeskVisit, current: DeskPage) -> View:
    """What stands around every page: where we are, who is here, and whether somebody has stopped all blocking."""
    with engine.reading(visit.settings) as connection:
        halt, zone = stopped(connection), house_clock.zone(connection)
    local = visit.at.astimezone(zone)
    return {
        "visit": visit,
        "root": visit.root,
        "title": current.name,
        "menu": [(visit.address(page.path), page.name, page is current) for page in PAGES.values()],
        "stop": halt.in_words(zone) if halt else None,
        "stop_shown": blocking.shown(halt),
        "shown_moment": visit.at.isoformat(),
        "zone": zone,
        "shown_at": f"{short_date(local.date())} {local:%H:%M:%S}",
        "form_token": visit.seal.token(visit.at),
    }


def _kept(visit: DeskVisit, key: Hashable, read: "Callable[[Connection], Read]") -> KeptReading[Read] | None:
    return visit.memory.readings.reading(visit.settings, key, read, visit.at)


def _months(connection: "Connection") -> list[tuple[Month, bool]]:
    """Months with anything issued or drafted, the newest first; whether drafts of it wait."""
    return [(Month.of(row.month), row.is_drafted) for row in query.rows(connection, "desk/months")]


def _opened(months: Sequence[tuple[Month, bool]], today: date) -> Month:
    """The month that the desk opens with: the newest that is over, for the one that runs has at most what is billed ahead; else it."""
    over = (month for month, _ in months if month.last < today)
    return next(over, months[0][0] if months else Month.of(today))


def _run_of(visit: DeskVisit, waiting: Any, asked: Any) -> tuple[Month, Purpose]:
    """The run that is asked for; else the one that somebody waits for, else the newest that is drafted."""
    month, named = visit.month(), visit.text("purpose")
    if named and named not in list(Purpose):
        raise Unreadable("Такого расчёта нет: бывают close, prepay, watch и correct.")
    if month is not None:
        return month, Purpose(named or Purpose.CLOSE)
    if asked:
        return asked[0].month, asked[0].purpose
    if waiting:
        return Month.parse(waiting[-1].month), Purpose(waiting[-1].purpose)
    return Month.of(visit.at.date()).previous, Purpose.CLOSE


def _drafted(visit: DeskVisit, run: StoredRun, month: Month, purpose: Purpose, wanted: str, page: int) -> DraftedPage | None:
    """A page of a run, read once while the run and the books stand as they do; None while it is being read."""
    key = ("drafts", month, purpose, run.digest, wanted, page)
    kept = _kept(visit, key, lambda reader: drafted_page(reader, month, purpose, wanted, page))
    read = kept.read if kept else None
    return replace(read, run=run) if read and read.run.digest == run.digest else read


def _approved_by(visit: DeskVisit, run: StoredRun | None) -> View:
    """Who has approved exactly this run: all who must (`approved`), or one while another person is still needed (`second`)."""
    by = run.approved_by if run else ()
    status = status_of(by, four_eyes=visit.settings.four_eyes)
    names = ", ".join(by) or None
    return {"approved": names if status is Status.APPROVED else None, "second": names if status is Status.DRAFT else None}


PAGES: Mapping[str, DeskPage] = {
    page.path: page
    for page in (
        DeskPage("/", "Месяц", "desk/month.html", month_page),
        DeskPage("/drafts", "Черновики", "desk/drafts.html", drafts_page),
        DeskPage("/corrections", "Исправления", "desk/corrections.html", corrections_page),
        DeskPage("/findings", "Находки", "desk/findings.html", findings_page),
        DeskPage("/debts", "Долги", "desk/debts.html", debts_page),
        DeskPage("/payments", "Платежи", "desk/payments.html", payments_page),
        DeskPage("/addresses", "Адреса", "desk/addresses.html", addresses_page),
        DeskPage("/exchange", "Обмен с 1С", "desk/exchange.html", exchange_page),
    )
}
