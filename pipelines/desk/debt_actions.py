"""What a person does about debtors in the desk: to stop all disconnecting and let it go on, to take a promise, to block again."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Final

from pipelines.desk import blocking
from pipelines.desk.doing import DeskAction, Done, author_of
from pipelines.desk.visit import DeskVisit, Unreadable
from pipelines.instalments import Instalment
from pipelines.master import house_clock
from pipelines.money import ZERO
from pipelines.receivables.bank_document import amount as read_amount
from pipelines.warehouse import engine
from pipelines.wording.russian import amount, short_date

LONGEST_PROMISE: Final = timedelta(days=366)
REBLOCK_DAG: Final = "reblock_client"


def stop_blocking(visit: DeskVisit) -> Done:
    """Disconnect nobody from now on; where asked for, give access back to all."""
    author, release = author_of(visit, "reason", "Остановить отключения: напишите почему."), visit.text("release") == "1"
    blocking.stop_all(visit.settings, visit.text("seen"), author, release=release)
    if release:
        _give_access_back(visit)
    rest = " Отключённым возвращается доступ." if release else " Кто уже отключён, остаётся отключённым, пока не заплатит."
    return Done(f"Отключения остановлены, {visit.person.name}.{rest}", visit.address("/debts"))


def resume_blocking(visit: DeskVisit) -> Done:
    """Let debtors be disconnected again."""
    blocking.go_on(visit.settings, visit.text("seen"), author_of(visit, "reason", "Разрешить отключения: напишите почему."))
    return Done(f"Отключения разрешены, {visit.person.name}: действуют со следующей лестницы.", visit.address("/debts"))


def take_promise(visit: DeskVisit) -> Done:
    """Take a client's word to pay until a day: till then it is not disconnected, and access comes back by the DAG of payments."""
    client_code, until = _client(visit), visit.day("until", "Обещал заплатить до")
    if until is None:
        raise Unreadable("Обещал заплатить до: нужен день.")
    _require_ahead(visit, [until])
    author = author_of(visit, "reason", "Обещание: напишите, кто и как обещал.")
    taken = blocking.Promised(client_code, visit.text("organization") or None, visit.moment("shown"))
    codes = blocking.take_promise(visit.settings, taken, until, author)
    _give_access_back(visit)
    words = f"Записано обещание: {client_code}, до {short_date(until)} ({', '.join(codes)}). До этого дня клиента не отключают."
    return Done(words, visit.address("/debts"))


def take_plan(visit: DeskVisit) -> Done:
    """Take a client's word to pay what it owes now in parts, each by its day: while it is kept the ladder stands still for these debts."""
    client_code, instalments = _client(visit), list(_instalments(visit))
    if not instalments:
        raise Unreadable("Обещание по частям: нужна хотя бы одна дата с суммой.")
    _require_ahead(visit, [each.due_on for each in instalments])
    author = author_of(visit, "reason", "Обещание: напишите, кто и как обещал.")
    taken = blocking.Promised(client_code, visit.text("organization") or None, visit.moment("shown"))
    planned = blocking.take_plan(visit.settings, taken, instalments, author)
    _give_access_back(visit)
    parts = "; ".join(f"{short_date(each.due_on)} — {amount(each.amount)} ₽" for each in planned.instalments)
    rest = planned.owed - sum((each.amount for each in planned.instalments), ZERO)
    left = f" Без срока остаётся {amount(rest)} ₽ из {amount(planned.owed)} ₽: после последней части их спросит лестница." if rest else ""
    return Done(f"Записано обещание по частям: {client_code} ({planned.organization_code}): {parts}.{left}", visit.address("/debts"))


def block_again(visit: DeskVisit) -> Done:
    """Let a run block again what somebody else has lifted: a page writes to no platform."""
    client_code = _client(visit)
    author = author_of(visit, "reason", "Отключить снова: напишите почему.")
    blocking.require_lifted(visit.settings, client_code)
    visit.orchestrator.start(visit.person, REBLOCK_DAG, None, author.reason, {"client": client_code, "reason": author.reason})
    words = f"Запущено, {visit.person.name}: {client_code} отключается снова. Что вышло, будет видно здесь и в запуске {REBLOCK_DAG}."
    return Done(words, visit.address("/debts"))


def _client(visit: DeskVisit) -> str:
    client_code = visit.text("client")
    if not client_code:
        raise Unreadable("Клиент не назван: нужен код клиента.")
    return client_code


def _require_ahead(visit: DeskVisit, days: Sequence[date]) -> None:
    """Days of a promise: not over, and within a year."""
    with engine.reading(visit.settings) as connection:
        today = house_clock.today(connection, visit.at)
    if any(day < today for day in days):
        raise Unreadable("Обещал заплатить до: нужен день, который ещё не прошёл.")
    if any(day > today + LONGEST_PROMISE for day in days):
        raise Unreadable("Обещание: не дольше, чем на год.")


def _instalments(visit: DeskVisit) -> Iterator[Instalment]:
    """Rows of the form that are filled in. Unreadable for a half of one, names its place."""
    rows = zip(visit.texts("pays_on"), visit.texts("pays"), strict=False)
    for number, (day, written) in enumerate(rows, start=1):
        if not day and not written:
            continue
        value = read_amount(written)
        try:
            due_on = date.fromisoformat(day)
        except ValueError:
            raise Unreadable(f"Часть {number}: «{day[:20]}» — не дата.") from None
        if not value:
            raise Unreadable(f"Часть {number}: «{written[:20]}» — не сумма в рублях и копейках больше нуля.")
        yield Instalment(due_on, value)


def _give_access_back(visit: DeskVisit) -> None:
    visit.orchestrator.start(visit.person, "payments_in", None, f"доступ тем, кому его вернул {visit.person.name}")


ACTIONS: Final = (
    DeskAction("/blocking/stop", "/debts", stop_blocking),
    DeskAction("/blocking/resume", "/debts", resume_blocking),
    DeskAction("/blocking/again", "/debts", block_again),
    DeskAction("/debts/promise", "/debts", take_promise),
    DeskAction("/debts/plan", "/debts", take_plan),
)
