"""The exchange with 1C killed where it hurts: every number of a message means one content."""

import json
import re
import signal
import subprocess
import sys

import pytest
from sqlalchemy import create_engine, text

from pipelines.delivery.onec.header import read_header
from pipelines.delivery.onec.message import Envelope
from tests.books import AT, Books, Line
from tests.database import contents, difference
from tests.killing import kill_when, start
from tests.onec_messages import write_message

SEND = "from pipelines.cli.main import main; main(['onec', 'send'])"
DIE = "import os, signal\ndef die(*_, **__): os.kill(os.getpid(), signal.SIGKILL)\n"
MOMENTS = {
    "in the middle of the file": "import pipelines.delivery.onec.assembly as m; m.sale = die",
    "with the file complete, before it is visible": "import pipelines.delivery.onec.sending as m; m.prepare_message = "
    "lambda *a, **k: (real(*a, **k), die())\nfrom pipelines.delivery.onec.message import prepare_message as real",
    "before the commit": "import pipelines.delivery.onec.unacknowledged as m; m.refresh = die",
    "after the commit, before the rename": "import pipelines.delivery.onec.sending as m; m.publish = die",
    "after the rename": "import pipelines.cli.onec as m; m.emit = die",
}


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


def killed(environment, moment):
    program = f"{DIE}{MOMENTS[moment]}\n{SEND}"
    sending = subprocess.run([sys.executable, "-c", program], env=environment, check=False, capture_output=True, text=True)
    assert sending.returncode == -signal.SIGKILL, sending.stderr


def without_its_date(path):
    return re.sub(rb"<msg:CreationDate>[^<]+</msg:CreationDate>", b"", path.read_bytes())


def answer(settings, message_no, received_no, items=()):
    folder = settings.exchange / "onec" / "in"
    folder.mkdir(parents=True, exist_ok=True)
    return write_message(folder, Envelope("BP", "FB", message_no, received_no, AT.replace(tzinfo=None)), items).path


def as_if_nothing_was_sent(settings):
    owner = create_engine(settings.database_owner_url)
    with owner.begin() as connection:
        connection.execute(text("TRUNCATE findings.occurrences"))
        connection.execute(text("DELETE FROM delivery.onec_peers"))
        connection.execute(text("UPDATE delivery.onec_outbox SET message_no = NULL"))
    owner.dispose()
    (settings.exchange / "onec" / ".reached.json").unlink()


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_turn_and_the_next_leave_what_one_turn_leaves(run_cli, settings, environment, books, out, moment):
    books.issue("K1", [Line(), Line("1", "33.33", component_no=2)])
    books.issue("K2", kind="advance")
    [undisturbed] = rows(run_cli("onec", "send", "--format", "json"))
    message, state = without_its_date(out / "Message_FB_BP.xml"), contents(settings)
    (out / "Message_FB_BP.xml").unlink()
    as_if_nothing_was_sent(settings)
    killed(environment, moment)
    assert (out / "Message_FB_BP.xml").exists() == (moment == "after the rename")
    [again] = rows(run_cli("onec", "send", "--format", "json"))
    assert {**again, "is_new": True} == undisturbed
    assert difference(contents(settings), state) == {}
    assert [one.name for one in out.iterdir()] == ["Message_FB_BP.xml"]
    assert without_its_date(out / "Message_FB_BP.xml") == message


@pytest.mark.parametrize("moment", MOMENTS)
def test_what_is_issued_after_the_kill_never_shares_a_number_with_other_content(run_cli, settings, environment, books, out, moment):
    first = books.issue("K1")
    killed(environment, moment)
    seen = (out / "Message_FB_BP.xml").exists()  # 1C may have read message 1 as it is now
    second = books.issue("K2")
    [sent] = rows(run_cli("onec", "send", "--format", "json"))
    content = (out / "Message_FB_BP.xml").read_text(encoding="utf-8-sig")
    assert (first in content, second in content) == (True, True)
    assert not seen or sent["message_no"] == 2
    assert read_header(out / "Message_FB_BP.xml").message_no == sent["message_no"]
    answer(settings, 1, sent["message_no"])
    rows(run_cli("onec", "receive", "--format", "json"))
    assert rows(run_cli("onec", "send", "--format", "json")) == []


def test_killed_while_a_long_message_is_written(run_cli, settings, environment, books, out):
    """SIGKILL from outside as soon as the first bytes of 2,000 invoices are on disk; 1C sees nothing of it."""
    books.issue_all([(f"K{number:04}", [Line(str(1 + number % 30))], None) for number in range(2000)])
    sending = start(environment, "onec", "send")
    kill_when(sending, lambda: any(path.stat().st_size for path in (out.glob(".*.tmp") if out.exists() else ())))
    assert not (out / "Message_FB_BP.xml").exists()
    [sent] = rows(run_cli("onec", "send", "--format", "json"))
    assert (sent["message_no"], sent["invoices"], sent["sales"]) == (1, 2000, 2000)
    assert [path.name for path in out.iterdir()] == ["Message_FB_BP.xml"]
