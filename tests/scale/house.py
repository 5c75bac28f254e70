"""A house that several workers share by addresses alone: an object storage, a database, a broker; its month driven through Airflow.

Contracts are in force on the last days of January alone, so these days and a close make the month.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import psutil
from sqlalchemy import create_engine, text

from pipelines.clock import Authorship
from pipelines.documents.store import DocumentStore
from pipelines.evidence.landing_folder import land_folder
from pipelines.master.importing import import_master
from pipelines.period import Month
from pipelines.runs.close import close
from pipelines.runs.file_trees import FileTree
from pipelines.settings import Settings, load
from pipelines.usage.month import compute
from pipelines.warehouse import embedded, engine
from stack import lifecycle, processes
from stack import rest as rest_api
from stack.environment import ROOT, Stack, environment, metadata_database, passwords
from stack.layout import Layout
from stack.rest import Rest
from tests.company import Company, steady
from tests.database import Contents, contents
from tests.object_store import BUCKET, ObjectStore
from tests.smtp_server import free_port

JANUARY = Month(2026, 1)
AT = datetime(2026, 2, 1, 9, 0, tzinfo=UTC)
AUTHOR = Authorship("Анна", "начало", AT)
SOURCES = f"s3://{BUCKET}/sources"
TOLD = {"issue_date": "2026-02-01", "hold": None, "meant": None, "note": "проверено"}
# a worker that died is missed after half a minute, and what it had taken from the broker is queued again after a minute
QUICKLY = {
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "30",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "10",
    "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT": "60",
    "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT_CHECK_INTERVAL": "10",
    "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "20",
}
_WAITING = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = 'billing.closed'::regclass)"
_LIMIT = 1500.0
_PATIENCE = 240  # seconds that the API of a busy machine may take
# what people were asked and answered is Airflow's own way; moments, digests over them, random ids and where the platform's files lie differ
_APART = {"billing.questions", "billing.answers", "billing.approvals", "billing.approved_pages", "evidence.files_read"}
_OF_A_RUN = re.compile(
    r"/\S*/fbs-\w+/files|s3://fleetbill/sources|[0-9a-f]{64}|[0-9a-f]{32}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    r"|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d(:?\d\d)?|Z)?"
)


@dataclass(frozen=True)
class Size:
    """How many contracts, of two vehicles each, and on how many days they are in force."""

    contracts: int
    days: int = 3

    @property
    def dates(self) -> list[date]:
        return list(JANUARY.dates())[-self.days :]

    @property
    def company(self) -> Company:
        return Company({f"K{number:04}": steady(2) for number in range(1, self.contracts + 1)}, starts_on=self.dates[0])


@dataclass
class House:
    """What runs: the stack with its layout, and what a test does with it."""

    size: Size
    stack: Stack
    layout: Layout
    rest: Rest
    variables: dict[str, str]

    @property
    def settings(self) -> Settings:
        """Of a process that only reads: the database by its server, lake and documents by URL."""
        return self.stack.settings

    def days(self) -> None:
        """Each day by a run of `fleet_daily`."""
        for day in self.size.dates:
            self.finished("fleet_daily", self.rest.trigger("fleet_daily", partition_key=str(day)))

    def ask(self) -> str:
        """The close is drafted and waits for a person; its run."""
        run_id = self.rest.trigger("close_month", partition_key=str(JANUARY))
        waited: list[int] = []

        def waiting() -> bool:
            states = self.states("close_month", run_id)
            assert "failed" not in states.values(), states
            waited.extend([1] * (states.get("approval") == "awaiting_input"))
            return len(waited) >= 2

        processes.wait_until(waiting, "the question of the close", _LIMIT, every=2)
        return run_id

    def approve(self, run_id: str) -> None:
        """Finance answers."""
        finance = Rest(self.rest_port, "finance", passwords(self.stack)["finance"])
        finance.answer("close_month", run_id, "approval", "Одобрить", TOLD)

    @property
    def rest_port(self) -> int:
        up = processes.running(self.stack)
        assert up
        return up.port

    def states(self, dag_id: str, run_id: str) -> dict[str, str]:
        """Task → state; of mapped ones `print[2]`."""
        return {_name(task): task["state"] for task in self.rest.tasks(dag_id, run_id)}

    def tasks(self, dag_id: str, run_id: str) -> list[dict]:
        return self.rest.tasks(dag_id, run_id)

    def finished(self, dag_id: str, run_id: str) -> None:
        """Wait for the run's success; what is tried again is waited for."""

        def done() -> bool:
            state = self.rest.run(dag_id, run_id)["state"]
            assert state != "failed", self.states(dag_id, run_id)
            return state == "success"

        processes.wait_until(done, f"{dag_id} {run_id}", _LIMIT, every=1)

    def kill(self, component: str) -> None:
        """SIGKILL to a component and to all that it started, as when a machine loses power."""
        up = processes.running(self.stack)
        assert up
        process = up.process(component)
        assert process
        for each in [process, *process.children(recursive=True)]:
            each.kill()
        psutil.wait_procs([process], timeout=10)

    def begin_again(self, component: str) -> None:
        """Start a component that was killed."""
        processes.again(self.stack, component, self.variables, self.layout)

    @contextmanager
    def held_in_issuing(self) -> Iterator[Callable[[], bool]]:
        """Whoever issues stops before the last rows of its transaction; yields whether somebody does. It goes on at the end.

        Numbers, lines, evidence and invoices are written by then, and nobody else sees them.
        """
        held = create_engine(_by_url(self.settings).database_owner_url, isolation_level="AUTOCOMMIT")
        with held.connect() as connection, held.connect() as looking:
            connection.execute(text("BEGIN"))
            connection.execute(text("LOCK TABLE billing.closed IN SHARE MODE"))
            yield lambda: bool(looking.execute(text(_WAITING)).scalar_one())
            connection.execute(text("COMMIT"))
        held.dispose()

    def processor_seconds(self) -> float:
        """What the processes that run have taken, their ended children included."""
        up, taken = processes.running(self.stack), 0.0
        for process in [up.process(name) for name in up.pids] if up else []:
            for each in [process, *process.children(recursive=True)] if process else []:
                with suppress(psutil.Error):
                    spent = each.cpu_times()
                    taken += spent.user + spent.system + spent.children_user + spent.children_system
        return taken

    def result(self) -> tuple[Contents, dict[str, bytes]]:
        """The database without what is of a run, and the printed papers."""
        return comparable(self.settings)


@contextmanager
def house(size: Size, layout: Layout, print_batch: int) -> Iterator[House]:
    """A house with its master data, whose days' files lie in the object storage; nothing is left of it at the end."""
    home = Path(tempfile.mkdtemp(prefix="fbs-"))
    port = free_port()
    server = subprocess.Popen([sys.executable, "-m", "tests.object_store", str(port)], cwd=ROOT)
    given = {
        "FLEETBILL_HOME": str(home),
        "FLEETBILL_LAKE_URL": f"s3://{BUCKET}/lake",
        "FLEETBILL_DOCUMENTS_URL": f"s3://{BUCKET}/documents",
        "FLEETBILL_PRINT_BATCH": str(print_batch),
        "FLEETBILL_WORKERS": "1",
        "AIRFLOW_CONN_FLEETBILL_STORAGE": ObjectStore(port).connection(),
        **QUICKLY,
    }
    before = {key: os.environ.get(key) for key in given}
    os.environ.update(given)
    try:
        found = Stack(load())
        _wait_for(port)
        rest_api._SECONDS = _PATIENCE
        rest = lifecycle.up(found, None, layout)
        up = processes.running(found)
        assert up
        made = House(size, found, layout, rest, {**environment(found, up.port), **layout.variables(found, metadata_database(found))})
        _deliver(found.settings, size, home)
        yield made
    finally:
        lifecycle.down(Stack(load()))
        engine._engine.cache_clear()
        server.terminate()
        server.wait()
        for key, value in before.items():
            os.environ.pop(key) if value is None else os.environ.update({key: value})
        shutil.rmtree(home, ignore_errors=True)


def undisturbed(size: Size, settings: Settings, folder: Path) -> tuple[Contents, dict[str, bytes]]:
    """The same month by the same verbs in one process, on a disk."""
    import_master(settings, str(_master(size.company, folder / "master", str(folder / "files"))), AUTHOR)
    for day in size.dates:
        size.company.write_day(folder / "files", day)
        land_folder(settings, "gps1", str(folder / "files"), AT, day=day)
        with engine.transaction(settings) as connection:
            compute(settings, connection, JANUARY, store=True, at=AT)
    person = Authorship("finance", "проверено", AT)
    close(settings, JANUARY, approver=None, issued_on=None, at=AT)
    close(settings, JANUARY, approver=person, issued_on=date(2026, 2, 1), at=AT)
    return comparable(settings)


def comparable(settings: Settings) -> tuple[Contents, dict[str, bytes]]:
    """Every table's rows without moments, digests and random ids, and every PDF."""
    tables = {
        name: sorted(
            (tuple(value and _OF_A_RUN.sub("…", value) for value in row) for row in rows),
            key=lambda row: tuple((value is not None, value or "") for value in row),
        )
        for name, rows in contents(_by_url(settings)).items()
        if name not in _APART
    }
    store, tree = DocumentStore(settings.documents), FileTree(settings.documents)
    return tables, {path: store.get(path) for path in tree.paths() if path.endswith(".pdf")}


def _by_url(settings: Settings) -> Settings:
    """The settings with the address of the embedded server's database as its owner."""
    return replace(settings, database_owner_url=embedded.address(settings.home, embedded.OWNER)) if settings.embedded else settings


def _deliver(settings: Settings, size: Size, home: Path) -> None:
    """Import the master data, and put the days' files where the platform's job would."""
    import_master(settings, str(_master(size.company, home / "master", SOURCES)), AUTHOR)
    sources = FileTree(SOURCES)
    for day in size.dates:
        with size.company.write_day(home / "files", day).open("rb") as content:
            sources.put(f"gps1/{day}.csv", content)


def _master(made: Company, folder: Path, source: str) -> Path:
    made.write_master(folder)
    (folder / "platforms.csv").write_text(f"platform,kind,source,time_zone\ngps1,files,{source},Europe/Moscow\n")
    return folder


def _name(task: dict) -> str:
    return task["task_id"] if task["map_index"] < 0 else f"{task['task_id']}[{task['map_index']}]"


def _wait_for(port: int) -> None:
    from http.client import HTTPConnection

    def answers() -> bool:
        try:
            asked = HTTPConnection("127.0.0.1", port, timeout=5)
            asked.request("HEAD", f"/{BUCKET}")
            return asked.getresponse().status == 200
        except OSError:
            return False

    processes.wait_until(answers, "the object storage", 120)
