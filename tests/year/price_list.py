"""The invented provider's prices, as the calculator reads them: only such as a person can work out with a spreadsheet."""

from datetime import date

_BEGIN, RISE = date(2025, 1, 1), date(2026, 1, 1)


def _part(no: int, kind: str, scheme: str, price: str = "", size: str = "", tiers: tuple[tuple[str, str], ...] = ()) -> dict[str, object]:
    return {"no": no, "kind": kind, "meter": "", "scheme": scheme, "price": price, "size": size, "tiers": tiers}


def _version(since: date, *parts: dict[str, object]) -> dict[str, object]:
    return {"from": since, "included": False, "parts": list(parts)}


TARIFFS = {
    "UNIT": [_version(_BEGIN, _part(1, "vehicles", "unit", "450.00")), _version(RISE, _part(1, "vehicles", "unit", "490.00"))],
    "VOLUME": [
        _version(_BEGIN, _part(1, "vehicles", "volume", tiers=(("20", "480.00"), ("50", "420.00"), ("", "380.00")))),
        _version(date(2026, 2, 16), _part(1, "vehicles", "volume", tiers=(("20", "510.00"), ("50", "450.00"), ("", "400.00")))),
    ],
    "PACK": [_version(_BEGIN, _part(1, "vehicles", "package", "4000.00", "10"))],
    "FIX": [_version(_BEGIN, _part(1, "fixed", "unit", "1500.00"), _part(2, "vehicles", "unit", "390.00"))],
}
