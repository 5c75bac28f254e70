"""Turnover reports of 1C on account 62, read as they look and compared with the ledger by contract."""

from datetime import date
from decimal import Decimal

import pytest

from pipelines.errors import BadInput
from pipelines.period import Month
from pipelines.receivables.account import AccountEntry, ContractAccount
from pipelines.receivables.turnover_comparison import compare
from pipelines.receivables.turnover_names import KnownNames, by_name
from pipelines.receivables.turnover_sheet import SheetRow, read_report
from tests.turnovers import card, turnover_sheet

MARCH = Month(2026, 3)
KNOWN = KnownNames(
    {"К-1": "A", "К-2": "A", "17/Б": "B", "К-9": "T"},
    by_name([("A", "ООО Альфа"), ("A", "Общество Альфа"), ("B", "Бета ООО"), ("T", "Тёзка"), ("U", "Тёзка")]),
)


def _rows(table):
    return [SheetRow(number, tuple(cells)) for number, cells in enumerate(table, start=1) if any(cell is not None for cell in cells)]


def _read(table, month=MARCH):
    return read_report(_rows(table), "осв.xlsx", month, KNOWN)


def _figures(report):
    return {key: (each.opening, each.debit, each.credit, each.closing) for key, each in report.turnovers.items()}


def _sale(amount, number="ВМ26-000001"):
    return AccountEntry(date(2026, 3, 31), "sale", f"Акт № {number} за март 2026 г.", Decimal(amount), Decimal("0.00"))


def _payment(amount, number="7"):
    return AccountEntry(date(2026, 3, 10), "payment", f"Оплата № {number}", Decimal("0.00"), Decimal(amount))


def _ours(**accounts):
    return {tuple(key.split("_", 1)): ContractAccount(key.split("_", 1)[1], Decimal(opening), tuple(entries))
            for key, (opening, entries) in accounts.items()}  # fmt: skip


def _explained(ours, report):
    compared = compare("ORG", ours, report)
    return {each.contract_no: each.explained_by for each in compared.differences}


def test_a_contract_stands_under_both_accounts_of_62_and_its_rows_add_up():
    """К-1 under 62.01: opening 100, debit 500, credit 300; under 62.02: credit 50, debit 0. Movement 500 − 300 − 50 = 150."""
    report = _read(
        turnover_sheet(
            [
                ("62", None), ("62.01", None),
                ("Альфа ООО", None), ("Договор № К-1 от 01.02.2026", (100, 0, 500, 300, 300, 0)),
                ("Реализация (акт, накладная) 0000-000001 от 31.03.2026 23:59:59", (100, 0, 500, 300, 300, 0)),
                ("62.02", None),
                ("Общество «Альфа»", None), ("к-1", ("", "", "0,00", "50,00", "", "50,00")),
                ("<...>", (0, 7, 0, 0, 0, 7)),
                ("Итого", (100, 7, 500, 350, 300, 57)),
            ]
        )
    )  # fmt: skip
    assert _figures(report) == {("A", "К-1"): (100, 500, 350, 250), ("A", ""): (-7, 0, 0, -7)}
    assert report.unread == ()


def test_a_client_by_another_name_is_known_by_its_contract_and_a_stranger_is_named_with_its_sums():
    report = _read(
        turnover_sheet(
            [
                ("Филиал «Гамма»", (0, 0, 10, 0, 10, 0)), ("17/Б", (0, 0, 10, 0, 10, 0)),
                ("Дельта", (0, 0, "1 020,50", 0, "1 020,50", 0)), ("Основной договор", (0, 0, "1 020,50", 0, "1 020,50", 0)),
                ("Тёзка", (0, 0, 5, 0, 5, 0)),
                ("Альфа ООО", None), ("К-5", (0, 0, 3, 0, 3, 0)), ("К-1", (0, 0, 4, 0, 4, 0)), ("17/Б", (0, 0, 6, 0, 6, 0)),
                ("", (0, 0, 8, 0, 8, 0)),
            ]
        )
    )  # fmt: skip
    assert _figures(report) == {("B", "17/Б"): (0, 10, 0, 10), ("A", "К-1"): (0, 4, 0, 4)}
    assert [line.replace("\u202f", " ").partition("осв.xlsx:")[2] for line in report.unread] == [
        "10: Дельта: ни клиента, ни договора такого нет (1 020,50, 1 020,50)",
        "11: Основной договор: ни клиента, ни договора такого нет (1 020,50, 1 020,50)",
        "12: Тёзка: так зовут нескольких клиентов (5,00, 5,00)",
        "14: К-5: ни клиента, ни договора такого нет (3,00, 3,00)",
        "16: 17/Б: договор не клиента A, под которым он стоит (6,00, 6,00)",
        "17: строка без названия: ни клиента, ни договора такого нет (8,00, 8,00)",
    ]


def test_a_card_shows_documents_and_no_balances():
    """A sale of 500, a payment of 300 as an advance (51 → 62.02) and its setting off (62.02 → 62.01), which moves nothing."""
    report = _read(
        card(
            [
                ("31.03.2026", "Реализация 0000-000001 от 31.03.2026", "Альфа ООО\nДоговор К-1 от 01.02.2026", "", "62.01", 500, "90", 500),
                ("10.03.2026", "Поступление 7", "Расчётный счёт", "Альфа ООО\nК-1", "51", 300, "62.02", 300),
                ("31.03.2026", "Реализация 0000-000001 от 31.03.2026", "Альфа ООО\nК-1", "Альфа ООО\nК-1", "62.02", 300, "62.01", 300),
                ("12.03.2026", "Поступление 8", "Расчётный счёт", "Дельта\nОсновной", "51", 9, "62.02", 9),
            ]
        )
    )  # fmt: skip
    assert _figures(report) == {("A", "К-1"): (None, 500, 300, None)}
    assert report.unread == ("осв.xlsx:8: Поступление 8: договора такого нет",)
    ours = _ours(**{"A_К-1": ("40.00", [_sale("450.00"), _payment("300.00")])})
    said = _explained(ours, report)["К-1"].replace("\u202f", " ")
    assert said == (
        "нет в 1С: Акт № ВМ26-000001 за март 2026 г. от 31.03.2026 +450,00; нет у нас: Реализация 0000-000001 от 31.03.2026 +500,00"
    )


@pytest.mark.parametrize(
    ("ours", "rows", "said"),
    [
        ({"A_К-1": ("0.00", [_sale("500.00"), _payment("200.00")])}, [("К-1", (0, 0, 500, 0, 500, 0))],
         {"К-1": "нет в 1С: Оплата № 7 от 10.03.2026 −200,00"}),
        ({"A_К-1": ("0.00", [_sale("500.00"), _payment("200.00")])}, [("К-1", (0, 0, 500, 400, 100, 0))],
         {"К-1": "в 1С дважды: Оплата № 7 от 10.03.2026 −200,00"}),
        ({"A_К-1": ("0.00", [_sale("500.00")]), "A_К-2": ("0.00", [_payment("200.00")])},
         [("К-1", (0, 0, 500, 200, 300, 0)), ("К-2", (0, 0, 0, 0, 0, 0))],
         {"К-1": "у нас на договоре К-2: Оплата № 7 от 10.03.2026 −200,00",
          "К-2": "в 1С на договоре К-1: Оплата № 7 от 10.03.2026 −200,00"}),
        ({"A_К-1": ("0.00", [_sale("500.00")]), "A_": ("0.00", [_payment("200.00")])}, [("К-1", (0, 0, 500, 200, 300, 0))],
         {"К-1": "у нас без договора: Оплата № 7 от 10.03.2026 −200,00",
          "": "в 1С на договоре К-1: Оплата № 7 от 10.03.2026 −200,00"}),
        ({"A_": ("0.00", [_payment("200.00")])}, [], {"": "нет в 1С: Оплата № 7 от 10.03.2026 −200,00"}),
        ({"A_К-1": ("100.00", [])}, [("К-1", (90, 0, 0, 0, 90, 0))], {"К-1": "на начало месяца в 1С меньше на 10,00"}),
        ({}, [("К-1", (0, 0, 5, 0, 5, 0))], {"К-1": "у нас в этом месяце документов нет"}),
        ({"A_К-1": ("0.00", [_sale("500.00")])}, [("К-1", (0, 0, 493, 0, 493, 0))],
         {"К-1": "документы месяца: Акт № ВМ26-000001 за март 2026 г. от 31.03.2026 +500,00"}),
        ({"A_К-1": ("0.00", [_sale("500.00")])}, [("К-1", (0, 0, 500, 0, 500, 0))], {}),
    ],
)  # fmt: skip
def test_a_difference_is_explained_by_the_documents_that_make_it(ours, rows, said):
    report = _read(turnover_sheet([("Альфа ООО", None), *rows]))
    assert {key: text.replace("\u202f", " ") for key, text in _explained(_ours(**ours), report).items()} == said


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ([["Прайс-лист"]], "is neither «Оборотно-сальдовая ведомость по счету 62» nor «Карточка счета 62»"),
        (turnover_sheet([], title="Оборотно-сальдовая ведомость по счету 60 за Март 2026 г."), "is not about the whole of account 62"),
        (turnover_sheet([], title="Оборотно-сальдовая ведомость по счету 62.01 за Март 2026 г."), "is not about the whole of account 62"),
        (turnover_sheet([], title="Оборотно-сальдовая ведомость по счету 62 за 1 квартал 2026 г."), "does not say that it is of Март 2026"),
        (turnover_sheet([], title="Карточка счета 62 за 01.03.2026 - 30.03.2026"), "is of 2026-03-01 to 2026-03-30, and not of 2026-03"),
        ([["Оборотно-сальдовая ведомость по счету 62 за Март 2026 г."], ["Счет", "Дебет", "Кредит"]], "lacks headings: сальдо на начало"),
        ([["Карточка счета 62 за Март 2026 г."], ["Период", "Документ"]], "lacks headings: Период, Документ, Аналитика дт"),
        (turnover_sheet([("К-1", (0, 0, "много", 0, 0, 0)), ("17/Б", (0, 0, 0, "#ЗНАЧ!", 0, 0))]), "осв.xlsx:8: 'много' is not a sum"),
    ],
)  # fmt: skip
def test_what_is_no_report_of_this_month_on_this_account_is_refused_with_its_place(table, said):
    with pytest.raises(BadInput) as refused:
        _read(table)
    assert said in str(refused.value)
