"""The finance workbook: formulas that agree with the data, text that stays text, the same bytes again."""

import io
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import openpyxl
import pytest

from pipelines.documents import workbook
from pipelines.documents.workbook import SheetFull, write_workbook
from pipelines.documents.workbook_model import (
    ChargeRow,
    Column,
    FindingRow,
    FleetRow,
    LedgerTotal,
    ParkedRow,
    RegisterRow,
    Sheet,
    SnapshotRow,
    WorkbookData,
)
from pipelines.period import Month

JANUARY = Month(2026, 1)
FIRST, LAST = JANUARY.first, JANUARY.last


def register(number: str, kind: str, net: str, vat: str, paid: str = "0.00", client: str = "ООО «Волга»") -> RegisterRow:
    total = Decimal(net) + Decimal(vat)
    return RegisterRow(
        number, kind, "выставлен", "НСМ", "C-1", client, "17/2025", date(2026, 2, 1), date(2026, 2, 11),
        Decimal(net), Decimal(vat), total, Decimal(paid),
    )  # fmt: skip


def charge(number: str, tariff: str, net: str, vat: str) -> ChargeRow:
    return ChargeRow(
        number, 1, "17/2025", "ООО «Волга»", tariff, "Абонентская плата", FIRST, LAST, Fraction(406, 31), Decimal(310), "31/31",
        Decimal(net), Decimal(22), Decimal(vat), Decimal(net) + Decimal(vat),
    )  # fmt: skip


REGISTER = [
    register("Н-1", "monthly", "4060.00", "893.20", "1000.00"),
    register("Н-2", "monthly", "100.00", "22.00"),
    register("Н-3", "adjustment", "-70.00", "-15.40"),
]
CHARGES = [charge("Н-1", "БАЗА", "4060.00", "893.20"), charge("Н-2", "Б*", "100.00", "22.00"), charge("Н-3", "БАЗА", "-70.00", "-15.40")]
FLEET = [
    FleetRow("17/2025", "ООО «Волга»", (*[10] * 15, *[16] * 16), 16, Fraction(406, 31)),
    FleetRow("18/2025", "ООО «Кама»", (None, *[1] * 30), 1, Decimal(1)),
]
LEDGER = (
    LedgerTotal("monthly", 2, Decimal("4160.00"), Decimal("915.20"), Decimal("5075.20")),
    LedgerTotal("adjustment", 1, Decimal("-70.00"), Decimal("-15.40"), Decimal("-85.40")),
)


def data(**changed) -> WorkbookData:
    given = {
        "period": JANUARY,
        "organization": "ООО «НСМ»",
        "made_at": datetime(2026, 2, 1, 9, 30, tzinfo=UTC),
        "register": iter(REGISTER),
        "charges": iter(CHARGES),
        "fleet": iter(FLEET),
        "findings": [FindingRow("orphan", "север/12", None, FIRST, LAST, 31, "обслуживается бесплатно")],
        "parked": [ParkedRow("99/2025", "ООО «Ока»", "нет тарифа на 01.01.2026")],
        "snapshots": [SnapshotRow("север", FIRST, datetime(2026, 1, 1, 23, 50, tzinfo=UTC), "получен", 1200, "a3f5")],
        "ledger": LEDGER,
        "previous_by_tariff": {"БАЗА": Decimal("5000.00"), "АРХИВ": Decimal("1.00")},
    }
    return WorkbookData(**(given | changed))


def written(**changed) -> bytes:
    target = io.BytesIO()
    write_workbook(data(**changed), target)
    return target.getvalue()


def opened(content: bytes, *, values: bool):
    return openpyxl.load_workbook(io.BytesIO(content), data_only=values)


def found(sheet, label: str) -> int:
    return next(cell.row for (cell,) in sheet.iter_rows(max_col=1) if cell.value == label)


def test_sheets_and_their_dress():
    book = opened(written(), values=False)
    assert book.sheetnames == ["Сводка", "Реестр счетов", "Начисления", "Парк по дням", "Находки", "Отложено", "Снимки"]
    for sheet in book.worksheets[1:]:
        assert sheet.freeze_panes
        assert sheet.auto_filter.ref.startswith("A1:")
        assert sheet.print_title_rows == "$1:$1"
    assert len(book["Сводка"]._charts) == 2
    row = book["Реестр счетов"][2]
    assert [row[7].value.date(), row[7].number_format] == [date(2026, 2, 1), "dd.mm.yyyy"]
    assert [row[9].value, row[9].number_format] == [4060, "#,##0.00"]
    assert [cell.value for cell in book["Реестр счетов"][2]][-2:] == [1000, 3953.2]  # 4953.20 − 1000
    assert book["Парк по дням"]["C3"].value is None  # not covered is not zero
    assert book["Парк по дням"].max_column == 2 + 31 + 2


def test_totals_are_formulas_whose_values_are_the_sums_of_the_data():
    content = written()
    formulas, values = opened(content, values=False)["Сводка"], opened(content, values=True)["Сводка"]
    monthly, total = found(values, "Ежемесячный"), found(values, "Итого")
    assert formulas.cell(monthly, 2).value == f"=COUNTIFS('Реестр счетов'!$B$2:$B$4,$A{monthly})"
    assert formulas.cell(monthly, 5).value == f"=SUMIFS('Реестр счетов'!$L$2:$L$4,'Реестр счетов'!$B$2:$B$4,$A{monthly})"
    assert [values.cell(monthly, column).value for column in range(2, 8)] == [2, 4160, 915.2, 5075.2, 5075.2, 0]
    assert formulas.cell(total, 5).value == f"=SUM(E{total - 4}:E{total - 1})"
    assert [values.cell(total, column).value for column in range(2, 8)] == [3, 4090, 899.8, 4989.8, 4989.8, 0]
    assert values.cell(found(values, "Оплачено"), 2).value == 1000
    assert values.cell(found(values, "Остаток к оплате"), 2).value == 3989.8
    assert values.cell(found(values, "Счета минус строки"), 2).value == 0
    assert values.cell(found(values, "Отложено договоров"), 2).value == 1


def test_a_ledger_that_disagrees_shows():
    values = opened(written(ledger=LEDGER[:1]), values=True)["Сводка"]
    assert values.cell(found(values, "Корректировка"), 7).value == -85.4
    assert values.cell(found(values, "Итого"), 7).value == -85.4


def test_revenue_by_tariff_takes_a_code_for_a_code_and_not_for_a_pattern():
    content = written()
    formulas, values = opened(content, values=False)["Сводка"], opened(content, values=True)["Сводка"]
    row = found(values, "Б*")
    assert values.cell(row, 2).value == 122
    assert formulas.cell(row, 2).value == f"=SUMPRODUCT(--EXACT('Начисления'!$E$2:$E$4,$A{row}),'Начисления'!$O$2:$O$4)"
    base = found(values, "БАЗА")
    assert [values.cell(base, column).value for column in (2, 3, 4)] == [4867.8, 5000, -132.2]  # 4953.20 − 85.40
    assert [values.cell(found(values, "АРХИВ"), column).value for column in (2, 3, 4)] == [0, 1, -1]


def test_fleet_by_day():
    content = written()
    formulas, values = opened(content, values=False)["Сводка"], opened(content, values=True)["Сводка"]
    first = found(values, "День") + 1
    assert values.cell(first, 1).value.date() == FIRST
    assert [values.cell(first + day, 2).value for day in (0, 1, 30)] == [10, 11, 17]
    assert formulas.cell(first + 30, 2).value == "=SUM('Парк по дням'!$AG$2:$AG$3)"


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "+7 495 000-00-00", "-x", "{=1}", "http://x.example", "=cmd|'/c calc'!A0"])
def test_no_text_becomes_a_formula(text):
    rows = [register(text, "monthly", "1.00", "0.22", client=text)]
    content = written(
        register=rows,
        charges=[charge(text, text, "1.00", "0.22")],
        findings=[FindingRow(text, text, text, FIRST, LAST, 1, text)],
        parked=[ParkedRow(text, text, text)],
        snapshots=[SnapshotRow(text, FIRST, None, text, None, text)],
        fleet=[FleetRow(text, text, (1,) * 31, 1, Decimal(1))],
        organization=text,
        previous_by_tariff={text: Decimal("1.00")},
        more=(Sheet("Ещё", (Column("Текст"),), [(text,)]),),
    )
    book = opened(content, values=False)
    cells = [cell for sheet in book.worksheets for line in sheet.iter_rows() for cell in line if cell.value == text]
    assert len(cells) >= 16
    assert {cell.data_type for cell in cells} == {"s"}
    assert not any(cell.hyperlink for cell in cells)
    for sheet in book.worksheets[1:]:
        assert all(cell.data_type != "f" for line in sheet.iter_rows() for cell in line)


def test_the_same_data_give_the_same_bytes(tmp_path):
    target = tmp_path / "reports" / "w.xlsx"
    write_workbook(data(), target)
    assert target.read_bytes() == written()
    assert [file.name for file in target.parent.iterdir()] == ["w.xlsx"]


def test_a_failure_leaves_the_old_workbook_and_no_litter(tmp_path):
    target = tmp_path / "w.xlsx"
    target.write_bytes(b"old")

    def broken():
        yield REGISTER[0]
        raise ConnectionError("gone")

    with pytest.raises(ConnectionError):
        write_workbook(data(register=broken()), target)
    assert target.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["w.xlsx"]


def test_an_empty_month_is_a_workbook_too():
    empty = dict.fromkeys(("register", "charges", "fleet", "findings", "parked", "snapshots", "ledger"), ())
    values = opened(written(**empty, previous_by_tariff={}), values=True)["Сводка"]
    assert values.cell(found(values, "Итого"), 5).value == 0


def test_a_sheet_that_is_full_is_said_by_name(monkeypatch):
    monkeypatch.setattr(workbook, "_MOST_ROWS", 2)
    with pytest.raises(SheetFull, match="Реестр счетов"):
        written()


def test_a_fleet_row_of_another_month_is_refused():
    with pytest.raises(ValueError, match="28 days"):
        written(fleet=[FleetRow("17/2025", "К", (1,) * 28, 1, Decimal(1))])
