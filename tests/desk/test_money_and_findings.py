"""What finance does in the desk beside the month itself, compared in the books with the command line; names that could do harm."""

import io
import re
from html.parser import HTMLParser
from pathlib import Path
from random import Random

import pytest
from openpyxl import load_workbook
from sqlalchemy import Engine, event

from pipelines.cli.main import run as cli
from pipelines.desk import actions
from pipelines.desk.actions import ACTIONS
from pipelines.desk.pages import PAGES as PAGES_OF_THE_DESK
from pipelines.receivables.importing import import_payments
from pipelines.web.forms import FIELD
from tests.conftest import cloned, environment_of
from tests.dags.runs import AT
from tests.ledger_world import House, Paper, statement

pytestmark = pytest.mark.airflow

INN = "7736207543"
SCRIPT = '<script>alert(1)</script><img src=x onerror="alert(1)">{{ 7*7 }}'
BOOKS = (
    "SELECT payment_id, number, amount FROM receivables.allocations ORDER BY payment_id, number, amount",
    "SELECT payment_id, pays, by_name, reason FROM receivables.allocation_words ORDER BY payment_id",
    "SELECT kind, subject, muted_until, by_name, reason FROM findings.mutings ORDER BY muting_no",
)
MOST_BYTES = 150_000
PAGES = (
    "/", "/drafts", "/findings", "/findings?month=2026-03&kind=unmatched_payment", "/debts", "/debts?by=manager", "/payments", "/exchange",
)  # fmt: skip


def _indebted(settings, folder, payments=1, invoices=2) -> House:
    """A client who owes, and money of a stranger whose purpose names the client's ИНН."""
    house = House(settings)
    house.client("A", INN)
    house.invoices([("A", "1000.00", "2026-03-10")] * invoices)
    papers = [
        Paper(str(number), "1500.00", f"За A, ИНН {INN}", inn="7728168971", name="ООО Иной", day="2026-03-11")
        for number in range(1, payments + 1)
    ]
    import_payments(settings, statement(folder / "bank.txt", *papers), AT)
    return house


def _same_books(one: House, other: House) -> bool:
    return [one.rows(query) for query in BOOKS] == [other.rows(query) for query in BOOKS]


@pytest.fixture
def other(server_home, tmp_path, monkeypatch):
    """Another house of the same, in which the command line acts: ``other(arguments)``."""
    with cloned(server_home, tmp_path / "other") as made:
        house = _indebted(made, tmp_path / "statements")

        def act(*arguments):
            with pytest.MonkeyPatch.context() as patch:
                for name, value in environment_of(made).items():
                    if name.startswith("FLEETBILL_"):
                        patch.setenv(name, value)
                assert cli([*arguments, "--by", "finance"]) == 0
            return house

        yield act


def test_a_click_takes_an_offer_as_the_command_line_would(desk, home, tmp_path, other):
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session
    from sqlalchemy import select

    house = _indebted(home, tmp_path / "bank")
    page = desk().get("/payments").text
    assert f"в назначении ИНН этого клиента: {INN}" in page
    fields = desk().fields_of("/payments", "/payments/take")
    taken = desk().post("/payments/take", fields)
    words = taken.text.replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\xa0", " ")
    # 1500.00 came: 1000.00 for the invoice that was offered, 500.00 for the client's other one
    assert "Разнесено на клиента A: ВМ26-000001: 1 000,00 ₽. Остаток 500,00 ₽ идёт на старейшие долги клиента." in words
    assert "Все платежи разнесены." in words
    reason = f"в назначении ИНН этого клиента: {INN}"
    elsewhere = other("payments", "allocate", fields["payment"], "--to", "ВМ26-000001=1000.00", "--reason", reason)
    assert _same_books(house, elsewhere)
    with create_session(scoped=False) as session:
        assert session.execute(select(DagRun.dag_id, DagRun.triggering_user_name)).all() == [("payments_in", "finance")]
    late = desk("director").post("/payments/take", desk("director").get("/payments") and {
        **fields, "form_token": desk("director").server.form_token("director", _now()),
    })  # fmt: skip
    assert late.status_code == 409
    assert "Платёж уже разнесён (finance, " in late.text
    assert _same_books(house, elsewhere)


def _now():
    from pipelines import clock

    return clock.now()


def test_a_finding_is_muted_and_told_again_as_at_the_command_line(desk, home, tmp_path, other):
    house = _indebted(home, tmp_path / "bank")
    listed = {"month": "2026-03", "kind": "unmatched_payment"}
    assert "неопознанные платежи</a>" in desk().get("/findings", month="2026-03").text
    fields = desk().fields_of("/findings", "/findings/mute", **listed)
    assert desk().post("/findings/mute", fields, until="2026-01-01", reason="ждём").status_code == 400
    assert desk().post("/findings/mute", fields, until="2027-03-01", reason=" ").status_code == 400
    muted = desk().post("/findings/mute", fields, until="2027-03-01", reason=SCRIPT)
    assert "Заглушено до 01.03.2027." in muted.text
    assert SCRIPT not in muted.text
    elsewhere = other("findings", "mute", fields["kind"], fields["subject"], "--until", "2027-03-01", "--reason", SCRIPT)
    assert _same_books(house, elsewhere)
    fields = desk().fields_of("/findings", "/findings/unmute", **listed)
    assert "Снова показывается." in desk().post("/findings/unmute", fields, reason="разобрались").text
    assert _same_books(house, other("findings", "unmute", fields["kind"], fields["subject"], "--reason", "разобрались"))
    assert "Находку уже никто не глушит." in desk().post("/findings/unmute", fields, reason="ещё раз").text


def test_debts_are_those_of_the_command_line_and_papers_can_be_taken(desk, home, tmp_path):
    from datetime import date

    from pipelines.access.promises import promise
    from pipelines.clock import Authorship

    _indebted(home, tmp_path / "bank")
    promise(home, "A", date(2027, 1, 10), Authorship("finance", "до января", _now()))
    for by in ("client", "dealer", "manager", "organization"):
        page = desk().get("/debts", by=by, on="2026-03-20", overdue="1").text
        assert "2\N{NARROW NO-BREAK SPACE}000,00" in page
    assert "срок не вышел" in page
    assert desk().get("/debts", by="colour").status_code == 400
    assert desk().get("/debts", on="2026-02-31").status_code == 400
    paper = desk().get("/files/statement", client="A", first="2026-01-01", last="2026-03-31")
    assert (paper.headers["content-type"], paper.content[:5]) == ("application/pdf", b"%PDF-")
    assert desk().get("/files/statement", client="A", organization="SEC", first="2026-01-01", last="2026-03-31").status_code == 404
    assert desk().get("/files/statement", client="нет такого", first="2026-01-01", last="2026-03-31").status_code == 400
    assert desk().get("/files/workbook/2026-03").status_code == 404
    assert desk().get("/files/leakage/202603").status_code == 404


def test_a_page_with_all_that_it_may_hold_is_small_and_asks_no_more_of_the_database(desk, home, tmp_path):
    _indebted(home, tmp_path / "bank", payments=30, invoices=6)
    asked = []

    def counting(_connection, _cursor, words, *_):
        asked.append(words)

    event.listen(Engine, "before_cursor_execute", counting)
    try:
        page = desk().get("/payments")
    finally:
        event.remove(Engine, "before_cursor_execute", counting)
    assert page.text.count("Разнести<") == 25 * 5
    assert len(page.content) < MOST_BYTES
    assert len([words for words in asked if "receivables." in words]) < 15


class _Tags(HTMLParser):
    """Every tag with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))


def test_names_from_outside_do_nothing_on_any_page_nor_in_a_workbook(desk, home, tmp_path):
    house = _indebted(home, tmp_path / "bank")
    with house.owner() as connection:
        connection.exec_driver_sql("UPDATE master.clients SET name = %s, manager = %s", (SCRIPT + "й" * 300 + "\u202e", "=HYPERLINK(1)"))
    for path in (
        "/",
        "/drafts",
        "/findings",
        "/findings?month=2026-03&kind=unmatched_payment",
        "/debts",
        "/debts?by=manager",
        "/corrections",
        "/payments",
        "/addresses",
        "/addresses?client=A",
        "/exchange",
    ):
        page = desk().get(path)
        assert page.status_code == 200
        tags = _Tags(page.text).seen
        assert "img" not in {tag for tag, _ in tags}
        assert [
            attributes["src"] for tag, attributes in tags if tag == "script" and not attributes["src"].startswith("/billing/static/")
        ] == []
        assert not any(name.startswith("on") for _, attributes in tags for name in attributes)
        assert "\u202e" not in page.text
    assert desk().get("/drafts", wanted="%' OR 1=1 --", page="-1").status_code == 200
    assert "alert" not in desk().get("/drafts", notice=f"{SCRIPT}.x").text
    book = load_workbook(io.BytesIO(desk().get("/files/leakage/2026-03").content))
    assert len(book.sheetnames) == 3
    assert not any(cell.data_type == "f" for sheet in book for row in sheet for cell in row)


ROUNDS = 3
WORDS = (
    "", " ", "0", "-1", "9" * 40, "1e400", "NaN", "2026-03", "2026-13", "0000-00", "2026-02-30", "9999-12-31", "10000-01-01",
    "A", "K-A", "finance", "unmatched_payment", "close", "watch", "approve", "reject", SCRIPT, "\x00", "\u202e\x1b[31m", "\U0001f69a",
    "й" * 5000, "'; DROP TABLE x; --", "%", "%s", "{0}", "../../x", "a\r\nSet-Cookie: b=c", "1500.00", "1500,005", "-0.01",
    "SM", "manager", "true",
)  # fmt: skip


def test_no_form_and_no_address_breaks_the_desk(desk, home, tmp_path):
    """Whatever a field holds is taken or refused in words; what was refused has changed nothing that is decided, paid or issued."""
    _indebted(home, tmp_path / "bank")
    random, seen = Random(7), desk()
    token = seen.server.form_token("finance", _now())
    names = sorted(_names_of_fields())
    assert len(names) > 10
    broken = []
    for path in [action.path for action in ACTIONS.values()] * ROUNDS:
        fields = {name: random.choice(WORDS) for name in random.sample(names, random.randrange(1, 9))}
        answer = seen.post(path, {FIELD: token, **fields})
        broken += [(path, fields, answer.status_code)] if answer.status_code >= 500 or "Traceback" in answer.text else []
    for path in [page.path for page in PAGES_OF_THE_DESK.values()] * ROUNDS:
        fields = {name: random.choice(WORDS) for name in random.sample(names, random.randrange(1, 9))}
        answer = seen.get(path, **fields)
        broken += [(path, fields, answer.status_code)] if answer.status_code >= 500 or "Traceback" in answer.text else []
    assert broken == []


def _names_of_fields() -> set[str]:
    """Every field that the desk asks a form or an address for, by its own sources."""
    sources = (Path(actions.__file__).parent).glob("*.py")
    return {name for path in sources for name in re.findall(r'visit\.texts?\("(\w+)"\)', path.read_text(encoding="utf-8"))}
