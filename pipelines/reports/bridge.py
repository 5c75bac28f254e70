"""The bridge of two months: from what the month before was billed to what this month is, part by part, to the kopeck. Pure.

Every contract puts its whole difference into the parts in their declared order, so the parts add up by construction.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from pipelines.money import ZERO
from pipelines.rating.causes import Causes


class BridgePart(StrEnum):
    """The parts of a difference in the order in which they are shown; the value is what the warehouse and scripts see.

    A client or contract is *lost* that was billed the month before and is not billed now, *new* the other way round; *parked*
    is one that this month's close left out, *resumed* one that the close of the month before had left out.
    """

    LOST_CLIENTS = "lost_clients"
    NEW_CLIENTS = "new_clients"
    LOST_CONTRACTS = "lost_contracts"
    NEW_CONTRACTS = "new_contracts"
    PARKED = "parked"
    RESUMED = "resumed"
    FLEET = "fleet"
    TERMS = "terms"
    TARIFF = "tariff"
    VAT = "vat"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class ContractMonths:
    """What a contract was billed with VAT, roubles, for the month before and for this one; None: there is no invoice.

    ``is_parked``: this month's close leaves it out; ``was_parked``: that of the month before did. ``client_before`` and
    ``client_now``: its client has an invoice of some contract in the month; parked now counts as now.
    """

    contract_no: str
    before: Decimal | None
    now: Decimal | None
    is_parked: bool = False
    was_parked: bool = False
    client_before: bool = True
    client_now: bool = True

    @property
    def difference(self) -> Decimal:
        """This month less the month before."""
        return (self.now or ZERO) - (self.before or ZERO)

    @property
    def standing(self) -> BridgePart | None:
        """The one part that takes the whole difference; None: it was billed in both months, and its causes are told apart."""
        if self.is_parked:
            return BridgePart.PARKED
        if self.before is None:
            if self.was_parked:
                return BridgePart.RESUMED
            return BridgePart.NEW_CONTRACTS if self.client_before else BridgePart.NEW_CLIENTS
        if self.now is None:
            return BridgePart.LOST_CONTRACTS if self.client_now else BridgePart.LOST_CLIENTS
        return None


def parts_of(months: ContractMonths, causes: Causes | None = None) -> Mapping[BridgePart, Decimal]:
    """The difference of a contract by parts that are not 0.00; together exactly the difference.

    ``causes``: of a contract that was billed in both months; what they leave, or all of it without them, is `BridgePart.OTHER`: billed
    otherwise than the facts tell.
    """
    if months.standing is not None:
        return {months.standing: months.difference} if months.difference else {}
    by_cause = causes or Causes()
    parts = {
        BridgePart.FLEET: by_cause.fleet,
        BridgePart.TERMS: by_cause.terms,
        BridgePart.TARIFF: by_cause.tariff,
        BridgePart.VAT: by_cause.vat,
    }
    parts[BridgePart.OTHER] = months.difference - sum(parts.values(), ZERO)
    return {part: amount for part, amount in parts.items() if amount}


@dataclass(slots=True)
class BridgeRow:
    """One part of the bridge: its roubles, and how many contracts have it."""

    amount: Decimal = ZERO
    contracts: int = 0


@dataclass(slots=True)
class Bridge:
    """The bridge of all contracts, filled one by one: ``before`` + the rows = ``now``."""

    before: Decimal = ZERO
    now: Decimal = ZERO
    rows: dict[BridgePart, BridgeRow] = field(default_factory=lambda: {part: BridgeRow() for part in BridgePart})

    def add(self, months: ContractMonths, parts: Mapping[BridgePart, Decimal]) -> None:
        """Count one contract."""
        self.before += months.before or ZERO
        self.now += months.now or ZERO
        for part, amount in parts.items():
            self.rows[part].amount += amount
            self.rows[part].contracts += 1

    @property
    def difference(self) -> Decimal:
        """This month less the month before."""
        return self.now - self.before

    @property
    def gap(self) -> Decimal:
        """What the rows do not explain: 0.00, or the bridge is wrong."""
        return self.difference - sum((row.amount for row in self.rows.values()), ZERO)


def bridge_of(contracts: Iterable[tuple[ContractMonths, Mapping[BridgePart, Decimal]]]) -> Bridge:
    """The bridge of contracts with their parts."""
    bridge = Bridge()
    for months, parts in contracts:
        bridge.add(months, parts)
    return bridge
