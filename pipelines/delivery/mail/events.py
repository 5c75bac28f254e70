"""What is told by mail: the kinds of events, whom each is told to, and what its letter needs to know. Pure."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Literal

from pipelines.money import shown

Audience = Literal["client", "managers", "technical"]
Letter = Literal["reminder", "notice", "warning", "final"]

_NAMESPACE = uuid.UUID("5f0e5a1c-8f4e-5c36-9d0b-6f3a1f1f7b52")

# kind → whom it is told to; the words of each kind are in templates/mail/KIND.j2
AUDIENCES: Mapping[str, Audience] = MappingProxyType(
    {
        "invoice": "client",
        "act": "client",
        "corrective": "client",
        "adjustment": "client",
        "prepaid_exceeded": "managers",
        "payment_received": "client",
        "reminder": "client",
        "notice": "client",
        "warning": "client",
        "final": "client",
        "blocked": "client",
        "restored": "client",
        "statement": "client",
        "dealer_report": "client",
        "snapshot_missing": "technical",
        "findings_digest": "technical",
    }
)
# their letters are written from the issued invoice (event key = its number)
ABOUT_INVOICES = frozenset({"invoice", "act", "corrective", "adjustment", "prepaid_exceeded"})
# they carry the PDFs of what was issued together
WITH_PDF = frozenset({"invoice", "act", "corrective", "adjustment"})


@dataclass(frozen=True, slots=True)
class Event:
    """Something that is told once. (kind, key) is its identity; ``facts`` is JSON: what the letter tells, frozen."""

    kind: str
    key: str
    organization_code: str | None = None
    client_code: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.kind not in AUDIENCES or not self.key:
            raise ValueError(f"no event of kind {self.kind!r} with key {self.key!r}")
        if AUDIENCES[self.kind] == "client" and not (self.organization_code and self.client_code):
            raise ValueError(f"{self.kind} {self.key}: a client's letter names its organization and its client")


@dataclass(frozen=True, slots=True)
class Debt:
    """An invoice with what is still open of it."""

    number: str
    due_on: date
    open: Decimal


@dataclass(frozen=True, slots=True)
class PaymentNotice:
    """A payment and what it paid: (invoice number, amount); ``advance`` is what is left of it."""

    payment_id: str
    paid_on: date
    amount: Decimal
    document_no: str
    allocations: Sequence[tuple[str, Decimal]]
    advance: Decimal


def payment_received(organization_code: str, client_code: str, payment: PaymentNotice) -> Event:
    """A payment arrived (domain.md §8)."""
    facts = {
        "paid_on": payment.paid_on.isoformat(),
        "amount": shown(payment.amount),
        "document_no": payment.document_no,
        "allocations": [[number, shown(part)] for number, part in payment.allocations],
        "advance": shown(payment.advance),
    }
    return Event("payment_received", payment.payment_id, organization_code, client_code, facts)


@dataclass(frozen=True, slots=True)
class LadderStep:
    """A step of a ladder that tells: its name, its letter, its days relative to the due date."""

    name: str
    letter: Letter
    days: int

    def key_of(self, number: str) -> str:
        """The key of its letter about an invoice: each step happens once per debt, also where two have one letter."""
        return number if self.name == self.letter else f"{number} {self.name}"


def payment_moved(organization_code: str, client_code: str, payment: PaymentNotice) -> Event:
    """A person has given a payment to another client, who is told of it as of one that arrived; its client may have been told before."""
    event = payment_received(organization_code, client_code, payment)
    return Event(
        event.kind, f"{payment.payment_id} {client_code}", organization_code, client_code, {**event.facts, "payment_id": payment.payment_id}
    )


def ladder_step(
    step: LadderStep,
    number: str,
    organization_code: str,
    client_code: str,
    *,
    on: date,
    debts: Sequence[Debt],
    blocks_on: date | None = None,
) -> Event:
    """One step of the ladder before blocking (domain.md §9). ``number``: the invoice that it asks for, or the name of a debt of go-live;
    ``blocks_on``: the day when access is switched off if nothing is paid."""
    facts = {**_about_debts(on, debts, blocks_on), "number": number, "step": step.name, "days": step.days}
    return Event(step.letter, step.key_of(number), organization_code, client_code, facts)


def blocked(key: str, organization_code: str, client_code: str, *, on: date, debts: Sequence[Debt]) -> Event:
    """Access was suspended on that day for these debts."""
    return Event("blocked", key, organization_code, client_code, _about_debts(on, debts, None))


def restored(
    key: str, organization_code: str, client_code: str, *, on: date, is_paid: bool = False, promised_until: date | None = None
) -> Event:
    """Access came back on that day: because no blocking debt remains, or because the client has promised to pay."""
    until = promised_until.isoformat() if promised_until else None
    facts = {"on": on.isoformat(), "is_paid": is_paid, "promised_until": until}
    return Event("restored", key, organization_code, client_code, facts)


def statement(organization_code: str, client_code: str, *, first: date, last: date, closing: Decimal, paper: str, digest: str) -> Event:
    """An акт сверки that somebody sends (domain.md §8). ``paper``: its path in the store of documents; the same paper is one message."""
    facts = {"first": first.isoformat(), "last": last.isoformat(), "closing": shown(closing), "paper": paper}
    return Event("statement", f"{organization_code} {client_code} {first} {last} {digest[:16]}", organization_code, client_code, facts)


def dealer_report(organization_code: str, dealer_code: str, month: str, papers: Mapping[str, str], digest: str) -> Event:
    """A dealer's report of a month. ``papers``: name in the letter → path in the store; the same report is one message."""
    return Event(
        "dealer_report", f"{dealer_code} {month} {digest[:16]}", organization_code, dealer_code, {"month": month, "papers": dict(papers)}
    )


def snapshot_missing(platform: str, day: date, reason: str) -> Event:
    """A platform gave no usable snapshot for a day; told to the technical team. One message per platform and day."""
    return Event("snapshot_missing", f"{platform} {day}", facts={"platform": platform, "day": day.isoformat(), "reason": reason})


def findings_digest(day: date) -> Event:
    """What is new, still open and mended on a day, for the technical team; its words are those of the hand-over. One a day."""
    return Event("findings_digest", day.isoformat(), facts={"day": day.isoformat()})


def message_id(kind: str, key: str, domain: str) -> str:
    """``<uuid5@domain>``: the same event always has the same left part, so a repeated hand-over can be recognised."""
    return f"<{uuid.uuid5(_NAMESPACE, f'{kind}/{key}')}@{domain}>"


def _about_debts(on: date, debts: Sequence[Debt], blocks_on: date | None) -> dict[str, Any]:
    return {
        "on": on.isoformat(),
        "debts": [[debt.number, debt.due_on.isoformat(), shown(debt.open)] for debt in debts],
        "total": shown(sum((debt.open for debt in debts), Decimal("0.00"))),
        "blocks_on": blocks_on.isoformat() if blocks_on else None,
    }
