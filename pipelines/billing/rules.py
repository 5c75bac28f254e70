"""The four runs of a month, computed and not stored: close, prepay, watch, correct (domain.md §5–§7). Pure."""

from collections.abc import Mapping, Sequence
from datetime import date

from pipelines.billing.billed_so_far import IssuedMonth
from pipelines.billing.inputs import MonthInputs, Party
from pipelines.billing.model import (
    CLOSE,
    CORRECT,
    NOTHING_USED,
    PREPAY,
    WATCH,
    Facts,
    Found,
    Missing,
    ParkedContract,
    Prepared,
    make_draft,
    parked_by,
    parked_by_gap,
    parked_by_hold,
)
from pipelines.rating import prepaid
from pipelines.rating.charges import Charge, Parked, RatedMonth
from pipelines.rating.difference import adjustment
from pipelines.rating.model import DayUsage, Terms, VatMode
from pipelines.rating.month import rate_month

Days = Mapping[str, Sequence[DayUsage]]


def close_run(
    inputs: MonthInputs, issued: IssuedMonth, days: Days, gaps: Mapping[str, Missing], usage_digest: str, closed: frozenset[str]
) -> Prepared:
    """Every contract of the month that is not closed yet: correctives that nobody watched, credits, the monthly invoice.

    ``days``: usage by contract; ``gaps``: what is missing, in words, by contract; ``usage_digest``: of the evidence
    that usage was computed from; ``closed``: contracts whose month is closed.
    """
    found = Found()
    for party in _open(inputs, closed):
        contract_no = party.contract.contract_no
        if _is_held(inputs, contract_no, found):
            continue
        known = days.get(contract_no, ())
        rated = rate(inputs, party, known, gaps.get(contract_no))
        if isinstance(rated, ParkedContract):
            found.parked.append(rated)
        else:
            _close_contract(inputs, issued, party, rated, known, found)
    return found.prepared(inputs.month, CLOSE, usage_digest)


def prepay_run(inputs: MonthInputs, issued: IssuedMonth, closed: frozenset[str] = frozenset()) -> Prepared:
    """The advance invoice of every contract that pays ahead in the month, is not closed and has none yet."""
    found = Found()
    for party in _open(inputs, closed):
        contract_no = party.contract.contract_no
        if issued.count(contract_no, "advance") or not _pays_ahead(inputs, contract_no) or _is_held(inputs, contract_no, found):
            continue
        terms, modes = _priced_by(inputs, party)
        lines = prepaid.advance(party.contract, inputs.month, terms, inputs.tariffs, modes)
        if isinstance(lines, Parked):
            found.parked.append(parked_by(contract_no, lines.reasons))
        else:
            _add(found, inputs, party, "advance", "", prepaid.corrective(lines, issued.ahead(contract_no)), NOTHING_USED)
    return found.prepared(inputs.month, PREPAY, "")


def watch_run(inputs: MonthInputs, issued: IssuedMonth, days: Days, usage_digest: str, closed: frozenset[str], on: date) -> Prepared:
    """The corrective invoice of every contract whose target on a day is above what was billed ahead."""
    found = Found()
    for party in _open(inputs, closed):
        contract_no = party.contract.contract_no
        if not _pays_ahead(inputs, contract_no) or _is_held(inputs, contract_no, found):
            continue
        known = [day for day in days.get(contract_no, ()) if day.date <= on]
        if not known and not issued.ahead(contract_no):
            continue  # nothing was billed ahead and nothing is known to exceed it: the advance is for `prepay`
        terms, modes = _priced_by(inputs, party)
        targets = prepaid.targets(party.contract, inputs.month, terms, inputs.tariffs, modes, known, on)
        if isinstance(targets, Parked):
            found.parked.append(parked_by(contract_no, targets.reasons))
        else:
            _add(
                found,
                inputs,
                party,
                "corrective",
                issued.fresh_cause(contract_no, "corrective", str(on)),
                prepaid.corrective(targets, issued.ahead(contract_no)),
                Facts(known),
            )
    return found.prepared(inputs.month, WATCH, usage_digest, on)


def correct_run(
    inputs: MonthInputs,
    issued: IssuedMonth,
    days: Days,
    gaps: Mapping[str, Missing],
    usage_digest: str,
    closed: frozenset[str],
    only: str | None = None,
) -> Prepared:
    """For every closed contract: the month rated anew, less everything that was issued for it, as one adjustment."""
    found = Found()
    for party in inputs.parties:
        contract_no = party.contract.contract_no
        if contract_no not in closed or only not in (None, contract_no) or _is_held(inputs, contract_no, found):
            continue
        known = days.get(contract_no, ())
        rated = rate(inputs, party, known, gaps.get(contract_no))
        if isinstance(rated, ParkedContract):
            found.parked.append(rated)
        else:
            _add_adjustment(found, inputs, issued, party, adjustment(rated.everything, issued.lines(contract_no)), known)
    return found.prepared(inputs.month, CORRECT, usage_digest, only=only)


def _close_contract(
    inputs: MonthInputs, issued: IssuedMonth, party: Party, rated: RatedMonth, days: Sequence[DayUsage], found: Found
) -> None:
    contract_no = party.contract.contract_no
    before = len(found.drafts)
    found.zero_prices += [(contract_no, each) for each in rated.zero_prices]
    found.unused += [(contract_no, each) for each in rated.unused]
    billed = issued.ahead(contract_no)
    if rated.prepaid or billed:
        cause = issued.fresh_cause(contract_no, "corrective", "close")
        _add(found, inputs, party, "corrective", cause, prepaid.corrective(rated.prepaid, billed), Facts(days, rated.unused))
        _add_adjustment(found, inputs, issued, party, prepaid.credit(rated.prepaid, billed), days)
    _add(found, inputs, party, "monthly", "", rated.charges, Facts(days, rated.unused))
    if len(found.drafts) == before:
        found.nothing.append(contract_no)


def _add_adjustment(
    found: Found, inputs: MonthInputs, issued: IssuedMonth, party: Party, lines: Sequence[Charge], days: Sequence[DayUsage]
) -> None:
    number = issued.count(party.contract.contract_no, "adjustment") + 1
    _add(found, inputs, party, "adjustment", str(number), lines, Facts(days))


def _add(
    found: Found,
    inputs: MonthInputs,
    party: Party,
    kind: str,
    cause: str,
    lines: Sequence[Charge],
    facts: Facts,
) -> None:
    terms = _last_terms(inputs, party)
    draft = make_draft(inputs, party, kind, cause, lines, terms, facts) if terms else None
    if draft is not None:
        found.drafts.append(draft)


def _is_held(inputs: MonthInputs, contract_no: str, found: Found) -> bool:
    """Whether a person holds the contract back: then it is parked, whatever it would come to."""
    held = inputs.held.get(contract_no)
    if held is not None:
        found.parked.append(parked_by_hold(contract_no, held))
    return held is not None


def _open(inputs: MonthInputs, closed: frozenset[str]) -> list[Party]:
    return [party for party in inputs.parties if party.contract.contract_no not in closed]


def rate(inputs: MonthInputs, party: Party, days: Sequence[DayUsage], gap: Missing | None) -> RatedMonth | ParkedContract:
    """A contract's month priced by its terms, tariffs and VAT modes, or parked with every reason; ``gap``: its unknown usage."""
    contract_no = party.contract.contract_no
    terms, modes = _priced_by(inputs, party)
    rated = rate_month(party.contract, inputs.month, terms, inputs.tariffs, days, modes)
    if gap is not None:
        return parked_by_gap(contract_no, gap, rated.reasons if isinstance(rated, Parked) else ())
    return parked_by(contract_no, rated.reasons) if isinstance(rated, Parked) else rated


def _priced_by(inputs: MonthInputs, party: Party) -> tuple[Sequence[Terms], Sequence[VatMode]]:
    return inputs.terms.get(party.contract.contract_no, ()), inputs.vat_modes.get(party.contract.organization_code, ())


def _pays_ahead(inputs: MonthInputs, contract_no: str) -> bool:
    return any(terms.prepaid_vehicles > 0 for terms in inputs.terms.get(contract_no, ()))


def _last_terms(inputs: MonthInputs, party: Party) -> Terms | None:
    """The row of terms in force on the contract's last day of the month: its payment days count."""
    last = min(inputs.month.last, party.contract.ends_on or inputs.month.last)
    rows = sorted(inputs.terms.get(party.contract.contract_no, ()), key=lambda terms: terms.valid_from)
    valid = [terms for terms in rows if terms.valid_from <= last]
    found = valid or rows
    return found[-1] if found else None
