"""A client's account with one organization as both books hold it: acts, corrections, payments, refunds (domain.md §8). Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from pipelines.money import ZERO
from pipelines.period import Month
from pipelines.wording.russian import month_name

Row = dict[str, Any]
EntryKind = Literal["opening", "sale", "correction", "payment", "refund", "write_off"]

STATEMENT_COLUMNS = ("organization_code", "contract_no", "date", "document", "debit", "credit", "balance")


@dataclass(frozen=True, slots=True)
class AccountEntry:
    """One document of an account.

    `debit`: what was sold by it, below zero where a correction takes back; `credit`: what was paid, below zero where a refund gives
    back. `contract_no` None: money that belongs to no contract yet. `document` says in Russian what `kind`, `number`, and of an act and
    its correction `act_number` and `month` say by themselves.
    """

    dated: date
    kind: EntryKind
    document: str
    debit: Decimal
    credit: Decimal
    contract_no: str | None = None
    number: str = ""
    act_number: str | None = None
    month: date | None = None


@dataclass(frozen=True, slots=True)
class TwoViews:
    """The debt by invoices (`ageing`) beside the balance by acts (`statement`) on one day: debts = balance + unserved − uninvoiced + free.

    `unserved`: invoices whose act is later or does not exist; `uninvoiced`: acts whose invoices came later; `free`: payments and
    corrections in the client's favour that pay no invoice yet.
    """

    debts: Decimal = ZERO
    unserved: Decimal = ZERO
    uninvoiced: Decimal = ZERO
    free: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class ContractAccount:
    """The part of an account that is one contract's, or (`contract_no` None) no contract's yet."""

    contract_no: str | None
    opening: Decimal
    entries: tuple[AccountEntry, ...]

    @property
    def debit(self) -> Decimal:
        """What was sold in the period."""
        return sum((entry.debit for entry in self.entries), ZERO)

    @property
    def credit(self) -> Decimal:
        """What was paid in the period."""
        return sum((entry.credit for entry in self.entries), ZERO)

    @property
    def closing(self) -> Decimal:
        """The balance at the end of the period."""
        return self.opening + self.debit - self.credit


@dataclass(frozen=True, slots=True)
class ClientAccount:
    """A client's account with one organization over a period; balances above zero are the client's debt, below zero its advance.

    `contracts`: numbers of its contracts in their order; `before`: entries dated before the period; `entries`: those of it.
    """

    organization_code: str
    first: date
    last: date
    before: tuple[AccountEntry, ...]
    entries: tuple[AccountEntry, ...]
    contracts: tuple[str, ...] = ()
    views: TwoViews = TwoViews()

    @property
    def opening(self) -> Decimal:
        """The balance before the first day."""
        return balance(self.before)

    @property
    def closing(self) -> Decimal:
        """The balance at the end of the last day."""
        return self.opening + balance(self.entries)

    @property
    def by_contract(self) -> tuple[ContractAccount, ...]:
        """The parts of the account that something stands in, contracts in their order, what is no contract's last."""
        numbers = [*self.contracts, *sorted({entry.contract_no for entry in self._all if entry.contract_no} - {*self.contracts}), None]
        parts = (
            ContractAccount(
                number,
                balance(entry for entry in self.before if entry.contract_no == number),
                tuple(entry for entry in self.entries if entry.contract_no == number),
            )
            for number in numbers
        )
        return tuple(part for part in parts if part.entries or part.opening)

    @property
    def _all(self) -> tuple[AccountEntry, ...]:
        return (*self.before, *self.entries)

    def rows(self) -> list[Row]:
        """Opening balance, every entry with the balance after it, and the turnover with the closing balance."""
        left = self.opening
        listed = [self._row("", self.first, "Сальдо начальное", None, None, left)]
        for entry in self.entries:
            left += entry.debit - entry.credit
            listed.append(self._row(entry.contract_no or "", entry.dated, entry.document, entry.debit, entry.credit, left))
        debit, credit = (sum((getattr(entry, side) for entry in self.entries), ZERO) for side in ("debit", "credit"))
        listed.append(self._row("", self.last, "Обороты и сальдо конечное", debit, credit, left))
        return listed

    def _row(self, contract: str, dated: date, document: str, debit: Decimal | None, credit: Decimal | None, left: Decimal) -> Row:
        values = (self.organization_code, contract, dated, document, debit, credit, left)
        return dict(zip(STATEMENT_COLUMNS, values, strict=True))


def balance(entries: Iterable[AccountEntry]) -> Decimal:
    """Σ debit − credit."""
    return sum((entry.debit - entry.credit for entry in entries), ZERO)


def entry(row: Mapping[str, Any], only_contract: str | None) -> AccountEntry:
    """One row of account_entries.sql; money of no contract is the only contract's where the client has but one."""
    contract = row["contract_no"] or only_contract
    named = row["number"] or "", row["act_number"], row["month"]
    return AccountEntry(row["dated"], row["kind"], _document(row), row["debit"], row["credit"], contract, *named)


def _document(row: Mapping[str, Any]) -> str:
    number = f" № {row['number']}" if row["number"] else ""
    match row["kind"]:
        case "sale":
            return f"Акт{number} за {month_name(Month.of(row['month']))}"
        case "correction":
            return f"Корректировка{number} к акту № {row['act_number']} за {month_name(Month.of(row['month']))}"
        case "refund":
            return f"Возврат{number}"
        case "write_off":
            return f"{'Списание долга' if row['credit'] > 0 else 'Отмена списания'} по счёту{number}"
        case "opening":
            return f"Входящий остаток{number}"
        case _:
            return f"Оплата{number}"
