"""What a person does in the desk: each is the use-case that the command line and the DAGs call, in the name of who is signed in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from pipelines.billing import hold
from pipelines.billing.model import Purpose
from pipelines.clock import Authorship
from pipelines.desk import blocking, money_in
from pipelines.desk.deciding import RunDecision, decide
from pipelines.desk.visit import DeskVisit, Unreadable
from pipelines.findings import muting
from pipelines.master import house_clock
from pipelines.period import Month
from pipelines.runs.questions import APPROVE, REJECT
from pipelines.warehouse import engine
from pipelines.wording.russian import amount, month_heading, short_date

DAG_OF = {Purpose.CLOSE: "close_month", Purpose.CORRECT: "correct_month"}
"""Runs that a person starts for a month: which DAG drafts it and asks."""


@dataclass(frozen=True, slots=True)
class Done:
    """What was done, in words, and the address of the page that shows it."""

    words: str
    address: str


@dataclass(frozen=True, slots=True)
class DeskAction:
    """An action: its address below the desk, the page on which it stands, and what it does."""

    path: str
    page: str
    act: Callable[[DeskVisit], Done]


def answer(visit: DeskVisit) -> Done:
    """Approve or reject the run that the page showed."""
    option = {"approve": APPROVE, "reject": REJECT}.get(visit.text("decision"))
    if option is None:
        raise Unreadable("Решение не названо: одобрить или отклонить.")
    note = visit.text("note")
    if option == REJECT and not note:
        raise Unreadable("Чтобы отклонить, напишите в примечании почему: причина останется в истории.")
    fields = {
        "issue_date": visit.text("issue_date") or None,
        "hold": ", ".join(visit.texts("hold")) or None,
        "meant": visit.text("meant") or None,
        "note": note or None,
    }
    decision = RunDecision(visit.text("attempt"), visit.text("seen"), option, fields)
    put = decide(visit.settings, visit.orchestrator, visit.person, decision, visit.memory.shown, visit.at)
    said = "Одобрено" if option == APPROVE else "Отклонено"
    held = f" Придержаны: {fields['hold']}." if option == APPROVE and fields["hold"] else ""
    words = f"{said}, {visit.person.name}: {month_heading(put.month)}.{held} Airflow продолжает запуск."
    return Done(words, visit.address("/drafts", month=put.month, purpose=put.purpose))


def ask(visit: DeskVisit) -> Done:
    """Draft a month again and let somebody be asked."""
    month, purpose = _month(visit), visit.text("purpose") or Purpose.CLOSE
    dag_id = DAG_OF.get(Purpose(purpose)) if purpose in list(Purpose) else None
    if dag_id is None:
        raise Unreadable("Так запускается только закрытие или исправление месяца.")
    visit.orchestrator.start(visit.person, dag_id, str(month), "из рабочего стола финансов")
    words = f"Запущено: {month_heading(month)}. Когда расчёт будет готов, вопрос появится здесь и в Required Actions."
    return Done(words, visit.address("/drafts", month=month, purpose=purpose))


def hold_back(visit: DeskVisit) -> Done:
    """Leave contracts out of the runs of a month."""
    month, contracts = _month(visit), [each for each in visit.texts("hold") if each]
    if not contracts:
        raise Unreadable("Отметьте договоры, которые надо придержать.")
    held = hold.hold_back(visit.settings, month, contracts, _author(visit, "note", "Придержать: напишите в примечании почему."))
    words = f"Придержаны: {', '.join(held)}. Следующий расчёт месяца оставит их без счёта." if held else "Они уже придержаны."
    return Done(words, visit.address("/drafts", month=month, purpose=visit.text("purpose")))


def release(visit: DeskVisit) -> Done:
    """Let a held contract be billed again."""
    month = _month(visit)
    author = _author(visit, "reason", "Отпустить: напишите почему.")
    released = hold.release(visit.settings, month, [visit.text("contract")], author)
    words = f"Отпущен: {', '.join(released)}. Войдёт в следующий расчёт месяца." if released else "Он не был придержан."
    return Done(words, visit.address("/drafts", month=month, purpose=visit.text("purpose")))


def mute(visit: DeskVisit) -> Done:
    """Silence a finding until a day."""
    until = visit.day("until", "Заглушить до")
    with engine.reading(visit.settings) as connection:
        today = house_clock.today(connection, visit.at)
    if until is None or until < today:
        raise Unreadable("Заглушить до: нужен день, который ещё не прошёл.")
    if until > today + timedelta(days=366):
        raise Unreadable("Заглушить можно не дольше, чем на год.")
    author = _author(visit, "reason", "Заглушить: напишите почему.")
    muting.mute(visit.settings, visit.text("kind"), visit.text("subject"), until, author)
    return Done(f"Заглушено до {short_date(until)}.", _findings(visit))


def unmute(visit: DeskVisit) -> Done:
    """Let a silenced finding be told again."""
    muting.unmute(visit.settings, visit.text("kind"), visit.text("subject"), _author(visit, "reason", "Вернуть: напишите почему."))
    return Done("Снова показывается.", _findings(visit))


def take_offer(visit: DeskVisit) -> Done:
    """Let a payment pay the invoice that was offered for it; access of whoever has paid so comes back by the DAG of payments."""
    author = Authorship(visit.person.name, visit.text("reason"), visit.at)
    offer, pays = money_in.take_offer(visit.settings, visit.text("payment"), visit.text("number"), author)
    paid = "; ".join(f"{number}: {amount(each)} ₽" for number, each in pays.pays.items())
    rest = f" Остаток {amount(pays.free)} ₽ идёт на старейшие долги клиента." if pays.free else ""
    visit.orchestrator.start(visit.person, "payments_in", None, f"платёж разнёс {visit.person.name}: доступ тем, кто заплатил")
    return Done(f"Разнесено на клиента {offer.client_code}: {paid}.{rest}", visit.address("/payments"))


def stop_blocking(visit: DeskVisit) -> Done:
    """Disconnect nobody from now on; where asked for, give access back to all."""
    author, release = _author(visit, "reason", "Остановить отключения: напишите почему."), visit.text("release") == "1"
    blocking.stop_all(visit.settings, visit.text("seen"), author, release=release)
    if release:
        _give_access_back(visit)
    rest = " Отключённым возвращается доступ." if release else " Кто уже отключён, остаётся отключённым, пока не заплатит."
    return Done(f"Отключения остановлены, {visit.person.name}.{rest}", visit.address("/debts"))


def resume_blocking(visit: DeskVisit) -> Done:
    """Let debtors be disconnected again."""
    blocking.go_on(visit.settings, visit.text("seen"), _author(visit, "reason", "Разрешить отключения: напишите почему."))
    return Done(f"Отключения разрешены, {visit.person.name}: действуют со следующей лестницы.", visit.address("/debts"))


def take_promise(visit: DeskVisit) -> Done:
    """Take a client's word to pay until a day: till then it is not disconnected, and access comes back by the DAG of payments."""
    until, client_code = visit.day("until", "Обещал заплатить до"), visit.text("client")
    with engine.reading(visit.settings) as connection:
        today = house_clock.today(connection, visit.at)
    if not client_code:
        raise Unreadable("Обещание: нужен код клиента.")
    if until is None or until < today:
        raise Unreadable("Обещал заплатить до: нужен день, который ещё не прошёл.")
    if until > today + timedelta(days=366):
        raise Unreadable("Обещание: не дольше, чем на год.")
    author = _author(visit, "reason", "Обещание: напишите, кто и как обещал.")
    codes = blocking.take_promise(visit.settings, client_code, until, visit.moment("shown"), author)
    _give_access_back(visit)
    words = f"Записано обещание: {client_code}, до {short_date(until)} ({', '.join(codes)}). До этого дня клиента не отключают."
    return Done(words, visit.address("/debts"))


def _give_access_back(visit: DeskVisit) -> None:
    visit.orchestrator.start(visit.person, "payments_in", None, f"доступ тем, кому его вернул {visit.person.name}")


def _findings(visit: DeskVisit) -> str:
    return visit.address("/findings", month=visit.month(), kind=visit.text("kind"))


def _month(visit: DeskVisit) -> Month:
    month = visit.month()
    if month is None:
        raise Unreadable("Месяц не назван.")
    return month


def _author(visit: DeskVisit, name: str, otherwise: str) -> Authorship:
    """Who acts, with the reason that a field gives; Unreadable in these words without one."""
    reason = visit.text(name)
    if not reason:
        raise Unreadable(otherwise)
    return Authorship(visit.person.name, reason, visit.at)


ACTIONS: Mapping[str, DeskAction] = {
    action.path: action
    for action in (
        DeskAction("/drafts/answer", "/drafts", answer),
        DeskAction("/drafts/ask", "/drafts", ask),
        DeskAction("/drafts/hold", "/drafts", hold_back),
        DeskAction("/drafts/release", "/drafts", release),
        DeskAction("/findings/mute", "/findings", mute),
        DeskAction("/findings/unmute", "/findings", unmute),
        DeskAction("/payments/take", "/payments", take_offer),
        DeskAction("/blocking/stop", "/debts", stop_blocking),
        DeskAction("/blocking/resume", "/debts", resume_blocking),
        DeskAction("/debts/promise", "/debts", take_promise),
    )
}
