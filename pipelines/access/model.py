"""What a day's ladder looks at: accounts, trees, organizations with their debts and clients. Plain frozen facts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from pipelines.clock import local_date
from pipelines.findings.details import PARTS
from pipelines.receivables.ladder import AccountData, ClientStanding, OpenInvoice
from pipelines.receivables.ladder_steps import Ladder, Step


@dataclass(frozen=True, order=True, slots=True)
class PlatformAccount:
    """An account of a platform, and the kind of that platform."""

    platform: str
    account_id: str
    kind: str

    def __str__(self) -> str:
        return f"{self.platform}/{self.account_id}"


TargetKind = Literal["account", "sub_user", "share_link", "vehicle"]
TargetKey = tuple[str, TargetKind, str]
"""Platform, kind and id: what a target is, whichever account it is blocked with."""


@dataclass(frozen=True, order=True, slots=True)
class BlockTarget:
    """What an order writes to: an account, or what goes down with it (a user under it, a share link, a vehicle)."""

    account: PlatformAccount
    kind: TargetKind
    target_id: str

    @classmethod
    def of(cls, account: PlatformAccount) -> "BlockTarget":
        """The account itself."""
        return cls(account, "account", account.account_id)

    @property
    def key(self) -> TargetKey:
        """What it is on its platform, whichever account it is blocked with."""
        return self.account.platform, self.kind, self.target_id

    def __str__(self) -> str:
        return str(self.account) if self.kind == "account" else f"{self.account}: {PARTS[self.kind]} {self.target_id}"


@dataclass(frozen=True, slots=True)
class PlatformTree:
    """A platform's account tree in its newest snapshot: account → parent, and account → enabled."""

    business_date: date
    parents: Mapping[str, str | None]
    enabled: Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class OrganizationDay:
    """An organization on the day: its ladder, and the clients of whom it may say something, with their debts.

    `accounts`: how far the payment data of each account reach; `client_count`: how many clients it has in all.
    """

    ladder: Ladder
    moment: datetime
    accounts: tuple[AccountData, ...]
    last_day: date | None
    clients: tuple[ClientStanding, ...]
    claims: tuple[OpenInvoice, ...]
    client_count: int

    day: date = field(init=False, compare=False)
    """The local day of the moment."""
    _blocking: Mapping[str, list[OpenInvoice]] = field(init=False, repr=False, compare=False)
    _by_client: Mapping[str, tuple[OpenInvoice, ...]] = field(init=False, repr=False, compare=False)
    _categories: Mapping[str, str | None] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index claims and clients once: each client is asked for its own, and there may be twenty thousand."""
        object.__setattr__(self, "day", local_date(self.moment, self.ladder.time_zone))
        by_client: dict[str, list[OpenInvoice]] = {}
        for claim in sorted(self.claims, key=lambda claim: (claim.due_on, claim.key)):
            by_client.setdefault(claim.client_code, []).append(claim)
        object.__setattr__(self, "_by_client", {client: tuple(claims) for client, claims in by_client.items()})
        object.__setattr__(self, "_categories", {client.client_code: client.category for client in self.clients})
        blocking = {client.client_code: self._blocking_of(client.client_code) for client in self.clients}
        object.__setattr__(self, "_blocking", {client: claims for client, claims in blocking.items() if claims})

    def _blocking_of(self, client_code: str) -> list[OpenInvoice]:
        step, day = self.block_step(client_code), self.day
        return [claim for claim in self._by_client.get(client_code, ()) if step and claim.has_reached(step, day, self.ladder)]

    def block_step(self, client_code: str) -> Step | None:
        """The step that blocks a client, if its ladder has one."""
        return self.ladder.block_step_for(self._categories.get(client_code))

    def blocking(self, client_code: str) -> list[OpenInvoice]:
        """The debts of a client that block on the day, oldest first."""
        return self._blocking.get(client_code, [])

    def claims_of(self, client_code: str) -> tuple[OpenInvoice, ...]:
        """The debts of a client, oldest first."""
        return self._by_client.get(client_code, ())

    def held(self, client_code: str) -> list[OpenInvoice]:
        """The debts of a client that a plan of instalments which is kept covers, oldest first."""
        return [claim for claim in self._by_client.get(client_code, ()) if claim.is_held]

    def has_step_since(self, client_code: str, day: date) -> bool:
        """Whether a debt of a client has come to its block after a day."""
        step = self.block_step(client_code)
        return step is not None and any(self.ladder.step_day(claim.asked_from, step) > day for claim in self.blocking(client_code))


@dataclass(frozen=True, slots=True)
class LadderFacts:
    """All of it.

    `owners`: account → clients mapped to it, as (organization, client); `held`: (organization, client) → what we block, in the order
    in which it was ordered; `lifted`: what of it somebody else has let in again → the day on which that was seen; `ours`: the rest
    of it; `insisted`: clients for whom a person wants that blocked again; `touched`: account → day of our last order;
    `takes_along`: account → what goes down with it besides share links; `unread`: platform → why its tree could not be read;
    `unwritable`: account → why it must not be written to now; `states`: account → whether its platform says it is blocked (None:
    nobody has asked); `parts`: account → what goes down with it, as its platform lists it, in the order of blocking.
    """

    organizations: tuple[OrganizationDay, ...]
    owners: Mapping[PlatformAccount, tuple[tuple[str, str], ...]]
    held: Mapping[tuple[str, str], tuple[BlockTarget, ...]]
    touched: Mapping[tuple[str, str], date]
    trees: Mapping[str, PlatformTree]
    unread: Mapping[str, str]
    lifted: Mapping[TargetKey, date] = field(default_factory=dict)
    ours: frozenset[TargetKey] = frozenset()
    insisted: frozenset[tuple[str, str]] = frozenset()
    takes_along: Mapping[PlatformAccount, frozenset[TargetKind]] = field(default_factory=dict)
    parts: Mapping[PlatformAccount, tuple[BlockTarget, ...]] = field(default_factory=dict)
    unwritable: Mapping[PlatformAccount, str] = field(default_factory=dict)
    states: Mapping[PlatformAccount, bool] | None = None

    _accounts: Mapping[tuple[str, str], tuple[PlatformAccount, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the accounts once: each client is asked for its own, and there may be twenty thousand."""
        accounts: dict[tuple[str, str], list[PlatformAccount]] = {}
        for account in sorted(self.owners, key=lambda account: (account.platform, account.account_id, account.kind)):
            for client in dict.fromkeys(self.owners[account]):
                accounts.setdefault(client, []).append(account)
        object.__setattr__(self, "_accounts", {client: tuple(listed) for client, listed in accounts.items()})

    def accounts_of(self, organization_code: str, client_code: str) -> tuple[PlatformAccount, ...]:
        """Accounts mapped to a client's contracts with an organization, in order."""
        return self._accounts.get((organization_code, client_code), ())

    @property
    def stopped(self) -> str:
        """Who has stopped all blocking, in words; empty while nobody has."""
        return next((organization.ladder.stopped for organization in self.organizations if organization.ladder.stopped), "")

    def is_ours(self, target: BlockTarget) -> bool:
        """Whether we block it for anybody, and nobody has let it in again since."""
        return target.key in self.ours
