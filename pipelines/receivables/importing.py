"""Import a bank's file: every payment of its statements once, matched, in one transaction (domain.md §8)."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines import garbage_collection, logs
from pipelines.errors import BadInput, Problem, Refused
from pipelines.inbox import printable
from pipelines.receivables import ledger
from pipelines.receivables.bank_document import account
from pipelines.receivables.bank_formats import parse
from pipelines.receivables.bank_statement import BankFile, BankStatement
from pipelines.receivables.incoming import SortedDocuments, sort_documents
from pipelines.receivables.statement_text import StatementLimits
from pipelines.receivables.statement_totals import compare_totals
from pipelines.settings import Settings
from pipelines.warehouse import engine, query

if TYPE_CHECKING:
    from sqlalchemy import Connection

BANK = "bank"
_EARLIEST, _FARTHEST_AHEAD = date(2000, 1, 1), timedelta(days=5 * 366)  # days of payments beyond are slips
_FARTHEST_EAST = timedelta(hours=14)  # ahead of UTC: no place has a later date


class NoSuchStatement(Refused):
    """The file is not there, or cannot be read."""


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What one file brought.

    `data_until`: the last day that it tells of. `payments`: stored now; `known`: stored before, from this or another source.
    `skipped`: documents that are no customer's payment, by their reasons. `matched` and `settled`: allocations made, by the rules and of
    advances and credits. `unmatched`: payments in the whole ledger of which something is nobody's. `notices`: what a person should
    know of the file, with its lines.
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
    notices: tuple[str, ...] = ()

    def __str__(self) -> str:
        return (
            f"{self.file} ({', '.join(self.organizations)}, until {self.data_until}): {self.payments} payments stored, {self.known} known, "
            f"{self.matched} allocations matched, {self.settled} of advances and credits; {self.unmatched} payments unmatched in all"
        )


def import_payments(settings: Settings, path: str | Path, at: datetime) -> ImportResult:
    """Import a file in 1CClientBankExchange, camt.053 or MT940, told by its content; all of it or nothing.

    The same file again stores nothing.

    BadInput lists every problem by line, also when no account of the file is an organization's. NoSuchStatement without the file.
    """
    source = Path(path)
    with logs.verb("receivables", "import_payments") as done:
        data = _content(source, settings.bank_max_megabytes)
        name = printable(source)
        file = parse(data, name, StatementLimits(settings.bank_max_megabytes, settings.bank_max_documents))
        digest = sha256(data).hexdigest()
        with garbage_collection.paused(), engine.transaction(settings) as connection:
            result = _import(connection, file, name, digest, at)
        done |= {"digest": digest, "organizations": ",".join(result.organizations), "data_until": result.data_until}
        done |= {"stored": result.payments, "known": result.known, "matched": result.matched, "settled": result.settled}
    return result


def _content(source: Path, megabytes: int) -> bytes:
    """The file's bytes, one more than may be read where it is larger."""
    try:
        with source.open("rb") as handle:
            return handle.read((megabytes << 20) + 1)
    except OSError as error:
        raise NoSuchStatement(f"{source} cannot be read: {error.strerror}") from None


def _import(connection: "Connection", file: BankFile, name: str, digest: str, at: datetime) -> ImportResult:
    _refuse_unlikely_days(file, at, name)
    owners = _own_accounts(connection, file, name)
    documents = [sort_documents(statement, owners) for statement in file.statements]
    last_days = _last_days(file.statements, documents, owners, name)
    data_until: dict[str, date] = {}
    for number, until in last_days.items():
        data_until[owners[number]] = max(until, data_until.get(owners[number], until))
    payments = [payment for each in documents for payment in each.payments]
    outgoing = [payment for each in documents for payment in each.outgoing]
    recorded = ledger.record(connection, BANK, payments, at, outgoing)
    for code, until in sorted(data_until.items()):
        values = {"digest": digest, "organization_code": code, "source": BANK, "file_name": name, "data_until": until, "at": at}
        query.run(connection, "receivables/add_import", **values)
    today = (at + _FARTHEST_EAST).date()
    for number, until in sorted(last_days.items()):
        known_until = min(until, today)  # of days that had not come when it was imported no file tells
        values = {"digest": digest, "organization_code": owners[number], "bank_account": number, "data_until": known_until}
        query.run(connection, "receivables/add_imported_account", **values)
    reversals = len({payment.payment_id for payment in outgoing} & recorded.reversals)
    return ImportResult(
        file=name,
        organizations=tuple(sorted(data_until)),
        data_until=max(data_until.values()),
        payments=recorded.stored,
        known=len(payments) + reversals - recorded.stored,
        skipped=_reasons(documents, recorded.reversals),
        matched=recorded.matched,
        settled=recorded.settled,
        unmatched=recorded.unmatched,
        notices=(
            *file.notices,
            *_of_the_future(last_days, today, name),
            *(f"{name}:{notice.line}: {notice}" for each in file.statements for notice in compare_totals(each)),
        ),
    )


def _of_the_future(last_days: Mapping[str, date], today: date, name: str) -> Iterable[str]:
    last = max(last_days.values())
    return [f"{name}: its last day, {last}, has not come; payments are known until {today} at most"] if last > today else []


def _refuse_unlikely_days(file: BankFile, at: datetime, name: str) -> None:
    """BadInput names every document whose day cannot be meant: a payment of another century would pay an invoice all the same."""
    latest = at.date() + _FARTHEST_AHEAD
    problems = [
        Problem(
            f"{name}:{document.line}", f"{key} {day:%d.%m.%Y} cannot be meant: {'it is long ago' if day < _EARLIEST else 'it is far ahead'}"
        )
        for statement in file.statements
        for document in statement.documents
        for key, day in (("Дата", document.on), ("ДатаПоступило", document.credited_on), ("ДатаСписано", document.debited_on))
        if day and not _EARLIEST <= day <= latest
    ]
    if problems:
        raise BadInput(problems)


def account_owners(connection: "Connection") -> dict[str, set[str]]:
    """Account (20 digits) → the organizations whose it is, or was."""
    owners: dict[str, set[str]] = {}
    for row in query.rows(connection, "receivables/own_accounts"):
        owners.setdefault(account(row.bank_account), set()).add(row.organization_code)
    return owners


def _own_accounts(connection: "Connection", file: BankFile, name: str) -> dict[str, str]:
    """Account → the organization whose it is, or was: a former account stays its own.

    BadInput when an account that the file speaks of is of two organizations: whose money would it be?
    """
    owners = account_owners(connection)
    named = {number for statement in file.statements for number in statement.accounts}
    paid = {payee for statement in file.statements for document in statement.documents for payee in document.payee_accounts}
    shared = sorted(number for number in named | paid if len(owners.get(number, ())) > 1)
    if shared:
        raise BadInput(
            Problem(f"{name}:1", f"account {number} belongs to {' and '.join(sorted(owners[number]))}: mend the organizations first")
            for number in shared
        )
    return {number: min(codes) for number, codes in owners.items()}


def _last_days(
    statements: Sequence[BankStatement], documents: Sequence[SortedDocuments], owners: Mapping[str, str], name: str
) -> dict[str, date]:
    """Account of ours that the file speaks of → the last day that it covers. BadInput when it speaks of nobody's account."""
    until: dict[str, date] = {}
    for statement, sorting in zip(statements, documents, strict=True):
        ours = set(statement.accounts) & owners.keys()
        named = {owners[number] for number in ours}  # of an account that a statement does not name it tells nothing whole
        ours |= {number for number in sorting.accounts if owners[number] not in named}
        last = _last_day(statement, name) if ours else date.min
        for number in ours:
            ends = [section.last for section in statement.sections if section.account == number and section.last]
            day = min(last, max(ends, default=last))  # of one account a statement may tell less than of another
            until[number] = max(day, until.get(number, day))
    if not until:
        said = ", ".join(sorted({number for statement in statements for number in statement.accounts})) or "none"
        raise BadInput.one(f"{name}:1", f"no account of the file is an organization's (РасчСчет: {said})")
    return until


def _last_day(statement: BankStatement, name: str) -> date:
    """The last day that a statement covers: the end of its period, but not after the day it was made."""
    ends = [end for end in (statement.last, statement.created) if end]
    days = [moved for each in statement.documents for moved in (each.credited_on, each.debited_on) if moved]
    if ends:
        return min(ends)
    if not days:
        raise BadInput.one(f"{name}:1", "the file says neither ДатаКонца nor ДатаСоздания, and has no documents: of what day is it?")
    return max(days)


def _reasons(documents: Iterable[SortedDocuments], reversals: frozenset[str]) -> dict[str, int]:
    """Why documents were skipped, with their numbers; outgoing ones that the ledger knows as reversals were not."""
    counts: Counter[str] = Counter()
    for sorting in documents:
        counts.update(each.reason for each in sorting.skipped)
        counts.subtract("outgoing" for payment in sorting.outgoing if payment.payment_id in reversals)
    return {reason: count for reason, count in counts.items() if count > 0}
