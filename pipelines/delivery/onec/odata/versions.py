"""In which version the entities of a base were read last: by it what was changed there is told from what was not."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pipelines.delivery.onec.odata.properties import NO_KEY, digest
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(slots=True)
class SeenVersions:
    """Rows of delivery.onec_read that a turn has to store, column by column."""

    references: list[str] = field(default_factory=list)
    versions: list[str] = field(default_factory=list)
    dates: list[str] = field(default_factory=list)
    gone: list[bool] = field(default_factory=list)

    def add(self, reference: str, version: str, dated: str, *, is_gone: bool = False) -> None:
        self.references.append(reference)
        self.versions.append(version)
        self.dates.append(dated)
        self.gone.append(is_gone)

    def store(self, connection: "Connection", peer: str, entity: str) -> None:
        """Remember them, in the caller's transaction."""
        query.run(
            connection, "delivery/onec/odata/set_read", peer=peer, entity=entity, references=self.references, versions=self.versions,
            dates=self.dates, gone=self.gone,
        )  # fmt: skip


def ref_key(entity: Mapping[str, Any]) -> str | None:
    """Ref_Key of an entity; None where it has none."""
    key = str(entity.get("Ref_Key") or "").lower()
    return key if len(key) == len(NO_KEY) and key != NO_KEY else None


def data_version(entity: Mapping[str, Any]) -> str:
    """DataVersion, or what stands for it where a base does not tell it."""
    return str(entity.get("DataVersion") or digest(dict(entity)))
