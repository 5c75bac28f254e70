"""Invented identities with real checksums: ИНН, bank accounts, IMEI, plates, VIN. Unique by number, free of chance."""

PLATE_LETTERS = "АВЕКМНОРСТУХ"
VIN_SIGNS = "0123456789ABCDEFGHJKLMNPRSTUVWXYZ"
_ACCOUNT_WEIGHTS = (7, 1, 3)
_INN10 = (2, 4, 10, 3, 5, 9, 4, 6, 8)
_INN11 = (7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
_INN12 = (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)


def mix(*numbers: int) -> int:
    """A well-scattered number of 32 bits, the same for the same arguments on every machine and version."""
    state = 0x9E3779B9
    for number in numbers:
        state = (state ^ (number & 0xFFFFFFFF)) * 0x85EBCA6B & 0xFFFFFFFF
        state = (state ^ state >> 13) * 0xC2B2AE35 & 0xFFFFFFFF
        state ^= state >> 16
    return state


def _check_digit(digits: str, weights: tuple[int, ...]) -> str:
    return str(sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True)) % 11 % 10)


def inn_legal(region: str, number: int) -> str:
    """ИНН of a legal person, 10 digits: the region and office 98 (no tax office has that number), then ours."""
    body = f"{region}98{number:05}"
    return body + _check_digit(body, _INN10)


def inn_person(region: str, number: int) -> str:
    """ИНН of a person or an entrepreneur, 12 digits."""
    body = f"{region}98{number:06}"
    body += _check_digit(body, _INN11)
    return body + _check_digit(body, _INN12)


def account(pattern: str, bic: str) -> str:
    """A bank account whose ninth digit (``?`` in the pattern of 20) is the key for that БИК.

    A correspondent account begins with 301 and is keyed by ``0`` and digits 5–6 of the БИК, any other by its last three.
    """
    prefix = "0" + bic[4:6] if pattern.startswith("301") else bic[6:]
    for key in "0123456789":
        digits = prefix + pattern.replace("?", key)
        if sum(int(digit) * _ACCOUNT_WEIGHTS[place % 3] % 10 for place, digit in enumerate(digits)) % 10 == 0:
            return pattern.replace("?", key)
    raise ValueError(f"{pattern} has no key for {bic}")


def imei(number: int) -> str:
    """IMEI of 15 digits (14 and the Luhn digit); the first 14 differ for every number below a million."""
    body = f"35981200{number:06}"
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(body))
    return body + str(-sum(value // 10 + value % 10 for value in doubled) % 10)


def plate(number: int, region: str = "77") -> str:
    """A plate in Cyrillic letters, like А123ВС77; no two numbers below a million share one."""
    rest, digits = divmod(number * 7919 % 1_726_272, 999)
    letters = ""
    for _ in range(3):
        rest, index = divmod(rest, len(PLATE_LETTERS))
        letters += PLATE_LETTERS[index]
    return f"{letters[0]}{digits + 1:03}{letters[1:]}{region}"


def vin(number: int) -> str:
    """A VIN of 17 signs (never I, O or Q); no two numbers share one."""
    tail, rest = "", number + 1
    for _ in range(8):
        rest, index = divmod(rest, len(VIN_SIGNS))
        tail = VIN_SIGNS[index] + tail
    return f"X9Z{number % 10}4320{number % 7}{tail}"


def written(hw_id: str, style: int) -> str:
    """The same device as platforms write it: plain, spaced, dashed, or without the check digit."""
    if style == 1:
        return f"{hw_id[:2]} {hw_id[2:8]} {hw_id[8:14]} {hw_id[14:]}".strip()
    if style == 2:
        return f"{hw_id[:6]}-{hw_id[6:8]}-{hw_id[8:14]}-{hw_id[14:]}"
    if style == 3:
        return hw_id[:14]
    return hw_id
