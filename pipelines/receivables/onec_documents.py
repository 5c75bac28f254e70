"""Documents of money in 1C as payments: new, changed and deleted ones, in the transaction that takes their message (domain.md §8)."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

from pipelines.delivery.onec.body import LONGEST_WRITTEN, BodyObject, Deleted, MoneyDocument, NoPayment, Unread, UnreadDocument
from pipelines.delivery.onec.model import ObjectKind
from pipelines.delivery.onec.peers import local_time
from pipelines.delivery.onec.register import NamedParty, Register
from pipelines.receivables import ledger
from pipelines.receivables.bank_days import bank_days
from pipelines.receivables.bank_document import MAX_PURPOSE, account
from pipelines.receivables.importing import account_owners
from pipelines.receivables.not_counted import REASONS, NotCounted
from pipelines.receivables.pairing import BANK_DAYS
from pipelines.receivables.payment import Payment, StoredPayment
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection

ONEC: Final = "onec"

Told = MoneyDocument | UnreadDocument | None
"""What a message says last of a document; None: that it is deleted."""

_NEVER: Final = (NoPayment.NOT_A_CUSTOMER, NoPayment.DRAFT)  # what is no payment whatever else the document says
_PART: Final = 10_000  # documents that are in memory at a time
_MOST_REASONS: Final = 20

_COLUMNS: Final = (
    "peer", "reference", "version_no", "kind", "is_deleted", "document_no", "paid_on", "amount", "digest", "organization_code",
    "client_code", "payment_id", "left_out", "is_contradicted", "message_no", "at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class AppliedDocuments:
    """What the body of one message came to. `stored`: payments, refunds and reversals that are new; `known`: documents that change
    nothing, or that another source told before; `deleted`; `contradicted`: changes that the ledger does not follow; `left_out`: documents
    that are no payment of a customer, by reason; `unread`: objects that are not imported, by type."""

    stored: int = 0
    known: int = 0
    deleted: int = 0
    contradicted: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)
    unread: Mapping[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        parts = [f"{self.stored} payments stored", f"{self.known} known"]
        parts += [f"{self.deleted} deleted"] if self.deleted else []
        parts += [f"{self.contradicted} changed in 1C against the bank"] if self.contradicted else []
        parts += [f"{count} left out ({reason})" for reason, count in sorted(self.left_out.items())]
        parts += [f"{count} not imported ({name})" for name, count in sorted(self.unread.items())]
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document as it was told last (columns of receivables/onec_documents). `payment_…`: the payment that it tells of, as the ledger has
    it; `is_told_elsewhere`: it is the bank's, or another base's too."""

    reference: str
    version_no: int
    is_deleted: bool
    digest: str
    kind: str
    document_no: str
    paid_on: date
    amount: Decimal
    organization_code: str | None
    client_code: str | None
    payment_id: str | None
    is_told_elsewhere: bool
    payment_organization: str | None
    payment_on: date | None
    payment_amount: Decimal | None

    @property
    def money(self) -> tuple[str | None, date, Decimal]:
        """To whom, when and how much, as the document said last."""
        return self.organization_code, self.paid_on, self.amount

    def agrees(self, organization_code: str | None, paid_on: date, amount: Decimal) -> bool:
        """Whether the payment that it tells of is this one, but for a bank day."""
        if self.payment_on is None or (organization_code, amount) != (self.payment_organization, self.payment_amount):
            return False
        return bank_days(paid_on, self.payment_on) <= BANK_DAYS


@dataclass(slots=True)
class _Changes:
    """What the ledger and the register of documents must learn of a message."""

    not_counted: NotCounted
    rows: list[tuple[object, ...]] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    outgoing: list[Payment] = field(default_factory=list)
    cancelled: list[tuple[str, str]] = field(default_factory=list)  # id of the payment, id of what takes it back
    counts: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)


class KnownParties:
    """Whose a document is: our organizations, their accounts and clients, by 1C's references and requisites."""

    def __init__(self, connection: "Connection") -> None:
        organizations = query.rows(connection, "receivables/organizations")
        clients = query.rows(connection, "receivables/clients_of_organizations")
        self._organizations = Register(ObjectKind.ORGANIZATION, [(row.code, row.inn, row.kpp) for row in organizations])
        self._accounts = account_owners(connection)
        self._owners: dict[tuple[str, NamedParty, bool], str | NoPayment] = {}
        self._clients = {
            code: Register(
                ObjectKind.COUNTERPARTY, [(row.client_code, row.inn, row.kpp) for row in clients if row.organization_code == code]
            )
            for code in {row.organization_code for row in clients}
        }

    def organization(self, document: MoneyDocument | UnreadDocument) -> str | NoPayment:
        """Code of the organization, or why it is none of ours; asked once for what every document of a message repeats."""
        said = document.our_account, document.organization, document.kind.is_bank
        owner = self._owners.get(said)
        if owner is None:
            owner = self._owners[said] = self._owner(document.our_account, document.organization, is_bank=document.kind.is_bank)
        return owner

    def _owner(self, our_account: str, organization: NamedParty, *, is_bank: bool) -> str | NoPayment:
        """An account names an organization more surely than what 1C calls it."""
        owners = self._accounts.get(account(our_account), set()) if our_account else set()
        named = self._organizations.find(organization)
        if our_account and is_bank and not owners:
            is_ours = named is not None or bool(self._organizations.sharing(organization.inn))
            return NoPayment.OTHER_ACCOUNT if is_ours else NoPayment.OTHER_ORGANIZATION
        if len(owners) == 1:
            return next(iter(owners))
        return named or NoPayment.OTHER_ORGANIZATION

    def client(self, organization_code: str, party: NamedParty) -> str | None:
        """Code of the client of that organization, or None."""
        register = self._clients.get(organization_code)
        return register.find(party) if register else None


def apply_body(connection: "Connection", peer: str, message_no: int, objects: Iterable[BodyObject], at: datetime) -> AppliedDocuments:
    """Store what a message says of payments, in the caller's transaction; the same documents again change nothing.

    A changed sum, day or organization is a reversal and a new payment, a deletion a reversal, both of the document's own day; where the
    bank or another base tells of the same payment, the ledger stays and a finding names the document. Holds the ledger.
    """
    recording = ledger.Recording(connection, ONEC, at, peer)
    parties: KnownParties | None = None
    outgoing: dict[str, Payment] = {}
    totals, told_payments, today = _Totals(), 0, local_time(connection, at).date()
    for newest in _parts(objects, totals):
        parties = parties or KnownParties(connection)
        if told_payments and query.scalar(
            connection, "receivables/is_told_again", peer=peer, message_no=message_no, references=list(newest)
        ):
            recording.store_waiting()
        not_counted = NotCounted(connection, peer, newest, today)
        changes = _changes(connection, peer, message_no, parties, newest, not_counted, at)
        not_counted.write()
        query.copy(connection, "receivables.onec_documents", _COLUMNS, changes.rows)
        cancelled = [(payment_id, reversal) for payment_id, reversal in changes.cancelled if not outgoing.pop(payment_id, None)]
        corrections = list(_corrections(connection, cancelled, peer, at))
        recording.add(changes.payments, corrections)
        outgoing |= {each.payment_id: each for each in changes.outgoing}
        told_payments += len(changes.payments) + len(corrections)
        totals.counts.update(changes.counts)
        totals.left_out.update(changes.left_out)
    recorded = recording.finish(list(outgoing.values()))
    repeated = told_payments + len(outgoing) - recorded.stored
    counts = totals.counts
    return AppliedDocuments(
        recorded.stored, counts["known"] + repeated, counts["deleted"], counts["contradicted"], totals.left_out, totals.unread
    )


@dataclass(slots=True)
class _Totals:
    """What all parts of a message came to."""

    counts: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    unread: Counter[str] = field(default_factory=Counter)

    def pass_over(self, item: Unread | UnreadDocument) -> None:
        """Count an object that is not imported; of many reasons the first are told."""
        named = f"{item.type_name}: {item.reason}" if item.reason else item.type_name
        is_told = named in self.unread or len(self.unread) < _MOST_REASONS
        self.unread[named if is_told else "others"] += 1


def _parts(objects: Iterable[BodyObject], totals: _Totals) -> Iterator[dict[str, Told]]:
    """Reference → what a part of the message says last of it, in the order of the message."""
    newest: dict[str, Told] = {}
    for item in objects:
        match item:
            case MoneyDocument() | UnreadDocument():
                newest.pop(item.reference, None)
                newest[item.reference] = item
                if isinstance(item, UnreadDocument):
                    totals.pass_over(item)
            case Deleted():
                for key in item.references:
                    newest.pop(key, None)
                    newest[key] = None
            case Unread():
                totals.pass_over(item)
        if len(newest) >= _PART:
            yield newest
            newest = {}
    if newest:
        yield newest


def _changes(
    connection: "Connection",
    peer: str,
    message_no: int,
    parties: KnownParties,
    newest: Mapping[str, Told],
    not_counted: NotCounted,
    at: datetime,
) -> _Changes:
    """What a part of a message changes, beside what was known of its documents."""
    stored = {
        row.reference: row
        for row in query.rows(connection, "receivables/onec_documents", StoredDocument, peer=peer, references=list(newest))
    }
    changes = _Changes(not_counted)
    for key, document in newest.items():
        before = stored.get(key)
        match document:
            case MoneyDocument():
                _tell(changes, peer, message_no, parties, document, before, at)
            case UnreadDocument():
                _leave(changes, peer, message_no, parties, document, before, at)
            case None:
                not_counted.dismiss(key)
                if before is None or before.is_deleted:
                    changes.counts["known"] += 1  # also where it was deleted before it was ever told
                else:
                    _take_back(changes, peer, message_no, before, None, at)
    return changes


def _tell(
    changes: _Changes,
    peer: str,
    message_no: int,
    parties: KnownParties,
    document: MoneyDocument,
    before: StoredDocument | None,
    at: datetime,
) -> None:
    """A document as it is now, beside what was known of it."""
    owner = _owner(parties, document)
    left_out = owner if isinstance(owner, NoPayment) else None
    code = None if isinstance(owner, NoPayment) else owner
    client = parties.client(code, document.counterparty) if code else None
    digest = _digest(document, code, client)
    if before is not None and before.digest == digest and not before.is_deleted:
        _judge(changes.not_counted, document, None if before.payment_id else left_out)
        changes.counts["known"] += 1
        return
    version = before.version_no + 1 if before else 1
    amount = -document.amount if document.kind.is_outgoing else document.amount
    payment_id, is_contradicted = None, False
    if before and before.payment_id and before.is_told_elsewhere:  # also where it was deleted here meanwhile
        payment_id, is_contradicted = before.payment_id, not before.agrees(code, document.paid_on, amount)
        changes.counts["contradicted" if is_contradicted else "known"] += 1
    elif before and before.payment_id and not before.is_deleted and (code, document.paid_on, amount) == before.money:
        payment_id = before.payment_id
        changes.counts["known"] += 1
    else:
        if before and before.payment_id and not before.is_deleted:
            changes.cancelled.append((before.payment_id, _id(document.reference, version, "reversal")))
        if code:
            payment_id = _id(document.reference, version)
            target = changes.outgoing if amount < 0 else changes.payments
            target.append(_payment(payment_id, code, document, amount))
        else:
            changes.left_out[str(left_out)] += 1
    _judge(changes.not_counted, document, None if payment_id else left_out)
    changes.rows.append(
        (peer, document.reference, version, document.kind, False, document.number, document.paid_on, amount, digest, code, client,
         payment_id, None if payment_id else left_out, is_contradicted, message_no, at)
    )  # fmt: skip


def _owner(parties: KnownParties, document: MoneyDocument) -> str | NoPayment:
    """Code of the organization whose payment it is, or why it is none; another firm's money is that, in whatever currency."""
    if document.left_out in _NEVER:
        return document.left_out
    owner = parties.organization(document)
    return owner if owner is NoPayment.OTHER_ORGANIZATION else document.left_out or owner


def _judge(not_counted: NotCounted, document: MoneyDocument, left_out: NoPayment | None) -> None:
    """Whether somebody must look at the document: money of a customer that no payment stands for (`left_out` None: one does)."""
    if left_out is None:
        not_counted.count(document.reference)
    elif left_out in REASONS:
        said = {"document": document.number, "amount": f"{document.amount:.2f}", "on": document.paid_on.isoformat()}
        not_counted.add(document.reference, left_out, **said, account=document.our_account)
    else:
        not_counted.dismiss(document.reference)


def _leave(
    changes: _Changes,
    peer: str,
    message_no: int,
    parties: KnownParties,
    document: UnreadDocument,
    before: StoredDocument | None,
    at: datetime,
) -> None:
    """A document that cannot be read: the payment that was made of it stands until 1C tells it rightly, and a person hears of it.

    What says that it is no customer's or a draft is no payment, whatever its sum is.
    """
    standing = before if before and before.payment_id and not before.is_deleted else None
    if document.left_out in _NEVER:
        changes.not_counted.dismiss(document.reference)
        if standing and standing.digest != str(document.left_out):
            _take_back(changes, peer, message_no, standing, document.left_out, at)
    elif standing:
        stands = standing.amount if standing.payment_amount is None else standing.payment_amount
        changes.not_counted.add(document.reference, NoPayment.UNREADABLE, **_fault(document), stands=f"{stands:.2f}")
    elif parties.organization(document) is NoPayment.OTHER_ORGANIZATION:
        changes.not_counted.dismiss(document.reference)
    else:
        changes.not_counted.add(document.reference, NoPayment.UNREADABLE, **_fault(document))


def _fault(document: UnreadDocument) -> dict[str, str]:
    return {"document": document.number[:LONGEST_WRITTEN], "fault": str(document.fault), "written": document.written}


def _take_back(changes: _Changes, peer: str, message_no: int, before: StoredDocument, left_out: NoPayment | None, at: datetime) -> None:
    """A document that 1C holds no longer (`left_out` None), or that is no payment any more while its sum cannot be read.

    Of the latter the stored digest is the reason: nothing else was read of it.
    """
    is_contradicted = before.payment_id is not None and before.is_told_elsewhere
    if is_contradicted:
        changes.counts["contradicted"] += 1
    elif left_out is None:
        changes.counts["deleted"] += 1
    else:
        changes.left_out[str(left_out)] += 1
    version = before.version_no + 1
    if before.payment_id and not is_contradicted:
        changes.cancelled.append((before.payment_id, _id(before.reference, version, "reversal")))
    payment_id = before.payment_id if left_out is None or is_contradicted else None
    changes.rows.append(
        (peer, before.reference, version, before.kind, left_out is None, before.document_no, before.paid_on, before.amount,
         before.digest if left_out is None else str(left_out), before.organization_code, before.client_code, payment_id,
         None if payment_id else left_out, is_contradicted, message_no, at)
    )  # fmt: skip


def _corrections(connection: "Connection", cancelled: Iterable[tuple[str, str]], peer: str, at: datetime) -> Iterator[ledger.Correction]:
    """What takes payments back, as far as they were not given back, on their own days.

    A refund that gave a payment back is undone by as much money again; one that nobody has ruled on is no refund any more.
    """
    for payment_id, correction_id in cancelled:
        payment = query.first(connection, "receivables/stored_payment", StoredPayment, payment_id=payment_id)
        if payment is None or not payment.left:
            continue
        if payment.amount < 0 and payment.reverses is None:
            word = {"reversal_id": payment_id, "payment_id": None, "by_name": f"1С ({peer})", "reason": "документ удалён", "at": at}
            query.run(connection, "receivables/add_refund_word", **word)
            continue
        yield ledger.taking_back(payment, correction_id, "Отменено в 1С"), payment


def _payment(payment_id: str, organization_code: str, document: MoneyDocument, amount: Decimal) -> Payment:
    return Payment(
        payment_id=payment_id,
        organization_code=organization_code,
        document_no=document.number,
        paid_on=document.paid_on,
        amount=amount,
        payer_inn=document.counterparty.inn or None,
        payer_name=document.counterparty.name,
        payer_account=account(document.their_account),
        purpose=document.purpose[:MAX_PURPOSE],
    )


def _digest(document: MoneyDocument, organization_code: str | None, client_code: str | None) -> str:
    facts = (
        document.kind, document.number, document.paid_on, document.amount, organization_code, client_code, document.counterparty,
        document.their_account, document.purpose, document.left_out,
    )  # fmt: skip
    return blake2b(repr(tuple(map(str, facts))).encode(), digest_size=16).hexdigest()


def _id(document: str, version: int, part: str = "") -> str:
    """The ledger's id of a version of a document: the same from every base that shares the document."""
    return blake2b("\x1f".join((ONEC, document, str(version), part)).encode(), digest_size=10).hexdigest()
