"""`python -m tests.scale`: a month under Airflow's CeleryExecutor with workers that share addresses alone, disturbed or not.

Each story ends with the whole database and every paper compared with an undisturbed month of one process. What it took is printed.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from pipelines.settings import Settings
from pipelines.warehouse import embedded, migrate
from stack import processes
from stack.layout import CELERY, Layout
from tests.database import difference
from tests.scale.house import House, Size, house, undisturbed

_PATIENCE = 600.0  # seconds until something is printed or issued
_AWAY = 5  # seconds that a killed broker or worker is away
STORIES = ("quiet", "worker", "broker", "issuing worker", "issuing broker")


def main() -> int:
    """Run the stories that are named; 1 where something differs."""
    parser = argparse.ArgumentParser(prog="python -m tests.scale", description=__doc__)
    parser.add_argument("stories", nargs="*", help=f"of {', '.join(STORIES)}; none: all")
    parser.add_argument("--contracts", type=int, default=200)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--schedulers", type=int, default=1)
    parser.add_argument("--at-once", type=int, default=3, help="tasks of one worker")
    parser.add_argument("--batch", type=int, default=25, help="invoices of one printing task")
    given = parser.parse_args()
    expected = reference(Size(given.contracts))
    failed = 0
    for story in given.stories or STORIES:
        failed += run(story, given, expected)
    return 1 if failed else 0


def run(story: str, given: argparse.Namespace, expected: tuple) -> int:
    """One story; how many tables and papers differ."""
    layout = Layout(CELERY, given.workers, given.schedulers, given.at_once)
    with house(Size(given.contracts), layout, given.batch) as made:
        began = time.monotonic()
        made.days()
        say(story, f"three days of {given.contracts} contracts landed and counted", began)
        run_id = made.ask()
        began = time.monotonic()
        made.approve(run_id)
        disturb(story, made, run_id)
        made.finished("close_month", run_id)
        say(story, f"approved, issued, printed, sent by {given.workers} workers and {given.schedulers} schedulers", began)
        tasks = made.tasks("close_month", run_id)
        printed = [task for task in tasks if task["task_id"] == "print"]
        say(
            story,
            f"printing tasks by worker: {dict(Counter(task['hostname'] for task in printed))}; "
            f"at most {max(task['try_number'] for task in tasks)} tries",
        )
        first, last = min(task["start_date"] for task in printed), max(task["end_date"] for task in printed)
        span = datetime.fromisoformat(last) - datetime.fromisoformat(first)
        say(story, f"from the first printing task's start to the last one's end: {span.total_seconds():.1f} s")
        say(story, f"processor seconds of the stack: {made.processor_seconds():.0f}")
        tables, papers = made.result()
    differing = difference(tables, expected[0])
    lost = {path for path in papers.keys() | expected[1].keys() if papers.get(path) != expected[1].get(path)}
    for name, (ours, theirs) in differing.items():
        say(story, f"DIFFERS {name}: {ours[:3]} beside {theirs[:3]}")
    say(story, f"{len(papers)} papers; {len(differing)} tables and {len(lost)} papers differ from an undisturbed month")
    return len(differing) + len(lost)


def disturb(story: str, made: House, run_id: str) -> None:
    """What happens while papers are printed, or in the midst of the issuing transaction."""
    if story == "quiet":
        return
    if story.startswith("issuing"):
        with made.held_in_issuing() as issuing:
            disturb_issuing(story, made, run_id, issuing)
        return
    victim = printing(made, run_id)
    component = "broker" if story == "broker" else victim
    made.kill(component)
    say(story, f"{component} killed while it prints: {made.states('close_month', run_id)}")
    time.sleep(_AWAY)
    if story == "broker":
        made.begin_again("broker")


def disturb_issuing(story: str, made: House, run_id: str, is_issuing: Callable[[], bool]) -> None:
    """Invoices, numbers and lines are written and not committed: then the worker that wrote them dies, or the broker."""
    processes.wait_until(is_issuing, "the issuing transaction", _PATIENCE, every=0.2)
    victim = next(task["hostname"] for task in made.tasks("close_month", run_id) if task["task_id"] == "issue")
    component = "broker" if story == "issuing broker" else victim
    made.kill(component)
    say(story, f"{component} killed while {victim} issues: {made.states('close_month', run_id)}")
    time.sleep(_AWAY)
    made.begin_again(component)  # the machine is back: the first worker alone has the folder of the exchange


def printing(made: House, run_id: str) -> str:
    """A worker as soon as it prints, the one with the highest number: the first one alone has the folder of the exchanges."""
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        at_work = {
            task["hostname"]
            for task in made.tasks("close_month", run_id)
            if task["task_id"] == "print" and task["state"] == "running" and task["hostname"]
        }
        if at_work:
            return max(at_work)
        time.sleep(0.5)
    raise AssertionError(made.states("close_month", run_id))


def reference(size: Size) -> tuple:
    """The undisturbed month, in an embedded house of its own."""
    home = Path(tempfile.mkdtemp(prefix="fbs-"))
    settings = replace(Settings(), home=home)
    try:
        migrate.upgrade(settings)
        return undisturbed(size, settings, home)
    finally:
        embedded.stop(home)
        shutil.rmtree(home, ignore_errors=True)


def say(story: str, text: str, since: float | None = None) -> None:
    """A line of the story, with how long it took and how busy the machine is."""
    took = f"{time.monotonic() - since:.1f} s, load {os.getloadavg()[0]:.0f}: " if since is not None else ""
    print(f"{story:<15} {took}{text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
