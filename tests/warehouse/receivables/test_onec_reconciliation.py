"""The ledger against a workbook of 1C, as `fleetbill onec reconcile` compares them."""

import openpyxl
import pytest

from pipelines.errors import BadInput
from pipelines.period import Month
from pipelines.receivables.importing import import_payments
from pipelines.receivables.onec_reconciliation import reconcile
from tests.conftest import NOW
from tests.ledger_world import House, Paper, statement
from tests.turnovers import turnover_sheet

FEBRUARY = Month(2026, 2)
TITLE = "Оборотно-сальдовая ведомость по счету 62 за Февраль 2026 г."


def _saved(path, rows, organization="Фонд ORG"):
    """As 1C saves it: the title over merged cells, contracts in an outline, empty rows between."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = "TDSheet"
    for row in turnover_sheet(rows, TITLE, organization):
        page.append(row)
    page.merge_cells("A2:I2")
    page.merge_cells("D5:E5")
    page.row_dimensions[9].outlineLevel = 2
    book.save(path)
    return path


def test_a_month_is_compared_by_contract_for_the_organization_that_the_report_names(settings, run_cli, tmp_path):
    """A: opening 300 (January), February 500, paid 250: 550, and 1C has no payment. B: 100, agrees. C lives in SEC's books alone."""
    house = House(settings)
    house.client("A", "7736207543")
    house.client("B", "7728168971")
    house.client("C", "7707083893", organization="SEC")
    house.invoice("A", "300.00", "2026-02-10", issued="2026-02-01", month="2026-01")
    house.invoice("A", "500.00", "2026-03-10", issued="2026-03-01", month="2026-02")
    house.invoice("B", "100.00", "2026-03-10", issued="2026-03-01", month="2026-02")
    house.invoice("C", "900.00", "2026-03-10", issued="2026-03-01", month="2026-02", organization="SEC")
    import_payments(settings, statement(tmp_path / "kl.txt", Paper("1", "250.00", "", "7736207543", day="2026-02-20")), NOW)
    rows = [("A", None), ("K-A", (300, 0, 500, 0, 800, 0)), ("B", None), ("Договор № K-B от 01.01.2025", (0, 0, "100,00", 0, 100, 0))]
    path = _saved(tmp_path / "осв.xlsx", rows, organization="ORG")

    compared = reconcile(settings, path, FEBRUARY)
    (difference,) = compared.differences
    assert (compared.organization_code, compared.agreeing, compared.unread) == ("ORG", 1, ())
    assert (difference.contract_no, str(difference.closing), str(difference.onec_closing)) == ("K-A", "550.00", "800.00")
    assert difference.explained_by.replace("\u202f", " ") == "нет в 1С: Оплата № 1 от 20.02.2026 −250,00"

    code, out, err = run_cli("onec", "reconcile", path, "--month", "2026-02", "--format", "csv")
    assert (code, out.splitlines()[1].startswith("A,K-A,300.00,300.00,250.00,500.00,550.00,800.00,")) == (1, True)
    assert "ORG, 2026-02: сходится 1 договор, расходится 1, не прочитано 0 строк" in err.replace("\u00a0", " ")

    _saved(path, rows, organization="Кто-то другой")
    with pytest.raises(BadInput, match="does not say of which organization it is"):
        reconcile(settings, path, FEBRUARY)
    with pytest.raises(BadInput, match="no organization 'NO'"):
        reconcile(settings, path, FEBRUARY, "NO")
    of_second = reconcile(settings, path, FEBRUARY, "SEC")
    assert [(each.contract_no, str(each.movement)) for each in of_second.differences] == [("K-C", "900.00")]
    assert len(of_second.unread) == 4
