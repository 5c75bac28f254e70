"""What an import refuses of a contract with invoices, and what it tells of what is allowed and deserves a look."""

import pytest

from pipelines.errors import BadInput
from pipelines.evidence.landing_folder import land_folder
from pipelines.master.importing import import_master
from pipelines.runs.import_master import import_master as import_with_evidence
from pipelines.warehouse import engine
from tests import issued
from tests.conftest import NOW
from tests.sheets import as_csv, company, problems, put


@pytest.fixture
def imported(settings, author, tmp_path):
    """The company is stored already."""
    import_master(settings, as_csv(company(), tmp_path / "first"), author)
    return settings


def _notices(settings, author, tmp_path, sheets, *, dry_run=True):
    return list(import_master(settings, as_csv(sheets, tmp_path / "next"), author, dry_run=dry_run).notices)


def test_client_and_organization_stay_from_the_first_issued_invoice_on(settings, author, tmp_path):
    with engine.transaction(settings) as connection:
        billed = issued.client(connection, 1, NOW)
        issued.client(connection, 2, NOW)
        issued.invoice(connection, billed)
    headings = ["contract_no", "client_code", "organization_code", "starts_on", "ends_on"]

    def contracts(number, client, organization, end=""):
        return as_csv({"contracts": [headings, [number, client, organization, "2025-06-01", end]]}, tmp_path / "contracts")

    import_master(settings, contracts("K0002", "C-0001", "ORG"), author)  # nothing was issued for it
    import_master(settings, contracts("K0001", "C-0001", "ORG", "2026-12-31"), author)  # its end may change
    with pytest.raises(BadInput) as raised:
        import_master(settings, contracts("K0001", "C-0002", "XX"), author)
    said = "invoice ВМ26-000001 has been issued for contract K0001: its"
    assert problems(raised) == [
        f"contracts.csv:2 column client_code: {said} client stays C-0001; end it by ends_on, and begin another contract for C-0002",
        f"contracts.csv:2 column organization_code: {said} organization stays ORG; end it by ends_on, and begin another contract for XX",
    ]


def test_new_terms_that_reset_a_value_by_leaving_it_out_are_shown_field_by_field(imported, author, tmp_path):
    terms = {"terms": [["contract_no", "valid_from", "tariff_code", "discount_percent"], ["A-1", "2026-05-01", "T2", ""]]}
    assert _notices(imported, author, tmp_path, terms) == [
        "terms.csv:2 column prepaid_vehicles: left out, so 10 → 0 of the terms from 2026-01-01",
        "terms.csv:2 column discount_percent: left out, so 2.5 → 0 of the terms from 2026-01-01",
        "terms.csv:2 column minimum: left out, so 5000 → 0 of the terms from 2026-01-01",
    ]
    whole = {"terms": [*company()["terms"]]}
    put(whole, "terms", 2, "minimum", "")
    assert _notices(imported, author, tmp_path, whole) == ["terms.csv:2 column minimum: left out, so 5000 → 0"]
    put(whole, "terms", 2, "minimum", "0")
    assert _notices(imported, author, tmp_path, whole) == []
    assert _notices(imported, author, tmp_path, {"terms": company()["terms"]}) == []


def test_a_new_contract_without_accounts_is_told(imported, author, tmp_path):
    contracts = {"contracts": [company()["contracts"][0], ["A-3", "C1", "MT", "", "2026-02-01", ""]]}
    said = "contracts.csv:2: contract A-3 has no account on any platform: no vehicle will be counted for it"
    assert _notices(imported, author, tmp_path, contracts) == [said]
    accounts = [company()["accounts"][0], ["gps1", "1030", "A-3", "2026-02-01", ""]]
    assert _notices(imported, author, tmp_path, {**contracts, "accounts": accounts}) == []


def test_codes_that_nobody_can_tell_apart_are_told(imported, author, tmp_path):
    clients = {
        "clients": [
            ["client_code", "name", "kind", "email"],
            ["С2", "Двойник", "legal", "a@a.example"],
            ["ДЖA", "Ж", "legal", "b@b.example"],
        ]
    }
    assert _notices(imported, author, tmp_path, clients) == [
        "clients.csv:3 column client_code: 'ДЖA' mixes the alphabets: its A is Latin",
        "clients.csv:2 column client_code: 'С2' looks like 'C2' and is another code (its С is Cyrillic)",
    ]


def test_codes_that_differ_in_capital_letters_alone_are_told(imported, author, tmp_path):
    """Both are kept: a platform may mean two accounts by them."""
    sheets = {
        "clients": [["client_code", "name", "kind", "email"], ["c1", "Двойник", "legal", "a@a.example"]],
        "accounts": [company()["accounts"][0], *(["gps1", code, "A-1", "2026-02-01", ""] for code in ("park", "Park"))],
    }
    assert _notices(imported, author, tmp_path, sheets) == [
        "clients.csv:2 column client_code: 'c1' differs from 'C1' in capital letters alone, and is another code",
        "accounts.csv:2 column account_id: 'park' differs from 'Park' in capital letters alone, and is another code",
        "accounts.csv:3 column account_id: 'Park' differs from 'park' in capital letters alone, and is another code",
    ]


def test_of_many_notices_of_a_kind_the_first_are_shown(imported, author, tmp_path):
    rows = [[f"N-{number}", "C1", "MT", "", "2026-02-01", ""] for number in range(9)]
    told = _notices(imported, author, tmp_path, {"contracts": [company()["contracts"][0], *rows]})
    assert (len(told), told[-1]) == (6, "contracts: 4 more of this kind")


def test_a_new_account_that_its_platform_has_never_listed_is_told(imported, author, tmp_path):
    accounts = {
        "accounts": [company()["accounts"][0], ["gps1", "1O30", "A-1", "2026-02-01", ""], ["gps1", "1030", "A-1", "2026-02-01", ""]]
    }
    source = as_csv(accounts, tmp_path / "next")
    assert import_with_evidence(imported, source, author, dry_run=True).notices == ()  # nothing has landed yet
    folder = tmp_path / "snapshots" / "gps1"
    folder.mkdir(parents=True)
    (folder / "2026-01-05.csv").write_text("vehicle_id,account_id,state\n1,1030,active\n")
    land_folder(imported, "gps1", str(folder), NOW)
    said = "account '1O30' of platform gps1: no snapshot has ever listed it; is it mistyped?"
    assert import_with_evidence(imported, source, author, dry_run=True).notices == (said,)


def test_accounts_are_compared_with_those_of_their_own_platform(imported, author, tmp_path):
    head, *_ = company()["accounts"]
    stored = [("gps1", "park"), ("gps1", "Park"), ("gps2", "park"), ("gps2", "PARK")]
    lines = {
        platform: [[platform, code, "A-1", "2026-02-01", ""] for on, code in stored if on == platform] for platform in ("gps1", "gps2")
    }
    columns, row, *_ = company()["platforms"]
    second = [columns, ["gps2", *row[1:]]]
    told = _notices(imported, author, tmp_path, {"platforms": second, "accounts": [head, *lines["gps1"], *lines["gps2"]]})
    said = "in capital letters alone, and is another code"
    assert told == [
        f"accounts.csv:2 column account_id: 'park' differs from 'Park' {said}",
        f"accounts.csv:3 column account_id: 'Park' differs from 'park' {said}",
        f"accounts.csv:4 column account_id: 'park' differs from 'PARK' {said}",
        f"accounts.csv:5 column account_id: 'PARK' differs from 'park' {said}",
    ]
