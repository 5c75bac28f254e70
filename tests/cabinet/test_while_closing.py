"""A month closes while readers read: of every page they get what was there before, or what is there afterwards; no error, no half month."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from urllib.parse import quote

from starlette.testclient import TestClient

from pipelines.clock import Authorship
from pipelines.desk.app import application
from pipelines.runs.close import close
from pipelines.settings import Settings
from tests.cabinet.browsing import Browser, words_of
from tests.cabinet.reading_on import billed, neither, read_once, read_until
from tests.conftest import NOW
from tests.dealing import JANUARY
from tests.desk.looking import IS_BEING_READ, SignedIn

PAGES = ("/", "/invoices", "/acts", "/payments", "/clients")


def test_readers_see_the_month_before_or_after_its_close_and_nothing_between(landed_company, tmp_path):
    """D and B are dealers, with pages of their clients. D owes 1560.00, A 1240.00, C 300.00, X 310.00: 3410.00 and 22 % are 4160.20."""
    with landed_company.copy(tmp_path / "home") as house:
        browsers = [Browser(house).log_in(f"{code}@client.example") for code in ("d", "b", "d")]
        readers = [lambda path, browser=browser: _got(browser, path) for browser in browsers]
        before = read_once(readers, PAGES)
        desk = TestClient(application(house, SignedIn()))
        over = threading.Event()

        def looked_at() -> list[set[str]]:
            looks = [_billed_now(desk)]
            while not over.is_set():
                looks.append(_billed_now(desk))
            return looks

        with ThreadPoolExecutor(2) as together:
            reading, looking = together.submit(read_until, over, readers, PAGES), together.submit(looked_at)
            try:
                close(house, JANUARY, approver=Authorship("Анна", "проверено", NOW), issued_on=date(2026, 2, 1), at=NOW)
            finally:
                over.set()
        seen, looks = reading.result(), looking.result()
        after = read_once(readers, PAGES)
        assert [each.path for each in after.values() if each.words != before[each.reader, each.path].words]
        assert neither(seen, before, after) == []
        assert len(seen) >= len(before)
        assert len(looks) > 1
        assert set().union(*looks) <= {"416020"}
        assert _billed_in_the_end(house) == {"416020"}


def _billed_now(desk: TestClient) -> set[str]:
    page = desk.get("/", params={"month": "2026-01"})
    assert page.status_code == 200
    return billed(words_of(page.text))


def _billed_in_the_end(house: Settings) -> set[str]:
    """As a desk shows it that has kept nothing from before; a machine under load may take a while to read it."""
    desk, end = TestClient(application(house, SignedIn())), time.monotonic() + 60
    while IS_BEING_READ in (page := desk.get("/", params={"month": "2026-01"})).text:
        assert time.monotonic() < end, "it was never read"
        time.sleep(0.05)
    return billed(words_of(page.text))


def _got(browser: Browser, path: str) -> tuple[int, str]:
    answer = browser.get(quote(path, safe="/?=&"), follow_redirects=True)
    return answer.status_code, answer.text
