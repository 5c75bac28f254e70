"""The proof of an issued invoice: a zip that a client checks alone, with nothing but Python (domain.md §7)."""

import csv
import json
import re
import runpy
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from pipelines import logs
from pipelines.audit.explain import explain, require_agreement
from pipelines.audit.model import FrozenInvoice
from pipelines.audit.proven_days import columns_of, harmless, proven_days
from pipelines.audit.recompute import vat_modes
from pipelines.billing.frozen_json import vat_modes_json
from pipelines.billing.inputs import tariff_json
from pipelines.errors import Refused
from pipelines.files import private_folder, sha256_of, write_whole
from pipelines.settings import Settings, resource
from pipelines.warehouse import engine, query

if TYPE_CHECKING:
    from sqlalchemy import Connection

FORMAT = 1
WORK = "proof-"
"""How the folders begin, in ``tmp`` of the house, in which bundles are put together."""
_SHIPPED = ("README.txt", "verify.py")
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # of every file in the zip: the same proof is the same bytes
_UNSAFE = re.compile(r"[^\w.-]+")
_SNAPSHOT_COLUMNS = ("date", "platform", "digests", "carried_from", "carried_by", "carried_because")
_HISTORY_COLUMNS = ("at", "sheet", "key", "action", "before", "after")


class NotProvable(Refused):
    """The bundle would not prove the invoice; the message says what is lacking."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A written bundle: where it lies, what its own check has counted (in Russian), and the digest of its link."""

    path: Path
    counted: tuple[str, ...]
    digest: str


def prove(settings: Settings, number: str, target: Path | None = None) -> Proof:
    """Write the bundle of an issued invoice, checked by its own ``verify.py`` before it is handed over.

    ``target`` None: ``proof-NUMBER.zip`` in the current folder. UnknownInvoice; DoesNotAgree when the invoice does not follow
    from its evidence; EvidenceLost; NotProvable when it is in no chain, or when the check does not come to it.
    """
    with logs.verb("audit", "prove") as done:
        explained = explain(settings, number)
        require_agreement(explained)
        frozen = explained.frozen
        folder = Path(tempfile.mkdtemp(prefix=WORK, dir=private_folder(settings.home / "tmp")))
        try:
            digest = _fill(settings, frozen, folder)
            counted = _checked(folder, frozen.number)
            path = target or Path(f"proof-{part_of_name(frozen.number)}.zip")
            write_whole(path, lambda handle: _pack(folder, handle))
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        done |= {"vehicles": len(frozen.vehicles), "days": len(frozen.days)}
    return Proof(path, tuple(counted), digest)


def part_of_name(number: str) -> str:
    """A number as part of a file's name."""
    return _UNSAFE.sub("_", number)


def _fill(settings: Settings, frozen: FrozenInvoice, folder: Path) -> str:
    with engine.transaction(settings) as connection:
        proven = query.first(connection, "audit/proven_invoice", number=frozen.number)
        if proven.link_no is None:
            raise NotProvable(f"{frozen.number} is in no chain: see `fleetbill ledger verify`")
        earlier = query.rows(connection, "audit/earlier_invoices", number=frozen.number)
        _write_history(connection, frozen, folder)
    (folder / "invoice.json").write_text(proven.invoice, encoding="utf-8")
    (folder / "evidence.json").write_text(proven.evidence, encoding="utf-8")
    _write_json(folder / "earlier.json", [{"invoice": row.invoice, "chain": _link(row)} for row in earlier])
    _write_json(folder / "tariffs.json", [tariff_json(version) for code in sorted(frozen.tariffs) for version in frozen.tariffs[code]])
    _write_json(folder / "vat.json", vat_modes_json(vat_modes(frozen), frozen.month))
    _write_snapshots(frozen, folder)
    _write_days(settings, frozen, folder)
    for name in _SHIPPED:
        shutil.copyfile(resource("templates") / "proof" / name, folder / name)
    digests = {path.name: sha256_of(path) for path in sorted(folder.iterdir())}
    organization = json.loads(proven.invoice)["organization"]
    chain = {"format": FORMAT, "number": frozen.number, "organization": organization, "files": digests, "chain": _link(proven)}
    _write_json(folder / "digests.json", chain)
    return str(proven.digest)


def _link(row: Any) -> dict[str, Any]:
    return {"link_no": row.link_no, "previous": row.previous, "content": row.content, "digest": row.digest}


def _write_history(connection: "Connection", frozen: FrozenInvoice, folder: Path) -> None:
    rows = query.rows(
        connection,
        "audit/proven_history",
        contract=frozen.contract.contract_no,
        tariffs=sorted({terms.tariff_code for terms in frozen.terms}),
        at=frozen.issued_at,
        last=frozen.month.last,
    )
    changes = ((row.at.isoformat(), row.sheet, harmless(row.key), row.action, row.before, row.after) for row in rows)
    _write_csv(folder / "history.csv", _HISTORY_COLUMNS, changes)


def _write_snapshots(frozen: FrozenInvoice, folder: Path) -> None:
    rows = (
        (
            taken.day.isoformat(),
            harmless(taken.platform),
            " ".join(taken.digests),
            taken.source and taken.source.isoformat(),
            harmless(taken.by),
            harmless(taken.reason),
        )
        for taken in frozen.snapshots
    )
    _write_csv(folder / "snapshots.csv", _SNAPSHOT_COLUMNS, rows)


def _write_days(settings: Settings, frozen: FrozenInvoice, folder: Path) -> None:
    """The vehicle-days as CSV and Parquet, one date after another: memory does not grow with the days."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = columns_of(frozen)
    schema = pa.schema([(name, pa.string()) for name in columns])
    with (folder / "vehicle_days.csv").open("w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.DictWriter(handle, columns)
        writer.writeheader()
        with pq.ParquetWriter(folder / "vehicle_days.parquet", schema, compression="zstd") as parquet:
            for rows in proven_days(settings, frozen):
                writer.writerows(rows)
                parquet.write_table(pa.Table.from_pylist(rows, schema))


def _write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(columns)
        writer.writerows(rows)


def _write_json(path: Path, content: Sequence[Any] | Mapping[str, Any]) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _checked(folder: Path, number: str) -> list[str]:
    """What the bundle's own check counts; NotProvable when it does not come to the invoice."""
    counted, problems = runpy.run_path(str(folder / "verify.py"))["check"](str(folder))
    if problems:
        raise NotProvable(f"the proof of {number} does not come to it: {'; '.join(problems[:5])}")
    return list(counted)


def _pack(folder: Path, handle: IO[bytes]) -> None:
    with zipfile.ZipFile(handle, "w", zipfile.ZIP_DEFLATED) as bundle:
        for path in sorted(folder.iterdir()):
            entry = zipfile.ZipInfo(path.name, _LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            with path.open("rb") as source, bundle.open(entry, "w", force_zip64=True) as packed:
                shutil.copyfileobj(source, packed)
