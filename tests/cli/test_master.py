"""The commands of master data as people and scripts use them: template, import, killed imports, many rows."""

import json
import subprocess
import sys

import openpyxl

from pipelines.master import store
from pipelines.master.importing import import_master
from pipelines.master.sheets import SHEETS
from tests.database import contents
from tests.sheets import as_csv, as_workbook, company, put


def test_the_template_has_every_column_and_importing_it_does_nothing(settings, run_cli, tmp_path):
    path = tmp_path / "master.xlsx"
    assert run_cli("master", "template", path)[0] == 0
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == list(SHEETS)
    for sheet in SHEETS.values():
        headings = {cell.value: cell for cell in book[sheet.name][1]}
        assert list(headings) == [column.name for column in sheet.columns]
        for column in sheet.columns:
            assert headings[column.name].font.bold == column.required
            assert column.note in headings[column.name].comment.text
        lists = [found.formula1 for found in book[sheet.name].data_validations.dataValidation]
        assert lists == [
            '"' + ",".join(column.allowed or ("yes", "no")) + '"' for column in sheet.columns if column.allowed or column.kind == "boolean"
        ]
    before = contents(settings)
    code, out, _ = run_cli("master", "import", path, "--format", "json")
    assert code == 0
    assert {(row["added"], row["changed"], row["unchanged"]) for row in json.loads(out)} == {(0, 0, 0)}
    assert contents(settings) == before


def test_the_template_filled_in_is_imported(run_cli, tmp_path):
    path = tmp_path / "master.xlsx"
    run_cli("master", "template", path)
    book = openpyxl.load_workbook(path)
    for name, (headings, *rows) in company(with_former_accounts=True).items():
        positions = {cell.value: cell.column for cell in book[name][1]}
        for number, row in enumerate(rows, 2):
            for heading, value in zip(headings, row, strict=True):
                book[name].cell(number, positions[heading], value or None)
    book.save(path)
    code, out, err = run_cli("master", "import", path, "--by", "Анна", "--reason", "начало", "--format", "json")
    assert code == 0, err
    assert {row["sheet"] for row in json.loads(out) if row["added"]} == set(company(with_former_accounts=True))


def test_the_template_never_overwrites(run_cli, tmp_path):
    path = tmp_path / "master.xlsx"
    path.write_text("мой файл")
    code, _, err = run_cli("master", "template", path)
    assert (code, err) == (1, f"refused: {path} is there already; it is not overwritten\n")
    assert path.read_text() == "мой файл"
    assert run_cli("master", "template", tmp_path / "no" / "x.xlsx")[0] == 1
    assert run_cli("master", "template", tmp_path / "x.csv")[0] == 1


def test_import_prints_counts_and_keeps_who_and_why(settings, run_cli, tmp_path):
    source = as_workbook(company(), tmp_path / "book.xlsx")
    code, out, _ = run_cli("master", "import", source, "--format", "csv")
    assert code == 0
    assert out.splitlines()[:2] == ["sheet,added,changed,unchanged,retired", "organizations,1,0,0,0"]
    assert {row[7] for row in contents(settings)["master.history"]} == {"import of book.xlsx"}
    code, out, _ = run_cli("master", "import", source)
    assert out.splitlines()[2].split() == ["clients", "0", "0", "2", "0"]


def test_bad_input_lists_places_on_stderr_and_exits_with_2(settings, run_cli, tmp_path):
    sheets = company()
    put(sheets, "terms", 2, "tariff_code", "T9")
    put(sheets, "clients", 2, "email", "x")
    before = contents(settings)
    code, out, err = run_cli("master", "import", as_csv(sheets, tmp_path / "folder"))
    assert (code, out) == (2, "")
    assert err.splitlines() == [
        "clients.csv:2 column email: 'x' is not an e-mail address",
        "terms.csv:2 column tariff_code: unknown tariff 'T9'",
    ]
    assert contents(settings) == before
    assert run_cli("master", "import", tmp_path / "nowhere.xlsx")[0] == 2
    assert run_cli("master", "import", tmp_path / "folder", "--reason", " ")[0] == 2


def test_two_imports_at_once_end_as_one(settings, environment, author, tmp_path):
    source = as_csv(company(), tmp_path / "folder")
    command = [sys.executable, "-c", "from pipelines.cli.main import main; main()", "master", "import", source, "--format", "json"]
    racing = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate(timeout=120) for process in racing]
    assert [process.returncode for process in racing] == [0, 0], said
    added = sorted(sum(row["added"] for row in json.loads(out)) for out, _ in said)
    assert added == [0, 17]


def test_more_rows_than_are_stored_at_once(settings, author, tmp_path, monkeypatch):
    """2,800 rows, of each sheet more than one batch: parsed, gated, compared and stored; again, unchanged."""
    sheets = company()
    monkeypatch.setattr(store, "_BATCH", 300)
    for number in range(700):
        code, contract = f"K{number:05}", f"Д-{number:05}"
        sheets["clients"].append([code, f"Клиент {number}", "", "", "individual", f"k{number}@mail.example", "", "no"])
        sheets["contracts"].append([contract, code, "MT", "", "2026-01-01", ""])
        sheets["terms"].append([contract, "2026-01-01", "T1", "", "", "", "", "", ""])
        sheets["accounts"].append(["gps1", str(100_000 + number), contract, "2026-01-01", ""])
    source = as_csv(sheets, tmp_path / "folder")
    report = import_master(settings, source, author)
    assert sum(sheet.added for sheet in report.sheets) == 2_817
    again = import_master(settings, source, author)
    assert sum(sheet.unchanged for sheet in again.sheets) == 2_817


def test_a_dry_run_shows_every_field_and_stores_nothing(settings, run_cli, tmp_path):
    sheets = company()
    source = as_csv(sheets, tmp_path / "folder")
    code, out, err = run_cli("master", "import", source, "--dry-run", "--format", "json")
    assert (code, contents(settings)["master.clients"]) == (0, [])
    assert run_cli("master", "import", source, "--by", "Анна", "--reason", "начало")[0] == 0
    put(sheets, "terms", 2, "discount_percent", "7")
    put(sheets, "clients", 3, "email", "new@two.example")
    put(sheets, "organizations", 2, "vat_mode", "usn5")
    before = contents(settings)
    code, out, err = run_cli("master", "import", as_csv(sheets, tmp_path / "folder"), "--dry-run", "--format", "json")
    changes = {row["sheet"]: row["changes"] for row in json.loads(out) if row["changes"]}
    assert changes == {
        "organizations": [
            {"sheet": "vat_modes", "key": "MT|2020-01-01", "action": "changed", "column": "vat_mode", "before": "general", "after": "usn5"}
        ],
        "clients": [
            {
                "sheet": "clients",
                "key": "C2",
                "action": "changed",
                "column": "email",
                "before": "two@two.example",
                "after": "new@two.example",
            }
        ],
        "terms": [
            {"sheet": "terms", "key": "A-1|2026-01-01", "action": "changed", "column": "discount_percent", "before": "2.5", "after": "7"}
        ],
    }
    assert (code, contents(settings)) == (0, before)
    assert err.endswith("dry run: nothing was stored\n")
    code, out, _ = run_cli("master", "import", tmp_path / "folder", "--dry-run")
    assert [line.split()[-2:] for line in out.splitlines() if "discount_percent" in line] == [["2.5", "7"]]


def test_an_export_with_hostile_values_imports_back_unchanged(settings, run_cli, tmp_path):
    sheets = company(with_former_accounts=True)
    put(sheets, "clients", 2, "name", '=HYPERLINK("http://x.example";"Счёт")')
    put(sheets, "clients", 3, "name", "_x0041_ <b>&amp;</b> 日本 " + "я" * 200)
    put(sheets, "components", 4, "price", "123456789012.123456789012")
    assert run_cli("master", "import", as_csv(sheets, tmp_path / "folder"), "--by", "Анна", "--reason", "начало")[0] == 0
    before, path = contents(settings), tmp_path / "export.xlsx"
    code, out, _ = run_cli("master", "export", path, "--format", "csv")
    assert code == 0
    assert "clients,2\n" in out
    assert path.stat().st_mode & 0o007 == 0, "names and accounts of clients are nobody else's"
    code, out, err = run_cli("master", "import", path, "--format", "json")
    assert code == 0, err
    assert {(row["added"], row["changed"], row["retired"]) for row in json.loads(out)} == {(0, 0, 0)}
    assert contents(settings) == before
    assert run_cli("master", "export", path)[:2] == (1, "")
    assert run_cli("master", "export", tmp_path / "export.csv")[0] == 1
