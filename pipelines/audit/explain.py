"""Explain an issued invoice from what was frozen at its issue, and from nothing else (domain.md §7)."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from pipelines.audit import recompute
from pipelines.audit.model import EarlierLine, Explanation, FrozenInvoice, SnapshotsOfDay, Vehicle, mask_of
from pipelines.audit.vehicles import read_vehicles, snapshots_taken, within
from pipelines.billing import frozen_json
from pipelines.billing.inputs import read_component, read_terms
from pipelines.errors import BadInput, Refused
from pipelines.period import Month, Span
from pipelines.rating.charges import Amounts, Charge
from pipelines.rating.model import Contract, Kind, TariffVersion, Terms
from pipelines.rating.segments import in_force
from pipelines.settings import Settings
from pipelines.warehouse import engine, query

if TYPE_CHECKING:
    from sqlalchemy import Connection


class UnknownInvoice(BadInput):
    """No invoice with that number was issued."""


class NoSuchLine(BadInput):
    """The invoice has no line of that number."""


class NoSuchDay(BadInput):
    """The day is not one of the month, or not of the line."""


class DoesNotAgree(Refused):
    """The invoice does not follow from its evidence; the message names every difference."""


def explain(settings: Settings, number: str) -> Explanation:
    """An issued invoice with all that it rests on, checked. UnknownInvoice, with what may have been meant.

    What does not agree is told in ``disagreements``; see `agreed`.
    """
    with engine.transaction(settings) as connection:
        row = _issued_row(connection, number)
        lines = query.rows(connection, "audit/lines", number=row.number)
    vehicles = read_vehicles(settings, row.vehicles_path, row.vehicles_digest, row.contract_no)
    taken, differing = snapshots_taken(frozen_json.snapshots(row.snapshots), vehicles.proofs)
    frozen = _frozen(row, lines, vehicles.vehicles, taken)
    return recompute.explain(frozen, (*vehicles.broken, *differing))


def require_agreement(explained: Explanation) -> None:
    """DoesNotAgree, with every difference, unless the invoice follows from its evidence."""
    if explained.disagreements:
        raise DoesNotAgree(f"{explained.frozen.number} does not agree with its evidence: {'; '.join(explained.disagreements)}")


def chosen_line(explained: Explanation, line_no: int) -> Span:
    """The days of a line; NoSuchLine names those that there are."""
    lines = explained.lines
    if not 1 <= line_no <= len(lines):
        raise NoSuchLine.one("--line", f"{explained.frozen.number} has no line {line_no}: it has 1 to {len(lines)}")
    return lines[line_no - 1].line.span


def chosen_day(explained: Explanation, day: date, line_no: int | None) -> date:
    """The day, when it is one of the invoice's month and of the line; else NoSuchDay."""
    span = explained.frozen.month.span if line_no is None else chosen_line(explained, line_no)
    if day not in span:
        of = "the month" if line_no is None else f"line {line_no}"
        raise NoSuchDay.one("--day", f"{day} is not a day of {of} that {explained.frozen.number} bills: {span}")
    return day


def _issued_row(connection: "Connection", number: str) -> Any:
    row = query.first(connection, "audit/invoice", number=number.strip())
    if row is None:
        raise UnknownInvoice.one("NUMBER", f"no invoice has the number {number!r}{_suggestion(connection, number.strip())}")
    return row


def _suggestion(connection: "Connection", typed: str) -> str:
    near = [row.number for row in query.rows(connection, "audit/near_numbers", typed=typed)]
    if near:
        return f"; did you mean {' or '.join(near)}?"
    of_contract = query.rows(connection, "audit/contract", typed=typed)
    if of_contract:
        invoices = [f"{row.number} ({row.month:%Y-%m})" if row.number else f"a draft of {row.month:%Y-%m}" for row in of_contract]
        waiting = next((f"{row.month:%Y-%m}" for row in of_contract if not row.number), None)
        look = f"; a draft has no number yet: see `fleetbill preview --month {waiting} --contract {typed}`" if waiting else ""
        return f"; it is a contract, with {', '.join(invoices)}{look}"
    [last] = query.rows(connection, "audit/last_numbers")
    said = f"; the last ones are {', '.join(last.numbers)}" if last.numbers else "; none was issued yet"
    return f"{said}; {last.drafts} drafts have no number yet" if last.drafts else said


def _frozen(row: Any, lines: list[Any], all_vehicles: tuple[Vehicle, ...], taken: tuple[SnapshotsOfDay, ...]) -> FrozenInvoice:
    evidence, month = row.evidence, Month.of(row.month)
    contract = evidence["contract"]
    terms = tuple(read_terms(row.contract_no, each) for each in evidence["terms"])
    days = frozen_json.days(month, evidence)
    dates = {day.date for day in days}
    vehicles = tuple(within(all_vehicles, mask_of(dates), _counting(terms, dates)))
    mapped = {mapping.platform for mapping in frozen_json.mappings(evidence)} | {vehicle.platform for vehicle in vehicles}
    return FrozenInvoice(
        number=row.number,
        kind=row.kind,
        cause=row.cause,
        purpose=row.purpose,
        month=month,
        issued_on=row.issued_on,
        due_on=row.due_on,
        issued_at=row.issued_at,
        currency=row.currency,
        amounts=Amounts(row.net, row.vat, row.total),
        contract=_contract(row, contract),
        contract_row=contract,
        client=evidence["client"],
        organization=evidence["organization"],
        approved_by=row.approved_by,
        approved_because=row.approved_because,
        terms=terms,
        tariffs=_by_code(read_tariffs(row.tariffs or [])),
        mappings=frozen_json.mappings(evidence),
        days=days,
        lines=tuple(_charge(line) for line in lines if line.number == row.number),
        before=tuple(_before(line) for line in lines if line.number != row.number),
        snapshots=tuple(snapshot for snapshot in taken if snapshot.platform in mapped and snapshot.day in dates),
        vehicles=vehicles,
        vehicles_path=row.vehicles_path,
        vehicles_digest=row.vehicles_digest,
        modes=frozen_json.vat_modes(evidence),
    )


def _counting(terms: Sequence[Terms], days: Collection[date]) -> dict[str, int]:
    """Counting rule → the days that it counts."""
    days_by_kind: dict[str, set[date]] = {}
    for day in days:
        row = in_force(terms, day)
        if row is not None:
            days_by_kind.setdefault(row.counting.value, set()).add(day)
    return {rule: mask_of(days_by_kind[rule]) for rule in sorted(days_by_kind)}


def _contract(row: Any, raw: Mapping[str, Any]) -> Contract:
    ends_on = date.fromisoformat(raw["ends_on"]) if raw.get("ends_on") else None
    return Contract(row.contract_no, row.client_code, row.organization_code, date.fromisoformat(raw["starts_on"]), ends_on)


def read_tariffs(rows: Sequence[Mapping[str, Any]]) -> Iterator[TariffVersion]:
    """Frozen tariff versions, as the evidence of a run keeps them."""
    for raw in rows:
        components = tuple(map(read_component, raw["components"]))
        yield TariffVersion(raw["tariff_code"], date.fromisoformat(raw["valid_from"]), raw["name"], raw["prices_include_vat"], components)


def _by_code(versions: Iterable[TariffVersion]) -> dict[str, tuple[TariffVersion, ...]]:
    by_code: dict[str, list[TariffVersion]] = {}
    for version in versions:
        by_code.setdefault(version.tariff_code, []).append(version)
    return {code: tuple(of_code) for code, of_code in by_code.items()}


def _charge(row: Any) -> Charge:
    return Charge(
        row.tariff_code,
        row.component_no,
        row.component,
        Kind(row.component_kind),
        Span(row.segment_from, row.segment_to),
        Fraction(row.quantity_exact),
        row.price,
        Fraction(row.share),
        row.discount_percent,
        row.prices_include_vat,
        row.arithmetic,
        row.net,
        row.vat_rate,
        row.vat,
        row.total,
    )


def _before(row: Any) -> EarlierLine:
    line = _charge(row).as_billed()
    billed = {field.name: getattr(line, field.name) for field in fields(line)}
    return EarlierLine(**billed, number=row.number, line_no=row.line_no, invoice_kind=row.kind)
