"""What a letter says, or that it is not sent: decided from how things stand when it is handed over (domain.md §9). Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from pipelines.master.sheets import LETTERS
from pipelines.money import ZERO, shown

_TOLD_IN_FULL: Final = 20


@dataclass(frozen=True, order=True, slots=True)
class WaitingLetter:
    """A letter about a debt that is still queued; `days`: of its step relative to the due date."""

    kind: str
    days: int = 0


@dataclass(frozen=True, slots=True)
class OpenDebt:
    """An issued invoice, or a debt of go-live (`invoice_id` None), with what is left of it now; `waiting`: its letters that are still
    queued. `is_held`: a plan of instalments that is kept covers it."""

    number: str
    invoice_id: str | None
    due_on: date
    open: Decimal
    waiting: frozenset[WaitingLetter] = frozenset()
    is_held: bool = False


@dataclass(frozen=True, slots=True)
class ClientNow:
    """A client of an organization on its local day. `may_block`: it is not exempt, nobody has stopped blocking, and payment data are fresh
    enough to block by. `least_debt` (roubles): the ladder asks for no less."""

    today: date
    debts: tuple[OpenDebt, ...] = ()
    may_block: bool = True
    promised_until: date | None = None
    is_blocked: bool = False
    is_blocked_by_others: bool = False
    least_debt: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class PaymentNow:
    """A payment as it stands: `amount` of it that was not given back, what it pays, and `left_over` of it. `is_theirs`: it is the
    client's to whom the letter goes."""

    amount: Decimal
    left_over: Decimal
    parts: Sequence[Sequence[str]]
    is_theirs: bool = True


@dataclass(frozen=True, slots=True)
class LetterDecision:
    """Facts of the letter as they are now and the debts that it tells of; or `dropped`: why it is not sent."""

    facts: Mapping[str, Any]
    debts: tuple[OpenDebt, ...] = ()
    dropped: str = ""


def decide(kind: str, key: str, facts: Mapping[str, Any], client: ClientNow, payment: PaymentNow | None) -> LetterDecision:
    """The letter (kind, key) that was queued with these facts, as it is to be said now."""
    match kind:
        case "payment_received":
            return _payment(facts, client, payment)
        case "blocked":
            late = tuple(debt for debt in client.debts if debt.due_on <= client.today and not debt.is_held)
            if not client.is_blocked or not late:
                return LetterDecision(facts, dropped="access is not blocked any more" if late else "the debt is paid")
            return LetterDecision({**facts, **_debts(late), "blocks_on": None}, late)
        case "restored":
            return LetterDecision(facts, dropped=_still_blocked(client))
        case _ if kind in LETTERS:
            return _step(kind, facts.get("number", key), facts, client)
        case _:
            owed = {debt.number: shown(debt.open) for debt in client.debts}
            return LetterDecision({**facts, "open": owed, "today": client.today.isoformat(), **_too_little_to_ask_for(client)})


def _too_little_to_ask_for(client: ClientNow) -> dict[str, Any]:
    """What is past due and less than the ladder asks for: it stands in the next letter with a счёт, or it would never be named."""
    late = {debt.number: debt.open for debt in client.debts if debt.due_on < client.today and not debt.is_held}
    is_small = sum(late.values(), ZERO) < client.least_debt
    return {"past": {number: shown(amount) for number, amount in late.items()}} if late and is_small else {}


def _still_blocked(client: ClientNow) -> str:
    """Why nobody is to read that access is back, or nothing."""
    if client.is_blocked:
        return "access is blocked again"
    return "somebody else blocks an account that we let in again" if client.is_blocked_by_others else ""


def _step(kind: str, number: str, facts: Mapping[str, Any], client: ClientNow) -> LetterDecision:
    own = next((debt for debt in client.debts if debt.number == number), None)
    if own is None:
        return LetterDecision(facts, dropped="the debt is paid")
    if own.is_held:
        return LetterDecision(facts, dropped="a plan of instalments covers the debt, and it is kept")
    if client.is_blocked:
        return LetterDecision(facts, dropped="access is blocked by now, and its letter tells of the debt")
    if kind == LETTERS[0] and own.due_on < client.today:
        return LetterDecision(facts, dropped="the due date has passed")
    asked = tuple(debt for debt in client.debts if not debt.is_held)
    if last := _last(asked, (LETTERS.index(kind), facts.get("days", 0), number), client.today):
        return LetterDecision(facts, dropped=f"of several steps the last one leaves: {last}")
    debts = tuple(debt for debt in asked if debt.due_on <= max(client.today, own.due_on))
    said = {**facts, **_debts(debts), "on": client.today.isoformat(), "blocks_on": _blocks_on(facts, client)}
    return LetterDecision(said, debts)


def _last(debts: Sequence[OpenDebt], own: tuple[int, int, str], today: date) -> str:
    """The queued letter about this client's open debts that tells what this one would, and more; empty when this is the one.

    `own`: (place of its kind among the letters, days of its step, number of the debt).
    """
    steps = [
        (LETTERS.index(letter.kind), letter.days, debt.number)
        for debt in debts
        for letter in debt.waiting
        if letter.kind in LETTERS and not (letter.kind == LETTERS[0] and debt.due_on < today)
    ]
    best = max(steps, default=own)
    return f"{LETTERS[best[0]]} {best[2]}" if best > own else ""


def _blocks_on(facts: Mapping[str, Any], client: ClientNow) -> str | None:
    """The day of the block that the ladder foresaw, where it still lies ahead and nothing keeps it from coming."""
    day = facts.get("blocks_on")
    promised = client.promised_until is not None and client.promised_until >= client.today
    return day if day and client.may_block and not promised and date.fromisoformat(day) > client.today else None


def _payment(facts: Mapping[str, Any], client: ClientNow, payment: PaymentNow | None) -> LetterDecision:
    if payment is None:
        return LetterDecision({**facts, **_left(client)}, client.debts)
    if payment.amount <= ZERO:
        return LetterDecision(facts, dropped="the payment was given back")
    if not payment.is_theirs:
        return LetterDecision(facts, dropped="a person has given the payment to another client")
    paid = {"allocations": [list(part) for part in payment.parts], "advance": shown(payment.left_over)}
    return LetterDecision({**facts, "amount": shown(payment.amount), **paid, **_left(client)}, client.debts)


def _left(client: ClientNow) -> dict[str, Any]:
    """What is left to pay after a payment, and until when."""
    return {"left": _debts(client.debts)["debts"], "left_total": _debts(client.debts)["total"], "today": client.today.isoformat()}


def _debts(debts: Sequence[OpenDebt]) -> dict[str, Any]:
    listed = [[debt.number, debt.due_on.isoformat(), shown(debt.open)] for debt in debts]
    if len(listed) > _TOLD_IN_FULL:
        rest = sum((debt.open for debt in debts[_TOLD_IN_FULL:]), ZERO)
        listed = [*listed[:_TOLD_IN_FULL], [f"ещё {len(debts) - _TOLD_IN_FULL}", debts[_TOLD_IN_FULL].due_on.isoformat(), shown(rest)]]
    return {"debts": listed, "total": shown(sum((debt.open for debt in debts), ZERO))}
