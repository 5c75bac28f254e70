"""The vehicles and snapshots behind an issued invoice, read from its run's frozen evidence and nothing else (domain.md §7)."""

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Any

from pipelines.audit.model import Mask, SnapshotsOfDay, Vehicle
from pipelines.billing.frozen_json import FrozenSnapshot
from pipelines.evidence.lake import EvidenceLost, resolve
from pipelines.settings import Settings
from pipelines.usage.frozen_file import METADATA_KEY, REASONS, ProvenDay, decode

COUNTED, *LEFT_OUT = REASONS


@dataclass(frozen=True, slots=True)
class FrozenVehicles:
    """What the file says; ``broken``: why it cannot be trusted (empty: it is what was frozen)."""

    vehicles: tuple[Vehicle, ...]
    proofs: tuple[ProvenDay, ...]
    broken: tuple[str, ...]


def read_vehicles(settings: Settings, path: str, digest: str, contract_no: str) -> FrozenVehicles:
    """A contract's vehicles from a run's frozen file; only the row groups that may hold them are unpacked.

    EvidenceLost when the file is not there or cannot be read as what it was.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    filesystem, target = resolve(settings, path)
    try:
        content = filesystem.cat_file(target)
    except FileNotFoundError:
        raise EvidenceLost(f"the lake has no {path}, on which issued invoices rest") from None
    actual_digest = hashlib.sha256(content).hexdigest()
    broken = () if actual_digest == digest else (f"the frozen vehicles {path} have digest {actual_digest}, the invoice rests on {digest}",)
    try:
        file = pq.ParquetFile(pa.BufferReader(content))
        table = file.read_row_groups(list(groups_of(file, contract_no)), use_threads=False)
        rows = _rows_of(table, contract_no)
        proofs = decode(file.metadata.metadata[METADATA_KEY])
    except (pa.ArrowException, KeyError, TypeError, ValueError) as error:
        if broken:
            raise EvidenceLost(f"{broken[0]}; it cannot be read any more") from error
        raise
    return FrozenVehicles(tuple(map(_vehicle, rows)), proofs, broken)


def snapshots_taken(rows: Iterable[FrozenSnapshot], proofs: Iterable[ProvenDay] = ()) -> tuple[tuple[SnapshotsOfDay, ...], tuple[str, ...]]:
    """The snapshots that count on every platform and day, and where the two frozen lists of them differ.

    ``rows``: of the run's evidence, in order of platform, day and number; ``proofs``: of the vehicles' file,
    which also knows the day that a carried one was taken from.
    """
    proven = {(proof.platform, proof.business_date): (proof.snapshots, proof.carried_from) for proof in proofs}
    taken, broken = [], []
    for (platform, day_text), group in groupby(rows, key=lambda row: (row.platform, row.business_date)):
        listed, day = list(group), date.fromisoformat(day_text)
        by, reason = listed[0].by_name, listed[0].reason
        digests = tuple(row.digest for row in listed if row.digest)
        counting, source = proven.get((platform, day), (digests, None))
        if digests and set(counting) != set(digests):
            broken.append(f"{platform} {day}: the vehicles were counted from other snapshots than the invoice names")
        taken.append(SnapshotsOfDay(platform, day, counting, source, by, reason))
    return tuple(taken), tuple(broken)


def within(vehicles: Iterable[Vehicle], days: Mask, counting: Mapping[str, Mask]) -> Iterator[Vehicle]:
    """The vehicles on the days that an invoice rests on, each with why it counts.

    ``counting``: the counting rule of the contract's terms → its days. Vehicles of other days alone are left away.
    """
    for vehicle in vehicles:
        counted = vehicle.counted & days
        left_out = tuple((word, mask & days) for word, mask in vehicle.left_out if mask & days)
        if counted or left_out:
            why = tuple((rule, mask & counted) for rule, mask in counting.items() if mask & counted)
            yield replace(vehicle, counted=counted, why=why, left_out=left_out)


def groups_of(file: Any, contract_no: str) -> Iterator[int]:
    """Row groups whose smallest and largest contract lie around this one; the file is sorted by contract."""
    column = file.schema_arrow.get_field_index("contract_no")
    for index in range(file.num_row_groups):
        statistics = file.metadata.row_group(index).column(column).statistics
        if statistics is None or not statistics.has_min_max or statistics.min <= contract_no <= statistics.max:
            yield index


def _rows_of(table: Any, contract_no: str) -> list[dict[str, Any]]:
    """The contract's rows of a table that is sorted by contract. By bisection: a filter would import pandas, half a second."""
    numbers = table.column("contract_no").to_pylist()
    first, after = bisect_left(numbers, contract_no), bisect_right(numbers, contract_no)
    vehicles: list[dict[str, Any]] = table.slice(first, after - first).to_pylist()
    return vehicles


def _vehicle(row: Mapping[str, Any]) -> Vehicle:
    left_out = tuple((word, int(row[word])) for word in LEFT_OUT if row[word])
    return Vehicle(row["platform"], row["vehicle_id"], row["name"], row["plate"], int(row[COUNTED]), (), left_out)
