"""Contacts of a CRM: what it may change is changed, everything else is refused by its place, and nothing by halves."""

import csv
import json

import openpyxl
import pytest

from pipelines.errors import BadInput
from pipelines.master.crm import import_contacts
from tests.conftest import NOW
from tests.database import contents
from tests.sheets import as_csv, company, problems, take

HEADINGS = {
    "client_code": "Код",
    "inn": "ИНН",
    "name": "Компания",
    "kind": "Вид",
    "email": "Почта",
    "phone": "Телефон",
    "category": "Группа",
}
CHANGEABLE = ("name", "email", "phone")


@pytest.fixture
def house(settings, author, tmp_path):
    sheets = company()
    sheets["crm_fields"] = [
        ["crm", "field", "heading", "may_change"],
        *(["bitrix", field, heading, "yes" if field in CHANGEABLE else "no"] for field, heading in HEADINGS.items()),
        ["amo", "inn", "INN", "no"],
        ["amo", "email", "E-mail", "yes"],
    ]
    take(settings, as_csv(sheets, tmp_path / "master"), author)
    return settings


@pytest.fixture
def clients():
    """Rows of the sheet clients: code → column → text."""
    headings, *rows = company()["clients"]
    return {row[0]: dict(zip(headings, row, strict=True)) for row in rows}


def written(path, rows, headings=None):
    headings = headings or list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows([headings, *([row.get(name, "") for name in headings] for row in rows)])
    return path


def crm_row(code, **fields):
    row = {"Код": code, "ИНН": "", "Компания": "", "Вид": "", "Почта": "", "Телефон": "", "Группа": ""}
    return row | {HEADINGS[name]: value for name, value in fields.items()}


def stored(settings, code):
    rows = contents(settings)["master.clients"]
    return next(row for row in rows if row[0] == code)


def test_known_clients_change_new_ones_come_and_again_nothing(house, clients, tmp_path, run_cli):
    code = next(iter(clients))
    path = written(tmp_path / "contacts.csv", [
        {**crm_row(code, email="new@client.example", phone="+7 495 000-00-00"), "Заметка": "не трогать"},
        {**crm_row("N-1", name="ООО «Новый»", kind="legal", inn="7736207543", email="n@n.example", category="опт"), "Заметка": ""},
    ])  # fmt: skip
    before = contents(house)
    dry = import_contacts(house, path, "bitrix", NOW, dry_run=True)
    assert [(each.key, each.action) for each in dry.changes] == [(code, "changed"), ("N-1", "added")]
    assert contents(house) == before
    done = import_contacts(house, path, "bitrix", NOW)
    assert [(each.added, each.changed, each.unchanged) for each in done.sheets] == [(1, 1, 0)]
    row = stored(house, code)
    assert "new@client.example" in row
    assert clients[code]["name"] in row  # an empty cell erases nothing
    code_, out, _ = run_cli("master", "history", "--client", code, "--sheet", "clients", "--format", "json")
    assert code_ == 0
    last = [(each["by"], each["reason"], each["column"]) for each in json.loads(out)][-2:]
    assert last == [("CRM bitrix", "contacts of contacts.csv", "email"), ("CRM bitrix", "contacts of contacts.csv", "phone")]
    after = contents(house)
    again = import_contacts(house, path, "bitrix", NOW)
    assert [(each.added, each.changed, each.unchanged) for each in again.sheets] == [(0, 0, 2)]
    assert contents(house) == after
    assert run_cli("master", "contacts", path, "--crm", "bitrix", "--dry-run")[0] == 0


def test_a_workbook_whose_rows_are_known_by_inn_alone(house, clients, tmp_path):
    code = next(code for code, row in clients.items() if row["inn"])
    book = openpyxl.Workbook()
    book.active.title = "Контакты"
    for row in (["INN", "E-mail", "Город"], [clients[code]["inn"], "by-inn@client.example", "Пермь"], ["7700000000", "x@y.example", ""]):
        book.active.append(row)
    path = tmp_path / "amo.xlsx"
    book.save(path)
    with pytest.raises(BadInput) as raised:
        import_contacts(house, path, "amo", NOW)
    assert problems(raised) == ["Контакты!3 column 'INN' (inn): no client has the ИНН 7700000000, and the row has no code to make one"]
    book.active.delete_rows(3)
    book.save(path)
    import_contacts(house, path, "amo", NOW)
    assert "by-inn@client.example" in stored(house, code)


def test_all_or_nothing_and_every_problem_at_its_place(house, clients, tmp_path):
    code, other = list(clients)[:2]
    path = written(tmp_path / "contacts.csv", [
        crm_row(code, email="good@client.example"),
        crm_row(code, phone="+7 495 000-00-00"),
        crm_row(other, kind="individual", category="vip", email="нет почты", phone="позвонить вечером"),
        crm_row("N-2", kind="legal", inn="123"),
        crm_row("", name="Без кода"),
    ])  # fmt: skip
    before = contents(house)
    with pytest.raises(BadInput) as raised:
        import_contacts(house, path, "bitrix", NOW)
    said = problems(raised)
    for start in (
        f"contacts.csv:2: '{code}' stands in contacts.csv:3 as well",
        "contacts.csv:4 column 'Вид' (kind): the CRM may not change it",
        "contacts.csv:4 column 'Группа' (category): the CRM may not change it: None is stored",
        "contacts.csv:4 column 'Почта' (email): ",
        "contacts.csv:4 column 'Телефон' (phone): 'позвонить вечером' is no telephone number",
        "contacts.csv:5 column 'Компания' (name): must not be empty",
        "contacts.csv:5 column 'ИНН' (inn): ",
        "contacts.csv:6 column 'Код' (client_code): tells nobody whom the row is about",
    ):
        assert any(line.startswith(start) for line in said), (start, said)
    assert contents(house) == before


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is empty"),
        ("Код,ИНН\nA,1\n", "the column 'Почта' (email) is missing"),
        ("Код,Код,ИНН,Компания,Вид,Почта,Телефон,Группа\n", "the heading 'Код' stands there twice"),
        ("Код,ИНН,Компания,Вид,Почта,Телефон,Группа\nA,1\n", "the row is cut off"),
    ],
)
def test_a_file_that_is_not_the_declared_one_is_named(house, tmp_path, content, said):
    path = tmp_path / "contacts.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(BadInput) as raised:
        import_contacts(house, path, "bitrix", NOW)
    assert any(said in line for line in problems(raised)), problems(raised)


def test_a_crm_that_nobody_declared_and_one_that_would_touch_more(house, author, tmp_path):
    with pytest.raises(BadInput, match="no fields of CRM 'sap' are declared"):
        import_contacts(house, tmp_path, "sap", NOW)
    with pytest.raises(BadInput, match="there is no such file"):
        import_contacts(house, tmp_path / "none.csv", "bitrix", NOW)
    from pipelines.master.importing import import_master

    rows = [["crm", "field", "heading", "may_change"], ["x", "inn", "ИНН", "yes"], ["y", "email", "Почта", "yes"]]
    with pytest.raises(BadInput) as raised:
        import_master(house, as_csv({"crm_fields": rows}, tmp_path / "fields"), author)
    assert problems(raised) == [
        "crm_fields.csv:2 column may_change: "
        "a CRM never changes inn of a known client; it may change name, full_name, email, phone, address",
        "crm_fields.csv:3 column crm: no field of y tells whom a row is about: give client_code or inn",
    ]
    consumers = [
        ["consumer", "name", "datasets", "organizations", "dealers"],
        ["c", "Кто-то", "clients, invoices", "НЕТ", ","],
        ["д", "Кто-то", "clients", "", ""],
    ]
    with pytest.raises(BadInput) as raised:
        import_master(house, as_csv({"consumers": consumers}, tmp_path / "consumers"), author)
    assert [line.split(":2 ")[-1].split(":3 ")[-1] for line in problems(raised)] == [
        "column datasets: unknown dataset 'invoices'",
        "column organizations: unknown organization 'НЕТ'",
        "column dealers: holds commas and no code; leave it empty for all",
        "column consumer: 'д' has a sign other than A-Z, a-z, 0-9, - and _, or more than 60",
    ]
