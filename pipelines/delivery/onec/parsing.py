"""How a message of 1C is opened and parsed, whatever is read of it: without trusting a byte of it."""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final
from zipfile import BadZipFile, ZipFile

from lxml import etree

from pipelines.errors import BadInput

CHUNK: Final = 1 << 16
SAFE: Final[dict[str, Any]] = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
"""No entity is resolved, nothing is fetched."""
LARGEST_UNPACKED: Final = 4 << 30
"""Bytes of a message that is read out of an archive."""
_ENCRYPTED: Final = 0x1


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """The bytes of the message at `path`, out of the archive that 1C puts it into where its setting «Сжимать» is on (.zip).

    BadInput for an archive that is not whole, is locked, or holds anything but one message.
    """
    if path.suffix.lower() != ".zip":
        with path.open("rb") as file:
            yield file
        return
    try:
        with ZipFile(path) as archive:
            entries = archive.infolist()
            if len(entries) != 1 or not entries[0].filename.lower().endswith(".xml"):
                raise BadInput.one(path.name, f"must hold one message, and holds {len(entries)} files")
            if entries[0].flag_bits & _ENCRYPTED:
                raise BadInput.one(path.name, "is locked by a password; 1C must write it without one")
            if entries[0].file_size > LARGEST_UNPACKED:
                raise BadInput.one(path.name, f"holds more than {LARGEST_UNPACKED >> 30} GB")
            with archive.open(entries[0]) as file:
                yield file
    except (BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise BadInput.one(path.name, f"is not a whole archive: {error}") from None


def not_well_formed(path: Path, error: etree.LxmlError) -> BadInput:
    """What the parser has met, with the file's name."""
    return BadInput.one(path.name, f"is not well-formed XML: {getattr(error, 'msg', None) or 'no elements in it'}")
