"""What the demo must find, told by the stories themselves; the product's rules have no part in it."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from company import specials
from company.amounts import amounts
from company.clients import CONTRACTS, IN_FORCE, contract
from company.files import BROKEN_DAY, LATE_DAY, LATE_VEHICLES, MISSING_DAYS, ByDay
from company.tree import MAPPINGS, UNKNOWN_ACCOUNT, UNLISTED_ACCOUNT, own
from company.vehicles import MONTHS, days

Metered = dict[str, dict[str, dict[str, Decimal]]]

_PARKED_BOTH = (
    (contract(27), "no tariff: its first version begins on 2026-03-01"),
    (contract(28), "no terms"),
    (contract(32), "the tariff needs meter_video_gb, which gps2 does not send"),
)
_MISSING = "gps2 has no snapshot of 2026-02-17"


def expected(shown: ByDay) -> dict[str, Any]:
    """Everything that a run over both months must come to, ready for JSON."""
    metered = _metered(shown)
    usage = {row[0]: {month: _usage(row[0], month, shown, metered) for month in MONTHS} for row in CONTRACTS}
    return {
        "counts": {
            "clients": len({row[1] for row in CONTRACTS}),
            "contracts": len(CONTRACTS),
            "vehicles": len({(platform, row.vehicle.vehicle_id) for (platform, _), rows in shown.items() for row in rows}),
            "snapshots": len(shown),
            "rows": sum(map(len, shown.values())),
        },
        "invoices": {
            month: [number for number, months in sorted(usage.items()) if months[month]["vehicle_days"] and number not in _parked(month)]
            for month in MONTHS
        },
        "parked": {month: dict(sorted(_parked(month).items())) for month in MONTHS},
        "missing_days": [{"platform": name, "date": str(day)} for name, missing in MISSING_DAYS.items() for day in missing],
        "findings": _findings(shown),
        "broken": {"platform": "gps1", "date": str(BROKEN_DAY), "rows": len(shown["gps1", BROKEN_DAY]) // 2, "status": "quarantined"},
        "late": {
            "platform": "gps1",
            "date": str(LATE_DAY),
            "contract_no": contract(2),
            "vehicle_days": LATE_VEHICLES,
            "net": "29.03",
            "vat": "6.39",
        },
        "amounts": sorted(amounts(metered), key=lambda row: (row["month"], row["contract_no"])),
        "usage": usage,
    }


def _usage(contract_no: str, month: str, shown: ByDay, metered: Metered) -> dict[str, Any]:
    platforms = {row[0] for row in MAPPINGS if row[2] == contract_no}
    fleet: list[int | None] = []
    in_force = covered = 0
    best: tuple[int, date | None] = (0, None)
    for day in (day for day in days() if str(day).startswith(month)):
        inside = IN_FORCE[contract_no][0] <= str(day) <= IN_FORCE[contract_no][1]
        seen = all((platform, day) in shown for platform in platforms)
        in_force, covered = in_force + inside, covered + (inside and seen)
        size = sum(row.counts_for == contract_no for platform in ("gps1", "gps2") for row in shown.get((platform, day), []))
        fleet.append(size if inside and seen else None)
        if inside and seen and size > best[0]:
            best = (size, day)
    vehicle_days = sum(size or 0 for size in fleet)
    whole = in_force == covered and in_force > 0
    return {
        "days": in_force, "days_covered": covered, "peak": best[0], "peak_date": str(best[1]) if best[1] else None,
        "average": _three(Fraction(vehicle_days, in_force)) if whole else None, "vehicle_days": vehicle_days,
        "online_minutes": str(metered[contract_no][month]["online_minutes"]), "fleet": fleet,
    }  # fmt: skip


def _metered(shown: ByDay) -> Metered:
    sums: Metered = defaultdict(lambda: {month: defaultdict(Decimal) for month in MONTHS})
    for (_, day), rows in shown.items():
        for row in rows:
            if row.counts_for:
                mine = sums[row.counts_for][str(day)[:7]]
                mine["online_minutes"] += row.minutes
                for name, value in row.meters:
                    mine[name] += Decimal(value)
    return sums


def _three(value: Fraction) -> str:
    return str((Decimal(value.numerator) / value.denominator).quantize(Decimal("0.001"), ROUND_HALF_UP))


def _parked(month: str) -> dict[str, str]:
    parked = dict(_PARKED_BOTH)
    if month == "2026-02":
        for number in (20, 30, 31):
            parked[contract(number)] = _MISSING
        parked[contract(32)] += f"; {_MISSING}"
    return parked


def _findings(shown: ByDay) -> dict[str, list[dict[str, Any]]]:
    day_before = specials.CLONE_ALONE_FROM - timedelta(days=1)
    return {
        "orphan": _orphans(shown),
        "unknown_account": [
            {"platform": "gps1", "account_id": UNKNOWN_ACCOUNT, "first": str(specials.UNKNOWN_FROM), "last": "2026-02-28", "vehicles": 2},
            {"platform": "gps1", "account_id": UNLISTED_ACCOUNT, "first": str(specials.UNLISTED_FROM), "last": "2026-02-28", "vehicles": 1},
        ],
        "duplicate": [
            _pair("gps2/twin-b", "gps1/twin-a", "2026-01-01", "2026-01-31", "the latest message wins"),
            _pair("gps1/twin-a", "gps2/twin-b", "2026-02-01", "2026-02-28", "the latest message wins; gps2 has no 17 February"),
            _pair("gps1/serial-a", "gps1/serial-b", "2026-01-01", "2026-02-28", "equal moments: the smaller id wins"),
            _pair("gps1/moved-new", "gps1/moved-old", "2026-01-01", "2026-02-28", "active before deactivated"),
            _pair("gps1/original", "gps1/clone", "2026-01-01", str(day_before), "the original before its clone"),
        ],
        "suspected_duplicate": [
            {"same": "plate", "vehicles": ["gps1/plate-cyrillic", "gps1/plate-latin"], "billed": 2},
            {"same": "vin", "vehicles": ["gps1/vin-tidy", "gps1/vin-typed"], "billed": 2},
        ],
        "out_of_contract": [
            {"contract_no": contract(23), "first": "2026-01-21", "last": "2026-02-10", "vehicles": 15, "vehicle_days": 15 * 21}
        ],
        "two_mappings": [
            {"platform": "gps1", "account_id": own(26), "first": "2026-01-10", "billed_to": contract(26), "not_to": contract(26, year=25)}
        ],
        "transfer": [
            {"vehicle": f"gps1/mover-{number}", "from": contract(24), "to": contract(25), "date": str(specials.MOVED_ON)}
            for number in (1, 2, 3)
        ],
        "month_end_dip": [{"contract_no": contract(18), "month": "2026-01", "peak": 140, "last_week_peak": 84, "back_to": 142}],
        "silent": _silent(shown),
    }


def _pair(winner: str, loser: str, first: str, last: str, why: str) -> dict[str, str]:
    return {"winner": winner, "loser": loser, "first": first, "last": last, "why": why}


def _orphans(shown: ByDay) -> list[dict[str, Any]]:
    seen: dict[str, list[date]] = defaultdict(list)
    for (platform, day), rows in shown.items():
        for row in rows:
            if row.account in ("", UNKNOWN_ACCOUNT, UNLISTED_ACCOUNT):
                seen[f"{platform}/{row.vehicle.vehicle_id}"].append(day)
    return [
        {"vehicle": name, "first": str(min(found)), "last": str(max(found)), "days": len(found)} for name, found in sorted(seen.items())
    ]


def _silent(shown: ByDay) -> list[dict[str, Any]]:
    """Active vehicles without a message since December, by account, at the end of the story."""
    last = shown["gps1", max(day for _, day in shown)]
    counted = Counter(row.account for row in last if row.state == "active" and row.message[:4] != "2026")
    return [{"platform": "gps1", "account_id": account, "vehicles": vehicles} for account, vehicles in sorted(counted.items())]
