"""The exchange with 1C through the commands that people type."""

import json

import pytest

from pipelines.delivery.onec.filling import fill_outboxes
from pipelines.delivery.onec.header import read_header
from pipelines.delivery.onec.message import Envelope
from pipelines.documents.requisites import Seller
from tests.books import AT, Books, Line
from tests.company import Company, steady
from tests.killing import start
from tests.onec_messages import write_message

SEND = "from pipelines.cli.main import main; main(['onec', 'send'])"


@pytest.fixture
def books(settings):
    return Books(settings)


@pytest.fixture
def out(settings):
    return settings.exchange / "onec" / "out"


def rows(result):
    code, shown, err = result
    assert code == 0, err
    return json.loads(shown)


def answer(settings, message_no, received_no, items=()):
    folder = settings.exchange / "onec" / "in"
    folder.mkdir(parents=True, exist_ok=True)
    return write_message(folder, Envelope("BP", "FB", message_no, received_no, AT.replace(tzinfo=None)), items).path


def test_a_turn_there_and_back(run_cli, settings, books, out):
    """Issued, sent, waiting, confirmed: what a person sees at each step."""
    assert rows(run_cli("onec", "status", "--format", "json"))[0]["sent_no"] == 0
    books.issue("K1")
    books.issue("K2", kind="advance", closes=False)
    fill_outboxes(settings, AT)  # as what follows a run does
    [sent] = rows(run_cli("onec", "send", "--format", "json"))
    assert (sent["message_no"], sent["invoices"], sent["sales"], sent["is_new"]) == (1, 2, 1, True)
    assert sent["path"] == str(out / "Message_FB_BP.xml")
    code, _, err = run_cli("onec", "send")
    assert (code, err) == (0, "message 1 still waits for 1C; nothing new since\n")
    [standing] = rows(run_cli("onec", "status", "--format", "json"))
    assert standing == {
        "peer": "BP", "sent_no": 1, "confirmed_no": 0, "received_no": 0, "unconfirmed_invoices": 2, "unconfirmed_sales": 1,
        "unconfirmed_others": 0, "sales_of_open_months": 1, "refused": 0, "oldest_queued_at": "2026-02-01T06:00:00+00:00",
        "file_waiting": True, "configuration": "bp", "heard_at": None, "valid_to": None,
        "why": "message 1 lies in its folder, and 1C has not answered it",
    }  # fmt: skip
    (out / "Message_FB_BP.xml").unlink()
    answer(settings, 1, 1)
    [taken] = rows(run_cli("onec", "receive", "--format", "json"))
    assert (taken["outcome"], taken["message_no"], taken["received_no"]) == ("taken", 1, 1)
    [standing] = rows(run_cli("onec", "status", "--format", "json"))
    assert (standing["confirmed_no"], standing["received_no"], standing["unconfirmed_invoices"], standing["oldest_queued_at"]) == (
        1,
        1,
        0,
        None,
    )
    assert run_cli("onec", "send") == (
        0,
        "peer  path  message_no  invoices  sales  objects  is_new\n",
        "(no rows)\nnothing to send: 1C has confirmed everything\n",
    )


def test_what_is_not_taken_ends_with_one(run_cli, settings):
    for expected in (0, 1):
        path = answer(settings, 1, 0, [Seller("X", "ООО «Икс»", "legal", inn="7707083893")])
        code, _, err = run_cli("onec", "receive")
        assert (code, path.exists()) == (expected, False)
    assert "number 1 has been received already (the last was 1)" in err
    assert err.endswith("refused: 1 of 1 messages of 1C were not taken\n")
    assert rows(run_cli("onec", "status", "--format", "json"))[0]["received_no"] == 1


def test_turns_at_once_make_one_message(settings, environment, books, out):
    books.issue_all([(f"K{number:03}", [Line()], None) for number in range(300)])
    racing = [start(environment, "onec", "send") for _ in range(3)]
    said = [one.communicate(timeout=120) for one in racing]
    assert [one.returncode for one in racing] == [0, 0, 0], said
    assert read_header(out / "Message_FB_BP.xml").message_no == 1
    assert [path.name for path in out.iterdir()] == ["Message_FB_BP.xml"]


def test_a_close_leaves_one_message_and_closing_again_leaves_it_alone(run_cli, settings, tmp_path, out):
    """K1 bills 10 × 300 = 3000.00, K2 20 × 300 = 6000.00, K3 nothing: two invoices, two sales (real verbs throughout)."""
    company = Company({"K1": steady(10), "K2": steady(20), "K3": steady(0)})
    code, _, err = run_cli("master", "import", company.write_master(tmp_path / "m"), "--by", "Анна", "--reason", "начало")
    assert code == 0, err
    code, _, err = run_cli("snapshot", "land", "--platform", "gps1", "--source", company.write_snapshots(tmp_path / "s"))
    assert code == 0, err
    close = ("close", "--month", "2026-01", "--approve-by", "Анна", "--issue-date", "2026-02-01", "--format", "json")
    [closed] = rows(run_cli(*close))
    message = out / "Message_FB_BP.xml"
    assert closed["onec_message"] == str(message)
    before = message.read_bytes()
    for number, total in (("ВМ26-000001", b"3660.00"), ("ВМ26-000002", b"7320.00")):
        assert before.count(f"<Номер>{number}</Номер>".encode()) == 3  # the invoice, the sale, and the sale's ground
        assert before.count("<Сумма>".encode() + total) == 2
    rows(run_cli(*close))
    assert message.read_bytes() == before
    [standing] = rows(run_cli("onec", "status", "--format", "json"))
    assert (standing["sent_no"], standing["unconfirmed_invoices"], standing["unconfirmed_sales"]) == (1, 2, 2)
    answer(settings, 1, 1)
    rows(run_cli("onec", "receive", "--format", "json"))
    assert rows(run_cli("onec", "send", "--format", "json")) == []
