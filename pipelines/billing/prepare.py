"""A month computed and not stored: drafts, parked contracts, contracts that come to nothing (domain.md §5, §7)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from pipelines.billing.identity import canonical, digest, invoice_id
from pipelines.billing.inputs import MonthInputs, Party, tariff_json, terms_json
from pipelines.period import Month
from pipelines.rating.charges import Amounts, Charge, Parked, RatedMonth, Reason, ZeroPrice, total_of
from pipelines.rating.model import DayUsage
from pipelines.rating.month import rate_month
from pipelines.rating.printed import PrintedRow, printed_row

PREPAID = "prepaid"


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One line with what documents show of it."""

    charge: Charge
    printed: PrintedRow


@dataclass(frozen=True, slots=True)
class Draft:
    """One invoice before it has a number; ``evidence`` is canonical JSON."""

    invoice_id: UUID
    contract_no: str
    month: Month
    kind: str
    cause: str
    client_code: str
    organization_code: str
    payment_days: int
    lines: tuple[DraftLine, ...]
    amounts: Amounts
    evidence: str
    digest: str


@dataclass(frozen=True, slots=True)
class ParkedContract:
    """A contract left out of the run, with the reason's name and all details."""

    contract_no: str
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """The whole run of a month. ``digest`` changes with any figure, any evidence and any version."""

    month: Month
    drafts: tuple[Draft, ...]
    parked: tuple[ParkedContract, ...]
    nothing: tuple[str, ...]
    zero_prices: tuple[tuple[str, ZeroPrice], ...]
    digest: str

    @property
    def amounts(self) -> Amounts:
        """Sums over the drafts."""
        return sum((draft.amounts for draft in self.drafts), Amounts())


def prepare(
    inputs: MonthInputs,
    days: Mapping[str, Sequence[DayUsage]],
    gaps: Mapping[str, str],
    usage_digest: str,
    closed: frozenset[str],
) -> Prepared:
    """Rate every contract of the month that is not closed yet. Pure.

    ``days``: usage by contract; ``gaps``: what is missing, in words, by contract; ``usage_digest``: of the evidence
    that usage was computed from; ``closed``: contracts whose month is closed.
    """
    drafts: list[Draft] = []
    parked: list[ParkedContract] = []
    nothing: list[str] = []
    zero_prices: list[tuple[str, ZeroPrice]] = []
    for party in inputs.parties:
        contract_no = party.contract.contract_no
        if contract_no in closed:
            continue
        rated = _rated(inputs, party, days.get(contract_no, ()), gaps.get(contract_no))
        if isinstance(rated, ParkedContract):
            parked.append(rated)
            continue
        zero_prices += [(contract_no, each) for each in rated.zero_prices]
        amounts = total_of(rated.charges)
        if any(charge.total for charge in rated.charges):
            drafts.append(_draft(inputs, party, rated, amounts, days.get(contract_no, ())))
        else:
            nothing.append(contract_no)
    whole = digest(
        str(inputs.month),
        usage_digest,
        *(f"{draft.invoice_id} {draft.digest}" for draft in drafts),
        *(f"{each.contract_no} {each.reason} {each.detail}" for each in parked),
        *nothing,
    )
    return Prepared(inputs.month, tuple(drafts), tuple(parked), tuple(nothing), tuple(zero_prices), whole)


def used_tariffs(inputs: MonthInputs) -> str:
    """Canonical JSON of every tariff version that may price the month: frozen with the run."""
    return canonical([tariff_json(version) for code in sorted(inputs.tariffs) for version in inputs.tariffs[code]])


def _rated(inputs: MonthInputs, party: Party, days: Sequence[DayUsage], gap: str | None) -> RatedMonth | ParkedContract:
    contract_no = party.contract.contract_no
    rated = rate_month(
        party.contract,
        inputs.month,
        inputs.terms.get(contract_no, ()),
        inputs.tariffs,
        days,
        inputs.vat_modes.get(party.contract.organization_code, ()),
    )
    if gap is not None:
        others = [reason for reason in rated.reasons if reason.cause != "missing_days"] if isinstance(rated, Parked) else []
        return _parked(contract_no, "missing_days", [gap], others)
    if isinstance(rated, Parked):
        return _parked(contract_no, rated.reasons[0].cause.value, [], rated.reasons)
    if rated.is_prepaid:
        ahead = max(segment.terms.prepaid_vehicles for segment in rated.segments)
        return ParkedContract(contract_no, PREPAID, f"{ahead} vehicles are paid ahead; prepayment is not billed yet")
    return rated


def _parked(contract_no: str, cause: str, details: list[str], reasons: Iterable[Reason]) -> ParkedContract:
    return ParkedContract(contract_no, cause, "; ".join([*details, *map(str, reasons)]))


def _draft(inputs: MonthInputs, party: Party, rated: RatedMonth, amounts: Amounts, days: Sequence[DayUsage]) -> Draft:
    contract = party.contract
    lines = tuple(DraftLine(charge, printed_row(charge)) for charge in rated.charges)
    evidence = canonical(
        {
            "contract": party.contract_row,
            "client": party.client,
            "organization": party.organization,
            "terms": [terms_json(row) for row in inputs.terms[contract.contract_no]],
            "mappings": inputs.mappings.get(contract.contract_no, []),
            "days": [[day.date.day, day.fleet_size, _plain(day.online_minutes), _meters(day)] for day in days],
        }
    )
    return Draft(
        invoice_id(contract.contract_no, inputs.month, "monthly", ""),
        contract.contract_no,
        inputs.month,
        "monthly",
        "",
        contract.client_code,
        contract.organization_code,
        rated.segments[-1].terms.payment_days,
        lines,
        amounts,
        evidence,
        digest(evidence, *(_line_text(line) for line in lines)),
    )


def _line_text(line: DraftLine) -> str:
    charge = line.charge
    return "|".join(
        map(
            str,
            (
                charge.tariff_code,
                charge.component_no,
                charge.name,
                charge.span,
                charge.quantity,
                charge.price,
                charge.share,
                charge.net,
                charge.vat_rate,
                charge.vat,
                charge.total,
                charge.arithmetic,
            ),
        )
    )


def _meters(day: DayUsage) -> dict[str, str]:
    return {name: _plain(value) or "0" for name, value in day.meters.items()}


def _plain(value: Decimal | int | None) -> str | None:
    if value is None:
        return None
    return str(value) if isinstance(value, int) else f"{value.normalize():f}"


def shown_quantity(quantity: Fraction) -> Decimal:
    """A quantity as listings show it: at most 3 decimals, half-up."""
    thousandths = quantity * 1000
    whole = (2 * abs(thousandths.numerator) + thousandths.denominator) // (2 * thousandths.denominator)
    return Decimal(whole if quantity >= 0 else -whole).scaleb(-3).normalize() + 0


def by_contract(rows: Iterable[tuple[str, date, int, Decimal | int | None, Mapping[str, Decimal]]]) -> dict[str, list[DayUsage]]:
    """Rows (contract_no, date, fleet_size, online_minutes, meters) grouped, each contract's days in order."""
    found: dict[str, list[DayUsage]] = {}
    for contract_no, day, fleet_size, minutes, meters in rows:
        found.setdefault(contract_no, []).append(DayUsage(day, fleet_size, minutes, meters))
    for days in found.values():
        days.sort(key=lambda one: one.date)
    return found
