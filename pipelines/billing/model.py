"""Drafts: invoices without numbers, and contracts that are parked with a reason (domain.md §7). Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple
from uuid import UUID

from pipelines.billing.frozen_json import FORMAT, day_json, unused_json, vat_modes_json
from pipelines.billing.identity import canonical, digest, invoice_id
from pipelines.billing.inputs import HeldContract, MonthInputs, Parties, terms_json
from pipelines.period import Month
from pipelines.rating.charges import Amounts, Cause, Charge, ParkReason, UnusedPrepaid, total_of
from pipelines.rating.model import DayUsage, Terms
from pipelines.rating.rows import PrintedRow, printed_row

HELD = "held"  # the reason of a contract that is parked because a person holds it back


class Purpose(StrEnum):
    """What a run of a month is for; the value is what the warehouse keeps."""

    PREPAY = "prepay"
    WATCH = "watch"
    CLOSE = "close"
    CORRECT = "correct"


@dataclass(frozen=True, slots=True)
class Scope:
    """Which run: of which month, for which purpose; ``on``: the watched day; ``only``: the one contract to correct."""

    month: Month
    purpose: Purpose = Purpose.CLOSE
    on: date | None = None
    only: str | None = None


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
class InvoiceUsage:
    """The usage that an invoice's lines rest on, and the prepaid vehicles that it shows as not used."""

    days: Sequence[DayUsage] = ()
    unused: Sequence[UnusedPrepaid] = ()


NOTHING_USED = InvoiceUsage()


@dataclass(frozen=True, slots=True)
class ParkedContract:
    """A contract left out of the run: the reason's name and all details, for scripts and (``russian``) for finance."""

    contract_no: str
    reason: str
    detail: str
    russian: str


class MissingUsage(NamedTuple):
    """What is not known of a contract's usage, in words."""

    english: str
    russian: str


def make_draft(
    inputs: MonthInputs,
    party: Parties,
    kind: str,
    cause: str,
    charges: Sequence[Charge],
    terms: Terms,
    usage: InvoiceUsage = NOTHING_USED,
) -> Draft | None:
    """The draft of an invoice with these lines; None when all its lines are 0.00 (domain.md §7).

    ``terms``: the row whose payment days count.
    """
    if not any(charge.total for charge in charges):
        return None
    contract = party.contract
    lines = tuple(DraftLine(charge, printed_row(charge)) for charge in charges)
    evidence = canonical(
        {
            "format": FORMAT,
            "contract": party.contract_row,
            "client": party.client,
            "organization": party.organization,
            "terms": [terms_json(row) for row in inputs.terms.get(contract.contract_no, ())],
            "vat_modes": vat_modes_json(inputs.vat_modes.get(contract.organization_code, ()), inputs.month),
            "mappings": [mapping._asdict() for mapping in inputs.mappings.get(contract.contract_no, ())],
            **({"unused": [unused_json(each, shown_quantity(each.unused)) for each in usage.unused]} if usage.unused else {}),
            "days": [day_json(day) for day in usage.days],
        }
    )
    return Draft(
        invoice_id(contract.contract_no, inputs.month, kind, cause),
        contract.contract_no,
        inputs.month,
        kind,
        cause,
        contract.client_code,
        contract.organization_code,
        terms.payment_days,
        lines,
        total_of(tuple(charges)),
        evidence,
        digest(evidence, *(_line_text(line) for line in lines)),
    )


def parked_by(contract_no: str, reasons: Sequence[ParkReason]) -> ParkedContract:
    """A contract that rating cannot price, with every reason."""
    return ParkedContract(contract_no, reasons[0].cause.value, "; ".join(map(str, reasons)), "; ".join(each.russian for each in reasons))


def parked_by_gap(contract_no: str, gap: MissingUsage, reasons: Iterable[ParkReason] = ()) -> ParkedContract:
    """A contract parked because its usage is not known: the days that are missing, then every other reason."""
    others = [reason for reason in reasons if reason.cause != Cause.MISSING_DAYS]
    english = "; ".join([gap.english, *map(str, others)])
    return ParkedContract(contract_no, Cause.MISSING_DAYS.value, english, "; ".join([gap.russian, *(each.russian for each in others)]))


def parked_by_hold(contract_no: str, held: HeldContract) -> ParkedContract:
    """A contract that a person holds back from the runs of the month."""
    return ParkedContract(contract_no, HELD, f"held back by {held.by}: {held.reason}", f"придержан, {held.by}: {held.reason}")


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


def shown_quantity(quantity: Fraction) -> Decimal:
    """A quantity as listings show it: at most 3 decimals, half-up."""
    thousandths = quantity * 1000
    whole = (2 * abs(thousandths.numerator) + thousandths.denominator) // (2 * thousandths.denominator)
    return Decimal(whole if quantity >= 0 else -whole).scaleb(-3).normalize() + 0


def by_contract(rows: Iterable[tuple[str, date, int, Decimal | int | None, Mapping[str, Decimal]]]) -> dict[str, list[DayUsage]]:
    """Rows (contract_no, date, fleet_size, online_minutes, meters) grouped, each contract's days in order."""
    days_of_contract: dict[str, list[DayUsage]] = {}
    for contract_no, day, fleet_size, minutes, meters in rows:
        days_of_contract.setdefault(contract_no, []).append(DayUsage(day, fleet_size, minutes, meters))
    for days in days_of_contract.values():
        days.sort(key=lambda usage: usage.date)
    return days_of_contract
