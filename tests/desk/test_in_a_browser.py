"""The desk in a real browser, inside the interface that Airflow serves: a month approved with clicks, every page looked at by axe."""

import pytest

from tests.cabinet.serving import SIZES, chromium, needs_chromium
from tests.desk.test_decisions import BOOKS
from tests.serving import serving

pytestmark = [pytest.mark.airflow, needs_chromium]
SERIOUS = ("serious", "critical")
LOST = """[...document.querySelectorAll('.scroll')].filter(box => {
    const held = box.querySelector('tbody td.name, tbody tr:not(:has(.name)) > td:first-child:not([colspan])')
    box.scrollLeft = 9999
    return held && held.getBoundingClientRect().left < box.getBoundingClientRect().left - 2
}).map(box => box.innerText.slice(0, 80))"""
"""Tables of a phone that are moved to their end and have lost the name that their figures belong to."""
MENU = ("/", "/drafts", "/corrections", "/findings", "/debts", "/payments", "/addresses", "/addresses?client=C-K1", "/exchange")


@pytest.fixture(scope="module")
def address(airflow_server):
    """Where Airflow's API server answers."""
    with serving(airflow_server.app, lifespan="off") as port:
        yield f"http://localhost:{port}"


@pytest.fixture
def settings(tmp_path, february):
    with february.copy(tmp_path / "home") as made:
        yield made


def test_a_month_is_approved_in_the_desk_and_no_page_has_a_serious_fault(asked, address, home):
    from axe_playwright_python.sync_playwright import Axe
    from sqlalchemy import text

    from pipelines.warehouse import engine

    with chromium() as browser, browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        page = context.new_page()
        faults = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(f"{address}/auth/login/")
        page.fill("input[name=username]", "finance")
        page.fill("input[name=password]", "password")
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "/auth/" not in url)
        page.goto(f"{address}/plugin/billing")
        desk = page.frame_locator("iframe")
        desk.get_by_role("link", name="Черновики", exact=True).click()
        desk.get_by_label("Придержать K2").check()
        desk.get_by_label("Дата счетов").fill("2026-03-02")
        desk.get_by_label("Примечание").fill("проверено")
        desk.get_by_role("button", name="Одобрить без отмеченных").click()
        desk.get_by_text("Одобрено, finance: февраль 2026\N{NO-BREAK SPACE}г. Придержаны: K2.").wait_for()
        desk.get_by_role("link", name="Долги", exact=True).click()
        desk.get_by_label("Почему отключать нельзя").fill("банк молчит")
        desk.get_by_role("button", name="Остановить все отключения").click()
        desk.get_by_text("Отключения остановлены, finance.").wait_for()
        desk.get_by_label("Код клиента").first.fill("C-K1")
        desk.get_by_label("Заплатит до").fill("2027-01-10")
        desk.get_by_label("Кто и как обещал").first.fill("директор, по телефону")
        desk.get_by_role("button", name="Записать", exact=True).click()
        desk.get_by_text("Записано обещание: C-K1, до 10.01.2027").wait_for()
        desk.get_by_label("Почему отключать снова можно").fill("выписка пришла")
        desk.get_by_role("button", name="Разрешить отключения").click()
        desk.get_by_text("Отключения разрешены, finance").wait_for()
        asked.resumed()
        assert asked.run.call("issue") == {"invoices": 1}
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            for path in MENU:
                page.goto(f"{address}/billing{path}")
                found = Axe().run(page).response["violations"]
                assert [(each["id"], each["nodes"][0]["html"]) for each in found if each["impact"] in SERIOUS] == [], (scheme, path)
                for width, height in SIZES.values():
                    page.set_viewport_size({"width": width, "height": height})
                    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0, (path, width)
                    assert page.evaluate(LOST) == [] or width > SIZES["phone"][0], path
        assert faults == []
    with engine.transaction(home) as connection:
        assert [row[1] for row in connection.execute(text(BOOKS[0]))] == ["K1"]
