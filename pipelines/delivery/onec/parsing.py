"""How a message of 1C is parsed, whatever is read of it: without trusting a byte of it."""

from pathlib import Path
from typing import Any, Final

from lxml import etree

from pipelines.errors import BadInput

CHUNK: Final = 1 << 16
SAFE: Final[dict[str, Any]] = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
"""No entity is resolved, nothing is fetched."""


def not_well_formed(path: Path, error: etree.LxmlError) -> BadInput:
    """What the parser has met, with the file's name."""
    return BadInput.one(path.name, f"is not well-formed XML: {getattr(error, 'msg', None) or 'no elements in it'}")
