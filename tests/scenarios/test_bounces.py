"""Letters that a server took and that came back later: reports find their letter, once, and garbage harms nobody."""

import json
import mailbox
import os
from dataclasses import replace
from datetime import timedelta
from email import message_from_string

import pytest
from sqlalchemy import text

from pipelines.delivery.mail import sending, server, status
from pipelines.delivery.mail.bounces import read_bounces, read_inbox
from pipelines.warehouse import engine
from tests import issued
from tests.conftest import NOW
from tests.database import contents
from tests.delivery_reports import forwarded, recipient, report

LATER = NOW + timedelta(hours=1)


def _send(settings, smtp, at=NOW):
    return sending.send(settings, at, server=server.parse(smtp.uri()), at_once=True)


def _sent(settings, smtp, *emails):
    """One invoice for each client with these addresses, handed over to a real server; the letters as it keeps them."""
    with engine.transaction(settings) as connection:
        for number, email in enumerate(emails, 1):
            issued.invoice(connection, issued.client(connection, number, NOW, email=email))
    smtp.start()
    assert _send(settings, smtp).sent == len(emails)
    return sorted(smtp.messages(), key=lambda message: message["To"])


def _file(tmp_path, content, name="report.eml"):
    path = tmp_path / "drop" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return path


def _letter(settings, key="ВМ26-000001"):
    with engine.transaction(settings) as connection:
        query = text("SELECT state, accepted, bounced, attempts, last_error FROM delivery.mail_outbox WHERE event_key = :key")
        return connection.execute(query, {"key": key}).one()


def _findings(settings):
    with engine.transaction(settings) as connection:
        return [
            tuple(row)
            for row in connection.execute(text("SELECT kind, subject, parameters->>'text' FROM findings.occurrences ORDER BY 1, 2"))
        ]


@pytest.mark.parametrize("headers_only", [False, True])
def test_a_letter_that_comes_back_has_failed_and_its_address_is_a_finding(settings, smtp, tmp_path, headers_only):
    (letter,) = _sent(settings, smtp, "gone@client.example")
    path = _file(tmp_path, report(letter, recipient("gone@client.example"), headers_only=headers_only))
    (read,) = read_bounces(settings, path, LATER)
    assert (read.outcome, read.kind, read.key, read.address) == ("bounced", "invoice", "ВМ26-000001", "gone@client.example")
    told = "5.1.1 550 5.1.1 <gone@client.example>: Recipient address rejected: User unknown"
    assert tuple(_letter(settings)) == ("failed", [], ["gone@client.example"], 2, f"gone@client.example: {told}")
    assert _findings(settings) == [("bounced_address", "C-0001/gone@client.example", f"invoice ВМ26-000001: {told}")]
    with engine.transaction(settings) as connection:
        query = "SELECT attempt_no, step, outcome, recipients, message_id FROM delivery.mail_attempts ORDER BY attempt_no, at, step"
        steps = [tuple(row) for row in connection.execute(text(query))]
    assert steps[-1] == (2, "result", "bounced", ["gone@client.example"], "<20260201060500.9B095B5A@mx.house.example>")


def test_the_same_report_again_changes_nothing(settings, smtp, tmp_path):
    (letter,) = _sent(settings, smtp, "gone@client.example")
    content = report(letter, recipient("gone@client.example"))
    read_bounces(settings, _file(tmp_path, content), LATER)
    before = contents(settings)
    again = [
        _file(tmp_path, content, "copy.eml"),
        _file(tmp_path, forwarded(content), "forwarded.eml"),
        _file(tmp_path, report(letter, recipient("gone@client.example"), name="another@mx"), "another.eml"),
    ]
    assert [line.outcome for path in again for line in read_bounces(settings, path, LATER + timedelta(days=2))] == ["known"] * 3
    assert contents(settings) == before


def test_of_two_addresses_the_one_that_came_back_is_named(settings, smtp, tmp_path):
    (letter,) = _sent(settings, smtp, "here@client.example; gone@client.example")
    # the server renamed the mailbox behind it, and says the address that we wrote to
    fields = recipient("x17@inner.client.example", original="Gone@Client.example")
    assert [line.outcome for line in read_bounces(settings, _file(tmp_path, report(letter, fields)), LATER)] == ["bounced"]
    assert tuple(_letter(settings))[:3] == ("sent", ["here@client.example"], ["gone@client.example"])
    # and one that it does not know by any name stays a question for a person
    fields = recipient("x18@inner.client.example")
    (read,) = read_bounces(settings, _file(tmp_path, report(letter, fields, name="b@mx")), LATER)
    assert (read.outcome, read.is_problem) == ("unmatched", True)
    assert "here@client.example" in read.detail


def test_a_delay_is_no_bounce(settings, smtp, tmp_path):
    (letter,) = _sent(settings, smtp, "slow@client.example")
    before = contents(settings)
    fields = recipient("slow@client.example", action="delayed", status="4.4.1")
    assert [line.outcome for line in read_bounces(settings, _file(tmp_path, report(letter, fields)), LATER)] == ["delayed"]
    assert contents(settings) == before


def test_given_up_after_days_of_trying_is_a_bounce_whatever_its_status(settings, smtp, tmp_path):
    (letter,) = _sent(settings, smtp, "slow@client.example")
    fields = recipient("slow@client.example", status="4.4.7")
    assert [line.outcome for line in read_bounces(settings, _file(tmp_path, report(letter, fields)), LATER)] == ["bounced"]


def test_sent_again_after_the_address_was_mended_and_bounced_again(settings, smtp, tmp_path, author):
    (letter,) = _sent(settings, smtp, "full@client.example")
    read_bounces(settings, _file(tmp_path, report(letter, recipient("full@client.example"))), LATER)
    status.resolve(settings, "invoice", "ВМ26-000001", "again", author)
    assert _send(settings, smtp, LATER).sent == 1
    assert tuple(_letter(settings))[:3] == ("sent", ["full@client.example"], [])
    # the first report turns up once more: it speaks of the first letter
    late = _file(tmp_path, report(letter, recipient("full@client.example")))
    assert [line.outcome for line in read_bounces(settings, late, LATER)] == ["known"]
    second = _file(tmp_path, report(letter, recipient("full@client.example"), name="second@mx"))
    assert [line.outcome for line in read_bounces(settings, second, LATER)] == ["bounced"]
    assert _letter(settings).state == "failed"


def test_the_next_letters_still_go_to_an_address_that_bounced(settings, smtp, tmp_path):
    (letter,) = _sent(settings, smtp, "gone@client.example")
    read_bounces(settings, _file(tmp_path, report(letter, recipient("gone@client.example"))), LATER)
    with engine.transaction(settings) as connection:
        known = {"code": "C-0001", "no": "K0001", "name": "ООО «Клиент 1»", "email": "gone@client.example", "sequence_no": 2}
        issued.invoice(connection, {**known, "number": "ВМ26-000002", "at": LATER}, "corrective", 3)
    assert _send(settings, smtp, LATER).sent == 1


def test_a_letter_of_unknown_outcome_that_comes_back_was_accepted(settings, smtp, tmp_path):
    (letter,) = _sent(settings, smtp, "gone@client.example")
    with engine.transaction(settings) as connection:
        connection.execute(text("UPDATE delivery.mail_outbox SET state = 'unknown', accepted = '{}', sent_at = NULL"))
    read_bounces(settings, _file(tmp_path, report(letter, recipient("gone@client.example"))), LATER)
    assert _letter(settings).state == "failed"


def test_a_report_waits_until_the_hand_over_is_settled(settings, smtp, tmp_path):
    """The sender died after the final dot: the attempt is settled first, then the report is read."""
    (letter,) = _sent(settings, smtp, "gone@client.example")
    with engine.transaction(settings) as connection:
        connection.execute(text("UPDATE delivery.mail_outbox SET state = 'queued', accepted = '{}', sent_at = NULL"))
        connection.execute(
            text("""INSERT INTO delivery.mail_attempts (event_kind, event_key, attempt_no, step, outcome, recipients, message_id, at)
                    SELECT event_kind, event_key, 2, 'final_dot', 'begun', '{gone@client.example}', message_id, queued_at
                    FROM delivery.mail_outbox""")
        )
    path = settings.exchange / "mail" / "in" / "r.eml"
    path.parent.mkdir(parents=True)
    path.write_bytes(report(letter, recipient("gone@client.example")))
    assert [line.outcome for line in read_inbox(settings, LATER)] == ["waiting"]
    assert path.exists()
    assert _send(settings, smtp, LATER).unknown == 1
    assert [line.outcome for line in read_inbox(settings, LATER)] == ["bounced"]
    assert (_letter(settings).state, path.exists()) == ("failed", False)


GARBAGE = {
    "empty.eml": b"",
    "noise.eml": bytes(range(256)) * 40,
    "holiday.eml": "Subject: в отпуске\n\nВернусь в понедельник.\n".encode(),
    "no status.eml": b'Content-Type: multipart/report; report-type=delivery-status; boundary="x"\n\n--x\n\nhello\n--x--\n',
    "deep.eml": b"".join(b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(3000)),
    "nul.eml": b"Content-Type: message/delivery-status\n\nReporting-MTA: x\n\nAction: fai\x00led\nFinal-Recipient: x; a\x00@\xff\n",
    "charset.eml": b"Content-Type: message/global-delivery-status; charset=none-such\nContent-Transfer-Encoding: base64\n\n!!!!\n",
    os.fsdecode(b"\xff\x1b[31m.eml"): b"a name that is no text",
    "box.mbox": b"From x\nSubject: one\n\nhello\n\nFrom y\nSubject: two\n\nhello\n",
}


@pytest.mark.parametrize("name", GARBAGE, ids=ascii)
def test_garbage_is_kept_with_its_reason_and_the_next_file_is_read(settings, smtp, name):
    (letter,) = _sent(settings, smtp, "gone@client.example")
    folder = settings.exchange / "mail"
    (folder / "in").mkdir(parents=True)
    (folder / "in" / name).write_bytes(GARBAGE[name])
    (folder / "in" / "z.eml").write_bytes(report(letter, recipient("gone@client.example")))
    (folder / "in" / "y.eml.part").write_bytes(b"half")
    assert sorted(line.outcome for line in read_inbox(settings, LATER))[0] == "bounced"
    assert sorted(path.name for path in (folder / "failed").iterdir()) == sorted([name, f"{name}.error.txt"])
    assert (folder / "failed" / f"{name}.error.txt").read_text(encoding="utf-8").strip()
    assert [path.name for path in (folder / "done").iterdir()] == ["z.eml"]
    assert [path.name for path in (folder / "in").iterdir()] == ["y.eml.part"]
    assert read_inbox(settings, LATER) == []


def test_a_file_that_cannot_be_read_stops_no_other(settings, smtp):
    """The link leads to a file whose reading fails with EIO, as a bad disk's does."""
    (letter,) = _sent(settings, smtp, "gone@client.example")
    folder = settings.exchange / "mail"
    (folder / "in").mkdir(parents=True)
    (folder / "in" / "a.eml").symlink_to("/proc/self/mem")
    (folder / "in" / "z.eml").write_bytes(report(letter, recipient("gone@client.example")))
    assert [(line.file, line.outcome, line.is_problem) for line in read_inbox(settings, LATER)] == [
        ("a.eml", "unreadable", True),
        ("z.eml", "bounced", False),
    ]
    assert [path.name for path in (folder / "in").iterdir()] == ["a.eml"]


def test_a_report_about_nobody_is_said_and_kept(settings, smtp, tmp_path, run_cli):
    (letter,) = _sent(settings, smtp, "a@client.example")
    letter.replace_header("Message-ID", "<somebody-elses@letter.example>")
    path = _file(tmp_path, report(letter, recipient("a@client.example")))
    before = contents(settings)
    code, out, err = run_cli("mail", "bounces", str(path), "--format", "json")
    assert code == 1
    assert [(row["outcome"], row["address"]) for row in json.loads(out)] == [("unmatched", "a@client.example")]
    assert "<somebody-elses@letter.example>" in err
    assert contents(settings) == before


@pytest.mark.parametrize("kind", ["folder", "maildir", "mbox"])
def test_reports_come_in_whatever_keeps_mail(settings, smtp, tmp_path, run_cli, kind):
    letters = _sent(settings, smtp, "a@client.example", "b@client.example")
    made = [
        report(letter, recipient(address), name=f"{address}.report")
        for letter, address in zip(letters, ("a@client.example", "b@client.example"), strict=True)
    ]
    path = tmp_path / "kept"
    if kind == "folder":
        path.mkdir()
        for number, content in enumerate(made):
            (path / f"{number}.eml").write_bytes(content)
    else:
        box = mailbox.Maildir(path) if kind == "maildir" else mailbox.mbox(path)
        for content in made:
            box.add(content)
        box.close()
    code, out, err = run_cli("mail", "bounces", str(path), "--format", "json")
    assert code == 0, err
    assert sorted((row["outcome"], row["key"]) for row in json.loads(out)) == [("bounced", "ВМ26-000001"), ("bounced", "ВМ26-000002")]
    failed = json.loads(run_cli("mail", "status", "--state", "failed", "--format", "json")[1])
    assert sorted(row["bounced"] for row in failed) == [["a@client.example"], ["b@client.example"]]


def test_a_drop_folder_may_be_a_maildir(settings, smtp):
    (letter,) = _sent(settings, smtp, "gone@client.example")
    (settings.exchange / "mail").mkdir(parents=True)
    box = mailbox.Maildir(settings.exchange / "mail" / "in")
    box.add(report(letter, recipient("gone@client.example")))
    assert [line.outcome for line in read_inbox(settings, LATER)] == ["bounced"]
    assert len(list((settings.exchange / "mail" / "done").iterdir())) == 1
    assert len(mailbox.Maildir(settings.exchange / "mail" / "in")) == 0


def test_a_test_system_hears_of_its_own_address(settings, smtp, tmp_path):
    told = replace(settings, mail_redirect="test@house.example")
    (letter,) = _sent(told, smtp, "real@client.example")
    (read,) = read_bounces(told, _file(tmp_path, report(letter, recipient("test@house.example"))), LATER)
    assert (read.outcome, read.address) == ("bounced", "test@house.example")


def _relayed(address, name="r-1@relay.example", letter="0107-relay@relay.example"):
    """A report about a letter that a relay gave a Message-ID of its own."""
    return report(message_from_string(f"Message-ID: <{letter}>\n\nx"), recipient(address), name=name, headers_only=True)


def test_a_relay_with_message_ids_of_its_own_leaves_a_finding_about_the_address(settings, smtp, tmp_path):
    _sent(settings, smtp, "Gone@client.example", "here@client.example")
    before = _letter(settings)
    path = _file(tmp_path, _relayed("gone@CLIENT.example"))
    (read,) = read_bounces(settings, path, LATER)
    assert (read.outcome, read.kind, read.key, read.address, read.is_problem) == ("bounced", "", "", "gone@CLIENT.example", False)
    ((kind, subject, detail),) = _findings(settings)
    assert (kind, subject) == ("bounced_address", "C-0001/gone@client.example")
    assert detail.startswith("a letter came back, which one is not known (report <r-1@relay.example>): 5.1.1")
    assert _letter(settings) == before  # a report can be forged: no letter is touched
    stored = contents(settings)
    assert [line.outcome for line in read_bounces(settings, path, LATER + timedelta(days=2))] == ["known"]
    assert contents(settings) == stored


def test_two_reports_of_a_day_stand_beside_each_other(settings, smtp, tmp_path):
    _sent(settings, smtp, "gone@client.example")
    for number in (1, 2):
        path = _file(tmp_path, _relayed("gone@client.example", name=f"r-{number}@relay.example"))
        assert [line.outcome for line in read_bounces(settings, path, LATER)] == ["bounced"]
    ((_, _, detail),) = _findings(settings)
    assert "<r-1@relay.example>" in detail
    assert "<r-2@relay.example>" in detail
    assert [line.outcome for line in read_bounces(settings, path, LATER + timedelta(days=1))] == ["known"]


def test_an_address_that_is_not_one_client_s_alone_stays_a_question(settings, smtp, tmp_path):
    _sent(settings, smtp, "shared@client.example", "shared@client.example", "own@client.example")
    before = contents(settings)
    for address in ("shared@client.example", "stranger@client.example"):
        assert [line.outcome for line in read_bounces(settings, _file(tmp_path, _relayed(address)), LATER)] == ["unmatched"]
    # a letter that was handed over long ago does not come back now
    much_later = LATER + timedelta(days=40)
    assert [line.outcome for line in read_bounces(settings, _file(tmp_path, _relayed("own@client.example")), much_later)] == ["unmatched"]
    assert contents(settings) == before


def test_one_file_that_nobody_can_read_holds_up_no_other(settings, smtp, tmp_path):
    _sent(settings, smtp, "gone@client.example")
    inbox = settings.exchange / "mail" / "in"
    inbox.mkdir(parents=True)
    (inbox / "a.eml").write_bytes(b"Content-Type: multipart/report; boundary=B\n\n" + b"\n" * 500_000)
    (inbox / "b.eml").write_bytes(b"\xff\x00")
    (inbox / "c.eml").write_bytes(_relayed("gone@client.example"))
    assert [line.outcome for line in read_inbox(settings, LATER)] == ["not_a_report", "not_a_report", "bounced"]
    assert sorted(path.name for path in (inbox.parent / "failed").iterdir()) == ["a.eml", "a.eml.error.txt", "b.eml", "b.eml.error.txt"]
    assert [path.name for path in (inbox.parent / "done").iterdir()] == ["c.eml"]
