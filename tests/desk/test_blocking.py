"""Disconnecting, promises, corrections and the second person in the desk: as at the command line, and told to the other tab."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from pipelines import clock
from pipelines.billing.approval import approve_shown
from pipelines.billing.drafting import drafted_digest
from pipelines.billing.model import Purpose
from pipelines.clock import Authorship
from pipelines.runs.close import close
from pipelines.warehouse import engine
from tests.dags.runs import AT
from tests.desk.conftest import FEBRUARY

pytestmark = pytest.mark.airflow

WORDS = "SELECT is_stopped, is_released, by_name, reason FROM access.stops ORDER BY stop_no"
PROMISES = "SELECT client_code, until, by_name, reason FROM access.promises ORDER BY client_code, promise_no"
STOP, RESUME, PROMISE = "/blocking/stop", "/blocking/resume", "/debts/promise"


@pytest.fixture
def settings(tmp_path, february):
    with february.copy(tmp_path / "home") as made:
        yield made


def _rows(settings, query):
    with engine.reading(settings) as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def test_disconnecting_is_stopped_and_allowed_again_and_the_other_tab_is_told(desk, home):
    first, second = desk("finance"), desk("director")
    fields = {each.user: each.fields_of("/debts", STOP) for each in (first, second)}
    assert "напишите почему" in first.post(STOP, fields["finance"], reason=" ").text
    done = first.post(STOP, fields["finance"], reason="банк молчит")
    assert "Отключения остановлены, finance. Кто уже отключён, остаётся отключённым" in done.text
    late = second.post(STOP, fields["director"], reason="спор")
    assert (late.status_code, "отключения остановлены (finance, " in late.text) == (409, True)
    assert "банк молчит). Ваше нажатие ничего не изменило." in late.text
    resumed = {each.user: each.fields_of("/debts", RESUME) for each in (first, second)}
    assert "Отключения разрешены, director" in second.post(RESUME, resumed["director"], reason="выписка пришла").text
    late = first.post(RESUME, resumed["finance"], reason="выписка пришла")
    assert (late.status_code, "Отключения уже разрешил другой человек." in late.text) == (409, True)
    assert _rows(home, WORDS) == [(True, False, "finance", "банк молчит"), (False, False, "director", "выписка пришла")]


def test_access_is_given_back_by_the_run_that_the_person_starts(desk, home):
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session
    from sqlalchemy import select

    desk().post(STOP, desk().fields_of("/debts", STOP), reason="ошибка в банке", release="1")
    assert _rows(home, WORDS) == [(True, True, "finance", "ошибка в банке")]
    with create_session(scoped=False) as session:
        assert session.execute(select(DagRun.dag_id, DagRun.triggering_user_name)).all() == [("payments_in", "finance")]


def test_a_promise_is_taken_and_a_newer_one_of_another_person_is_not_overwritten(desk, home):
    today, until = clock.now().date(), clock.now().date() + timedelta(days=7)
    first, second = desk("finance"), desk("director")
    fields = {each.user: each.fields_of("/debts", PROMISE) for each in (first, second)}
    for wrong, words in (
        ({"client": "", "until": until, "reason": "звонил"}, "нужен код клиента"),
        ({"client": "C-K1", "until": today - timedelta(days=2), "reason": "звонил"}, "ещё не прошёл"),
        ({"client": "C-K1", "until": "завтра", "reason": "звонил"}, "не дата"),
        ({"client": "C-K1", "until": until, "reason": ""}, "кто и как обещал"),
        ({"client": "C-K9", "until": until, "reason": "звонил"}, "C-K9"),
        ({"client": "C-K1", "until": until, "reason": "звонил", "shown": "вчера"}, "загрузите страницу заново"),
    ):
        refused = first.post(PROMISE, {**fields["finance"], **wrong})
        assert (refused.status_code, words in refused.text) == (400, True), wrong
    assert _rows(home, PROMISES) == []
    taken = first.post(PROMISE, fields["finance"], client="C-K1", until=until, reason="директор, по телефону")
    assert f"Записано обещание: C-K1, до {until:%d.%m.%Y} (ORG)." in taken.text
    late = second.post(PROMISE, fields["director"], client="C-K1", until=until + timedelta(days=1), reason="письмо")
    assert (late.status_code, f"записано обещание этого клиента до {until:%d.%m.%Y} (finance, " in late.text) == (409, True)
    assert _rows(home, PROMISES) == [("C-K1", until, "finance", "директор, по телефону")]
    assert "Записано обещание" in second.post(PROMISE, fields["director"], client="C-K2", until=until, reason="письмо").text


def test_who_may_look_may_neither_stop_nor_promise(desk, home, airflow_server):
    watcher = desk("watcher")
    assert 'method="post"' not in watcher.get("/debts").text
    given = {"form_token": airflow_server.form_token("watcher", clock.now()), "seen": "none", "reason": "да", "client": "C-K1"}
    for action in (STOP, RESUME, PROMISE):
        assert watcher.post(action, given).status_code == 403
    assert (_rows(home, WORDS), _rows(home, PROMISES)) == ([], [])


def test_corrections_say_what_changed_what_waits_and_what_was_issued(desk, home):
    from pipelines.runs.correct import correct

    close(home, FEBRUARY, approver=Authorship("finance", "проверено", AT), issued_on=date(2026, 3, 1), at=AT)
    assert "После закрытия ничего не менялось." in desk().get("/corrections").text
    with engine.transaction(home) as connection:
        connection.execute(text("UPDATE master.terms SET discount_percent = 10 WHERE contract_no = 'K1'"))
    outcome = correct(home, FEBRUARY, contract_no=None, approver=None, issued_on=None, at=AT)
    assert len(outcome.prepared.drafts) == 1
    desk().server.plugin["application"].cache_clear()
    page = desk().get("/corrections").text.replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\xa0", " ")
    # K1: 10 × 300 × 1.22 = 3660.00; less 10 % 3294.00, so −366.00
    for words in ("Решить: февраль 2026 г., исправление", ">3 660,00<", ">−366,00<", ">3 294,00<"):
        assert words in page
    assert "purpose=correct" in page
    correct(
        home, FEBRUARY, contract_no=None, approver=Authorship("director", "скидка задним числом", AT), issued_on=date(2026, 3, 5), at=AT
    )
    desk().server.plugin["application"].cache_clear()
    page = desk().get("/corrections").text
    assert "director: скидка задним числом" in page
    assert "Черновиков корректировок нет." in page


def test_of_two_that_must_approve_the_second_is_another_and_sees_who_was_first(asked, desk, home, monkeypatch):
    monkeypatch.setenv("FLEETBILL_FOUR_EYES", "true")
    desk().server.plugin["application"].cache_clear()
    seen = drafted_digest(home, FEBRUARY)
    assert seen
    from dataclasses import replace

    approve_shown(replace(home, four_eyes=True), FEBRUARY, Purpose.CLOSE, seen, (), Authorship("finance", "проверено", AT))
    for user in ("finance", "director"):
        assert "<strong>Одобрил: finance.</strong> Нужно слово второго человека." in desk(user).get("/drafts").text
    fields = desk().fields_of("/drafts", "/drafts/answer")
    again = desk().post("/drafts/answer", fields, decision="approve", issue_date="2026-03-02")
    assert (again.status_code, "Нужен второй человек: finance уже одобрил этот расчёт." in again.text) == (409, True)
    assert asked.is_waiting()
    other = desk("director")
    done = other.post("/drafts/answer", other.fields_of("/drafts", "/drafts/answer"), decision="approve", issue_date="2026-03-02")
    assert "Одобрено, director" in done.text
    assert not asked.is_waiting()
