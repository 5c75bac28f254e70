"""ИНН, КПП, БИК, accounts by their key, e-mail addresses: what is wrong with one, or None. Pure."""

import re
from operator import mul

_KPP = re.compile(r"\d{4}[0-9A-Z]{2}\d{3}")
_EDO_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z@.-]{0,45}")
_MAIL = re.compile(r"[^\s@,;<>\"()\[\]:\\.]+(\.[^\s@,;<>\"()\[\]:\\.]+)*@([^\W_]([\w-]{0,61}[^\W_])?\.)+[^\W\d_][\w-]{0,61}[^\W_]")
_CENTRAL_BANK = 50  # the last three digits of a БИК below it: a branch of the Bank of Russia
_INN_LENGTHS = {"legal": (10,), "entrepreneur": (12,), "individual": (12,), "organization": (10, 12)}
_INN_WEIGHTS = (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)  # of its digits, counted from the one before the check digit
_WEIGHTS = (7, 1, 3)


def inn_problem(inn: str, kind: str) -> str | None:
    """What is wrong with an ИНН of that kind of person (legal, entrepreneur, individual, organization), or None."""
    lengths = _INN_LENGTHS.get(kind, (10, 12))
    wanted = " or ".join(map(str, lengths))
    if not _digits(inn):
        return f"{inn!r} is not an ИНН: only digits are allowed"
    if len(inn) not in lengths:
        whose = "an organization" if kind == "organization" else f"kind {kind}"
        return f"ИНН {inn} has {len(inn)} digits; {whose} has {wanted}"
    if inn.startswith("00") or not _valid_inn(inn):
        return f"ИНН {inn} is mistyped: its check digits do not fit"
    return None


def restored_inn(inn: str, kind: str) -> str | None:
    """The ИНН with the leading zero that a spreadsheet took away, when exactly that makes it right; else None."""
    if _digits(inn) and len(inn) + 1 in _INN_LENGTHS.get(kind, (10, 12)) and _valid_inn("0" + inn) and not inn.startswith("0"):
        return "0" + inn
    return None


def kpp_problem(kpp: str, inn: str | None) -> str | None:
    """What is wrong with a КПП, or None; a person with an ИНН of 12 digits has none."""
    if not _KPP.fullmatch(kpp):
        hint = "; it may have lost its leading zero: format the cell as text" if _digits(kpp) and len(kpp) == 8 else ""
        return f"{kpp!r} is not a КПП: four digits, two digits or capital letters, three digits{hint}"
    return "an entrepreneur or individual has no КПП" if inn and len(inn) == 12 else None


def bic_problem(bic: str) -> str | None:
    """What is wrong with a БИК, or None."""
    return None if _digits(bic) and len(bic) == 9 else f"{bic!r} is not a БИК: nine digits"


def restored_bic(bic: str, account: str | None) -> str | None:
    """The БИК with its lost leading zero, when the bank account's key proves it; else None."""
    if _digits(bic) and len(bic) == 8 and account and not account_problem(account, "0" + bic):
        return "0" + bic
    return None


def account_problem(account: str, bic: str) -> str | None:
    """What is wrong with a bank account at the bank of that БИК, by its key digit, or None."""
    if not _digits(account) or len(account) != 20:
        return f"{account!r} is not an account: twenty digits"
    if bic_problem(bic):
        return None  # named at the БИК itself
    head = _own_digits(bic) if int(bic[6:]) < _CENTRAL_BANK else bic[6:]
    return None if _key_fits(head + account) else f"account {account} does not fit БИК {bic}: its key digit is wrong"


def corr_account_problem(account: str, bic: str) -> str | None:
    """What is wrong with a correspondent account: its key is counted with the Bank of Russia's digits of the БИК."""
    if not _digits(account) or len(account) != 20:
        return f"{account!r} is not a correspondent account: twenty digits"
    if bic_problem(bic) or _key_fits(_own_digits(bic) + account):
        return None
    return f"correspondent account {account} does not fit БИК {bic}: its key digit is wrong"


def mail_addresses(text: str) -> list[str]:
    """The addresses of a cell: several are separated by a comma or a semicolon."""
    return [part.strip() for part in re.split(r"[,;]", text) if part.strip()]


def mail_problem(text: str) -> str | None:
    """What is wrong with a cell of e-mail addresses, or None."""
    wrong = [address for address in mail_addresses(text) if not _MAIL.fullmatch(address)]
    if wrong:
        return f"{wrong[0]!r} is not an e-mail address"
    return None if mail_addresses(text) else f"{text!r} is not an e-mail address"


def edo_id_problem(text: str) -> str | None:
    """What is wrong with an identifier of a party of electronic exchange: it becomes part of names of files."""
    return None if _EDO_ID.fullmatch(text) else f"{text!r} is no identifier in ЭДО: up to 46 Latin letters, digits and -"


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _valid_inn(inn: str) -> bool:
    """Whether the check digits of an ИНН fit: the last of ten, the last two of twelve."""
    if len(inn) not in (10, 12) or not _digits(inn):
        return False
    checked = (9,) if len(inn) == 10 else (10, 11)
    return all(sum(map(mul, _INN_WEIGHTS[-place:], map(int, inn))) % 11 % 10 == int(inn[place]) for place in checked)


def _own_digits(bic: str) -> str:
    return "0" + bic[4:6]


def _key_fits(digits: str) -> bool:
    return sum(int(digit) * _WEIGHTS[index % 3] % 10 for index, digit in enumerate(digits)) % 10 == 0
