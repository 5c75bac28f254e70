"""The finance workbook: formulas that agree with the data, text that stays text, the same bytes again."""

import io
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import cache

import openpyxl
import pytest

from pipelines.documents import workbook
from pipelines.documents.workbook import SheetFull, write_workbook
from pipelines.documents.workbook_model import (
    ChargeRow,
    ClientChangeRow,
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
from pipelines.documents.workbook_money_model import (
    AgeingRow,
    AgreedRow,
    DebtRow,
    GivenRow,
    LeakRow,
    MoneyData,
    MoneyLedger,
    PaymentRow,
    RevenueRow,
    TariffChangeRow,
)
from pipelines.period import Month
from pipelines.wording import outside

JANUARY = Month(2026, 1)
FIRST, LAST = JANUARY.first, JANUARY.last
NOON = datetime(2026, 1, 9, 12, 0)  # noqa: DTZ001 - local time, as a cell shows it


def register(number: str, kind: str, net: str, vat: str, paid: str = "0.00", client: str = "ООО «Волга»") -> RegisterRow:
    total = Decimal(net) + Decimal(vat)
    return RegisterRow(
        number, kind, "выставлен", "НСМ", "C-1", client, "17/2025", date(2026, 2, 1), date(2026, 2, 11),
        Decimal(net), Decimal(vat), total, Decimal(paid),
    )  # fmt: skip


def charge(number: str, tariff: str, net: str, vat: str) -> ChargeRow:
    return ChargeRow(
        number, 1, "17/2025", "ООО «Волга»", tariff, "Абонентская плата", FIRST, LAST, Fraction(406, 31), Decimal(310), Fraction(15, 31),
        Decimal("12.5"), Decimal(net), Decimal(22), Decimal(vat), Decimal(net) + Decimal(vat), "13,097 × 310 × 15/31",
    )  # fmt: skip


def change_of(contract_no: str, before: str, now: str, group: str = "", causes: tuple[str, ...] = ("0",) * 5) -> ClientChangeRow:
    moved = Decimal(now) - Decimal(before) if group else Decimal(0)
    return ClientChangeRow(
        "C-1", "ООО «Волга»", contract_no, Decimal(before), group, moved, tuple(map(Decimal, causes)), Decimal(now), "парк"
    )


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


def debt(client: str, *buckets: str, advance: str = "0.00") -> AgeingRow:
    amounts = tuple(map(Decimal, buckets))
    return AgeingRow("ООО «НСМ»", client, f"Клиент {client}", "7736207543", amounts, sum(amounts, Decimal(0)), Decimal(advance), 1)


def open_invoice(client: str, total: str, days: int) -> DebtRow:
    return DebtRow("ООО «НСМ»", f"Клиент {client}", "7736207543", "Н-1", "17/2025", FIRST, FIRST, LAST, days, Decimal(total), Decimal(0))


def payment(amount: str, matched: str, advance: str, unknown: str, purpose: str = "Оплата") -> PaymentRow:
    return PaymentRow(
        date(2026, 1, 20), "банк", "17", "ООО «Волга»", "7736207543", "C-1", "ООО «Волга»", Decimal(amount), Decimal(matched),
        Decimal(advance), Decimal(unknown), "Н-1", purpose,
    )  # fmt: skip


def leak(kind: str, days: int, roubles: str) -> LeakRow:
    return LeakRow(kind, "gps1", "", "", "", 2, days, Decimal(roubles), "как посчитано")


MONEY = MoneyData(
    on=date(2026, 2, 20),
    revenue=[
        RevenueRow("БАЗА", "Базовый", "Мониторинг", "машино-мес.", Decimal("13.097"), Decimal("3990.00"), Decimal("877.80"),
                   Decimal("4867.80"), Decimal("5000.00")),
        RevenueRow("Б*", "Б", "Мониторинг", "часов", Decimal(1), Decimal("100.00"), Decimal("22.00"), Decimal("122.00"), Decimal("0.00")),
    ],
    ageing=[
        debt("C-1", "0", "0", "3953.20", "0", "0", "100.00"),
        debt("C-2", "122.00", "0", "0", "0", "0", "0", advance="12.00"),
    ],
    debts=[open_invoice("C-1", "4053.20", 20), open_invoice("C-2", "122.00", -3)],
    payments=[payment("1000.00", "988.00", "12.00", "0.00"), payment("77.00", "0.00", "0.00", "77.00")],
    leaks=[
        leak("машины без владельца", 12, "120.00"), leak("машины без владельца", 62, "620.00"), leak("отложенные договоры", 155, "1550.00"),
    ],
    given=[GivenRow("скидки по договорам", "17/2025", "C-1", "ООО «Волга»", 0, Decimal("580.00"), "скидка 12,5 %")],
    changes=[
        TariffChangeRow(NOON, "Анна", "индексация", "Составляющая 1", "БАЗА", "", FIRST, "изменено", "Цена, ₽",
                        "300", "310")
    ],
    ledger=MoneyLedger(Decimal("4989.80"), Decimal("5000.00"), Decimal("4175.20"), Decimal("12.00"), Decimal("1077.00")),
)  # fmt: skip


def data(**changed) -> WorkbookData:
    given = {
        "period": JANUARY,
        "organization": "ООО «НСМ»",
        "made_at": datetime(2026, 2, 1, 9, 30, tzinfo=UTC),
        "register": iter(REGISTER),
        "charges": iter(CHARGES),
        "fleet": iter(FLEET),
        "findings": [FindingRow("orphan", "север/12", None, FIRST, LAST, 31, "обслуживается бесплатно")],
        "parked": [
            ParkedRow(
                "99/2025",
                "ООО «Ока»",
                "нет версии тарифа",
                "нет тарифа на 01.01.2026",
                "закрытие",
                Decimal("100.00"),
                Decimal("122.00"),
                "внести",
            )
        ],
        "snapshots": [SnapshotRow("север", FIRST, datetime(2026, 1, 1, 23, 50, tzinfo=UTC), "получен", 1200, "a3f5")],
        "ledger": LEDGER,
        "changes": [
            change_of("17/2025", "4980.00", "4867.80", causes=("-100.00", "-20.00", "7.80", "0.00", "0.00")),
            change_of("18/2025", "20.00", "0.00", "Ушедшие клиенты"),
            change_of("19/2025", "0.00", "122.00", "Новые клиенты"),
        ],
        "before_by_organization": {"НСМ": Decimal("5000.00"), "ООО «Прежняя»": Decimal("0.00")},
        "tariff_names": {"БАЗА": "Базовый"},
        "previous_by_tariff": {"БАЗА": Decimal("5000.00"), "АРХИВ": Decimal("1.00")},
        "money": MONEY,
    }
    return WorkbookData(**(given | changed))


def written(**changed) -> bytes:
    target = io.BytesIO()
    write_workbook(data(**changed), target)
    return target.getvalue()


@cache
def unchanged() -> bytes:
    """The workbook of the data as they stand above, written once for all who look at it."""
    return written()


@cache
def opened(content: bytes, *, values: bool):
    return openpyxl.load_workbook(io.BytesIO(content), data_only=values)


def found(sheet, label: str) -> int:
    return next(cell.row for (cell,) in sheet.iter_rows(max_col=1) if cell.value == label)


def test_sheets_and_their_dress():
    book = opened(unchanged(), values=False)
    assert book.sheetnames == [
        "Сводка", "Реестр счетов", "Начисления", "Изменения по клиентам", "Выручка", "Дебиторка", "Долги по счетам", "Платежи",
        "Недополучено", "Не обслужено", "Скидки и бесплатное", "Изменения тарифов", "Парк по дням", "Находки", "Отложено",
        "Снимки", "Сверка",
    ]  # fmt: skip
    for sheet in book.worksheets[1:]:
        assert sheet.freeze_panes
        assert sheet.auto_filter.ref.startswith("A1:")
        assert sheet.print_title_rows == "$1:$1"
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.oddFooter.right.text == "Страница &P из &N"
    assert len(book["Сводка"]._charts) == 3
    row = book["Реестр счетов"][2]
    assert [row[7].value.date(), row[7].number_format] == [date(2026, 2, 1), "dd.mm.yyyy"]
    assert [row[9].value, row[9].number_format] == [4060, "#,##0.00"]
    assert [cell.value for cell in book["Реестр счетов"][2]][-2:] == [1000, 3953.2]  # 4953.20 − 1000
    assert book["Парк по дням"]["C3"].value is None  # not covered is not zero
    assert book["Парк по дням"].max_column == 2 + 31 + 2


def test_totals_are_formulas_whose_values_are_the_sums_of_the_data():
    content = unchanged()
    formulas, values = opened(content, values=False)["Сводка"], opened(content, values=True)["Сводка"]
    monthly, total = found(values, "Ежемесячный"), found(values, "Итого")
    assert formulas.cell(monthly, 2).value == f"=COUNTIFS('Реестр счетов'!$B$2:$B$4,$A{monthly})"
    assert formulas.cell(monthly, 5).value == f"=SUMIFS('Реестр счетов'!$L$2:$L$4,'Реестр счетов'!$B$2:$B$4,$A{monthly})"
    assert [values.cell(monthly, column).value for column in range(2, 6)] == [2, 4160, 915.2, 5075.2]
    assert formulas.cell(total, 5).value == f"=SUM(E{total - 2}:E{total - 1})"  # of two organizations
    assert [values.cell(total, column).value for column in range(1, 8)] == ["Итого", 3, 4090, 899.8, 4989.8, 5000, -10.2]
    assert row_of(values, "НСМ", 6) == [3, 4090, 899.8, 4989.8, 5000, -10.2]
    assert row_of(values, "Собрано по счетам месяца", 1) == [1000]
    assert round(row_of(values, "Собрано, доля", 1)[0], 4) == 0.2004  # 1000 ÷ 4989.80
    assert row_of(values, "Остаток к оплате", 1) == [3989.8]
    assert row_of(values, "В среднем на клиента (ARPU), с НДС", 1) == [4989.8]  # one client
    assert row_of(values, "Отложено договоров", 1) == [1]
    assert row_of(values, "Отложено, оценка с НДС", 1) == [122]


def test_the_bridge_leads_from_the_month_before_to_this_one():
    content = unchanged()
    formulas, values = opened(content, values=False)["Сводка"], opened(content, values=True)["Сводка"]
    expected = {
        "Было: прошлый месяц": [5000, 2], "Ушедшие клиенты": [-20, 1], "Новые клиенты": [122, 1], "Отложены в этом месяце": [0, 0],
        "Парк и использование": [-100, 1], "Условия": [-20, 1], "Цены тарифов": [7.8, 1], "Прочее": [0, 0],
        "Стало: этот месяц": [4989.8, 2], "Не объяснено": [0, None],
    }  # fmt: skip
    assert {label: row_of(values, label, 2) for label in expected} == expected
    line = found(values, "Новые клиенты")
    assert formulas.cell(line, 2).value == (f"=SUMIFS('Изменения по клиентам'!$F$2:$F$4,'Изменения по клиентам'!$E$2:$E$4,$A{line})")
    last = found(values, "Не объяснено")
    assert formulas.cell(last, 2).value == f"=ROUND(B{last - 1}-SUM(B{found(values, 'Было: прошлый месяц')}:B{last - 2}),2)"


def test_sheets_lead_to_each_other():
    book = opened(unchanged(), values=False)
    assert book["Реестр счетов"]["A3"].hyperlink.location == "'Начисления'!A3"  # the second invoice: its line
    assert book["Начисления"]["A3"].hyperlink.location == "'Реестр счетов'!A3"
    assert book["Дебиторка"]["C3"].hyperlink.location == "'Долги по счетам'!A3"
    assert book["Сводка"].cell(found(book["Сводка"], "По организациям"), 1).hyperlink.location == "'Реестр счетов'!A1"


def test_charges_have_shares_rates_and_discounts_as_numbers_and_their_arithmetic():
    sheet = opened(unchanged(), values=True)["Начисления"]
    assert [cell.value for cell in sheet[1]][10:17] == [
        "Доля месяца", "Скидка, %", "Без НДС", "Ставка НДС, %", "НДС", "Всего", "Расчёт",
    ]  # fmt: skip
    row = [cell.value for cell in sheet[2]]
    assert [round(row[10], 6), *row[11:14], row[16]] == [round(15 / 31, 6), 12.5, 4060, 22, "13,097 × 310 × 15/31"]


def test_a_ledger_that_disagrees_shows():
    assert opened(unchanged(), values=True)["Сводка"]["A4"].value == "Сверено: реестр, строки и учёт сходятся, расхождений нет"
    book = opened(written(ledger=LEDGER[:1]), values=True)
    assert row_of(book["Сверка"], "Реестр: Корректировка", 3) == [-85.4, 0, -85.4]
    assert row_of(book["Сверка"], "Строки начислений: всего", 3) == [4989.8, 5075.2, -85.4]
    assert book["Сводка"]["A4"].value == "РАСХОЖДЕНИЯ, лист «Сверка», строк: 3"  # of the kind, of the register, of the lines


def test_revenue_by_tariff_takes_a_code_for_a_code_and_not_for_a_pattern():
    content = unchanged()
    formulas, values = opened(content, values=False)["Сводка"], opened(content, values=True)["Сводка"]
    row = found(values, "Б*")
    assert values.cell(row, 2).value == 122
    assert formulas.cell(row, 2).value == f"=SUMPRODUCT(--EXACT('Начисления'!$E$2:$E$4,$E{row}),'Начисления'!$P$2:$P$4)"
    base = found(values, "Базовый")
    assert values.cell(base, 5).value == "БАЗА"
    assert [values.cell(base, column).value for column in (2, 3, 4)] == [4867.8, 5000, -132.2]  # 4953.20 − 85.40
    assert [values.cell(found(values, "АРХИВ"), column).value for column in (2, 3, 4)] == [0, 1, -1]


def row_of(values, label: str, columns: int) -> list[object]:
    return [values.cell(found(values, label), column).value for column in range(2, columns + 2)]


def test_every_sum_of_money_is_a_formula_beside_the_ledger_s():
    content = unchanged()
    formulas, values = opened(content, values=False)["Сверка"], opened(content, values=True)["Сверка"]
    assert row_of(values, "Строки начислений: всего", 3) == [4989.8, 4989.8, 0]
    assert row_of(values, "Выручка по тарифам за месяц", 3) == [4989.8, 4989.8, 0]  # 4867.80 + 122.00
    assert row_of(values, "Выручка по тарифам за прошлый месяц", 3) == [5000, 5000, 0]
    assert row_of(values, "Изменения по клиентам: стало", 3) == [4989.8, 4989.8, 0]
    assert row_of(values, "Долг клиентов", 3) == [4175.2, 4175.2, 0]  # 3953.20 + 100.00 + 122.00
    assert row_of(values, "Долги по счетам", 3) == [4175.2, 4175.2, 0]
    assert row_of(values, "Авансы клиентов", 3) == [12, 12, 0]
    assert row_of(values, "Платежи за месяц", 3) == [1077, 1077, 0]
    assert row_of(values, "Платежи: зачтено, авансы и не опознано", 3) == [1077, 1077, 0]  # 988 + (12 + 0) + 77
    line = found(values, "Платежи за месяц")
    assert [formulas.cell(line, column).value for column in (2, 4)] == ["=SUM('Платежи'!$H$2:$H$3)", f"=ROUND(B{line}-C{line},2)"]


def test_debts_by_age_and_leakage_by_kind():
    content = unchanged()
    formulas, values = opened(content, values=False)["Сводка"], opened(content, values=True)["Сводка"]
    first = found(values, "Просрочка") + 1
    assert values.cell(first - 2, 1).value == "Дебиторка на 20.02.2026"
    assert [values.cell(first + age, 2).value for age in range(7)] == [122, 0, 3953.2, 0, 0, 100, 4175.2]
    assert formulas.cell(first + 2, 2).value == "=SUM('Дебиторка'!$G$2:$G$3)"
    assert row_of(values, "машины без владельца", 4) == [2, 4, 74, 740]  # 12 + 62 days, 120 + 620
    assert row_of(values, "отложенные договоры", 4) == [1, 2, 155, 1550]
    total = found(values, "отложенные договоры") + 1
    assert [values.cell(total, column).value for column in range(1, 6)] == ["Итого", 3, 6, 229, 2290]
    assert row_of(values, "скидки по договорам", 2) == [1, 580]
    assert row_of(values, "Клиент C-1", 4) == ["7736207543", 4053.2, 4053.2, pytest.approx(4053.2 / 4175.2)]
    line = total - 2
    assert formulas.cell(line, 5).value == f"=SUMIFS('Недополучено'!$H$2:$H$4,'Недополучено'!$A$2:$A$4,$A{line})"


def test_findings_by_kind_and_whole_quantities_without_an_idle_comma():
    silent = FindingRow("silent_unbilled", "север/13", None, FIRST, FIRST, 1, "молчит", is_open=False)
    orphans = [FindingRow("orphan", f"север/{number}", None, FIRST, LAST, 31, "на связи") for number in (12, 14)]
    book = opened(written(findings=[*orphans, silent]), values=True)
    assert row_of(book["Сводка"], "машины без владельца", 1) == [2]  # of leakage, above
    first = found(book["Сводка"], "Находки по видам") + 2
    listed = [tuple(book["Сводка"].cell(first + line, column).value for column in (1, 2, 3)) for line in range(3)]
    assert listed == [("машины без владельца", 2, 2), ("невыставляемые машины без сообщений", 1, 0), ("Итого", 3, 2)]
    assert [cell.value for cell in book["Находки"]["H"]] == ["Ещё открыто", "да", "да", "нет"]
    assert [cell.number_format for cell in book["Выручка"]["D"][1:3]] == ["#,##0.###", "#,##0"]  # 13.097 and 1


def test_totals_under_the_rows_follow_the_filter():
    content = unchanged()
    formulas, values = opened(content, values=False), opened(content, values=True)
    totals = {
        "Реестр счетов": {"J": 4090, "K": 899.8, "L": 4989.8, "M": 1000, "N": 3989.8},
        "Начисления": {"M": 4090, "O": 899.8, "P": 4989.8},
        "Изменения по клиентам": {"D": 5000, "F": 102, "G": -100, "L": 4989.8, "M": -10.2},
        "Долги по счетам": {"J": 4175.2, "L": 4175.2},
        "Отложено": {"F": 100, "G": 122},
        "Выручка": {"F": 4090, "G": 899.8, "H": 4989.8, "I": 5000, "J": -10.2},
        "Дебиторка": {"E": 122, "G": 3953.2, "J": 100, "K": 4175.2, "L": 12, "M": 4163.2},
        "Платежи": {"H": 1077, "I": 988, "J": 12, "K": 77},
        "Недополучено": {"F": 6, "G": 229, "H": 2290},
        "Парк по дням": {"C": 10, "D": 11, "AG": 17},
    }
    for title, expected in totals.items():
        last = values[title].max_row
        assert values[title].cell(last, 1).value == "Итого"
        assert {column: values[title][f"{column}{last}"].value for column in expected} == expected, title
        for column in expected:
            assert formulas[title][f"{column}{last}"].value == f"=SUBTOTAL(109,{column}2:{column}{last - 1})"
        assert values[title].auto_filter.ref.endswith(str(last - 1))  # sorting leaves the totals where they are


def test_changes_of_tariffs_are_readable_and_long_texts_get_their_lines():
    book = opened(unchanged(), values=True)
    row = [cell.value for cell in book["Изменения тарифов"][2]]
    assert row[:6] == [NOON, "Анна", "индексация", "Составляющая 1", "БАЗА", ""]
    assert row[6].date() == FIRST
    assert row[7:] == ["изменено", "Цена, ₽", "300", "310"]
    told = "Оплата по счёту " * 30  # 480 characters in a column of 60
    sheet = opened(written(money=MoneyData(payments=[payment("1.00", "1.00", "0.00", "0.00", told)])), values=True)["Платежи"]
    assert sheet["M2"].alignment.wrap_text
    assert sheet.row_dimensions[2].height == 10 * 13.5  # ⌈479 ÷ (60 × 0.85)⌉ lines


def test_what_was_agreed_about_debts_has_a_sheet_where_there_is_any():
    assert "Рассрочки и списания" not in opened(unchanged(), values=True).sheetnames
    plan = AgreedRow(
        "рассрочка", FIRST, "ООО «НСМ»", "C-1", "=2+2", "НВ26-000001", Decimal(900), Decimal(400), "нарушена", FIRST, "Анна", "звонок"
    )  # fmt: skip
    book = opened(written(money=MoneyData(agreed=[plan])), values=True)
    assert [cell.value for cell in book["Рассрочки и списания"][2]][4:9] == ["=2+2", "НВ26-000001", 900, 400, "нарушена"]


def test_fleet_by_day():
    content = unchanged()
    formulas, values = opened(content, values=False)["Сводка"], opened(content, values=True)["Сводка"]
    first = found(values, "День") + 1
    assert values.cell(first, 1).value.date() == FIRST
    assert [values.cell(first + day, 2).value for day in (0, 1, 30)] == [10, 11, 17]
    assert formulas.cell(first + 30, 2).value == "=SUM('Парк по дням'!$AG$2:$AG$3)"


HOSTILE = (
    "=1+1", "@SUM(A1)", "+7 495 000-00-00", "-x", "{=1}", "http://x.example", "=cmd|'/c calc'!A0", "\t=1", "\r=1", "\n+1", "＝1+1",
    "<r><t>x</t></r>",
)  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_becomes_a_formula(text):
    rows = [register(text, "monthly", "1.00", "0.22", client=text)]
    content = written(
        register=rows,
        charges=[charge(text, text, "1.00", "0.22")],
        findings=[FindingRow(text, text, text, FIRST, LAST, 1, text, text)],
        parked=[ParkedRow(text, text, text, text, text, None, None, text, text)],
        changes=[ClientChangeRow(text, text, text, Decimal(1), text, Decimal(0), (Decimal(0),) * 5, Decimal(1), text)],
        before_by_organization={text: Decimal(1)},
        tariff_names={text: text},
        money=MoneyData(
            revenue=[RevenueRow(text, text, text, text, None, *[Decimal(1)] * 4)],
            ageing=[AgeingRow(text, text, text, text, (Decimal(1),) * 6, Decimal(6), Decimal(0), 1)],
            debts=[DebtRow(text, text, text, text, text, FIRST, FIRST, LAST, 1, Decimal(6), Decimal(0))],
            given=[GivenRow(text, text, text, text, 1, Decimal(1), text)],
            payments=[PaymentRow(FIRST, text, text, text, text, text, text, *[Decimal(1)] * 4, text, text)],
            leaks=[LeakRow(text, text, text, text, text, 1, 1, Decimal(1), text)],
            changes=[TariffChangeRow(NOON, text, text, text, text, text, None, text, text, text, text)],
        ),
        snapshots=[SnapshotRow(text, FIRST, None, text, None, text)],
        fleet=[FleetRow(text, text, (1,) * 31, 1, Decimal(1))],
        organization=text,
        previous_by_tariff={text: Decimal("1.00")},
        more=(Sheet("Ещё", (Column("Текст"),), [(text,)]),),
    )
    book = opened(content, values=False)
    shown = outside.clean(text)
    cells = [cell for sheet in book.worksheets for line in sheet.iter_rows() for cell in line if cell.value == shown]
    assert len(cells) >= 50
    assert {cell.data_type for cell in cells} == {"s"}
    assert not any(cell.hyperlink.target for cell in cells if cell.hyperlink)  # none leads out of the workbook
    for sheet in book.worksheets[1:-1]:
        ours = [cell.value for line in sheet.iter_rows() for cell in line if cell.data_type == "f"]
        assert all(formula.startswith("=SUBTOTAL(109,") for formula in ours)


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
    empty = dict.fromkeys(("register", "charges", "changes", "fleet", "findings", "parked", "snapshots", "ledger"), ())
    book = opened(written(**empty, before_by_organization={}, previous_by_tariff={}, money=MoneyData()), values=True)
    values = book["Сводка"]
    assert values.cell(found(values, "Итого"), 5).value == 0
    assert values["A4"].value.startswith("Сверено")
    assert row_of(book["Сверка"], "Долг клиентов", 3) == [0, 0, 0]
    assert [sheet.max_row for sheet in book.worksheets[1:-1]] == [1] * 15  # headings and no totals of nothing


def test_a_sheet_that_is_full_is_said_by_name(monkeypatch):
    monkeypatch.setattr(workbook, "_MOST_ROWS", 2)
    with pytest.raises(SheetFull, match="Реестр счетов"):
        written()


def test_a_fleet_row_of_another_month_is_refused():
    with pytest.raises(ValueError, match="28 days"):
        written(fleet=[FleetRow("17/2025", "К", (1,) * 28, 1, Decimal(1))])
