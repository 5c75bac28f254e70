"""Whether a file may be opened as a workbook at all: no password, no bomb, no other format."""

import zipfile
from pathlib import Path

from pipelines.errors import BadInput

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_LARGEST = 512 * 1024 * 1024
_LARGEST_PART_OF_ANY_RATIO = 8 * 1024 * 1024
_HIGHEST_RATIO = 200
_MOST_PARTS = 5_000


def check(path: Path) -> None:
    """BadInput, naming what the file is instead of an .xlsx workbook that is safe to open."""
    with path.open("rb") as file:
        start = file.read(8)
    if start == _OLE:
        raise BadInput.one(path.name, _ole(path))
    if not zipfile.is_zipfile(path):
        raise BadInput.one(path.name, "is not an .xlsx workbook" if start else "is empty")
    try:
        with zipfile.ZipFile(path) as archive:
            said = _parts(archive.infolist()) or _doctype(archive)
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError):
        said = "is damaged: it cannot be unpacked"
    if said:
        raise BadInput.one(path.name, said)


def _ole(path: Path) -> str:
    if _ENCRYPTED in path.read_bytes():
        return "is protected with a password; save it without one"
    return "is a workbook in the old .xls format, or no workbook; save it as .xlsx"


def _parts(parts: list[zipfile.ZipInfo]) -> str | None:
    names = {part.filename for part in parts}
    if any(part.flag_bits & 1 for part in parts):
        return "is protected with a password; save it without one"
    if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _LARGEST:
        return f"unpacks to more than {_LARGEST >> 20} MiB; it is not opened"
    for part in parts:
        if part.file_size > _LARGEST_PART_OF_ANY_RATIO and part.file_size > _HIGHEST_RATIO * max(part.compress_size, 1):
            ratio = f"{part.file_size >> 20} MiB from {part.compress_size >> 10} KiB"
            return f"unpacks suspiciously far ({part.filename}: {ratio}); it is not opened"
    if "xl/workbook.bin" in names:
        return "is a binary .xlsb workbook; save it as .xlsx"
    return None if "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names) else "is not an .xlsx workbook"


def _doctype(archive: zipfile.ZipFile) -> str | None:
    for part in archive.infolist():
        if part.filename.endswith((".xml", ".rels")):
            with archive.open(part) as opened:
                if b"<!DOCTYPE" in opened.read(1024):
                    return f"declares a document type ({part.filename}), as no workbook does; it is not opened"
    return None
