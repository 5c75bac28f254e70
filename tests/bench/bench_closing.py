"""Fifty readers while a month closes: python tests/bench/bench_closing.py [CONTRACTS [VEHICLES]].

A synthetic January is landed and counted in two houses. In one it is closed with nobody looking; in the other 40 readers
of the cabinet, each a dealer of some clients, and 10 of the desk read page after page, first with nothing else to do, then while
`close --approve-by` runs as a process of its own, papers and all. Every answer of the cabinet must be the page as it was before the close
or as it is after it; what the desk calls billed must be nothing, or all. Bar: no other answer. Times are told beside the quiet ones.
"""

import http.client
import multiprocessing
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import create_engine, text

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from pipelines.cabinet import sessions
from pipelines.cabinet.app import application as cabinet
from pipelines.desk.app import application as desk
from pipelines.settings import Settings
from pipelines.warehouse import embedded, engine
from tests.bench.bench_cabinet import Nobody
from tests.bench.bench_close import HERE, MONTH, fleetbill
from tests.bench.bench_whole_close import Closed, closed, landed, month_of
from tests.cabinet.reading_on import Answer, Pages, Read, billed, neither, read_once, read_until
from tests.desk.looking import SignedIn
from tests.serving import serving

IN_CABINET, IN_DESK, QUIET_SECONDS = 40, 10, 20
AT = datetime(2026, 2, 1, 9, tzinfo=UTC)
PAGES = ("/", "/invoices", "/acts", "/payments", "/clients")
DESK_PAGES = (f"/?month={MONTH}", f"/drafts?month={MONTH}", "/debts", f"/findings?month={MONTH}")
_PEOPLE = (
    "UPDATE master.clients SET email = lower(client_code) || '@client.example'",
    f"""UPDATE master.clients SET dealer_code = 'K' || lpad((substr(client_code, 2)::int % {IN_CABINET})::text, 6, '0')
    WHERE substr(client_code, 2)::int BETWEEN {IN_CABINET} AND {IN_CABINET * 20 - 1}""",
)  # fmt: skip


def _asking(port: int, cookie: str) -> Read:
    connection = http.client.HTTPConnection("127.0.0.1", port)

    def read(path: str) -> tuple[int, str]:
        connection.request("GET", path, headers={"Cookie": f"fleetbill-session={cookie}"})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()

    return read


def once(port: int, cookies: Sequence[str], paths: Sequence[str]) -> Pages:
    """Every page once for each reader; to be run in a process of its own, as the next one."""
    return read_once([_asking(port, cookie) for cookie in cookies], paths)


def on_and_on(ports: tuple[int, int], cookies: Sequence[str], stop: str) -> tuple[list[Answer], list[Answer]]:
    """Answers of the cabinet and of the desk, read by all readers at once until the file ``stop`` is there."""
    over, found = threading.Event(), {}

    def look() -> None:
        while not Path(stop).exists():
            time.sleep(0.1)
        over.set()

    def of(name: str, port: int, who: Sequence[str], paths: Sequence[str]) -> None:
        found[name] = read_until(over, [_asking(port, cookie) for cookie in who], paths)

    threads = (
        threading.Thread(target=look),
        threading.Thread(target=of, args=("cabinet", ports[0], cookies, PAGES)),
        threading.Thread(target=of, args=("desk", ports[1], ["none"] * IN_DESK, DESK_PAGES)),
    )
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return found["cabinet"], found["desk"]


def house(home: Path, month: Path) -> Settings:
    """A house whose January is landed and counted, with readers in its master data."""
    landed(HERE, month, home)
    fleetbill(HERE, home, "usage", "--month", MONTH)
    settings = Settings(home=home)
    owner = create_engine(engine.url(settings, owner=True))
    with owner.begin() as connection:
        for statement in _PEOPLE:
            connection.execute(text(statement))
    owner.dispose()
    return settings


def told(name: str, quiet: Sequence[Answer], busy: Sequence[Answer]) -> None:
    """Medians and highest times of each page, quiet and while the month closes."""
    for path in dict.fromkeys(each.path for each in quiet):
        at = [[each.seconds * 1000 for each in answers if each.path == path] for answers in (quiet, busy)]
        medians = "".join(f"{statistics.median(each):>11.0f}{max(each):>11.0f}" for each in at)
        print(f"{name + ' ' + path:<34}{medians}{len(at[1]):>9}")


def main(contracts: int, vehicles: int) -> int:
    """Print the tables; 1 where a page was wrong."""
    with tempfile.TemporaryDirectory(prefix="fleetbill-bench-") as named:
        folder = Path(named)
        month, alone, home = month_of(folder / "month", contracts, vehicles), folder / "alone", folder / "home"
        try:
            house(alone, month)
            undisturbed = closed(HERE, alone)
            embedded.stop(alone)
            is_wrong = _with_readers(house(home, month), folder, undisturbed)
        finally:
            for each in (alone, home):
                embedded.stop(each)
    return int(is_wrong)


def _with_readers(settings: Settings, folder: Path, undisturbed: Closed) -> bool:
    with engine.transaction(settings) as connection:
        cookies = [sessions.begin(connection, f"k{n:06}@client.example", AT, is_confirmed=True) for n in range(IN_CABINET)]
    with (
        serving(cabinet(settings, lambda: AT, Nobody())) as port,
        serving(desk(settings, SignedIn())) as desk_port,
        multiprocessing.get_context("spawn").Pool(1) as elsewhere,
    ):
        before = elsewhere.apply(once, (port, cookies, PAGES))
        stops = [folder / "quiet", folder / "closed"]
        reading = elsewhere.apply_async(on_and_on, ((port, desk_port), cookies, str(stops[0])))
        time.sleep(QUIET_SECONDS)
        stops[0].touch()
        quiet, quiet_desk = reading.get()
        reading = elsewhere.apply_async(on_and_on, ((port, desk_port), cookies, str(stops[1])))
        disturbed = closed(HERE, settings.home)
        stops[1].touch()
        busy, busy_desk = reading.get()
        after = elsewhere.apply(once, (port, cookies, PAGES))
    print(f"{IN_CABINET} readers of the cabinet, {IN_DESK} of the desk, ms")
    print(f"{'page':<34}{'quiet':>11}{'most':>11}{'closing':>11}{'most':>11}{'answers':>9}")
    told("cabinet", quiet, busy)
    told("desk", quiet_desk, busy_desk)
    print(f"close alone:        {undisturbed}")
    print(f"close with readers: {disturbed} (PostgreSQL's seconds are those of the readers too)")
    wrong = neither(busy, before, after)
    failed = [each for each in busy_desk if each.status != 200]
    sums = set().union(*(billed(each.words) for each in busy_desk))
    changed = sum(each.words != before[place].words for place, each in after.items())
    seen_new = sum(each.words == after[each.reader, each.path].words != before[each.reader, each.path].words for each in busy)
    print(
        f"{len(busy)} answers of the cabinet while it closed: {len(wrong)} neither old nor new, {seen_new} new; {changed} pages changed. "
        f"{len(busy_desk)} of the desk: {len(failed)} errors, billed nothing or {sorted(sums)}"
    )
    for each in (*wrong[:3], *failed[:3]):
        print(f"wrong: reader {each.reader} {each.path} {each.status}: {each.words[:600]}")
    return bool(wrong or failed or len(sums) > 1)


if __name__ == "__main__":
    numbers = [int(each) for each in sys.argv[1:3]]
    chosen = numbers[0] if numbers else 2_000
    raise SystemExit(main(chosen, numbers[1] if len(numbers) > 1 else chosen * 10))
