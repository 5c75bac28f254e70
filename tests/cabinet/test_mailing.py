"""Links by mail, over a real SMTP server: the letter comes at once, to registered addresses alone, and its link lets in."""

import email
import email.policy
import logging
import re
import time
from dataclasses import replace

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from pipelines.cabinet.app import application
from pipelines.cabinet.mailing import LinkMail
from pipelines.cabinet.proof_turns import ProofWaits
from pipelines.delivery.mail.server import parse
from pipelines.warehouse import engine
from tests.cabinet.browsing import Browser, Moment

URL = "https://cabinet.example"


@pytest.fixture
def house(settings):
    """A house with a client, and an organization that it has a contract with."""
    with engine.transaction(settings) as connection:
        for statement in (
            "INSERT INTO master.organizations (code, name, inn, bank_account, bank_name, bic, invoice_prefix, email) "
            "VALUES ('ORG', 'ООО «Вега»', '7707083893', '1', 'Банк', '044525225', 'ВМ', 'buh@vega.example')",
            "INSERT INTO master.clients (client_code, name, kind, email) VALUES ('A', 'A', 'legal', 'a@client.example')",
            "INSERT INTO master.contracts (contract_no, client_code, organization_code, starts_on) VALUES ('K', 'A', 'ORG', '2025-01-01')",
        ):
            connection.execute(text(statement))
    return settings


def _letters(smtp):
    return [email.message_from_string(message.as_string(), policy=email.policy.default) for message in smtp.messages()]


def _mailed(settings, smtp, *addresses, language="ru", server=None):
    mail = LinkMail(settings, Moment(), URL, server or parse(smtp.uri()))
    for address in addresses:
        mail.send_link(address, language)
    mail.close()
    return _letters(smtp)


def test_a_cabinet_that_ends_mails_what_waits_and_begins_no_proof(house, smtp):
    """However it is ended: the server says so before the signal ends the process."""
    smtp.start()
    app = application(house, Moment(), LinkMail(house, Moment(), URL, parse(smtp.uri())), URL)
    with TestClient(app):
        app.state.house.mailer.send_link("a@client.example", "ru")
    assert len(_letters(smtp)) == 1
    with pytest.raises(ProofWaits):
        app.state.house.proofs.wait_for("a@client.example", "ВМ26-000001", lambda: None)


def test_a_letter_comes_at_once_and_its_link_lets_in(house, smtp, caplog):
    smtp.start()
    started = time.monotonic()
    with caplog.at_level(logging.DEBUG):
        letter, english = (
            _mailed(house, smtp, "nobody@client.example", "A@client.example"),
            _mailed(house, smtp, "a@client.example", language="en"),
        )
    assert time.monotonic() - started < 20
    assert (len(letter), len(english)) == (1, 2)
    letter = letter[0]
    assert (letter["To"], letter["From"].addresses[0].addr_spec) == ("a@client.example", "buh@vega.example")
    said, page = (letter.get_body((form,)).get_content() for form in ("plain", "html"))
    link = re.search(rf"{URL}/enter/(\S+)", said)
    assert f'href="{link[0]}"' in page
    assert "30 мин." in said
    assert sum("one sign-in" in each.get_body(("plain",)).get_content() for each in english) == 1
    assert Browser(house).submit(f"/enter/{link[1]}").headers["location"] == "/"
    assert link[1] not in caplog.text
    assert "a@client.example" not in caplog.text.lower()


def test_a_refusal_and_a_silent_server_end_in_the_log_and_the_next_one_is_served(house, smtp, caplog):
    smtp.start(refuse={"a@client.example": "550 no such user"})
    assert _mailed(house, smtp, "a@client.example") == []
    assert "a link was not mailed" in caplog.text
    smtp.kill()
    smtp.start(sometimes={"a@client.example": "451 later"})
    assert len(_mailed(house, smtp, "a@client.example")) == 1  # at the second try, two seconds later


def test_what_keeps_letters_of_test_systems_back_keeps_links_back(house, smtp):
    smtp.start()
    assert _mailed(replace(house, mail_dry_run=True), smtp, "a@client.example") == []
    (aside,) = _mailed(replace(house, mail_redirect="test@house.example"), smtp, "a@client.example")
    assert (aside["To"], aside["X-Redirected-From"]) == ("test@house.example", "a@client.example")


def test_without_a_server_or_a_sender_nothing_breaks(house, caplog):
    mail = LinkMail(house, Moment(), URL)
    assert not mail.can_send
    mail.send_link("a@client.example", "ru")
    mail.close()
    with engine.transaction(house) as connection:
        connection.execute(text("UPDATE master.organizations SET email = NULL"))
    mail = LinkMail(house, Moment(), URL)
    mail.send_link("a@client.example", "ru")
    mail.close()
    assert "AIRFLOW_CONN_FLEETBILL_SMTP" in caplog.text
    assert "nobody to write from" in caplog.text
