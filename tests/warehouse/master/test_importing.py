"""Import: three kinds of source, all or nothing, idempotent, partial sheets, replaced components, every rule at its place."""

import sqlite3
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import create_engine, text

from pipelines.errors import BadInput
from pipelines.master.importing import import_master
from pipelines.warehouse import engine
from tests.conftest import ROOT
from tests.database import contents
from tests.sheets import as_csv, as_workbook, company, problems, put

COUNTS = {
    "organizations": 1,
    "clients": 2,
    "contracts": 2,
    "terms": 2,
    "tariffs": 2,
    "components": 3,
    "tiers": 2,
    "platforms": 1,
    "accounts": 2,
}


def _query(settings, sql):
    with engine.transaction(settings) as connection:
        return [tuple(row) for row in connection.execute(text(sql))]


def _refused(settings, author, source):
    with pytest.raises(BadInput) as raised:
        import_master(settings, source, author)
    return problems(raised)


@pytest.fixture
def imported(settings, author, tmp_path):
    """The company is stored already."""
    import_master(settings, as_csv(company(), tmp_path / "first"), author)
    return settings


def test_everything_arrives_in_its_type(imported):
    assert _query(
        imported, "SELECT tariff_code, prepaid_vehicles, discount_percent, minimum, payment_days FROM master.terms ORDER BY 1"
    ) == [
        ("T1", 10, Decimal("2.5"), Decimal("5000.00"), 10),
        ("T2", 0, Decimal(0), Decimal("0.00"), 10),
    ]
    assert _query(imported, "SELECT price, package_size FROM master.components WHERE component_no = 2") == [
        (Decimal("1200.50"), Decimal(10))
    ]
    assert _query(imported, "SELECT up_to, price FROM master.tiers ORDER BY 1 NULLS LAST") == [(15, 10), (None, 5)]
    assert _query(imported, "SELECT never_block, dealer_code FROM master.clients ORDER BY client_code") == [(False, None), (True, "C1")]
    assert _query(imported, "SELECT time_zone FROM master.platforms") == [("Europe/Moscow",)]
    assert _query(imported, "SELECT * FROM master.vat_modes") == [("MT", date(2020, 1, 1), "general")]


def test_csv_workbook_and_database_say_the_same(settings, author, tmp_path):
    first = import_master(settings, as_csv(company(), tmp_path / "folder", delimiter=";", encoding="utf-8-sig"), author)
    assert {sheet.sheet: sheet.added for sheet in first.sheets} == COUNTS
    stored = contents(settings)

    typed = company()
    put(typed, "contracts", 2, "starts_on", date(2026, 1, 1))
    put(typed, "clients", 2, "inn", 7707083893)
    put(typed, "components", 2, "price", 300)
    put(typed, "accounts", 2, "account_id", 1010)
    database = tmp_path / "source.db"
    with sqlite3.connect(database) as connection:
        for name, (headings, *rows) in company().items():
            connection.execute(f"CREATE TABLE base_{name} ({', '.join(headings)})")
            connection.executemany(f"INSERT INTO base_{name} VALUES ({', '.join('?' * len(headings))})", rows)
            connection.execute(f"CREATE VIEW {name} AS SELECT * FROM base_{name}")
    for source in (as_workbook(typed, tmp_path / "book.xlsx"), f"sqlite:///{database}"):
        again = import_master(settings, source, author)
        assert {sheet.sheet: sheet.unchanged for sheet in again.sheets} == COUNTS, source
    assert contents(settings) == stored  # history included: the same again writes none


def test_a_postgres_with_types_of_its_own_is_a_source(imported, author):
    owner = create_engine(imported.database_owner_url)
    with owner.begin() as connection:
        connection.execute(text("CREATE TABLE public.agreed (c text, d timestamp, t text, n smallint, p real, m numeric, o int8)"))
        connection.execute(
            text(
                "INSERT INTO public.agreed VALUES ('A-1', '2026-05-01', 'T2', 3, 2.5, 1234.50, NULL), ('A-2', '2026-5-1', 'T9', 0, 0, 0, 0)"
            )
        )
        view = "contract_no, valid_from, tariff_code, prepaid_vehicles, discount_percent, minimum, payment_days"
        connection.execute(text(f"CREATE VIEW public.terms ({view}) AS SELECT * FROM public.agreed WHERE t <> 'T9'"))
    report = import_master(imported, imported.database_owner_url, author)
    assert [(sheet.sheet, sheet.added) for sheet in report.sheets] == [("terms", 1)]
    assert _query(
        imported, "SELECT prepaid_vehicles, discount_percent, minimum, payment_days FROM master.terms WHERE valid_from = '2026-05-01'"
    ) == [(3, Decimal("2.5"), Decimal("1234.50"), 10)]
    with owner.begin() as connection:
        connection.execute(text(f"CREATE OR REPLACE VIEW public.terms ({view}) AS SELECT * FROM public.agreed WHERE t = 'T9'"))
    owner.dispose()
    assert _refused(imported, author, imported.database_owner_url) == [
        "terms row 1 (contract_no=A-2, valid_from=2026-05-01) column tariff_code: unknown tariff 'T9'"
    ]


def test_dry_run_stores_nothing_and_says_the_same(settings, author, tmp_path):
    before = contents(settings)
    report = import_master(settings, as_csv(company(), tmp_path / "folder"), author, dry_run=True)
    assert {sheet.sheet: sheet.added for sheet in report.sheets} == COUNTS
    assert contents(settings) == before


def test_one_bad_cell_stores_nothing_of_any_sheet(settings, author, tmp_path):
    before = contents(settings)
    sheets = company()
    put(sheets, "terms", 3, "tariff_code", "T9")
    assert _refused(settings, author, as_csv(sheets, tmp_path / "folder")) == [
        "terms.csv:3 column tariff_code: unknown tariff 'T9'",
    ]
    assert contents(settings) == before


def test_all_problems_of_all_sheets_at_once_by_sheet_and_row(settings, author, tmp_path):
    sheets = company()
    put(sheets, "accounts", 2, "platform", "gps9")
    put(sheets, "clients", 3, "inn", "500100732250")
    put(sheets, "clients", 2, "email", "nobody")
    put(sheets, "components", 2, "price", "-1")
    put(sheets, "terms", 2, "discount_percent", "101")
    said = _refused(settings, author, as_csv(sheets, tmp_path / "folder"))
    assert [line.split(": ")[0] for line in said] == [
        "clients.csv:2 column email",
        "clients.csv:3 column inn",
        "terms.csv:2 column discount_percent",
        "components.csv:2 column price",
        "accounts.csv:2 column platform",
    ]


def test_a_password_in_a_source_is_refused_and_not_repeated(settings, author, tmp_path):
    sheets = company()
    put(sheets, "platforms", 2, "source", "https://user:hunter2@gps.example/api")
    found = _refused(settings, author, as_csv(sheets, tmp_path / "folder"))
    assert "holds a password or token" in found[0]
    assert "hunter2" not in " ".join(found)


def test_duplicate_keys_are_named_with_both_rows(settings, author, tmp_path):
    sheets = company()
    sheets["clients"].append([*sheets["clients"][1]])
    sheets["terms"].append([*sheets["terms"][1]])
    sheets["tiers"].append([*sheets["tiers"][2]])
    assert _refused(settings, author, as_csv(sheets, tmp_path / "folder")) == [
        "clients.csv:2: 'C1' stands in clients.csv:4 as well",
        "clients.csv:4: 'C1' stands in clients.csv:2 as well",
        "terms.csv:2: (A-1, 2026-01-01) the same key stands in terms.csv:4",
        "terms.csv:4: (A-1, 2026-01-01) the same key stands in terms.csv:2",
        "tiers.csv:3: (T2, 2026-01-01, 1) the same key stands in tiers.csv:4",
        "tiers.csv:4: (T2, 2026-01-01, 1) the same key stands in tiers.csv:3",
    ]


def test_references_may_be_in_the_warehouse(imported, author, tmp_path):
    only = {"terms": [company()["terms"][0], ["A-1", "2026-05-01", "T2", "", "", "", "", "", "14"]]}
    report = import_master(imported, as_csv(only, tmp_path / "later"), author)
    assert [(sheet.sheet, sheet.added) for sheet in report.sheets] == [("terms", 1)]
    assert len(_query(imported, "SELECT 1 FROM master.clients")) == 2  # what is not in the source stays


def test_an_absent_column_keeps_what_is_stored_and_an_empty_cell_clears_it(imported, author, tmp_path):
    import_master(imported, as_csv({"clients": [["client_code", "name", "kind"], ["C1", "ООО «Новый»", "legal"]]}, tmp_path / "a"), author)
    assert _query(imported, "SELECT name, inn, email FROM master.clients WHERE client_code = 'C1'") == [
        ("ООО «Новый»", "7707083893", "a@one.example; b@one.example")
    ]
    only = {"clients": [["client_code", "name", "kind", "email"], ["C1", "ООО «Новый»", "legal", ""]]}
    import_master(imported, as_csv(only, tmp_path / "b"), author)
    assert _query(imported, "SELECT inn, email FROM master.clients WHERE client_code = 'C1'") == [("7707083893", None)]


def test_components_and_tiers_of_a_present_version_are_replaced_and_the_history_keeps_them(imported, author, tmp_path):
    sheets = company()
    tariff = {
        "tariffs": [sheets["tariffs"][0], sheets["tariffs"][2]],
        "components": [sheets["components"][0], ["T2", "2026-01-01", "1", "Мониторинг", "vehicles", "", "volume", "", ""]],
        "tiers": [sheets["tiers"][0], ["T2", "2026-01-01", "1", "20", "10"], ["T2", "2026-01-01", "1", "", "5"]],
    }
    report = import_master(imported, as_csv(tariff, tmp_path / "new"), author)
    assert [(s.sheet, s.added, s.changed, s.unchanged, s.retired) for s in report.sheets] == [
        ("tariffs", 0, 0, 1, 0),
        ("components", 0, 1, 0, 1),
        ("tiers", 1, 0, 1, 1),
    ]
    assert _query(imported, "SELECT tariff_code, component_no FROM master.components ORDER BY 1, 2") == [("T1", 1), ("T2", 1)]
    assert _query(imported, "SELECT key FROM master.history WHERE action = 'retired' ORDER BY 1") == [
        ("T2|2026-01-01|1|15",),
        ("T2|2026-01-01|2",),
    ]


def test_a_tariff_without_components_is_refused(imported, author, tmp_path):
    only = {"tariffs": [company()["tariffs"][0], ["T3", "2026-01-01", "Пустой", "", ""]]}
    assert _refused(imported, author, as_csv(only, tmp_path / "new")) == [
        "tariffs.csv:2 column tariff_code: tariff 'T3' from 2026-01-01 has no components"
    ]


def test_a_later_vat_mode_is_a_further_row_with_the_same_requisites(imported, author, tmp_path):
    sheets = company()
    later = [*sheets["organizations"][1]]
    later[sheets["organizations"][0].index("vat_mode")] = "usn5"
    later[sheets["organizations"][0].index("vat_mode_from")] = "2027-01-01"
    later[sheets["organizations"][0].index("kpp")] = ""  # what is left empty is as in the other row
    only = {"organizations": [*sheets["organizations"], later]}
    report = import_master(imported, as_csv(only, tmp_path / "new"), author)
    assert (report.sheets[0].added, report.sheets[0].changed, report.sheets[0].unchanged) == (1, 0, 1)
    assert _query(imported, "SELECT kpp FROM master.organizations") == [("779801001",)]
    put(only, "organizations", 3, "name", "ООО «Другой»")
    assert "differs from organizations.csv:2" in _refused(imported, author, as_csv(only, tmp_path / "bad"))[0]


def test_platforms_need_a_zone_where_organizations_differ(settings, author, tmp_path):
    sheets = company()
    sheets["organizations"][0].append("time_zone")
    sheets["organizations"][1].append("Asia/Omsk")
    other = [*sheets["organizations"][1]]
    other[0], other[2], other[4], other[10], other[11] = "NN", "7898100025", "40702810500000030026", "НН", "Europe/Moscow"
    import_master(settings, as_csv(sheets, tmp_path / "one"), author)
    assert _query(settings, "SELECT time_zone FROM master.platforms") == [("Asia/Omsk",)]
    sheets["organizations"].append(other)
    sheets["platforms"].append(["gps2", "files", "b", "", ""])
    assert _refused(settings, author, as_csv(sheets, tmp_path / "two")) == [
        "platforms.csv:3 column time_zone: must be given: the organizations have several (Asia/Omsk, Europe/Moscow)"
    ]


def test_two_organizations_never_share_a_prefix(imported, author, tmp_path):
    only = {"organizations": company()["organizations"]}
    for column, value in (("code", "ZZ"), ("inn", "7898100025"), ("bank_account", "40702810500000030026")):
        put(only, "organizations", 2, column, value)
    assert "is the prefix of organization MT as well" in _refused(imported, author, as_csv(only, tmp_path / "new"))[-1]


def test_the_sample_company_is_taken(settings, author):
    folder = ROOT / "sample" / "master"
    report = import_master(settings, str(folder), author)
    assert all(sheet.added and not sheet.changed for sheet in report.sheets)
    assert len(report.sheets) == 9


@pytest.mark.parametrize("scheme", ["postgresql+psycopg2", "postgresql", "postgres"])
def test_a_database_password_is_never_shown(settings, author, run_cli, scheme):
    source = f"{scheme}://reader:hunter2@127.0.0.1:1/company?connect_timeout=1"
    said = _refused(settings, author, source)
    assert "does not answer" in said[0]
    code, out, err = run_cli("master", "import", source)
    assert code == 2
    assert "hunter2" not in " ".join(said) + out + err
