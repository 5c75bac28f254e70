"""Owners of a whole month's owner sets: what has an equal tree and equal mappings is resolved once (domain.md §3.1)."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import msgspec

from pipelines.evidence.lake import OLDEST_DEVICE_RULE
from pipelines.usage.lake_sql import Lake
from pipelines.usage.owners import Owner, Ownership, OwnerTree
from pipelines.usage.sources import CountedSnapshot, Sources

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class _Footer:
    """What a snapshot's file says beside its rows: digests of its account tree and of its owner sets, and its device rule."""

    tree: bytes
    owner_sets: bytes
    device_rule: int


@dataclass(slots=True)
class MonthOwners:
    """Owners by platform, tree and run of days without a change of mappings; remembers what it has resolved.

    Of trees, each with all accounts of a platform, only the last one of a platform is remembered: the next day's is mostly equal, and where
    it never is, a month of them has no room. Equal owner sets of different days are one object.
    """

    lake: Lake
    sources: Sources
    contract_index: dict[str, int] = field(init=False)
    _footers: dict[str, _Footer] = field(default_factory=dict)
    _last_tree: dict[str, tuple[bytes, OwnerTree]] = field(default_factory=dict)
    _owner_sets: dict[bytes, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    _one_of_equal: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    _last_ownership: dict[str, tuple[bytes, int, Ownership]] = field(default_factory=dict)
    _owners: dict[tuple[str, bytes, bytes, int], tuple[Owner, ...]] = field(default_factory=dict)
    _columns: dict[int, "tuple[tuple[Owner, ...], NDArray[np.uint8], NDArray[np.int32]]"] = field(default_factory=dict)
    _mapped: dict[tuple[str, int], dict[str, tuple[str, ...]]] = field(default_factory=dict)
    _in_force: dict[int, frozenset[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.contract_index = {contract.contract_no: index for index, contract in enumerate(self.sources.contracts)}

    def owner_sets(self, snapshot: CountedSnapshot) -> tuple[tuple[str, ...], ...]:
        """The accounts that own directly what bears each account_no of a snapshot."""
        return self._owner_sets[self._footer(snapshot).owner_sets]

    def accounts(self, snapshot: CountedSnapshot) -> Iterable[str]:
        """Every account of a snapshot's tree; all that its vehicles name are there."""
        return self._tree(snapshot).parents

    def device_rule(self, snapshot: CountedSnapshot) -> int:
        """The rule by which the device keys of a snapshot's file were made."""
        return self._footer(snapshot).device_rule

    def owners(self, snapshot: CountedSnapshot, day: date) -> tuple[Owner, ...]:
        """Owner of each owner set of a snapshot, by the mappings of that day."""
        footer, epoch = self._footer(snapshot), self.sources.epochs[day]
        known = self._owners.get((snapshot.platform, footer.tree, footer.owner_sets, epoch))
        if known is None:
            ownership = self._ownership(snapshot, day)
            known = tuple(map(ownership.owner, self._owner_sets[footer.owner_sets]))
            self._owners[snapshot.platform, footer.tree, footer.owner_sets, epoch] = known
        return known

    def mapped(self, platform: str, day: date) -> dict[str, tuple[str, ...]]:
        """Account → contracts on that day."""
        key = (platform, self.sources.epochs[day])
        if key not in self._mapped:
            self._mapped[key] = self.sources.mapped_on(platform, day)
        return self._mapped[key]

    def in_force(self, day: date) -> frozenset[str]:
        """Contracts in force on that day."""
        epoch = self.sources.epochs[day]
        if epoch not in self._in_force:
            self._in_force[epoch] = self.sources.in_force_on(day)
        return self._in_force[epoch]

    def as_columns(self, owners: tuple[Owner, ...]) -> "tuple[NDArray[np.uint8], NDArray[np.int32]]":
        """Standing and index of the contract (-1: none) of each owner set."""
        import numpy as np

        if id(owners) not in self._columns:
            index = self.contract_index
            self._columns[id(owners)] = (
                owners,  # held, so that no other tuple gets its id
                np.fromiter((owner.standing for owner in owners), np.uint8, len(owners)),
                np.fromiter((index.get(owner.contract_no or "", -1) for owner in owners), np.int32, len(owners)),
            )
        _, standing, contracts = self._columns[id(owners)]
        return standing, contracts

    def _ownership(self, snapshot: CountedSnapshot, day: date) -> Ownership:
        """What resolves the owners of a snapshot on that day."""
        tree, epoch = self._footer(snapshot).tree, self.sources.epochs[day]
        known = self._last_ownership.get(snapshot.platform)
        if known is None or known[:2] != (tree, epoch):
            made = Ownership(self._tree(snapshot), self.mapped(snapshot.platform, day), self.in_force(day))
            known = self._last_ownership[snapshot.platform] = (tree, epoch, made)
        return known[2]

    def _tree(self, snapshot: CountedSnapshot) -> OwnerTree:
        """The account tree of a snapshot; read anew where another one was looked at since."""
        digest = self._footer(snapshot).tree
        known = self._last_tree.get(snapshot.platform)
        if known is None or known[0] != digest:
            stored = self.lake.metadata(snapshot.path)
            known = self._last_tree[snapshot.platform] = (digest, OwnerTree.of(msgspec.json.decode(ownership_of(stored)[0])))
        return known[1]

    def _footer(self, snapshot: CountedSnapshot) -> _Footer:
        """The footer of a snapshot's file; its owner sets are known from then on."""
        footer = self._footers.get(snapshot.path)
        if footer is None:
            stored = self.lake.metadata(snapshot.path)
            tree, owner_sets = ownership_of(stored)
            footer = _Footer(hashlib.sha256(tree).digest(), hashlib.sha256(owner_sets).digest(), device_rule_of(stored))
            self._footers[snapshot.path] = footer
            if footer.owner_sets not in self._owner_sets:
                sets = msgspec.json.decode(owner_sets, type=tuple[tuple[str, ...], ...])
                self._owner_sets[footer.owner_sets] = tuple(self._one_of_equal.setdefault(each, each) for each in sets)
        return footer


def ownership_of(stored: bytes) -> tuple[bytes, bytes]:
    """The account tree and the owner sets, as JSON texts, out of a file's metadata (an object with sorted keys).

    A quotation mark inside a JSON text is escaped, so the keys are found where they are and nowhere else.
    """
    accounts, date_at = stored.index(b'"accounts":') + 11, stored.index(b',"business_date":')
    owners, after = stored.rindex(b',"owners":') + 10, stored.rindex(b',"platform":')
    return stored[accounts:date_at], stored[owners:after]


def device_rule_of(stored: bytes) -> int:
    """The device rule out of a file's metadata; files older than the word were made by the first."""
    key = b',"device_rule":'
    at = stored.find(key)
    return int(stored[at + len(key) : stored.index(b",", at + 1)]) if at >= 0 else OLDEST_DEVICE_RULE
