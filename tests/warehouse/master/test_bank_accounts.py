"""Further and former bank accounts of organizations: import, history, end, removal, verification; one account, one organization."""

import json
from datetime import date

import pytest
from sqlalchemy import text

from pipelines.errors import BadInput
from pipelines.master.importing import import_master
from pipelines.master.retire import StillUsed, retire
from pipelines.master.verify import verify
from pipelines.warehouse import engine
from tests.sheets import as_csv, company, problems, put


def _stored(settings):
    with engine.transaction(settings) as connection:
        sql = "SELECT organization_code, bank_account, valid_from, valid_to FROM master.bank_accounts ORDER BY 2"
        return [tuple(row) for row in connection.execute(text(sql))]


@pytest.fixture
def imported(settings, author, tmp_path):
    """A company whose organization has left another account."""
    import_master(settings, as_csv(company(with_former_accounts=True), tmp_path / "first"), author)
    return settings


def _second(code="NN", inn="7898100025", kpp="789801001", account="40702810400000020026"):
    sheets = {"organizations": company()["organizations"]}
    sheets["organizations"].append([*sheets["organizations"][1]])
    values = {"code": code, "inn": inn, "kpp": kpp, "bank_account": account, "invoice_prefix": "НН"}
    for column, value in values.items():
        put(sheets, "organizations", 3, column, value)
    return sheets


def test_a_former_account_is_stored_ended_taken_away_and_remembered(imported, author, run_cli):
    assert _stored(imported) == [("MT", "40702810400000020026", None, date(2025, 12, 31))]
    code, out, _ = run_cli("master", "history", "--sheet", "bank_accounts", "--format", "json")
    assert (code, [row["key"] for row in json.loads(out)]) == (0, ["MT|40702810400000020026"])
    retire(imported, "bank_accounts", "MT|40702810400000020026", author, date(2025, 7, 1))
    assert _stored(imported)[0][3] == date(2025, 6, 30)
    assert verify(imported).differences == ()
    with pytest.raises(StillUsed, match="bank_accounts MT"):
        retire(imported, "organizations", "MT", author)
    retire(imported, "bank_accounts", "MT|40702810400000020026", author)
    assert _stored(imported) == []
    assert verify(imported).differences == ()


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("bank_account", "40702810400000020027", "its key digit is wrong"),
        ("bic", "44525987x", "is not a БИК"),
        ("corr_account", "30101810800000000987", "does not fit БИК"),
        ("organization_code", "ZZ", "unknown organization 'ZZ'"),
        ("valid_from", "2026-01-01", "lies before valid_from"),
    ],
)
def test_what_is_wrong_with_a_further_account_is_named(settings, author, tmp_path, column, value, said):
    sheets = company(with_former_accounts=True)
    put(sheets, "bank_accounts", 2, column, value)
    with pytest.raises(BadInput, match=said):
        import_master(settings, as_csv(sheets, tmp_path / "bad"), author)


def test_an_account_of_another_organization_is_named_wherever_it_stands(imported, author, tmp_path):
    with pytest.raises(BadInput) as raised:
        import_master(imported, as_csv(_second(), tmp_path / "former"), author)
    assert problems(raised) == ["organizations.csv:3 column bank_account: 40702810400000020026 is the account of organization MT as well"]
    with pytest.raises(BadInput) as raised:
        import_master(imported, as_csv(_second(account="40702810300000010026"), tmp_path / "same"), author)
    assert [line.split(": ")[1] for line in problems(raised)] == [
        "40702810300000010026 is the account of organization NN as well",
        "40702810300000010026 is the account of organization MT as well",
    ]


def test_one_taxpayer_twice_is_named_and_a_branch_with_its_own_kpp_is_a_notice(settings, author, tmp_path):
    with pytest.raises(BadInput) as raised:
        import_master(settings, as_csv(_second(inn="7798100014", kpp="779801001"), tmp_path / "same"), author)
    assert problems(raised)[-1] == "organizations.csv:3 column inn: 7798100014 is the ИНН of organization MT as well"
    report = import_master(settings, as_csv(_second(inn="7798100014", kpp="780243001"), tmp_path / "branch"), author)
    assert "organizations.csv:3 column inn: organization MT has this ИНН as well, with another КПП" in report.notices
