"""Transfers: vehicles that another contract owns than on the covered day before (domain.md §10)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import chain, pairwise
from typing import TYPE_CHECKING

from pipelines.evidence.lake import EvidenceLost
from pipelines.findings.store import Occurrence
from pipelines.usage.counting import Counted
from pipelines.usage.lake import Lake
from pipelines.usage.owners import Standing
from pipelines.usage.parts import Part, Resolver, own_day
from pipelines.usage.sources import read

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from sqlalchemy import Connection

TRANSFER = "transfer"


def transfers(connection: "Connection", lake: Lake, found: Counted, at: datetime) -> Iterator[Occurrence]:
    """A finding for each vehicle and covered day on which it moved between contracts in force.

    The month's first covered day is compared with the last one of the month before, and the first of the next month, where
    it is covered, with this month's last: a fleet moved away for the count comes back there.
    """
    resolver = found.resolver
    month = resolver.sources.month
    before, after = (Resolver(lake, read(connection, each, at)) for each in (month.previous, month.next))
    marks = _Marks(lake, len(resolver.sources.contracts))
    chains: list[list[Part]] = []
    for platform in resolver.sources.platforms:
        parts = [part for part in found.parts if part.day.platform == platform]
        earlier = [day for name, day in before.sources.days if name == platform]
        if parts and earlier:
            parts = [*_day(before, platform, max(earlier)), *parts]
        if parts and (platform, month.next.first) in after.sources.days:
            parts += _day(after, platform, month.next.first)
        chains.append(parts)
    for one, other in chain.from_iterable(map(pairwise, chains)):
        yield from _moved(lake, resolver, marks, one, other)


def _day(resolver: Resolver, platform: str, day: date) -> list[Part]:
    """That day of another month, or none where its evidence is lost: that month names the loss, this one does not depend on it."""
    try:
        return [own_day(resolver, platform, day)]
    except EvidenceLost:
        return []


def _moved(lake: Lake, resolver: Resolver, marks: "_Marks", before: Part, after: Part) -> Iterator[Occurrence]:
    """Vehicles that moved from one day to the other; only contracts whose vehicles differ are looked into, and it takes two."""
    import numpy as np
    import pyarrow as pa

    changed = np.flatnonzero(marks.of(resolver, before) != marks.of(resolver, after))
    if len(changed) < 2:
        return
    for name, part in (("owned_before", before), ("owned_after", after)):
        contracts = owned(resolver, part)
        numbers = np.flatnonzero(np.isin(contracts, changed)).astype(np.int32)
        lake.put(name, pa.table({"account_no": numbers, "contract_index": contracts[numbers]}))
    rows = lake.table("transfers", before=lake.location(before.path), after=lake.location(after.path)).to_pydict()
    names = [contract.contract_no for contract in resolver.sources.contracts]
    for vehicle_id, first, second in zip(rows["vehicle_id"], rows["from_index"], rows["to_index"], strict=True):
        words = f"перешла с договора {names[first]} на договор {names[second]}"
        yield Occurrence(TRANSFER, f"{after.day.platform}/{vehicle_id}", after.day.business_date, names[second], words)


def owned(resolver: Resolver, part: Part) -> "NDArray[np.int32]":
    """Contract of each owner set of a day, -1 where none in force owns it."""
    import numpy as np

    standing, contracts = resolver.as_columns(part.owners)
    return np.where(standing >= Standing.BLOCKED, contracts, -1).astype(np.int32)


@dataclass(slots=True)
class _Marks:
    """A mark of the vehicles of every contract on a day: equal marks, equal vehicles. What a file says is read once."""

    lake: Lake
    contracts: int
    _files: "dict[str, tuple[NDArray[np.int32], NDArray[np.uint64]]]" = field(default_factory=dict)

    def of(self, resolver: Resolver, part: Part) -> "NDArray[np.uint64]":
        """By index of the contract."""
        import numpy as np

        if part.path not in self._files:
            read = self.lake.query("owner_set_marks", path=self.lake.location(part.path)).fetchnumpy()
            self._files[part.path] = np.asarray(read["account_no"]), np.asarray(read["mark"])
        numbers, marks = self._files[part.path]
        found = np.zeros(self.contracts + 1, np.uint64)  # the last one is nobody's
        np.bitwise_xor.at(found, owned(resolver, part)[numbers], marks)
        return found[:-1]
