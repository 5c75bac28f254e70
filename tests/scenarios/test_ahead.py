"""Vehicles paid ahead, through the commands that people type: advance, watched days, the close (domain.md §6)."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import text

from pipelines.audit.proof import prove
from pipelines.billing import bounds
from pipelines.period import Month
from pipelines.runs.prepay import prepay
from pipelines.warehouse import engine
from pipelines.warehouse.statements import statement
from tests.company import Company, steady
from tests.landed import landed, template

MONTH = "2026-04"  # 30 days
AFTER = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)


def _example_14(day):
    """13 vehicles from the 6th, 15 from the 10th, 12 from the 15th, 15 again from the 20th."""
    return next(size for first, size in ((20, 15), (15, 12), (10, 15), (6, 13), (1, 10)) if day.day >= first)


def _tiers(tariff_code, valid_from):
    """Tiers of domain.md §11, example 8: 1–15 at 10, 16 and more at 5."""
    version = {"tariff_code": tariff_code, "valid_from": valid_from}
    return {
        "tariffs": [{**version, "name": "Объёмный"}],
        "components": [{**version, "component_no": "1", "name": "Мониторинг", "kind": "vehicles", "scheme": "volume"}],
        "tiers": [
            {**version, "component_no": "1", "up_to": "15", "price": "10"},
            {**version, "component_no": "1", "up_to": "", "price": "5"},
        ],
    }


COMPANY = Company(
    {
        "P1": _example_14,
        "P2": steady(10),
        "P3": lambda day: 16 if day.day == 8 else 15,
        "P4": steady(10),
        "P5": lambda day: 10 if day.day <= 15 else 16,
        "P6": steady(4),
    },
    months=(Month(2026, 4),),
    terms={
        "P1": {"prepaid_vehicles": "10"},
        "P2": {"prepaid_vehicles": "10"},
        "P3": {"prepaid_vehicles": "15", "tariff_code": "T3"},
        "P4": {"prepaid_vehicles": "10", "tariff_code": "T4"},
        "P5": {"prepaid_vehicles": "10", "basis": "average"},
    },
    extra={
        "tariffs": [*_tiers("T3", "2025-01-01")["tariffs"], *_tiers("T4", "2027-01-01")["tariffs"]],
        "components": [*_tiers("T3", "2025-01-01")["components"], *_tiers("T4", "2027-01-01")["components"]],
        "tiers": [*_tiers("T3", "2025-01-01")["tiers"], *_tiers("T4", "2027-01-01")["tiers"]],
    },
)
DAYS = [date(2026, 4, number) for number in range(1, 31)]


@pytest.fixture(scope="session")
def april(server_home, tmp_path_factory):
    """Master data and April, landed once."""
    with landed(server_home, tmp_path_factory.mktemp("april"), COMPANY, datetime(2026, 5, 1, 9, 0, tzinfo=UTC)) as template:
        yield template


@pytest.fixture(scope="session")
def prepaid_april(april, tmp_path_factory):
    """April with its advances issued, once."""
    with april.copy(tmp_path_factory.mktemp("prepaid") / "home") as made:
        settings, at = replace(made, unattended_share=Decimal(1)), datetime(2026, 4, 1, 9, 0, tzinfo=UTC)
        prepay(settings, Month(2026, 4), approver=None, issued_on=DAYS[0], at=at)
        yield template(april.server_home, made)


@pytest.fixture
def settings(request, tmp_path, monkeypatch):
    """The company with April landed, or paid ahead for the tests that ask for it; a run may touch every client without a person."""
    monkeypatch.setenv("FLEETBILL_UNATTENDED_SHARE", "1")
    before = request.getfixturevalue("prepaid_april" if "prepaid" in request.fixturenames else "april")
    with before.copy(tmp_path / "home") as made:
        yield made


@pytest.fixture
def prepaid():
    """The test begins with the advances issued."""


def _json(result):
    code, out, err = result
    assert code == 0, err
    return json.loads(out)


def _issued(run_cli, contract_no):
    rows = _json(run_cli("invoices", "--month", MONTH, "--format", "json"))
    return [(row["kind"], row["net"]) for row in rows if row["contract_no"] == contract_no and row["number"]]


def _watch(run_cli, number):
    rows = _json(run_cli("watch", "--date", f"2026-04-{number:02}", "--issue-date", "2026-04-30", "--format", "json"))
    return {row["contract_no"]: (row["kind"], row["cause"], row["net"]) for row in rows}


def _close(run_cli):
    command = ("close", "--month", MONTH, "--approve-by", "Анна", "--issue-date", "2026-05-01", "--format", "json")
    return _json(run_cli(*command))[0]


def test_the_month_that_is_paid_ahead_day_by_day(settings, run_cli):
    advances = _json(run_cli("prepay", "--month", MONTH, "--issue-date", "2026-04-01", "--format", "json"))
    # 10 × 300 three times; 15 × 10 by the volume tier; P4 has no tariff version and gets none, P6 pays afterwards
    assert [(row["contract_no"], row["kind"], row["net"]) for row in advances] == [
        ("P1", "advance", "3000.00"),
        ("P2", "advance", "3000.00"),
        ("P3", "advance", "150.00"),
        ("P5", "advance", "3000.00"),
    ]
    assert _json(run_cli("prepay", "--month", MONTH, "--issue-date", "2026-04-01", "--format", "json")) == []
    watched = {number: found for number in range(1, 31) if (found := _watch(run_cli, number))}
    # 13 − 10 and 15 − 13 vehicles at 300 (§11, 14); 16 vehicles are 80 of 150 (15a): nothing; basis average: nothing before the close
    assert watched == {
        6: {"P1": ("corrective", "2026-04-06", "900.00")},
        10: {"P1": ("corrective", "2026-04-10", "600.00")},
    }
    limits = _json(run_cli("findings", "--kind", "prepaid_limit", "--format", "json"))
    assert [(row["contract_no"], row["first_seen"], row["last_seen"], row["days"]) for row in limits] == [
        ("P1", "2026-04-06", "2026-04-10", 2)
    ]
    assert limits[0]["detail"].startswith("парк 15, предоплачено 10; выставлена доплата ВМ26-")
    closed = _close(run_cli)
    assert [row["contract_no"] for row in closed["parked_contracts"]] == ["P4"]
    assert _issued(run_cli, "P1") == [("advance", "3000.00"), ("corrective", "900.00"), ("corrective", "600.00")]
    assert _issued(run_cli, "P2") == [("advance", "3000.00")]
    assert _issued(run_cli, "P3") == [("advance", "150.00"), ("adjustment", "-70.00")]
    # (15 × 10 + 15 × 16) ÷ 30 = 13 on average: 13 × 300 − 3000
    assert _issued(run_cli, "P5") == [("advance", "3000.00"), ("corrective", "900.00")]
    assert _issued(run_cli, "P6") == [("monthly", "1200.00")]
    again = _close(run_cli)
    assert (again["invoices"], again["documents"]) == (0, 0)
    for row in _json(run_cli("invoices", "--month", MONTH, "--format", "json")):
        assert row["number"] is None or prove(settings, row["number"], settings.home / "proof.zip").counted


def test_a_parked_contract_is_named_and_gets_no_advance(settings, run_cli):
    code, _, err = run_cli("prepay", "--month", MONTH, "--issue-date", "2026-04-01")
    assert code == 0
    assert [line for line in err.splitlines() if line.startswith("parked ")] == [
        "parked P4: tariff T4 has no version in force on 2026-04-01…2026-04-30"
    ]


def test_a_higher_limit_agreed_in_the_month_is_billed_on_the_day(prepaid, settings, run_cli, tmp_path):
    assert _watch(run_cli, 5) == {}
    agreed = [{"contract_no": "P2", "valid_from": "2026-04-16", "tariff_code": "T1", "prepaid_vehicles": "15"}]
    folder = replace(COMPANY, extra={**COMPANY.extra, "terms": agreed}).write_master(tmp_path / "agreed")
    assert run_cli("master", "import", folder, "--by", "Анна", "--reason", "допсоглашение")[0] == 0
    # 10 × 300 × 15/30 + 15 × 300 × 15/30 − 3000 (§11, 15)
    assert _watch(run_cli, 14)["P2"] == ("corrective", "2026-04-14", "750.00")
    assert "P2" not in _watch(run_cli, 14)
    assert "P2" not in _watch(run_cli, 30)
    _close(run_cli)
    assert _issued(run_cli, "P2") == [("advance", "3000.00"), ("corrective", "750.00")]


def test_prepaid_vehicles_that_were_not_used_are_shown_and_not_refunded(settings, run_cli):
    low = replace(COMPANY, fleets={**COMPANY.fleets, "P2": steady(7)})
    folder = settings.home / "low"
    for day in DAYS:
        low.write_day(folder, day)
    assert run_cli("snapshot", "land", "--platform", "gps1", "--source", folder)[0] == 0
    with engine.transaction(settings) as connection:  # the first files listed ten: a later snapshot adds, it takes nothing away
        first = (
            connection.execute(text("SELECT digest FROM evidence.snapshots WHERE snapshot_no = 1 ORDER BY business_date")).scalars().all()
        )
    for digest in first:
        assert run_cli("snapshot", "withdraw", digest, "--by", "Анна", "--reason", "не тот файл")[0] == 0
    _json(run_cli("prepay", "--month", MONTH, "--issue-date", "2026-04-01", "--format", "json"))
    _close(run_cli)
    assert _issued(run_cli, "P2") == [("advance", "3000.00")]
    unused = _json(run_cli("findings", "--kind", "prepaid_unused", "--format", "json"))
    assert [(row["contract_no"], row["detail"]) for row in unused] == [("P2", "не использовано 3 из 10 предоплаченных машин")]


@pytest.mark.parametrize("order", [[30], [10, 6, 30], [6, 6, 10, 10], [20, 12, 9]])
def test_days_watched_late_out_of_order_and_twice_come_to_the_same_sum(prepaid, settings, run_cli, order):
    billed = [found["P1"][2] for number in order if "P1" in (found := _watch(run_cli, number))]
    assert sum(map(Decimal, billed)) == Decimal("1500.00")
    _close(run_cli)
    assert sum(Decimal(net) for _, net in _issued(run_cli, "P1")) == Decimal("4500.00")  # max(10, 15) × 300


def test_what_nobody_watched_is_billed_at_the_close_before_the_month(prepaid, settings, run_cli):
    _close(run_cli)
    assert _issued(run_cli, "P1") == [("advance", "3000.00"), ("corrective", "1500.00")]
    assert _watch(run_cli, 30) == {}
    assert _json(run_cli("prepay", "--month", MONTH, "--issue-date", "2026-04-01", "--format", "json")) == []


@pytest.mark.parametrize(
    ("bound", "value", "said"),
    [
        ("INVOICES", "3", "4 invoices, more than 3"),
        # (3 × 3000 + 150) × 1.22
        ("TOTAL", "11162.99", "11163.00 roubles, more than 11162.99"),
        ("SHARE", "0.6", "4 of 6 clients, a greater share than 0.6"),
    ],
)
def test_beyond_a_bound_the_run_waits_for_a_person(settings, run_cli, monkeypatch, bound, value, said):
    monkeypatch.setenv(f"FLEETBILL_UNATTENDED_{bound}", value)
    monkeypatch.setattr(bounds, "FEW", 1)  # the company is small: the share would say nothing of it
    code, _, err = run_cli("prepay", "--month", MONTH, "--issue-date", "2026-04-01")
    assert code == 1
    assert said in err
    rows = _json(run_cli("invoices", "--month", MONTH, "--format", "json"))
    assert [(row["status"], row["number"]) for row in rows] == [("draft", None)] * 4
    issued = _json(run_cli("prepay", "--month", MONTH, "--issue-date", "2026-04-01", "--approve-by", "Анна", "--format", "json"))
    assert len(issued) == 4
    assert {row["status"] for row in _json(run_cli("invoices", "--month", MONTH, "--format", "json"))} == {"issued"}
    with engine.transaction(settings) as connection:
        assert connection.execute(text("SELECT by_name FROM billing.approvals")).scalars().all() == ["Анна"]


def test_an_advance_that_nobody_answered_counts_once_when_the_close_bills_it(settings, run_cli, monkeypatch):
    monkeypatch.setenv("FLEETBILL_UNATTENDED_INVOICES", "3")
    assert run_cli("prepay", "--month", MONTH, "--issue-date", "2026-04-01")[0] == 1

    def shown(contract_no):
        with engine.reading(settings) as connection:
            rows = connection.execute(
                text(statement("warehouse/documents/report_register")), {"month": date(2026, 4, 1), "on": date(2026, 5, 1)}
            ).all()
            ledger = connection.execute(text(statement("warehouse/documents/report_ledger")), {"month": date(2026, 4, 1)}).all()
            bounds = {"first": date(2026, 4, 1), "last": date(2026, 4, 30)}
            rates = connection.execute(text(statement("warehouse/reports/leakage_rates")), bounds).all()
        assert sum(row.total for row in ledger) == sum(row.total for row in rows)
        by_rates = {row.contract_no: row.net for row in rates}.get(contract_no)
        return [(row.status, row.net) for row in rows if row.contract_no == contract_no], by_rates

    assert shown("P2")[0] == [("черновик", Decimal("3000.00"))]  # 10 × 300, waiting
    assert run_cli("close", "--month", MONTH)[0] == 0
    assert shown("P2") == ([("черновик", Decimal("3000.00"))], Decimal("3000.00"))
    _close(run_cli)
    assert shown("P2")[0] == [("выставлен", Decimal("3000.00"))]
    with engine.reading(settings) as connection:
        left = connection.execute(text("SELECT contract_no FROM billing.drafts WHERE purpose = 'prepay' AND NOT discarded")).scalars().all()
    assert left == []
    assert _json(run_cli("prepay", "--month", MONTH, "--issue-date", "2026-04-01", "--format", "json")) == []


def test_what_a_person_refused_is_not_issued_unattended_later(settings, run_cli, monkeypatch):
    monkeypatch.setenv("FLEETBILL_UNATTENDED_INVOICES", "3")
    assert run_cli("prepay", "--month", MONTH, "--issue-date", "2026-04-01")[0] == 1
    assert "счетов 4, без человека не больше 3" in run_cli("review", "--month", MONTH, "--purpose", "prepay")[1]
    assert run_cli("prepay", "--month", MONTH, "--reject-by", "Анна", "--reason", "не в этом месяце")[0] == 0
    monkeypatch.setenv("FLEETBILL_UNATTENDED_INVOICES", "200")
    code, _, err = run_cli("prepay", "--month", MONTH, "--issue-date", "2026-04-01")
    assert (code, "refused by Анна" in err) == (1, True)
    assert _issued(run_cli, "P1") == []
    assert len(_json(run_cli("prepay", "--month", MONTH, "--issue-date", "2026-04-01", "--approve-by", "Борис", "--format", "json"))) == 4
