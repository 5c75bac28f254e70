"""A month from files to issued invoices, through the commands that people type."""

import json
from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from pipelines.billing.approval import RunChanged
from pipelines.clock import Authorship, now
from pipelines.documents import publish as publishing
from pipelines.period import Month
from pipelines.runs.close import close
from pipelines.warehouse import engine
from tests.company import Company, steady
from tests.conftest import NOW, cloned
from tests.database import contents
from tests.killing import start
from tests.landed import closed, landed

COMPANY = Company({"K1": steady(10), "K2": lambda day: 10 if day.day <= 15 else 16, "K3": steady(0)}, terms={"K2": {"basis": "average"}})


@pytest.fixture(scope="session")
def january(server_home, tmp_path_factory):
    """The company's master data and January, landed once."""
    with landed(server_home, tmp_path_factory.mktemp("january"), COMPANY) as template:
        yield template


@pytest.fixture(scope="session")
def issued_january(january, tmp_path_factory):
    """January closed and issued, once."""
    with closed(january, tmp_path_factory.mktemp("issued"), Month(2026, 1), now()) as template:
        yield template


@pytest.fixture
def settings(request, server_home, tmp_path):
    """A company with January landed, or issued, for the tests that ask for it, else an empty one."""
    for fixture, template in (("loaded", "january"), ("issued", "issued_january")):
        if fixture in request.fixturenames:
            with request.getfixturevalue(template).copy(tmp_path / "home") as made:
                yield made
            return
    with cloned(server_home, tmp_path / "home") as made:
        yield made


@pytest.fixture
def company():
    return COMPANY


@pytest.fixture
def loaded():
    return COMPANY


@pytest.fixture
def issued():
    return COMPANY


@pytest.fixture(scope="module")
def sealed_january(issued_january, tmp_path_factory):
    """January issued, in a database that nobody manages to change."""
    with issued_january.copy(tmp_path_factory.mktemp("sealed") / "home") as made:
        yield made


def _json(result):
    code, out, err = result
    assert code == 0, err
    return json.loads(out)


def test_a_month_is_drafted_approved_and_issued(loaded, run_cli, settings):
    drafted = _json(run_cli("close", "--month", "2026-01", "--format", "json"))[0]
    # K1: 10 × 300 = 3000.00; K2: 406 ÷ 31 × 300 = 3929.03; K3: nothing. VAT 22 %: 660.00 + 864.39
    assert (drafted["status"], drafted["invoices"], drafted["net"], drafted["nothing_to_bill"]) == ("draft", 2, "6929.03", 1)
    assert [row["status"] for row in _json(run_cli("invoices", "--month", "2026-01", "--format", "json"))] == ["draft", "draft"]
    issued = _json(
        run_cli("close", "--month", "2026-01", "--approve-by", "Анна Петрова", "--issue-date", "2026-02-01", "--format", "json")
    )[0]
    assert (issued["status"], issued["invoices"], issued["documents"]) == ("issued", 2, 4)
    rows = _json(run_cli("invoices", "--month", "2026-01", "--format", "json"))
    assert [(r["number"], r["contract_no"], r["net"], r["vat"], r["total"], r["due_on"], r["status"]) for r in rows] == [
        ("ВМ26-000001", "K1", "3000.00", "660.00", "3660.00", "2026-02-11", "issued"),
        ("ВМ26-000002", "K2", "3929.03", "864.39", "4793.42", "2026-02-11", "issued"),
    ]
    lines = _json(run_cli("invoices", "--month", "2026-01", "--lines", "--format", "json"))
    assert [(r["number"], r["line_no"], r["quantity"], r["price"]) for r in lines] == [
        ("ВМ26-000001", 1, "10", "300.00"),
        ("ВМ26-000002", 1, "13.097", "300.00"),
    ]


def test_closing_again_adds_nothing(issued, run_cli, settings):
    command = ("close", "--month", "2026-01", "--approve-by", "Анна", "--issue-date", "2026-02-01", "--format", "json")
    before = contents(settings)
    again = _json(run_cli(*command))[0]
    assert (again["invoices"], again["documents"]) == (0, 0)
    assert contents(settings) == before
    (looked,) = _json(run_cli("close", "--month", "2026-01", "--format", "json"))
    assert (looked["status"], looked["invoices"], looked["total"], looked["parked"]) == ("issued", 0, "0.00", 0)
    assert run_cli("close", "--month", "2026-01")[2] == "2026-01 is issued: nothing is left to bill\n"


def test_one_vehicle_day_after_the_draft_makes_the_approval_refuse(loaded, run_cli, tmp_path):
    _json(run_cli("close", "--month", "2026-01", "--format", "json"))
    day = date(2026, 1, 10)
    path = loaded.write_day(tmp_path / "late", day, {"K2": 11})
    code, _, err = run_cli("snapshot", "land", "--platform", "gps1", "--source", path)
    assert code == 0, err
    code, _, err = run_cli("close", "--month", "2026-01", "--approve-by", "Анна")
    assert code == 1
    assert "has changed since it was drafted" in err
    assert [row["status"] for row in _json(run_cli("invoices", "--month", "2026-01", "--format", "json"))] == ["draft", "draft"]
    assert _json(run_cli("close", "--month", "2026-01", "--approve-by", "Анна", "--format", "json"))[0]["invoices"] == 2


@pytest.fixture
def lenient(monkeypatch):
    """Little fleets fall by half overnight: let them."""
    monkeypatch.setenv("FLEETBILL_SNAPSHOT_MAX_DROP", "0.9")


def _second_tariff(valid_from, price):
    version = {"tariff_code": "T2", "valid_from": valid_from}
    return {
        "tariffs": [{**version, "name": "Другой"}],
        "components": [{**version, "component_no": "1", "name": "Мониторинг", "kind": "vehicles", "price": price}],
    }


def test_a_contract_without_a_tariff_is_parked_and_billed_when_mended(run_cli, tmp_path, settings):
    company = Company({"K1": steady(1), "K2": steady(2)}, terms={"K2": {"tariff_code": "T2"}}, extra=_second_tariff("2026-02-01", "1"))
    assert run_cli("master", "import", company.write_master(tmp_path / "m"))[0] == 0
    assert run_cli("snapshot", "land", "--platform", "gps1", "--source", company.write_snapshots(tmp_path / "s"))[0] == 0
    command = ("close", "--month", "2026-01", "--approve-by", "Анна", "--issue-date", "2026-02-01", "--format", "json")
    first = _json(run_cli(*command))[0]
    assert (first["invoices"], first["parked"]) == (1, 1)
    assert first["parked_contracts"][0]["contract_no"] == "K2"
    mended = Company(company.fleets, extra=_second_tariff("2026-01-01", "50"), terms=company.terms)
    assert run_cli("master", "import", mended.write_master(tmp_path / "m2"))[0] == 0
    second = _json(run_cli(*command))[0]
    assert (second["invoices"], second["parked"]) == (1, 0)
    rows = _json(run_cli("invoices", "--month", "2026-01", "--format", "json"))
    assert [(r["number"], r["contract_no"], r["net"]) for r in rows] == [("ВМ26-000001", "K1", "300.00"), ("ВМ26-000002", "K2", "100.00")]


def test_a_month_without_snapshots_is_not_approved(company, run_cli, tmp_path):
    assert run_cli("master", "import", company.write_master(tmp_path / "m"))[0] == 0
    drafted = _json(run_cli("close", "--month", "2026-01", "--format", "json"))[0]
    assert (drafted["invoices"], drafted["parked"]) == (0, 3)
    code, _, err = run_cli("close", "--month", "2026-01", "--approve-by", "Анна")
    assert (code, err.count("\n")) == (1, 1)
    assert "nothing of 2026-01 can be billed" in err


CLOSE = ("close", "--month", "2026-01", "--approve-by", "Анна", "--issue-date", "2026-02-01")


def test_two_closes_at_once_the_second_is_refused_and_told_who(loaded, run_cli, settings, environment):
    from pipelines.warehouse.locks import Work, turn

    with turn(settings, Work.BILLING, Month(2026, 1), "Борис", NOW):
        code, _, err = run_cli("close", "--month", "2026-01", "--approve-by", "Анна")
    assert code == 1
    assert "billing of 2026-01 is already running, by Борис (process" in err
    racing = [start(environment, *CLOSE) for _ in range(2)]
    said = [one.communicate(timeout=120) for one in racing]
    assert sorted(one.returncode for one in racing) in ([0, 1], [0, 0]), said
    numbers = [row["number"] for row in _json(run_cli("invoices", "--month", "2026-01", "--format", "json"))]
    assert numbers == ["ВМ26-000001", "ВМ26-000002"]


def _rows(settings, query):
    with engine.engine(settings).connect() as connection:
        return connection.execute(text(query)).all()


@pytest.mark.parametrize(
    "attempt",
    [
        "UPDATE billing.invoices SET total = total + 1, net = net + 1",
        "UPDATE billing.invoice_lines SET printed_text = 'x'",
        "DELETE FROM billing.invoice_lines",
        "DELETE FROM billing.invoices",
        "TRUNCATE billing.invoices CASCADE",
        "ALTER TABLE billing.invoices DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
        "INSERT INTO billing.invoice_lines SELECT invoice_id, line_no + 1, tariff_code, component_no, component, component_kind, "
        "segment_from, segment_to, quantity, quantity_exact, price, share, discount_percent, prices_include_vat, net, vat_rate, vat, "
        "total, arithmetic, printed_quantity, printed_price, printed_text FROM billing.invoice_lines",
    ],
)
@pytest.mark.parametrize("role", ["application", "owner"])
def test_an_issued_invoice_cannot_be_changed_by_hand(sealed_january, attempt, role):
    if role == "owner" and attempt.startswith(("ALTER", "SET")):
        pytest.skip("the owner may change its own tables' triggers; the application never logs in as the owner")
    from sqlalchemy import create_engine

    before = _rows(sealed_january, "SELECT * FROM billing.invoice_lines ORDER BY 1, 2")
    made = engine.engine(sealed_january) if role == "application" else create_engine(sealed_january.database_owner_url)
    with made.connect() as connection, pytest.raises(DBAPIError) as refused:
        connection.execute(text(attempt))
    assert refused.value.orig.pgcode in {"42501", "23001"}  # insufficient privilege, restrict violation
    assert len(before) == 2
    assert _rows(sealed_january, "SELECT * FROM billing.invoice_lines ORDER BY 1, 2") == before
    if role == "owner":
        made.dispose()


def test_the_thousand_contracts_of_two_closes(run_cli, tmp_path, settings, environment):
    """1000 contracts, one without a tariff version, two closes at once: 999 invoices, no gap, one parked (domain.md §11, 20)."""
    fleets = {f"K{index:04}": steady(1) for index in range(1000)}
    company = Company(fleets, terms={"K0500": {"tariff_code": "T2"}}, extra=_second_tariff("2027-01-01", "1"))
    assert run_cli("master", "import", company.write_master(tmp_path / "m"))[0] == 0
    assert run_cli("snapshot", "land", "--platform", "gps1", "--source", company.write_snapshots(tmp_path / "s"))[0] == 0
    racing = [start(environment, *CLOSE, without_papers=True) for _ in range(2)]
    said = [process.communicate(timeout=240) for process in racing]
    assert 0 in [process.returncode for process in racing], said
    rows = _rows(settings, "SELECT sequence_no, total FROM billing.invoices ORDER BY sequence_no")
    assert [row.sequence_no for row in rows] == list(range(1, 1000))
    assert {row.total for row in rows} == {Decimal("366.00")}
    assert [row[0] for row in _rows(settings, "SELECT contract_no FROM billing.parked")] == ["K0500"]


def test_a_paper_that_cannot_be_printed_holds_up_neither_1c_nor_the_workbook(loaded, settings, monkeypatch):
    real = publishing.invoice_document

    def broken(row):
        if row.contract_no == "K1":
            raise KeyError("inn")
        return real(row)

    monkeypatch.setattr(publishing, "invoice_document", broken)
    approver = Authorship("Анна", "проверено", NOW)
    with pytest.raises(publishing.NotPrinted, match="the others were"):
        close(settings, Month(2026, 1), approver=approver, issued_on=date(2026, 2, 1), at=NOW)
    assert len(list((settings.exchange / "onec" / "out").glob("*.xml"))) == 1
    assert len(list((settings.home / "documents" / "reports").rglob("*.xlsx"))) == 1
    monkeypatch.undo()
    assert close(settings, Month(2026, 1), approver=approver, issued_on=date(2026, 2, 1), at=NOW).documents == 1


@pytest.fixture
def counted(monkeypatch):
    """How often a close computes usage, and prices each contract."""
    from pipelines.billing import rules
    from pipelines.usage import month as usage_month

    calls = Counter()

    def counting(module, name, key):
        original = getattr(module, name)

        def call(*given, **named):
            calls[key(given)] += 1
            return original(*given, **named)

        monkeypatch.setattr(module, name, call)

    counting(usage_month, "compute", lambda _given: "usage")
    counting(rules, "rate_month", lambda given: given[0].contract_no)
    return calls


def test_a_close_computes_usage_once_and_prices_each_contract_once(loaded, run_cli, counted):
    command = ("close", "--month", "2026-01", "--approve-by", "Анна", "--hold", "K2", "--issue-date", "2026-02-01", "--format", "json")
    assert _json(run_cli(*command))[0]["invoices"] == 1  # and K3 comes to nothing
    assert counted == {"usage": 1, "K1": 1, "K2": 1, "K3": 1}


def _close_while(settings, monkeypatch, change):
    """A close that finds the world changed after its approval."""
    from pipelines.runs import draft_to_issue

    issue = draft_to_issue.issue

    def issue_later(*arguments):
        change()
        return issue(*arguments)

    monkeypatch.setattr(draft_to_issue, "issue", issue_later)
    approver = Authorship("Анна", "да", NOW)
    return close(settings, Month(2026, 1), approver=approver, issued_on=date(2026, 2, 1), at=NOW)


def _import(settings, company, folder):
    from pipelines.master.importing import import_master

    return import_master(settings, str(company.write_master(folder)), Authorship("Вера", "скидка", NOW))


def test_terms_imported_between_the_approval_and_the_issue_refuse_it(loaded, settings, tmp_path, monkeypatch):
    cheaper = replace(COMPANY, terms={**COMPANY.terms, "K1": {"discount_percent": "10"}})
    with pytest.raises(RunChanged, match="have changed since the draft"):
        _close_while(settings, monkeypatch, lambda: _import(settings, cheaper, tmp_path / "later"))
    with engine.transaction(settings) as connection:
        assert connection.execute(text("SELECT count(*) FROM billing.invoices")).scalar() == 0


def test_a_day_landed_between_the_approval_and_the_issue_refuses_it(loaded, settings, tmp_path, monkeypatch):
    from pipelines.evidence.landing_folder import land_folder

    def land():
        loaded.write_day(tmp_path / "late", date(2026, 1, 10), {"K2": 11})
        land_folder(settings, "gps1", str(tmp_path / "late"), NOW)

    with pytest.raises(RunChanged, match="have changed since the draft"):
        _close_while(settings, monkeypatch, land)


def test_what_is_imported_meanwhile_and_concerns_no_contract_of_the_month_stops_nothing(loaded, settings, tmp_path, monkeypatch, counted):
    tried = replace(COMPANY, extra=_second_tariff("2026-03-01", "1"))
    done = _close_while(settings, monkeypatch, lambda: _import(settings, tried, tmp_path / "later"))
    assert done.issued.invoices == 2
    assert counted["usage"] == counted["K1"] == 2  # computed anew, with the same result


def _approved_close(run_cli, *further):
    return run_cli("close", "--month", "2026-01", "--approve-by", "Анна", *further, "--format", "json")


def test_a_date_that_cannot_be_meant_is_refused_until_a_named_person_confirms_it(loaded, run_cli, settings):
    for issued_on in ("2026-01-15", "2062-02-01"):
        code, _, err = _approved_close(run_cli, "--issue-date", issued_on)
        assert (code, f"`--yes-i-mean {issued_on}`" in err) == (1, True)
    assert {row["status"] for row in _json(run_cli("invoices", "--month", "2026-01", "--format", "json"))} == {"draft"}
    code, _, err = run_cli("close", "--month", "2026-01", "--yes-i-mean", "2062-02-01")
    assert (code, "goes with --approve-by" in err) == (2, True)
    confirmed = _json(_approved_close(run_cli, "--issue-date", "2026-01-15", "--yes-i-mean", "2026-01-15"))[0]
    assert confirmed["invoices"] == 2
    with engine.transaction(settings) as connection:
        assert connection.execute(text("SELECT reason FROM billing.approvals")).scalars().all() == [
            "одобрено в командной строке; подтверждено: 2026-01-15"
        ]


def test_a_month_that_has_not_begun_is_neither_closed_nor_billed_ahead(run_cli, tmp_path, settings):
    company = Company({"FEE": steady(0)}, terms={"FEE": {"prepaid_vehicles": "5"}})
    assert run_cli("master", "import", company.write_master(tmp_path / "m"))[0] == 0
    code, _, err = run_cli("prepay", "--month", "2099-05")
    assert (code, "2099-05 is too far ahead" in err, "`--yes-i-mean 2099-05`" in err) == (1, True, True)
    code, _, err = run_cli("close", "--month", "2099-03", "--approve-by", "Анна")
    assert code == 1, err
    assert _json(run_cli("invoices", "--format", "json")) == [
        row for row in _json(run_cli("invoices", "--format", "json")) if not row["number"]
    ]
    done = run_cli("prepay", "--month", "2099-05", "--approve-by", "Анна", "--yes-i-mean", "2099-05", "--format", "json")
    assert len(_json(done)) == 1


def test_a_correction_goes_to_the_client_whom_the_corrected_invoice_has(issued, run_cli, settings):
    with engine.transaction(settings) as connection:  # as an older house let it be imported
        connection.execute(text("UPDATE master.contracts SET client_code = 'C-K2' WHERE contract_no = 'K1'"))
        connection.execute(text("UPDATE master.terms SET discount_percent = 10 WHERE contract_no = 'K1'"))
    corrected = run_cli("correct", "--month", "2026-01", "--approve-by", "Анна", "--issue-date", "2026-02-10", "--format", "json")
    # 10 × 300 less 10 % is 2700.00; 3000.00 were billed
    assert [(row["contract_no"], row["client_code"], row["net"]) for row in _json(corrected)] == [("K1", "C-K1", "-300.00")]
    refused = run_cli("correct", "--month", "2026-01", "--approve-by", "Анна", "--issue-date", "2026-02-10", "--format", "json")
    assert _json(refused) == []


def test_a_correction_is_not_dated_before_what_it_corrects(issued, run_cli, settings):
    with engine.transaction(settings) as connection:
        connection.execute(text("UPDATE master.terms SET discount_percent = 10 WHERE contract_no = 'K1'"))
    code, _, err = run_cli("correct", "--month", "2026-01", "--approve-by", "Анна", "--issue-date", "2026-01-31")
    assert (code, "before 2026-02-01, when what it corrects was issued" in err, "`--yes-i-mean 2026-01-31`" in err) == (1, True, True)


def test_contracts_that_no_platform_knows_are_named_where_the_month_is_approved(loaded, run_cli, settings):
    with engine.transaction(settings) as connection:
        connection.execute(text("UPDATE master.accounts SET account_id = 'K-3' WHERE contract_no = 'K3'"))
    _json(run_cli("close", "--month", "2026-01", "--format", "json"))
    code, page, err = run_cli("review", "--month", "2026-01")
    assert code == 0, err
    assert "договоры без учётных записей на платформах" in page
    assert "K3" in page
