"""The way in: one-time links that tell nothing, sessions that cannot be planted, forms that no other site can send, a second factor."""

import logging
import re
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import text

from pipelines.cabinet import links, sessions
from pipelines.warehouse import engine
from tests.cabinet.browsing import Browser, Moment, words_of

GONE = {"no link of ours": "x" * 43, "empty": "%20", "a path": "..%2F..%2Fetc", "other letters": "ключ", "long": "k" * 5000}


@pytest.fixture
def browser(settings):
    """A browser at a house of the test's own, which has two clients and nothing else."""
    with engine.transaction(settings) as connection:
        connection.execute(
            text("INSERT INTO master.clients (client_code, name, kind, email) VALUES (:code, :code, 'legal', :email)"),
            [{"code": "A", "email": "A@client.example; head@client.example"}, {"code": "X", "email": "x@client.example"}],
        )
    return Browser(settings)


def _another(browser, **options):
    return Browser(browser.settings, browser.moment, browser.wishes, **options)


def _count(browser, table):
    with engine.reading(browser.settings) as connection:
        return connection.execute(text(f"SELECT count(*) FROM cabinet.{table}")).scalar()


@pytest.mark.parametrize("address", ["a@client.example", "A@Client.Example ", "head@client.example"])
def test_a_link_lets_in_by_any_address_of_the_client_however_it_is_written(browser, address):
    browser.log_in(address)
    page = browser.get("/account")
    assert page.status_code == 200
    assert address.strip().lower() in words_of(page.text)


def test_nobody_gets_anything_without_login(browser):
    for path in ("/", "/account", "/account?x=1"):
        answer = browser.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    for path in ("/account/sign-out-everywhere", "/account/code/offer", "/account/code/confirm", "/account/code/off"):
        assert browser.submit(path, {"code": "000000"}).headers["location"] == "/login"


def test_the_answer_tells_nothing_of_an_address(browser):
    """Registered, not registered, too often asked, not an address at all: the same page, and the same statements before it."""
    answers, work = [], []
    for address in ["a@client.example"] * 6 + [
        "nobody@client.example",
        "not an address",
        "'; DROP TABLE master.clients; --",
        "a@b\r\nBcc: c@d",
    ]:
        token = browser.form_token()
        with _statements_of(browser) as made:
            answer = browser.post("/login", data={"form_token": token, "address": address})
        answers.append((answer.status_code, re.sub(r'value="\w{64}"', "", answer.text)))
        work.append(made)
    assert len(set(answers)) == 1
    assert len({tuple(each) for each in work}) == 1
    asked = browser.wishes.addresses
    assert asked.count("a@client.example") == links.MOST_OF_ADDRESS
    assert "nobody@client.example" in asked  # the mailer looks it up, when the answer is long gone


class _statements_of:  # noqa: N801 - reads as what it gives
    """The statements that a block sends to the database of a browser's house."""

    def __init__(self, browser):
        self._engine, self._seen = engine.engine(browser.settings), []

    def __enter__(self):
        from sqlalchemy import event

        event.listen(self._engine, "before_cursor_execute", self._note)
        return self._seen

    def __exit__(self, *_):
        from sqlalchemy import event

        event.remove(self._engine, "before_cursor_execute", self._note)

    def _note(self, _connection, _cursor, statement, *_):
        self._seen.append(statement)


def test_links_are_limited_by_address_and_by_who_asks_and_again_later(browser):
    for _ in range(10):
        browser.submit("/login", {"address": "a@client.example"})
    assert len(browser.wishes.addresses) == links.MOST_OF_ADDRESS
    for number in range(links.MOST_OF_ORIGIN + 5):
        browser.submit("/login", {"address": f"{number}@elsewhere.example"})
    assert len(browser.wishes.addresses) == links.MOST_OF_ADDRESS + links.MOST_OF_ORIGIN - 10
    browser.moment.go(minutes=16)
    browser.submit("/login", {"address": "a@client.example"})
    assert browser.wishes.addresses[-1] == "a@client.example"


def test_opening_a_link_uses_nothing_up_and_a_button_uses_it_once(browser):
    token = browser.link("a@client.example")
    scanner, thief = _another(browser), _another(browser)
    for _ in range(3):
        assert scanner.get(f"/enter/{token}").status_code == 200
    assert scanner.get("/").headers["location"] == "/login"
    assert browser.submit(f"/enter/{token}", at=f"/enter/{token}").headers["location"] == "/"
    assert thief.get(f"/enter/{token}").status_code == 410
    replayed = thief.submit(f"/enter/{token}")
    assert (replayed.status_code, "fleetbill-session" in thief.cookies) == (410, False)


@pytest.mark.parametrize("token", GONE.values(), ids=GONE)
def test_a_forged_link_lets_nobody_in(browser, token):
    assert browser.get(f"/enter/{token}").status_code in {404, 410}
    assert browser.submit(f"/enter/{token}").status_code in {404, 410}
    assert _count(browser, "sessions") == 0


def test_a_link_runs_out_and_a_login_uses_up_the_others(browser):
    late = browser.link("a@client.example", minutes=30)
    browser.moment.go(minutes=29, seconds=59)
    assert browser.get(f"/enter/{late}").status_code == 200
    browser.moment.go(seconds=1)
    assert browser.submit(f"/enter/{late}").status_code == 410
    first, second, of_x = (browser.link(each) for each in ("a@client.example", "a@client.example", "x@client.example"))
    assert browser.submit(f"/enter/{second}").headers["location"] == "/"
    assert browser.submit(f"/enter/{first}").status_code == 410
    assert browser.get(f"/enter/{of_x}").status_code == 200


def test_neither_links_nor_cookies_stand_in_the_database(browser):
    token = browser.link("a@client.example")
    browser.submit(f"/enter/{token}", at=f"/enter/{token}")
    cookie = browser.cookies["fleetbill-session"]
    with engine.reading(browser.settings) as connection:
        stored = [str(row) for table in ("links", "sessions") for row in connection.execute(text(f"SELECT * FROM cabinet.{table}"))]
    assert len(stored) == 2
    assert [row for row in stored if token in row or cookie in row] == []


def test_a_planted_session_is_not_taken_over(browser):
    """Fixation: whatever cookie a browser comes with, a login gives it another one, and the old session ends."""
    attacker = _another(browser).log_in("x@client.example")
    planted = attacker.cookies["fleetbill-session"]
    browser.cookies.set("fleetbill-session", planted)
    browser.log_in("a@client.example")
    assert browser.cookies.get("fleetbill-session", domain="cabinet.test") != planted
    assert attacker.get("/account").headers["location"] == "/login"
    invented = _another(browser)
    invented.cookies.set("fleetbill-session", "chosen-by-somebody")
    assert invented.get("/account").headers["location"] == "/login"


def test_cookies_are_closed_to_scripts_and_other_sites_and_by_tls_to_plain_http(browser):
    plain = browser.submit(f"/enter/{browser.link('a@client.example')}").headers.get_list("set-cookie")
    secure = _another(browser, url="https://cabinet.test", base_url="https://cabinet.test")
    behind_tls = secure.submit(f"/enter/{secure.link('a@client.example')}")
    assert all("HttpOnly" in each and "SameSite=lax" in each and "Path=/" in each for each in plain)
    for each in behind_tls.headers.get_list("set-cookie"):
        assert each.startswith("__Host-fleetbill-")
        assert "Secure" in each
        assert "Domain" not in each
    assert "max-age" in behind_tls.headers["strict-transport-security"]


def test_sessions_run_out_by_rest_and_by_age(browser):
    browser.log_in("a@client.example")
    for _ in range(4):
        browser.moment.go(days=6)
        assert browser.get("/account").status_code == 200
    idle = _another(browser).log_in("a@client.example")
    browser.moment.go(days=7, seconds=1)
    assert idle.get("/account").headers["location"] == "/login"
    assert browser.get("/account").headers["location"] == "/login"


def test_signing_out_everywhere_ends_every_session_of_the_address_and_no_other(browser):
    second, of_x = _another(browser).log_in("a@client.example"), _another(browser).log_in("x@client.example")
    waiting = browser.log_in("a@client.example").link("a@client.example")
    assert browser.get("/account").text.count("<tr>") == 3  # the head and two sessions
    browser.submit("/account/sign-out-everywhere", at="/account")
    assert [each.get("/account").status_code for each in (browser, second, of_x)] == [303, 303, 200]
    assert browser.get(f"/enter/{waiting}").status_code == 410


def test_signing_out_ends_the_session_and_not_only_the_cookie(browser):
    browser.log_in("a@client.example")
    kept = browser.cookies["fleetbill-session"]
    browser.submit("/sign-out", at="/account")
    assert "fleetbill-session" not in browser.cookies
    browser.cookies.set("fleetbill-session", kept)
    assert browser.get("/account").headers["location"] == "/login"


def test_an_address_that_is_taken_from_the_client_sees_nothing_any_more(browser):
    browser.log_in("head@client.example")
    with engine.transaction(browser.settings) as connection:
        connection.execute(text("UPDATE master.clients SET email = 'a@client.example' WHERE client_code = 'A'"))
    assert browser.get("/account").headers["location"] == "/login"


def test_no_other_site_can_send_a_form(browser):
    """Every POST there is, without the token, with another browser's, and with the right one from another site."""
    browser.log_in("a@client.example")
    theirs = _another(browser).log_in("x@client.example").form_token("/account")
    own = browser.form_token("/account")
    posts = [route.path for route in browser.made.routes if "POST" in getattr(route, "methods", ())]
    assert len(posts) >= 8
    for path in posts:
        filled = re.sub(r"\{\w+(:\w+)?\}", "x", path)
        attempts = [
            ({}, {}),
            ({"form_token": theirs}, {}),
            ({"form_token": ""}, {}),
            ({"form_token": own}, {"Origin": "https://evil.example"}),
            ({"form_token": own}, {"Origin": "null"}),
            ({"form_token": own}, {"Sec-Fetch-Site": "cross-site"}),
            ({"form_token": own}, {"Sec-Fetch-Site": "same-site"}),
        ]
        for fields, headers in attempts:
            sent = {"address": "a@client.example", "code": "1", "language": "en", "theme": "dark", **fields}
            assert browser.post(filled, data=sent, headers=headers).status_code in {403, 422}, (path, fields, headers)
    assert browser.get("/account").status_code == 200
    assert browser.wishes.addresses == []


def test_no_page_acts_by_get(browser):
    browser.log_in("a@client.example")
    for route in browser.made.routes:
        methods = getattr(route, "methods", set())
        assert methods <= {"GET", "HEAD"} or methods == {"POST"}, route.path
    assert browser.get("/sign-out").status_code == 405
    assert browser.get("/account").status_code == 200


def test_every_answer_is_guarded(browser):
    browser.log_in("a@client.example")
    for path in ("/", "/login", "/account", "/nothing", "/static/style.css", "/static/../settings.py", "/enter/x", "/health"):
        headers = browser.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"], path
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert "server" not in headers
    assert "no-store" in browser.get("/account").headers["cache-control"]


def test_the_way_back_leads_to_our_own_pages_alone(browser):
    for back, leads_to in {
        "/account": "/account", "/account?a=1": "/account?a=1", "https://evil.example/": "/", "//evil.example": "/", "/\\evil.example": "/",
        "javascript:alert(1)": "/", "account": "/", "/x\r\nSet-Cookie: a=b": "/", "": "/",
    }.items():  # fmt: skip
        assert browser.submit("/language", {"language": "en", "back": back}).headers["location"] == leads_to


def test_language_and_theme_are_the_browsers_own(browser):
    assert 'lang="ru" data-theme="auto"' in browser.get("/login").text
    browser.submit("/language", {"language": "en"})
    browser.submit("/theme", {"theme": "dark"})
    page = browser.get("/login").text
    assert 'lang="en" data-theme="dark"' in page
    assert "one-time link" in page
    assert browser.submit("/theme", {"theme": "<script>"}).status_code == 422
    assert Browser(browser.settings, headers={"Accept-Language": "en-US,en"}).get("/login").text.count('lang="en" data-theme') == 1


def test_a_body_that_no_form_has_is_refused(browser):
    token = browser.form_token()
    assert browser.post("/login", data={"form_token": token, "address": "a" * 100_000}).status_code == 413
    assert browser.post("/login", content=(b"x" * 1000 for _ in range(100)), headers={"Content-Type": "text/plain"}).status_code in {
        400,
        403,
        413,
        422,
    }
    assert browser.post("/login", data={"form_token": token, "address": "a" * 400}).status_code == 422
    files = {"address": ("a.txt", b"x" * 100)}
    assert browser.post("/login", data={"form_token": token}, files=files).status_code in {400, 403, 422}


def test_a_second_factor_is_asked_for_and_each_code_serves_once(browser):
    browser.log_in("a@client.example")
    other = _another(browser).log_in("a@client.example")
    offered = browser.submit("/account/code/offer", at="/account")
    secret = re.search(r"<code>(\w+)</code>", offered.text)[1]
    codes = pyotp.TOTP(secret)
    assert browser.submit("/account/code/confirm", {"code": "000000"}, at="/account").status_code == 422
    used = codes.at(browser.moment())
    assert browser.submit("/account/code/confirm", {"code": used}, at="/account").headers["location"] == "/account"
    assert other.get("/account").status_code == 303  # it never gave a code
    late = _another(browser)
    token = late.link("a@client.example")
    assert late.submit(f"/enter/{token}").headers["location"] == "/code"
    assert late.get("/").headers["location"] == "/code"
    assert late.submit("/account/sign-out-everywhere").headers["location"] == "/code"
    assert late.submit("/code", {"code": used}, at="/code").status_code == 422  # it was used
    browser.moment.go(seconds=30)
    assert late.submit("/code", {"code": codes.at(browser.moment())}, at="/code").headers["location"] == "/"
    assert late.get("/account").status_code == 200
    browser.moment.go(seconds=30)
    assert browser.submit("/account/code/off", {"code": "123456"}, at="/account").headers["location"] == "/account?wrong=1"
    assert browser.submit("/account/code/off", {"code": codes.at(browser.moment())}, at="/account").headers["location"] == "/account"
    assert _count(browser, "second_factors") == 0


def test_too_many_wrong_codes_end_the_session(browser):
    browser.log_in("a@client.example")
    secret = re.search(r"<code>(\w+)</code>", browser.submit("/account/code/offer", at="/account").text)[1]
    browser.submit("/account/code/confirm", {"code": pyotp.TOTP(secret).at(browser.moment())}, at="/account")
    guesser = _another(browser)
    guesser.submit(f"/enter/{guesser.link('a@client.example')}")
    tries = [guesser.submit("/code", {"code": f"{number:06}"}, at="/code").status_code for number in range(sessions.MOST_WRONG_CODES)]
    assert tries == [422] * (sessions.MOST_WRONG_CODES - 1) + [303]
    assert guesser.get("/code").headers["location"] == "/login"


def test_old_requests_links_and_sessions_are_forgotten(browser):
    browser.submit("/login", {"address": "a@client.example"})
    browser.log_in("a@client.example")
    with engine.transaction(browser.settings) as connection:
        links.forget_old(connection, browser.moment() + timedelta(days=3))
    assert [_count(browser, each) for each in ("requests", "links", "sessions")] == [0, 1, 1]
    with engine.transaction(browser.settings) as connection:
        links.forget_old(connection, browser.moment() + timedelta(days=60))
    assert [_count(browser, each) for each in ("requests", "links", "sessions")] == [0, 0, 0]


def test_the_command_line_makes_a_link_and_signs_out(browser, run_cli, monkeypatch):
    code, out, err = run_cli("cabinet", "link", "A@client.example", "--by", "Анна")
    assert (code, err) == (0, "")
    token = out.strip().rpartition("/enter/")[2]
    moment = Moment()
    from pipelines.clock import now

    moment.at = now()
    entered = Browser(browser.settings, moment)
    assert entered.submit(f"/enter/{token}", at=f"/enter/{token}").headers["location"] == "/"
    code, _, err = run_cli("cabinet", "sign-out", "a@client.example", "--forget-code")
    assert (code, err.strip()) == (0, "1 sessions ended")
    assert entered.get("/").headers["location"] == "/login"
    assert run_cli("cabinet", "link", "nobody@client.example", "--by", "Анна")[0] == 2


def test_the_log_holds_neither_addresses_nor_tokens(browser, caplog):
    with caplog.at_level(logging.DEBUG):
        token = browser.link("a@client.example")
        browser.submit("/login", {"address": "a@client.example"})
        browser.submit(f"/enter/{token}", at=f"/enter/{token}")
        cookie = browser.cookies["fleetbill-session"]
        browser.submit("/account/sign-out-everywhere", at="/account")
    ours = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("fleetbill"))
    assert "enter" in ours
    assert [secret for secret in (token, cookie, "a@client.example") if secret in ours] == []
