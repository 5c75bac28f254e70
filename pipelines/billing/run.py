"""A run of a month: the facts that it is computed from, and the drafts that it makes of them (domain.md §5–§7). Pure."""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import NamedTuple

from pipelines.billing.billed_so_far import BilledSoFar
from pipelines.billing.identity import canonical, digest
from pipelines.billing.inputs import HeldContract, MonthInputs, tariff_json
from pipelines.billing.inputs_state import InputsState
from pipelines.billing.model import Draft, ParkedContract, Purpose, Scope
from pipelines.billing.usage_of_month import NO_USAGE, UsageOfMonth
from pipelines.period import Month
from pipelines.rating.charges import Amounts, RatedMonth, UnusedPrepaid, ZeroPrice


@dataclass(frozen=True, slots=True)
class RunFacts:
    """Everything that a run is computed from.

    ``billed``: what was issued for the month before; ``closed``: contracts whose month is closed; ``state``: what the
    warehouse said of its inputs before they were read, None for facts that come from nowhere else; ``rated``: the months of
    contracts that are priced already, so that none is priced twice.
    """

    scope: Scope
    inputs: MonthInputs
    billed: BilledSoFar = field(default_factory=BilledSoFar)
    closed: frozenset[str] = frozenset()
    usage: UsageOfMonth = NO_USAGE
    state: InputsState | None = None
    rated: dict[str, RatedMonth | ParkedContract] = field(default_factory=dict)

    def holding(self, held: dict[str, HeldContract], state: InputsState | None) -> "RunFacts":
        """The same facts with these contracts held back; ``state``: of the inputs since."""
        return replace(self, inputs=replace(self.inputs, held=held), state=state)


@dataclass(slots=True)
class RunContents:
    """What a run makes, contract by contract."""

    drafts: list[Draft] = field(default_factory=list)
    parked: list[ParkedContract] = field(default_factory=list)
    nothing: list[str] = field(default_factory=list)
    zero_prices: list[tuple[str, ZeroPrice]] = field(default_factory=list)
    unused: list[tuple[str, UnusedPrepaid]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class DraftedRun:
    """The whole run of a month. ``nothing``: contracts that came to nothing; ``digest`` changes with any figure, evidence or version."""

    facts: RunFacts
    drafts: tuple[Draft, ...]
    parked: tuple[ParkedContract, ...]
    nothing: tuple[str, ...]
    zero_prices: tuple[tuple[str, ZeroPrice], ...]
    unused: tuple[tuple[str, UnusedPrepaid], ...]
    digest: str

    @property
    def scope(self) -> Scope:
        """Which run it is."""
        return self.facts.scope

    @property
    def month(self) -> Month:
        """The month that it bills."""
        return self.facts.scope.month

    @property
    def purpose(self) -> Purpose:
        """What the run is for: prepay, watch, close, correct."""
        return self.facts.scope.purpose

    @property
    def watched_on(self) -> date | None:
        """Of a watch: its day."""
        return self.facts.scope.on

    @property
    def only(self) -> str | None:
        """Of a correction: the one contract that it was asked for."""
        return self.facts.scope.only

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to issue and no contract to close."""
        return not self.drafts and not self.nothing

    @property
    def told(self) -> "ToldRun":
        """What is told of it."""
        drafts = (ToldDraft(each.contract_no, each.client_code, each.kind, each.cause, each.amounts) for each in self.drafts)
        return ToldRun(self.scope, self.digest, tuple(drafts), self.parked, self.nothing)


class ToldDraft(NamedTuple):
    """Whose draft, of which kind, and what it comes to."""

    contract_no: str
    client_code: str
    kind: str
    cause: str
    amounts: Amounts


@dataclass(frozen=True, slots=True)
class ToldRun:
    """What people are told of a run, for as long as anybody tells of it: the facts and the evidence of a large month are let go of."""

    scope: Scope
    digest: str
    drafts: tuple[ToldDraft, ...]
    parked: tuple[ParkedContract, ...]
    nothing: tuple[str, ...]

    @property
    def month(self) -> Month:
        """The month that it bills."""
        return self.scope.month

    @property
    def purpose(self) -> Purpose:
        """What the run is for."""
        return self.scope.purpose

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to issue and no contract to close."""
        return not self.drafts and not self.nothing

    @property
    def amounts(self) -> Amounts:
        """Sums over the drafts."""
        return sum((draft.amounts for draft in self.drafts), Amounts())


def drafted_run(facts: RunFacts, contents: RunContents) -> DraftedRun:
    """The run as it is kept, with its digest."""
    return DraftedRun(
        facts,
        tuple(contents.drafts),
        tuple(contents.parked),
        tuple(contents.nothing),
        tuple(contents.zero_prices),
        tuple(contents.unused),
        _digest(facts, contents),
    )


def used_tariffs(inputs: MonthInputs) -> str:
    """Canonical JSON of every tariff version that may price the month: frozen with the run."""
    return canonical([tariff_json(version) for code in sorted(inputs.tariffs) for version in inputs.tariffs[code]])


def _digest(facts: RunFacts, contents: RunContents) -> str:
    return digest(
        str(facts.scope.month),
        facts.scope.purpose,
        facts.usage.digest,
        *(f"{draft.invoice_id} {draft.digest}" for draft in contents.drafts),
        *(f"{parked.contract_no} {parked.reason} {parked.detail}" for parked in contents.parked),
        *contents.nothing,
    )
