"""Every rule of the sheets at its place; the suites refuse what they cover, and nothing else does it for them."""

import json

import pytest

from pipelines import expectations
from pipelines.master import gate, plan, rules, tariff_rules
from pipelines.master.lines import flaws_of, parse
from pipelines.master.sheets import SHEETS, TABLES
from pipelines.master.source import read
from tests.conftest import ROOT
from tests.sheets import as_csv, company, put


def _said(source, sheet):
    """The problems of a source that meets an empty warehouse."""
    tables = {raw.name: parse(raw) for raw in read(source).sheets}
    state = {name: {} for name in TABLES}
    plan.fill(tables, state)
    gate.check(tables)
    after = plan.applied(state, plan.changes(tables, state))
    rules.check(tables, after)
    tariff_rules.check(tables, after)
    return [str(flaw.problem) for flaw in flaws_of(tables.values())]


@pytest.mark.parametrize("sheet", SHEETS)
def test_the_company_is_right(tmp_path, sheet):
    assert _said(as_csv(company(with_former_accounts=True), tmp_path / "folder"), sheet) == []


@pytest.mark.parametrize(
    ("sheet", "row", "column", "value", "said"),
    [
        ("organizations", 2, "inn", "7798100015", "column inn: ИНН 7798100015 is mistyped"),
        ("organizations", 2, "bank_account", "40702810400000010026", "does not fit БИК 044525987: its key digit is wrong"),
        ("organizations", 2, "corr_account", "30101810800000000987", "does not fit БИК"),
        ("organizations", 2, "bic", "04452598", "'04452598' is not a БИК"),
        ("organizations", 2, "vat_mode", "usn6", "'usn6' is not allowed; allowed: general, usn5, usn7, exempt"),
        ("organizations", 2, "name", "", "column name: must not be empty"),
        ("clients", 2, "kind", "company", "'company' is not allowed"),
        ("clients", 2, "inn", "500100732259", "ИНН 500100732259 has 12 digits; kind legal has 10"),
        ("clients", 3, "kpp", "770701001", "has no КПП"),
        ("clients", 2, "kpp", "7707", "is not a КПП"),
        ("clients", 2, "dealer_code", "C2", "the dealers go round in a circle: C1 → C2 → C1"),
        ("clients", 2, "dealer_code", "C9", "unknown client 'C9'"),
        ("clients", 2, "never_block", "maybe", "'maybe' is neither yes nor no"),
        ("contracts", 3, "ends_on", "2026-01-12", "2026-01-12 lies before starts_on"),
        ("contracts", 2, "organization_code", "XX", "unknown organization 'XX'"),
        ("contracts", 2, "client_code", "С1", "unknown client 'С1' (its С is Cyrillic); did you mean 'C1'?"),
        ("contracts", 2, "starts_on", "01.02.2026", "is not a date; write it as 2026-01-31"),
        ("contracts", 2, "starts_on", "2026-02-30", "is a day that does not exist"),
        ("contracts", 2, "starts_on", "0226-01-01", "lies before 1990"),
        ("contracts", 2, "starts_on", "2206-01-01", "2206-01-01 lies after 2099; is the year mistyped?"),
        ("terms", 2, "minimum", "0.005", "0.005 has parts of a kopeck"),
        ("terms", 2, "minimum", "1.000", "'1.000' may be 1000 or 1 and 000 thousandths; write 1000 or 1.0000"),
        ("terms", 2, "minimum", "1,234.50", "'1,234.50' is not a number"),
        ("terms", 2, "prepaid_vehicles", "2.5", "2.5 is not a whole number"),
        ("terms", 2, "prepaid_vehicles", "-1", "-1 is below 0"),
        ("terms", 2, "discount_percent", "10%", "write 10 for ten percent"),
        ("terms", 2, "contract_no", "A-9", "unknown contract 'A-9'"),
        ("tariffs", 2, "currency", "USD", "'USD' is not allowed; allowed: RUB"),
        ("components", 2, "price", "", "column price: must be given, or tiers"),
        ("components", 3, "price", "5", "the component has tiers as well; a price or tiers, not both"),
        ("components", 3, "scheme", "unit", "scheme unit has a price, not tiers"),
        ("components", 2, "scheme", "volume", "scheme volume needs tiers instead of a price"),
        ("components", 4, "package_size", "", "must be given for scheme package"),
        ("components", 4, "package_size", "0", "0 is not above 0"),
        ("components", 2, "package_size", "5", "is only for scheme package, not unit"),
        ("components", 4, "meter", "", "must name the meter for kind meter"),
        ("components", 2, "meter", "sms", "is only for kind meter, not vehicles"),
        ("components", 2, "kind", "gigabytes", "'gigabytes' is not allowed"),
        ("components", 2, "valid_from", "2026-02-01", "unknown tariff 'T1' from 2026-02-01"),
        ("components", 2, "price", "NaN", "'NaN' is not a number"),
        ("components", 2, "price", "1e3", "'1e3' is not a number"),
        ("tiers", 3, "up_to", "20", "the last tier, up to 20, must be open"),
        ("tiers", 2, "component_no", "7", "unknown component 7"),
        ("tiers", 2, "price", "", "column price: must not be empty"),
        ("platforms", 2, "time_zone", "MSK", "'MSK' is not a time zone"),
        ("platforms", 2, "kind", "ftp", "'ftp' is not allowed"),
        ("accounts", 3, "valid_to", "2026-01-01", "2026-01-01 lies before valid_from"),
        ("accounts", 2, "contract_no", "A-9", "unknown contract 'A-9'"),
    ],
)
def test_every_rule_at_its_place(tmp_path, sheet, row, column, value, said):
    sheets = company()
    put(sheets, sheet, row, column, value)
    found = _said(as_csv(sheets, tmp_path / "folder"), sheet)
    assert any(said in line and line.startswith(f"{sheet}.csv:{row} column ") for line in found), found
    assert len({line.split(": ")[0] for line in found}) == len(found)  # a cell is complained of once


@pytest.mark.parametrize("sheet", SHEETS)
def test_suites_are_written_for_readers(sheet):
    suite = json.loads((ROOT / "expectations" / "master" / f"{sheet}.json").read_text(encoding="utf-8"))
    columns = {column.name for column in SHEETS[sheet].columns}
    required = {column.name for column in SHEETS[sheet].columns if column.required}
    not_null = {e["kwargs"]["column"] for e in suite["expectations"] if e["type"] == "expect_column_values_to_not_be_null"}
    assert required <= not_null
    for expectation in suite["expectations"]:
        assert expectation["severity"] in ("critical", "warning")
        assert expectation["notes"]
        assert expectation["meta"]["message"]
        named = {v for k, v in expectation["kwargs"].items() if k.startswith("column") and isinstance(v, str)}
        assert named | set(expectation["kwargs"].get("column_list", ())) <= columns


def test_an_expectation_that_cannot_be_evaluated_lets_nothing_through(tmp_path, monkeypatch):
    folder = tmp_path / "expectations" / "master"
    folder.mkdir(parents=True)
    broken = {
        "type": "expect_column_values_to_not_be_null",
        "kwargs": {"column": "no_such"},
        "severity": "critical",
        "meta": {"message": "x"},
    }
    (folder / "clients.json").write_text(json.dumps({"name": "clients", "expectations": [broken]}), encoding="utf-8")
    monkeypatch.setattr(expectations, "resource", lambda _: tmp_path / "expectations")
    with pytest.raises(gate.GateFailed):
        _said(as_csv({"clients": company()["clients"]}, tmp_path / "folder"), "clients")
