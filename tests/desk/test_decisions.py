"""A month decided on in the desk, inside Airflow's API server: the books are those of the command line; rights, two tabs, stale pages."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import text

from pipelines.cli.main import run as cli
from pipelines.warehouse import engine
from tests.conftest import environment_of
from tests.dags.runs import AT

pytestmark = pytest.mark.airflow

BOOKS = (
    "SELECT number, contract_no, kind, issued_on, net, vat, total FROM billing.invoices ORDER BY sequence_no",
    "SELECT contract_no, by_name, reason FROM billing.held",
    "SELECT by_name, decision, reason, invoices, total FROM billing.approvals ORDER BY approval_no",
    "SELECT contract_no, reason FROM billing.parked ORDER BY contract_no",
)


@pytest.fixture
def settings(tmp_path, february):
    with february.copy(tmp_path / "home") as made:
        yield made


def _books(settings):
    with engine.transaction(settings) as connection:
        return [[tuple(row) for row in connection.execute(text(query))] for query in BOOKS]


def _answer(desk, decision, **more):
    fields = desk.fields_of("/drafts", "/drafts/answer")
    return desk.post("/drafts/answer", fields, decision=decision, **more)


def test_an_approval_in_the_desk_is_that_of_the_command_line(asked, desk, home, february, tmp_path, monkeypatch):
    seen = _answer(desk(), "approve", hold="K2", issue_date="2026-03-02", note="проверено")
    assert "Одобрено, finance: февраль 2026\N{NO-BREAK SPACE}г. Придержаны: K2." in seen.text
    assert "<strong>Одобрить</strong>: finance" in seen.text
    asked.resumed()
    assert asked.run.call("issue") == {"invoices": 1}
    assert "Черновиков этого расчёта нет" in desk().get("/drafts", month="2026-02").text
    with february.copy(tmp_path / "other") as other:
        for name, value in environment_of(other).items():
            if name.startswith("FLEETBILL_"):
                monkeypatch.setenv(name, value)
        assert cli(["close", "--month", "2026-02"]) == 0
        words = ("--approve-by", "finance", "--reason", "проверено", "--hold", "K2", "--issue-date", "2026-03-02")
        assert cli(["close", "--month", "2026-02", *words]) == 0
        assert _books(home) == _books(other)
    # K1: 10 vehicles × 300 = 3000.00 net, 660.00 VAT of 22 %
    assert [row[1:2] + row[4:] for row in _books(home)[0]] == [("K1", *map(type(_books(home)[0][0][4]), ("3000.00", "660.00", "3660.00")))]


def test_a_rejection_is_recorded_with_its_reason_and_issues_nothing(asked, desk, home):
    assert "напишите в примечании почему" in _answer(desk(), "reject").text
    assert asked.is_waiting()
    assert "Отклонено, finance" in _answer(desk(), "reject", note="рано").text
    asked.resumed()
    asked.run.call("rejected")
    assert [row[:3] for row in _books(home)[2]] == [("finance", "rejected", "рано")]
    assert _books(home)[0] == []


def test_of_two_tabs_one_wins_and_the_other_is_told_by_whom(asked, desk, home):
    first, second = desk("finance"), desk("director")
    fields = {each.user: each.fields_of("/drafts", "/drafts/answer") for each in (first, second)}
    assert first.post("/drafts/answer", fields["finance"], decision="approve").status_code == 200
    late = second.post("/drafts/answer", fields["director"], decision="reject", note="нет")
    assert late.status_code == 409
    assert "Ответ уже дан: «Одобрить», finance, " in late.text
    assert "Ваше нажатие ничего не изменило." in late.text
    again = first.post("/drafts/answer", fields["finance"], decision="approve")
    assert (again.status_code, "Ответ уже дан: «Одобрить», finance" in again.text) == (409, True)
    asked.resumed()
    asked.run.call("issue")
    assert [row[:2] for row in _books(home)[2]] == [("finance", "approved")]


def test_of_two_clicks_in_the_same_moment_one_is_taken(asked, desk, home):
    people = [desk() for _ in range(4)]
    forms = [each.fields_of("/drafts", "/drafts/answer") for each in people]
    together = Barrier(len(people))

    def click(person, fields):
        together.wait(30)
        return person.post("/drafts/answer", fields, decision="approve")

    with ThreadPoolExecutor(len(people)) as pool:
        answers = list(pool.map(click, people, forms))
    assert sorted(each.status_code for each in answers) == [200, 409, 409, 409]
    assert all("Ваше нажатие ничего не изменило." in each.text for each in answers if each.status_code == 409)
    asked.resumed()
    assert asked.run.call("issue") == {"invoices": 2}
    assert [row[1] for row in _books(home)[2]] == ["approved"]


def test_a_page_that_is_out_of_date_is_refused_with_what_has_changed(asked, desk, home):
    person = desk()
    fields = person.fields_of("/drafts", "/drafts/answer")
    with engine.transaction(home) as connection:
        connection.execute(text("UPDATE master.terms SET discount_percent = 10 WHERE contract_no = 'K1'"))
    asked.run.call("draft")
    stale = person.post("/drafts/answer", fields, decision="approve")
    assert stale.status_code == 409
    # (10 + 4) × 300 × 1.22 = 5124.00; K1 less 10 %: 3660.00 → 3294.00, together 4758.00
    words = stale.text.replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\xa0", " ")
    assert "Страница устарела: расчёт с тех пор изменился." in words
    assert "Было 2 договора на 5 124,00 ₽, стало 2 договора на 4 758,00 ₽." in words
    assert "K1: 3 660,00 → 3 294,00." in words
    assert asked.is_waiting()
    assert "Вопрос задан о другом расчёте" in stale.text
    asked.ask()
    gone = person.post("/drafts/answer", fields, decision="approve")
    assert (gone.status_code, "его сняли или задали заново" in gone.text) == (409, True)
    assert _answer(person, "approve").status_code == 200


def test_what_cannot_be_carried_out_is_said_at_once_and_the_question_goes_on_waiting(asked, desk, home):
    refused = _answer(desk(), "approve", hold="K9", issue_date="2026-02-05")
    assert refused.status_code == 409
    assert "договора `K9` в этом расчёте нет" in refused.text
    assert "раньше, чем конец периода 28.02.2026" in refused.text
    assert asked.is_waiting()
    assert _answer(desk(), "approve", issue_date="2026-02-05", meant="2026-02-05").status_code == 200


def test_who_may_look_may_not_decide(asked, desk, home, airflow_server):
    from pipelines import clock

    watcher = desk("watcher")
    page = watcher.get("/drafts")
    assert (page.status_code, "только просмотр" in page.text, 'method="post"' in page.text) == (200, True, False)
    fields = desk("finance").fields_of("/drafts", "/drafts/answer")
    fields["form_token"] = airflow_server.form_token("watcher", clock.now())
    for action in ("answer", "hold", "release", "ask"):
        refused = watcher.post(f"/drafts/{action}", fields, decision="approve", note="да", hold="K1")
        assert (refused.status_code, "может смотреть, но не решать" in refused.text) == (403, True)
    assert asked.is_waiting()
    nobody = desk(None)
    assert {nobody.get(path).status_code for path in ("/", "/drafts", "/debts", "/files/leakage/2026-02")} == {401}
    assert nobody.post("/drafts/answer", fields, decision="approve").status_code == 401
    forged = desk(None)
    forged.browser.cookies.set("_token", airflow_server.token("finance")[:-4] + "AAAA")
    assert forged.get("/drafts").status_code == 401


def test_who_is_no_approver_approves_nothing(asked, desk, home):
    refused = _answer(desk("engineer"), "approve")
    assert (refused.status_code, "engineer не входит в FLEETBILL_APPROVERS" in refused.text) == (403, True)
    assert asked.is_waiting()


def test_another_site_cannot_decide(asked, desk, home, airflow_server):
    person = desk()
    fields = person.fields_of("/drafts", "/drafts/answer")
    tries = [
        person.post("/drafts/answer", fields, {"sec-fetch-site": "cross-site"}, decision="approve"),
        person.post("/drafts/answer", fields, {"sec-fetch-site": "same-site"}, decision="approve"),
        person.post("/drafts/answer", fields, {"origin": "https://evil.example"}, decision="approve"),
        person.post("/drafts/answer", {**fields, "form_token": ""}, decision="approve"),
        person.post("/drafts/answer", {**fields, "form_token": airflow_server.form_token("director", AT)}, decision="approve"),
        person.post("/drafts/answer", {**fields, "form_token": airflow_server.form_token("finance", AT)}, decision="approve"),  # months old
    ]
    assert {each.status_code for each in tries} == {403}
    sent_as_json = person.browser.post("/billing/drafts/answer", json={**fields, "decision": "approve"})
    assert sent_as_json.status_code == 400
    assert person.get("/drafts/answer", **fields, decision="approve").status_code == 405
    assert asked.is_waiting()


def test_every_answer_keeps_browsers_safe(asked, desk, home):
    for path in ("/", "/drafts", "/nothing", "/static/style.css"):
        given = desk().get(path).headers
        assert "script-src 'self'" in given["content-security-policy"]
        assert "frame-ancestors 'self'" in given["content-security-policy"]
        assert given["x-content-type-options"] == "nosniff"


def test_a_held_contract_is_released_and_a_month_asked_for(desk, home, dags):
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session
    from sqlalchemy import select

    from pipelines.period import Month
    from pipelines.runs.close import close

    close(home, Month(2026, 2), approver=None, issued_on=None, at=AT)
    person = desk()
    fields = person.fields_of("/drafts", "/drafts/hold", month="2026-02")
    assert "напишите в примечании почему" in person.post("/drafts/hold", fields, hold="K1").text
    assert "Придержаны: K1." in person.post("/drafts/hold", fields, hold="K1", note="спор").text
    close(home, Month(2026, 2), approver=None, issued_on=None, at=AT)
    assert _books(home)[1] == [("K1", "finance", "спор")]
    release = person.fields_of("/drafts", "/drafts/release", month="2026-02")
    assert "Отпущен: K1." in person.post("/drafts/release", release, reason="решено").text
    assert _books(home)[1] == []
    ask = person.fields_of("/drafts", "/drafts/ask", month="2026-02")
    assert "Запущено: февраль 2026\N{NO-BREAK SPACE}г. Когда" in person.post("/drafts/ask", ask).text
    with create_session(scoped=False) as session:
        runs = session.execute(select(DagRun.dag_id, DagRun.partition_key, DagRun.triggering_user_name)).all()
    assert [tuple(run) for run in runs] == [("close_month", "2026-02", "finance")]
