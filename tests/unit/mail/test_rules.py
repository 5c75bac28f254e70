"""What replies mean, when to try again, addresses, the connection's description: pure rules."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.delivery.mail.rules import MOST_ATTEMPTS, Handover, LetterOutcome, Reply, addresses, delay, settle
from pipelines.delivery.mail.server import parse
from pipelines.errors import BadInput

AT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
GONE, LATER = Reply(550, "no such user"), Reply(450, "greylisted")


def settled(handed: Handover, attempts: int = 1, accepted=(), recipients=("a@x.ru",)):
    return settle(handed, at=AT, attempts=attempts, accepted=accepted, bounced=(), recipients=recipients)


def test_accepted_is_sent():
    standing = settled(Handover(LetterOutcome.ACCEPTED, Reply(250, "OK"), accepted=("a@x.ru",)))
    assert (standing.state, standing.accepted, standing.error) == ("sent", ("a@x.ru",), None)


def test_one_of_two_addresses_bounced_is_sent_and_told():
    handed = Handover(LetterOutcome.ACCEPTED, Reply(250, "OK"), accepted=("a@x.ru",), refused={"b@x.ru": GONE})
    standing = settled(handed, recipients=("a@x.ru", "b@x.ru"))
    assert (standing.state, standing.bounced) == ("sent", ("b@x.ru",))
    assert "b@x.ru: 550 no such user" in standing.error


def test_who_was_put_off_is_tried_again_and_who_has_it_is_not():
    handed = Handover(LetterOutcome.ACCEPTED, Reply(250, "OK"), accepted=("a@x.ru",), refused={"b@x.ru": LATER})
    standing = settled(handed, recipients=("a@x.ru", "b@x.ru"))
    assert (standing.state, standing.accepted, standing.bounced, standing.due) == ("queued", ("a@x.ru",), (), AT + timedelta(minutes=1))


def test_every_address_refused_for_good_is_failed():
    assert settled(Handover(LetterOutcome.REFUSED, refused={"a@x.ru": GONE})).state == "failed"


def test_a_broken_connection_is_due_at_once_and_only_the_first_time():
    broken = Handover(LetterOutcome.BROKEN_OFF, detail="the connection broke")
    assert settled(broken).due == AT
    assert settled(broken, attempts=2).due == AT + timedelta(minutes=2)


@pytest.mark.parametrize("outcome", [LetterOutcome.SILENT, LetterOutcome.DIED])
def test_what_nobody_knows_waits_for_a_person(outcome):
    assert settled(Handover(outcome)).state == "unknown"


def test_attempts_are_used_up():
    last = settled(Handover(LetterOutcome.DEFERRED, LATER), attempts=MOST_ATTEMPTS)
    assert last.state == "failed"
    assert "given up after 32 attempts" in last.error
    assert settled(Handover(LetterOutcome.DEFERRED, LATER), attempts=MOST_ATTEMPTS - 1).state == "queued"


def test_the_delay_doubles_up_to_four_hours_and_lasts_for_four_days():
    assert [delay(n) for n in (1, 2, 3, 8)] == [timedelta(minutes=n) for n in (1, 2, 4, 128)]
    assert delay(9) == delay(1000) == timedelta(hours=4)
    # 1 + 2 + … + 128 = 255 minutes, then 23 times four hours
    assert sum((delay(n) for n in range(1, MOST_ATTEMPTS)), timedelta()) == timedelta(minutes=255, hours=4 * 23)


def test_addresses_of_a_cell():
    assert addresses("a@x.ru; b@y.ru,a@x.ru  c@z.ru") == ("a@x.ru", "b@y.ru", "c@z.ru")
    assert addresses("бухгалтерия@почта.рф") == ("бухгалтерия@почта.рф",)
    assert addresses(None) == addresses("нет") == addresses("@x.ru, a@") == ()


@given(st.text())
def test_no_cell_gives_an_address_with_a_line_end(text):
    assert all("\n" not in one and "\r" not in one and "," not in one for one in addresses(text))


def test_connection_as_uri_and_as_json():
    uri = parse("smtp://bill%40x.ru:p%3Aw%2F@mail.x.ru:587?starttls=true&timeout=7")
    assert (uri.host, uri.port, uri.user, uri.password, uri.starttls, uri.timeout) == ("mail.x.ru", 587, "bill@x.ru", "p:w/", "required", 7)
    assert parse("smtps://mail.x.ru").tls
    assert parse("smtps://mail.x.ru").port == 465
    given = parse('{"conn_type": "smtp", "host": "h", "login": "u", "password": "p", "port": 25, "extra": {"disable_tls": true}}')
    assert (given.host, given.port, given.user, given.starttls, given.tls) == ("h", 25, "u", "never", False)
    assert parse("smtp://h").starttls == "offered"


def test_the_password_shows_nowhere():
    assert "sec-ret" not in repr(parse("smtp://u:sec-ret@h:25"))
    for bad in ("smtp://u:sec-ret@h:99999999", "http://u:sec-ret@h", "{sec-ret", "smtp://u:sec-ret@h?starttls=maybe", "sec-ret"):
        with pytest.raises(BadInput) as refused:
            parse(bad)
        assert "sec-ret" not in str(refused.value)
        assert "sec-ret" not in str(refused.value.__cause__)
