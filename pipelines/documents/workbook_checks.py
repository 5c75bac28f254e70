"""«Сверка»: sums of every sheet beside what the ledger says of them, asked another way; every difference must be nought."""

from decimal import Decimal
from typing import Any

from pipelines.documents.workbook_model import WorkbookData
from pipelines.documents.workbook_money import AGEING, DEBTS, PAYMENTS, REVENUE
from pipelines.documents.workbook_money_model import AGES
from pipelines.documents.workbook_page import set_up
from pipelines.documents.workbook_sheets import CHARGES, CLIENT_CHANGES, KINDS, REGISTER, KindTally, SummaryTally
from pipelines.documents.workbook_summary_page import LABEL_WIDTH, SummaryPage
from pipelines.money import ZERO

CHECKS = "Сверка"
HEADS = ("Что сверено", "В книге", "По учёту", "Расхождение")


def write_checks(page: Any, data: WorkbookData, tally: SummaryTally, styles: dict[str, Any], title: str) -> None:
    """Fill the sheet once those that it compares are written; ``tally`` learns how many lines there are and how many disagree."""
    set_up(page, f"{title}: {CHECKS}")
    page.repeat_rows(0)
    page.freeze_panes(1, 1)
    page.set_column(0, 0, LABEL_WIDTH)
    page.set_column(1, 3, 18)
    at = SummaryPage(page, tally, styles)
    at.heads(*HEADS)
    for label, formula, value, booked in [*_invoices(at, data), *_sums(at, data)]:
        _line(at, label, formula, value, booked)
        tally.disagreements += value != booked
    at.checked(3, 1)
    page.autofilter(0, 0, at.row - 1, 3)
    tally.checks = at.row - 1


def _line(at: SummaryPage, label: str, formula: str, value: Decimal, booked: Decimal) -> None:
    number = at.row + 1
    at.label(label)
    at.formula(1, formula, "sum", value)
    at.number(2, booked)
    at.formula(3, f"=ROUND(B{number}-C{number},2)", "sum", value - booked)
    at.row += 1


Check = tuple[str, str, Decimal, Decimal]


def _invoices(at: SummaryPage, data: WorkbookData) -> list[Check]:
    """The register by kinds of invoices."""
    booked: dict[str, Decimal] = {each.kind: each.total for each in data.ledger}
    kinds, totals = at.area(REGISTER, "Вид"), at.area(REGISTER, "Всего")
    return [
        (
            f"Реестр: {title}",
            f'=SUMIFS({totals},{kinds},"{title}")',
            at.tally.kinds.get(kind, KindTally()).total,
            booked.get(kind, ZERO),
        )
        for kind, title in KINDS.items()
    ]


def _sums(at: SummaryPage, data: WorkbookData) -> list[Check]:
    ledger, billed = data.money.ledger, sum((each.total for each in data.ledger), ZERO)
    compared = (
        ("Реестр счетов: всего", REGISTER, ("Всего",), billed),
        ("Строки начислений: всего", CHARGES, ("Всего",), billed),
        ("Выручка по тарифам за месяц", REVENUE, ("Всего",), ledger.revenue),
        ("Выручка по тарифам за прошлый месяц", REVENUE, ("Прошлый месяц, всего",), ledger.revenue_before),
        ("Изменения по клиентам: было", CLIENT_CHANGES, ("Было",), ledger.revenue_before),
        ("Изменения по клиентам: стало", CLIENT_CHANGES, ("Стало",), ledger.revenue),
        ("Долг клиентов", AGEING, AGES, ledger.debts),
        ("Долги по счетам", DEBTS, ("Долг",), ledger.debts),
        ("Авансы клиентов", AGEING, ("Аванс клиента",), ledger.advances),
        ("Платежи за месяц", PAYMENTS, ("Сумма",), ledger.payments),
        ("Платежи: зачтено, авансы и не опознано", PAYMENTS, ("Зачтено в счета", "Аванс", "Не опознано"), ledger.payments),
    )
    return [
        (label, f"=SUM({','.join(at.area(sheet, title) for title in titles)})", _total(at, sheet, titles), booked)
        for label, sheet, titles, booked in compared
    ]


def _total(at: SummaryPage, sheet: str, titles: tuple[str, ...]) -> Decimal:
    totals = at.tally.written[sheet].totals
    return sum((totals[title] for title in titles), ZERO)
