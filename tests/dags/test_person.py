"""A person's answer in Airflow carried through to issued invoices: a close with a contract held back, two people, a correction."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text

from pipelines.clock import Authorship
from pipelines.period import Month
from pipelines.warehouse import engine
from tests.company import Company, steady
from tests.dags.conftest import DAGS
from tests.dags.runs import AT, Run
from tests.landed import landed

pytestmark = pytest.mark.airflow

MONTH = Month(2026, 2)
COMPANY = Company({"K1": steady(10), "K2": steady(4)}, months=(MONTH,))


@pytest.fixture(scope="session")
def february(server_home, tmp_path_factory):
    with landed(server_home, tmp_path_factory.mktemp("february"), COMPANY, AT) as template:
        yield template


@pytest.fixture
def settings(tmp_path, february):
    with february.copy(tmp_path / "home") as made:
        yield made


def _rows(settings, query):
    with engine.transaction(settings) as connection:
        return [tuple(row) for row in connection.execute(text(query))]


NET = "SELECT contract_no, kind, net FROM billing.invoices ORDER BY sequence_no"


def test_a_month_is_closed_without_the_contract_that_the_person_holds_back(home, dags):
    run = Run(dags["close_month"], "2026-02")
    run.call("draft")
    run.answer("approval", "Approve", hold="K2, ", issue_date="2026-03-02", note="K2 спорит")
    assert run.call("issue") == {"invoices": 1}
    assert run.call("issue") == {"invoices": 1}  # the task died after its commit, and is run again
    assert run.print() == 2  # the invoice and its act
    assert run.call("onec").endswith(".xml")
    assert run.call("workbook").endswith("2026-02.xlsx")
    assert _rows(home, NET) == [("K1", "monthly", Decimal("3000.00"))]
    assert _rows(home, "SELECT contract_no, by_name, reason FROM billing.held") == [("K2", "finance", "K2 спорит")]


def test_a_wrong_number_is_asked_again_with_the_mistake_on_top(home, dags):
    from orchestration.ending import AskedAgain, Ended

    run = Run(dags["close_month"], "2026-02")
    run.call("draft")
    with pytest.raises(AskedAgain, match="договора `K9` в этом расчёте нет"):
        run.answer("approval", "Approve", hold="K2, K9", note="K2 спорит")
    with pytest.raises(Ended, match="no person has answered"):
        run.call("issue")
    page = run.ask()
    assert page.subject.startswith("Ответ не принят. ")
    assert page.body.startswith(
        "> **Ответ не принят** (finance, 02.03.2026 09:00 UTC). Ничего не выставлено. Ответьте ещё раз:\n>\n"
        "> - Придержать: договора `K9` в этом расчёте нет.\n\n"
    )
    typed = dags["close_month"].get_task("approval").params
    assert (typed["hold"], typed["note"], typed["issue_date"]) == ("K2, K9", "K2 спорит", None)
    assert _rows(home, "SELECT count(*) FROM billing.holds") == [(0,)]
    run.answer("approval", "Approve", hold="K2", issue_date="2026-03-02")
    assert run.call("issue") == {"invoices": 1}
    assert run.note == "Февраль 2026 г.: 1 счёт на 3 660,00 ₽, отложено 1; одобрил finance".replace(" г.", "\N{NO-BREAK SPACE}г.").replace(
        " ₽", "\N{NO-BREAK SPACE}₽"
    ).replace("1 счёт", "1\N{NO-BREAK SPACE}счёт").replace("3 660", "3\N{NARROW NO-BREAK SPACE}660")


@pytest.mark.parametrize(
    ("fields", "mistake"),
    [
        ({"hold": "K1,K2"}, "названы все договоры, одобрять будет нечего"),
        ({"issue_date": "2026-02-31"}, "Дата счетов `2026-02-31` — не дата"),
        ({"issue_date": "2026-02-05"}, "раньше, чем конец периода 28.02.2026. Если так и надо, впишите `2026-02-05` в «Да, именно»"),
        ({"hold": "`<b>K1</b>`"}, "договора `<b>K1</b>` в этом расчёте нет"),
    ],
)
def test_what_cannot_be_carried_out_is_asked_again(home, dags, fields, mistake):
    from orchestration.ending import AskedAgain

    run = Run(dags["close_month"], "2026-02")
    run.call("draft")
    with pytest.raises(AskedAgain, match=re.escape(mistake)):
        run.answer("approval", "Approve", **fields)
    assert mistake in run.ask().body
    assert _rows(home, NET) == []


def test_a_run_that_was_drafted_anew_meanwhile_is_shown_again(home, dags):
    from orchestration.ending import AskedAgain

    run, other = Run(dags["close_month"], "2026-02"), Run(dags["close_month"], "2026-02")
    run.call("draft")
    run.ask()
    with engine.transaction(home) as connection:
        connection.execute(text("UPDATE master.terms SET discount_percent = 10"))
    other.call("draft")
    with pytest.raises(AskedAgain, match="расчёт изменился"):
        run.answer_asked("approval", "Approve")
    assert "4\N{NARROW NO-BREAK SPACE}611,60" in run.ask().subject  # (10 + 4) × 300 less 10 %, with 22 % VAT


def test_a_correction_goes_through_to_its_papers(home, dags, tmp_path):
    from pipelines.evidence.landing_folder import land_folder
    from pipelines.runs.close import close

    close(home, MONTH, approver=Authorship("Анна", "да", AT), issued_on=date(2026, 3, 2), at=AT)
    COMPANY.write_day(tmp_path / "late", date(2026, 2, 20), {"K1": 13})
    land_folder(replace(home, snapshot_max_drop=Decimal("0.9")), "gps1", str(tmp_path / "late"), AT)
    run = Run(dags["correct_month"], "2026-02", contract=None, issue_date="2026-03-05")
    run.call("draft")
    page = run.answer("approval", "Approve", note="поздний снимок")
    assert "исправление" in page.subject
    assert "13 × 300,00 = 3 900,00; ранее выставлено 3 000,00; разница 3 900,00 − 3 000,00 = 900,00" in page.body.replace("\xa0", " ")
    assert run.call("issue")["invoices"] == 1
    assert run.print() == 2  # the adjustment's invoice and its корректировка
    assert run.call("onec").endswith(".xml")
    # 13 × 300 − 10 × 300 = 900
    assert _rows(home, NET)[2:] == [("K1", "adjustment", Decimal("900.00"))]
    assert _rows(home, "SELECT by_name, reason FROM billing.approvals WHERE purpose = 'correct'") == [("finance", "поздний снимок")]
    from airflow.sdk.exceptions import AirflowSkipException

    with pytest.raises(AirflowSkipException, match=r"Исправлять нечего\. Февраль 2026\sг\., исправление: счетов нет"):
        Run(dags["correct_month"], "2026-02", contract=None, issue_date=None).call("draft")


@pytest.fixture
def careful(home, dags, monkeypatch):
    """The DAGs as they are read where two people must approve."""
    from airflow.dag_processing.dagbag import DagBag
    from orchestration import approval

    monkeypatch.setenv("FLEETBILL_FOUR_EYES", "true")
    monkeypatch.setattr(approval, "FOUR_EYES", True)
    monkeypatch.setattr(approval, "APPROVERS", [{"id": name, "name": name} for name in ("finance", "director")])
    bag = DagBag(dag_folder=str(DAGS))
    assert bag.import_errors == {}
    return bag.dags


def test_two_people_are_asked_one_after_the_other(home, careful):
    dag = careful["close_month"]
    assert dag.get_task("first_word").upstream_task_ids == {"approval"}
    assert dag.get_task("second_approval").upstream_task_ids == {"first_word"}
    assert dag.get_task("issue").upstream_task_ids == {"second_approval"}
    assert ["hold" in dag.get_task(name).params for name in ("approval", "second_approval")] == [True, False]
    run = Run(dag, "2026-02")
    run.call("draft")
    run.answer("approval", "Approve", hold="K2", note="K2 спорит")
    assert run.call("first_word")["digest"] != run.results["draft"]["digest"]  # K2 is not in it any more
    page = run.answer("second_approval", "Approve", by="director", issue_date="2026-03-02")
    assert "**Одобрил: finance.** Нужно слово второго человека" in page.body
    assert run.call("issue")["invoices"] == 1
    assert _rows(home, "SELECT by_name FROM billing.approvals ORDER BY approval_no") == [("finance",), ("director",)]


def test_the_same_person_twice_issues_nothing(home, careful):
    from orchestration.ending import AskedAgain, Ended

    run = Run(careful["close_month"], "2026-02")
    run.call("draft")
    run.answer("approval", "Approve")
    run.call("first_word")
    with pytest.raises(AskedAgain, match="Нужен второй человек: finance"):
        run.answer("second_approval", "Approve")
    with pytest.raises(Ended, match="no person has answered"):
        run.call("issue")
    assert _rows(home, NET) == []


def test_either_of_two_people_may_refuse(home, careful):
    from airflow.sdk.exceptions import AirflowSkipException

    run = Run(careful["close_month"], "2026-02")
    run.call("draft")
    run.answer("approval", "Reject", note="рано")
    with pytest.raises(AirflowSkipException):
        run.call("first_word")
    run.call("rejected")
    run.answer("approval", "Approve")
    run.call("first_word")
    run.answer("second_approval", "Reject", by="director", note="не сходится")
    with pytest.raises(AirflowSkipException):
        run.call("issue")
    run.call("rejected")
    assert _rows(home, "SELECT by_name, decision, reason FROM billing.approvals ORDER BY approval_no") == [
        ("finance", "rejected", "рано"),
        ("finance", "approved", "ответ на запрос в Airflow"),
        ("director", "rejected", "не сходится"),
    ]
    assert _rows(home, NET) == []


WRITTEN = {"chosen_options": ["Approve"], "params_input": {}, "responded_at": AT, "responded_by_user": {"id": "finance", "name": "finance"}}


@pytest.mark.parametrize("is_waiting", [False, True])
def test_a_result_written_by_hand_and_a_task_marked_successful_issue_nothing(home, dags, is_waiting):
    from orchestration.ending import Ended

    run = Run(dags["close_month"], "2026-02")
    run.call("draft")
    if is_waiting:
        run.ask()
    run.results["approval"] = WRITTEN
    for task_id in ("issue", "documents"):
        with pytest.raises(Ended, match=r"no person has answered close_month\.approval.*marking a task successful"):
            run.call(task_id)
    assert _rows(home, "SELECT count(*) FROM billing.approvals") == [(0,)]
    assert _rows(home, NET) == []


def test_a_digest_written_by_hand_changes_nothing_of_what_is_shown_and_approved(home, dags):
    run = Run(dags["close_month"], "2026-02")
    digest = run.call("draft")["digest"]
    run.results["draft"] = {"digest": "0" * 64, "subject": "пусто", "body": "ничего"}
    assert digest in run.answer("approval", "Approve", issue_date="2026-03-02").body
    assert run.call("issue") == {"invoices": 2}


def test_an_issue_marked_successful_prints_nothing(home, dags):
    from orchestration.ending import Ended

    run = Run(dags["close_month"], "2026-02")
    run.call("draft")
    run.answer("approval", "Approve")
    run.results["issue"] = {"invoices": 2}
    with pytest.raises(Ended, match="has not been issued: marking `issue` successful"):
        run.call("documents")


def test_an_answer_before_the_question_was_asked_anew_no_longer_counts(home, dags):
    from orchestration.ending import Ended

    run = Run(dags["close_month"], "2026-02")
    run.call("draft")
    run.answer("approval", "Approve")
    run.ask()  # cleared
    with pytest.raises(Ended, match="no person has answered"):
        run.call("issue")


def test_whoever_is_no_approver_approves_nothing(home, dags):
    from orchestration.ending import Ended

    run = Run(dags["close_month"], "2026-02")
    run.call("draft")
    with pytest.raises(Ended, match="engineer не входит в FLEETBILL_APPROVERS"):
        run.answer("approval", "Approve", by="engineer")
    with pytest.raises(Ended, match="no person has answered"):
        run.call("issue")


@pytest.mark.parametrize("forged", ["first", "second", "both"])
def test_under_four_eyes_each_word_is_a_persons(home, careful, forged):
    from orchestration.ending import Ended

    run = Run(careful["close_month"], "2026-02")
    run.call("draft")
    run.results.update(approval=WRITTEN, second_approval=WRITTEN, first_word={"digest": "0" * 64})
    if forged == "second":
        run.answer("approval", "Approve")
        run.call("first_word")
    if forged == "first":
        run.answer("second_approval", "Approve", by="director")
    with pytest.raises(Ended, match=r"no person has answered|approved by director alone"):
        run.call("issue")
    assert _rows(home, NET) == []
