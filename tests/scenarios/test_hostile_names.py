"""A whole month of a company whose clients, contracts, accounts, vehicles and tariffs are called what could do harm somewhere.

Nothing is run, opened or fetched, and everybody is called what he is called: in the database, on papers, in letters and workbooks,
in the files for 1C, ЭДО and other systems, and on a terminal.
"""

import csv
import email
import email.policy
import io
import json
import re
import zipfile
from html.parser import HTMLParser

import pypdf
import pytest
from lxml import etree

from pipelines.clock import Authorship, now
from pipelines.desk.files import leakage_workbook
from pipelines.documents.edo.archives import write_archives
from pipelines.errors import BadInput
from pipelines.evidence.landing_folder import land_folder
from pipelines.master.importing import import_master
from pipelines.period import Month
from pipelines.runs.close import close
from pipelines.wording.outside import clean
from tests.company import Company
from tests.conftest import NOW, cloned
from tests.lake_builder import Car, World
from tests.landed import template

NAMES = {
    "html": '<script>alert(1)</script><img src=x onerror="alert(1)">',
    "formula": '=HYPERLINK("http://evil.example","x")',
    "command": "=cmd|'/c calc'!A0",
    "plus": "+SUM(1;2)",
    "quotes": "ООО \"Рога\" и 'Копыта'",
    "jinja": "{{ 7*7 }}{% for x in y %}",
    "typst": '#read("/etc/passwd") $x$ [b] *a* _b_ @ref `c` \\u{41} // нет',
    "sql": "'); DROP TABLE master.clients; --",
    "backslash": "C:\\new\\table %s %(x)s {0} :bind",
    "entities": "&amp; &lt;b&gt; ]]> <!-- <?php",
    "path": "../../etc/passwd",
    "steering": "\u202egnp.exe\u202c \u200bx",
    "lines": "первая\nвторая\tтретья",
}
TERMINAL = "\x1b]0;owned\x07\x1b[31mкрасный"
TAGS = {
    *("html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "div", "span", "a", "b", "i", "strong", "small", "br", "hr"),
    *("img", "ul", "li", "table", "thead", "tbody", "tr", "th", "td"),
}


def _company(names):
    """A client and a contract for each name, all on one tariff whose name and component are hostile too."""
    clients = [
        {"client_code": code, "name": name, "full_name": name, "kind": "legal", "inn": "7736207543", "kpp": "773601001",
         "address": name, "email": f"{code}@client.example", "delivery": "email"}
        for code, name in names.items()
    ]  # fmt: skip
    return Company(
        {},
        extra={
            "clients": clients,
            "contracts": [
                {"contract_no": clean(name), "client_code": code, "organization_code": "ORG", "starts_on": "2025-06-01"}
                for code, name in names.items()
            ],
            "terms": [{"contract_no": clean(name), "valid_from": "2025-06-01", "tariff_code": "T2"} for name in names.values()],
            "tariffs": [{"tariff_code": "T2", "valid_from": "2025-01-01", "name": NAMES["typst"]}],
            "components": [
                {"tariff_code": "T2", "valid_from": "2025-01-01", "component_no": str(number), "name": NAMES[name], "kind": "vehicles",
                 "price": "10"}
                for number, name in enumerate(("html", "formula", "typst", "jinja"), 1)
            ],
            "accounts": [
                {"platform": "gps1", "account_id": clean(name), "contract_no": clean(name), "valid_from": "2025-06-01"}
                for name in names.values()
            ],
            "consumers": [
                {"consumer": "crm", "name": NAMES["html"], "datasets": "clients, contracts, fleets", "personal_data": "yes",
                 "valid_from": "2026-01-01"}
            ],
        },
    )  # fmt: skip


@pytest.fixture(scope="module")
def month(server_home, tmp_path_factory):
    """The month imported, landed, approved by somebody with a hostile name, issued and printed."""
    folder = tmp_path_factory.mktemp("hostile")
    with cloned(server_home, folder / "home") as made:
        import_master(made, str(_company(NAMES).write_master(folder / "master")), Authorship(NAMES["html"], NAMES["formula"], NOW))
        with World(made) as world:
            cars = [Car(f"{clean(name)}-1", clean(name), name=name, plate=name, hw_id=name) for name in NAMES.values()]
            cars.append(Car(TERMINAL, clean(NAMES["sql"]), name=TERMINAL, plate=TERMINAL, hw_id=TERMINAL))
            world.every_day("2026-01", "gps1", cars)
        close(made, Month(2026, 1), approver=Authorship(NAMES["html"], NAMES["jinja"], now()), issued_on=Month(2026, 2).first, at=now())
        yield template(server_home, made)


@pytest.fixture(scope="module")
def house(month, tmp_path_factory):
    with month.copy(tmp_path_factory.mktemp("house") / "home") as made:
        yield made


@pytest.fixture
def settings(house):
    return house


def _squeezed(text):
    """Without spaces, permissions to break and hyphens: what a page does to a long word."""
    return re.sub(r"[\s\u200b\u00ad\u00a0\u202f]+", "", text)


def _invoices(run_cli):
    code, out, err = run_cli("invoices", "--month", "2026-01", "--format", "json")
    assert code == 0, err
    return json.loads(out)


def test_everybody_is_billed_and_called_what_he_is_called(run_cli, house):
    invoices = _invoices(run_cli)
    assert {row["contract_no"] for row in invoices} == {clean(name) for name in NAMES.values()}
    code, out, err = run_cli("master", "history", "--sheet", "clients", "--format", "json")
    assert code == 0, err
    assert len(json.loads(out)) == len(NAMES)


def test_papers_show_names_and_run_none(house):
    pages = {}
    for path in (house.home / "documents").rglob("*.pdf"):
        assert path.resolve().is_relative_to(house.home / "documents")
        reader = pypdf.PdfReader(path)
        pages[path] = _squeezed("".join(page.extract_text() for page in reader.pages))
        raw = path.read_bytes()
        assert not any(word in raw for word in (b"/JavaScript", b"/Launch", b"/OpenAction"))
    assert len(pages) >= 2 * len(NAMES)
    whole = "".join(pages.values())
    for code in ("html", "formula", "jinja", "typst", "sql", "path"):
        assert _squeezed(clean(NAMES[code])) in whole, code
    assert "root:x:0:0" not in whole
    assert not any(sign in whole for sign in "\u202e\x1b\x07")


class _Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.attributes, self.links = set(), set(), []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value for name, value in attrs if name in ("href", "src")]


def test_letters_hold_no_tag_and_no_header_of_a_client(run_cli, house, tmp_path):
    code, out, err = run_cli("mail", "status", "--state", "queued", "--format", "json")
    assert code == 0, err
    letters = json.loads(out)
    assert len(letters) >= len(NAMES)
    for number, letter in enumerate(letters):
        path = tmp_path / f"{number}.eml"
        code, _, err = run_cli("mail", "show", letter["kind"], letter["key"], "--out", str(path))
        assert code == 0, err
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        assert not any("\n" in str(value) or "\x1b" in str(value) for value in message.values())
        page = message.get_body(("html",)).get_content()
        parsed = _Tags()
        parsed.feed(page)
        assert parsed.tags <= TAGS
        assert not any(name.startswith("on") for name in parsed.attributes)
        assert not any("evil" in (link or "") or (link or "").startswith("javascript") for link in parsed.links)
        assert "alert(1)" not in page or "&lt;script" in page
        for part in message.iter_attachments():
            assert re.fullmatch(r"[^./][^/]*", part.get_filename())


def _no_formula(content):
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        for name in book.namelist():
            text = book.read(name)
            assert "external" not in name, name
            if name.startswith("xl/worksheets/sheet"):
                formulas = re.findall(rb"<f>(.*?)</f>", text)
                assert not [each for each in formulas if b"HYPERLINK" in each or b"cmd" in each or b"SUM(1;2)" in each]
            if name.endswith(".rels"):
                assert b"evil.example" not in text, name


def test_workbooks_hold_no_formula_and_no_link_of_a_client(run_cli, house, tmp_path):
    books = list((house.home / "documents").rglob("*.xlsx"))
    number = next(row["number"] for row in _invoices(run_cli) if row["client_code"] == "formula")
    code, _, err = run_cli("explain", number, "--workbook", str(tmp_path / "w.xlsx"), "--pdf", str(tmp_path / "w.pdf"))
    assert code == 0, err
    code, _, err = run_cli("master", "export", str(tmp_path / "m.xlsx"))
    assert code == 0, err
    (tmp_path / "leakage.xlsx").write_bytes(leakage_workbook(house, Month(2026, 1)).content)
    assert books
    for path in [*books, tmp_path / "leakage.xlsx", tmp_path / "w.xlsx", tmp_path / "m.xlsx"]:
        _no_formula(path.read_bytes())


def test_messages_and_files_for_others_are_whole(run_cli, house, tmp_path):
    """XML of 1C and ЭДО parses without an entity of anybody's; CSV and JSON give back what was said."""
    code, _, err = run_cli("onec", "send")
    assert code == 0, err
    write_archives(house, Month(2026, 1), again=True)
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    messages = [path.read_bytes() for path in (house.exchange / "onec" / "out").glob("*.xml")]
    for path in (house.home / "documents").rglob("*.zip"):
        with zipfile.ZipFile(path) as archive:
            assert all(not name.startswith("/") and ".." not in name.split("/") for name in archive.namelist())
            messages += [archive.read(name) for name in archive.namelist() if name.endswith(".xml")]
    assert messages
    assert all(b"<!DOCTYPE" not in each and b"<!ENTITY" not in each for each in messages)
    texts = {text.strip() for each in messages for text in etree.fromstring(each, parser).itertext()}
    assert clean(NAMES["html"]) in texts
    assert clean(NAMES["entities"]) in texts
    code, _, err = run_cli("export", "take", "crm", "--out", str(tmp_path / "crm"))
    assert code == 0, err
    with (tmp_path / "crm" / "clients.csv").open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert {row["client_code"] for row in rows} >= set(NAMES)
    assert all(len(row) == len(rows[0]) and None not in row for row in rows)


def test_a_terminal_is_told_no_control_character(run_cli):
    for arguments in (("invoices", "--month", "2026-01"), ("invoices", "--month", "2026-01", "--lines"), ("findings",),
                      ("review", "--month", "2026-01"), ("status",), ("ageing", "--date", "2026-03-01"), ("usage", "--month", "2026-01"),
                      ("master", "history", "--client", "steering"), ("mail", "status", "--state", "queued")):  # fmt: skip
        code, out, err = run_cli(*arguments)
        assert code in (0, 1), (arguments, err)
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e]", out + err), arguments


def test_what_no_name_may_hold_is_refused_with_its_place(settings, tmp_path):
    terminal = _company({"terminal": TERMINAL}).write_master(tmp_path / "terminal")
    with pytest.raises(BadInput, match="holds a control character"):
        import_master(settings, str(terminal), Authorship("Анна", "терминал", NOW))
    folder = _company({"nul": "ООО Ноль"}).write_master(tmp_path / "nul")
    clients = folder / "clients.csv"
    clients.write_bytes(clients.read_bytes().replace("Ноль".encode(), b"\0"))
    with pytest.raises(BadInput, match="NUL byte") as refused:
        import_master(settings, str(folder), Authorship("Анна", "ноль", NOW))
    assert any("clients.csv" in str(problem) for problem in refused.value.problems)
    day = tmp_path / "days" / "gps1" / "2026-03-01.csv"
    day.parent.mkdir(parents=True)
    day.write_bytes(b"vehicle_id,account_id,name\nv1,a1,\0\n")
    done = land_folder(settings, "gps1", str(day.parents[1]), NOW)
    assert done.landed == ()
    assert [str(each.place) for each in done.problems] != []
