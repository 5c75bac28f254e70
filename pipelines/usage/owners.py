"""Who owns a vehicle: the walk up the account tree to the first account that is mapped to a contract (domain.md §3.1)."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple


class OwnerStanding(IntEnum):
    """What a vehicle's place in the tree means for billing on one day; of several owners the greatest decides."""

    ORPHAN = 0
    OUT_OF_CONTRACT = 1
    BLOCKED = 2
    OWNED = 3


@dataclass(frozen=True, slots=True)
class Owner:
    """Whom a vehicle-day belongs to.

    ``contract_no`` is the contract that the walk came to, also where it is out of force or its account is blocked
    (None: orphan); ``rivals``: every contract that had a claim, in byte order, when there is more than one.
    ``is_mapped`` is False when neither the owners nor any of their ancestors is mapped.
    """

    standing: OwnerStanding
    contract_no: str | None = None
    rivals: tuple[str, ...] = ()

    @property
    def is_mapped(self) -> bool:
        """Whether the walk met a mapped account at all."""
        return self.contract_no is not None


ORPHAN = Owner(OwnerStanding.ORPHAN)


@dataclass(frozen=True, slots=True)
class OwnerTree:
    """The account tree as frozen in a snapshot: each account's parent (None: a root), and the disabled accounts."""

    parents: Mapping[str, str | None]
    disabled: frozenset[str]

    @classmethod
    def of(cls, accounts: Iterable[Sequence[object]]) -> "OwnerTree":
        """From rows account_id, parent_account_id, name, enabled."""
        rows = list(accounts)
        return cls(
            {str(row[0]): None if row[1] is None else str(row[1]) for row in rows},
            frozenset(str(row[0]) for row in rows if not row[3]),
        )


class OwnerClaim(NamedTuple):
    """What one account leads to: the contracts of the first mapped account above it, and whether any account above is disabled."""

    contracts: tuple[str, ...]
    is_blocked: bool


class Ownership:
    """Owners on one date by one account tree; remembers what it has found.

    ``mappings``: account → contracts that it is mapped to on that date, in byte order; ``in_force``: contracts in force
    on that date.
    """

    def __init__(self, tree: OwnerTree, mappings: Mapping[str, tuple[str, ...]], in_force: Set[str]) -> None:
        self._tree, self._mappings, self._in_force = tree, mappings, in_force
        self._claims: dict[str, OwnerClaim] = {}
        self._owners: dict[tuple[str, ...], Owner] = {}

    def owner(self, owners: tuple[str, ...]) -> Owner:
        """Whom the vehicles of these accounts belong to.

        Several owners: the contract that sorts first among those that can be billed; an owner whose way up is blocked
        gives way to one whose way is open (docs/decisions.md).
        """
        owner = self._owners.get(owners)
        if owner is None:
            claims = [_climb(self._tree, self._mappings, account, self._claims) for account in owners]
            owner = self._owners[owners] = _owner(claims, self._in_force)
        return owner


def _owner(claims: Sequence[OwnerClaim], in_force: Set[str]) -> Owner:
    if len(claims) == 1 and len(claims[0].contracts) == 1:
        [[[contract_no], is_blocked]] = claims
        if is_blocked:
            return Owner(OwnerStanding.BLOCKED, contract_no)
        return Owner(OwnerStanding.OWNED if contract_no in in_force else OwnerStanding.OUT_OF_CONTRACT, contract_no)
    candidates: list[tuple[OwnerStanding, str]] = []
    for claim in claims:
        for contract_no in claim.contracts:
            if claim.is_blocked:
                candidates.append((OwnerStanding.BLOCKED, contract_no))
            else:
                candidates.append((OwnerStanding.OWNED if contract_no in in_force else OwnerStanding.OUT_OF_CONTRACT, contract_no))
    if not candidates:
        return BLOCKED_ORPHAN if claims and all(claim.is_blocked for claim in claims) else ORPHAN
    best = (
        OwnerStanding.OWNED
        if any(standing is OwnerStanding.OWNED for standing, _ in candidates)
        else max(standing for standing, _ in candidates)
    )
    names = [name for standing, name in candidates if standing is best]
    billable = [name for name in names if name in in_force] or names
    return Owner(best, min(billable, key=byte_order), _rivals(candidates))


BLOCKED_ORPHAN = Owner(OwnerStanding.BLOCKED)


def byte_order(text: str) -> bytes:
    """Sort key of names: the bytes of their UTF-8 form."""
    return text.encode()


def _rivals(claims: Iterable[tuple[OwnerStanding, str]]) -> tuple[str, ...]:
    names = {name for _, name in claims}
    return tuple(sorted(names, key=byte_order)) if len(names) > 1 else ()


def _climb(tree: OwnerTree, mappings: Mapping[str, tuple[str, ...]], account: str, claims: dict[str, OwnerClaim]) -> OwnerClaim:
    """The account's claim; remembers those of the accounts on the way, except in a circle, which ends where it closes."""
    path: list[str] = []
    seen: set[str] = set()
    at: str | None = account
    while at is not None and at not in claims and at not in seen:
        path.append(at)
        seen.add(at)
        at = tree.parents.get(at)
    is_circle = at is not None and at in seen
    claim = claims[at] if at is not None and not is_circle else OwnerClaim((), is_blocked=False)
    for step in reversed(path):
        contracts = mappings.get(step) or claim.contracts
        claim = OwnerClaim(contracts, claim.is_blocked or step in tree.disabled)
        if not is_circle or step == account:
            claims[step] = claim
    return claim
