"""Proof bundles of random worlds, made in memory from what rating gives: what `verify.py` is held against."""

import csv
import hashlib
import io
import json
import runpy
import warnings
import zipfile
from collections.abc import Iterable
from pathlib import Path

from pipelines.audit.chain_rules import NOTHING_BEFORE, digest_after
from pipelines.audit.proven_days import COLUMNS, LAST_COLUMNS
from pipelines.billing.frozen_json import day_json
from pipelines.billing.inputs import tariff_json, terms_json
from pipelines.period import Month
from pipelines.rating.charges import Charge, total_of
from pipelines.rating.model import Contract, TariffVersion, Terms, VatMode
from pipelines.settings import resource

SHIPPED = resource("templates") / "proof"
VERIFY = runpy.run_path(str(SHIPPED / "verify.py"))
Files = dict[str, bytes]


def encoded(value) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True).encode()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def line(place: int, charge: Charge) -> dict:
    return {
        "line_no": place,
        "tariff_code": charge.tariff_code,
        "component_no": charge.component_no,
        "component": charge.name,
        "kind": charge.kind.value,
        "segment_from": str(charge.span.first),
        "segment_to": str(charge.span.last),
        "quantity": str(charge.quantity),
        "prices_include_vat": charge.prices_include_vat,
        "net": str(charge.net),
        "vat_rate": None if charge.vat_rate is None else str(charge.vat_rate),
        "vat": str(charge.vat),
        "total": str(charge.total),
    }


def invoice(number: str, kind: str, purpose: str, month: Month, charges: Iterable[Charge], evidence: bytes = b"", cause: str = "") -> dict:
    lines = tuple(charges)
    sums = total_of(lines)
    return {
        "number": number,
        "organization": "ORG",
        "contract": "C1",
        "month": str(month),
        "kind": kind,
        "purpose": purpose,
        "cause": cause,
        "net": str(sums.net),
        "vat": str(sums.vat),
        "total": str(sums.total),
        "lines": [line(place, charge) for place, charge in enumerate(lines, 1)],
        "evidence": sha256(evidence),
    }


def linked(invoices: Iterable[dict]) -> list[dict]:
    """Each with its link, in their order."""
    previous, chained = NOTHING_BEFORE, []
    for link_no, each in enumerate(invoices, 1):
        content = encoded(each).decode()
        link = {"link_no": link_no, "previous": previous, "content": sha256(content.encode())}
        link["digest"] = previous = digest_after(link["previous"], link["content"])
        chained.append({"invoice": content, "chain": link})
    return chained


def rows_of(usage, days, counting) -> str:
    """Vehicle-days that come to a world's usage: minutes and meters on the first vehicle of a day, and one that does not count."""
    handle = io.StringIO()
    writer = csv.DictWriter(handle, (*COLUMNS, "meter_km", *LAST_COLUMNS), restval="")
    writer.writeheader()
    for day in days:
        size, minutes, meters = usage[day]
        for place in range(size):
            counted = {"state": "active", "used": "1", "reason": "billed", "counts": "1"}
            measured = {"online_minutes": minutes, "meter_km": meters["km"]} if place == 0 else {}
            writer.writerow({"date": day, "platform": "gps1", "vehicle_id": f"v{place:03}", "name": "=A1", **counted, **measured})
        out = {"state": "deactivated", "used": "0", "reason": "deactivated", "counts": "0"}
        writer.writerow({"date": day, "platform": "gps1", "vehicle_id": "x", "name": f"вне {counting}", **out})
    return handle.getvalue()


def evidence_of(contract: Contract, terms: Iterable[Terms], days, modes: Iterable[VatMode]) -> bytes:
    return encoded(
        {
            "contract": {"starts_on": str(contract.starts_on), "ends_on": str(contract.ends_on) if contract.ends_on else None},
            "terms": [terms_json(row) for row in terms],
            "vat_modes": _modes(modes),
            "mappings": [],
            "days": [day_json(day) for day in days],
        }
    )


def _modes(modes: Iterable[VatMode]) -> list[dict]:
    return [{"from": str(mode.valid_from or "0001-01-01"), "mode": mode.mode.value} for mode in modes]


def bundle(
    stated: dict, earlier: list[dict], evidence: bytes, tariffs: Iterable[TariffVersion], modes: Iterable[VatMode], rows: str
) -> Files:
    chained = linked([*earlier, stated])
    files = {
        "invoice.json": chained[-1]["invoice"].encode(),
        "evidence.json": evidence,
        "earlier.json": encoded(chained[:-1]),
        "tariffs.json": encoded([tariff_json(version) for version in tariffs]),
        "vat.json": encoded(_modes(modes)),
        "vehicle_days.csv": rows.encode(),
        "vehicle_days.parquet": b"rows",
        "snapshots.csv": b"date\n",
        "history.csv": b"at\n",
        **{name: (SHIPPED / name).read_bytes() for name in ("README.txt", "verify.py")},
    }
    return digested(files, chained[-1]["chain"], stated)


def digested(files: Files, chain: dict, stated: dict) -> Files:
    names = {name: sha256(content) for name, content in files.items() if name != "digests.json"}
    written = {"format": 1, "number": stated["number"], "organization": stated["organization"], "files": names, "chain": chain}
    return {**files, "digests.json": encoded(written)}


def packed(entries: Iterable[tuple[str, bytes]], path: Path) -> Path:
    """A zip of these entries, in their order, whatever they are called and however often."""
    with warnings.catch_warnings(), zipfile.ZipFile(path, "w") as archive:
        warnings.simplefilter("ignore", UserWarning)  # the same name twice is what is wanted
        for name, content in entries:
            archive.writestr(zipfile.ZipInfo(name), content)
    return path


def problems(files: Files, folder: Path) -> list[str]:
    """What the check says of a bundle, unpacked into a folder; what it cannot read at all is a problem too."""
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return told(folder)


def told(path: Path) -> list[str]:
    """What the check says of what lies there, a folder or a zip."""
    try:
        return VERIFY["check"](str(path))[1]
    except VERIFY["UNREADABLE"] as error:
        return [repr(error)]
