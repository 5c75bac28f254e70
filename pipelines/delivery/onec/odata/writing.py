"""One object brought into a base of 1C: read first, then created or changed, and read again wherever an answer was lost.

Whatever state the base is in, each step is chosen by what was just read of it, so that a repeated turn, a lost answer, or a process
killed between a write and its answer make nothing twice. Objects have our own UUID as their key, so that 1C itself cannot hold two.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from pipelines.delivery.onec.model import (
    Correction,
    DocumentLink,
    Invoice,
    InvoiceLink,
    NotForOnec,
    ObjectKind,
    PriceList,
    PriceType,
    Removal,
    Sale,
    reference,
)
from pipelines.delivery.onec.odata.entities import Entities, Entity, RefusedByOnec
from pipelines.delivery.onec.odata.entity_map import EntityMap, EntityRule
from pipelines.delivery.onec.odata.properties import NO_KEY, Properties, differs, digest, properties, row_of, title
from pipelines.platforms import retries
from pipelines.platforms.errors import RateLimited, Transient

MOST_UNCERTAIN: Final = 5
"""Writes of one object whose answer was lost, or that somebody's change in 1C crossed, before the object waits for the next turn."""
_REMOVED: Final = "removed"
_POSTED: Final[Entity] = {}  # the answer of a base that has posted a document
_CHANGED_MEANWHILE: Final = (409, 412)
_DOCUMENTS: Final = ("invoice", "sale", "correction", "prices")
_MOST_ALIKE: Final = 50
"""Objects of the base that look like one of ours, and are asked for to see which of them are others of ours."""

Way = tuple[str, ...]
"""Names of properties by which 1C knows an object."""


@dataclass(frozen=True, slots=True)
class KnownEntity:
    """Under which key the base has an object of ours, and the digest of what was brought there last."""

    ref_key: str
    digest: str


class EntityKeys(Protocol):
    """Where it is kept under which key the base has our objects."""

    def known(self, kind: str, key: str) -> KnownEntity | None:
        """What is kept of an object."""

    def keep(self, kind: str, key: str, entity: KnownEntity) -> None:
        """Keep it, at once."""

    def is_anothers(self, kind: str, key: str, ref_key: str) -> bool:
        """Whether the base has another object of ours of that kind under a key."""


class EntityWriter:
    """Brings objects into one base. `written`: how many entities it created or changed."""

    def __init__(self, entities: Entities, rules: EntityMap, register: EntityKeys) -> None:
        self._entities, self._rules, self._register = entities, rules, register
        self._keys: dict[tuple[str, str], str] = {}
        self._refusals: dict[tuple[str, str], str] = {}
        self._lookups: dict[str, str] = {}
        self.written = 0

    def bring(self, kind: str, item: object) -> None:
        """An object as it stands now. NotForOnec or RefusedByOnec where it cannot be there; Transient where nothing certain was heard."""
        if isinstance(item, Removal):
            self._remove(kind, item)
        else:
            self.key_of(kind, item)

    def key_of(self, kind: str, item: object) -> str:
        """The key of an object in the base, which is brought there before; once per turn, a refusal too."""
        key = identity(kind, item)
        if isinstance(item, DocumentLink):
            return self._linked(kind, item)
        if refused := self._refusals.get((kind, key)):
            raise NotForOnec(refused)
        if (kind, key) not in self._keys:
            try:
                self._keys[kind, key] = self._bring(kind, key, item)
            except (NotForOnec, RefusedByOnec) as error:
                self._refusals[kind, key] = message = _named(kind, item, error)
                raise NotForOnec(message) from None
        return self._keys[kind, key]

    def _linked(self, kind: str, link: DocumentLink) -> str:
        """The key of a document that another one names; a sale goes without its invoice, a correction not without what it corrects."""
        known = self._register.known(kind, link.key)
        if known is None and not isinstance(link, InvoiceLink):
            raise NotForOnec(f"{kind} {link.number}, which it corrects, is not in 1C yet")
        return known.ref_key if known else NO_KEY

    def tell_access(self, client_code: str, access: str) -> None:
        """What is said of a client's access, in a row of additional properties of the counterparty that the base has for it, whoever made
        it; it was brought before. Other rows stay as they are. Nothing where the map has no place for it."""
        rule, known = self._rules.access, self._register.known("counterparty", client_code)
        if rule is None or known is None:
            return
        row = row_of(self._rules, rule.row_properties, {"access": access}, self, f"access of client {client_code}")
        content = KnownEntity(known.ref_key, digest(row))
        if self._register.known("access", client_code) == content:
            return

        is_written = False

        def choose(current: Entity | None) -> "_Step | None":
            rows = (current or {}).get(rule.rows) or []
            ours = [each for each in rows if str(each.get(rule.key)).casefold() == str(row[rule.key]).casefold()]
            if is_written or current is None or (len(ours) == 1 and not differs(row, ours[0])):
                return None
            numbered = [{**each, "LineNumber": str(place)} for place, each in enumerate([*_without(rows, ours), row], 1)]

            def step() -> Entity | None:
                nonlocal is_written
                stored = self._entities.change(rule.entity, current, {rule.rows: numbered})
                is_written = True
                return stored if "Ref_Key" in stored else None

            return step

        self._settle(lambda: self._entities.get(rule.entity, known.ref_key), choose)
        self._register.keep("access", client_code, content)

    def looked_up(self, name: str) -> str:
        """The key of a lookup of the map."""
        if name not in self._lookups:
            lookup = self._rules.lookups[name]
            entities = self._entities.where(lookup.entity, lookup.where)
            if len(entities) != 1:
                words = ", ".join(f"{each} {value}" for each, value in lookup.where.items())
                raise NotForOnec(f"1C has {'several' if entities else 'no'} {lookup.entity} with {words}")
            self._lookups[name] = str(entities[0]["Ref_Key"])
        return self._lookups[name]

    def _bring(self, kind: str, key: str, item: object) -> str:
        rule = self._rules.objects[kind]
        values = properties(self._rules, kind, item, self)
        before = self._register.known(kind, key)
        turn = _Turn(rule, kind, key, str(reference(ObjectKind(kind), key)), values, digest(values), before, title(kind, item))
        ref_key = self._settle(lambda: self._current(turn), lambda current: self._next(turn, current))
        self._register.keep(kind, key, KnownEntity(ref_key, turn.content))
        return ref_key

    def _settle(self, read: Callable[[], Entity | None], choose: Callable[[Entity | None], "_Step | None"]) -> str:
        """Read, choose a step, take it, until none is left; the object's key. What is uncertain is read again, never repeated."""
        uncertain = 0
        current, is_read = read(), True
        while step := choose(current):
            try:
                after = step()
                if after is _POSTED and current is not None:  # the last step of all: nothing is left to be read
                    break
                current, is_read = after, after is not None
                self.written += is_read
            except (Transient, RateLimited, RefusedByOnec) as error:
                uncertain += 1
                if uncertain == MOST_UNCERTAIN or not _may_be_tried_again(error):
                    raise
                is_read = False
            if not is_read:
                current = read()
        return "" if current is None else str(current["Ref_Key"])

    def _current(self, turn: "_Turn") -> Entity | None:
        """The object as the base has it: under the key that is known, under our own, or at first sight recognised by what it is."""
        ways = [way for way in turn.rule.match if turn.values[way[0]]]
        if ways and turn.before is None and not turn.is_looked_for:
            return self._at_first_sight(turn, ways)
        for key in turn.places:
            entity = self._entities.get(turn.rule.entity, key)
            if entity is not None:
                return entity
        if not turn.is_looked_for:
            turn.is_looked_for = True
            turn.recognised = self._recognised(turn, ways)
            return turn.recognised
        return None

    def _at_first_sight(self, turn: "_Turn", ways: Sequence[Way]) -> Entity | None:
        """An object that was never brought there as far as we know: under our own key, or recognised; mostly by one request."""
        turn.is_looked_for = True
        entities = self._entities.key_or_where(turn.rule.entity, turn.own_key, turn.alike(ways[0]), most=_MOST_ALIKE)
        if own := [each for each in entities if str(each["Ref_Key"]).casefold() == turn.own_key]:
            return own[0]
        turn.recognised = self._only_free(turn, ways[0], entities) or self._recognised(turn, ways[1:])
        return turn.recognised

    def _recognised(self, turn: "_Turn", ways: Sequence[Way]) -> Entity | None:
        """The object that has the same properties by which 1C knows it, and is no other of ours."""
        for way in ways:
            entities = self._entities.where(turn.rule.entity, turn.alike(way), most=_MOST_ALIKE)
            if free := self._only_free(turn, way, entities):
                return free
        return None

    def _only_free(self, turn: "_Turn", way: Way, entities: Sequence[Entity]) -> Entity | None:
        """The one of these that is no other object of ours; NotForOnec where there are several."""
        free = [each for each in entities if not self._register.is_anothers(turn.kind, turn.key, str(each["Ref_Key"]))]
        if len(free) > 1:
            raise NotForOnec(f"{turn.what}: 1C has several with the same {', '.join(way)}; leave one, mark the others as deleted")
        return free[0] if free else None

    def _next(self, turn: "_Turn", current: Entity | None) -> "_Step | None":
        """What is still to be done, by what the base has."""
        rule = turn.rule
        if current is None:
            if not rule.is_created:
                raise NotForOnec(f"{turn.what} is not in 1C ({_known_by(turn)}): enter it there")
            return turn.wrote(lambda: self._entities.create(rule.entity, turn.own_key, turn.values))
        ref_key = str(current["Ref_Key"])
        if turn.kind not in _DOCUMENTS:
            is_ours = ref_key.casefold() == turn.own_key
            is_due = is_ours and rule.is_created and not turn.is_there(current)
            return turn.wrote(lambda: self._entities.change(rule.entity, current, turn.values)) if is_due else None
        if current.get("DeletionMark") is True and not turn.was_removed_by_us:
            raise NotForOnec(f"{turn.what} is marked as deleted in 1C; take the mark away there, or correct it here")
        if not turn.is_there(current):
            if current.get("Posted") is True:
                return lambda: self._entities.unpost(rule.entity, ref_key)
            marked = {"DeletionMark": False} if current.get("DeletionMark") is True else {}
            return turn.wrote(lambda: self._entities.change(rule.entity, current, {**turn.values, **marked}))
        if rule.is_posted and current.get("Posted") is not True:
            return lambda: self._posted(rule, ref_key)
        return None

    def _posted(self, rule: EntityRule, ref_key: str) -> Entity:
        self._entities.post(rule.entity, ref_key)
        return _POSTED

    def _remove(self, kind: str, removal: Removal) -> None:
        """Mark what has come to nothing as deleted; what the base has not is no matter."""
        rule = self._rules.objects[kind]
        known = self._register.known(kind, removal.key)
        ref_key = known.ref_key if known else str(reference(removal.kind, removal.key))

        def choose(current: Entity | None) -> "_Step | None":
            if current is None or current.get("DeletionMark") is True:
                return None
            if current.get("Posted") is True:
                return lambda: self._entities.unpost(rule.entity, ref_key)
            return lambda: self._entities.change(rule.entity, current, {"DeletionMark": True})

        self._settle(lambda: self._entities.get(rule.entity, ref_key), choose)
        self._register.keep(kind, removal.key, KnownEntity(ref_key, _REMOVED))


_Step = Callable[[], Entity | None]


@dataclass(slots=True)
class _Turn:
    """What one object shall be in the base, and what is known of it.

    `is_written`: the base has answered that it holds the values. `is_looked_for`: it was tried to recognise it; `recognised`: as what.
    """

    rule: EntityRule
    kind: str
    key: str
    own_key: str
    values: Properties
    content: str
    before: KnownEntity | None
    what: str
    is_written: bool = False
    is_looked_for: bool = False
    recognised: Entity | None = None

    @property
    def places(self) -> list[str]:
        """Under which keys the base may have it."""
        known = [self.before.ref_key] if self.before else []
        return list(dict.fromkeys([*known, *([str(self.recognised["Ref_Key"])] if self.recognised else []), self.own_key]))

    def alike(self, way: Way) -> dict[str, str]:
        """The properties of one way by which 1C knows it."""
        return {name: str(self.values[name]) for name in way}

    @property
    def was_removed_by_us(self) -> bool:
        return self.before is not None and self.before.digest == _REMOVED

    def is_there(self, current: Mapping[str, Any]) -> bool:
        """Whether the base holds the values, as far as we know: brought there before, just now, or found there."""
        is_marked = current.get("DeletionMark") is True and self.was_removed_by_us
        is_known = self.before is not None and self.before.digest == self.content
        return not is_marked and (self.is_written or is_known or not differs(self.values, current))

    def wrote(self, write: Callable[[], Entity]) -> _Step:
        """A write of the values, remembered once the base has answered."""

        def step() -> Entity | None:
            stored = write()
            self.is_written = True
            return stored if "Ref_Key" in stored else None

        return step


def _without(rows: Sequence[Mapping[str, Any]], ours: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows of others as they are written back: without what the base itself adds when it shows them."""
    return [{name: value for name, value in each.items() if name != "Ref_Key" and "@" not in name} for each in rows if each not in ours]


def identity(kind: str, item: object) -> str:
    """The key of an object among those of its kind, as the outbox and `reference` have it."""
    match item:
        case Invoice() | DocumentLink() | Sale() | Removal() | Correction() | PriceList() | PriceType():
            return item.key
    return str(getattr(item, {"contract": "number", "service": "key"}.get(kind, "code")))


def _may_be_tried_again(error: Exception) -> bool:
    """Whether the next reading may show another way, after the pause that the base asks for."""
    if isinstance(error, RefusedByOnec):
        return error.status in _CHANGED_MEANWHILE
    return not isinstance(error, RateLimited) or retries.rested(error)


def _named(kind: str, item: object, error: Exception) -> str:
    """A refusal that names its object once."""
    what, said = title(kind, item), str(error)
    return said if what in said or not isinstance(error, RefusedByOnec) else f"{what}: {said}"


def _known_by(turn: _Turn) -> str:
    return ", ".join(f"{name} {turn.values[name]}" for name in turn.rule.match[0]) if turn.rule.match else turn.own_key
