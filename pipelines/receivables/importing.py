"""Import a bank's statement: every payment once, matched, in one transaction (domain.md §8)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path

from pipelines.errors import BadInput, Refused
from pipelines.receivables import ledger
from pipelines.receivables.bank_statement import BankStatement, account, parse
from pipelines.receivables.incoming import BankPayment, incoming
from pipelines.receivables.refunds import refunds
from pipelines.settings import Settings
from pipelines.warehouse import engine

BANK = "bank"


class NoSuchStatement(Refused):
    """The file is not there, or cannot be read."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What one file brought.

    `data_until`: the last day that it tells of. `payments`: stored now; `known`: stored before, from this or another source.
    `skipped`: documents that are no customer's payment, by their reasons. `matched` and `settled`: allocations made, by the rules and of
    advances and credits. `unmatched`: payments in the whole ledger of which something is nobody's.
    """

    file: str
    organizations: tuple[str, ...]
    data_until: date
    payments: int
    known: int
    skipped: Mapping[str, int]
    matched: int
    settled: int
    unmatched: int

    def __str__(self) -> str:
        return (
            f"{self.file} ({', '.join(self.organizations)}, until {self.data_until}): {self.payments} payments stored, {self.known} known, "
            f"{self.matched} allocations matched, {self.settled} of advances and credits; {self.unmatched} payments unmatched in all"
        )


def import_payments(settings: Settings, path: str | Path, at: datetime) -> Imported:
    """Import a file in 1CClientBankExchange; all of it or nothing. The same file again stores nothing.

    BadInput lists every problem by line, also when no account of the file is an organization's. NoSuchStatement without the file.
    """
    source = Path(path)
    try:
        data = source.read_bytes()
    except OSError as error:
        raise NoSuchStatement(f"{source} cannot be read: {error.strerror}") from None
    statement = parse(data, source.name)
    with engine.transaction(settings) as connection:
        owners = {account(row.bank_account): str(row.code) for row in ledger.run(connection, "own_accounts")}
        found = incoming(statement, owners)
        returned = refunds(statement, owners)
        told = _organizations(statement, owners, source.name, (*found.payments, *returned))
        until = _data_until(statement, source.name)
        received = [_received(one, owners[one.account]) for one in (*found.payments, *returned)]
        recorded = ledger.record(connection, BANK, received, at)
        digest = sha256(data).hexdigest()
        for code in told:
            ledger.run(
                connection, "add_import", digest=digest, organization_code=code, source=BANK, file_name=source.name, data_until=until, at=at
            )
    refunded = {one.line for one in returned}
    reasons: dict[str, int] = {}
    for skipped in found.skipped:
        if skipped.document.line not in refunded:
            reason = skipped.reason.partition(" stands on line")[0]
            reasons[reason] = reasons.get(reason, 0) + 1
    known = len(received) - recorded.stored
    return Imported(source.name, told, until, recorded.stored, known, reasons, recorded.matched, recorded.settled, recorded.unmatched)


def _organizations(statement: BankStatement, owners: Mapping[str, str], name: str, payments: tuple[BankPayment, ...]) -> tuple[str, ...]:
    """Whose accounts the file speaks of. A file about nobody's account must not pass for fresh payment data."""
    accounts = {*statement.accounts, *(one.account for one in payments)}
    told = {owners[number] for number in accounts if number in owners}
    if not told:
        named = ", ".join(sorted(accounts)) or "none"
        raise BadInput.one(f"{name}:1", f"no account of the file is an organization's (РасчСчет: {named})")
    return tuple(sorted(told))


def _data_until(statement: BankStatement, name: str) -> date:
    """The last day that the file tells of: the end of its period, but not after the day it was made."""
    ends = [day for day in (statement.last, statement.created) if day]
    days = [day for one in statement.documents for day in (one.credited_on, one.debited_on) if day]
    if ends:
        return min(ends)
    if not days:
        raise BadInput.one(f"{name}:1", "the file says neither ДатаКонца nor ДатаСоздания, and has no documents: of what day is it?")
    return max(days)


def _received(payment: BankPayment, organization_code: str) -> ledger.Received:
    return ledger.Received(
        payment_id=payment.payment_id,
        organization_code=organization_code,
        document_no=payment.number,
        paid_on=payment.paid_on,
        amount=payment.amount,
        payer_inn=payment.payer_inn,
        payer_name=payment.payer_name,
        payer_account=payment.payer_account,
        purpose=payment.purpose,
    )
