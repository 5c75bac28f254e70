"""What rating takes in: contract, terms, tariff versions, usage by day, VAT modes (domain.md §1, §4, §5)."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from pipelines.period import Span


class Kind(StrEnum):
    """What a component counts; ``MINIMUM`` is the kind of the top-up line alone, no tariff may carry it."""

    FIXED = "fixed"
    VEHICLES = "vehicles"
    VEHICLE_DAYS = "vehicle_days"
    ONLINE_HOURS = "online_hours"
    METER = "meter"
    MINIMUM = "minimum"


class Scheme(StrEnum):
    """How a quantity becomes an amount."""

    UNIT = "unit"
    GRADUATED = "graduated"
    VOLUME = "volume"
    PACKAGE = "package"


class Counting(StrEnum):
    """Which vehicles count on a day."""

    USED = "used"
    CONNECTED = "connected"


class Basis(StrEnum):
    """Which figure of a segment's fleet is the quantity of a ``vehicles`` component."""

    PEAK = "peak"
    AVERAGE = "average"


class TaxMode(StrEnum):
    """VAT mode of an organization."""

    GENERAL = "general"
    USN5 = "usn5"
    USN7 = "usn7"
    EXEMPT = "exempt"


@dataclass(frozen=True, slots=True)
class Tier:
    """A step of a tiered price: up to and including ``up_to`` units, None: open."""

    up_to: Decimal | None
    price: Decimal


@dataclass(frozen=True, slots=True)
class Component:
    """One priced part of a tariff version. Tiers may come in any order; they are kept ascending, the open one last."""

    component_no: int
    name: str
    kind: Kind
    meter: str | None = None
    scheme: Scheme = Scheme.UNIT
    price: Decimal | None = None
    package_size: Decimal | None = None
    tiers: tuple[Tier, ...] = ()

    def __post_init__(self) -> None:
        if len(self.tiers) > 1:
            ascending = sorted(self.tiers, key=lambda tier: (tier.up_to is None, tier.up_to or 0))
            object.__setattr__(self, "tiers", tuple(ascending))


@dataclass(frozen=True, slots=True)
class TariffVersion:
    """The price list of a tariff from ``valid_from`` until the next version. Components are kept by their number."""

    tariff_code: str
    valid_from: dt.date
    name: str
    prices_include_vat: bool
    components: tuple[Component, ...]

    def __post_init__(self) -> None:
        ordered = sorted(self.components, key=lambda component: component.component_no)
        object.__setattr__(self, "components", tuple(ordered))


@dataclass(frozen=True, slots=True)
class Terms:
    """Terms of a contract from ``valid_from`` until the next row."""

    contract_no: str
    valid_from: dt.date
    tariff_code: str
    counting: Counting = Counting.USED
    basis: Basis = Basis.PEAK
    prepaid_vehicles: int = 0
    discount_percent: Decimal = Decimal(0)
    minimum: Decimal | None = None
    payment_days: int = 10


@dataclass(frozen=True, slots=True)
class Contract:
    """The agreement; in force from ``starts_on`` to ``ends_on``, both inclusive (None: open)."""

    contract_no: str
    client_code: str
    organization_code: str
    starts_on: dt.date
    ends_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class DayUsage:
    """Usage of a contract on one covered business date.

    ``online_minutes`` None, or a meter that is absent, means "not known", never zero; it matters only where a
    component needs it and the fleet of that day is not 0 (domain.md §2.5).
    """

    date: dt.date
    fleet_size: int
    online_minutes: Decimal | int | None = None
    meters: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class VatMode:
    """The organization's VAT mode from a date on (None: since ever)."""

    valid_from: dt.date | None
    mode: TaxMode


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of days of one month under the same prices; share = its days ÷ days of the calendar month."""

    span: Span
    terms: Terms
    tariff: TariffVersion
    share: Fraction
