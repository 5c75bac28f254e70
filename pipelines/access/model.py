"""What a day's ladder looks at: accounts, trees, organizations with their debts and clients. Plain frozen facts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from pipelines.clock import local_date
from pipelines.receivables.ladder import AccountData, ClientStanding, Ladder, OpenInvoice


@dataclass(frozen=True, order=True, slots=True)
class PlatformAccount:
    """An account of a platform, and the kind of that platform."""

    platform: str
    account_id: str
    kind: str

    def __str__(self) -> str:
        return f"{self.platform}/{self.account_id}"


@dataclass(frozen=True, slots=True)
class PlatformTree:
    """A platform's account tree in its newest snapshot: account → parent, and account → enabled."""

    business_date: date
    parents: Mapping[str, str | None]
    enabled: Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class OrganizationDay:
    """An organization on the day: its ladder, its debts and its clients. `accounts`: how far the payment data of each account reach."""

    ladder: Ladder
    moment: datetime
    accounts: tuple[AccountData, ...]
    last_day: date | None
    clients: tuple[ClientStanding, ...]
    claims: tuple[OpenInvoice, ...]

    @property
    def day(self) -> date:
        """The local day of the moment."""
        return local_date(self.moment, self.ladder.time_zone)

    def blocking(self, client_code: str) -> list[OpenInvoice]:
        """The debts of a client that block on the day, oldest first."""
        step = self.ladder.block_step
        due = [claim for claim in self.claims if claim.client_code == client_code and step and (self.day - claim.due_on).days >= step.days]
        return sorted(due, key=lambda claim: (claim.due_on, claim.key))


@dataclass(frozen=True, slots=True)
class LadderFacts:
    """All of it.

    `owners`: account → clients mapped to it, as (organization, client); `held`: what we block, the same way round;
    `touched`: account → day of our last order; `unread`: platform → why its tree could not be read; `unwritable`: account →
    why it must not be written to now; `states`: account → whether its platform says it is blocked (None: nobody has asked).
    """

    organizations: tuple[OrganizationDay, ...]
    owners: Mapping[PlatformAccount, tuple[tuple[str, str], ...]]
    held: Mapping[tuple[str, str], tuple[PlatformAccount, ...]]
    touched: Mapping[tuple[str, str], date]
    trees: Mapping[str, PlatformTree]
    unread: Mapping[str, str]
    unwritable: Mapping[PlatformAccount, str] = field(default_factory=dict)
    states: Mapping[PlatformAccount, bool] | None = None

    def accounts_of(self, organization_code: str, client_code: str) -> tuple[PlatformAccount, ...]:
        """Accounts mapped to a client's contracts with an organization, in order."""
        return tuple(sorted(account for account, owners in self.owners.items() if (organization_code, client_code) in owners))
