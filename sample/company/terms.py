"""On which terms: one row per contract and change, `TERMS` as the columns of the sheet."""

from company.clients import contract

_BASE = {
    "since": "2024-06-01",
    "tariff": "BASE",
    "counting": "used",
    "basis": "peak",
    "prepaid": "",
    "discount": "",
    "minimum": "",
    "days": "10",
}


def _terms(contract_no: str, **changed: str) -> tuple[str, ...]:
    row = _BASE | changed
    return (contract_no, *row.values())


# contract_no, valid_from, tariff_code, counting, basis, prepaid_vehicles, discount_percent, minimum, payment_days
TERMS: list[tuple[str, ...]] = [
    _terms(contract(1)),
    _terms(contract(2), basis="average"),
    _terms(contract(3), tariff="FIX", since="2026-01-13"),
    _terms(contract(4), tariff="STEP", basis="average"),
    _terms(contract(5), tariff="PACK"),
    _terms(contract(6), tariff="VOL"),
    _terms(contract(7), tariff="GRAD"),
    _terms(contract(8), tariff="HOUR"),
    _terms(contract(9), tariff="VIDEO"),
    _terms(contract(10), discount="12.5"),
    _terms(contract(11), minimum="15000"),
    _terms(contract(12), tariff="GROSS"),
    _terms(contract(13), tariff="DAY"),
    _terms(contract(14), counting="connected", basis="average"),
    _terms(contract(15), tariff="VOL", discount="20"),
    _terms(contract(16)),
    _terms(contract(17), tariff="VOL", basis="average"),
    _terms(contract(18), tariff="VOL", discount="15"),
    _terms(contract(19), basis="average"),
    _terms(contract(20), basis="average"),
    *(_terms(contract(number)) for number in (21, 22, 23)),
    *(_terms(contract(number), basis="average") for number in (24, 25)),
    _terms(contract(26)),
    _terms(contract(26, year=25), since="2026-01-01"),
    _terms(contract(27), tariff="SPRING"),
    _terms(contract(29), tariff="STEP", prepaid="10"),
    _terms(contract(30), tariff="VOL", basis="average"),
    _terms(contract(31)),
    _terms(contract(32), tariff="VIDEO"),
    *(_terms(contract(number)) for number in (33, 34, 35, 36, 37)),
    _terms(contract(38), discount="5"),
    _terms(contract(38), since="2026-01-21", tariff="VOL", discount="10"),
    _terms(contract(38), since="2026-02-10", tariff="VOL", discount="10", days="15"),
    _terms(contract(39)),
    _terms(contract(40, "СМ", 25), tariff="NORTH", since="2025-02-10"),
    _terms(contract(41, "СМ", 25), tariff="GROSS", basis="average", since="2025-02-10"),
    _terms(contract(42, "СМ", 25), tariff="NORTH", since="2025-02-10"),
    _terms(contract(42, year=25), since="2025-03-03"),
    _terms(contract(43)),
    _terms(contract(44)),
]
