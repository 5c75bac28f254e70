"""Real pages in a real browser: login by a mailed link, and what a person sees and does, in both themes and three sizes."""

import re

import pytest
from sqlalchemy import create_engine, text

from tests.cabinet.conftest import numbers_of
from tests.cabinet.serving import SIZES, chromium, log_in, needs_chromium, served

pytestmark = needs_chromium
_BLOCK = """
INSERT INTO access.orders (order_no, platform, account_id, client_code, organization_code, action, state_before, reason, effective_on, at,
    target, target_id)
VALUES (1, 'gps1', 'C', 'C', 'ORG', 'block', 'active', 'debt', '2026-03-01', '2026-03-01', 'account', 'C')
"""
_SERIOUS = ("serious", "critical")


@pytest.fixture(scope="module")
def cabinet(issued_world, tmp_path_factory):
    with served(issued_world, tmp_path_factory.mktemp("served")) as made:
        yield made


@pytest.fixture(scope="module")
def browser():
    with chromium() as made:
        yield made


@pytest.fixture(scope="module")
def signed_in(browser, cabinet):
    """``signed_in("a")``: a page of who has that letter's address, logged in once for all tests."""
    contexts = {}

    def page(letter):
        if letter not in contexts:
            contexts[letter] = browser.new_context(locale="ru-RU", viewport=dict(zip(("width", "height"), SIZES["laptop"], strict=True)))
            opened = contexts[letter].new_page()
            opened.faults = []
            opened.on("console", lambda message: opened.faults.append(message.text))
            opened.on("pageerror", lambda error: opened.faults.append(str(error)))
            log_in(opened, cabinet, f"{letter}@client.example")
        opened = contexts[letter].pages[0]
        opened.goto(f"{cabinet.url}/")
        return opened

    yield page
    for context in contexts.values():
        context.close()


def _menu(page) -> list[str]:
    return page.locator(".menu a").evaluate_all("links => links.map(link => link.href)")


def test_a_person_logs_in_by_mail_and_out_again(browser, cabinet):
    with browser.new_context(locale="ru-RU") as context:
        page = context.new_page()
        log_in(page, cabinet, "x@client.example")
        assert page.get_by_text("x@client.example").is_visible()
        cookies = {each["name"]: each for each in context.cookies()}
        assert cookies["fleetbill-session"]["httpOnly"]
        assert page.evaluate("document.cookie") == ""
        page.get_by_role("button", name="English").click()
        assert page.get_by_role("button", name="Sign out").is_visible()
        page.get_by_role("button", name="Sign out").click()
        assert page.url == f"{cabinet.url}/login"
        page.goto(f"{cabinet.url}/account")
        assert page.url == f"{cabinet.url}/login"


def test_nothing_is_refused_by_the_browser_and_no_page_is_wider_than_its_screen(signed_in):
    page = signed_in("a")
    for address in _menu(page):
        page.goto(address)
        for width, height in SIZES.values():
            page.set_viewport_size({"width": width, "height": height})
            assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0, (address, width)
    assert page.faults == []


@pytest.mark.parametrize("theme", ["светлая", "тёмная"])
def test_axe_finds_no_serious_fault(signed_in, theme):
    from axe_playwright_python.sync_playwright import Axe

    page, axe, found = signed_in("d" if theme == "светлая" else "a"), Axe(), {}
    page.get_by_role("button", name=theme).click()
    sizes = list(SIZES.values())
    for place, address in enumerate(_menu(page)):
        page.goto(address)
        width, height = sizes[place % len(sizes)]
        page.set_viewport_size({"width": width, "height": height})
        for each in axe.run(page).response["violations"]:
            if each["impact"] in _SERIOUS:
                found[address] = (each["id"], [node["html"] for node in each["nodes"]][:3])
    assert found == {}


def test_the_login_page_has_no_serious_fault_either(browser, cabinet):
    from axe_playwright_python.sync_playwright import Axe

    for scheme in ("light", "dark"):
        with browser.new_context(color_scheme=scheme) as context:
            page = context.new_page()
            page.goto(f"{cabinet.url}/login")
            assert [each["id"] for each in Axe().run(page).response["violations"] if each["impact"] in _SERIOUS] == []


def test_everything_works_without_a_script(browser, cabinet):
    with browser.new_context(java_script_enabled=False, locale="ru-RU") as context:
        page = context.new_page()
        log_in(page, cabinet, "b@client.example")
        page.get_by_role("button", name="тёмная").click()
        assert page.locator("html[data-theme=dark]").count() == 1


def test_while_access_is_blocked_the_cabinet_is_open_and_says_so(issued_world, signed_in):
    page = signed_in("c")
    assert page.get_by_role("status").count() == 0
    owner = create_engine(issued_world.database_owner_url)
    with owner.begin() as connection:
        connection.execute(text(_BLOCK))
    owner.dispose()
    for address in _menu(page):
        page.goto(address)
        assert "Доступ к мониторингу приостановлен" in page.get_by_role("status").first.inner_text(), address


def test_a_dealer_opens_its_clients_and_a_client_no_other(issued_world, signed_in, cabinet):
    numbers = numbers_of(issued_world)
    dealer = signed_in("d")
    dealer.get_by_role("link", name="Клиенты").click()
    dealer.get_by_role("link", name="ООО «A»").click()
    assert numbers["A"] in dealer.locator("main").inner_text()
    other = signed_in("a")
    said = other.locator("main").inner_text()
    assert not re.search(rf"{re.escape(numbers['X'])}|«X»", said)
