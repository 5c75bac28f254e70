"""What our objects are called in a configuration of 1C: entities and properties of its OData interface, as a file says them.

A map is JSON: one travels in the package for each known configuration (``maps``), another may be given by a setting. It is
checked when it is read, every problem with its place.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final

import msgspec

from pipelines.delivery.onec.body import MoneyKind
from pipelines.errors import BadInput, Problem

BUILT_IN: Final = Path(__file__).parent / "maps"

_PARTY: Final = frozenset({"code", "name", "full_name", "inn", "kpp", "person"})
_DOCUMENT: Final = frozenset(
    {"number", "date", "organization", "counterparty", "partner", "contract", "total", "prices_include_vat", "has_no_vat", "purpose"}
)
FACTS: Final[Mapping[str, frozenset[str]]] = {
    "organization": _PARTY,
    "partner": _PARTY,
    "counterparty": _PARTY | {"partner"},
    "contract": frozenset({"number", "title", "signed_on", "organization", "counterparty", "partner"}),
    "service": frozenset({"key", "name", "full_name"}),
    "invoice": _DOCUMENT,
    "sale": _DOCUMENT | {"invoice"},
    "correction": _DOCUMENT | {"ground", "ground_type"},
    "price_type": frozenset({"name", "prices_include_vat"}),
    "prices": frozenset({"number", "valid_from", "comment", "price_type"}),
}
"""Kind of object → what of it a property may take. Names of other kinds are the keys that those objects have in the base."""
_FIGURES: Final = frozenset({"text", "quantity", "price", "amount", "vat_rate", "vat", "amount_with_vat"})
ROW_FACTS: Final[Mapping[str, frozenset[str]]] = {
    "services": frozenset({"line_number", "service"}) | _FIGURES,
    "payment": frozenset({"line_number", "due_on", "amount_with_vat"}),
    "corrected": frozenset({"line_number", "service", "was_there"}) | _FIGURES | {f"{figure}_before" for figure in _FIGURES},
    "prices": frozenset({"line_number", "service", "price", "price_type"}),
}
"""What a row of the tabular section is → what it may take: a service of the document, the one payment that it asks for, a service before
and after its correction, or the price of one."""
_ROW_KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "invoice": ("services", "payment"), "sale": ("services", "payment"), "correction": ("corrected",), "prices": ("prices",),
}  # fmt: skip
"""Kind of document → what its rows may be, the usual one first."""
_ACCESS_FACTS: Final = frozenset({"access"})
_CONTACTS: Final = ("address", "phone", "email")
OFFERED_KINDS: Final = frozenset({"correction", "price_type", "prices"})
"""Kinds that a base gets where it publishes their entities, and does without where it does not."""
_OPTIONAL_KINDS: Final = OFFERED_KINDS | {"partner"}
_MONEY_PROPERTIES: Final = ("number", "date", "amount", "organization", "counterparty", "purpose")
_OPTIONAL_MONEY_PROPERTIES: Final = ("bank_number", "currency", "our_account", "their_account", "operation")
_SOURCES: Final[Mapping[str, tuple[str, ...]]] = {
    "organization": ("name", "inn", "kpp"),
    "counterparty": ("name", "inn", "kpp"),
    "our_account": ("number",),
    "their_account": ("number",),
    "currency": ("code",),
}


@dataclass(frozen=True, slots=True)
class PropertyRule:
    """Where a property's value comes from: a `fact` of our object, the key of a `lookup`, a `constant`, or a `row`, the only one of a
    tabular section, of properties of the same object.

    `width`: a longer text is refused, for it must not change on the way; `cut`: a longer text is shortened. 0: any length.
    """

    fact: str = ""
    lookup: str = ""
    constant: Any = None
    width: int = 0
    cut: int = 0
    row: "Mapping[str, PropertyRule]" = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EntityRule:
    """An object of ours as an entity. `rows`: its tabular section, `row_kind`: what its rows are. `is_created`: False for what 1C must
    have already.

    `is_posted`: a document that is posted (проведён) when it is written. `match`: properties by which an object that 1C has under
    another key is recognised, one way after the other.
    """

    entity: str
    properties: Mapping[str, PropertyRule]
    rows: str = ""
    row_kind: str = "services"
    row_properties: Mapping[str, PropertyRule] = field(default_factory=dict)
    is_created: bool = True
    is_posted: bool = False
    match: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Lookup:
    """An object that every base has under a key of its own, such as the currency: the entity, and what it is known by."""

    entity: str
    where: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class MoneyRule:
    """A document of money as an entity. `properties`: of ours (number, date …) → of the entity. `customers`: the kinds of operation
    that are a customer's payment or its return; empty: all. `is_optional`: not read where the base does not publish it."""

    entity: str
    kind: MoneyKind
    properties: Mapping[str, str]
    customers: tuple[str, ...] = ()
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """An entity that a document of money refers to, and the properties that are read of it."""

    entity: str
    properties: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class AccessRule:
    """Where a client's access is told: a row of additional properties of the entity that the base has for it. `key`: the property of a
    row by which ours is found; `lookup`: what it holds."""

    entity: str
    rows: str
    key: str
    lookup: str
    row_properties: Mapping[str, PropertyRule]


@dataclass(frozen=True, slots=True)
class ContactRule:
    """The tabular section of a counterparty's addresses and telephones: column of our sheet → what a row of it has. `value`: the property
    that shows it."""

    rows: str
    value: str
    kinds: Mapping[str, Mapping[str, PropertyRule]]


@dataclass(frozen=True, slots=True)
class EntityMap:
    """A configuration of 1C. `vat_rates`: rate in percent (None: без НДС) → the value of a property; `objects`: by kind of object.

    `access` and `contacts`: None where the map says nothing of them.
    """

    objects: Mapping[str, EntityRule]
    lookups: Mapping[str, Lookup]
    vat_rates: Mapping[Decimal | None, PropertyRule]
    payments: tuple[MoneyRule, ...]
    sources: Mapping[str, Source]
    access: AccessRule | None = None
    contacts: ContactRule | None = None

    @property
    def written(self) -> frozenset[str]:
        """Entities without which nothing can be written."""
        needed = [rule for kind, rule in self.objects.items() if kind not in OFFERED_KINDS]
        values = [each for rule in needed for each in (*rule.properties.values(), *rule.row_properties.values())]
        lookups = {each.lookup for each in (*values, *self.vat_rates.values()) if each.lookup}
        return frozenset(rule.entity for rule in needed) | {self.lookups[name].entity for name in lookups}

    @property
    def read(self) -> frozenset[str]:
        """Entities without which no payment can be read."""
        needed = {rule.entity for rule in self.payments if not rule.is_optional}
        return frozenset(needed | {source.entity for source in self.sources.values()})


def entity_map(configuration: str, peer: str, folder: Path | None = None) -> EntityMap:
    """The map of a base: its own (``PEER.json`` of the folder), else that of its configuration. BadInput: none, or problems in it."""
    own = folder / f"{peer}.json" if folder else None
    path = own if own is not None and own.exists() else BUILT_IN / f"{configuration}.json"
    if not path.exists():
        raise BadInput.one(
            peer, f"there is no map of entities for configuration {configuration}: put {peer}.json into the folder FLEETBILL_ONEC_MAPS"
        )
    return read_map(path)


def read_map(path: Path) -> EntityMap:
    """A map file. BadInput with every problem at its place, such as ``bp.json objects.invoice.properties.Number``."""
    try:
        written = msgspec.json.decode(path.read_bytes())
    except (msgspec.DecodeError, UnicodeDecodeError, OSError) as error:
        raise BadInput.one(path.name, f"is no JSON that can be read: {error}") from None
    return _Reader(path.name).read(written)


class _Reader:
    """Reads one map and notes what is wrong with it."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._problems: list[Problem] = []

    def read(self, written: Any) -> EntityMap:
        top = self._table(written, "", ("objects", "lookups", "vat_rates", "payments", "sources", "access", "contacts"))
        lookups = {name: self._lookup(value, f"lookups.{name}") for name, value in self._any(top.get("lookups", {}), "lookups").items()}
        known = frozenset(lookups)
        made = EntityMap(
            objects=self._objects(top.get("objects"), known),
            lookups=lookups,
            vat_rates=self._vat_rates(top.get("vat_rates"), known),
            payments=self._payments(top.get("payments", [])),
            sources=self._sources(top.get("sources", {}), needed=bool(top.get("payments"))),
            access=self._access(top["access"], known) if "access" in top else None,
            contacts=self._contacts(top["contacts"], known) if "contacts" in top else None,
        )
        if self._problems:
            raise BadInput(dict.fromkeys(self._problems))
        return made

    def _flaw(self, place: str, what: str) -> None:
        self._problems.append(Problem(f"{self._name} {place}".rstrip(), what))

    def _any(self, value: Any, place: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            self._flaw(place, "must be an object {…}")
            return {}
        return value

    def _table(self, value: Any, place: str, allowed: tuple[str, ...]) -> dict[str, Any]:
        table = self._any(value, place)
        for name in table:
            if name not in allowed:
                self._flaw(_below(place, name), f"is not known here; known are {', '.join(allowed)}")
        return table

    def _text(self, table: Mapping[str, Any], name: str, place: str) -> str:
        value = table.get(name)
        if not isinstance(value, str) or not value.strip():
            self._flaw(_below(place, name), "must be a text" if name in table else "is missing")
            return ""
        return value

    def _flag(self, table: Mapping[str, Any], name: str, place: str, *, default: bool) -> bool:
        value = table.get(name, default)
        if not isinstance(value, bool):
            self._flaw(_below(place, name), "must be true or false")
            return default
        return value

    def _lookup(self, value: Any, place: str) -> Lookup:
        table = self._table(value, place, ("entity", "where"))
        where = self._any(table.get("where"), _below(place, "where"))
        if not where or not all(isinstance(each, str) for each in where.values()):
            self._flaw(_below(place, "where"), "must name at least one property and its text")
        return Lookup(self._text(table, "entity", place), where)

    def _objects(self, value: Any, lookups: frozenset[str]) -> dict[str, EntityRule]:
        table = self._table(value, "objects", tuple(FACTS))
        for kind in FACTS:
            if kind not in table and kind not in _OPTIONAL_KINDS:
                self._flaw(f"objects.{kind}", "is missing")
        if "prices" in table and "price_type" not in table:
            self._flaw("objects.price_type", "is missing: prices are of a type")
        return {kind: self._entity(kind, each, lookups) for kind, each in table.items() if kind in FACTS}

    def _entity(self, kind: str, value: Any, lookups: frozenset[str]) -> EntityRule:
        place = f"objects.{kind}"
        table = self._table(value, place, ("entity", "properties", "rows", "row_kind", "row_properties", "create", "post", "match"))
        properties = self._properties(table.get("properties"), _below(place, "properties"), FACTS[kind], lookups)
        rows = self._text(table, "rows", place) if "rows" in table else ""
        row_kinds = _ROW_KINDS.get(kind, ("services",))
        row_kind = self._text({"row_kind": row_kinds[0], **table}, "row_kind", place)
        if row_kind not in row_kinds:
            self._flaw(_below(place, "row_kind"), f"must be one of {', '.join(row_kinds)}")
        row_properties: dict[str, PropertyRule] = {}
        if "row_properties" in table:
            facts = ROW_FACTS.get(row_kind, frozenset())
            row_properties = self._properties(table["row_properties"], _below(place, "row_properties"), facts, lookups)
        if bool(rows) != bool(row_properties):
            self._flaw(place, "rows and row_properties are given together or not at all")
        if rows and kind not in _ROW_KINDS:
            self._flaw(_below(place, "rows"), f"only these have rows: {', '.join(_ROW_KINDS)}")
        return EntityRule(
            entity=self._text(table, "entity", place),
            properties=properties,
            rows=rows,
            row_kind=row_kind,
            row_properties=row_properties,
            is_created=self._flag(table, "create", place, default=True),
            is_posted=self._flag(table, "post", place, default=False),
            match=self._match(table.get("match", []), _below(place, "match"), properties),
        )

    def _match(self, value: Any, place: str, properties: Mapping[str, PropertyRule]) -> tuple[tuple[str, ...], ...]:
        if not isinstance(value, list) or not all(isinstance(way, list) and way for way in value):
            self._flaw(place, "must be a list of lists of properties")
            return ()
        for way in value:
            for name in way:
                if not isinstance(name, str) or name not in properties:
                    self._flaw(place, f"{name!r} is none of the properties above")
        return tuple(tuple(map(str, way)) for way in value)

    def _properties(self, value: Any, place: str, facts: frozenset[str], lookups: frozenset[str]) -> dict[str, PropertyRule]:
        table = self._any(value, place)
        if not table:
            self._flaw(place, "names no property")
        return {name: self._property(each, _below(place, name), facts, lookups) for name, each in table.items()}

    def _property(self, value: Any, place: str, facts: frozenset[str], lookups: frozenset[str]) -> PropertyRule:
        if isinstance(value, str):
            value = {"fact": value}
        table = self._table(value, place, ("fact", "lookup", "constant", "row", "width", "cut"))
        if sum(name in table for name in ("fact", "lookup", "constant", "row")) != 1:
            self._flaw(place, "must have one of fact, lookup, constant and row")
            return PropertyRule()
        if "row" in table:
            return PropertyRule(row=self._properties(table["row"], _below(place, "row"), facts, lookups))
        if "fact" in table and not (isinstance(table["fact"], str) and table["fact"] in facts):
            self._flaw(place, f"there is no fact {table['fact']!r}; there are {', '.join(sorted(facts))}")
        if "lookup" in table and not (isinstance(table["lookup"], str) and table["lookup"] in lookups):
            self._flaw(place, f"there is no lookup {table['lookup']!r}")
        for name in ("width", "cut"):
            if name in table and (not isinstance(table[name], int) or isinstance(table[name], bool) or table[name] < 1):
                self._flaw(_below(place, name), "must be a whole number from 1 on")
        return PropertyRule(**table) if not self._problems else PropertyRule()

    def _vat_rates(self, value: Any, lookups: frozenset[str]) -> dict[Decimal | None, PropertyRule]:
        rates: dict[Decimal | None, PropertyRule] = {}
        for name, each in self._any(value, "vat_rates").items():
            place = f"vat_rates.{name}"
            rule = self._property({"constant": each} if isinstance(each, str) else each, place, frozenset(), lookups)
            try:
                rates[None if name == "none" else Decimal(name)] = rule
            except InvalidOperation:
                self._flaw(place, "is no rate in percent, nor none")
        return rates

    def _payments(self, value: Any) -> tuple[MoneyRule, ...]:
        if not isinstance(value, list):
            self._flaw("payments", "must be a list")
            return ()
        return tuple(self._money(each, f"payments[{place}]") for place, each in enumerate(value))

    def _money(self, value: Any, place: str) -> MoneyRule:
        table = self._table(value, place, ("entity", "kind", "properties", "customers", "optional"))
        kind = self._text(table, "kind", place)
        if kind and kind not in set(MoneyKind):
            self._flaw(_below(place, "kind"), f"must be one of {', '.join(MoneyKind)}")
            kind = ""
        properties = self._names(table.get("properties"), _below(place, "properties"), _MONEY_PROPERTIES, _OPTIONAL_MONEY_PROPERTIES)
        customers = table.get("customers", [])
        if not isinstance(customers, list) or not all(isinstance(each, str) for each in customers):
            self._flaw(_below(place, "customers"), "must be a list of texts")
            customers = []
        if customers and "operation" not in properties:
            self._flaw(_below(place, "customers"), "needs properties.operation, which tells the kind of operation")
        return MoneyRule(
            entity=self._text(table, "entity", place),
            kind=MoneyKind(kind or MoneyKind.BANK_IN),
            properties=properties,
            customers=tuple(customers),
            is_optional=self._flag(table, "optional", place, default=False),
        )

    def _sources(self, value: Any, *, needed: bool) -> dict[str, Source]:
        table = self._table(value, "sources", tuple(_SOURCES))
        for name in ("organization", "counterparty"):
            if needed and name not in table:
                self._flaw(f"sources.{name}", "is missing")
        return {name: self._source(each, f"sources.{name}", _SOURCES[name]) for name, each in table.items() if name in _SOURCES}

    def _source(self, value: Any, place: str, names: tuple[str, ...]) -> Source:
        table = self._table(value, place, ("entity", "properties"))
        properties = self._names(table.get("properties"), _below(place, "properties"), names, ())
        return Source(self._text(table, "entity", place), properties)

    def _access(self, value: Any, lookups: frozenset[str]) -> AccessRule:
        table = self._table(value, "access", ("entity", "rows", "key", "row_properties"))
        row = self._properties(table.get("row_properties"), "access.row_properties", _ACCESS_FACTS, lookups)
        key = self._text(table, "key", "access")
        written = self._any(table.get("row_properties", {}), "access.row_properties").get(key)
        lookup = str(written.get("lookup", "")) if isinstance(written, dict) else ""
        if key and not lookup:
            self._flaw("access.key", "must be one of row_properties, and a lookup")
        return AccessRule(self._text(table, "entity", "access"), self._text(table, "rows", "access"), key, lookup, row)

    def _contacts(self, value: Any, lookups: frozenset[str]) -> ContactRule:
        table = self._table(value, "contacts", ("rows", "value", "kinds"))
        kinds = {
            column: self._properties(each, f"contacts.kinds.{column}", frozenset(), lookups)
            for column, each in self._table(table.get("kinds"), "contacts.kinds", _CONTACTS).items()
        }
        return ContactRule(self._text(table, "rows", "contacts"), self._text(table, "value", "contacts"), kinds)

    def _names(self, value: Any, place: str, required: tuple[str, ...], optional: tuple[str, ...]) -> dict[str, str]:
        table = self._table(value, place, (*required, *optional))
        for name in required:
            self._text(table, name, place)
        return {name: self._text(table, name, place) for name in table if name in (*required, *optional)}


def _below(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name
