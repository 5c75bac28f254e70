"""Real pages in a real browser: login by a mailed link, and what a person sees and does, in both themes and three sizes."""

import io
import re

import pytest
from pypdf import PdfReader
from sqlalchemy import create_engine, text

from pipelines.receivables.importing import import_payments
from tests.cabinet.conftest import numbers_of
from tests.cabinet.serving import SIZES, chromium, log_in, needs_chromium, served
from tests.conftest import NOW
from tests.ledger_world import Paper, statement

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
def test_axe_finds_no_serious_fault(signed_in, cabinet, theme):
    from axe_playwright_python.sync_playwright import Axe

    page, axe, found = signed_in("d" if theme == "светлая" else "a"), Axe(), {}
    page.get_by_role("button", name=theme).click()
    sizes = list(SIZES.values())
    for place, address in enumerate([*_menu(page), f"{cabinet.url}/running"]):
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


def test_from_an_invoice_down_to_the_vehicles_of_a_day_and_its_pdf(issued_world, signed_in):
    number = numbers_of(issued_world)["A"]
    page = signed_in("a")
    page.get_by_role("link", name=number).first.click()
    assert number in page.get_by_role("heading", level=1).inner_text()
    address = page.get_by_role("link", name="Счёт, PDF").evaluate("link => link.href")
    content = page.context.request.get(address).body()
    assert content.startswith(b"%PDF-")
    assert number in "".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(content)).pages)
    page.get_by_role("link", name="по дням и машинам").first.click()
    page.get_by_role("link", name="15 января 2026").click()
    assert "Учтено в счёте: 4" in page.locator("main").inner_text()  # A's fleet of that day
    assert page.locator("tbody tr").count() == 4
    assert page.locator("tbody").get_by_text("да", exact=True).count() == 4


def test_paying_is_seen_at_the_next_look(issued_world, signed_in, tmp_path):
    """D owes 156 vehicle-days of 10.00 with 22 %: 1903.20; it pays 903.20 of it, and then the rest."""
    number, page = numbers_of(issued_world)["D"], signed_in("d")
    row = page.locator("tr", has=page.get_by_role("link", name=number))
    assert re.search(r"1\s903,20", row.first.inner_text())
    assert page.locator(".qr svg").count() >= 1
    for place, (amount, left) in enumerate((("903.20", "1 000,00"), ("1000.00", None))):
        paper = Paper(f"9{place}", amount, f"Оплата по счету {number}", name="ООО «D»")
        import_payments(issued_world, statement(tmp_path / f"{place}.txt", paper), NOW)
        page.reload()
        said = re.sub(r"\s", " ", " ".join(row.all_inner_texts()))
        assert (left in said) if left else number not in said


def test_a_dealer_opens_its_clients_and_a_client_no_other(issued_world, signed_in, cabinet):
    numbers, dealer = numbers_of(issued_world), signed_in("d")
    dealer.get_by_role("link", name="Клиенты").click()
    dealer.locator("main").get_by_role("link", name="«A»").click()
    assert dealer.get_by_role("heading", level=1).inner_text() == "ООО «A»"
    dealer.get_by_role("link", name=numbers["A"]).first.click()
    assert numbers["A"] in dealer.get_by_role("heading", level=1).inner_text()
    other = signed_in("a")
    for path in (f"/invoice?number={numbers['X']}", f"/invoice?number={numbers['D']}", "/?client=X", "/?client=D"):
        other.goto(cabinet.url + path)
        assert other.get_by_role("heading", level=1).inner_text() == "Такой страницы нет", path


_TRAP = """<form id=f method=post action="{url}/account/sign-out-everywhere"><input name=form_token></form><script>f.submit()</script>"""


def test_what_an_attacker_tries_in_the_browser_of_a_reader(browser, cabinet):
    """A used link, a form of another site, a frame around the cabinet, a session that was planted before the login."""
    with browser.new_context(locale="ru-RU") as context:
        page = context.new_page()
        planted = {"name": "fleetbill-session", "value": "known-to-the-attacker", "url": cabinet.url}
        context.add_cookies([planted])
        known = cabinet.links("b@client.example")
        log_in(page, cabinet, "b@client.example")
        [used] = cabinet.links("b@client.example") - known
        assert {each["value"] for each in context.cookies() if each["name"] == planted["name"]} != {planted["value"]}
        page.goto(used)
        assert page.get_by_role("heading", level=1).inner_text() == "Ссылка не действует"
        page.route("http://evil.example/*", lambda route: route.fulfill(body=_TRAP.format(url=cabinet.url), content_type="text/html"))
        page.goto("http://evil.example/")
        page.wait_for_url(f"{cabinet.url}/account/sign-out-everywhere")
        assert page.get_by_role("heading", level=1).inner_text() == "Форма устарела"
        framed = f'<iframe src="{cabinet.url}/"></iframe>'
        page.route("http://frame.example/*", lambda route: route.fulfill(body=framed, content_type="text/html"))
        page.goto("http://frame.example/")
        assert page.frames[-1].url != f"{cabinet.url}/"
        page.goto(f"{cabinet.url}/account")
        assert page.get_by_text("b@client.example").first.is_visible()  # still logged in
