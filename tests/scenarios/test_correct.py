"""Facts that change after a month was closed: one adjustment per contract, the issued invoices as they were (domain.md §7)."""

import csv
import json
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest
from sqlalchemy import text

from pipelines.audit.proof import prove
from pipelines.clock import Authorship
from pipelines.documents import assembly
from pipelines.documents import publish as publishing
from pipelines.documents.assembly import adjustment_document, invoice_document, issued_rows
from pipelines.documents.publish import NotPrinted, publish
from pipelines.period import Month
from pipelines.receivables import ledger
from pipelines.receivables.payment import Payment
from pipelines.warehouse import engine
from tests.company import ORGANIZATION, Company, account_key, steady
from tests.conftest import cloned, release

LINES = "SELECT i.*, l.* FROM billing.invoices i JOIN billing.invoice_lines l USING (invoice_id)"
MONTH = "2025-11"  # 30 days of 2025: VAT 20 %
CLOSED = datetime(2025, 12, 1, 9, 0, tzinfo=UTC)
DAYS = [date(2025, 11, number) for number in range(1, 31)]
FIXED = {"tariff_code": "T3", "component_no": "1", "name": "Абонентская плата", "kind": "fixed"}
COMPANY = Company(
    {"AVERAGE": steady(10), "ENDED": steady(10), "FIXED": steady(1), "OTHER": steady(2), "PEAK": steady(10), "PREPAID": steady(12)},
    months=(),
    terms={"AVERAGE": {"basis": "average"}, "FIXED": {"tariff_code": "T3"}, "PREPAID": {"prepaid_vehicles": "10"}},
    extra={
        "tariffs": [{"tariff_code": "T3", "valid_from": "2025-01-01", "name": "Фиксированный"}],
        "components": [{**FIXED, "valid_from": "2025-01-01", "price": "3000"}],
    },
)
BILLED = {"AVERAGE": "3000.00", "ENDED": "3000.00", "FIXED": "3000.00", "OTHER": "600.00", "PEAK": "4200.00", "PREPAID": "3600.00"}


@pytest.fixture(scope="session")
def november(server_home, tmp_path_factory):
    """November, closed: the 12th was carried from the 11th, and a second file of the 20th listed 14 vehicles of PEAK."""
    from pipelines.evidence.coverage import carry
    from pipelines.evidence.landing_folder import land_folder
    from pipelines.master.importing import import_master
    from pipelines.runs.close import close

    folder = tmp_path_factory.mktemp("november")
    person = Authorship("Анна", "начало", CLOSED)
    for day in DAYS:
        if day.day != 12:
            COMPANY.write_day(folder / "snapshots", day)
    COMPANY.write_day(folder / "second", date(2025, 11, 20), {"PEAK": 14})
    with cloned(server_home, folder / "home") as made:
        import_master(made, str(COMPANY.write_master(folder / "master")), person)
        for source in ("snapshots", "second"):
            land_folder(replace(made, snapshot_max_drop=Decimal("0.9")), "gps1", str(folder / source), CLOSED)
        carry(made, "gps1", date(2025, 11, 12), person)
        close(made, Month(2025, 11), approver=person, issued_on=date(2025, 12, 1), at=CLOSED)
        release(made)
        yield made.database_url.split("@/")[1].split("?")[0], folder / "home"


@pytest.fixture
def settings(server_home, tmp_path, november):
    """The company with November closed."""
    template, home = november
    shutil.copytree(home, tmp_path / "home")
    with cloned(server_home, tmp_path / "home", template) as made:
        yield made


def _json(result):
    code, out, err = result
    assert code == 0, err
    return json.loads(out)


def _rows(settings, query):
    with engine.engine(settings).connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def _correct(run_cli, *further):
    command = ("correct", "--month", MONTH, "--approve-by", "Анна", "--issue-date", "2026-02-10", "--format", "json")
    rows = _json(run_cli(*command, *further))
    assert {row["kind"] for row in rows} <= {"adjustment"}
    return {row["contract_no"]: row["net"] for row in rows}


def _import(run_cli, folder, **sheets):
    folder.mkdir()
    for sheet, rows in sheets.items():
        with (folder / f"{sheet}.csv").open("w", encoding="utf-8", newline="") as opened:
            writer = csv.DictWriter(opened, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    code, _, err = run_cli("master", "import", folder, "--by", "Анна", "--reason", "исправлено")
    assert code == 0, err


def _land(run_cli, folder, changed, days=DAYS):
    for day in days:
        COMPANY.write_day(folder, day, changed)
    code, _, err = run_cli("snapshot", "land", "--platform", "gps1", "--source", folder)
    assert code == 0, err


def _late_vehicle(run_cli, tmp_path):
    _land(run_cli, tmp_path / "late", {"AVERAGE": 11, "PREPAID": 15}, DAYS[:11] + DAYS[12:16])


def _withdrawn(run_cli, _tmp_path):
    [second] = [
        row["digest"]
        for row in _json(run_cli("snapshot", "list", "--month", MONTH, "--format", "json"))
        if row["date"] == "2025-11-20" and int(row["rows"]) == sum(fleet(date(2025, 11, 20)) for fleet in COMPANY.fleets.values()) + 4
    ]
    assert run_cli("snapshot", "withdraw", second, "--by", "Анна", "--reason", "чужой файл")[0] == 0


def _tariff(run_cli, tmp_path):
    version = {"tariff_code": "T3", "valid_from": "2025-11-01"}
    _import(
        run_cli, tmp_path / "m",
        tariffs=[{**version, "name": "Фиксированный"}], components=[{**FIXED, "valid_from": "2025-11-01", "price": "3300"}],
    )  # fmt: skip


def _terms(run_cli, tmp_path):
    row = {"contract_no": "ENDED", "valid_from": "2025-11-16", "tariff_code": "T1", "discount_percent": "10"}
    _import(run_cli, tmp_path / "m", terms=[row])


def _mapping(run_cli, tmp_path):
    account = {"platform": "gps1", "account_id": "OTHER"}
    old = {**account, "contract_no": "OTHER", "valid_from": "2025-06-01", "valid_to": "2025-10-31"}
    _import(run_cli, tmp_path / "m", accounts=[old, {**account, "contract_no": "ENDED", "valid_from": "2025-11-01", "valid_to": ""}])


def _carried_day(run_cli, tmp_path):
    _land(run_cli, tmp_path / "twelfth", {"AVERAGE": 13}, [date(2025, 11, 12)])


def _ended(run_cli, tmp_path):
    row = {"contract_no": "ENDED", "client_code": "C-ENDED", "organization_code": "ORG", "starts_on": "2025-06-01", "ends_on": "2025-10-31"}
    _import(run_cli, tmp_path / "m", contracts=[row])


FACTS = [
    # one vehicle more on 15 of 30 days at 300 on average (§11, 12; the 12th is carried from the 11th: 16 of them); 15 of 12 paid
    pytest.param(_late_vehicle, {"AVERAGE": "160.00", "PREPAID": "900.00"}, id="late snapshot"),
    pytest.param(_withdrawn, {"PEAK": "-1200.00"}, id="withdrawn snapshot"),  # (10 − 14) × 300
    pytest.param(_tariff, {"FIXED": "300.00"}, id="back-dated tariff"),  # 3300 − 3000
    pytest.param(_terms, {"ENDED": "-150.00"}, id="back-dated terms"),  # 10 % of 10 × 300 × 15/30
    pytest.param(_mapping, {"ENDED": "600.00", "OTHER": "-600.00"}, id="mapping fixed"),  # two vehicles from one to the other
    pytest.param(_carried_day, {"AVERAGE": "30.00"}, id="carried day replaced"),  # 3 ÷ 30 × 300
    pytest.param(_ended, {"ENDED": "-3000.00"}, id="contract ended before the month"),
]


@pytest.mark.parametrize(("change", "expected"), FACTS)
def test_a_changed_fact_is_one_adjustment_of_exactly_the_difference(settings, run_cli, tmp_path, change, expected):
    before = _rows(settings, f"{LINES} ORDER BY number, line_no")
    assert dict(_rows(settings, "SELECT contract_no, net::text FROM billing.invoices")) == BILLED
    assert _correct(run_cli) == {}
    change(run_cli, tmp_path)
    assert _correct(run_cli) == expected
    assert _correct(run_cli) == {}
    assert _rows(settings, f"{LINES} WHERE cause <> '1' ORDER BY number, line_no") == before
    made = "SELECT i.contract_no, l.net::text, l.vat_rate, l.vat FROM billing.invoices i JOIN billing.invoice_lines l USING (invoice_id)"
    for contract_no, net, rate, vat in _rows(settings, f"{made} WHERE kind = 'adjustment' AND extract(year FROM issued_on) = 2026"):
        # made in 2026 for a service of 2025 (§11, 18)
        assert (net, rate, vat) == (expected[contract_no], 20, Decimal(net) / 5)
    assert len(_rows(settings, "SELECT FROM billing.invoices WHERE kind = 'adjustment'")) == len(expected)


def test_a_correction_is_corrected(settings, run_cli, tmp_path):
    _tariff(run_cli, tmp_path)
    assert _correct(run_cli) == {"FIXED": "300.00"}
    _import(run_cli, tmp_path / "again", components=[{**FIXED, "valid_from": "2025-11-01", "price": "3150"}])
    assert _correct(run_cli) == {"FIXED": "-150.00"}  # §11, 13
    assert _correct(run_cli) == {}
    made = "SELECT cause, net::text, total::text FROM billing.invoices WHERE kind = 'adjustment' ORDER BY sequence_no"
    assert _rows(settings, made) == [("1", "300.00", "360.00"), ("2", "-150.00", "-180.00")]


def test_another_tariff_of_the_same_price_is_an_adjustment_whose_lines_come_to_nothing(settings, run_cli, tmp_path):
    """A draft is not made where all of its lines are 0.00 (§7): here they are not, and 1C, act and proof need them."""
    version = {"tariff_code": "T4", "valid_from": "2025-01-01"}
    component = {**version, "component_no": "1", "name": "Мониторинг плюс", "kind": "vehicles", "price": "300"}
    terms = {"contract_no": "ENDED", "valid_from": "2025-11-01", "tariff_code": "T4"}
    _import(run_cli, tmp_path / "m", tariffs=[{**version, "name": "Плюс"}], components=[component], terms=[terms])
    assert _correct(run_cli) == {"ENDED": "0.00"}
    assert _correct(run_cli) == {}
    made = "SELECT l.component, l.net::text, l.vat::text FROM billing.invoices i JOIN billing.invoice_lines l USING (invoice_id)"
    # 10 × 300 under T1 goes, 10 × 300 under T4 comes; 20 % of 2025
    assert _rows(settings, f"{made} WHERE i.kind = 'adjustment' ORDER BY l.line_no") == [
        ("Мониторинг транспорта", "-3000.00", "-600.00"), ("Мониторинг плюс", "3000.00", "600.00"),
    ]  # fmt: skip
    [row] = _json(run_cli("invoices", "--month", MONTH, "--kind", "adjustment", "--format", "json"))
    assert prove(settings, row["number"], settings.home / "proof.zip").counted


def test_all_facts_at_once_and_then_nothing(settings, run_cli, tmp_path):
    _withdrawn(run_cli, tmp_path)
    _tariff(run_cli, tmp_path)
    _land(run_cli, tmp_path / "twelfth", {"AVERAGE": 13}, [date(2025, 11, 12)])
    assert _correct(run_cli, "--contract", "PEAK") == {"PEAK": "-1200.00"}
    assert _correct(run_cli) == {"AVERAGE": "30.00", "FIXED": "300.00"}
    assert _correct(run_cli) == {}
    for row in _json(run_cli("invoices", "--month", MONTH, "--format", "json")):
        assert prove(settings, row["number"], settings.home / "proof.zip").counted


def test_a_contract_that_can_no_longer_be_rated_is_said_and_left_as_it_is(settings, run_cli):
    for row in _json(run_cli("snapshot", "list", "--month", MONTH, "--format", "json")):
        if row["date"] == "2025-11-20":
            assert run_cli("snapshot", "withdraw", row["digest"], "--by", "Анна", "--reason", "чужой файл")[0] == 0
    code, out, err = run_cli("correct", "--month", MONTH, "--approve-by", "Анна", "--format", "json")
    assert (code, json.loads(out)) == (0, [])
    assert [line for line in err.splitlines() if line.startswith("parked")] == [
        f"parked {contract_no}: gps1 2025-11-20: no snapshot" for contract_no in sorted(COMPANY.fleets)
    ]


def test_a_correction_that_changed_since_it_was_drafted_is_refused(settings, run_cli, tmp_path):
    _tariff(run_cli, tmp_path)
    assert [row["net"] for row in _json(run_cli("correct", "--month", MONTH, "--format", "json"))] == ["300.00"]
    _carried_day(run_cli, tmp_path)
    code, _, err = run_cli("correct", "--month", MONTH, "--approve-by", "Анна")
    assert code == 1
    assert "has changed since it was drafted" in err
    assert _rows(settings, "SELECT FROM billing.invoices WHERE kind = 'adjustment'") == []
    assert _correct(run_cli) == {"AVERAGE": "30.00", "FIXED": "300.00"}


def test_a_month_that_is_not_closed_has_nothing_to_correct(run_cli):
    code, out, err = run_cli("correct", "--month", "2025-10")
    assert (code, out) == (1, "")
    assert "2025-10 is not closed" in err


def test_the_adjustments_are_dated_and_due_as_any_invoice(settings, run_cli, tmp_path):
    _tariff(run_cli, tmp_path)
    _correct(run_cli)
    made = "SELECT number, issued_on, due_on, month FROM billing.invoices WHERE kind = 'adjustment'"
    assert _rows(settings, made) == [("ВМ26-000001", date(2026, 2, 10), date(2026, 2, 20), date(2025, 11, 1))]


def test_the_papers_of_a_correction(settings, run_cli, tmp_path):
    """The корректировка says what stood and why; free money of the client lowers what is asked for; printed again: the same bytes."""
    paid = (
        "INSERT INTO receivables.payments (payment_id, source, organization_code, client_code, document_no, paid_on, amount, received_at) "
        "VALUES ('p', 'bank', 'ORG', 'C-FIXED', '17', '2026-01-15', 3700, now())"
    )
    with engine.transaction(settings) as connection:
        connection.execute(text(paid))
    _tariff(run_cli, tmp_path)
    assert _correct(run_cli, "--reason", "Цена по допсоглашению") == {"FIXED": "300.00"}
    with engine.transaction(settings) as connection:
        [row] = issued_rows(
            connection, connection.execute(text("SELECT invoice_id FROM billing.invoices WHERE cause = '1'")).scalars().all()
        )
    changed, asked = adjustment_document(row), invoice_document(row)
    [line] = changed.rows
    assert (line.old.total, line.new.total, line.total) == (Decimal("3600.00"), Decimal("3960.00"), Decimal("360.00"))
    assert changed.reason == "Цена по допсоглашению"
    [original] = _rows(settings, "SELECT number FROM billing.invoices WHERE kind = 'monthly' AND contract_no = 'FIXED'")
    assert changed.refers_to == original
    assert (changed.act,) == original
    assert changed.before == line.old
    # 3600.00 of the 3700.00 paid the month, 100.00 are left for the correction
    assert [offset.amount for offset in asked.offsets] == [Decimal("100.00")]
    assert asked.to_pay == Decimal("260.00")
    documents = settings.home / "documents"
    printed = {path: path.read_bytes() for path in documents.rglob("*.pdf")}
    assert sorted(path.parts[len(documents.parts)] for path in printed if path.stem == row.number) == ["adjustments", "invoices"]
    acts = [path.stem for path in printed if path.parts[len(documents.parts)] == "acts"]
    assert len(acts) == len(COMPANY.fleets)  # one per contract, PREPAID's too, which has no monthly invoice
    shutil.rmtree(documents)
    publish(settings, Month(2025, 11))
    assert {path: path.read_bytes() for path in documents.rglob("*.pdf")} == printed


@pytest.mark.parametrize(
    ("purpose", "said", "printed"),
    [
        ("correct", "Цена по допсоглашению", "Цена по допсоглашению"),
        ("correct", "одобрено в командной строке", "Перерасчёт по уточнённым данным"),
        ("close", "проверено", "Сверка предоплаты при закрытии месяца"),
    ],
)
def test_a_client_reads_why_and_no_inner_word(settings, run_cli, tmp_path, purpose, said, printed):
    _tariff(run_cli, tmp_path)
    _correct(run_cli, "--reason", said)
    with engine.transaction(settings) as connection:
        ids = connection.execute(text("SELECT invoice_id FROM billing.invoices WHERE kind = 'adjustment'")).scalars().all()
        [row] = issued_rows(connection, ids)
    assert adjustment_document(SimpleNamespace(**{**row._mapping, "purpose": purpose})).reason == printed


def _papers(settings, run_cli, folder):
    """Every paper that there is: those of the store, and those that are made when somebody asks."""
    documents, made = settings.home / "documents", {}
    folder.mkdir()
    for path in documents.rglob("*.pdf"):
        made[str(path.relative_to(documents))] = path.read_bytes()
    numbers = _rows(settings, "SELECT number, kind FROM billing.invoices ORDER BY issued_at, year, sequence_no")
    for number, kind in numbers:
        wanted = ["--workbook", folder / f"{number}.xlsx", *([] if kind == "advance" else ["--pdf", folder / f"{number}.pdf"])]
        code, _, err = run_cli("explain", number, *wanted)
        assert code == 0, err
    for client in ("C-FIXED", "C-PREPAID", "C-ENDED"):
        command = ("statement", "--client", client, "--from", "2025-11-01", "--to", "2026-02-15", "--pdf", folder / f"{client}.pdf")
        code, _, err = run_cli(*command)
        assert code == 0, err
    return {**made, **{path.name: path.read_bytes() for path in folder.iterdir()}}


def _everything_changes(settings, run_cli, tmp_path):
    """Later landings, a withdrawal, other accounts, prices, terms and names of both sides, money, and one more correction."""
    _land(run_cli, tmp_path / "later", {"PEAK": 20, "OTHER": 7}, DAYS[:3])
    _withdrawn(run_cli, tmp_path)
    organization = {**ORGANIZATION, "name": "ООО «Новая вывеска»", "director": "Новиков Н. Н.", "address": "г. Омск", "kpp": "550101001"}
    organization["bank_account"] = account_key(ORGANIZATION["bic"], "40702810938000000777")
    clients = [{"client_code": f"C-{n}", "name": f"ООО «Был {n}»", "kind": "legal", "inn": "7736207543"} for n in COMPANY.fleets]
    _import(
        run_cli, tmp_path / "changed",
        organizations=[organization],
        clients=[{**one, "kpp": "773601001", "email": "new@client.example"} for one in clients],
        terms=[{"contract_no": "OTHER", "valid_from": "2025-11-10", "tariff_code": "T1", "discount_percent": "50"}],
        accounts=[{"platform": "gps1", "account_id": "PEAK", "contract_no": "AVERAGE", "valid_from": "2025-11-05"}],
    )  # fmt: skip
    _pay(settings, "900", "100.00", date(2026, 3, 1), "ВМ25-000003")
    assert _correct(run_cli, "--reason", "Пересчёт") != {}


def _pay(settings, payment_id, amount, paid_on, number):
    """A payment that names an invoice, as a bank's statement brings it."""
    received = Payment(payment_id, "ORG", payment_id, paid_on, Decimal(amount), "7736207543", "Клиент", "", f"По счёту {number}")
    with engine.transaction(settings) as connection:
        ledger.record(connection, "bank", [received], CLOSED)


def test_every_paper_is_made_again_byte_for_byte_whatever_has_changed_since(settings, run_cli, tmp_path):
    """Monthly, corrective, advance, adjustments up and down with their корректировки, acts, statements, appendices."""
    _tariff(run_cli, tmp_path)
    cheaper = {"contract_no": "ENDED", "valid_from": "2025-11-16", "tariff_code": "T1", "discount_percent": "10"}
    _import(run_cli, tmp_path / "t", terms=[cheaper])
    assert _correct(run_cli, "--reason", "Цена по допсоглашению") == {"FIXED": "300.00", "ENDED": "-150.00"}
    assert run_cli("prepay", "--month", "2025-12", "--issue-date", "2026-02-10")[0] == 0
    _pay(settings, "1", "4000.00", date(2026, 2, 12), "ВМ25-000003")
    before = _papers(settings, run_cli, tmp_path / "before")
    folders = {name.split("/")[0] for name in before if "/" in name}
    kinds = {kind for (kind,) in _rows(settings, "SELECT kind FROM billing.invoices")}
    assert (folders, kinds) == ({"invoices", "adjustments", "acts"}, {"monthly", "corrective", "advance", "adjustment"})
    _everything_changes(settings, run_cli, tmp_path)
    shutil.rmtree(settings.home / "documents")
    publish(settings, Month(2025, 11))
    publish(settings, Month(2025, 12))
    after = _papers(settings, run_cli, tmp_path / "after")
    assert len(after) > len(before)
    # the last correction credits OTHER and PEAK on the 10th: it stands on no statement of those whose papers are compared
    assert [name for name in before if after.get(name) != before[name]] == []


def test_one_row_that_makes_no_document_does_not_stop_the_others(settings, monkeypatch):
    shutil.rmtree(settings.home / "documents")
    real = assembly.invoice_document

    def broken(row):
        if row.contract_no == "FIXED":
            raise KeyError("inn")
        return real(row)

    monkeypatch.setattr(publishing, "invoice_document", broken)
    with pytest.raises(NotPrinted, match=r"1 documents of 2025-11 could not be printed, the others were: ВМ25-0*3: KeyError: 'inn'"):
        publish(settings, Month(2025, 11))
    assert len(list((settings.home / "documents" / "invoices").rglob("*.pdf"))) == len(COMPANY.fleets) - 1
    monkeypatch.undo()
    assert publish(settings, Month(2025, 11)) == 1
