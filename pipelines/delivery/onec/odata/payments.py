"""Payments of a base of 1C over HTTP: its documents of money that are new, changed, marked as deleted or gone since the last look.
What was changed of our clients and contracts there is told with them.

1C offers no list of changes over OData. So every document that is dated within the last days (a setting) is listed with its DataVersion,
and what has another version than the one read last is told to the ledger, in the transaction that remembers the version. An older one is
looked at as long as it is not counted.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from pipelines.delivery.onec.body import (
    ROUBLES,
    BodyObject,
    Deleted,
    MoneyDocument,
    NoPayment,
    Unread,
    UnreadableMoney,
    UnreadDocument,
    payment_day,
    payment_sum,
)
from pipelines.delivery.onec.declared import DeclaredPeer
from pipelines.delivery.onec.odata import access
from pipelines.delivery.onec.odata.access import BaseSecrets
from pipelines.delivery.onec.odata.catalogue_reading import CatalogueLook
from pipelines.delivery.onec.odata.entities import Entities, Entity
from pipelines.delivery.onec.odata.entity_map import EntityMap, MoneyRule, entity_map
from pipelines.delivery.onec.odata.properties import NO_KEY
from pipelines.delivery.onec.odata.versions import SeenVersions, data_version, ref_key
from pipelines.delivery.onec.peers import local_time, take_turn
from pipelines.delivery.onec.register import NamedParty
from pipelines.errors import BadInput, Refused
from pipelines.platforms.errors import ProtocolBroken, RateLimited, Transient
from pipelines.settings import Settings
from pipelines.warehouse import engine, query

if TYPE_CHECKING:
    from sqlalchemy import Connection

Tell = Callable[["Connection", str, int, Iterator[BodyObject], datetime], str]
"""Applies the documents of a turn (transaction, base, number of the turn, documents, moment); what was done, in words."""


@dataclass(frozen=True, slots=True)
class EntitiesRead:
    """What a turn came to. `turn_no`: its number, None where nothing was new. `detail`: what was done, or why nothing could be.

    `is_problem`: nothing could be read, `may_pass`: the next turn may find it otherwise.
    """

    turn_no: int | None = None
    detail: str = ""
    is_problem: bool = False
    may_pass: bool = False


def read_payments(settings: Settings, base: DeclaredPeer, at: datetime, tell: Tell, secrets: BaseSecrets | None) -> EntitiesRead:
    """Everything that is new or changed among the base's documents of money, whole or not at all.

    A retired base is read as long as its last day is among the days that are looked at.
    """
    with engine.transaction(settings) as connection:
        today = local_time(connection, at).date()
    if base.is_over(today - timedelta(days=settings.onec_payment_days)):
        return EntitiesRead()
    try:
        reached = access.entities(base, at, secrets)
        rules = entity_map(base.configuration, base.code, settings.onec_maps_folder)
        with closing(reached), engine.transaction(settings) as connection:
            take_turn(connection, base.code)
            return _IncomingTurn(settings, base, reached, rules).pass_over(connection, at, tell)
    except (Refused, BadInput) as error:
        with engine.transaction(settings) as connection:
            take_turn(connection, base.code)
            query.run(connection, "delivery/onec/odata/close_turn", peer=base.code, problem=str(error), heard_at=None)
        return EntitiesRead(detail=str(error), is_problem=True, may_pass=isinstance(error, Transient | RateLimited))


class _IncomingTurn:
    """One look at a base's documents of money, in the transaction that holds the base."""

    def __init__(self, settings: Settings, base: DeclaredPeer, reached: Entities, rules: EntityMap) -> None:
        self._settings, self._base, self._reached, self._rules = settings, base, reached, rules
        self._sources: dict[tuple[str, str], Entity | None] = {}

    def pass_over(self, connection: "Connection", at: datetime, tell: Tell) -> EntitiesRead:
        """Look, tell what is new, and remember the versions that were read."""
        since = self._since(connection, at)
        news: list[BodyObject] = []
        seen: dict[str, SeenVersions] = {}
        published = self._reached.published()
        for rule in self._readable(published):
            changes = seen[rule.entity] = SeenVersions()
            news += self._news(connection, rule, since, changes)
        catalogues = CatalogueLook(connection, self._base.code, self._reached, self._rules, published)
        news += catalogues.news(at, seen)
        turn_no, detail = None, ""
        if news:
            turn_no = query.scalar(connection, "delivery/onec/odata/take_turn", peer=self._base.code, at=at)
            kept = {"direction": "in", "message_no": turn_no, "other_no": None, "objects": len(news)}
            query.run(connection, "delivery/onec/add_message", peer=self._base.code, **kept, at=at)
            detail = tell(connection, self._base.code, turn_no, iter(news), at)
        for entity, changes in seen.items():
            changes.store(connection, self._base.code, entity)
        query.run(connection, "delivery/onec/odata/close_turn", peer=self._base.code, problem=None, heard_at=at)
        return EntitiesRead(turn_no, detail)

    def _since(self, connection: "Connection", at: datetime) -> datetime:
        """The first moment of the days that are looked at, by the wall clock of the house, which is that of the base."""
        day = local_time(connection, at).date() - timedelta(days=self._settings.onec_payment_days)
        return datetime.combine(max(day, self._base.from_date or day), time())

    def _readable(self, published: frozenset[str]) -> list[MoneyRule]:
        """The documents that are looked for; ProtocolBroken where the base does not publish what they need."""
        if missing := self._rules.read - published:
            raise ProtocolBroken(
                f"1C base {self._base.code!r} does not publish {', '.join(sorted(missing))}: add them to its standard OData interface"
            )
        return [rule for rule in self._rules.payments if rule.entity in published]

    def _news(self, connection: "Connection", rule: MoneyRule, since: datetime, changes: SeenVersions) -> Iterable[BodyObject]:
        before = query.rows(connection, "delivery/onec/odata/read_before", peer=self._base.code, entity=rule.entity, since=since)
        versions = {row.reference: row.data_version for row in before}
        changed = []
        for entity in self._reached.versions_since(rule.entity, since):
            reference = ref_key(entity)
            if reference is None:
                yield Unread(rule.entity, "no Ref_Key")
            elif versions.pop(reference, None) != data_version(entity):
                changed.append(reference)
        for entity in self._reached.with_keys(rule.entity, changed):
            yield self._taken(rule, entity, since, changes)
        for reference in versions:  # listed before and now no more: moved to another day, or gone
            moved = self._reached.get(rule.entity, reference)
            yield self._taken(rule, moved, since, changes) if moved else _gone(reference, since, changes)
        yield from self._mended(connection, rule, since, changes)

    def _mended(self, connection: "Connection", rule: MoneyRule, since: datetime, changes: SeenVersions) -> Iterable[BodyObject]:
        """What has changed of the documents that somebody must look at and that are too old to be listed."""
        rows = query.rows(connection, "delivery/onec/odata/awaited", peer=self._base.code, entity=rule.entity, since=since)
        versions = {row.reference: row.data_version for row in rows if row.reference not in changes.references}
        for entity in self._reached.with_keys(rule.entity, list(versions)):
            if versions.pop(ref_key(entity) or "", None) != data_version(entity):
                yield self._taken(rule, entity, since, changes)
        for reference in versions:
            yield _gone(reference, since, changes)

    def _taken(self, rule: MoneyRule, entity: Entity, since: datetime, changes: SeenVersions) -> BodyObject:
        """A document as it is told to the ledger; its version is remembered."""
        reference = ref_key(entity) or ""
        changes.add(reference, data_version(entity), _dated(entity, since))
        return Deleted((reference,)) if entity.get("DeletionMark") is True else self._document(rule, reference, entity)

    def _document(self, rule: MoneyRule, reference: str, entity: Entity) -> MoneyDocument | UnreadDocument:
        def text(name: str) -> str:
            value = entity.get(rule.properties.get(name, ""))
            return "" if value is None else str(value).strip()

        own_number, bank_number = text("number"), text("bank_number")
        operation, currency = text("operation"), self._told(rule, entity, "currency", "code")
        left_out = _left_out(rule, operation, currency, is_posted=entity.get("Posted") is True)
        organization, our_account = self._party(rule, entity, "organization"), self._told(rule, entity, "our_account", "number")
        try:
            paid_on, amount = payment_day("", text("date"), own_number), payment_sum(text("amount"), own_number)
        except UnreadableMoney as error:
            number = bank_number or own_number
            return UnreadDocument(
                rule.entity, str(error), rule.kind, reference, number, error.fault, error.written, organization, our_account, left_out
            )
        return MoneyDocument(
            kind=rule.kind,
            reference=reference,
            number=bank_number or own_number,
            is_bank_number=bool(bank_number),
            paid_on=paid_on,
            amount=amount,
            organization=organization,
            our_account=our_account,
            counterparty=self._party(rule, entity, "counterparty"),
            their_account=self._told(rule, entity, "their_account", "number"),
            purpose=text("purpose"),
            left_out=left_out,
            detail=operation if left_out is NoPayment.NOT_A_CUSTOMER else "",
        )

    def _party(self, rule: MoneyRule, entity: Entity, name: str) -> NamedParty:
        key = str(entity.get(rule.properties[name]) or "").lower()
        name_of, inn, kpp = (self._told(rule, entity, name, what) for what in ("name", "inn", "kpp"))
        return NamedParty("" if key == NO_KEY else key, name_of, inn, kpp)

    def _told(self, rule: MoneyRule, entity: Entity, name: str, what: str) -> str:
        """A property of the entity that a document refers to; empty where there is none."""
        source, place = self._rules.sources.get(name), rule.properties.get(name, "")
        key = str(entity.get(place) or "")
        kind = str(entity.get(f"{place}_Type") or "")
        if source is None or key in ("", NO_KEY) or (kind and not kind.endswith(source.entity)):
            return ""
        if (source.entity, key) not in self._sources:
            self._sources[source.entity, key] = self._reached.get(source.entity, key)
        referred = self._sources[source.entity, key] or {}
        return str(referred.get(source.properties[what]) or "").strip()


def _gone(reference: str, since: datetime, changes: SeenVersions) -> Deleted:
    """A document that the base has no longer."""
    changes.add(reference, "", since.isoformat(), is_gone=True)
    return Deleted((reference,))


def _left_out(rule: MoneyRule, operation: str, currency: str, *, is_posted: bool) -> NoPayment | None:
    if rule.customers and operation not in rule.customers:
        return NoPayment.NOT_A_CUSTOMER
    if not is_posted:
        return NoPayment.DRAFT
    return NoPayment.OTHER_CURRENCY if currency not in ("", *ROUBLES) else None


def _dated(entity: Mapping[str, Any], since: datetime) -> str:
    """The document's Date; that of the first day looked at where it is no date."""
    try:
        return datetime.fromisoformat(str(entity.get("Date"))).replace(tzinfo=None).isoformat()
    except ValueError:
        return since.isoformat()
