"""The four kinds of runs of a month, computed and not stored: prepay, watch, close, correct (domain.md §5–§7). Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pipelines.billing.inputs import MonthInputs, Parties
from pipelines.billing.model import (
    NOTHING_USED,
    InvoiceUsage,
    MissingUsage,
    ParkedContract,
    Purpose,
    make_draft,
    parked_by,
    parked_by_gap,
    parked_by_hold,
)
from pipelines.billing.run import DraftedRun, RunContents, RunFacts, drafted_run
from pipelines.rating import prepaid
from pipelines.rating.charges import Charge, Parked, RatedMonth
from pipelines.rating.difference import adjustment
from pipelines.rating.model import DayUsage, Terms, VatMode
from pipelines.rating.month import rate_month


def prepay_run(facts: RunFacts) -> DraftedRun:
    """The advance invoice of every contract that pays ahead in the month, is not closed and has none yet."""
    contents, inputs = RunContents(), facts.inputs
    for party in _open(facts):
        contract_no = party.contract.contract_no
        if facts.billed.count(contract_no, "advance") or not _pays_ahead(inputs, contract_no) or _is_held(facts, contract_no, contents):
            continue
        terms, modes = _priced_by(inputs, party)
        lines = prepaid.advance(party.contract, inputs.month, terms, inputs.tariffs, modes)
        if isinstance(lines, Parked):
            contents.parked.append(parked_by(contract_no, lines.reasons))
        else:
            _add(contents, facts, party, "advance", "", prepaid.corrective(lines, facts.billed.ahead(contract_no)), NOTHING_USED)
    return drafted_run(facts, contents)


def watch_run(facts: RunFacts) -> DraftedRun:
    """The corrective invoice of every contract whose target on the watched day is above what was billed ahead."""
    contents, inputs, billed = RunContents(), facts.inputs, facts.billed
    on = facts.scope.on or facts.scope.month.last
    for party in _open(facts):
        contract_no = party.contract.contract_no
        if not _pays_ahead(inputs, contract_no) or _is_held(facts, contract_no, contents):
            continue
        days = [day for day in facts.usage.days.get(contract_no, ()) if day.date <= on]
        if not days and not billed.ahead(contract_no):
            continue  # nothing was billed ahead and nothing is known to exceed it: the advance is for `prepay`
        terms, modes = _priced_by(inputs, party)
        targets = prepaid.targets(party.contract, inputs.month, terms, inputs.tariffs, modes, days, on)
        if isinstance(targets, Parked):
            contents.parked.append(parked_by(contract_no, targets.reasons))
        else:
            cause = billed.fresh_cause(contract_no, "corrective", str(on))
            lines = prepaid.corrective(targets, billed.ahead(contract_no))
            _add(contents, facts, party, "corrective", cause, lines, InvoiceUsage(days))
    return drafted_run(facts, contents)


def close_run(facts: RunFacts) -> DraftedRun:
    """Every contract of the month that is not closed yet: correctives that nobody watched, credits, the monthly invoice."""
    contents = RunContents()
    for party in _open(facts):
        contract_no = party.contract.contract_no
        if _is_held(facts, contract_no, contents):
            continue
        rated = _rated(facts, party)
        if isinstance(rated, ParkedContract):
            contents.parked.append(rated)
        else:
            _close_contract(facts, party, rated, contents)
    return drafted_run(facts, contents)


def correct_run(facts: RunFacts) -> DraftedRun:
    """For every closed contract: the month rated anew, less everything that was issued for it, as one adjustment."""
    contents = RunContents()
    for party in facts.inputs.parties:
        contract_no = party.contract.contract_no
        is_asked_for = facts.scope.only in (None, contract_no)
        if contract_no not in facts.closed or not is_asked_for or _is_held(facts, contract_no, contents):
            continue
        rated = _rated(facts, party)
        if isinstance(rated, ParkedContract):
            contents.parked.append(rated)
        else:
            _add_adjustment(contents, facts, party, adjustment(rated.everything, facts.billed.lines(contract_no)))
    return drafted_run(facts, contents)


@dataclass(frozen=True, slots=True)
class RunKind:
    """What is peculiar to the runs of one purpose; everything else of a run is the same for all.

    ``prepare``: its rule. ``rests_on_usage``: false where nothing that was used decides. ``keeps_findings``: what it says of
    contracts becomes findings of the month. ``may_be_unattended``: within the declared bounds nobody is asked (domain.md §6).
    ``refuses_all_parked``: that not one contract can be billed is an error. ``drafts_in_name_of``: who holds the month's turn
    while nobody has said a word.
    """

    prepare: Callable[[RunFacts], DraftedRun]
    rests_on_usage: bool = True
    keeps_findings: bool = False
    may_be_unattended: bool = False
    refuses_all_parked: bool = False
    drafts_in_name_of: str = "an unattended run"


KINDS: Mapping[Purpose, RunKind] = {
    Purpose.PREPAY: RunKind(prepay_run, rests_on_usage=False, may_be_unattended=True),
    Purpose.WATCH: RunKind(watch_run, may_be_unattended=True),
    Purpose.CLOSE: RunKind(
        close_run,
        keeps_findings=True,
        refuses_all_parked=True,
        drafts_in_name_of="a draft run",
    ),
    Purpose.CORRECT: RunKind(correct_run, drafts_in_name_of="a draft correction"),
}
"""The four kinds of runs of a month."""


def prepared(facts: RunFacts) -> DraftedRun:
    """The run of its purpose."""
    return KINDS[facts.scope.purpose].prepare(facts)


def _rated(facts: RunFacts, party: Parties) -> RatedMonth | ParkedContract:
    """A contract's month, priced once for all that is made of the same facts."""
    contract_no = party.contract.contract_no
    if contract_no not in facts.rated:
        usage = facts.usage
        facts.rated[contract_no] = rate(facts.inputs, party, usage.days.get(contract_no, ()), usage.gaps.get(contract_no))
    return facts.rated[contract_no]


def _close_contract(facts: RunFacts, party: Parties, rated: RatedMonth, contents: RunContents) -> None:
    contract_no = party.contract.contract_no
    days, drafts_before = facts.usage.days.get(contract_no, ()), len(contents.drafts)
    contents.zero_prices += [(contract_no, zero) for zero in rated.zero_prices]
    contents.unused += [(contract_no, unused) for unused in rated.unused]
    billed, usage = facts.billed.ahead(contract_no), InvoiceUsage(days, rated.unused)
    if rated.prepaid or billed:
        cause = facts.billed.fresh_cause(contract_no, "corrective", "close")
        _add(contents, facts, party, "corrective", cause, prepaid.corrective(rated.prepaid, billed), usage)
        _add_adjustment(contents, facts, party, prepaid.credit(rated.prepaid, billed))
    _add(contents, facts, party, "monthly", "", rated.charges, usage)
    if len(contents.drafts) == drafts_before:
        contents.nothing.append(contract_no)


def _add_adjustment(contents: RunContents, facts: RunFacts, party: Parties, lines: Sequence[Charge]) -> None:
    contract_no = party.contract.contract_no
    number = facts.billed.count(contract_no, "adjustment") + 1
    _add(contents, facts, party, "adjustment", str(number), lines, InvoiceUsage(facts.usage.days.get(contract_no, ())))


def _add(
    contents: RunContents, facts: RunFacts, party: Parties, kind: str, cause: str, lines: Sequence[Charge], usage: InvoiceUsage
) -> None:
    terms = _last_terms(facts.inputs, party)
    draft = make_draft(facts.inputs, party, kind, cause, lines, terms, usage) if terms else None
    if draft is not None:
        contents.drafts.append(draft)


def _is_held(facts: RunFacts, contract_no: str, contents: RunContents) -> bool:
    """Whether a person holds the contract back: then it is parked, whatever it would come to."""
    held = facts.inputs.held.get(contract_no)
    if held is not None:
        contents.parked.append(parked_by_hold(contract_no, held))
    return held is not None


def _open(facts: RunFacts) -> list[Parties]:
    return [party for party in facts.inputs.parties if party.contract.contract_no not in facts.closed]


def rate(inputs: MonthInputs, party: Parties, days: Sequence[DayUsage], gap: MissingUsage | None) -> RatedMonth | ParkedContract:
    """A contract's month priced by its terms, tariffs and VAT modes, or parked with every reason; ``gap``: its unknown usage."""
    contract_no = party.contract.contract_no
    terms, modes = _priced_by(inputs, party)
    rated = rate_month(party.contract, inputs.month, terms, inputs.tariffs, days, modes)
    if gap is not None:
        return parked_by_gap(contract_no, gap, rated.reasons if isinstance(rated, Parked) else ())
    return parked_by(contract_no, rated.reasons) if isinstance(rated, Parked) else rated


def _priced_by(inputs: MonthInputs, party: Parties) -> tuple[Sequence[Terms], Sequence[VatMode]]:
    return inputs.terms.get(party.contract.contract_no, ()), inputs.vat_modes.get(party.contract.organization_code, ())


def _pays_ahead(inputs: MonthInputs, contract_no: str) -> bool:
    return any(terms.prepaid_vehicles > 0 for terms in inputs.terms.get(contract_no, ()))


def _last_terms(inputs: MonthInputs, party: Parties) -> Terms | None:
    """The row of terms in force on the contract's last day of the month: its payment days count."""
    last = min(inputs.month.last, party.contract.ends_on or inputs.month.last)
    rows = sorted(inputs.terms.get(party.contract.contract_no, ()), key=lambda terms: terms.valid_from)
    valid = [terms for terms in rows if terms.valid_from <= last]
    rows_in_force = valid or rows
    return rows_in_force[-1] if rows_in_force else None
