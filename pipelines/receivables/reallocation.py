"""What a payment pays by a person's word: how much of it each invoice gets, and what it pays no longer (domain.md §8). Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from pipelines.money import ZERO


@dataclass(frozen=True, slots=True)
class Wish:
    """An invoice that the payment is to pay; `amount` above zero, or None: as much as is open of it."""

    number: str
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class NamedClaim:
    """An invoice or debt of go-live: `open` of it now, and `own`: how much of this very payment pays it."""

    number: str
    organization_code: str
    client_code: str
    open: Decimal
    own: Decimal


@dataclass(frozen=True, slots=True)
class Reallocation:
    """`pays`: invoice → amount, as wished; `changes`: what is to be added to what the payment pays now, below zero what it loses;
    `free`: what of it pays nothing; `clients`: whose the invoices are."""

    pays: Mapping[str, Decimal]
    changes: Mapping[str, Decimal]
    free: Decimal
    clients: tuple[str, ...]


def problems(organization_code: str, left: Decimal, wishes: Sequence[Wish], claims: Mapping[str, NamedClaim]) -> list[str]:
    """Everything that is wrong with the wishes for a payment of which `left` was not given back."""
    said = []
    for wish in wishes:
        claim = claims.get(wish.number)
        if claim is None:
            said.append(f"there is no invoice {wish.number!r} that asks for money")
        elif claim.organization_code != organization_code:
            said.append(f"{wish.number} is an invoice of {claim.organization_code}; the money came to {organization_code}")
        elif claim.open + claim.own <= 0:
            said.append(f"{wish.number} is paid already, by other money")
        elif wish.amount is not None and wish.amount > claim.open + claim.own:
            said.append(f"{wish.number}: {claim.open + claim.own:.2f} can be paid, not {wish.amount:.2f}")
    times_named = Counter(wish.number for wish in wishes)
    said.extend(f"{number} is named twice" for number, times in sorted(times_named.items()) if times > 1)
    named = sum((wish.amount for wish in wishes if wish.amount is not None), ZERO)
    if named > left:
        said.append(f"{named:.2f} are named, and only {left:.2f} are left of the payment")
    return said


def reallocated(left: Decimal, wishes: Iterable[Wish], claims: Iterable[NamedClaim]) -> Reallocation:
    """What the payment pays then: the invoices in their order, those with an amount first served; everything else it pays no longer."""
    known = {claim.number: claim for claim in claims}
    listed = list(wishes)
    rest = left - sum((wish.amount for wish in listed if wish.amount is not None), ZERO)
    pays: dict[str, Decimal] = {}
    for wish in listed:
        claim = known[wish.number]
        amount = min(rest, claim.open + claim.own) if wish.amount is None else wish.amount
        rest -= amount if wish.amount is None else ZERO
        if amount > 0:
            pays[wish.number] = amount
    moved = {number: pays.get(number, ZERO) - claim.own for number, claim in known.items()}
    clients = tuple(dict.fromkeys(known[number].client_code for number in pays))
    return Reallocation(pays, {number: change for number, change in moved.items() if change}, rest, clients)
