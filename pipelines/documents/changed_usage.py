"""Which vehicles and days a correction comes from: its frozen evidence against that of what it corrects (domain.md §7)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from pipelines.audit.explain import read_tariffs
from pipelines.audit.model import Vehicle, has, mask_of
from pipelines.audit.vehicles import read_vehicles
from pipelines.billing import frozen_json
from pipelines.billing.model import Purpose
from pipelines.documents.model import UNCHANGED_USAGE, ChangedDay, ChangedUsage, ChangedVehicle
from pipelines.period import Month
from pipelines.rating.meter_names import meter_names
from pipelines.rating.model import DayUsage, Kind, TariffVersion
from pipelines.settings import Settings
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection

ONLINE = "минут на связи"


Fleet = Mapping[tuple[str, str], Vehicle]
"""Vehicles by platform and id."""


class PricedMeasures(NamedTuple):
    """What a contract's prices count besides vehicles: online minutes, and meters with the name of the service that counts each."""

    is_online_counted: bool
    meters: Mapping[str, str]

    @classmethod
    def of(cls, versions: Iterable[TariffVersion]) -> "PricedMeasures":
        """Of some tariff versions; a meter is called as the latest of them does."""
        ordered = sorted(versions, key=lambda version: version.valid_from)
        components = [component for version in ordered for component in version.components]
        return cls(any(component.kind == Kind.ONLINE_HOURS for component in components), meter_names(components))


def changed_usage(settings: Settings, connection: "Connection", row: Any) -> ChangedUsage:
    """What has changed in the facts behind an adjustment, ``row`` of issued_invoices.sql; nothing of one that a close makes.

    EvidenceLost when the lake no longer has what the invoices rest on.
    """
    if row.kind != "adjustment" or row.purpose != Purpose.CORRECT:
        return UNCHANGED_USAGE
    own, *before = query.rows(connection, "documents/usage_evidence", invoice_id=str(row.invoice_id))
    if not own.is_own or not before:
        return UNCHANGED_USAGE
    month = Month.of(row.month)
    old_days, new_days = (frozen_json.days(month, each.evidence) for each in (before[0], own))
    old, new = (read_vehicles(settings, each.vehicles_path, each.vehicles_digest, each.contract_no).vehicles for each in (before[0], own))
    vehicles = tuple(changed_vehicles(month, _within(old, old_days), _within(new, new_days)))
    return ChangedUsage(vehicles, tuple(changed_days(old_days, new_days, PricedMeasures.of(_tariffs(own)))))


def changed_vehicles(
    month: Month, old: Mapping[tuple[str, str], Vehicle], new: Mapping[tuple[str, str], Vehicle]
) -> Iterator[ChangedVehicle]:
    """Vehicles by (platform, id) that count on other days than before, in the order of platform and id."""
    for key in sorted({*old, *new}):
        before, after = (listed.counted if (listed := known.get(key)) else 0 for known in (old, new))
        if before == after:
            continue
        vehicle = new.get(key) or old[key]
        added = tuple(day for day in month.dates() if has(after & ~before, day))
        removed = tuple(day for day in month.dates() if has(before & ~after, day))
        yield ChangedVehicle(*key, vehicle.name or "", vehicle.plate or "", added, removed)


def changed_days(old: Sequence[DayUsage], new: Sequence[DayUsage], priced: PricedMeasures) -> Iterator[ChangedDay]:
    """Days whose online minutes or meters differ; what no price counts is left out."""
    before = {day.date: day for day in old}
    for day in new:
        known = before.get(day.date, DayUsage(day.date, 0))
        if priced.is_online_counted:
            yield from _differs(day.date, ONLINE, known.online_minutes, day.online_minutes)
        for meter, name in priced.meters.items():
            yield from _differs(day.date, name, known.meters.get(meter), day.meters.get(meter))


def _tariffs(own: Any) -> Iterator[TariffVersion]:
    codes = {terms["tariff_code"] for terms in own.evidence["terms"]}
    return (version for version in read_tariffs(own.tariffs or []) if version.tariff_code in codes)


def _within(vehicles: Sequence[Vehicle], days: Sequence[DayUsage]) -> dict[tuple[str, str], Vehicle]:
    known = mask_of(day.date for day in days)
    return {(vehicle.platform, vehicle.vehicle_id): replace(vehicle, counted=vehicle.counted & known) for vehicle in vehicles}


def _differs(on: date, what: str, old: Decimal | int | None, new: Decimal | int | None) -> Iterator[ChangedDay]:
    if old != new:
        yield ChangedDay(on, what, _decimal(old), _decimal(new))


def _decimal(value: Decimal | int | None) -> Decimal | None:
    return None if value is None else Decimal(value)
