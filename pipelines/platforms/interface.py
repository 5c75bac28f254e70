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
DISTANCE = "meter_distance_km"  # daily quantities of live platforms: kilometres driven on the business date so far
ENGINE_HOURS = "meter_engine_hours"  # and hours that the engine ran
SENSOR_COLUMNS = ("vehicle_id", "sensor_id", "name", "kind", "parameter", "value")


@dataclass(frozen=True, slots=True)
class Platform:
    """A declared platform, as `master.platforms` has it."""

    platform: str
    kind: str
    source: str | None
    connection: str | None
    time_zone: str


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that a connector met and a person should look at: a name for its kind, where, and what it was."""

    name: str
    place: str | None
    detail: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The complete list of vehicles of one platform at one moment, as the source gave it.

    ``vehicles`` has columns of VEHICLE_COLUMNS and ``meter_*`` as far as the source had them, as text or properly typed
    (and OWNERS_COLUMN where a vehicle may have several owners); ``accounts`` has ACCOUNT_COLUMNS, or is None where the
    source gives no tree. ``announced`` is the number of vehicles that the platform said it has, if it said so. ``sensors`` has
    SENSOR_COLUMNS as text, or is None where the source has no list of them.
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
    remarks: tuple[Remark, ...] = ()
    sensors: "pa.Table | None" = None

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
    LIST_SENSORS = auto()
    DAILY_METERS = auto()


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
class AccountBelow:
    """What a block of an account has to take with it: a share link that its user made, or an account under it.

    ``above``: the account directly above, or the one whose user made the link. ``blocked`` None is unknown. ``is_our_own``: the
    service user works with it, or it is an administrator's.
    """

    account_id: str
    above: str
    blocked: bool | None
    is_share_link: bool = False
    is_our_own: bool = False


@dataclass(frozen=True, slots=True)
class Edit:
    """The last change of an account by somebody else, where the platform remembers it; ``by`` None: it does not say who."""

    at: datetime
    by: str | None


@dataclass(frozen=True, slots=True)
class Blocking:
    """What a write met and left: the state before, the state read back afterwards, and when it takes effect."""

    before: bool | None
    after: bool | None
    effective: Effective


@dataclass(frozen=True, slots=True)
class Fleet:
    """Everything that a platform lists at one moment, whole.

    ``vehicles`` and ``accounts`` as in `Snapshot`; ``announced``: how many vehicles the platform says it has (None: it does
    not say); ``sensors``: SENSOR_COLUMNS as text, or None where the platform has no list of them; ``counters``: vehicle_id, and
    DISTANCE and ENGINE_HOURS as totals that only grow, where the platform knows no daily quantities; ``clock``: the platform's
    own moment, where it tells it.
    """

    vehicles: "pa.Table"
    accounts: "pa.Table | None" = None
    announced: int | None = None
    sensors: "pa.Table | None" = None
    counters: "pa.Table | None" = None
    ignored: tuple[str, ...] = ()  # columns of the source that nobody knows
    remarks: tuple[Remark, ...] = ()
    clock: datetime | None = None


class Connector(Protocol):
    """A live platform at one moment. Every method raises the named errors of `pipelines.platforms.errors`, and nothing else.

    What only reads is retried inside; what writes is done once, and after a lost answer the state is read, never written again.
    """

    def probe(self) -> Probe:
        """Log in and look: version and capabilities. AccessDenied when the rights do not suffice for a whole snapshot."""

    def fleet(self) -> Fleet:
        """Every vehicle with all its owners, and the account tree: an incomplete list is an error, never a shorter list."""

    def account_state(self, account_ids: Sequence[str]) -> Mapping[str, AccountState]:
        """State of accounts by id, in as few requests as the platform allows; those that are not there are left out."""

    def set_account_blocked(self, account_id: str, *, blocked: bool) -> Blocking:
        """Block or restore an account, and read it back. Only `pipelines.access` may call it."""

    def accounts_below(self, account_ids: Sequence[str]) -> Mapping[str, tuple[AccountBelow, ...]]:
        """Share links of each account, and all accounts under it with theirs, nearest first; an account that is not there has none."""

    def share_link_state(self, link_ids: Sequence[str]) -> Mapping[str, AccountState]:
        """State of share links by id; those that are not there are left out."""

    def set_share_link_blocked(self, link_id: str, *, blocked: bool) -> Blocking:
        """Block or restore a share link, and read it back; AccessDenied where the platform has none."""

    def vehicle_state(self, vehicle_ids: Sequence[str]) -> Mapping[str, bool | None]:
        """Vehicle → whether it is blocked (None: unknown), never one request per vehicle where the platform lists them together."""

    def set_vehicle_blocked(self, vehicle_id: str, *, blocked: bool) -> Blocking:
        """The same as for an account for one vehicle, where Capability.BLOCK_VEHICLE is there; else AccessDenied."""

    def last_edits(self, account_ids: Sequence[str], since: datetime) -> Mapping[str, Edit]:
        """The last change of each account by somebody else since a moment, as far as the platform remembers such things."""

    def close(self) -> None:
        """Let go of connections and sessions."""
