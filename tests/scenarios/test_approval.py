"""A person's word on a run: the page, contracts held back, two people, refusals (domain.md §7)."""

import json
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from pipelines.clock import Authorship
from pipelines.period import Month
from pipelines.warehouse import engine
from tests.company import Company, steady
from tests.conftest import cloned, release

JANUARY, FEBRUARY = Month(2026, 1), Month(2026, 2)
AT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


def _grows(day):
    return 10 if day.month == 1 else 16


COMPANY = Company(
    {"FLEET": _grows, "LOST": steady(2), "NEW": lambda day: 3 * (day.month == 2), "SAME": steady(5), "TERMS": steady(10)},
    months=(JANUARY, FEBRUARY),
    extra={
        "terms": [{"contract_no": "TERMS", "valid_from": "2026-02-01", "tariff_code": "T1", "discount_percent": "10"}],
        "tariffs": [{"tariff_code": "T1", "valid_from": "2026-02-01", "name": "Базовый"}],
        "components": [
            {
                "tariff_code": "T1", "valid_from": "2026-02-01", "component_no": "1", "name": "Мониторинг транспорта",
                "kind": "vehicles", "price": "330",
            }
        ],
    },
)  # fmt: skip


@pytest.fixture(scope="session")
def two_months(server_home, tmp_path_factory):
    """January closed, February landed: the name of a database to clone, and its home folder."""
    from pipelines.evidence.landing_folder import land_folder
    from pipelines.master.importing import import_master
    from pipelines.runs.close import close

    folder = tmp_path_factory.mktemp("two-months")
    person = Authorship("Анна", "начало", AT)
    with cloned(server_home, folder / "home") as made:
        master = COMPANY.write_master(folder / "master")
        ended = (master / "contracts.csv").read_text(encoding="utf-8").splitlines()
        ended = [ended[0] + ",ends_on", *(line + (",2026-01-31" if line.startswith("LOST") else ",") for line in ended[1:])]
        (master / "contracts.csv").write_text("\n".join(ended), encoding="utf-8")
        import_master(made, str(master), person)
        land_folder(replace(made, snapshot_max_drop=Decimal("0.9")), "gps1", str(COMPANY.write_snapshots(folder / "snapshots")), AT)
        close(made, JANUARY, approver=person, issued_on=date(2026, 2, 1), at=AT)
        release(made)
        yield made.database_url.split("@/")[1].split("?")[0], folder / "home"


@pytest.fixture
def settings(server_home, tmp_path, two_months):
    template, home = two_months
    shutil.copytree(home, tmp_path / "home")
    with cloned(server_home, tmp_path / "home", template) as made:
        yield made


@pytest.fixture
def drafted(run_cli):
    """February, drafted: its summary."""
    return _json(run_cli("close", "--month", "2026-02", "--format", "json"))[0]


def _json(result):
    code, out, err = result
    assert code == 0, err
    return json.loads(out)


def _rows(settings, query):
    with engine.transaction(settings) as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def _issued(settings):
    return _rows(settings, "SELECT contract_no, net FROM billing.invoices WHERE month = '2026-02-01' ORDER BY contract_no")


def _approve(run_cli, *further, by="Анна Петрова"):
    return run_cli("close", "--month", "2026-02", "--approve-by", by, "--issue-date", "2026-03-02", *further, "--format", "json")


def test_the_page_tells_totals_clients_and_causes(settings, run_cli, drafted):
    code, page, err = run_cli("review", "--month", "2026-02")
    assert code == 0, err
    flat = page.replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\N{NO-BREAK SPACE}", " ")
    # net, February: FLEET 16 × 330 = 5280, NEW 3 × 330 = 990, SAME 5 × 330 = 1650, TERMS 10 × 330 × 0.9 = 2970; together 10890
    # January: FLEET 3000, LOST 600, SAME 1500, TERMS 3000; together 8100. With 22 %: 13285.80 and 9882.00, +34.4 %
    assert "| 4 | 10 890,00 | 2 395,80 | **13 285,80** | 0,00 | 13 285,80 | 9 882,00 (4 счёта) | +3 403,80 (+34,4 %) |" in flat
    assert "### Новые клиенты (месяцем раньше счетов не было): 1" in flat
    assert "| ООО «Клиент NEW» | 1 207,80 |" in flat  # 990 × 1.22
    assert "### Ушедшие клиенты (месяцем раньше счета были): 1" in flat
    assert "| ООО «Клиент LOST» | 732,00 |" in flat  # 600 × 1.22
    # FLEET: 16 × 300 × 1.22 − 3660 = +2196; 16 × 30 × 1.22 = +585.60
    assert "парк 10 → 16: +2 196,00; цены тарифа «Базовый» с 01.02.2026: +585,60 |" in flat
    # TERMS: 3660 × 0.9 = 3294, −366; then 10 × 30 × 0.9 × 1.22 = +329.40
    assert "условия (скидка 0 % → 10 %): −366,00; цены тарифа «Базовый» с 01.02.2026: +329,40 |" in flat
    assert "| SAME | ООО «Клиент SAME» | 1 830,00 | 2 013,00 | +183,00 | цены тарифа «Базовый» с 01.02.2026: +183,00 |" in flat
    assert "договор окончен 31.01.2026 |" in flat
    assert "| NEW | ООО «Клиент NEW» | 0,00 | 1 207,80 | +1 207,80 | в прошлом месяце не выставлялся |" in flat
    # 9882.00 − 732.00 + 1207.80 + 2196.00 − 366.00 + (585.60 + 329.40 + 183.00) = 13285.80
    bridge = [tuple(line.strip("| ").split(" | ")[:3]) for line in flat.split("### Январь")[1].split("###")[0].splitlines() if "|" in line]
    assert bridge[2:] == [
        ("**Январь 2026 г.: выставлено**", "4", "**9 882,00**"), ("Ушедшие клиенты", "1", "−732,00"), ("Новые клиенты", "1", "+1 207,80"),
        ("Отложены в этом месяце", "0", "0,00"), ("Парк и использование", "1", "+2 196,00"), ("Условия договоров", "1", "−366,00"),
        ("Цены тарифов", "3", "+1 098,00"), ("Ставка НДС", "0", "0,00"),
        ("**Февраль 2026 г.: будет вместе с выставленным**", "4", "**13 285,80**"),
    ]  # fmt: skip


def test_the_page_of_an_issued_run_is_what_was_approved_whatever_comes_later(settings, run_cli, drafted):
    run_cli("hold", "add", "SAME", "--month", "2026-02", "--by", "Борис", "--reason", "спор")
    run_cli("close", "--month", "2026-02")
    shown = run_cli("review", "--month", "2026-02")[1]
    assert "| SAME | ООО «Клиент SAME» | придержан, Борис: спор |" in shown
    facts = shown[shown.index("### Итого") : shown.index("### Что будет после ответа")].strip()
    assert _json(_approve(run_cli))[0]["invoices"] == 3
    code, first, err = run_cli("review", "--month", "2026-02")
    assert code == 0, err
    assert "3\N{NO-BREAK SPACE}счёта на " in first
    assert "**Одобрил Анна Петрова**" in first
    assert facts in first
    assert "### Что будет после ответа" not in first
    # what was parked is billed by a run of its own, with a page of its own; the first one stays as it was
    run_cli("hold", "release", "SAME", "--month", "2026-02", "--by", "Борис", "--reason", "договорились")
    assert _json(_approve(run_cli))[0]["invoices"] == 1
    last, before = run_cli("review", "--month", "2026-02")[1], run_cli("review", "--month", "2026-02", "--approval", "1")[1]
    assert "1\N{NO-BREAK SPACE}счёт на " in last
    assert facts in before
    assert "--approval 2" in before
    code, _, err = run_cli("review", "--month", "2026-02", "--approval", "9")
    assert (code, "no issued run of approval 9" in err) == (1, True)
    for attempt in ("UPDATE documents.approved_pages SET facts = ''", "DELETE FROM documents.approved_pages"):
        with pytest.raises(DBAPIError), engine.engine(settings).connect() as connection:
            connection.execute(text(attempt))


def test_findings_are_told_in_roubles(settings, run_cli, drafted):
    run_cli("hold", "add", "SAME", "--month", "2026-02", "--by", "Борис", "--reason", "спор")
    run_cli("close", "--month", "2026-02")
    page = run_cli("review", "--month", "2026-02")[1].replace("\N{NARROW NO-BREAK SPACE}", " ")
    # SAME is served all of February and not billed: 5 × 28 vehicle-days at its own January price,
    # 1500.00 ÷ (5 × 31) = 9.677…: 140 × 1500 ÷ 155 = 1354.84
    assert "| отложенные договоры | 1 | 1 | 1 354,84 | SAME |" in page
    # LOST ended, and its two vehicles are still served: 56 × 600 ÷ (2 × 31) = 541.94
    assert "| машины вне срока договора | 2 | 56 | 541,94 | gps1/LOST-000 |" in page
    assert "по оценке без НДС: **1 896,78 ₽**" in page


def test_a_run_that_is_not_drafted_has_no_page(settings, run_cli):
    assert run_cli("review", "--month", "2026-02") == (
        1,
        "",
        "refused: 2026-02 has no drafted close run, and none was issued on a person's approval\n",
    )


def test_a_contract_is_held_back_with_the_approval_and_billed_when_released(settings, run_cli, drafted):
    done = _json(_approve(run_cli, "--hold", "FLEET", "--reason", "FLEET спорит о парке"))[0]
    assert (done["status"], done["invoices"]) == ("issued", 3)
    assert done["parked_contracts"] == [
        {"contract_no": "FLEET", "reason": "held", "detail": "held back by Анна Петрова: FLEET спорит о парке"}
    ]
    assert _issued(settings) == [("NEW", Decimal("990.00")), ("SAME", Decimal("1650.00")), ("TERMS", Decimal("2970.00"))]
    again = _json(_approve(run_cli))[0]
    assert (again["invoices"], again["parked"]) == (0, 1)
    listed = _json(run_cli("hold", "list", "--month", "2026-02", "--format", "json"))
    assert [(row["contract_no"], row["client_code"], row["by"]) for row in listed] == [("FLEET", "C-FLEET", "Анна Петрова")]
    code, _, err = run_cli("hold", "release", "FLEET", "--month", "2026-02", "--by", "Анна", "--reason", "договорились")
    assert (code, err) == (0, "FLEET: released; `fleetbill close --month 2026-02` bills it\n")
    assert _json(_approve(run_cli))[0]["invoices"] == 1
    assert _issued(settings)[0] == ("FLEET", Decimal("5280.00"))
    numbers = [row[0] for row in _rows(settings, "SELECT sequence_no FROM billing.invoices ORDER BY 1")]
    assert numbers == list(range(1, 9))  # 4 of January, 3 and 1 of February: no gap


def test_a_run_that_was_shown_before_a_contract_was_held_is_looked_at_again(settings, run_cli, drafted):
    code, _, err = run_cli("hold", "add", "SAME", "--month", "2026-02", "--by", "Борис", "--reason", "проверить")
    assert (code, err) == (0, "SAME: held back from 2026-02\n")
    assert run_cli("hold", "add", "SAME", "--month", "2026-02", "--by", "Борис", "--reason", "проверить")[2] == (
        "SAME: held back from 2026-02 already\n"
    )
    code, _, err = _approve(run_cli)
    assert code == 1
    assert "has changed since it was drafted" in err
    assert "SAME | ООО «Клиент SAME» | придержан, Борис: проверить" in run_cli("review", "--month", "2026-02")[1]
    assert _json(_approve(run_cli))[0]["invoices"] == 3


def test_what_cannot_be_held_is_named_and_nothing_is_issued(settings, run_cli, drafted):
    code, _, err = _approve(run_cli, "--hold", "K8", "--hold", "SAME", "--hold", "K9")
    assert (code, err) == (2, "hold: there is no contract 'K8'\nhold: there is no contract 'K9'\n")
    everything = [word for name in ("FLEET", "NEW", "SAME", "TERMS") for word in ("--hold", name)]
    code, _, err = _approve(run_cli, *everything)
    assert code == 1
    assert "nothing is left to approve" in err
    assert _rows(settings, "SELECT count(*) FROM billing.holds") == [(0,)]
    assert _issued(settings) == []
    code, _, err = run_cli("close", "--month", "2026-02", "--hold", "SAME")
    assert (code, "goes with --approve-by" in err) == (2, True)


def test_an_approval_without_a_contract_survives_a_kill_before_the_issue(settings, run_cli, drafted, monkeypatch):
    """The approval stands, nothing is issued; the same command again issues exactly that."""
    from pipelines.runs import draft_to_issue as closing

    def killed(*_arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(closing, "issue", killed)
    assert _approve(run_cli, "--hold", "FLEET")[0] == 130
    assert _issued(settings) == []
    monkeypatch.undo()
    for key, value in {"FLEETBILL_HOME": str(settings.home), "FLEETBILL_DATABASE_URL": settings.database_url}.items():
        monkeypatch.setenv(key, value)
    assert _json(_approve(run_cli, "--hold", "FLEET"))[0]["invoices"] == 3
    assert _rows(settings, "SELECT count(*) FROM billing.holds") == [(1,)]
    assert _rows(settings, "SELECT count(*) FROM billing.approvals WHERE month = '2026-02-01'") == [(1,)]


def test_two_people_approve_where_the_settings_ask_for_it(settings, run_cli, drafted, monkeypatch):
    monkeypatch.setenv("FLEETBILL_FOUR_EYES", "true")
    code, out, err = _approve(run_cli, "--hold", "SAME")
    assert (code, json.loads(out)[0]["status"]) == (0, "draft")
    assert "approved by Анна Петрова; a second person is needed" in err
    assert {row["status"] for row in _json(run_cli("invoices", "--month", "2026-02", "--format", "json"))} == {"draft", "discarded"}
    code, out, err = _approve(run_cli, by="анна  петрова")  # the same person
    assert (code, "a second person is needed" in err) == (0, True)
    assert _issued(settings) == []
    page = run_cli("review", "--month", "2026-02")[1]
    assert "**Одобрил: Анна Петрова.** Нужно слово второго человека" in page
    assert _json(_approve(run_cli, by="Борис Ветров"))[0]["invoices"] == 3
    assert _rows(settings, "SELECT by_name, decision FROM billing.approvals WHERE month = '2026-02-01' ORDER BY approval_no") == [
        ("Анна Петрова", "approved"),
        ("Борис Ветров", "approved"),
    ]
    number, contract_no = _rows(settings, "SELECT number, contract_no FROM billing.invoices WHERE month = '2026-02-01' ORDER BY number")[0]
    assert "Анна Петрова, Борис Ветров: " in run_cli("explain", number)[1]
    told = _json(run_cli("master", "history", "--contract", contract_no, "--sheet", "approvals", "--format", "json"))
    assert [row["by"] for row in told if row["key"].startswith("2026-02")] == ["Анна Петрова", "Борис Ветров"]


def test_one_of_two_people_is_not_enough_to_issue(settings, run_cli, drafted):
    from pipelines.billing.approval import SecondPersonNeeded
    from pipelines.runs.answered import Answer, approve_answered, issue_answered

    careful = replace(settings, four_eyes=True)
    digest = _rows(settings, "SELECT digest FROM billing.runs")[0][0]
    answer = Answer(Authorship("Анна", "да", AT), date(2026, 3, 2))
    assert not approve_answered(careful, FEBRUARY, digest, answer, AT).is_complete
    with pytest.raises(SecondPersonNeeded, match="approved by Анна alone"):
        issue_answered(careful, FEBRUARY, digest, answer, AT)
    assert _issued(settings) == []


def test_a_refusal_undoes_the_first_approval(settings, run_cli, drafted, monkeypatch):
    monkeypatch.setenv("FLEETBILL_FOUR_EYES", "true")
    assert _approve(run_cli)[0] == 0
    code, _, err = run_cli("close", "--month", "2026-02", "--reject-by", "Борис Ветров", "--reason", "не сходится парк FLEET")
    assert (code, err) == (0, "refused: the close run of 2026-02, by Борис Ветров; nothing is issued, the drafts stay drafts\n")
    assert "a second person is needed" in _approve(run_cli, by="Вера")[2]
    assert _issued(settings) == []
    page = run_cli("review", "--month", "2026-02")[1]
    assert "Борис Ветров: **отклонён**" in page
    assert "не сходится парк FLEET" in page
    assert _json(_approve(run_cli))[0]["invoices"] == 4


def test_a_refusal_needs_a_reason_and_a_run(settings, run_cli, drafted):
    assert run_cli("close", "--month", "2026-02", "--reject-by", "Борис") == (2, "", "--reason: a refusal needs a name and a reason\n")
    code, _, err = run_cli("correct", "--month", "2026-01", "--reject-by", "Борис", "--reason", "рано")
    assert (code, err) == (1, "refused: 2026-01 has no drafted correct run to refuse\n")
    code, _, err = run_cli("close", "--month", "2026-02", "--reject-by", "Борис", "--approve-by", "Анна", "--reason", "рано")
    assert (code, err) == (2, "--reject-by: a run is approved or refused, not both\n")


def test_nobody_approves_in_the_name_of_the_runs_that_need_nobody(settings, run_cli, drafted):
    code, _, err = _approve(run_cli, by="В пределах лимитов")
    assert (code, "is no person's name" in err) == (1, True)
    assert _issued(settings) == []


def test_a_held_contract_is_not_corrected_either(settings, run_cli):
    run_cli("hold", "add", "SAME", "--month", "2026-01", "--by", "Борис", "--reason", "спор")
    code, out, err = run_cli("correct", "--month", "2026-01", "--format", "json")
    assert (code, json.loads(out)) == (0, [])
    assert "parked SAME: held back by Борис: спор" in err


def test_the_word_on_a_hold_is_never_changed(settings, run_cli):
    run_cli("hold", "add", "SAME", "--month", "2026-01", "--by", "Борис", "--reason", "спор")
    for attempt in ("UPDATE billing.holds SET is_held = false", "DELETE FROM billing.holds", "TRUNCATE billing.holds"):
        with pytest.raises(DBAPIError), engine.engine(settings).connect() as connection:
            connection.execute(text(attempt))


def test_the_last_number_is_that_of_the_last_invoice(settings):
    for attempt in ("UPDATE billing.numbers SET last_no = 0", "UPDATE billing.numbers SET last_no = last_no + 1, year = 2027"):
        with pytest.raises(DBAPIError, match="the last number of ORG"), engine.engine(settings).connect() as connection:
            connection.execute(text(attempt))


def test_a_run_that_was_approved_before_another_one_came_in_between_is_issued(settings, run_cli, drafted):
    from pipelines.runs.answered import Answer, approve_answered

    digest = _rows(settings, "SELECT digest FROM billing.runs")[0][0]
    assert approve_answered(settings, FEBRUARY, digest, Answer(Authorship("Анна", "да", AT)), AT).is_complete  # and killed before the issue
    run_cli("hold", "add", "SAME", "--month", "2026-02", "--by", "Борис", "--reason", "спор")
    run_cli("close", "--month", "2026-02")
    assert run_cli("close", "--month", "2026-02", "--reject-by", "Борис", "--reason", "без SAME не надо")[0] == 0
    run_cli("hold", "release", "SAME", "--month", "2026-02", "--by", "Борис", "--reason", "договорились")
    run_cli("close", "--month", "2026-02")
    assert _rows(settings, "SELECT digest FROM billing.runs") == [(digest,)]
    assert _json(_approve(run_cli))[0]["invoices"] == 4
    assert _rows(settings, "SELECT DISTINCT approval_no FROM billing.invoices WHERE month = '2026-02-01'") == [(1,)]
