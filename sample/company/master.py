"""The master data of the sample company as the sheets of contracts: rows of text, ready for CSV files or a workbook."""

from collections.abc import Sequence

from company.clients import CLIENTS, CONTRACTS, DEALERS, NEVER_BLOCK
from company.identity import account, inn_legal, inn_person
from company.tariffs import COMPONENTS, TARIFFS, TIERS
from company.terms import TERMS
from company.tree import MAPPINGS, PLATFORMS

Row = dict[str, str]

BIC = "044525987"
BANK = "АО «Банк Причал»"
CORR_ACCOUNT = account("30101810?00000000987", BIC)
OWN_ACCOUNTS = {"MT": account("40702810?00000010026", BIC), "SM": account("40702810?00000020026", BIC)}
OWN_INN = {"MT": inn_legal("77", 10001), "SM": inn_legal("78", 10002)}
OWN_NAME = {"MT": "ООО «Меридиан Телематика»", "SM": "ООО «Северный Маяк»"}

COLUMNS = {
    "organizations": "code name full_name inn kpp address bank_account bank_name bic corr_account director accountant "
    "vat_mode vat_mode_from invoice_prefix email time_zone director_post",
    "clients": "client_code name full_name inn kpp kind category email phone address dealer_code never_block",
    "contracts": "contract_no client_code organization_code signed_on starts_on ends_on",
    "terms": "contract_no valid_from tariff_code counting basis prepaid_vehicles discount_percent minimum payment_days",
    "tariffs": "tariff_code valid_from name currency prices_include_vat",
    "components": "tariff_code valid_from component_no name kind meter scheme price package_size",
    "tiers": "tariff_code valid_from component_no up_to price",
    "platforms": "platform kind source connection time_zone",
    "accounts": "platform account_id contract_no valid_from valid_to",
}


def sheets(source_root: str) -> dict[str, list[Row]]:
    """Every sheet by name. ``source_root``: what stands before ``gps1`` in the sources of the platforms."""
    plain: dict[str, Sequence[tuple[str, ...]]] = {
        "terms": TERMS,
        "tariffs": TARIFFS,
        "components": COMPONENTS,
        "tiers": TIERS,
        "accounts": MAPPINGS,
    }
    return {
        "organizations": _organizations(),
        "clients": [_client(number) for number in CLIENTS],
        "contracts": [_row("contracts", *values) for values in CONTRACTS],
        **{sheet: [_row(sheet, *values) for values in rows] for sheet, rows in plain.items()},
        "platforms": [_row("platforms", platform, "files", f"{source_root}{platform}", "", zone) for platform, zone in PLATFORMS],
    }


def client_inn(number: int) -> str:
    """ИНН of a client: 10 digits for a legal person, 12 for an entrepreneur, none for an individual."""
    kind, region = CLIENTS[number][2], CLIENTS[number][3]
    if kind == "individual":
        return ""
    return inn_legal(region, 20000 + number) if kind == "legal" else inn_person(region, 200000 + number)


def client_account(number: int) -> str:
    """The bank account that a client pays from."""
    head = {"legal": "40702", "entrepreneur": "40802", "individual": "40817"}[CLIENTS[number][2]]
    return account(f"{head}810?000000{number:05}", BIC)


def _row(sheet: str, *values: str) -> Row:
    return dict(zip(COLUMNS[sheet].split(), values, strict=True))


def _client(number: int) -> Row:
    name, full_name, kind, region, category = CLIENTS[number]
    inn = client_inn(number)
    return _row(
        "clients", f"C{number:02}", name, full_name, inn, f"{inn[:4]}01001" if kind == "legal" else "", kind, category,
        f"buh@c{number:02}.example", f"+7 495 000-00-{number:02}", f"{region}0000, г. Примерный, ул. Образцовая, д. {number}",
        f"C{DEALERS[number]:02}" if number in DEALERS else "", "yes" if number in NEVER_BLOCK else "no",
    )  # fmt: skip


def _organizations() -> list[Row]:
    modes = [("MT", "general", "2020-01-01", "МТ"), ("SM", "exempt", "2024-01-01", "СМ"), ("SM", "usn5", "2026-02-01", "СМ")]
    people = {"MT": ("Орлова М. П.", "Лаптева Е. С."), "SM": ("Карху И. О.", "Карху И. О.")}
    post = {"MT": "Генеральный директор", "SM": "Директор"}
    address = {"MT": "770000, г. Москва, Меридианный проезд, д. 1", "SM": "780000, г. Санкт-Петербург, Маячная наб., д. 2"}
    return [
        _row(
            "organizations", code, OWN_NAME[code], OWN_NAME[code].replace("ООО", "Общество с ограниченной ответственностью"),
            OWN_INN[code], f"{OWN_INN[code][:4]}01001", address[code], OWN_ACCOUNTS[code], BANK, BIC, CORR_ACCOUNT, *people[code],
            mode, since, prefix, f"billing@{code.lower()}.example", "Europe/Moscow", post[code],
        )
        for code, mode, since, prefix in modes
    ]  # fmt: skip
