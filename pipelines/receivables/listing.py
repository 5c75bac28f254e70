"""Payments, ageing of debt and statements of account as rows, all from the one ledger (domain.md §8)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from pipelines.errors import BadInput
from pipelines.master.history import known
from pipelines.money import ZERO
from pipelines.settings import Settings
from pipelines.warehouse import engine, query

Row = dict[str, Any]

PAYMENT_COLUMNS = ("payment_id", "source", "paid_on", "amount", "payer_inn", "client_code", "purpose", "matched", "advance")
AGEING_COLUMNS = ("client_code", "organization_code", "not_due", "0", "1-30", "31-60", "61-90", "90+", "total")
STATEMENT_COLUMNS = ("organization_code", "date", "document", "debit", "credit", "balance")


def payments(settings: Settings, *, unmatched_only: bool = False, client_code: str | None = None, first: date | None = None) -> list[Row]:
    """Payments and reversals, oldest first: what each paid (`matched`), what of it is the client's `advance`; matched + advance = amount
    where the client is known. `first`: of that day or later. BadInput for a client never heard of."""
    with engine.transaction(settings) as connection:
        if client_code is not None:
            known(connection, "client", client_code)
        return query.mappings(connection, "receivables/payments", unmatched_only=unmatched_only, client=client_code, from_day=first)


def ageing(settings: Settings, on: date, *, client_code: str | None = None, is_overdue: bool = False) -> list[Row]:
    """Open debt per client and organization by days past due on a day; only what was issued and paid by that day counts.

    `not_due`: due after that day; `0`: due on it. `is_overdue`: only who has a debt past due. BadInput for a client never heard of.
    """
    with engine.transaction(settings) as connection:
        if client_code is not None:
            known(connection, "client", client_code)
        rows = query.mappings(connection, "receivables/ageing", on=on)
    return [
        row for row in rows if client_code in (None, row["client_code"]) and (not is_overdue or row["total"] > row["not_due"] + row["0"])
    ]


@dataclass(frozen=True, slots=True)
class AccountEntry:
    """One entry of an account: `debit` raises the client's debt, `credit` lowers it."""

    dated: date
    document: str
    debit: Decimal
    credit: Decimal


@dataclass(frozen=True, slots=True)
class ClientAccount:
    """A client's account with one organization over a period; balances above zero are the client's debt, below zero its advance."""

    organization_code: str
    first: date
    last: date
    opening: Decimal
    entries: tuple[AccountEntry, ...]

    @property
    def closing(self) -> Decimal:
        """The balance at the end of the period."""
        return self.opening + sum((one.debit - one.credit for one in self.entries), ZERO)

    def rows(self) -> list[Row]:
        """Opening balance, every entry with the balance after it, and the turnover with the closing balance."""
        balance = self.opening
        listed = [self._row(self.first, "Сальдо начальное", None, None, balance)]
        for one in self.entries:
            balance += one.debit - one.credit
            listed.append(self._row(one.dated, one.document, one.debit, one.credit, balance))
        debit = sum((one.debit for one in self.entries), ZERO)
        credit = sum((one.credit for one in self.entries), ZERO)
        listed.append(self._row(self.last, "Обороты и сальдо конечное", debit, credit, balance))
        return listed

    def _row(self, dated: date, document: str, debit: Decimal | None, credit: Decimal | None, balance: Decimal) -> Row:
        values = (self.organization_code, dated, document, debit, credit, balance)
        return dict(zip(STATEMENT_COLUMNS, values, strict=True))


def statement_of_account(settings: Settings, client_code: str, first: date, last: date) -> list[ClientAccount]:
    """A client's accounts (акт сверки), one per organization that it ever had a contract with.

    BadInput for an unknown client, or a period that ends before it begins.
    """
    if first > last:
        raise BadInput.one("--to", f"{last} lies before {first}")
    with engine.transaction(settings) as connection:
        organizations = query.scalars(connection, "receivables/organizations_of_client", client_code=client_code)
        rows = query.rows(connection, "receivables/statement_entries", client_code=client_code, last=last)
    if not organizations and not rows:
        raise BadInput.one("--client", f"no client {client_code!r} with a contract")
    accounts: list[ClientAccount] = []
    for code in sorted({*organizations, *(row.organization_code for row in rows)}):
        own = [row for row in rows if row.organization_code == code]
        before = sum((row.debit - row.credit for row in own if row.dated < first), ZERO)
        entries = tuple(AccountEntry(row.dated, row.document, row.debit, row.credit) for row in own if row.dated >= first)
        accounts.append(ClientAccount(code, first, last, before, entries))
    return accounts
