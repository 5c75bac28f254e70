"""What the month's page says from the first advance to the correction: it compares what is closed or drafted for it, and nothing sooner."""

from datetime import UTC, datetime

import pytest
from openpyxl import load_workbook
from sqlalchemy import text
from starlette.testclient import TestClient

from pipelines.desk.app import application
from pipelines.documents.finance_workbook import write_report
from pipelines.period import Month
from tests.cabinet.browsing import words_of
from tests.desk.looking import SignedIn
from tests.ledger_world import House

AT = datetime(2026, 2, 20, 9, tzinfo=UTC)
FEBRUARY, MARCH = {"month": "2026-02"}, {"month": "2026-03"}
EARLY = "Месяц ещё не закрывали: в нём только то, что выставляют до его конца"
COMPARED = "Из чего складывается изменение"
DRAFT = """
INSERT INTO billing.drafts (
    invoice_id, contract_no, month, purpose, kind, cause, client_code, organization_code, payment_days, currency, net, vat, total,
    digest, evidence
) VALUES (gen_random_uuid(), :contract, :month, :purpose, :kind, '', :client, 'ORG', 10, 'RUB', :total, 0, :total, '', '{}')
"""
RUN = "INSERT INTO billing.runs (month, purpose, digest, nothing, drafted_at) VALUES (:month, :purpose, 'd', '{}', now())"


@pytest.fixture
def house(settings):
    """A and B, whose January is closed: 100.00 and 200.00; A has paid ahead for February."""
    made = House(settings)
    for code in ("A", "B"):
        made.client(code)
    made.invoices([("A", "100.00", "2026-02-10"), ("B", "200.00", "2026-02-10")], month="2026-01")
    made.invoice("A", "60.00", "2026-02-10", month="2026-02", kind="advance")
    return made


def _page(house, at=AT, **asked):
    answer = TestClient(application(house.settings, SignedIn(), lambda: at)).get("/", params=asked)
    assert answer.status_code == 200
    return words_of(answer.text)


def _drafted(house, client, total, purpose="close", kind="monthly"):
    values = {"contract": f"K-{client}", "client": client, "total": total, "month": datetime(2026, 2, 1, tzinfo=UTC).date()}
    with house.owner() as connection:
        connection.execute(text(RUN), {**values, "purpose": purpose})
        connection.execute(text(DRAFT), {**values, "purpose": purpose, "kind": kind})


def _notice(house):
    """What February's workbook says before its first figures."""
    path = write_report(house.settings, Month(2026, 2), AT)
    return str(load_workbook(path)["Сводка"]["A5"].value or "")


def test_a_month_that_runs_is_not_compared_and_not_called_whole(house):
    said = _page(house, **FEBRUARY)
    assert "Выставлено 60,00 ₽ 1 счёт " in said
    assert EARLY in said
    assert "месяц ещё не закрывали" in said
    assert _notice(house) == f"{EARLY}, — предоплата и доплаты. Сравнивать рано."
    assert not [each for each in (COMPARED, "месяцем раньше", "выставлены все", "Самые большие изменения") if each in said]


def test_the_desk_opens_with_the_newest_month_that_is_over(house):
    assert " Январь 2026" in _page(house).partition("Выставлено")[0].rpartition("Месяц")[2]
    on_the_first = datetime(2026, 3, 1, 9, tzinfo=UTC)
    house.invoice("A", "60.00", "2026-03-10", month="2026-03", kind="advance")
    assert EARLY in _page(house, on_the_first)
    assert "Мост: январь 2026 г. → февраль 2026 г." in _page(house, on_the_first)


def test_a_month_after_one_that_is_not_closed_is_not_compared_with_it(house):
    house.invoices([("A", "70.00", "2026-04-10"), ("B", "70.00", "2026-04-10")], month="2026-03")
    assert "Месяц до него (февраль 2026 г.) ещё не закрыт: в нём только предоплата и доплаты" in _page(house, **MARCH)


def test_drafts_of_the_close_are_compared_as_drafts_those_of_an_advance_are_not(house):
    _drafted(house, "B", 50, "prepay", "advance")
    assert EARLY in _page(house, **FEBRUARY)
    _drafted(house, "B", 180)
    said = _page(house, **FEBRUARY)
    assert COMPARED in said
    assert "черновик Закрытие рассчитано и ждёт решения" in said
    # A: 60.00 ahead after 100.00, in force and untouched by the close; B: 180.00 in place of its advance, after 200.00
    assert "Январь 2026 г. 300,00" in said
    assert "Февраль 2026 г. 240,00" in said
    assert "1 действующий договор закрытием не рассчитан: в мосте их нет, они стоят среди ушедших или только с предоплатой." in said
    assert ("не рассчитано: 1 договор" in said, "в черновиках" in said) == (True, False)


def test_a_month_that_is_issued_in_part_is_not_called_drafted(house):
    house.invoice("A", "160.00", "2026-03-10", month="2026-02")
    _drafted(house, "B", 180)
    assert "выставлены или в черновиках" in _page(house, **FEBRUARY)


def test_a_closed_month_is_compared_and_says_what_is_lacking(house):
    house.invoice("B", "180.00", "2026-03-10", month="2026-02")
    said = _page(house, **FEBRUARY)
    assert "не рассчитано: 1 договор" in said
    assert "не весь месяц 1 действующий договор закрытием не рассчитан" in said
    house.invoice("A", "30.00", "2026-03-10", month="2026-02", kind="corrective")
    said = _page(house, **FEBRUARY)
    assert ("выставлены все" in said, "не весь месяц" in said) == (True, False)
    assert _notice(house) == ""
    assert "Февраль 2026 г. 270,00" in said  # 60.00 + 30.00 + 180.00
    house.invoice("B", "-20.00", "2026-03-20", month="2026-02")
    assert "Февраль 2026 г. 250,00" in _page(house, **FEBRUARY)
