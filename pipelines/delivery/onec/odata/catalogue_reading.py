"""Our clients and contracts as a base of 1C over HTTP has them: what people changed there since the last look.

A base lists its counterparties and contracts with their DataVersion once in an hour; those of ours that have another version than the
one read last are read whole, and judged by the rules that messages are judged by (`field_rules`).
"""

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from pipelines.delivery.onec.catalogues import CatalogueObject
from pipelines.delivery.onec.model import ObjectKind, reference
from pipelines.delivery.onec.odata.entities import Entities, Entity
from pipelines.delivery.onec.odata.entity_map import EntityMap, EntityRule, PropertyRule
from pipelines.delivery.onec.odata.properties import Properties, differs
from pipelines.delivery.onec.odata.versions import SeenVersions, data_version, ref_key
from pipelines.delivery.onec.register import NamedParty
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection

EVERY: Final = timedelta(hours=1)
"""How often a base is asked: a list of 20,000 clients takes 40 requests."""
_KINDS: Final = {ObjectKind.COUNTERPARTY: "clients", ObjectKind.CONTRACT: "contracts"}
_COLUMNS: Final = frozenset({"full_name", "inn", "kpp", "signed_on"})
"""Columns of our sheets that are read back; maps call the facts of an object by the same names."""
_UNDATED: Final = datetime(2000, 1, 1)  # noqa: DTZ001 - catalogues have no date, their rows of versions need one
_NO_DAY: Final = date(1900, 1, 1)


@dataclass(frozen=True, slots=True)
class CatalogueLook:
    """One look at a base's counterparties and contracts, in the caller's transaction. `published`: the entities that the base has."""

    connection: "Connection"
    peer: str
    reached: Entities
    rules: EntityMap
    published: frozenset[str]

    def news(self, at: datetime, seen: MutableMapping[str, SeenVersions]) -> list[CatalogueObject]:
        """What the base says anew of our clients and contracts; nothing within the hour after the last look. `seen` gets the versions."""
        due = {"peer": self.peer, "at": at, "before": at - EVERY}
        if not query.scalar(self.connection, "delivery/onec/odata/look_at_catalogues", **due):
            return []
        news = []
        for kind, sheet in _KINDS.items():
            rows = query.rows(self.connection, "delivery/onec/odata/entities_of_kind", peer=self.peer, kind=str(kind))
            rule, ours = self.rules.objects[str(kind)], {row.ref_key: row.object_key for row in rows}
            if ours:
                changes = seen[rule.entity] = SeenVersions()
                entities = self._changed(rule, ours, changes)
                contacts = self._kinds_of_contacts() if entities and kind is ObjectKind.COUNTERPARTY else {}
                news += [self._object(sheet, kind, ours, rule, entity, contacts) for entity in entities]
        return news

    def _changed(self, rule: EntityRule, ours: Mapping[str, str], changes: SeenVersions) -> list[Entity]:
        """Those of ours whose version is another than the one read last."""
        before = query.rows(self.connection, "delivery/onec/odata/read_before", peer=self.peer, entity=rule.entity, since=_UNDATED)
        versions = {row.reference: row.data_version for row in before}
        listed = {ref_key(entity): data_version(entity) for entity in self.reached.versions(rule.entity)}
        keys = [key for key in ours if key in listed and versions.get(key) != listed[key]]
        entities = list(self.reached.with_keys(rule.entity, keys))
        for entity in entities:
            changes.add(ref_key(entity) or "", data_version(entity), _UNDATED.isoformat())
        return entities

    def _kinds_of_contacts(self) -> dict[str, Properties]:
        """Column of our sheet → what a row of that contact has; without those whose kinds the base does not publish."""
        kinds: dict[str, Properties] = {}
        for column, written in (self.rules.contacts.kinds if self.rules.contacts else {}).items():
            marks = {name: self._mark(rule) for name, rule in written.items()}
            if None not in marks.values():
                kinds[column] = marks
        return kinds

    def _mark(self, rule: PropertyRule) -> Any:
        """The value by which a kind of contact is known; None where the base has no such kind, or several."""
        if not rule.lookup:
            return rule.constant
        lookup = self.rules.lookups[rule.lookup]
        entities = self.reached.where(lookup.entity, lookup.where) if lookup.entity in self.published else []
        return entities[0]["Ref_Key"] if len(entities) == 1 else None

    def _object(
        self, sheet: str, kind: ObjectKind, ours: Mapping[str, str], rule: EntityRule, entity: Entity, contacts: Mapping[str, Properties]
    ) -> CatalogueObject:
        """One of them as a message would tell of it, under our own reference, whatever key the base has it under."""
        code = ours[ref_key(entity) or ""]
        said = {
            each.fact: value
            for name, each in rule.properties.items()
            if each.fact in _COLUMNS and (value := _said(each.fact, entity.get(name)))
        }
        said |= self._contacts(entity, contacts)
        own, is_client = str(reference(kind, code)), kind is ObjectKind.COUNTERPARTY
        name = said.get("full_name", code)
        party = NamedParty(own, name, said.get("inn", ""), said.get("kpp", "")) if is_client else NamedParty("", "", "", "")
        is_deleted = entity.get("DeletionMark") is True
        return CatalogueObject(sheet, own, "" if is_client else code, party, said, is_deleted)

    def _contacts(self, entity: Entity, kinds: Mapping[str, Properties]) -> dict[str, str]:
        """Addresses and telephones; of several of a kind the first that says something."""
        rule, said = self.rules.contacts, dict[str, str]()
        for row in (entity.get(rule.rows) or []) if rule else ():
            for column, marks in kinds.items():
                if rule and column not in said and not differs(marks, row) and (value := _said(column, row.get(rule.value))):
                    said[column] = value
        return said


def _said(column: str, value: Any) -> str:
    """A value on one line; empty for none, and for the empty date of 1C."""
    shown = " ".join(str(value or "").split())
    if column != "signed_on":
        return shown
    try:
        day = date.fromisoformat(shown[:10])
    except ValueError:
        return ""
    return day.isoformat() if day >= _NO_DAY else ""
