"""The demo: the sample company's January and February 2026 through Airflow itself, from master data to a blocked debtor."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

import click

from pipelines.errors import Refused
from stack import bases, lifecycle, live_platform, minute, processes, summary
from stack.environment import ROOT, Stack, passwords
from stack.rest import Rest

MONTHS = {"2026-01": ("2026-01-31", "2026-01-01", "2026-02-02"), "2026-02": ("2026-02-28", "2026-02-02", "2026-03-02")}
"""Month → its last day, the date of its advance invoices, and the date that finance gives the others."""
LADDER_DATE = "2026-03-03"
STATEMENT_UNTIL = "2026-03-02"
NEXT_LADDER_DATE = "2026-03-05"
NEXT_STATEMENT_UNTIL = "2026-03-04"
LIVE_MOMENTS = {"2026-02": [datetime.fromisoformat(f"{day}T23:50:00+03:00") for day in ("2026-02-27", "2026-02-28")]}
"""Month → the evenings on which the live platform is read: before midnight, by its own clock."""
ORGANIZATIONS = ("MT", "SM")
MARKER = ".demo"
STUCK = ("failed", "upstream_failed", "up_for_retry")
SECONDS_BETWEEN_LOOKS = 2
LOOKS = 2
LIMIT = 1800.0


def run(stack: Stack, port: int | None) -> None:
    """Run the whole story in a fresh home and print what came of it. Refused with the failing task's log when a step fails."""
    begun = time.monotonic()
    _fresh_home(stack)
    company = _generate(stack)
    live_platform.prepare(stack, company)
    bases.prepare(company)
    _say(begun, "starting PostgreSQL and Airflow")
    try:
        engineer = lifecycle.up(stack, port)
        onec = bases.Bases(stack)
        live = _tell_the_story(stack, engineer, company, onec, begun)
        _say(begun, "the summary of the story is asked of fleetbill")
        story = summary.text(stack, list(MONTHS), live, [str(each) for each in onec.held()])
        _say(begun, f"{minute.PAYERS} debtors of another organization pay; nobody starts anything (DAGs payments_in, onec_exchange)")
        seconds = minute.measure(stack)
        lifecycle.halt(stack)
        click.echo(summary.ending(stack, story, str(seconds), time.monotonic() - begun))
    finally:
        lifecycle.down(stack)


def _tell_the_story(stack: Stack, engineer: Rest, company: Path, onec: bases.Bases, begun: float) -> str:
    """What became of the blocks on the live platform."""
    up = processes.running(stack)
    if up is None:
        raise Refused("the stack ended while it was starting")
    finance = Rest(up.port, "finance", passwords(stack)["finance"])
    _say(begun, f"importing the master data (DAG master_import); Airflow: http://localhost:{up.port}")
    _finished(
        stack,
        engineer,
        "master_import",
        engineer.trigger("master_import", {"path": str(company / "master"), "by": "Мария Зуева", "reason": "начальный ввод"}),
    )
    _say(begun, "the exchange is set up in both bases of 1C, БП and УТ (DAG onec_exchange)")
    onec.greet()
    for month, (last_day, prepay_date, issue_date) in MONTHS.items():
        _say(begun, f"advance invoices of {month} (DAG prepay_month)")
        _finished(stack, engineer, "prepay_month", engineer.trigger("prepay_month", {"issue_date": prepay_date}, month))
        for moment in LIVE_MOMENTS.get(month, ()):
            _say(begun, f"the live platform is read at {moment:%Y-%m-%d %H:%M} (DAG take_snapshots)")
            live_platform.set_clock(stack, moment)
            _finished(stack, engineer, "take_snapshots", engineer.trigger("take_snapshots", {"moment": moment.isoformat()}))
        _say(begun, f"backfilling the days of {month} (DAG fleet_daily)")
        processes.wait_until(lambda: _no_backfill(engineer), "the end of the backfill before", LIMIT)
        days = {"from_date": f"{month}-01T00:00:00Z", "to_date": f"{last_day}T23:59:00Z", "max_active_runs": 31}
        conf = {"dag_run_conf": {"issue_date": issue_date}}
        engineer.post("backfills", {"dag_id": "fleet_daily", "reprocess_behavior": "none", **days, **conf})
        run_id = _asked(stack, engineer, month)
        _say(begun, f"{month} is drafted; finance looks at it and approves (DAG close_month)")
        # Airflow takes all fields of the question, or none
        finance.answer(
            "close_month", run_id, "approval", "Одобрить", {"issue_date": issue_date, "hold": None, "meant": None, "note": "проверено"}
        )
        _finished(stack, engineer, "close_month", run_id)
        _say(begun, f"{month} is issued, printed, sent to 1C")
    _say(begun, f"the bank's statements arrive; the ladder of {LADDER_DATE} (DAG receivables)")
    _bank_statements(stack, STATEMENT_UNTIL)
    _finished(stack, engineer, "receivables", engineer.trigger("receivables", {"date": LADDER_DATE}))
    blocked = live_platform.blocked(stack)
    _say(begun, f"who was late has paid; access is given back on {NEXT_LADDER_DATE} (DAG receivables)")
    _bank_statements(stack, NEXT_STATEMENT_UNTIL)
    _finished(stack, engineer, "receivables", engineer.trigger("receivables", {"date": NEXT_LADDER_DATE}))
    _workbooks(stack)
    _say(begun, "both bases of 1C read what they have been sent, БП tells of the banks' payments (DAG onec_exchange)")
    onec.load_statements()
    onec.exchange()
    given_back = set(blocked) - set(live_platform.blocked(stack))
    return f"{live_platform.PLATFORM} blocked over HTTP: {_names(blocked)}; given back to who paid: {_names(given_back)}"


def _names(blocked: Iterable[str]) -> str:
    return ", ".join(sorted(blocked)) or "nobody"


def _fresh_home(stack: Stack) -> None:
    """An empty home, or one that a demo made: that one is emptied. Anything else is somebody's work and is left alone."""
    if processes.running(stack):
        raise Refused(f"the stack of {stack.home} is up; `make down` stops it")
    if stack.home.exists() and any(stack.home.iterdir()):
        if not (stack.home / MARKER).exists():
            raise Refused(f"{stack.home} holds other work; name another home for the demo: FLEETBILL_HOME=var/demo make demo")
        lifecycle.down(stack)
        shutil.rmtree(stack.home)
    stack.home.mkdir(parents=True, exist_ok=True)
    (stack.home / MARKER).touch()


def _generate(stack: Stack) -> Path:
    company = stack.home / "company"
    _sample(str(company), "--source-root", f"{company}/snapshots/")
    return company


def _bank_statements(stack: Stack, until: str) -> None:
    """What the banks would send for the invoices that were really issued, dropped where `receivables` looks."""
    issued = stack.home / "company" / "issued.json"
    issued.write_text(json.dumps(summary.asked(stack, "invoices")))
    for organization in ORGANIZATIONS:
        to = stack.settings.exchange / "bank" / "in" / f"{organization}-{until}.txt"
        _sample("bank", "--invoices", str(issued), "--organization", organization, "--until", until, "--out", str(to))


def _workbooks(stack: Stack) -> None:
    """The finance workbooks with debts and payments as of the demo's last day, not of the day on which it is run."""
    for month in MONTHS:
        command = [sys.executable, "-m", "pipelines.cli", "report", "--month", month, "--date", LADDER_DATE]
        subprocess.run(command, check=True, cwd=ROOT, env={**os.environ, "FLEETBILL_HOME": str(stack.home)}, stdout=subprocess.DEVNULL)


def _sample(*arguments: str) -> None:
    subprocess.run([sys.executable, str(ROOT / "sample" / "generate.py"), *arguments], check=True, stderr=subprocess.DEVNULL)


def _no_backfill(rest: Rest) -> bool:
    """Whether no backfill of the days is at work: Airflow takes one at a time, and ends it a moment after its last run."""
    return all(each["completed_at"] for each in rest.get("backfills?dag_id=fleet_daily")["backfills"])


def _asked(stack: Stack, rest: Rest, month: str) -> str:
    """Id of the month's run once it has waited for a person for a few seconds.

    An answer in the very second in which the task pauses finds its process still at work, and Airflow lets the task try again.
    """
    sightings: list[str] = []

    def waiting() -> bool:
        _nothing_stuck(stack, rest, "fleet_daily", [run["dag_run_id"] for run in rest.runs("fleet_daily", "failed")])
        for run in rest.runs("close_month"):
            if run["partition_key"] == month:
                _nothing_stuck(stack, rest, "close_month", [run["dag_run_id"]])
                states = {task["task_id"]: task["state"] for task in rest.tasks("close_month", run["dag_run_id"])}
                if states.get("approval") == "awaiting_input":
                    sightings.append(run["dag_run_id"])
        return len(sightings) >= LOOKS

    processes.wait_until(_alive(stack, waiting), f"the draft of {month}", LIMIT, every=SECONDS_BETWEEN_LOOKS)
    return sightings[0]


def _finished(stack: Stack, rest: Rest, dag_id: str, run_id: str) -> None:
    def done() -> bool:
        _nothing_stuck(stack, rest, dag_id, [run_id])
        return bool(rest.run(dag_id, run_id)["state"] == "success")

    processes.wait_until(_alive(stack, done), f"{dag_id} {run_id}", LIMIT, every=SECONDS_BETWEEN_LOOKS)


def _alive(stack: Stack, done: Callable[[], bool]) -> Callable[[], bool]:
    def checked() -> bool:
        up = processes.running(stack)
        for component in up.dead if up else list(processes.COMPONENTS):
            raise Refused(f"{component} ended:\n{processes.tail(processes.log_of(stack, component))}")
        return done()

    return checked


def _nothing_stuck(stack: Stack, rest: Rest, dag_id: str, run_ids: list[str]) -> None:
    """Refused with the end of the log of the first task that failed."""
    for run_id in run_ids:
        for task in rest.tasks(dag_id, run_id):
            if task["state"] in STUCK:
                log = _task_log(stack, dag_id, run_id, task["task_id"])
                raise Refused(f"{dag_id}.{task['task_id']} of {run_id}: {task['state']}\n{log}")


def _task_log(stack: Stack, dag_id: str, run_id: str, task_id: str) -> str:
    folder = stack.logs / "airflow" / f"dag_id={dag_id}" / f"run_id={run_id}" / f"task_id={task_id}"
    logs = sorted(folder.glob("attempt=*.log"))
    if not logs:
        return f"(no log in {folder})"
    lines = []
    for line in logs[-1].read_text(errors="replace").splitlines()[-25:]:
        try:
            noted = json.loads(line)
        except ValueError:
            lines.append(line)
            continue
        lines.append(str(noted.get("event", "")))
        lines += [f"  {error.get('exc_type')}: {error.get('exc_value')}" for error in noted.get("error_detail") or []]
    return "\n".join(lines)


def _say(begun: float, text: str) -> None:
    click.echo(f"{time.monotonic() - begun:4.0f} s  {text}", err=True)
