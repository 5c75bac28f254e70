"""From a payment to access: debtors of two live platforms pay, and the seconds until each of them may work again are measured.

An organization of its own, with fifty clients who pay for one vehicle ahead and have not paid: they are billed, and blocked by the
ladder. Then the payments arrive as a bank and 1C bring them, several in flight at once, and the running scheduler does the rest: nobody
starts anything. What is measured is the server's own time of the lifted block, less the time at which the file had its name.
"""

import csv
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from pipelines.access.dunning import dunning
from pipelines.billing.listing import invoices
from pipelines.clock import Authorship
from pipelines.errors import Refused
from pipelines.period import Month
from pipelines.receivables.importing import import_payments
from pipelines.runs.import_master import import_master
from pipelines.runs.prepay import prepay
from pipelines.warehouse import engine, query
from stack import live_platform, processes
from stack.environment import Stack
from tests.onec_money import Money, drop, message

ORGANIZATION, INN, ACCOUNT = "MN", "7798983000", "40702810500000030026"
PAYERS = 50
BY_ONEC = 10
"""Of the payers, those whose payment 1C tells of; the bank tells of the others."""
ISSUED_ON, BLOCKED_ON = date(2026, 3, 16), date(2026, 3, 31)
PAID_ON = date(2026, 4, 1)
TOGETHER, SECONDS_BETWEEN = 4, 4.0
"""Payments that arrive at once, and the time between two such arrivals."""
WITHIN = 60.0
"""Seconds in which access must be back (domain.md §9)."""
_PATIENCE = 300.0
_FIRST = {live_platform.PLATFORM: 401, live_platform.SECOND: 5001}


@dataclass(frozen=True, slots=True)
class Payer:
    """One debtor: its place, which gives it its codes, and its account."""

    place: int
    platform: str
    number: int

    @property
    def contract(self) -> str:
        """Number of its contract."""
        return f"МН-26-{self.place:03}"


@dataclass(frozen=True, slots=True)
class Seconds:
    """From the arrival of each payment to access."""

    of_payments: tuple[float, ...]

    def __str__(self) -> str:
        seconds = self.of_payments
        late = sum(each > WITHIN for each in seconds)
        figures = f"minimum {min(seconds):.1f} s, median {statistics.median(seconds):.1f} s, maximum {max(seconds):.1f} s"
        return f"{len(seconds)} payments: {figures}; {late} of them after more than {WITHIN:.0f} s"


def payers() -> tuple[Payer, ...]:
    """The debtors, on the two platforms in turn."""
    platforms = list(_FIRST)
    return tuple(
        Payer(place, platforms[place % len(platforms)], _FIRST[platforms[place % len(platforms)]] + place) for place in range(PAYERS)
    )


def measure(stack: Stack) -> Seconds:
    """Bill and block the payers, let their payments arrive, and wait for their access. Refused when a block or access does not come."""
    bills = _billed(stack)
    _block(stack)
    arrivals = dict(_arrivals(stack, bills))
    processes.wait_until(lambda: not _blocked(stack), "access for everybody who has paid", _PATIENCE)
    restored = {(platform, number): at for platform, number, is_blocked, at in live_platform.writes(stack) if not is_blocked}
    return Seconds(tuple(restored[payer.platform, payer.number] - arrivals[payer] for payer in payers()))


def _billed(stack: Stack) -> dict[str, dict[str, Any]]:
    """Contract → its invoice as it is listed, once master data are imported and the month is billed ahead."""
    folder = stack.home / "minute" / "master"
    write_master(folder)
    live_platform.add_payers(stack, [(payer.platform, payer.number) for payer in payers()])
    at = datetime.now(UTC)
    author = Authorship("Мария Зуева", "замер возврата доступа", at)
    import_master(stack.settings, str(folder), author)
    month = Month.of(ISSUED_ON)
    prepay(stack.settings, month, approver=author, issued_on=ISSUED_ON, at=at)
    bills = {row["contract_no"]: row for row in invoices(stack.settings, month, "advance") if row["number"]}
    if missing := [payer.contract for payer in payers() if payer.contract not in bills]:
        raise Refused(f"{len(missing)} of {PAYERS} payers have no invoice: {', '.join(missing)}")
    return bills


def _block(stack: Stack) -> None:
    at = datetime.now(UTC)
    secrets = live_platform.secrets(stack)
    dunning(stack.settings, ISSUED_ON, at, secrets=secrets)  # the first ladder of an organization blocks nobody
    path = stack.home / "minute" / "before.txt"
    path.write_bytes(_statement(BLOCKED_ON))
    import_payments(stack.settings, path, at)
    author = Authorship("Мария Зуева", "замер возврата доступа", at)
    refused = dunning(stack.settings, BLOCKED_ON, at, approver=author, secrets=secrets).refused
    if refused or len(_blocked(stack)) < PAYERS:
        raise Refused(f"{len(_blocked(stack))} of {PAYERS} payers are blocked: {refused}")


def _blocked(stack: Stack) -> set[tuple[str, int]]:
    """The payers whose account is blocked now, by the servers' own notes."""
    last = {(platform, number): is_blocked for platform, number, is_blocked, _ in live_platform.writes(stack)}
    return {(payer.platform, payer.number) for payer in payers() if last.get((payer.platform, payer.number))}


def _arrivals(stack: Stack, bills: dict[str, dict[str, Any]]) -> Iterator[tuple[Payer, float]]:
    """Let the payments arrive; each payer with the moment at which its file had its name, in seconds since the epoch."""
    of_onec, of_bank = payers()[:BY_ONEC], payers()[BY_ONEC:]
    waiting = list(of_onec)
    for first in range(0, len(of_bank), TOGETHER):
        for payer in of_bank[first : first + TOGETHER]:
            yield payer, _from_bank(stack, payer, bills[payer.contract])
        if waiting and not _onec_file(stack).exists():  # 1C writes its next message when we have taken the last
            yield from ((payer, at) for at in [_from_onec(stack, waiting[:2], bills)] for payer in waiting[:2])
            del waiting[:2]
        time.sleep(SECONDS_BETWEEN)
    while waiting:
        processes.wait_until(lambda: not _onec_file(stack).exists(), "1C's message is taken", _PATIENCE)
        yield from ((payer, at) for at in [_from_onec(stack, waiting[:2], bills)] for payer in waiting[:2])
        del waiting[:2]


def _from_bank(stack: Stack, payer: Payer, bill: dict[str, Any]) -> float:
    folder = stack.settings.exchange / "bank" / "in"
    folder.mkdir(parents=True, exist_ok=True)
    written = folder / f"{ORGANIZATION}-{payer.place:03}.part"
    written.write_bytes(_statement(PAID_ON, payer, bill))
    written.replace(written.with_suffix(".txt"))
    return time.time()


def _from_onec(stack: Stack, group: Sequence[Payer], bills: dict[str, dict[str, Any]]) -> float:
    with engine.transaction(stack.settings) as connection:
        peer = query.first(connection, "delivery/onec/peer", peer=stack.settings.onec_peer)
    documents = [
        Money(
            no=str(9000 + payer.place), amount=str(bills[payer.contract]["total"]), day=str(PAID_ON), inn="", account=ACCOUNT,
            organization_inn=INN,
            purpose=f"Оплата по счету № {bills[payer.contract]['number']}", bank_no=str(900 + payer.place),
        )
        for payer in group
    ]  # fmt: skip
    said = message(peer.received_no + 1, *(document.xml() for document in documents), received_no=peer.confirmed_no)
    drop(stack.settings.exchange, said, stack.settings.onec_peer, stack.settings.onec_node)
    return time.time()


def _onec_file(stack: Stack) -> Path:
    return stack.settings.exchange / "onec" / "in" / f"Message_{stack.settings.onec_peer}_{stack.settings.onec_node}.xml"


def write_master(folder: Path) -> None:
    """The organization, its clients and their contracts, and their accounts, as a folder of CSV files; the tariff is the sample's."""
    first = ISSUED_ON.replace(day=1)
    organization = {
        "code": ORGANIZATION, "name": "ООО «Минута»", "inn": INN, "kpp": "779801001", "bank_account": ACCOUNT,
        "bank_name": "АО «Банк Причал»",
        "bic": "044525987", "vat_mode": "general", "vat_mode_from": "2026-01-01", "invoice_prefix": "МН",
    }  # fmt: skip
    sheets: dict[str, list[dict[str, Any]]] = {
        "organizations": [organization],
        "platforms": [{"platform": live_platform.SECOND, "kind": "wialon", "connection": live_platform.SECOND}],
        "clients": [{"client_code": f"M{each.place:03}", "name": f"Плательщик {each.place}", "kind": "individual"} for each in payers()],
        "contracts": [
            {"contract_no": each.contract, "client_code": f"M{each.place:03}", "organization_code": ORGANIZATION, "starts_on": first}
            for each in payers()
        ],
        "terms": [
            {"contract_no": each.contract, "valid_from": first, "tariff_code": "BASE", "prepaid_vehicles": 1, "payment_days": 1}
            for each in payers()
        ],
        "accounts": [
            {"platform": each.platform, "account_id": each.number, "contract_no": each.contract, "valid_from": first} for each in payers()
        ],
    }
    folder.mkdir(parents=True, exist_ok=True)
    for sheet, rows in sheets.items():
        with (folder / f"{sheet}.csv").open("w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)


def _statement(until: date, payer: Payer | None = None, bill: dict[str, Any] | None = None) -> bytes:
    """A statement of the organization's account up to a day, with one payment where one is given."""
    lines = ["1CClientBankExchange", "ВерсияФормата=1.03", "Кодировка=Windows", f"ДатаСоздания={until:%d.%m.%Y}"]
    lines += [f"ДатаНачала={ISSUED_ON:%d.%m.%Y}", f"ДатаКонца={until:%d.%m.%Y}", f"РасчСчет={ACCOUNT}"]
    if payer and bill:
        lines += [
            "СекцияДокумент=Платежное поручение", f"Номер={payer.place + 1}", f"Дата={until:%d.%m.%Y}", f"Сумма={bill['total']}",
            f"ПлательщикСчет=408178100000000{payer.place:05}", f"Плательщик1=Плательщик {payer.place}", f"ПолучательСчет={ACCOUNT}",
            f"ДатаПоступило={until:%d.%m.%Y}", f"НазначениеПлатежа=Оплата по счету № {bill['number']}", "КонецДокумента",
        ]  # fmt: skip
    return "".join(f"{line}\r\n" for line in (*lines, "КонецФайла")).encode("cp1251")
