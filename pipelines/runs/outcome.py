"""What a run came to, in one line for whoever looks at a list of runs: month, invoices, their sum, what was left out."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from pipelines.access.orders import DunningResult
from pipelines.access.reconcile import Reconciliation
from pipelines.billing.model import Purpose
from pipelines.billing.run import ToldRun
from pipelines.clock import Authorship
from pipelines.delivery.mail.sending import LettersSent
from pipelines.documents.run_words import run_heading
from pipelines.evidence.coverage import coverage
from pipelines.evidence.waiting import COVERED, Undrafted, WaitingDay
from pipelines.master.importing import ImportReport
from pipelines.period import Month
from pipelines.settings import Settings
from pipelines.warehouse import engine, query
from pipelines.wording.russian import counted, in_roubles, month_heading, short_date


def run_words(month: Month, purpose: Purpose, invoices: int, total: Decimal, parked: int) -> str:
    """``Февраль 2026 г.: 36 счетов на 605 704,05 ₽, отложено 6``; ``total`` in roubles with VAT."""
    made = f"{counted(invoices, 'счёт', 'счёта', 'счетов')} на {in_roubles(total)}" if invoices else "счетов нет"
    return f"{run_heading(month, purpose)}: {made}" + (f", отложено {parked}" if parked else "")


def drafted_words(run: ToldRun) -> str:
    """The same of a drafted run."""
    return run_words(run.month, run.purpose, len(run.drafts), run.amounts.total, len(run.parked))


def waiting_words(run: ToldRun) -> str:
    """A drafted run that a person is asked about."""
    return f"{drafted_words(run)}; ждёт решения"


def issued_words(settings: Settings, month: Month, purpose: Purpose, seen: str, author: Authorship) -> str:
    """The run that was shown as the digest ``seen`` and is issued on this person's answer."""
    binds = {"month": month.first, "purpose": purpose, "seen": seen, "by": author.by, "at": author.at}
    with engine.transaction(settings) as connection:
        issued = query.first(connection, "billing/issued_outcome", **binds)
    if issued is None:
        return f"{run_heading(month, purpose)}: не выставлено"
    return f"{run_words(month, purpose, issued.invoices, issued.total, issued.parked)}; одобрил {author.by}"


def rejected_words(month: Month, purpose: Purpose, author: Authorship) -> str:
    """A run that a person refused, and why."""
    return f"{run_heading(month, purpose)}: отклонил {author.by}, {author.reason}"


def day_words(settings: Settings, day: date) -> str:
    """``17.02.2026: платформ 3, не учтено 1 (gps2)``."""
    with engine.transaction(settings) as connection:
        rows = [row for row in coverage(connection, Month.of(day)) if row["date"] == day]
    missing = [row["platform"] for row in rows if row["status"] not in COVERED]
    return f"{short_date(day)}: платформ {len(rows)}" + (f", не учтено {len(missing)} ({', '.join(missing)})" if missing else "")


def waiting_days_words(waiting: Sequence[WaitingDay | Undrafted], day: date) -> str:
    """What the months before a day wait for."""
    days = sum(isinstance(each, WaitingDay) for each in waiting)
    months = [month_heading(each.month) for each in waiting if isinstance(each, Undrafted)]
    parts = [*([f"недостаёт дней платформ: {days}"] if days else []), *(f"{month} полон и не рассчитан" for month in months)]
    return f"До {short_date(day)}: {'; '.join(parts) or 'всё на месте'}"


def import_words(report: ImportReport, author: Authorship) -> str:
    """What an import of master data did, or would do."""
    added, changed = (sum(getattr(sheet, name) for sheet in report.sheets) for name in ("added", "changed"))
    done = f"добавлено {added}, изменено {changed}"
    return f"{'Проверка без загрузки' if report.dry_run else 'Загружено'}: {done} ({author.by}: {author.reason})"


def ladder_words(done: DunningResult) -> str:
    """What the ladder of a day came to."""
    blocked, restored = done.count("block"), done.count("restore")
    letters = len(done.rows) - blocked - restored - done.count("withheld")
    words = f"{short_date(done.day)}: напоминаний {letters}, отключить {blocked}, вернуть доступ {restored}"
    words += f", не отключаем {done.count('withheld')}" if done.count("withheld") else ""
    return words + _stopped(done) + _refused(done)


def reconciled_words(done: Reconciliation) -> str:
    """What the platforms said against our orders."""
    unread = f"; не прочитано: {', '.join(sorted(done.unread))}" if done.unread else ""
    return f"{short_date(done.day)}: сверено учётных записей {done.asked}, расхождений {len(done.drifts)}{unread}"


def restored_words(done: DunningResult) -> str:
    """Whose access came back after payments."""
    return f"Доступ возвращён: {done.count('restore')}{_stopped(done)}{_refused(done)}"


def letters_words(done: LettersSent) -> str:
    """What a run of the outbox came to."""
    return f"Отправлено {done.sent}" + "".join(
        f", {name} {number}"
        for name, number in (("отложено", done.deferred), ("отвергнуто", done.failed), ("судьба неизвестна", done.unknown))
        if number
    )


def _stopped(done: DunningResult) -> str:
    return f"; отключения остановлены ({done.stopped})" if done.stopped else ""


def _refused(done: DunningResult) -> str:
    return f"; не записано на платформы: {', '.join(sorted(done.refused))}" if done.refused else ""
