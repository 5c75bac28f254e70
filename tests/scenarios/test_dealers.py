"""A dealer billed for some of its clients' vehicles, they themselves for others: every vehicle-day once, by the tree of accounts."""

import email
import email.policy
import io
import json
from datetime import date

import openpyxl
import pypdf
import pytest

from pipelines.documents.dealer_workbook import write_dealer_workbook
from pipelines.documents.finance_workbook import write_report
from pipelines.documents.model import DealerDocument
from pipelines.documents.pdf import render_document
from pipelines.documents.requisites import buyer, seller
from pipelines.errors import BadInput
from pipelines.findings.store import Occurrence, replace
from pipelines.master.importing import import_master
from pipelines.reports.dealer_model import ClientDip
from pipelines.reports.dealers import DIP, dealer_month, parties
from pipelines.runs.dealer_reports import make, send
from pipelines.warehouse import engine
from tests.conftest import NOW, environment_of
from tests.dealing import JANUARY, DealerCompany
from tests.landed import closed, landed
from tests.sheets import as_csv, problems


def pdf_text(content):
    """The words of a PDF, a line's break as a space."""
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages).split())


@pytest.fixture(scope="module")
def billed(server_home, tmp_path_factory):
    """January closed and issued."""
    with (
        landed(server_home, tmp_path_factory.mktemp("landed"), DealerCompany()) as template,
        closed(template, tmp_path_factory.mktemp("closed"), JANUARY) as issued,
        issued.copy(tmp_path_factory.mktemp("copy") / "home") as settings,
    ):
        yield settings


@pytest.fixture
def run(billed, monkeypatch, capsys):
    for key, value in environment_of(billed).items():
        if key.startswith("FLEETBILL_"):
            monkeypatch.setenv(key, value)

    def call(*arguments):
        from pipelines.cli import main

        capsys.readouterr()
        code = main.run(list(arguments))
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


@pytest.fixture
def rows(run):
    def call(*arguments):
        code, out, said = run(*arguments, "--format", "json")
        return json.loads(out) if code == 0 else (code, said)

    return call


def test_every_vehicle_day_is_billed_once_to_the_dealer_or_to_its_client(rows):
    usage = {row["contract_no"]: row["vehicle_days"] for row in rows("usage", "--month", "2026-01")}
    assert usage == {"K-A": 124, "K-C": 30, "K-D": 156, "K-X": 31}
    invoices = {row["contract_no"]: row["net"] for row in rows("invoices", "--month", "2026-01")}
    assert invoices == {"K-A": "1240.00", "K-C": "300.00", "K-D": "1560.00", "K-X": "310.00"}
    daily = [row for row in rows("usage", "--month", "2026-01", "--daily") if row["contract_no"] == "K-D"]
    assert [row["fleet_size"] for row in daily] == [4] * 15 + [6] * 16  # C moved to the dealer in mid-month
    assert rows("findings", "--month", "2026-01", "--kind", "orphan") == []


def test_usage_leakage_and_debts_by_dealer(rows):
    assert [row["contract_no"] for row in rows("usage", "--month", "2026-01", "--dealer", "D")] == ["K-A", "K-C", "K-D"]
    assert [row["contract_no"] for row in rows("usage", "--month", "2026-01", "--dealer", "B")] == ["K-C"]
    assert [row["client_code"] for row in rows("ageing", "--date", "2026-03-01", "--dealer", "B")] == ["C"]
    assert {row["client_code"] for row in rows("ageing", "--date", "2026-03-01", "--dealer", "D")} == {"A", "C", "D"}
    assert rows("leakage", "--month", "2026-01", "--dealer", "D") == []
    for command in (("usage", "--month", "2026-01"), ("leakage", "--month", "2026-01"), ("ageing", "--date", "2026-03-01")):
        assert rows(*command, "--dealer", "нет") == (2, "--dealer: there is no client 'нет'\n")
    lines = rows("dealers", "list", "--month", "2026-01", "--date", "2026-03-01")
    assert [tuple(row.values()) for row in lines] == [
        ("B", "ООО «B»", 1, 1, 2, 30, "366.00", "0.00", "366.00", "366.00", "0.00"),
        ("D", "ООО «D»", 3, 3, 10, 310, "3782.00", "1903.20", "3782.00", "3782.00", "0.00"),
    ]


def test_a_dealer_is_sent_its_own_tree_and_nobody_elses(billed, rows, run, tmp_path):
    pdf, workbook = tmp_path / "d.pdf", tmp_path / "d.xlsx"
    listed = rows(
        "dealers", "report", "D", "--month", "2026-01", "--date", "2026-03-01", "--pdf", str(pdf), "--workbook", str(workbook), "--send"
    )
    assert [(row["client_code"], row["peak"], row["average"], row["vehicle_days"], row["billed"], row["overdue"]) for row in listed] == [
        ("D", 6, "5.032", 156, "1903.20", "1903.20"),
        ("A", 4, "4.000", 124, "1512.80", "1512.80"),
        ("B", None, None, 0, "0.00", "0.00"),
        ("C", 2, "2.000", 30, "366.00", "366.00"),
    ]
    text = pdf_text(pdf.read_bytes())
    assert "Отчёт дилера" in text
    assert "ООО «A»" in text
    assert "ООО «X»" not in text
    book = openpyxl.load_workbook(workbook, data_only=True)
    assert book.sheetnames == ["Клиенты", "Парк по дням", "Счета и долги", "Провалы"]
    fleet = {row[0]: row[2:] for row in book["Парк по дням"].iter_rows(min_row=2, max_row=4, values_only=True)}
    assert fleet["D"] == (4,) * 15 + (6,) * 16
    assert fleet["C"] == (2,) * 15 + (None,) * 16
    cells = {str(cell) for page in book for row in page.iter_rows(values_only=True) for cell in row}
    assert not {"X", "ООО «X»", "K-X"} & cells

    report = make(billed, "D", JANUARY, NOW, date(2026, 3, 1))
    assert (report.pdf, report.workbook) == (pdf.read_bytes(), workbook.read_bytes())
    assert send(billed, report, NOW) is False  # the very same report has been queued
    letter = tmp_path / "d.eml"
    assert run("mail", "show", "dealer_report", f"D 2026-01 {report.digest[:16]}", "--out", str(letter))[0] == 0
    message = email.message_from_bytes(letter.read_bytes(), policy=email.policy.default)
    assert (str(message["To"]), str(message["Subject"])) == ("d@client.example", "Отчёт дилера за январь 2026\u00a0г.")
    names = [part.get_filename() for part in message.iter_attachments()]
    assert names == ["Отчёт дилера 2026-01.pdf", "Отчёт дилера 2026-01.xlsx"]


def test_a_fleet_hidden_at_the_months_end_stands_in_the_report_from_its_first_low_day(billed):
    parameters = {"peak_before": 10, "low": 3, "since": "2026-01-25", "next_week": 10}
    with engine.transaction(billed) as connection:
        dips = [Occurrence(DIP, each, JANUARY.last, each, parameters, vehicle_days=49) for each in ("K-A", "K-X")]
        replace(connection, [DIP], JANUARY.first, JANUARY.last, dips)
        figures = dealer_month(connection, "D", JANUARY, date(2026, 3, 1))
        sides = parties(connection, figures)
        replace(connection, [DIP], JANUARY.first, JANUARY.last, [])
    words = "было до 10, с 25.01.2026 не больше 3, на следующей неделе 10"
    assert figures.dips == (ClientDip("ООО «A»", "K-A", date(2026, 1, 25), words),)  # X is nobody's client
    pdf = render_document(DealerDocument(seller(sides.organization), buyer(sides.dealer), figures))
    text = pdf_text(pdf)
    assert "Провалы парка в конце месяца" in text
    assert "на следующей неделе 10" in text
    book = io.BytesIO()
    write_dealer_workbook(figures, "ООО «Продавец»", NOW, book)
    [_, row] = [each for each in openpyxl.load_workbook(book)["Провалы"].iter_rows(values_only=True) if each[0]][:2]
    assert (*row[:2], row[2].date(), row[3]) == ("ООО «A»", "K-A", date(2026, 1, 25), words)


def test_the_finance_workbook_has_a_line_about_every_dealer(billed):
    path = write_report(billed, JANUARY, NOW, date(2026, 3, 1))
    page = openpyxl.load_workbook(path, data_only=True)["Дилеры"]
    assert [row for row in page.iter_rows(min_row=2, values_only=True) if row[0]] == [
        ("B", "ООО «B»", 1, 1, 2, 30, 366, 0, 366, 366, 0),
        ("D", "ООО «D»", 3, 3, 10, 310, 3782, 1903.2, 3782, 3782, 0),
    ]


def test_who_is_no_dealer_and_who_may_not_be_written_to(rows, run, monkeypatch):
    assert rows("dealers", "report", "нет", "--month", "2026-01") == (2, "--dealer: there is no client 'нет'\n")
    code, _, said = run("dealers", "send", "--month", "2026-01")
    assert (code, "FLEETBILL_MAIL_DEALERS" in said) == (1, True)
    monkeypatch.setenv("FLEETBILL_MAIL_DEALERS", "true")
    code, _, said = run("dealers", "send", "--month", "2026-01", "--date", "2026-03-02")
    assert (code, said) == (0, "B: queued\nD: queued\n")
    assert run("dealers", "send", "--month", "2026-01", "--date", "2026-03-02")[2].count("was queued before") == 2


def test_a_circle_of_dealers_is_refused_by_name_at_any_depth(billed, author, tmp_path):
    rows_ = [["client_code", "name", "kind", "dealer_code"], ["D", "ООО «D»", "legal", "C"]]
    with pytest.raises(BadInput) as raised:
        import_master(billed, as_csv({"clients": rows_}, tmp_path / "circle"), author)
    assert problems(raised) == ["clients.csv:2 column dealer_code: the dealers go round in a circle: D → C → B → D"]
