"""Акт сверки: a client's account with each organization over a period, as rows, as a paper, as a letter (domain.md §8)."""

from datetime import date, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from pipelines.delivery.mail import events
from pipelines.delivery.mail.queue import queue
from pipelines.documents.model import PaperContract, StatementDocument, StatementEntry, StatementPart
from pipelines.documents.paths import document_path
from pipelines.documents.pdf import render_document
from pipelines.documents.requisites import buyer, seller
from pipelines.documents.store import DocumentStore
from pipelines.errors import BadInput
from pipelines.money import ZERO
from pipelines.receivables.account import AccountEntry, ClientAccount, ContractAccount, TwoViews, entry
from pipelines.settings import Settings
from pipelines.warehouse import engine, query
from pipelines.wording.russian import in_roubles, short_date

if TYPE_CHECKING:
    from sqlalchemy import Connection

_ORDER: Final = ("opening", "sale", "correction", "payment", "refund", "write_off")


def statement_of_account(settings: Settings, client_code: str, first: date, last: date) -> list[ClientAccount]:
    """A client's accounts, one per organization that it ever had a contract with.

    BadInput for an unknown client, or a period that ends before it begins.
    """
    if first > last:
        raise BadInput.one("--to", f"{last} lies before {first}")
    with engine.transaction(settings) as connection:
        contracts = query.rows(connection, "receivables/contracts_of_client", client_code=client_code)
        rows = query.mappings(connection, "receivables/account_entries", client_code=client_code, organization_code=None, last=last)
        views = _views(connection, client_code, last)
    codes = sorted({row.organization_code for row in contracts} | {row["organization_code"] for row in rows})
    if not codes:
        raise BadInput.one("--client", f"no client {client_code!r} with a contract")
    own = {code: tuple(row.contract_no for row in contracts if row.organization_code == code) for code in codes}
    return [
        _account(code, first, last, own[code], [row for row in rows if row["organization_code"] == code], views.get(code, TwoViews()))
        for code in codes
    ]


def _account(code: str, first: date, last: date, contracts: tuple[str, ...], rows: list[dict[str, Any]], views: TwoViews) -> ClientAccount:
    numbers = {*contracts, *(row["contract_no"] for row in rows if row["contract_no"])}
    only = next(iter(numbers)) if len(numbers) == 1 else None
    entries = sorted((entry(row, only) for row in rows), key=_place)
    before, within = (tuple(entry for entry in entries if (entry.dated < first) is early) for early in (True, False))
    return ClientAccount(code, first, last, before, within, contracts, views)


def _place(entry: AccountEntry) -> tuple[date, int, str]:
    return entry.dated, _ORDER.index(entry.kind), entry.document


def _views(connection: "Connection", client_code: str, last: date) -> dict[str, TwoViews]:
    rows = query.rows(connection, "receivables/statement_views", client_code=client_code, last=last)
    return {row.organization_code: TwoViews(row.debts, row.unserved, row.uninvoiced, row.free) for row in rows}


def two_views(account: ClientAccount) -> str:
    """The line that reconciles the debt by invoices, which the ladder lives from, with the balance of the акт сверки."""
    views = account.views
    terms = (
        (views.unserved, "счета за ещё не оказанные услуги"),
        (-views.uninvoiced, "акты, счета по которым выставлены позже"),
        (views.free, "оплаты и корректировки, ещё не зачтённые в счета"),
    )
    said = "".join(f" {'−' if amount < 0 else '+'} {text} {in_roubles(abs(amount))}" for amount, text in terms if amount)
    return (
        f"Не оплачено по счетам на {short_date(account.last)}: {in_roubles(views.debts)} = сальдо акта {in_roubles(account.closing)}{said}."
    )


def document(settings: Settings, client_code: str, account: ClientAccount) -> StatementDocument:
    """The account as a document by the seller's books; requisites are those of the last invoice of the period or before it."""
    whose = {"organization_code": account.organization_code, "client_code": client_code}
    with engine.transaction(settings) as connection:
        parties = query.first(connection, "receivables/parties", **whose, last=account.last)
        contracts = query.rows(connection, "receivables/contracts_of_client", client_code=client_code)
    if parties is None:
        raise BadInput.one("--client", f"no client {client_code!r} of {account.organization_code}")
    signed = {row.contract_no: row.signed_on for row in contracts}
    parts = account.by_contract
    return StatementDocument(
        first=account.first,
        last=account.last,
        seller=seller(parties.seller),
        buyer=buyer(parties.buyer),
        opening=account.opening,
        parts=tuple(_part(part, signed) for part in parts),
        debit=sum((part.debit for part in parts), ZERO),
        credit=sum((part.credit for part in parts), ZERO),
        closing=account.closing,
        notes=(two_views(account),) if account.views.debts != account.closing else (),
    )


def _part(part: ContractAccount, signed: dict[str, date | None]) -> StatementPart:
    return StatementPart(
        contract=PaperContract(part.contract_no, signed.get(part.contract_no)) if part.contract_no else None,
        opening=part.opening,
        entries=tuple(StatementEntry(entry.dated, entry.document, entry.debit, entry.credit) for entry in part.entries),
        debit=part.debit,
        credit=part.credit,
        closing=part.closing,
    )


def send(settings: Settings, client_code: str, account: ClientAccount, at: datetime) -> bool:
    """Put the paper into the store and queue a letter with it; False when the very same paper was queued before."""
    made = document(settings, client_code, account)
    content = render_document(made)
    digest = sha256(content).hexdigest()
    # the digest keeps a queued letter its own paper when the ledger grows before it leaves
    path = document_path(made).removesuffix(".pdf") + f"_{digest[:16]}.pdf"
    DocumentStore(settings.documents).put(path, content)
    event = events.statement(
        account.organization_code, client_code,
        first=account.first, last=account.last, closing=account.closing, paper=path, digest=digest,
    )  # fmt: skip
    with engine.transaction(settings) as connection:
        return queue(connection, [event], at) == 1
