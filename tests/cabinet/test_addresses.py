"""A client's own word on where its papers go: nothing reaches a new one before its owner says yes, and a thief gains nothing lasting."""

import email
import email.policy
import re
from datetime import timedelta

import pytest
from sqlalchemy import text

from pipelines.cabinet.mailing import LinkMail
from pipelines.clock import Authorship
from pipelines.delivery.mail.server import parse
from pipelines.master import address_changes, address_rules
from pipelines.master.importing import import_master
from pipelines.master.verify import verify
from pipelines.warehouse import engine
from tests.cabinet.browsing import Browser, Moment, Wishes, words_of
from tests.conftest import NOW

OLD, BOSS, NEW = "old@client.example", "boss@client.example", "new@client.example"
HEAD = "client_code;name;kind;email;dealer_code\n"


@pytest.fixture
def house(settings, tmp_path):
    """D is the dealer of A; A has two addresses, X one."""
    with engine.transaction(settings) as connection:
        connection.execute(
            text(
                "INSERT INTO master.organizations (code, name, inn, bank_account, bank_name, bic, invoice_prefix, email) "
                "VALUES ('ORG', 'ООО «Вега»', '7707083893', '1', 'Банк', '044525225', 'ВМ', 'buh@vega.example')"
            )
        )
    _import(settings, tmp_path, f"{OLD}, {BOSS}")
    return settings


def _import(settings, tmp_path, cell, at=NOW):
    folder = tmp_path / "sheets"
    folder.mkdir(exist_ok=True)
    lines = f"D;Дилер;legal;d@client.example;\nA;ООО «А»;legal;{cell};D\nX;X;legal;x@client.example;\n"
    (folder / "clients.csv").write_text(HEAD + lines, encoding="utf-8")
    return import_master(settings, str(folder), Authorship("Анна", "лист", at))


def _cell(settings, client="A"):
    with engine.reading(settings) as connection:
        return connection.execute(text("SELECT email FROM master.clients WHERE client_code = :c"), {"c": client}).scalar_one()


def _ask(browser, address, way="add", client="A"):
    return browser.submit(f"/addresses/{way}?client={client}", {"address": address}, at="/terms")


class Post:
    """Letters as the cabinet mails them, over a real SMTP server."""

    def __init__(self, settings, smtp, moment):
        self.settings, self.smtp, self.moment, self.seen = settings, smtp, moment, set()
        smtp.start()

    def new(self):
        """Address → text of each letter that was mailed since the last look."""
        mail = LinkMail(self.settings, self.moment, "https://cabinet.example", parse(self.smtp.uri()))
        mail.close()
        letters = [email.message_from_string(each.as_string(), policy=email.policy.default) for each in self.smtp.messages()]
        fresh = [each for each in letters if each["Message-ID"] not in self.seen]
        self.seen |= {each["Message-ID"] for each in letters}
        return {each["To"]: each.get_body(("plain",)).get_content() for each in fresh}


def _link(letter):
    return re.search(r"https://cabinet\.example(/enter/\S+)", letter)[1]


def _press(browser, path):
    assert browser.get(path).status_code == 200, path
    return browser.submit(path, at=path)


def test_a_new_address_is_confirmed_by_its_owner_and_papers_go_there_from_then_on(house, smtp):
    browser = Browser(house).log_in(OLD)
    post = Post(house, smtp, browser.moment)
    assert _ask(browser, f" {NEW.upper()} ").headers["location"] == "/terms?said=asked#addresses"
    assert browser.wishes.addresses == ["letters"]
    assert _cell(house) == f"{OLD}, {BOSS}"
    assert f"ждёт подтверждения {NEW}" in words_of(browser.get("/terms").text)
    letters = post.new()
    assert set(letters) == {OLD, BOSS, NEW}
    assert "Пока вы не подтвердите, сюда ничего не придёт" in " ".join(letters[NEW].split())
    assert post.new() == {}  # told once
    stranger = Browser(house, browser.moment)  # whoever reads the new mailbox need not be logged in
    path = _link(letters[NEW])
    assert stranger.get(path).status_code == 200
    assert _cell(house) == f"{OLD}, {BOSS}"  # opening it, as scanners of mail do, says nothing
    assert "Теперь документы приходят" in _press(stranger, path).text
    assert _cell(house) == f"{OLD}, {BOSS}, {NEW}"
    assert stranger.get(path).status_code == 410
    assert Browser(house, browser.moment).log_in(NEW).get("/terms").status_code == 200
    assert [each for each in verify(house).differences if each.sheet == "clients"] == []
    with engine.reading(house) as connection:
        [change] = address_changes.listed(connection, ["A"])
        assert (change.asked_by, change.applied_at) == (OLD, NOW)
        told = connection.execute(text("SELECT by_name, reason FROM master.history ORDER BY history_no DESC LIMIT 1")).one()
    assert told == ("client A", "added in the cabinet, confirmed from the new address")


def test_those_who_were_there_stop_it_before_and_after_and_whoever_asked_is_out(house, smtp):
    thief = Browser(house).log_in(OLD)
    post = Post(house, smtp, thief.moment)
    _ask(thief, NEW)
    letters = post.new()
    _ask(thief, NEW)  # a second request for the same address waits beside it
    second = post.new()
    _press(Browser(house, thief.moment), _link(letters[NEW]))
    entered = Browser(house, thief.moment).log_in(NEW)
    thief.moment.go(days=6)
    assert "закончен везде" in _press(Browser(house, thief.moment), _link(letters[BOSS])).text
    assert _cell(house) == f"{OLD}, {BOSS}"
    assert [each.get("/terms").status_code for each in (entered, thief)] == [303, 303]
    assert Browser(house, thief.moment).get(_link(second[NEW])).status_code == 410
    assert Browser(house, thief.moment).get(_link(letters[BOSS])).status_code == 410


def test_links_run_out_and_lapse_with_whoever_asked(house, smtp):
    browser = Browser(house).log_in(OLD)
    post = Post(house, smtp, browser.moment)
    _ask(browser, NEW)
    letters = post.new()
    boss = Browser(house, browser.moment).log_in(BOSS)
    assert _ask(boss, OLD, "remove").headers["location"] == "/terms?said=removed#addresses"
    removed = post.new()
    assert set(removed) == {OLD, BOSS}
    assert "/enter/" not in removed[OLD] + removed[BOSS]  # whoever was taken away cannot take that back
    assert browser.get("/").status_code == 303
    assert _press(Browser(house, browser.moment), _link(letters[NEW])).status_code == 410
    assert _cell(house) == BOSS
    _ask(boss, NEW)
    late = post.new()
    boss.moment.go(days=2)
    assert Browser(house, boss.moment).get(_link(late[NEW])).status_code == 410
    boss.moment.go(days=5)
    assert Browser(house, boss.moment).get(_link(late[BOSS])).status_code == 410
    for path in ("/enter/address/x", "/enter/stop/x", _link(late[NEW]).replace("address", "stop")):
        assert Browser(house, boss.moment).get(path).status_code == 410


def test_a_session_that_is_not_fresh_changes_nothing(house):
    browser = Browser(house).log_in(OLD)
    browser.moment.go(minutes=15)
    answer = _ask(browser, NEW)
    assert (answer.status_code, "Войдите ещё раз и повторите" in answer.text) == (403, True)
    assert _ask(browser, BOSS, "remove").status_code == 403
    assert "/addresses/add" not in browser.get("/terms").text
    with engine.reading(house) as connection:
        assert address_changes.listed(connection, []) == []


def test_nobody_changes_the_addresses_of_others_not_even_their_dealer(house):
    for who in ("d@client.example", "x@client.example"):
        browser = Browser(house).log_in(who)
        assert [_ask(browser, NEW).status_code, _ask(browser, OLD, "remove").status_code] == [404, 404]
        assert _ask(browser, NEW, client="").status_code == 404
    dealer = Browser(house).log_in("d@client.example").get("/terms?client=A").text
    assert OLD in dealer
    assert "/addresses/" not in dealer


@pytest.mark.parametrize(
    ("way", "address", "said"),
    [
        ("add", "not an address", "Это не адрес"),
        ("add", "a@b", "Это не адрес"),
        ("add", f"{NEW}, two@client.example", "Это не адрес"),
        ("add", "кто@client.example", "Это не адрес"),
        ("add", f"{'x' * 250}@client.example", "Это не адрес"),
        ("add", f"{NEW}\nBcc: x@client.example", "Это не адрес"),
        ("add", BOSS.upper(), "Этот адрес уже есть"),
        ("remove", NEW, "Такого адреса здесь уже нет"),
        ("remove", OLD, "адрес, по которому вы вошли"),
    ],
)
def test_every_problem_is_named_and_nothing_is_changed(house, way, address, said):
    answer = _ask(Browser(house).log_in(OLD), address, way)
    assert (answer.status_code, said in answer.text) == (422, True)
    assert _cell(house) == f"{OLD}, {BOSS}"


def test_limits_hold_for_a_client_and_for_a_mailbox(house):
    browser, other = Browser(house).log_in(OLD), Browser(house).log_in("x@client.example")
    statuses = [_ask(browser, f"n{n}@client.example").status_code for n in range(address_rules.MOST_IN_A_DAY + 1)]
    assert statuses == [303] * address_rules.MOST_IN_A_DAY + [422]
    assert _ask(browser, BOSS, "remove").status_code == 422
    target = "n0@client.example"  # asked once by A
    assert [_ask(other, target, client="X").status_code for _ in range(3)] == [303, 303, 422]
    browser.moment.go(days=1, seconds=1)
    browser = Browser(house, browser.moment).log_in(OLD)
    assert _ask(browser, target).status_code == 303
    with engine.transaction(house) as connection:
        full = ", ".join([OLD, *(f"m{n}@client.example" for n in range(9))])
        address_changes.set_addresses(connection, "A", full, Authorship("Анна", "десять", browser.moment()))
    assert "Больше десяти" in _ask(browser, NEW).text


def test_whoever_came_lately_takes_nobody_away(house, smtp):
    browser = Browser(house).log_in(OLD)
    post = Post(house, smtp, browser.moment)
    _ask(browser, NEW)
    _press(browser, _link(post.new()[NEW]))
    came = Browser(house, browser.moment).log_in(NEW)
    assert "меньше недели назад" in _ask(came, OLD, "remove").text
    browser.moment.go(days=7)
    came = Browser(house, browser.moment).log_in(NEW)
    assert _ask(came, OLD, "remove").status_code == 303


def test_an_older_sheet_does_not_undo_a_clients_word_and_a_newer_one_may(house, smtp, tmp_path):
    browser = Browser(house).log_in(OLD)
    post = Post(house, smtp, browser.moment)
    _ask(browser, NEW)
    _press(browser, _link(post.new()[NEW]))
    now = f"{OLD}, {BOSS}, {NEW}"
    for stale in (f"{OLD}, {BOSS}", f"{BOSS.upper()},{OLD}", ""):
        report = _import(house, tmp_path, stale.replace(",", ", "), NOW + timedelta(days=1))
        assert _cell(house) == now, stale
        [notice] = report.notices
        assert "clients.csv:3 column email: the client itself set" in notice
        assert "does not undo that" in notice
    assert _import(house, tmp_path, now, NOW + timedelta(days=1)).notices == ()
    report = _import(house, tmp_path, "third@client.example", NOW + timedelta(days=2))
    assert "this sheet replaces it" in report.notices[0]
    assert _cell(house) == "third@client.example"
    assert _import(house, tmp_path, f"{OLD}, {BOSS}", NOW + timedelta(days=3)).notices == ()  # ours again: sheets say what holds


def test_what_was_stopped_does_not_come_back_with_a_sheet(house, smtp, tmp_path):
    browser = Browser(house).log_in(OLD)
    post = Post(house, smtp, browser.moment)
    _ask(browser, NEW)
    letters = post.new()
    _press(browser, _link(letters[NEW]))
    _press(Browser(house), _link(letters[BOSS]))
    report = _import(house, tmp_path, f"{OLD}, {BOSS}, {NEW}", NOW + timedelta(days=1))  # exported in between
    assert "does not undo that" in report.notices[0]
    assert _cell(house) == f"{OLD}, {BOSS}"


def test_letters_wait_for_a_server_and_english_readers_get_both_languages(house, smtp, monkeypatch):
    monkeypatch.setattr("pipelines.cabinet.mailing._PAUSES", (0.0,))
    browser = Browser(house, headers={"accept-language": "en"}).log_in(OLD)
    post = Post(house, smtp, browser.moment)
    smtp.kill()
    assert _ask(browser, NEW).status_code == 303
    mail = LinkMail(house, browser.moment, "https://cabinet.example", parse(smtp.uri()))
    mail.close()
    smtp.start()
    letters = post.new()
    assert set(letters) == {OLD, BOSS, NEW}
    assert "Nothing is sent before you confirm" in " ".join(letters[NEW].split())
    assert _press(Browser(house), _link(letters[NEW])).status_code == 200


def test_the_command_line_lists_changes_and_sets_addresses(house, run_cli, smtp, tmp_path):
    wishes = Wishes()
    browser = Browser(house, Moment(), wishes).log_in(OLD)
    _ask(browser, NEW)
    code, out, _ = run_cli("master", "addresses", "A", "--format", "csv")
    assert (code, NEW in out, OLD in out) == (0, True, True)
    assert run_cli("master", "addresses", "A", "--set", BOSS)[0] == 2
    assert run_cli("master", "addresses", "A", "--set", "x", "--by", "Анна", "--reason", "звонок")[0] == 2
    assert run_cli("master", "addresses", "Z", "--set", BOSS, "--by", "Анна", "--reason", "звонок")[0] == 2
    code, _, err = run_cli("master", "addresses", "A", "--set", BOSS, "--by", "Анна", "--reason", "звонок")
    assert (code, err.strip()) == (0, f"A: {BOSS}")
    assert "nothing to change" in run_cli("master", "addresses", "A", "--set", BOSS, "--by", "Анна", "--reason", "звонок")[2]
    assert _cell(house) == BOSS
