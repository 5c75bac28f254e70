"""Platforms, their account trees, and which account belongs to which contract from when."""

from company.clients import CONTRACTS, contract

# platform, time zone
PLATFORMS = (("gps1", "Europe/Moscow"), ("gps2", "Europe/Moscow"))
ROOT = "1"
BLOCKED_ACCOUNT = "1431"
UNKNOWN_ACCOUNT, UNLISTED_ACCOUNT = "1990", "1991"


def own(number: int, platform: str = "gps1", suffix: int = 0) -> str:
    """A client's account: 1170 on gps1, s-170 on gps2 for client 17; a suffix names a child account."""
    return f"1{number:02}{suffix}" if platform == "gps1" else f"s-{number:02}{suffix}"


GPS2_CLIENTS = (20, 30, 31, 32)
_GPS1_CLIENTS = tuple(number for number in range(1, 45) if number not in (20, 30, 32))
_UNDER_THE_DEALER = (16, 17)

# account, parent, name, enabled
TREE: dict[str, list[tuple[str, str, str, str]]] = {
    "gps1": [
        (ROOT, "", "Меридиан Телематика", "1"),
        *((own(number), own(15) if number in _UNDER_THE_DEALER else ROOT, f"Клиент {number}", "1") for number in _GPS1_CLIENTS),
        (own(15, suffix=1), own(15), "Дилер Юг: Краснодар", "1"),
        (own(15, suffix=2), own(15, suffix=1), "Дилер Юг: Анапа", "1"),
        (own(17, suffix=1), own(17), "Азов: Ейск", "1"),
        (own(42, suffix=1), own(42), "У Двоих: второй договор", "1"),
        (BLOCKED_ACCOUNT, own(43), "На Приколе: отключены", "0"),
        (UNKNOWN_ACCOUNT, ROOT, "Новый клиент без договора", "1"),
    ],
    "gps2": [(ROOT, "", "Меридиан Телематика", "1"), *((own(number, "gps2"), ROOT, f"Клиент {number}", "1") for number in GPS2_CLIENTS)],
}
PARENT: dict[str, dict[str, str]] = {platform: {row[0]: row[1] for row in rows} for platform, rows in TREE.items()}


def _mappings() -> list[tuple[str, str, str, str, str]]:
    rows = []
    for contract_no, client_code, _, _, starts_on, _ in CONTRACTS:
        number = int(client_code[1:])
        if contract_no == contract(42, year=25):
            rows.append(("gps1", own(42, suffix=1), contract_no, starts_on, ""))
        elif contract_no == contract(26, year=25):
            rows.append(("gps1", own(26), contract_no, "2026-01-10", ""))
        else:
            if number in _GPS1_CLIENTS:
                rows.append(("gps1", own(number), contract_no, starts_on, ""))
            if number in GPS2_CLIENTS:
                rows.append(("gps2", own(number, "gps2"), contract_no, starts_on, ""))
    return rows


# platform, account_id, contract_no, valid_from, valid_to
MAPPINGS: list[tuple[str, str, str, str, str]] = _mappings()
