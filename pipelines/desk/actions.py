"""What a person does in the desk: each is the use-case that the command line and the DAGs call, in the name of who is signed in."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from pipelines.billing import hold
from pipelines.billing.model import Purpose
from pipelines.clock import Authorship
from pipelines.desk import addresses, debt_actions, money_in
from pipelines.desk.deciding import RunDecision, decide
from pipelines.desk.doing import DeskAction, Done, author_of
from pipelines.desk.visit import DeskVisit, Unreadable
from pipelines.documents.run_words import run_name
from pipelines.findings import muting
from pipelines.master import house_clock
from pipelines.period import Month
from pipelines.runs.questions import APPROVE, REJECT
from pipelines.warehouse import engine
from pipelines.wording.russian import amount, short_date

DAG_OF = {Purpose.CLOSE: "close_month", Purpose.CORRECT: "correct_month"}
"""Runs that a person starts for a month: which DAG drafts it and asks."""

_LONGEST_NAMED: Final = 250
"""Characters of addresses that a notice names: it goes by the address of the next page, which must stay short."""


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
    words = f"{said}, {visit.person.name}: {_sentence(put.month, put.purpose)}{held} Airflow продолжает запуск."
    return Done(words, visit.address("/drafts", month=put.month, purpose=put.purpose))


def ask(visit: DeskVisit) -> Done:
    """Draft a month again and let somebody be asked."""
    month, purpose = _month(visit), visit.text("purpose") or Purpose.CLOSE
    dag_id = DAG_OF.get(Purpose(purpose)) if purpose in list(Purpose) else None
    if dag_id is None:
        raise Unreadable("Так запускается только закрытие или исправление месяца.")
    visit.orchestrator.start(visit.person, dag_id, str(month), "из рабочего стола финансов")
    words = f"Запущено: {_sentence(month, Purpose(purpose))} Когда расчёт будет готов, вопрос появится здесь и в Required Actions."
    return Done(words, visit.address("/drafts", month=month, purpose=purpose))


def hold_back(visit: DeskVisit) -> Done:
    """Leave contracts out of the runs of a month."""
    month, contracts = _month(visit), [each for each in visit.texts("hold") if each]
    if not contracts:
        raise Unreadable("Отметьте договоры, которые надо придержать.")
    held = hold.hold_back(visit.settings, month, contracts, author_of(visit, "note", "Придержать: напишите в примечании почему."))
    words = f"Придержаны: {', '.join(held)}. Следующий расчёт месяца оставит их без счёта." if held else "Они уже придержаны."
    return Done(words, visit.address("/drafts", month=month, purpose=visit.text("purpose")))


def release(visit: DeskVisit) -> Done:
    """Let a held contract be billed again."""
    month = _month(visit)
    author = author_of(visit, "reason", "Отпустить: напишите почему.")
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
    author = author_of(visit, "reason", "Заглушить: напишите почему.")
    muting.mute(visit.settings, visit.text("kind"), visit.text("subject"), until, author)
    return Done(f"Заглушено до {short_date(until)}.", _findings(visit))


def unmute(visit: DeskVisit) -> Done:
    """Let a silenced finding be told again."""
    muting.unmute(visit.settings, visit.text("kind"), visit.text("subject"), author_of(visit, "reason", "Вернуть: напишите почему."))
    return Done("Снова показывается.", _findings(visit))


def take_offer(visit: DeskVisit) -> Done:
    """Let a payment pay the invoice that was offered for it; access of whoever has paid so comes back by the DAG of payments."""
    author = Authorship(visit.person.name, visit.text("reason"), visit.at)
    offer, pays = money_in.take_offer(visit.settings, visit.text("payment"), visit.text("number"), author)
    paid = "; ".join(f"{number}: {amount(each)} ₽" for number, each in pays.pays.items())
    rest = f" Остаток {amount(pays.free)} ₽ идёт на старейшие долги клиента." if pays.free else ""
    visit.orchestrator.start(visit.person, "payments_in", None, f"платёж разнёс {visit.person.name}: доступ тем, кто заплатил")
    return Done(f"Разнесено на клиента {offer.client_code}: {paid}.{rest}", visit.address("/payments"))


def set_addresses(visit: DeskVisit) -> Done:
    """Set where a client's papers go, whatever its people asked for in the cabinet."""
    client_code = visit.text("client")
    author = author_of(visit, "reason", "Адреса: напишите, почему они меняются.")
    cell = visit.whole_text("addresses", "Адреса", addresses.LONGEST_CELL)
    now = addresses.set_addresses(visit.settings, client_code, cell, visit.text("seen"), author)
    named = ", ".join(now)
    listed = named if len(named) <= _LONGEST_NAMED else f"{len(now)}, все ниже"
    words = f"Адреса {client_code}: {listed}." if now else f"Адреса {client_code} уже такие."
    return Done(words, visit.address("/addresses", client=client_code))


def _findings(visit: DeskVisit) -> str:
    return visit.address("/findings", month=visit.month(), kind=visit.text("kind"))


def _sentence(month: Month, purpose: Purpose) -> str:
    """A run at the end of a sentence: the year's ``г.`` ends it already."""
    return run_name(month, purpose).removesuffix(".") + "."


def _month(visit: DeskVisit) -> Month:
    month = visit.month()
    if month is None:
        raise Unreadable("Месяц не назван.")
    return month


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
        *debt_actions.ACTIONS,
        DeskAction("/addresses/set", "/addresses", set_addresses),
    )
}
