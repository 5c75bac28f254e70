"""The finance workbook of real months, through the commands that people type: every sheet with its amounts (domain.md §10)."""

import csv
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from pipelines.clock import Authorship, now
from pipelines.documents.finance_workbook import renew_reports, write_report
from pipelines.master.importing import import_master
from pipelines.period import Month
from pipelines.receivables.importing import import_payments
from pipelines.runs.close import close
from tests import leaky
from tests.company import ORGANIZATION, account_key
from tests.landed import template
from tests.ledger_world import ACCOUNTS, Paper, statement

BY, WHY = "=HYPERLINK(1)", "+индексация"
MARCH = datetime(2026, 3, 1)  # noqa: DTZ001 - a cell holds a date without a zone
AT = datetime(2026, 3, 1, 21, 30, tzinfo=UTC)  # already 2 March in Moscow: 19 days after 11 February


@pytest.fixture(scope="module")
def paid_january(server_home, tmp_path_factory):
    """January of the leaky company is issued on 1 February and partly paid in it; then a price of March is changed."""
    folder = tmp_path_factory.mktemp("leaky")
    with leaky.landed(server_home, folder) as january, january.copy(folder / "paid") as made:
        close(made, Month(2026, 1), approver=Authorship("Анна", "проверено", now()), issued_on=date(2026, 2, 1), at=now())
        import_payments(made, _bank(folder), now())
        _change_a_price(folder / "master")
        import_master(made, str(folder / "master"), Authorship(BY, WHY, now()))
        yield template(server_home, made)


@pytest.fixture
def settings(paid_january, tmp_path):
    with paid_january.copy(tmp_path / "home") as made:
        yield made


def _bank(folder):
    papers = (
        Paper("1", "1000.00", "Оплата по счету ВМ26-000001", day="2026-02-10"),
        Paper("2", "500.00", "=cmd|'/c calc'!A0 ВМ26-000002", day="2026-02-10"),
        Paper("3", "77.00", "@SUM(1)", day="2026-02-11", inn="500100732259", name="-2+3"),
    )
    bank = statement(folder / "bank.txt", *papers, until="2026-02-20")
    ours = account_key(ORGANIZATION["bic"], ORGANIZATION["bank_account"])
    bank.write_bytes(bank.read_bytes().replace(ACCOUNTS["ORG"].encode(), ours.encode()))
    return bank


def _change_a_price(master):
    components = master / "components.csv"
    rows = list(csv.DictReader(components.open(encoding="utf-8", newline="")))
    for row in rows:
        row["price"] = "320" if row["tariff_code"] == "T3" else row["price"]
    with components.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def table(book, title: str) -> list[tuple[object, ...]]:
    """Rows of a sheet without its headings."""
    return [tuple(cell.value for cell in row) for row in book[title].iter_rows(min_row=2)]


def labelled(book, title: str) -> dict[str, tuple[object, ...]]:
    """Lines of a sheet by their first cell, the first of equal ones."""
    found: dict[str, tuple[object, ...]] = {}
    for row in book[title].iter_rows():
        found.setdefault(row[0].value, tuple(cell.value for cell in row[1:7]))
    return found


def test_the_workbook_of_a_closed_month(run_cli, settings):
    path = write_report(settings, Month(2026, 1), AT)
    content = Path(path).read_bytes()
    book = openpyxl.load_workbook(path, data_only=True)

    # K1: 10 × 310 = 3100.00, VAT 22 % 682.00; K2: 2 × 310 × 20/31 = 400.00, VAT 88.00
    register = table(book, "Реестр счетов")
    assert [row[0:3:2] + row[9:] for row in register] == [
        ("ВМ26-000001", "просрочен", 3100, 682, 3782, 1000, 2782),
        ("ВМ26-000002", "оплачен", 400, 88, 488, 488, 0),
        ("Итого", None, 3500, 770, 4270, 1488, 2782),
    ]
    # 10 vehicles for the month and 2 for 20/31 of it: 11.29 vehicle-months
    assert table(book, "Выручка") == [
        ("T1", "Базовый", "Мониторинг транспорта", 11.29, "машино-мес.", 3500, 770, 4270, 0, 4270),
        ("Итого", None, None, None, None, 3500, 770, 4270, 0, 4270),
    ]
    # due on 11 February, looked at on 2 March: 19 days; K2 paid 12.00 too much
    assert [row[1:2] + row[4:] for row in table(book, "Дебиторка")] == [
        ("C-K1", 0, 0, 2782, 0, 0, 0, 2782, 0, 2782),
        ("C-K2", 0, 0, 0, 0, 0, 0, 0, 12, -12),
        (None, 0, 0, 2782, 0, 0, 0, 2782, 12, 2770),
    ]
    assert [(row[0], row[1], row[5], row[6], row[7]) for row in table(book, "Недополучено")] == [
        ("машины без владельца", "gps1", 1, 12, 120),
        ("машины без владельца", "gps2", 2, 62, 620),
        ("машины вне срока договора", "K2", 2, 22, 220),
        ("отложенные договоры", "K4", 5, 155, 1550),
        ("Итого", None, 10, 251, 2510),
    ]
    # a price of 0 is in the tariff: no leak
    assert [(row[0], row[1], row[4], row[5]) for row in table(book, "Скидки и бесплатное")] == [
        ("бесплатно по тарифу", "K3", 124, 1240), ("Итого", None, 124, 1240),
    ]  # fmt: skip
    assert table(book, "Платежи") == []
    # 155 vehicle-days at 10.00, and 22 % of VAT: 1891.00
    assert [row[:8] for row in table(book, "Отложено")] == [
        (
            "K4", "ООО «Клиент K4»", "закрытие", "нет версии тарифа", "нет действующей версии тарифа T3 на 01.01.2026–31.01.2026", None,
            1891, "внести версию тарифа, действующую в эти дни",
        ),
        ("Итого", None, None, None, None, 0, 1891, None),
    ]  # fmt: skip
    assert [(row[2], row[3], row[4], row[5], row[11], row[13]) for row in table(book, "Изменения по клиентам")[:-1]] == [
        ("K1", 0, "Новые клиенты", 3782, 3782, "в прошлом месяце не выставлялся"),
        ("K2", 0, "Новые клиенты", 488, 488, "в прошлом месяце не выставлялся"),
    ]
    assert [row[2:4] + row[8:] for row in table(book, "Долги по счетам")] == [
        ("7736207543", "ВМ26-000001", 19, 3782, 1000, 2782), (None, None, None, 3782, 1000, 2782),
    ]  # fmt: skip
    clients = {(row[2], row[3]) for row in table(book, "Находки")}
    assert {("K4", "ООО «Клиент K4»"), ("K2", "ООО «Клиент K2»")} <= clients
    # free-1 fell silent on the 13th; the others were seen to the last day of which anything is known
    unowned = ("машины без владельца", "невыставляемые машины без сообщений")
    seen = {row[1]: row[7] for row in table(book, "Находки") if row[0] in unowned}
    assert seen == {"gps1/free-1": "да", "gps2/o1": "да", "gps2/o2": "да", "gps2/o3": "да", "gps2/o4": "да"}
    lines = labelled(book, "Сверка")
    for label, amount in (
        ("Строки начислений: всего", 4270), ("Выручка по тарифам за месяц", 4270), ("Выручка по тарифам за прошлый месяц", 0),
        ("Долг клиентов", 2782), ("Долги по счетам", 2782), ("Авансы клиентов", 12), ("Платежи за месяц", 0),
        ("Платежи: зачтено, авансы и не опознано", 0), ("Изменения по клиентам: стало", 4270),
    ):  # fmt: skip
        assert lines[label][:3] == (amount, amount, 0), label
    assert book["Сводка"]["A2"].value == "ООО «Вега Мониторинг»"
    assert book["Сводка"]["A4"].value == "Сверено: реестр, строки и учёт сходятся, расхождений нет"

    aged = json.loads(run_cli("ageing", "--date", "2026-03-02", "--format", "json")[1])
    assert [(row["client_code"], row["1-30"], row["total"]) for row in aged] == [("C-K1", "2782.00", "2782.00")]  # the same debts
    assert Path(write_report(settings, Month(2026, 1), AT)).read_bytes() == content


def test_payments_and_changes_of_the_months_after_and_no_text_becomes_a_formula(run_cli):
    code, out, err = run_cli("report", "--month", "2026-02")
    assert code == 0, err
    book = openpyxl.load_workbook(out.strip(), data_only=True)
    paid = [(row[0] and f"{row[0]:%d.%m}", row[2], row[5], *row[7:]) for row in table(book, "Платежи")[:-1]]
    assert paid == [
        ("10.02", "1", "C-K1", 1000, 1000, 0, 0, "ВМ26-000001: 1 000,00", "Оплата по счету ВМ26-000001"),
        ("10.02", "2", "C-K2", 500, 488, 12, 0, "ВМ26-000002: 488,00", "=cmd|'/c calc'!A0 ВМ26-000002"),
        ("11.02", "3", "", 77, 0, 0, 77, "", "@SUM(1)"),
    ]
    assert table(book, "Платежи")[-1][7:11] == (1577, 1488, 12, 77)
    assert labelled(book, "Сверка")["Платежи за месяц"][:3] == (1577, 1577, 0)
    assert labelled(book, "Сверка")["Выручка по тарифам за прошлый месяц"][:3] == (4270, 4270, 0)

    code, out, err = run_cli("report", "--month", "2026-03")
    assert code == 0, err
    book = openpyxl.load_workbook(out.strip(), data_only=True)
    # the tariff and its component that begin in March, and the later change of their price
    assert [row[1:] for row in table(book, "Изменения тарифов")] == [
        ("Анна", "начало", "Тариф", "T3", "", MARCH, "добавлено", "", "", "Название: С марта; Валюта: RUB; Цены с НДС: нет"),
        (
            "Анна", "начало", "Составляющая 1", "T3", "", MARCH, "добавлено", "", "",
            "Название: Мониторинг; Что считается: машины за месяц; Схема цены: по цене за единицу; Цена, ₽: 310",
        ),
        (BY, WHY, "Составляющая 1", "T3", "", MARCH, "изменено", "Цена, ₽", "310", "320"),
    ]  # fmt: skip
    outside = openpyxl.load_workbook(out.strip())
    cells = [cell for sheet in outside.worksheets for line in sheet.iter_rows() for cell in line if cell.value in (BY, WHY)]
    assert [cell.data_type for cell in cells] == ["s", "s"]
    assert Decimal(labelled(book, "Сверка")["Долг клиентов"][2]) == 0


def test_debts_and_payments_as_of_a_day_before_anything_was_paid_or_issued(settings, run_cli):
    code, out, err = run_cli("report", "--month", "2026-01", "--date", "2026-02-09")
    assert code == 0, err
    book = openpyxl.load_workbook(out.strip(), data_only=True)
    assert [(row[0], row[2], row[12]) for row in table(book, "Реестр счетов")[:-1]] == [
        ("ВМ26-000001", "выставлен", 0), ("ВМ26-000002", "выставлен", 0),
    ]  # fmt: skip
    assert [row[10] for row in table(book, "Дебиторка")] == [3782, 488, 4270]
    assert book["Сводка"]["A3"].value.startswith("Долги и оплаты на 09.02.2026")
    code, out, err = run_cli("report", "--month", "2026-01", "--date", "2020-01-01")  # before go-live: nothing was issued then
    assert code == 0, err
    book = openpyxl.load_workbook(out.strip(), data_only=True)
    assert {row[2] for row in table(book, "Реестр счетов")[:-1]} == {"ещё не выставлен"}
    assert (table(book, "Дебиторка"), table(book, "Платежи")) == ([], [])
    assert book["Сводка"]["A4"].value == "Сверено: реестр, строки и учёт сходятся, расхождений нет"


def test_the_workbook_is_written_anew_when_a_payment_has_come(run_cli, settings, tmp_path):
    """January was reported after its close, before the payments; a month that nobody reported stays without a workbook."""
    path = Path(write_report(settings, Month(2026, 1), AT))
    assert renew_reports(settings, AT) == []
    bank = statement(tmp_path / "more.txt", Paper("9", "2000.00", "Оплата по счету ВМ26-000001", day="2026-02-21"), until="2026-02-22")
    ours = account_key(ORGANIZATION["bic"], ORGANIZATION["bank_account"])
    bank.write_bytes(bank.read_bytes().replace(ACCOUNTS["ORG"].encode(), ours.encode()))
    code, _, err = run_cli("payments", "import", bank)
    assert (code, "the workbook of 2026-01 is written anew" in err) == (0, True), err
    book = openpyxl.load_workbook(path, data_only=True)
    assert [row[12] for row in table(book, "Реестр счетов")] == [3000, 488, 3488]
    assert run_cli("payments", "import", bank)[0] == 0
    assert renew_reports(settings, AT) == []
    assert [folder.name for folder in path.parents[1].iterdir()] == ["2026-01"]
