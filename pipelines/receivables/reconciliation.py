"""Акт сверки as a document: a client's account with one organization over a period, with the parties' requisites (domain.md §8)."""

from datetime import datetime
from hashlib import sha256

from pipelines.delivery.mail import events
from pipelines.delivery.mail.queue import queue
from pipelines.documents.model import StatementDocument, StatementEntry
from pipelines.documents.paths import document_path
from pipelines.documents.pdf import render_document
from pipelines.documents.requisites import buyer, seller
from pipelines.documents.store import DocumentStore
from pipelines.errors import BadInput
from pipelines.money import ZERO
from pipelines.receivables.listing import ClientAccount
from pipelines.settings import Settings
from pipelines.warehouse import engine, query


def document(settings: Settings, client_code: str, account: ClientAccount) -> StatementDocument:
    """The account as a document by the seller's books; requisites are those of the last invoice of the period or before it."""
    whose = {"organization_code": account.organization_code, "client_code": client_code}
    with engine.transaction(settings) as connection:
        parties = query.first(connection, "receivables/parties", **whose, last=account.last)
    if parties is None:
        raise BadInput.one("--client", f"no client {client_code!r} of {account.organization_code}")
    return StatementDocument(
        first=account.first,
        last=account.last,
        seller=seller(parties.seller),
        buyer=buyer(parties.buyer),
        opening=account.opening,
        entries=tuple(StatementEntry(one.dated, one.document, one.debit, one.credit) for one in account.entries),
        debit=sum((one.debit for one in account.entries), ZERO),
        credit=sum((one.credit for one in account.entries), ZERO),
        closing=account.closing,
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
