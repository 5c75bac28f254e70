"""The lake: one immutable Parquet file per snapshot, by platform and business date, on a folder or object storage.

Columns of a file, sorted by (account_no, vehicle_no), one row per vehicle listed (`domain.md §2`):

    vehicle_no INTEGER          the vehicle's place among the snapshot's vehicle ids in byte order, from 0
    vehicle_id, account_id, parent_account_id, name, plate, vin, hw_id, state   VARCHAR, as the source wrote them, trimmed
    last_message_at TIMESTAMP (UTC), online_minutes DECIMAL(18,3), is_clone BOOLEAN, meter_* DECIMAL(18,6)
    account_no INTEGER          index into metadata `owners`
    device_key BIGINT           normalised device (`pipelines.evidence.keys`, by metadata `device_rule`); NULL: unknown
    plate_key, vin_key VARCHAR  look-alikes folded, spaces dropped, upper case; NULL: empty
    has_message BOOLEAN         a message with the business date as local date; NULL: the source had no such column
    billable_state UTINYINT     1 active, 2 deactivated or unknown, 3 blocked

Of the source's columns only those exist that the source really had; the derived ones always exist.
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import quote

from pipelines import storage
from pipelines.errors import Refused
from pipelines.evidence.keys import DEVICE_RULE
from pipelines.files import write_whole
from pipelines.settings import Settings

if TYPE_CHECKING:
    import pyarrow as pa

METADATA_KEY = b"fleetbill"
ACTIVE, DEACTIVATED, BLOCKED = 1, 2, 3
_PART = 1 << 20  # bytes of a file that are read at a time
OLDEST_DEVICE_RULE = 1  # of files that do not say by which rule their device keys were made

Account = tuple[str, str | None, str | None, bool]


class EvidenceLost(Refused):
    """A registered snapshot's file is not in the lake, or cannot be read."""


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a snapshot's file says beside its rows; frozen with it."""

    platform: str
    business_date: date
    accounts: tuple[Account, ...]  # account_id, parent_account_id, name, enabled: the whole tree
    owners: tuple[tuple[str, ...], ...]  # owners[account_no]: the accounts that hold such vehicles directly; () = orphan
    source: str
    facts: dict[str, Any]  # figures of the snapshot as a whole, such as the share of messages older than 300 days
    device_rule: int = DEVICE_RULE  # by which the device keys were made

    def encoded(self) -> bytes:
        """JSON of the metadata, the same bytes for the same content."""
        content = {
            "platform": self.platform,
            "business_date": self.business_date.isoformat(),
            "accounts": self.accounts,
            "owners": self.owners,
            "source": self.source,
            "device_rule": self.device_rule,
            "facts": self.facts,
        }
        return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def snapshot_path(platform: str, business_date: date, digest: str) -> str:
    """Path of a snapshot's file, relative to the lake."""
    return f"platform={quote(platform, safe='')}/date={business_date}/{digest}.parquet"


def counters_path(platform: str, business_date: date) -> str:
    """Path of the last reading of a live platform's counters on a day, relative to the lake."""
    return f"counters/platform={quote(platform, safe='')}/{business_date}.parquet"


def sensors_path(platform: str, business_date: date, digest: str) -> str:
    """Path of a list of sensors, relative to the lake."""
    return f"sensors/platform={quote(platform, safe='')}/date={business_date}/{digest}.parquet"


def location(settings: Settings, path: str) -> str:
    """URL or absolute local path of a file of the lake, for DuckDB, fsspec or a person."""
    root = settings.lake
    return f"{root.rstrip('/')}/{path}" if "://" in root else str(Path(root).absolute() / path)


@dataclass(frozen=True, slots=True)
class Written:
    """The bytes of a written file: their sha256 (hex), and how many they are."""

    digest: str
    size: int


def write(settings: Settings, path: str, table: "pa.Table", metadata: Metadata) -> Written:
    """Write a snapshot's file whole or not at all. An equal file that lies there already is replaced by the same content."""
    return write_table(settings, path, table.replace_schema_metadata({METADATA_KEY: metadata.encoded()}))


def write_table(settings: Settings, path: str, content: "pa.Table") -> Written:
    """Write a file of the lake whole or not at all."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    packed = pa.BufferOutputStream()
    pq.write_table(content, packed, compression="zstd", compression_level=1, row_group_size=131072)
    file = memoryview(packed.getvalue())
    filesystem, target = resolve(settings, path)
    if storage.is_local(filesystem):
        _write_locally(Path(target), file)
    else:
        filesystem.pipe_file(target, bytes(file))
    return Written(hashlib.sha256(file).hexdigest(), file.nbytes)


def _write_locally(target: Path, file: memoryview) -> None:
    """Write the whole file, and clear away what killed or simultaneous writers of the same content left."""

    def fill(handle: IO[bytes]) -> None:
        handle.write(file)

    try:
        write_whole(target, fill)
    except FileNotFoundError:  # another writer of the same content was first, and cleared ours away
        if not target.exists():
            raise
    for left in target.parent.glob(f".{target.name}.*.part"):
        left.unlink(missing_ok=True)


def exists(settings: Settings, path: str) -> bool:
    """Whether the file lies in the lake."""
    filesystem, target = resolve(settings, path)
    return storage.kind_of(filesystem, target) is not None


def size(settings: Settings, path: str) -> int | None:
    """Bytes of a file; None when it is not there."""
    filesystem, target = resolve(settings, path)
    try:
        return int(filesystem.info(target)["size"])
    except FileNotFoundError:
        return None


def file_digest(settings: Settings, path: str) -> str:
    """sha256 (hex) of a file's bytes. EvidenceLost when it is not there or cannot be read."""
    filesystem, target = resolve(settings, path)
    made = hashlib.sha256()
    with _reading(path), filesystem.open(target, "rb") as handle:
        while part := handle.read(_PART):
            made.update(part)
    return made.hexdigest()


def read(settings: Settings, path: str, columns: list[str] | None = None) -> "pa.Table":
    """Rows of a snapshot. EvidenceLost when the file is not there or cannot be read."""
    import pyarrow.parquet as pq

    filesystem, target = resolve(settings, path)
    with _reading(path), filesystem.open(target, "rb") as handle:
        return pq.read_table(handle, columns=columns)


def read_metadata(settings: Settings, path: str) -> Metadata:
    """Account tree, owner sets, source and facts of a snapshot. EvidenceLost when the file is not there or cannot be read."""
    stored = read_footer(settings, path)
    with _reading(path):
        return decode(stored)


def read_footer(settings: Settings, path: str) -> bytes:
    """The metadata of a snapshot as its file's footer holds it: JSON. EvidenceLost when the file is not there or cannot be read."""
    import pyarrow.parquet as pq

    filesystem, target = resolve(settings, path)
    with _reading(path), filesystem.open(target, "rb") as handle:
        return bytes(pq.read_metadata(handle).metadata[METADATA_KEY])


@contextmanager
def _reading(path: str) -> Iterator[None]:
    """EvidenceLost, with the file's name, for whatever keeps it from being read as what it was."""
    try:
        yield
    except FileNotFoundError:
        raise EvidenceLost(f"the lake has no {path}, which is registered as evidence") from None
    except (KeyError, TypeError, ValueError, OSError) as error:  # Arrow's errors are of these kinds
        said = str(error).split("\n", 1)[0]
        raise EvidenceLost(f"the lake's {path}, which is registered as evidence, cannot be read: {said}") from error


def decode(stored: bytes) -> Metadata:
    """Metadata from the value of the Parquet key `fleetbill`."""
    content = json.loads(stored)
    return Metadata(
        platform=content["platform"],
        business_date=date.fromisoformat(content["business_date"]),
        accounts=tuple((number, parent, name, enabled) for number, parent, name, enabled in content["accounts"]),
        owners=tuple(tuple(owners) for owners in content["owners"]),
        source=content["source"],
        facts=content["facts"],
        device_rule=content.get("device_rule", OLDEST_DEVICE_RULE),
    )


def resolve(settings: Settings, path: str) -> tuple[Any, str]:
    """The fsspec filesystem of the lake and the path of a file in it ("": the lake itself)."""
    return storage.place(location(settings, path))
