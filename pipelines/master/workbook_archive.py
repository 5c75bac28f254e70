"""An .xlsx file as an archive of parts: what may be opened at all, and each part unpacked under its own name.

Names of parts are looked up as the format's standard asks: letter case does not matter (1C writes `SharedStrings.xml`),
and a backslash of a careless writer is a slash.
"""

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from xml.parsers import expat

from pipelines.errors import BadInput

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_LARGEST_PART_OF_ANY_RATIO = 8 * 1024 * 1024
_HIGHEST_RATIO = 200
_MOST_PARTS = 5_000
_CHUNK = 1 << 18
# the first bytes of what is often sent under the name of a workbook
_WEB_PAGE = re.compile(rb"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype\s+html|html|table)\b", re.IGNORECASE | re.DOTALL)
_XML_OF_2003 = re.compile(rb"\s*<\?xml.*?(Excel\.Sheet|urn:schemas-microsoft-com:office:spreadsheet)", re.DOTALL)
_OTHER_FORMATS = (
    (re.compile(rb"MOXCEL"), "is a table of 1C (.mxl); save it as .xlsx"),
    (_WEB_PAGE, "is a web page under the name of a workbook; open it in a spreadsheet and save it as .xlsx"),
    (_XML_OF_2003, "is an XML Spreadsheet of 2003; save it as .xlsx"),
    (re.compile(rb"\x09[\x00\x02\x04\x08][\x04\x06\x08\x10]\x00"), "is a workbook in the old .xls format; save it as .xlsx"),
)


class Archive:
    """The parts of an opened workbook. BadInput, in words, when one of them cannot be unpacked."""

    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        self.name = path.name
        self._archive = archive
        self._members: dict[str, zipfile.ZipInfo] = {}
        for member in archive.infolist():
            self._members.setdefault(_key(member.filename), member)

    def __contains__(self, part: str) -> bool:
        return _key(part) in self._members

    def chunks(self, part: str) -> Iterator[bytes]:
        """The content of a part, piece by piece."""
        member = self._members[_key(part)]
        try:
            with self._archive.open(member) as file:
                while chunk := file.read(_CHUNK):
                    yield chunk
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
            raise BadInput.one(self.name, f"cannot be read: its part {member.filename} does not unpack ({error})") from None

    def parts(self) -> list[str]:
        """The names of all parts, as the archive has them."""
        return [member.filename for member in self._members.values()]


def opened(path: Path, largest: int) -> zipfile.ZipFile:
    """The archive of a workbook that unpacks to ``largest`` bytes at most. BadInput names what the file is instead."""
    with path.open("rb") as file:
        start = file.read(4096)
    if start.startswith(_OLE):
        raise BadInput.one(path.name, _ole(path))
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, NotImplementedError) as error:
        raise BadInput.one(path.name, _no_archive(start, error)) from None
    said = _forbidden(archive.infolist(), largest) or _no_workbook(archive) or _doctype(Archive(path, archive))
    if said:
        archive.close()
        raise BadInput.one(path.name, said)
    return archive


def target(source: str, written: str) -> str:
    """The part that a relation of the part ``source`` leads to: relative to its folder, or from the root of the archive."""
    written = written.replace("\\", "/")
    return posixpath.normpath(posixpath.join("/", posixpath.dirname(source), written)).lstrip("/")


def relations_of(part: str) -> str:
    """The part that holds the relations of a part; of the archive itself for an empty name."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def _key(part: str) -> str:
    return part.replace("\\", "/").lstrip("/").casefold()


def _ole(path: Path) -> str:
    if _ENCRYPTED in path.read_bytes():
        return "is protected with a password; save it without one"
    return "is a workbook in the old .xls format, or no workbook; save it as .xlsx"


def _no_archive(start: bytes, error: Exception) -> str:
    if not start:
        return "is empty"
    for form, said in _OTHER_FORMATS:
        if form.match(start):
            return said
    if start.startswith(b"PK"):
        return f"cannot be unpacked ({error}): only a part of the file has arrived; copy or save it again"
    return "is not an .xlsx workbook"


def _forbidden(parts: list[zipfile.ZipInfo], largest: int) -> str | None:
    if any(part.flag_bits & 1 for part in parts):
        return "is protected with a password; save it without one"
    if len(parts) > _MOST_PARTS:
        return f"has more than {_MOST_PARTS} parts; it is not opened"
    if sum(part.file_size for part in parts) > largest:
        return f"unpacks to more than {largest // 10**6} MB (FLEETBILL_MASTER_MAX_MEGABYTES); it is not opened"
    for part in parts:
        if part.file_size > _LARGEST_PART_OF_ANY_RATIO and part.file_size > _HIGHEST_RATIO * max(part.compress_size, 1):
            ratio = f"{part.file_size >> 20} MiB from {part.compress_size >> 10} KiB"
            return f"unpacks suspiciously far ({part.filename}: {ratio}); it is not opened"
    return None


def _no_workbook(archive: zipfile.ZipFile) -> str | None:
    names = {_key(part) for part in archive.namelist()}
    if "xl/workbook.bin" in names:
        return "is a binary .xlsb workbook; save it as .xlsx"
    if "content.xml" in names and "mimetype" in names:
        return "is an OpenDocument file (.ods); save it as .xlsx"
    return None if any(name.startswith("xl/") for name in names) else "is not an .xlsx workbook"


def _doctype(archive: Archive) -> str | None:
    """A document type in any part: it stands before the first element, however long what is before it may be."""
    for part in archive.parts():
        if part.lower().endswith((".xml", ".rels")) and _declares_doctype(archive, part):
            return f"declares a document type ({part}), as no workbook does; it is not opened"
    return None


def _declares_doctype(archive: Archive, part: str) -> bool:
    declared: list[bool] = []
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = lambda *_: declared.append(True)
    parser.StartElementHandler = lambda *_: declared.append(False)
    try:
        for chunk in archive.chunks(part):
            parser.Parse(chunk)
            if declared:
                break
    except (expat.ExpatError, BadInput):
        pass  # a part that is needed is told of when it is read; of others nothing is read
    return bool(declared) and declared[0]
