"""Secrets of second factors lie sealed: a dump gives no codes, another key takes the place of the first, a lost one lets nobody in."""

import re

import pyotp
import pytest
from sqlalchemy import text

from pipelines.cabinet import second_factor, sessions
from pipelines.cabinet.code_keys import SealBroken, code_keys, new_key, read_keys
from pipelines.cabinet.second_factor import NoKey, WrongCode
from pipelines.errors import BadInput
from pipelines.warehouse import engine
from tests.cabinet.browsing import KEYS, Browser
from tests.conftest import NOW

ADDRESS = "a@client.example"


@pytest.fixture
def warehouse(issued_world):
    """The house's warehouse, of which the test's changes are taken back."""
    with engine.transaction(issued_world) as connection:
        yield connection
        connection.rollback()


def _kept(connection):
    return connection.execute(text("SELECT secret FROM cabinet.second_factors WHERE address = :a"), {"a": ADDRESS}).scalar_one()


def _keep(connection, secret, address=ADDRESS):
    connection.execute(text("DELETE FROM cabinet.second_factors WHERE address = :a"), {"a": address})
    connection.execute(
        text("INSERT INTO cabinet.second_factors (address, secret, made_at, confirmed_at) VALUES (:a, :s, :at, :at)"),
        {"a": address, "s": secret, "at": NOW},
    )


def test_what_a_dump_holds_gives_no_code(warehouse):
    secret = second_factor.offer(warehouse, KEYS, ADDRESS, NOW)
    kept = _kept(warehouse)
    assert secret not in kept
    assert secret not in KEYS.ring.decrypt(kept.encode()).decode().partition("\n")[0]
    assert KEYS.opened(ADDRESS, kept) == secret
    with pytest.raises(SealBroken, match="no key opens"):
        read_keys(new_key()).opened(ADDRESS, kept)


def test_a_secret_cannot_be_moved_to_another_address(warehouse):
    own = second_factor.offer(warehouse, KEYS, "x@client.example", NOW)
    _keep(warehouse, KEYS.sealed("x@client.example", own))
    with pytest.raises(WrongCode, match="cannot be read"):
        second_factor.confirm(warehouse, KEYS, ADDRESS, pyotp.TOTP(own).at(NOW), NOW)


def test_a_key_is_changed_and_phones_go_on(warehouse):
    first, second = new_key(), new_key()
    secret = second_factor.offer(warehouse, read_keys(first), ADDRESS, NOW)
    both = read_keys(f"{second}, {first}")
    assert second_factor.seal_all(warehouse, both) == second_factor.Sealing(1, ())
    assert second_factor.seal_all(warehouse, both) == second_factor.Sealing(0, ())
    second_factor.confirm(warehouse, read_keys(second), ADDRESS, pyotp.TOTP(secret).at(NOW), NOW)
    assert second_factor.is_on(warehouse, ADDRESS)


def test_secrets_from_before_there_were_keys_are_sealed_and_lost_ones_named(warehouse):
    secret = pyotp.random_base32()
    _keep(warehouse, secret)
    _keep(warehouse, read_keys(new_key()).sealed("x@client.example", secret), "x@client.example")
    with pytest.raises(NoKey, match="2 readers give codes, and AIRFLOW_CONN_FLEETBILL_CABINET holds no key"):
        second_factor.seal_all(warehouse, None)
    assert second_factor.seal_all(warehouse, KEYS) == second_factor.Sealing(1, ("x@client.example",))
    assert KEYS.opened(ADDRESS, _kept(warehouse)) == secret


def test_the_connection_is_a_uri_or_json_and_quotes_no_key():
    key = new_key()
    sealed = read_keys(key).sealed(ADDRESS, "S")
    for written in (f"fernet://:{key}@", f'{{"conn_type": "fernet", "password": "{new_key()},{key}"}}'):
        keys = code_keys(written)
        assert keys.opened(ADDRESS, sealed) == "S"
        assert key not in repr(keys)
    for wrong in ("fernet://:short@", "fernet://", f"fernet://:{key},@"):
        with pytest.raises(BadInput, match="AIRFLOW_CONN_FLEETBILL_CABINET") as raised:
            code_keys(wrong)
        assert key not in str(raised.value)


def test_without_a_key_nobody_turns_codes_on_and_who_has_them_stays_out(issued_world):
    browser = Browser(issued_world, keys=None).log_in("b@client.example")
    assert "Коды из приложения здесь пока не подключены" in browser.get("/account").text
    assert browser.submit("/account/code/offer", at="/account").headers["location"] == "/account"
    assert browser.submit("/account/code/confirm", {"code": "000000"}, at="/account").headers["location"] == "/account"
    with engine.transaction(issued_world) as connection:
        secret = second_factor.offer(connection, KEYS, "b@client.example", NOW)
        second_factor.confirm(connection, KEYS, "b@client.example", pyotp.TOTP(secret).at(NOW), NOW)
        token = sessions.begin(connection, "b@client.example", NOW, is_confirmed=False)
    try:
        browser.cookies.set("fleetbill-session", token)
        browser.moment.go(seconds=30)
        assert browser.submit("/code", {"code": pyotp.TOTP(secret).at(browser.moment())}, at="/code").status_code == 422
    finally:
        with engine.transaction(issued_world) as connection:
            second_factor.turn_off(connection, "b@client.example")


def test_the_command_line_makes_keys(run_cli):
    code, out, err = run_cli("cabinet", "new-key")
    assert (code, err) == (0, "")
    assert re.fullmatch(r"[\w-]{43}=\n", out)
    read_keys(out.strip())
