"""What every platform's connector offers, and the snapshot that it delivers (`domain.md §2`)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum, auto
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import pyarrow as pa

VEHICLE_COLUMNS = (
    "vehicle_id",
    "account_id",
    "parent_account_id",
    "name",
    "plate",
    "vin",
    "hw_id",
    "state",
    "last_message_at",
    "online_minutes",
    "is_clone",
)
REQUIRED_COLUMNS = ("vehicle_id", "state")
ACCOUNT_COLUMNS = ("account_id", "parent_account_id", "name", "enabled")
METER_PREFIX = "meter_"
OWNERS_COLUMN = "account_ids"  # list of text: every owner of a vehicle, where a platform knows several


@dataclass(frozen=True, slots=True)
class Platform:
    """A declared platform, as `master.platforms` has it."""

    platform: str
    kind: str
    source: str | None
    connection: str | None
    time_zone: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The complete list of vehicles of one platform at one moment, as the source gave it.

    ``vehicles`` has columns of VEHICLE_COLUMNS and ``meter_*`` as far as the source had them, as text or properly typed
    (and OWNERS_COLUMN where a vehicle may have several owners); ``accounts`` has ACCOUNT_COLUMNS, or is None where the
    source gives no tree. ``announced`` is the number of vehicles that the platform said it has, if it said so.
    """

    platform: str
    business_date: date
    taken_at: datetime
    time_zone: str
    vehicles: "pa.Table"
    accounts: "pa.Table | None" = None
    announced: int | None = None
    source: str = ""
    ignored: tuple[str, ...] = ()  # columns of the source that nobody knows
    place: Callable[[int], str] | None = field(default=None, compare=False)  # row number → place in the source

    @property
    def columns(self) -> tuple[str, ...]:
        """The known columns that the source really had."""
        return tuple(name for name in self.vehicles.column_names if name != OWNERS_COLUMN)


class Capability(Enum):
    """What a connector can do on this platform, with these rights."""

    LIST_VEHICLES = auto()
    LIST_ACCOUNTS = auto()
    BLOCK_ACCOUNT = auto()
    BLOCK_VEHICLE = auto()


class Effective(Enum):
    """When a block or its lifting takes effect."""

    NOW = "now"
    NEXT_CYCLE = "next_cycle"


@dataclass(frozen=True, slots=True)
class Probe:
    """What answered, and what it allows."""

    version: str
    capabilities: frozenset[Capability]


@dataclass(frozen=True, slots=True)
class AccountState:
    """State of one account as read from the platform; None is unknown, never 'not blocked'."""

    account_id: str
    blocked: bool | None
    administrator: bool | None = None


@dataclass(frozen=True, slots=True)
class Blocking:
    """What a write met and left: the state before, the state read back afterwards, and when it takes effect."""

    before: bool | None
    after: bool | None
    effective: Effective


@dataclass(frozen=True, slots=True)
class VehicleList:
    """All vehicles of a platform, and how many the platform announced (None: it does not say)."""

    vehicles: "pa.Table"
    announced: int | None


class Connector(Protocol):
    """A live platform. Every method raises the named errors of `pipelines.platforms.errors`, and nothing else."""

    def probe(self) -> Probe:
        """Log in and look: version and capabilities."""

    def list_accounts(self) -> "pa.Table | None":
        """The account tree (ACCOUNT_COLUMNS), whole, or None where the platform has none."""

    def list_vehicles(self) -> VehicleList:
        """Every vehicle, whole: an incomplete list is ProtocolBroken, never a shorter list."""

    def account_state(self, account_ids: Sequence[str]) -> Mapping[str, AccountState]:
        """State of accounts by id; NotFound names those that are not there."""

    def set_account_blocked(self, account_id: str, *, blocked: bool) -> Blocking:
        """Block or restore an account, and read it back. Only `pipelines.access` may call it."""

    def set_vehicle_blocked(self, vehicle_id: str, *, blocked: bool) -> Blocking:
        """The same for one vehicle, where Capability.BLOCK_VEHICLE is there; else AccessDenied."""
