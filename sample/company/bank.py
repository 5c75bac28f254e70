"""Who pays which invoice, when and how it is written: a bank statement to match the invoices that were really issued."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from company.clients import CLIENTS, CONTRACTS
from company.identity import account, inn_legal
from company.master import BANK, BIC, CORR_ACCOUNT, OWN_ACCOUNTS, OWN_INN, OWN_NAME, client_account, client_inn

NEVER, PARTLY, LATE = (34, 37), (35,), (36,)
BY_CONTRACT, WORDLESS, LATIN, OVERPAYS, IN_HALVES = (10,), (6,), (7,), (12,), (5,)
LATE_DAYS = 20
_OVERPAID = Decimal("500.00")
_LATIN = str.maketrans("МТС", "MTC")
_OPENING = Decimal("250000.00")


@dataclass(frozen=True, slots=True)
class Paper:
    """One document of a statement; amounts in roubles. ``incoming``: to us, else from us."""

    kind: str
    number: str
    day: date
    amount: Decimal
    purpose: str
    name: str
    inn: str
    account: str
    incoming: bool = True


def bank_statement(invoices: Iterable[Mapping[str, Any]], organization: str, since: date, until: date, at: date | None = None) -> bytes:
    """The statement of one organization's account for ``since``…``until``, 1CClientBankExchange 1.03 in cp1251.

    ``invoices``: rows as `fleetbill invoices --format json` prints them (`number`, `status`, `contract_no`, `issued_on`,
    `due_on`, `total`, `vat`). Only issued ones of that organization are paid. Beside them there are a stranger's payment, the
    bank's own fee, and money that we paid out. ``at``: the day the statement was made; the day after ``until`` by default.
    """
    mine = {row[0]: int(row[1][1:]) for row in CONTRACTS if row[2] == organization}
    papers = [paper for invoice in invoices if _payable(invoice, mine) for paper in _payments(invoice, mine[invoice["contract_no"]])]
    if organization == "MT":
        papers.extend(_noise(since))
    inside = sorted((paper for paper in papers if since <= paper.day <= until), key=lambda paper: (paper.day, paper.inn, paper.number))
    return "".join(f"{line}\r\n" for line in _lines(inside, organization, since, until, at or until + timedelta(days=1))).encode("cp1251")


def _payable(invoice: Mapping[str, Any], mine: Mapping[str, int]) -> bool:
    return invoice["contract_no"] in mine and bool(invoice["number"]) and invoice["status"] == "issued" and Decimal(invoice["total"]) > 0


def _payments(invoice: Mapping[str, Any], client: int) -> Iterator[Paper]:
    issued, due = date.fromisoformat(invoice["issued_on"]), date.fromisoformat(invoice["due_on"])
    total, number = Decimal(invoice["total"]), str(invoice["number"])
    if client in NEVER:
        return
    day = due + timedelta(days=LATE_DAYS) if client in LATE else min(due, issued + timedelta(days=3 + client % 6))
    vat = f"В т.ч. НДС {invoice['vat']} руб." if Decimal(invoice["vat"]) else "НДС не облагается."
    purpose = f"Оплата по счету № {number} от {issued:%d.%m.%Y} за мониторинг транспорта. {vat}"
    if client in BY_CONTRACT:
        purpose = f"Оплата по договору {invoice['contract_no']} за услуги мониторинга. {vat}"
    elif client in WORDLESS:
        purpose = f"За услуги связи. {vat}"
    elif client in LATIN:
        purpose = f"Opl. po sch. N {number.translate(_LATIN)} ot {issued:%d.%m.%Y}"
    parts = [total]
    if client in PARTLY:
        parts = [(total * 2 / 5).quantize(Decimal("0.01"))]
    elif client in OVERPAYS:
        parts = [total + _OVERPAID]
    elif client in IN_HALVES:
        parts = [(total / 2).quantize(Decimal("0.01")), total - (total / 2).quantize(Decimal("0.01"))]
    serial = int(number[-6:])
    for part, amount in enumerate(parts):
        paper = str(1000 * (part + 1) + serial)
        yield Paper("Платежное поручение", paper, day, amount, purpose, CLIENTS[client][0], client_inn(client), client_account(client))


def _noise(since: date) -> Iterator[Paper]:
    """A stranger pays us, the bank takes its fee, we pay the rent: on the 5th, 6th and 7th of two months from ``since`` on."""
    words = "Оплата за услуги по договоренности. Без НДС."
    stranger = ("ООО «Незнакомец»", inn_legal("99", 90009), account("40702810?00000099009", BIC))
    bank = (BANK, inn_legal("77", 98765), account("70601810?00000000001", BIC))
    landlord = ("ООО «Хозяин»", inn_legal("77", 55005), account("40702810?00000055005", BIC))
    first = since.replace(day=1)
    for month in (first, (first + timedelta(days=32)).replace(day=1)):
        fifth, sixth, seventh = (month.replace(day=day) for day in (5, 6, 7))
        yield Paper("Платежное поручение", f"77{month:%m}", fifth, Decimal("7777.00"), words, *stranger)
        yield Paper("Банковский ордер", f"88{month:%m}", sixth, Decimal("1490.00"), "Комиссия за ведение счета", *bank, incoming=False)
        yield Paper("Платежное поручение", f"99{month:%m}", seventh, Decimal("88000.00"), "Аренда офиса", *landlord, incoming=False)


def _lines(papers: list[Paper], organization: str, since: date, until: date, at: date) -> Iterator[str]:
    ours = OWN_ACCOUNTS[organization]
    came = sum((paper.amount for paper in papers if paper.incoming), Decimal("0.00"))
    went = sum((paper.amount for paper in papers if not paper.incoming), Decimal("0.00"))
    period = [f"ДатаНачала={since:%d.%m.%Y}", f"ДатаКонца={until:%d.%m.%Y}", f"РасчСчет={ours}"]
    yield from ("1CClientBankExchange", "ВерсияФормата=1.03", "Кодировка=Windows", f"Отправитель={BANK}", "Получатель=1С:Предприятие")
    yield from (f"ДатаСоздания={at:%d.%m.%Y}", "ВремяСоздания=09:00:00", *period)
    yield from ("СекцияРасчСчет", *period, f"НачальныйОстаток={_OPENING}", f"ВсегоПоступило={came}", f"ВсегоСписано={went}")
    yield from (f"КонечныйОстаток={_OPENING + came - went}", "КонецРасчСчет")
    for paper in papers:
        yield from _document(paper, organization)
    yield "КонецФайла"


def _document(paper: Paper, organization: str) -> Iterator[str]:
    day = f"{paper.day:%d.%m.%Y}"
    us = (OWN_NAME[organization], OWN_INN[organization], OWN_ACCOUNTS[organization])
    them = (paper.name, paper.inn, paper.account)
    yield f"СекцияДокумент={paper.kind}"
    yield from (f"Номер={paper.number}", f"Дата={day}", f"Сумма={paper.amount}")
    yield from (f"ДатаСписано={'' if paper.incoming else day}", f"ДатаПоступило={day if paper.incoming else ''}")
    for side, (name, inn, number) in (("Плательщик", them if paper.incoming else us), ("Получатель", us if paper.incoming else them)):
        yield from (f"{side}Счет={number}", f"{side}={f'ИНН {inn} ' if inn else ''}{name}", f"{side}ИНН={inn}", f"{side}1={name}")
        yield from (f"{side}РасчСчет={number}", f"{side}Банк1={BANK}", f"{side}БИК={BIC}", f"{side}Корсчет={CORR_ACCOUNT}")
    yield from ("ВидОплаты=01", "Очередность=5", f"НазначениеПлатежа={paper.purpose}", "КонецДокумента")
