"""What other tariffs would have billed over past months, against what was billed; the database is only read."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from pipelines import garbage_collection
from pipelines.billing import inputs, usage_of_month
from pipelines.billing.contracts import NotInForce, asked_for
from pipelines.billing.inputs import MonthInputs, Parties
from pipelines.billing.model import ParkedContract
from pipelines.billing.rules import rate
from pipelines.billing.usage_of_month import UsageOfMonth
from pipelines.master.source import shown_name
from pipelines.master.what_if import read_trial
from pipelines.period import Month
from pipelines.rating.charges import Amounts, total_of
from pipelines.settings import Settings
from pipelines.warehouse import engine, query
from pipelines.whatif.comparison import ContractMonth
from pipelines.whatif.overlay import OverlaidInputs, Proposal, counting_rows, is_touched, measured_columns, overlaid, understood
from pipelines.wording.english import first_few

if TYPE_CHECKING:
    from sqlalchemy import Connection

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Simulation:
    """Contracts and months on both sides; ``parked``: left out of both, with the reason."""

    months: tuple[Month, ...]
    compared: tuple[ContractMonth, ...]
    parked: tuple[tuple[Month, ParkedContract], ...]
    notices: tuple[str, ...]


@dataclass(slots=True)
class _Results:
    compared: list[ContractMonth] = field(default_factory=list)
    parked: list[tuple[Month, ParkedContract]] = field(default_factory=list)
    early_tariffs: dict[tuple[str, date], list[Month]] = field(default_factory=lambda: defaultdict(list))
    early_terms: set[str] = field(default_factory=set)
    late: dict[tuple[str, date], list[Month]] = field(default_factory=lambda: defaultdict(list))


@dataclass(frozen=True, slots=True)
class _Sides:
    """A month by what is stored and by what is tried."""

    tried: Proposal
    known: MonthInputs
    other: MonthInputs
    usage: UsageOfMonth
    other_usage: UsageOfMonth


def simulate(
    settings: Settings, months: Sequence[Month], source: str, *, contract_no: str | None, at: datetime, progress: Progress
) -> Simulation:
    """Rate past months as if the source had been imported now, at one moment of the warehouse, which stays as it is.

    ``source``: as `master import` takes it; its sheets terms, tariffs, components and tiers are tried. BadInput with every
    problem at its place. A month of a contract that cannot be rated, by the source or, where it is not closed, by what
    is stored, is parked.
    """
    results = _Results()
    with garbage_collection.paused(), engine.reading(settings) as connection:
        wanted = asked_for(connection, contract_no)
        progress(f"reading and checking {shown_name(source)}")
        trial = read_trial(connection, source)
        tried = understood(trial)
        for month in months:
            progress(f"{month}: usage and prices")
            _simulate_month(settings, connection, month, tried, contract_no, at, results)
    if wanted and not results.compared and not results.parked:
        raise NotInForce(wanted, months)
    return Simulation(tuple(months), tuple(results.compared), tuple(results.parked), (*trial.notices, *_notices(results)))


def _simulate_month(
    settings: Settings, connection: "Connection", month: Month, tried: Proposal, only: str | None, at: datetime, results: _Results
) -> None:
    month_inputs = inputs.read(connection, month)
    overlay = overlaid(month_inputs, tried)
    usage, other_usage = _usage(settings, connection, overlay, tried, at)
    sides = _Sides(tried, month_inputs, overlay.inputs, usage, other_usage)
    closed = set(query.scalars(connection, "billing/closed_contracts", month=month.first))
    issued = {
        row.contract_no: Amounts(row.net, row.vat, row.total) for row in query.rows(connection, "whatif/billed_of_month", month=month.first)
    }
    for party in month_inputs.parties:
        number = party.contract.contract_no
        if only in (None, number):
            compared = _compared(sides, party, issued.get(number, Amounts()) if number in closed else None)
            if isinstance(compared, ParkedContract):
                results.parked.append((month, compared))
            else:
                results.compared.append(compared)
    _remember(results, overlay)


def _usage(
    settings: Settings, connection: "Connection", overlay: OverlaidInputs, tried: Proposal, at: datetime
) -> tuple[UsageOfMonth, UsageOfMonth]:
    from pipelines.usage.what_if import compute_both

    month = overlay.inputs.month
    stored, other = compute_both(settings, connection, month, counting_rows(overlay, tried), measured_columns(overlay, tried), at)
    usage = usage_of_month.in_days(stored)
    return usage, usage if other is stored else usage_of_month.in_days(other)


def _compared(sides: _Sides, party: Parties, issued: Amounts | None) -> ContractMonth | ParkedContract:
    """A contract's month on both sides; ``issued``: everything billed for it, None when it is not closed."""
    number = party.contract.contract_no
    stored = _costs(sides.known, sides.usage, party)
    same = sides.other_usage is sides.usage and not is_touched(sides.other, sides.tried, number)
    simulated = stored if same else _costs(sides.other, sides.other_usage, party)
    if isinstance(simulated, ParkedContract):
        return simulated
    whose = (number, party.contract.client_code, str(party.client["name"]), sides.known.month)
    if issued is not None:
        drift = None if isinstance(stored, ParkedContract) else stored - issued
        return ContractMonth(*whose, is_closed=True, billed=issued, simulated=simulated, drift=drift)
    if isinstance(stored, ParkedContract):
        return replace(stored, detail=f"by the stored tariffs: {stored.detail}")
    return ContractMonth(*whose, is_closed=False, billed=stored, simulated=simulated)


def _costs(known: MonthInputs, usage: UsageOfMonth, party: Parties) -> Amounts | ParkedContract:
    number = party.contract.contract_no
    rated = rate(known, party, usage.days.get(number, ()), usage.gaps.get(number))
    return rated if isinstance(rated, ParkedContract) else total_of(rated.everything)


def _remember(results: _Results, overlay: OverlaidInputs) -> None:
    month = overlay.inputs.month
    for key in overlay.early_tariffs.items():
        results.early_tariffs[key].append(month)
    for key in overlay.late:
        results.late[key].append(month)
    results.early_terms |= overlay.early_terms


def _notices(results: _Results) -> list[str]:
    notices = [
        f"tariff {code} begins on {first} in this source: that version is applied to the whole of {_shown(months)}"
        for (code, first), months in sorted(results.early_tariffs.items())
    ]
    notices += [
        f"tariff {code}: the version from {first} begins later and prices nothing of {_shown(months)}; a source without the "
        f"earlier versions of {code} tries it on past months"
        for (code, first), months in sorted(results.late.items())
    ]
    if results.early_terms:
        few = first_few(sorted(results.early_terms), 10)
        notices.append(f"terms of {few} begin after the month in this source: their earliest row is applied to all of it")
    return notices


def _shown(months: Sequence[Month]) -> str:
    return ", ".join(map(str, months)) if len(months) < 4 else f"{months[0]}…{months[-1]}"
