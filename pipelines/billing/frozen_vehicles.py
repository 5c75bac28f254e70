"""The vehicles and snapshots behind an issued invoice, read from its run's frozen evidence and nothing else (domain.md §7)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from pipelines.billing.explained import Taken, Vehicle


@dataclass(frozen=True, slots=True)
class FrozenVehicles:
    """What was read; ``broken``: why it cannot be trusted (empty: it is what was frozen)."""

    vehicles: tuple[Vehicle, ...]
    taken: tuple[Taken, ...]
    broken: tuple[str, ...]


def snapshots_taken(rows: Iterable[Sequence[Any]]) -> tuple[Taken, ...]:
    """Rows of ``billing.evidence.snapshots``, in order of platform, day and number, as one `Taken` per platform and day.

    A carried day takes the usage of the platform's last day with a snapshot.
    """
    found: list[Taken] = []
    for (platform, day_text), group in groupby(rows, key=lambda row: (row[0], row[1])):
        listed, day = list(group), date.fromisoformat(day_text)
        digests = tuple(row[3] for row in listed if row[3])
        if digests:
            found.append(Taken(platform, day, digests))
            continue
        *_, by, reason = listed[0]
        earlier = found[-1] if found and found[-1].platform == platform else None
        if earlier is None:
            found.append(Taken(platform, day, (), None, by, reason))
        else:
            found.append(Taken(platform, day, earlier.digests, earlier.source or earlier.day, by, reason))
    return tuple(found)
