"""An explained invoice as rows for people and scripts: lines, the days of a line, the vehicles of a day, and the whole. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from pipelines.audit.model import Explanation, FrozenInvoice, LineDerivation, Mask, SnapshotsOfDay, has
from pipelines.billing.inputs import terms_json
from pipelines.billing.model import shown_quantity
from pipelines.money import at_least_kopecks
from pipelines.period import Month
from pipelines.rating.charges import Amounts, Charge
from pipelines.rating.model import DayUsage, Kind, Segment
from pipelines.rating.rows import listed_share, price_of
from pipelines.wording.russian import roubles

Row = dict[str, Any]

LINE_COLUMNS = (
    "number", "line_no", "component", "segment_from", "segment_to", "quantity", "price", "share", "arithmetic",
    "net", "vat_rate", "vat", "total", "billed_before", "peak", "peak_date", "average", "vehicle_days",
)  # fmt: skip
DAY_COLUMNS = ("number", "line_no", "date", "fleet_size", "online_minutes", "meters", "carried", "snapshots")
VEHICLE_COLUMNS = ("number", "date", "platform", "vehicle_id", "name", "plate", "counts", "why", "snapshots")
SHORT = 12
WHY = {
    "used": "used: a message or minutes online",
    "connected": "connected: active on the platform",
    "unused": "not used: neither message nor minutes online",
    "deactivated": "deactivated on the platform",
    "blocked": "blocked, or under a blocked account",
    "duplicate": "duplicate: its device counts as another vehicle",
}


def line_rows(explained: Explanation) -> list[Row]:
    """One row per line (``LINE_COLUMNS`` and more)."""
    return [line_row(explained, line_no) for line_no in range(1, len(explained.lines) + 1)]


def line_row(explained: Explanation, line_no: int) -> Row:
    """One line: its figures, what was billed before it, and the usage of its days."""
    derivation, frozen = explained.lines[line_no - 1], explained.frozen
    line = derivation.line
    return {
        "number": frozen.number,
        "line_no": line_no,
        "tariff_code": line.tariff_code,
        "component_no": line.component_no,
        "component": line.name,
        "kind": line.kind.value,
        "segment_from": line.span.first,
        "segment_to": line.span.last,
        "quantity": shown_quantity(line.quantity),
        "quantity_exact": str(line.quantity),
        "price": price_of(line),
        "share": listed_share(line.share, line.span),
        "discount_percent": line.discount,
        "prices_include_vat": line.prices_include_vat,
        "arithmetic": line.arithmetic,
        "vat_arithmetic": vat_arithmetic(derivation),
        "net": line.net,
        "vat_rate": line.vat_rate,
        "vat": line.vat,
        "total": line.total,
        "billed_before": derivation.billed.total if derivation.before else None,
        "now": _amounts(derivation.now) if derivation.before else None,
        "before": [{"number": earlier.number, "line_no": earlier.line_no, **_amounts(earlier.amounts)} for earlier in derivation.before],
        **usage_row(frozen.days_of(line.span) if rests_on_fleet(line) else ()),
    }


def rests_on_fleet(line: Charge) -> bool:
    """Whether a line comes from the usage of its days; a fixed price and the top-up to a minimum do not."""
    return line.kind not in (Kind.FIXED, Kind.MINIMUM)


def usage_row(days: Sequence[DayUsage]) -> Row:
    """Peak, average, sums of some days; all None where the invoice does not rest on days."""
    if not days:
        return dict.fromkeys(("days", "peak", "peak_date", "average", "average_exact", "vehicle_days", "online_minutes", "meters"))
    sizes = [day.fleet_size for day in days]
    minutes = [day.online_minutes for day in days if day.online_minutes is not None]
    average = Fraction(sum(sizes), len(sizes))
    meters = sorted({name for day in days for name in day.meters})
    return {
        "days": len(days),
        "peak": max(sizes),
        "peak_date": next(day.date for day in days if day.fleet_size == max(sizes)),
        "average": shown_quantity(average),
        "average_exact": str(average),
        "vehicle_days": sum(sizes),
        "online_minutes": sum(minutes) if minutes else None,
        "meters": {name: str(sum(day.meters.get(name, 0) for day in days)) for name in meters},
    }


def vat_arithmetic(derivation: LineDerivation) -> str:
    """How the line's VAT comes from its amount, as 1C computes it; of a difference: new − billed."""
    line = derivation.line
    if derivation.before:
        return f"{roubles(derivation.now.vat)} − {roubles(derivation.billed.vat)} = {roubles(line.vat)}"
    if not line.vat_rate:
        return "без НДС"
    rate = f"{line.vat_rate.normalize():f}"
    if line.prices_include_vat:
        return f"{roubles(line.total)} × {rate} ÷ (100 + {rate}) = {roubles(line.vat)}"
    return f"{roubles(line.net)} × {rate} % = {roubles(line.vat)}"


def day_rows(explained: Explanation, line_no: int) -> list[Row]:
    """The days of a line (``DAY_COLUMNS``), with short digests of their snapshots."""
    frozen = explained.frozen
    return [
        {
            "number": frozen.number,
            "line_no": line_no,
            "date": day.date,
            "fleet_size": day.fleet_size,
            "online_minutes": day.online_minutes,
            "meters": _meters(day) or None,
            "carried": ", ".join(carried_text(snapshots) for snapshots in frozen.taken_on(day.date) if snapshots.is_carried) or None,
            "snapshots": ", ".join(taken_text(snapshots, SHORT) for snapshots in frozen.taken_on(day.date)),
        }
        for day in frozen.days_of(explained.lines[line_no - 1].line.span)
    ]


def vehicle_rows(explained: Explanation, day: date, words: Mapping[str, str] = WHY) -> list[Row]:
    """The vehicles that the contract had on a day (``VEHICLE_COLUMNS``): those that count first; with the full digests.

    ``words``: what each reason is called.
    """
    frozen = explained.frozen
    taken = {snapshots.platform: snapshots for snapshots in frozen.taken_on(day)}
    rows = [
        {
            "number": frozen.number,
            "date": day,
            "platform": vehicle.platform,
            "vehicle_id": vehicle.vehicle_id,
            "name": vehicle.name,
            "plate": vehicle.plate,
            "counts": vehicle.counts_on(day),
            "why": ", ".join(words.get(word, word) for word in (*vehicle.reasons_on(day), *vehicle.left_out_on(day))),
            "snapshots": ", ".join(taken[vehicle.platform].digests) if vehicle.platform in taken else None,
        }
        for vehicle in frozen.seen_on(day)
    ]
    return sorted(rows, key=lambda row: not row["counts"])


def whole(explained: Explanation) -> Row:
    """Everything, as one object: header, terms, segments, lines, days with digests, vehicles with their days."""
    frozen = explained.frozen
    return {
        "number": frozen.number,
        "kind": frozen.kind,
        "cause": frozen.cause,
        "period": frozen.month,
        "issued_on": frozen.issued_on,
        "due_on": frozen.due_on,
        "currency": frozen.currency,
        **_amounts(frozen.amounts),
        "organization": _party(frozen.organization, "code"),
        "client": _party(frozen.client, "client_code"),
        "contract": {name: frozen.contract_row.get(name) for name in ("contract_no", "signed_on", "starts_on", "ends_on")},
        "approved_by": frozen.approved_by,
        "approved_because": frozen.approved_because,
        "terms": [{**terms_json(row), "minimum": row.minimum and at_least_kopecks(row.minimum)} for row in frozen.terms],
        "accounts": [
            {"platform": platform, "account_id": account, "valid_from": first, "valid_to": last}
            for platform, account, first, last in frozen.mappings
        ],
        "segments": [segment_row(segment) for segment in frozen.segments],
        "lines": line_rows(explained),
        "days": [_day(frozen, day) for day in frozen.days],
        "vehicles": [
            {
                "platform": vehicle.platform,
                "vehicle_id": vehicle.vehicle_id,
                "name": vehicle.name,
                "plate": vehicle.plate,
                "days": _dates(frozen.month, vehicle.counted),
                "why": {word: _dates(frozen.month, mask) for word, mask in vehicle.why},
                "left_out": {word: _dates(frozen.month, mask) for word, mask in vehicle.left_out},
            }
            for vehicle in frozen.vehicles
        ],
        "vehicles_path": frozen.vehicles_path,
        "vehicles_digest": frozen.vehicles_digest,
        "disagreements": list(explained.disagreements),
    }


def segment_row(segment: Segment) -> Row:
    """A segment with the versions that are in force over it."""
    return {
        "segment_from": segment.span.first,
        "segment_to": segment.span.last,
        "share": listed_share(segment.share, segment.span),
        "tariff_code": segment.tariff.tariff_code,
        "tariff_valid_from": segment.tariff.valid_from,
        "tariff_name": segment.tariff.name,
        "prices_include_vat": segment.tariff.prices_include_vat,
        "terms_valid_from": segment.terms.valid_from,
    }


def taken_text(taken: SnapshotsOfDay, length: int | None = None) -> str:
    """``gps1 3fb0a1…`` with every snapshot of the day; a carried day names the day that stands for it."""
    digests = "+".join(digest[:length] for digest in taken.digests) or "—"
    carried = f" (carried from {taken.source})" if taken.source else " (carried)" if taken.is_carried else ""
    return f"{taken.platform} {digests}{carried}"


def carried_text(taken: SnapshotsOfDay) -> str:
    """Who let an earlier day stand for this one, and why."""
    return f"{taken.platform} by {taken.by}: {taken.reason}"


def _day(frozen: FrozenInvoice, day: DayUsage) -> Row:
    return {
        "date": day.date,
        "fleet_size": day.fleet_size,
        "online_minutes": day.online_minutes,
        "meters": _meters(day),
        "snapshots": [
            {
                "platform": snapshots.platform,
                "digests": list(snapshots.digests),
                "carried_from": snapshots.source,
                "carried_by": snapshots.by,
                "carried_because": snapshots.reason,
            }
            for snapshots in frozen.taken_on(day.date)
        ],
    }


def _amounts(amounts: Amounts) -> Row:
    return {"net": amounts.net, "vat": amounts.vat, "total": amounts.total}


def _meters(day: DayUsage) -> dict[str, str]:
    return {name: f"{amount.normalize():f}" for name, amount in sorted(day.meters.items())}


def _party(row: Any, code: str) -> Row:
    return {"code": row.get(code), "name": row.get("name"), "inn": row.get("inn"), "kpp": row.get("kpp")}


def _dates(month: Month, days: Mask) -> list[date]:
    return [day for day in month.dates() if has(days, day)]
