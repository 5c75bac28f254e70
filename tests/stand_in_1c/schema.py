"""1C's published schemas, where they stand beside the checkout."""

from functools import cache
from pathlib import Path

from lxml import etree

SCHEMAS = Path(__file__).resolve().parents[3] / "shared" / "formats" / "enterprisedata"


def is_there() -> bool:
    return SCHEMAS.is_dir()


@cache
def _schema(version: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(SCHEMAS / f"Message_{version}.xsd")))


def violations(text: str, version: str) -> list[str]:
    """What the schema of a version says against a message; nothing where the schemas are not there, or the message has no Body."""
    if not is_there() or not version:
        return []
    schema = _schema(version)
    document = etree.fromstring(text.encode())
    return [] if schema.validate(document) else [f"line {each.line}: {each.message}" for each in schema.error_log]
