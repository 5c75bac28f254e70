"""Mail through a real SMTP server process: exactly one letter per event, whatever dies on the way."""

import io
import json
import re
import socket
import subprocess
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from email.header import decode_header, make_header

import pypdf
import pytest
from sqlalchemy import text

from pipelines import clock
from pipelines.delivery.mail import events, sending, server, status
from pipelines.delivery.mail.queue import queue
from pipelines.errors import Refused
from pipelines.warehouse import engine
from tests import issued, letters
from tests.conftest import NOW


def _invoices(settings, **clients):
    with engine.transaction(settings) as connection:
        known = [issued.client(connection, number, NOW, **values) for number, values in enumerate(clients.values(), 1)]
        return [issued.invoice(connection, one) for one in known]


@pytest.fixture
def mail_environment(environment, smtp):
    return {**environment, "AIRFLOW_CONN_FLEETBILL_SMTP": smtp.uri()}


def test_an_invoice_arrives_with_its_pdf(settings, smtp):
    numbers = _invoices(settings, one={"email": "a@client.example; b@client.example"})
    smtp.start()
    assert letters.send(settings, smtp).sent == 1
    (message,) = smtp.messages()
    assert message["X-Rcpt"] == "a@client.example, b@client.example"
    parts = [(part.get_content_type(), part.get_filename()) for part in message.walk() if not part.is_multipart()]
    assert [kind for kind, _ in parts] == ["text/plain", "text/html", "image/png", "application/pdf"]
    pdf = next(part for part in message.walk() if part.get_content_type() == "application/pdf")
    assert pdf.get_payload(decode=True).startswith(b"%PDF")
    words = message.get_payload()[0].get_payload()[0].get_payload(decode=True).decode()
    assert f"№ {numbers[0]}" in words
    assert re.search("К оплате: 3.660,00 ₽", words)  # 10 × 300 and 22 %
    assert letters.send(settings, smtp).sent == 0
    assert len(smtp.messages()) == 1


def test_two_senders_at_once(settings, smtp, mail_environment):
    letters.restored(settings, 60)
    smtp.start()
    racing = [letters.sender(mail_environment) for _ in range(2)]
    said = [one.communicate(timeout=120) for one in racing]
    assert [one.returncode for one in racing] == [0, 0], said
    assert sum(json.loads(out)[0]["sent"] for out, _ in said) == 60
    assert (len(letters.ids(smtp)), set(letters.ids(smtp).values())) == (60, {1})


def test_no_reply_after_the_final_dot_is_for_a_person_to_decide(settings, smtp, author, monkeypatch):
    letters.restored(settings, 1)
    smtp.start(hang={"at": "stored", "after": 0})
    impatient, patience = replace(server.parse(smtp.uri()), timeout=0.2), []
    real = socket.socket.settimeout
    monkeypatch.setattr(socket.socket, "settimeout", lambda self, seconds: (patience.append(seconds), real(self, seconds))[1])
    assert sending.send(settings, NOW, server=impatient).unknown == 1
    assert max(patience) == 2  # ten times the patience of other replies
    assert [(kind, subject) for kind, subject, _ in letters.findings(settings)] == [("unconfirmed_mail", "restored C-0001")]
    assert sending.send(settings, NOW, server=impatient, at_once=True).unknown == 0
    status.resolve(settings, "restored", "C-0001", "sent", author)
    assert letters.states(settings) == {"sent": 1}
    with pytest.raises(status.NotToResolve):
        status.resolve(settings, "restored", "C-0001", "again", author)


def test_a_refused_address_is_a_finding_and_the_others_get_theirs(settings, smtp, author):
    _invoices(settings, one={"email": "gone@client.example, here@client.example"}, two={"email": "gone2@client.example"}, three={})
    smtp.start(refuse={"gone@client.example": "550 5.1.1 no such user", "gone2@client.example": "550 5.1.1 no such user"})
    done = letters.send(settings, smtp)
    assert (done.sent, done.failed, done.bounced_addresses) == (2, 1, 2)
    assert letters.findings(settings) == [
        ("bounced_address", "C-0001/gone@client.example", "invoice ВМ26-000001: 550 5.1.1 no such user"),
        ("bounced_address", "C-0002/gone2@client.example", "invoice ВМ26-000002: 550 5.1.1 no such user"),
    ]
    assert [message["X-Rcpt"] for message in smtp.messages() if "here" in message["X-Rcpt"]] == ["here@client.example"]
    # the address is mended, a person sends it again
    with engine.transaction(settings) as connection:
        connection.execute(text("UPDATE master.clients SET email = 'new@client.example' WHERE client_code = 'C-0002'"))
    status.resolve(settings, "invoice", "ВМ26-000002", "again", author)
    assert letters.send(settings, smtp).sent == 1
    assert letters.states(settings) == {"sent": 3}


def test_turned_down_for_now_is_tried_again_after_a_while(settings, smtp):
    letters.restored(settings, 2)
    smtp.start(sometimes={"bill0001@client.example": "450 4.2.0 greylisted"})
    done = letters.send(settings, smtp)
    assert (done.sent, done.deferred) == (1, 1)
    assert letters.send(settings, smtp, NOW + timedelta(seconds=59)).sent == 0
    assert letters.send(settings, smtp, NOW + timedelta(seconds=60)).sent == 1
    assert set(letters.ids(smtp).values()) == {1}
    steps = letters.rows(settings, "SELECT outcome, code FROM delivery.mail_attempts WHERE event_key = 'C-0001' ORDER BY attempt_no, step")
    assert [tuple(row) for row in steps] == [("deferred", None), ("begun", None), ("accepted", 250)]


def test_of_two_addresses_only_the_one_put_off_is_tried_again(settings, smtp):
    _invoices(settings, one={"email": "a@client.example, b@client.example"})
    smtp.start(sometimes={"b@client.example": "451 later"})
    assert letters.send(settings, smtp).deferred == 1
    assert letters.send(settings, smtp, at_once=True).sent == 1
    assert sorted(message["X-Rcpt"] for message in smtp.messages()) == ["a@client.example", "b@client.example"]


def test_a_dead_server_leaves_everything_as_it_was(settings, smtp):
    letters.restored(settings, 3)
    before = letters.rows(settings, "SELECT * FROM delivery.mail_outbox ORDER BY 2")
    done = letters.send(settings, smtp)
    assert (done.sent, done.deferred) == (0, 0)
    assert f"127.0.0.1:{smtp.port} does not answer" in done.stopped
    assert letters.rows(settings, "SELECT * FROM delivery.mail_outbox ORDER BY 2") == before


def test_who_wants_no_mail_gets_none(settings, smtp):
    _invoices(
        settings,
        off={"delivery": "off"},
        mail={"delivery": "email"},
        onec={"delivery": "1c"},
        both={"delivery": "both"},
        none={"email": None},
    )
    smtp.start()
    done = letters.send(settings, smtp)
    assert (done.sent, done.suppressed) == (2, 3)
    assert sorted(message["X-Rcpt"] for message in smtp.messages()) == ["bill0002@client.example", "bill0004@client.example"]
    assert [(kind, subject) for kind, subject, _ in letters.findings(settings)] == [("missing_address", "C-0005")]


def test_a_dry_run_shows_all_and_sends_nothing(settings, smtp, run_cli, monkeypatch):
    _invoices(settings, one={})
    smtp.start()
    monkeypatch.setenv("AIRFLOW_CONN_FLEETBILL_SMTP", smtp.uri())
    monkeypatch.setenv("FLEETBILL_MAIL_DRY_RUN", "true")
    code, out, err = run_cli("mail", "send", "--format", "json")
    assert code == 0, err
    (row,) = json.loads(out)
    assert (row["recipients"], row["sender"]) == (["bill0001@client.example"], "buh@vega.example")
    assert row["attachments"] == ["Счёт ВМ26-000001 от 01.02.2026.pdf"]
    assert sending.send(replace(settings, mail_dry_run=True), NOW, server=server.parse(smtp.uri())).sent == 0
    assert (smtp.messages(), letters.states(settings)) == ([], {"queued": 1})


def test_all_mail_is_redirected(settings, smtp):
    _invoices(settings, one={}, two={})
    smtp.start()
    assert letters.send(replace(settings, mail_redirect="test@house.example"), smtp).sent == 2
    assert [(message["X-Rcpt"], message["To"]) for message in smtp.messages()] == [("test@house.example", "test@house.example")] * 2
    assert {message["X-Redirected-From"] for message in smtp.messages()} == {"bill0001@client.example", "bill0002@client.example"}


def test_an_adjustment_carries_what_shows_old_and_new_and_an_invoice_only_to_pay(settings, smtp):
    with engine.transaction(settings) as connection:
        issued.invoice(connection, issued.client(connection, 1, NOW), "adjustment", 2)
        issued.invoice(connection, issued.client(connection, 2, NOW), "adjustment", -2)
    smtp.start()
    assert letters.send(settings, smtp).sent == 2
    papers = {message["To"]: [part.get_filename() for part in message.walk() if part.get_filename()] for message in smtp.messages()}
    assert papers["bill0001@client.example"][1:] == ["Счёт ВМ26-000001 от 01.02.2026.pdf", "Корректировка ВМ26-000001 от 01.02.2026.pdf"]
    assert papers["bill0002@client.example"] == ["Корректировка ВМ26-000002 от 01.02.2026.pdf"]  # no QR either
    credit = next(message for message in smtp.messages() if "0002" in message["To"])
    pdf = next(part for part in credit.walk() if part.get_content_type() == "application/pdf").get_payload(decode=True)
    shown = pypdf.PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
    assert "разница" in shown
    assert "Причина" in shown


def _papers(message):
    """Names of the PDF files of a message."""
    return [part.get_filename() for part in message.walk() if part.get_content_type() == "application/pdf"]


def _closed(connection, at, *contracts):
    for contract_no in contracts:
        connection.execute(text("INSERT INTO billing.closed VALUES (:no, '2026-01-01', :at)"), {"no": contract_no, "at": at})


def test_what_a_run_issues_for_all_contracts_of_a_client_is_one_letter_and_a_later_correction_another(settings, smtp):
    """Monthly, a corrective with its monthly, an act of what was billed ahead; a second client with the same address; then a credit."""
    early, late = NOW - timedelta(days=30), NOW + timedelta(days=1)
    with engine.transaction(settings) as connection:
        first = issued.client(connection, 1, NOW, email="one@client.example")
        ahead = issued.contract(connection, first, 2, early)
        issued.run(connection, (ahead, "advance", 10))
        second = issued.contract(connection, first, 3)
        corrective = {**second, "number": "ВМ26-000004", "sequence_no": 4}
        other = issued.client(connection, 5, NOW, email="one@client.example")
        _closed(connection, NOW, "K0001", "K0002", "K0003", "K0005")
        issued.run(connection, (first, "monthly", 10), (corrective, "corrective", 3), (second, "monthly", 2), (other, "monthly", 1))
        issued.run(connection, ({**first, "number": "ВМ26-000006", "sequence_no": 6, "at": late}, "adjustment", -1))
    smtp.start()
    assert letters.send(replace(settings, mail_managers="boss@house.example"), smtp, late).sent == 5
    by_subject = {re.sub("[\u00a0\u202f]", " ", str(make_header(decode_header(one["Subject"])))): one for one in smtp.messages()}
    papers = {subject: _papers(message) for subject, message in by_subject.items()}
    together = "Счета и акты за январь 2026 г.: 3 договора, "
    (subject,) = [each for each in papers if each.startswith(together)]
    assert papers[subject] == [
        "Счёт ВМ26-000001 от 01.02.2026.pdf",
        "Акт ВМ26-000001 от 31.01.2026.pdf",
        "Акт ВМ26-000002 от 31.01.2026.pdf",
        "Счёт ВМ26-000003 от 01.02.2026.pdf",
        "Счёт ВМ26-000004 от 01.02.2026.pdf",
        "Акт ВМ26-000003 от 31.01.2026.pdf",
    ]
    # 3,660.00, 732.00, 1,098.00, and the advance's 3,660.00, whose счёт went before
    assert subject.startswith(f"{together}9 150,00 ₽")
    alone = "Счёт и акт за январь 2026 г.: № ВМ26-000005, 366,00 ₽"
    assert [names for each, names in papers.items() if each.startswith(alone)] == [
        ["Счёт ВМ26-000005 от 01.02.2026.pdf", "Акт ВМ26-000005 от 31.01.2026.pdf"]
    ]
    assert papers["Корректировка № ВМ26-000006 за январь 2026 г.: к зачёту 366,00 ₽"] == ["Корректировка ВМ26-000006 от 01.02.2026.pdf"]
    named = [name for names in papers.values() for name in names]
    assert len(named) == len(set(named)) == 10  # nothing comes twice


def test_letters_queued_by_contract_carry_only_their_own_papers(settings, smtp):
    """As a version before queued them: two letters of one run to one client."""
    with engine.transaction(settings) as connection:
        first = issued.client(connection, 1, NOW)
        second = issued.contract(connection, first, 2)
        _closed(connection, NOW, "K0001", "K0002")
        issued.invoice(connection, first)
        issued.invoice(connection, second)
    smtp.start()
    assert letters.send(settings, smtp).sent == 2
    assert sorted(_papers(message) for message in smtp.messages()) == [
        [f"{name} ВМ26-00000{number} от {day}.2026.pdf" for name, day in (("Счёт", "01.02"), ("Акт", "31.01"))] for number in (1, 2)
    ]


def test_a_statement_of_account_is_sent_once_and_anew_when_the_ledger_has_grown(settings, smtp, run_cli):
    command = ("statement", "--client", "C-0001", "--from", "2026-01-01", "--to", "2026-03-31", "--send")
    with engine.transaction(settings) as connection:
        known = issued.client(connection, 1, NOW)
        issued.invoice(connection, known)
        connection.execute(text("INSERT INTO billing.closed VALUES ('K0001', '2026-01-01', :at)"), {"at": NOW})
    assert "ORG: queued" in run_cli(*command)[2]
    assert "was queued before" in run_cli(*command)[2]
    with engine.transaction(settings) as connection:
        issued.invoice(connection, {**known, "number": "ВМ26-000002", "sequence_no": 2}, "corrective", 1)
    assert "ORG: queued" in run_cli(*command)[2]
    smtp.start()
    assert letters.send(settings, smtp, clock.now()).sent == 4  # two invoices, two statements
    closings = set()
    for message in smtp.messages():
        part = next(part for part in message.walk() if part.get_content_type() == "application/pdf")
        if part.get_filename() != "Акт сверки 01.01.2026 – 31.03.2026.pdf":
            continue
        pdf = part.get_payload(decode=True)
        shown = " ".join(pypdf.PdfReader(io.BytesIO(pdf)).pages[0].extract_text().split())
        closings.add(re.search("Сальдо конечное на 31.03.2026 ([0-9 ,]+)", shown).group(1).strip())
    assert closings == {"3 660,00", "4 026,00"}  # 10 × 300 and 22 %; one more 300 and 22 %


def test_a_corrective_goes_to_the_client_and_to_the_managers(settings, smtp):
    with engine.transaction(settings) as connection:
        issued.invoice(connection, issued.client(connection, 1, NOW), "corrective", 3)
        queue(connection, [events.snapshot_missing("gps1", date(2026, 2, 17), "файл не пришёл")], NOW)
    smtp.start()
    told = replace(settings, mail_managers="boss@house.example", mail_technical="tech@house.example, it@house.example")
    assert letters.send(told, smtp).sent == 3
    got = sorted(message["X-Rcpt"] for message in smtp.messages())
    assert got == ["bill0001@client.example", "boss@house.example", "tech@house.example, it@house.example"]


def test_an_event_is_queued_once(settings):
    paid = events.PaymentNotice("p1", date(2026, 2, 20), Decimal("10.00"), "1", [], Decimal("10.00"))
    with engine.transaction(settings) as connection:
        issued.client(connection, 1, NOW)
        assert queue(connection, [events.payment_received("ORG", "C-0001", paid)] * 2, NOW) == 1
        assert queue(connection, [events.payment_received("ORG", "C-0001", paid)], NOW) == 0


def test_a_letter_that_cannot_be_written_does_not_stop_the_others(settings, smtp):
    letters.restored(settings, 3)
    with engine.transaction(settings) as connection:
        connection.execute(text("UPDATE delivery.mail_outbox SET facts = '{}' WHERE event_key = 'C-0002'"))
    smtp.start()
    done = letters.send(settings, smtp)
    assert (done.sent, done.deferred) == (2, 1)
    assert "cannot be written: KeyError" in status.listing(settings, ["queued"], 1)[0]["detail"]


def test_log_in_and_a_wrong_password_shows_nowhere(settings, smtp, environment):
    letters.restored(settings, 1)
    smtp.options.update(user="bill", password="sec-ret")
    smtp.start()
    right = smtp.uri()
    wrong = {**environment, "AIRFLOW_CONN_FLEETBILL_SMTP": right.replace("sec-ret", "wr-ong")}
    process = letters.sender(wrong)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "does not take user or password (535)" in err
    assert "wr-ong" not in out + err
    assert sending.send(settings, NOW, server=server.parse(right)).sent == 1


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """A certificate of 127.0.0.1 that signs itself."""
    folder = tmp_path_factory.mktemp("tls")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    return certificate, key


def test_without_a_server_the_setting_is_named_once_there_is_a_letter(settings, monkeypatch, run_cli):
    monkeypatch.delenv("AIRFLOW_CONN_FLEETBILL_SMTP", raising=False)
    assert run_cli("mail", "send", "--format", "csv")[:2] == (
        0, "sent,deferred,failed,unknown,suppressed,bounced_addresses\n0,0,0,0,0,0\n",
    )  # fmt: skip
    letters.restored(settings, 1)
    with pytest.raises(Refused, match="AIRFLOW_CONN_FLEETBILL_SMTP"):
        sending.send(settings, NOW)


def test_starttls_with_a_known_certificate_and_none_with_an_unknown_one(settings, smtp, certificate):
    letters.restored(settings, 1)
    smtp.options.update(user="bill", password="sec-ret", certificate=[str(path) for path in certificate])
    smtp.start()
    refused = sending.send(settings, NOW, server=server.parse(smtp.uri(starttls="true")))
    assert "CERTIFICATE_VERIFY_FAILED" in refused.stopped
    assert sending.send(settings, NOW, server=server.parse(smtp.uri(starttls="true", ca_file=certificate[0]))).sent == 1


def test_a_server_without_starttls_is_refused_where_it_is_required(settings, smtp):
    letters.restored(settings, 1)
    smtp.start()
    done = sending.send(settings, NOW, server=server.parse(smtp.uri(starttls="true")))
    assert "STARTTLS" in done.stopped
    assert letters.states(settings) == {"queued": 1}


def test_status_lists_states_and_letters(settings, smtp, run_cli):
    letters.restored(settings, 2)
    smtp.start(refuse={"bill0002@client.example": "550 gone"})
    letters.send(settings, smtp)
    code, out, _ = run_cli("mail", "status", "--format", "json")
    assert (code, [(row["state"], row["letters"]) for row in json.loads(out)]) == (0, [("failed", 1), ("sent", 1)])
    code, out, _ = run_cli("mail", "status", "--state", "failed", "--format", "json")
    assert [(row["key"], row["bounced"]) for row in json.loads(out)] == [("C-0002", ["bill0002@client.example"])]
    assert run_cli("mail", "resolve", "restored", "C-0002", "--as", "again", "--by", "Анна", "--reason", "адрес верный")[0] == 0
    assert run_cli("mail", "resolve", "restored", "C-0002", "--as", "again", "--by", "Анна", "--reason", "ещё раз")[0] == 1
