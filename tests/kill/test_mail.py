"""Mail whose sender or server is killed in the middle: no letter is lost unseen and none comes twice."""

import json
from collections import Counter

import pytest

from pipelines.delivery.mail import events, status
from tests import letters
from tests.killing import kill_when


@pytest.fixture
def mail_environment(environment, smtp):
    return {**environment, "AIRFLOW_CONN_FLEETBILL_SMTP": smtp.uri()}


@pytest.mark.parametrize("moment", ["mail", "dot"])
def test_the_server_killed_in_the_middle_of_200_loses_and_doubles_none(settings, smtp, mail_environment, moment):
    """SIGKILL between two letters, and after the final dot before anything is stored or answered."""
    letters.restored(settings, 200)
    smtp.start(hang={"at": moment, "after": 100})
    process = letters.sender(mail_environment)
    smtp.kill_when_hanging()
    out, err = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "what is left stays queued" in err
    assert "does not answer" in err
    assert json.loads(out)[0]["sent"] == 100
    assert letters.states(settings) == {"sent": 100, "queued": 100}
    smtp.start()
    again = letters.sender(mail_environment)
    out, err = again.communicate(timeout=120)
    assert again.returncode == 0, err
    assert json.loads(out)[0]["sent"] == 100
    assert (len(letters.ids(smtp)), set(letters.ids(smtp).values())) == (200, {1})
    assert letters.states(settings) == {"sent": 200}


def test_a_server_that_dies_between_storing_and_answering_gets_the_letter_again_under_the_same_message_id(settings, smtp, mail_environment):
    """What it never answered for it has not accepted (RFC 5321 §4.2.5); whoever reads its box knows the two as one."""
    letters.restored(settings, 20)
    smtp.start(hang={"at": "stored", "after": 10})
    process = letters.sender(mail_environment)
    smtp.kill_when_hanging()
    process.communicate(timeout=120)
    smtp.start()
    assert letters.send(settings, smtp, at_once=True).sent == 10
    assert len(letters.ids(smtp)) == 20
    assert sorted(letters.ids(smtp).values()) == [1] * 19 + [2]
    outcomes = Counter(row.outcome for row in letters.rows(settings, "SELECT outcome FROM delivery.mail_attempts WHERE step = 'result'"))
    assert outcomes == {"accepted": 20, "broken_off": 1}


def test_a_sender_killed_again_and_again_doubles_nothing_and_loses_nothing_unseen(settings, smtp, mail_environment):
    letters.restored(settings, 120)
    smtp.start()
    for goal in (15, 40, 70):
        process = letters.sender(mail_environment)
        kill_when(process, lambda goal=goal: len(list((smtp.folder / "new").iterdir())) >= goal)
    last = letters.sender(mail_environment)
    _, err = last.communicate(timeout=120)
    assert last.returncode == 0, err
    there = letters.ids(smtp)
    assert set(there.values()) == {1}
    unknown = [row["key"] for row in status.listing(settings, ["unknown"], 10)]
    assert letters.states(settings).get("sent", 0) + len(unknown) == 120
    assert len(unknown) <= 3
    assert [subject for kind, subject, _ in letters.findings(settings) if kind == "unconfirmed_mail"] == sorted(
        f"restored {key}" for key in unknown
    )
    # killed between the mark and the dot: not there, and a person sees it
    missing = [key for key in unknown if events.message_id("restored", key, "vega.example") not in there]
    assert len(there) == 120 - len(missing)
