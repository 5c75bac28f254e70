"""What an invoice rests on, as JSON frozen at its issue: written and read here alone, in every format that there was. Pure.

Format 2 names every value. Format 1, which carries no number, kept days, mappings, snapshots and unused vehicles as rows
whose values were known by their places; invoices that were issued with it keep it for ever.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from pipelines.period import Month, Span
from pipelines.rating.charges import UnusedPrepaid
from pipelines.rating.model import DayUsage, TaxMode, VatMode

FORMAT = 2

Json = dict[str, Any]


class FrozenMapping(NamedTuple):
    """An account of the contract, with ISO dates; ``valid_to`` None: open."""

    platform: str
    account_id: str
    valid_from: str
    valid_to: str | None


class FrozenSnapshot(NamedTuple):
    """A snapshot that counts, or (``digest`` None) a day that a person carried, with the name and the reason."""

    platform: str
    business_date: str
    snapshot_no: int
    digest: str | None
    by_name: str | None
    reason: str | None


class FrozenUnused(NamedTuple):
    """Vehicles paid ahead over a span and not used; ``unused`` is exact to three decimals."""

    first: date
    last: date
    prepaid: int
    unused: Decimal


def day_json(day: DayUsage) -> Json:
    """A day of the contract's usage; what is not known is left out."""
    written: Json = {"day": day.date.day, "fleet_size": day.fleet_size}
    if day.online_minutes is not None:
        written["online_minutes"] = _plain(day.online_minutes)
    if day.meters:
        written["meters"] = {name: _plain(value) for name, value in day.meters.items()}
    return written


def vat_modes_json(modes: Iterable[VatMode], month: Month) -> list[Json]:
    """The organization's VAT modes that a month is billed by: the one in force when it begins, and those that begin in it."""
    until_end = sorted((mode.valid_from or date.min, mode.mode.value) for mode in modes if (mode.valid_from or date.min) <= month.last)
    earlier = [each for each in until_end if each[0] <= month.first][-1:]
    return [
        {"from": begins.isoformat(), "mode": name} for begins, name in [*earlier, *(each for each in until_end if each[0] > month.first)]
    ]


def vat_modes(evidence: Mapping[str, Any]) -> tuple[VatMode, ...]:
    """The VAT modes that an invoice was billed by; none where its evidence is from before they were frozen."""
    rows = ((date.fromisoformat(row["from"]), row["mode"]) for row in evidence.get("vat_modes", ()))
    return tuple(VatMode(None if begins == date.min else begins, TaxMode(name)) for begins, name in rows)


def unused_json(prepaid: UnusedPrepaid, unused: Decimal) -> Json:
    """Vehicles paid ahead and not used."""
    span: Span = prepaid.span
    return {"first": span.first.isoformat(), "last": span.last.isoformat(), "prepaid": prepaid.prepaid, "unused": f"{unused:f}"}


def snapshots_json(rows: Iterable[Sequence[Any]]) -> Json:
    """The month's snapshots that count and its carried days; ``rows``: the values of `FrozenSnapshot`."""
    return {"format": FORMAT, "snapshots": [FrozenSnapshot(*row)._asdict() for row in rows]}


def days(month: Month, evidence: Mapping[str, Any]) -> tuple[DayUsage, ...]:
    """The contract's usage of the days that an invoice rests on."""
    return tuple(_day(month, row) for row in evidence["days"])


def mappings(evidence: Mapping[str, Any]) -> tuple[FrozenMapping, ...]:
    """The accounts that the contract had in the month."""
    return tuple(FrozenMapping(*_values(row)) for row in evidence["mappings"])


def unused(evidence: Mapping[str, Any]) -> tuple[FrozenUnused, ...]:
    """What was paid ahead and not used."""
    rows = map(_values, evidence.get("unused", ()))
    return tuple(
        FrozenUnused(date.fromisoformat(first), date.fromisoformat(last), prepaid, Decimal(left)) for first, last, prepaid, left in rows
    )


def snapshots(frozen: Mapping[str, Any] | Sequence[Any]) -> tuple[FrozenSnapshot, ...]:
    """The snapshots and carried days of a run's evidence, or some rows of them, in their order."""
    rows = frozen["snapshots"] if isinstance(frozen, Mapping) else frozen
    return tuple(FrozenSnapshot(**row) if isinstance(row, Mapping) else FrozenSnapshot(*row) for row in rows)


def _day(month: Month, row: Mapping[str, Any] | Sequence[Any]) -> DayUsage:
    if isinstance(row, Mapping):
        number, fleet_size, minutes, meters = row["day"], row["fleet_size"], row.get("online_minutes"), row.get("meters", {})
    else:
        number, fleet_size, minutes, meters = row
    return DayUsage(
        date(month.year, month.number, number),
        fleet_size,
        None if minutes is None else Decimal(minutes),
        {name: Decimal(amount) for name, amount in sorted(meters.items())},
    )


def _values(row: Mapping[str, Any] | Sequence[Any]) -> Sequence[Any]:
    """The values of a row by the order in which they were written; canonical JSON sorts the names of format 2, so they are named here."""
    if not isinstance(row, Mapping):
        return row
    names = FrozenMapping._fields if "platform" in row else FrozenUnused._fields
    return [row[name] for name in names]


def _plain(value: Decimal | int | Fraction) -> str:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)
