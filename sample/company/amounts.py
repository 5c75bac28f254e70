"""What the invoices must come to where the arithmetic fits on one line, done by hand and not by the product's rules."""

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from company.clients import contract

JANUARY, FEBRUARY = "2026-01", "2026-02"
_BOTH = (JANUARY, FEBRUARY)
_KOPECK = Decimal("0.01")

# client (or contract), months, lines before VAT ("gross": with VAT), arithmetic
_BY_HAND: tuple[tuple[int | str, tuple[str, ...], str, str], ...] = (
    (1, _BOTH, "10800.00", "peak 24 × 450"),
    (2, (JANUARY,), "20787.10", "(40 × 15 + 52 × 16) ÷ 31 × 450"),
    (2, (FEBRUARY,), "21262.50", "(52 × 9 + 45 × 19) ÷ 28 × 450"),
    (3, (JANUARY,), "1900.00 4596.77", "3100 × 19/31; peak 30 × 250 × 19/31"),
    (3, (FEBRUARY,), "3100.00 7500.00", "3100; peak 30 × 250"),
    (4, (JANUARY,), "18000.00", "average 60 × 300"),
    (4, (FEBRUARY,), "9000.00 10800.00", "60 × 300 × 14/28; 60 × 360 × 14/28"),
    (5, _BOTH, "20000.00", "47 vehicles are 5 packages × 4000"),
    (6, _BOTH, "20900.00", "volume: 55 × 380"),
    (7, _BOTH, "24100.00", "graduated: 20 × 480 + 30 × 420 + 5 × 380"),
    (10, _BOTH, "25200.00", "64 × 450 less 12.5 %"),
    (11, _BOTH, "4050.00 10950.00", "9 × 450, topped up to 15000"),
    (12, _BOTH, "gross 13420.00", "22 × 610 with VAT: 2420.00 of it is VAT"),
    (13, (JANUARY,), "11935.00", "35 vehicles × 22 working days × 15.50"),
    (13, (FEBRUARY,), "10850.00", "35 vehicles × 20 working days × 15.50"),
    (14, _BOTH, "9000.00", "20 connected × 450, though only 14 drive"),
    (15, _BOTH, "21584.00", "volume: (25 + 34 + 12) × 380 less 20 %"),
    (16, _BOTH, "12600.00", "28 × 450"),
    (17, _BOTH, "8820.00", "volume: average (13 + 8) × 420"),
    (18, (JANUARY,), "45220.00", "volume: peak 140 × 380 less 15 %, though 84 from the 25th on"),
    (18, (FEBRUARY,), "45866.00", "volume: peak 142 × 380 less 15 %"),
    (19, (JANUARY,), "13950.00", "average 31 × 450: the shared tracker counts for client 20"),
    (19, (FEBRUARY,), "14400.00", "average 32 × 450: the shared tracker counts here"),
    (20, (JANUARY,), "18450.00", "average 41 × 450, the shared tracker included"),
    (21, _BOTH, "8100.00", "(16 + a moved tracker + an original or its clone) × 450"),
    (22, _BOTH, "7200.00", "(12 + 4 look-alikes) × 450"),
    (23, (JANUARY,), "4354.84", "15 × 450 × 20/31: the contract ends on the 20th"),
    (24, (JANUARY,), "5603.23", "(14 × 15 + 11 × 16) ÷ 31 × 450"),
    (24, (FEBRUARY,), "4950.00", "average 11 × 450"),
    (25, (JANUARY,), "4470.97", "(8 × 31 + 3 × 16 + a claimed orphan × 12) ÷ 31 × 450"),
    (25, (FEBRUARY,), "5400.00", "average 12 × 450"),
    (26, _BOTH, "6750.00", "15 × 450, once, though two contracts claim the account"),
    (31, (JANUARY,), "14400.00", "(20 + 12) × 450"),
    (33, (JANUARY,), "2700.00", "6 × 450: 31 January 23:30 UTC is February in Moscow"),
    (33, (FEBRUARY,), "3150.00", "7 × 450: and 28 February 23:30 UTC is March"),
    (34, _BOTH, "14850.00", "33 × 450"),
    (35, _BOTH, "12150.00", "27 × 450"),
    (36, _BOTH, "13950.00", "31 × 450"),
    (37, _BOTH, "20250.00", "45 × 450"),
    (38, (JANUARY,), "13790.32 6706.45", "50 × 450 × 20/31 less 5 %; 50 × 420 × 11/31 less 10 %"),
    (38, (FEBRUARY,), "18900.00", "50 × 420 less 10 %: equal values on the 10th cut nothing"),
    (39, _BOTH, "450.00", "1 × 450"),
    (43, _BOTH, "9000.00", "20 × 450: idle, deactivated, blocked ones and those under a blocked account do not count"),
    (contract(42, year=25), _BOTH, "3150.00", "7 × 450"),
    (contract(40, "СМ", 25), _BOTH, "8190.00", "21 × 390; exempt in January, 5 % from February"),
    (contract(41, "СМ", 25), (JANUARY,), "gross 19480.65", "(36 × 10 + 30 × 21) ÷ 31 × 610"),
    (contract(41, "СМ", 25), (FEBRUARY,), "gross 23332.50", "(30 × 7 + 41 × 21) ÷ 28 × 610, with VAT"),
    (contract(42, "СМ", 25), _BOTH, "7020.00", "18 × 390"),
)


def amounts(metered: dict[str, dict[str, dict[str, Decimal]]]) -> Iterator[dict[str, str]]:
    """Net, VAT and total per contract and month, with the arithmetic.

    ``metered``: per contract and month, ``online_minutes`` and the meters over the vehicle-days that count.
    """
    for who, months, lines, why in _BY_HAND:
        contract_no = contract(who) if isinstance(who, int) else who
        for month in months:
            yield _amount(contract_no, month, lines, why)
    for month in _BOTH:
        minutes = metered[contract(8)][month]["online_minutes"]
        yield _amount(contract(8), month, str(minutes * 7 / 100), f"{minutes} minutes ÷ 60 × 4.20")
        read = metered[contract(9)][month]
        video = _half_up(50 * Decimal(35) + (read["video_gb"] - 50) * 25)
        lines = f"9000.00 {video} {read['sms'] * Decimal('3.10')} 0.00"
        yield _amount(contract(9), month, lines, f"18 × 500; 50 × 35 + ({read['video_gb']} − 50) × 25; {read['sms']} × 3.10; 0.00")


def _amount(contract_no: str, month: str, lines: str, why: str) -> dict[str, str]:
    northern = contract_no.startswith("СМ")
    rate = Decimal(5 if month == FEBRUARY else 0) if northern else Decimal(22)
    gross = lines.startswith("gross ")
    values = [Decimal(line) for line in lines.removeprefix("gross ").split()]
    vat = sum((_half_up(value * rate / (100 + rate if gross else 100)) for value in values), Decimal("0.00"))
    net = sum(values) - (vat if gross else 0)
    shown = {"net": f"{net:.2f}", "vat": f"{vat:.2f}", "total": f"{net + vat:.2f}"}
    return {"contract_no": contract_no, "month": month, **shown, "arithmetic": why}


def _half_up(value: Decimal) -> Decimal:
    return value.quantize(_KOPECK, ROUND_HALF_UP)
