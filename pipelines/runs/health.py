"""What is late or stuck, for a monitor that asks every few minutes. Reads only; what waits is told by `status` alone."""

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from pipelines.delivery.mail.status import counts
from pipelines.delivery.onec.status import status as exchange
from pipelines.logs import verb
from pipelines.master import house_clock
from pipelines.runs.matters import ENGINEER, FINANCE, Matter, Waiting
from pipelines.runs.status import stuck
from pipelines.settings import Settings
from pipelines.warehouse import migrate, query
from pipelines.warehouse.engine import reading
from pipelines.wording.english import counted

_MEBIBYTE = 2**20
_ONE_DAY = 24  # hours
_NOT_SLOW, _TIMES = 60, 5  # seconds that no work is called slow for; times the longest turn of two weeks


def complaints(settings: Settings, at: datetime) -> list[Waiting]:
    """Everything that is late or stuck at this moment, with what to do about it. An old schema is told alone: nothing else can be."""
    with verb("runs", "health") as done:
        matters = [*_schema(settings)] or [
            *stuck(settings, at),
            *_late_letters(settings, at),
            *_late_objects(settings, at),
            *_backup(settings, at),
            *_disks(settings),
            *_failing(settings, at),
        ]
        done["complaints"] = len(matters)
    return matters


def _schema(settings: Settings) -> Iterator[Waiting]:
    with reading(settings) as connection:
        revision = query.scalar(connection, "ground/revision")
    if revision == (newest := migrate.newest()):
        return
    if revision is None or revision in migrate.revisions():
        yield Waiting(Matter.SCHEMA, ENGINEER, "database", f"is at {revision}, this version needs {newest}", "fleetbill db upgrade")
    else:
        what = f"is at {revision}, of a later version of fleetbill; this one knows up to {newest}"
        yield Waiting(Matter.SCHEMA, ENGINEER, "database", what, "make setup")


def _late_letters(settings: Settings, at: datetime) -> Iterator[Waiting]:
    for row in counts(settings):
        if row["state"] == "queued" and _is_late(settings, row["oldest"], at):
            what = f"{counted(row['letters'], 'letter')} queued, the oldest for {_age(at - row['oldest'])}"
            yield Waiting(Matter.LATE_LETTERS, ENGINEER, "mail", what, "fleetbill mail send")


def _late_objects(settings: Settings, at: datetime) -> Iterator[Waiting]:
    """Bases that have not confirmed what was queued long ago: silent, or not exchanged with."""
    for peer in exchange(settings, at):
        if not peer.is_over and peer.oldest_queued_at and _is_late(settings, peer.oldest_queued_at, at):
            objects = peer.unconfirmed_invoices + peer.unconfirmed_sales + peer.unconfirmed_others
            heard = f"last heard {_age(at - peer.heard_at)} ago" if peer.heard_at else "never heard of"
            what = f"{counted(objects, 'object')} not confirmed for {_age(at - peer.oldest_queued_at)}, {heard}"
            command = "fleetbill onec receive" if peer.file_waiting else "fleetbill onec send"
            yield Waiting(Matter.LATE_ONEC, FINANCE, peer.peer, f"{what}: {peer.why}" if peer.why else what, command)


def _backup(settings: Settings, at: datetime) -> Iterator[Waiting]:
    with reading(settings) as connection:
        last = query.first(connection, "runs/last_backup")
    if last is None or at - last.taken_at >= timedelta(hours=settings.health_backup_hours):
        what = f"the last one is {_age(at - last.taken_at)} old" if last else "there is none yet"
        yield Waiting(Matter.BACKUP, ENGINEER, "house", what, "fleetbill backup DIR")
    elif last.missing:
        what = f"the last one lacks {counted(last.missing, 'file')} of the lake, lost or damaged"
        yield Waiting(Matter.BACKUP, ENGINEER, "lake", what, "fleetbill snapshot verify")


def _disks(settings: Settings) -> Iterator[Waiting]:
    """Disks that files of ours lie on, each once; object storage has no end that we know of."""
    seen = set()
    for place in (str(settings.home), settings.lake, settings.documents, str(settings.exchange)):
        if "://" in place:
            continue
        folder = _existing(Path(place).absolute())
        free = shutil.disk_usage(folder).free // _MEBIBYTE
        if free < settings.health_free_megabytes and (disk := folder.stat().st_dev) not in seen:
            seen.add(disk)
            yield Waiting(
                Matter.DISK, ENGINEER, str(folder), f"{free} MB free of {settings.health_free_megabytes} that are wanted", f"df -h {folder}"
            )


def _failing(settings: Settings, at: datetime) -> Iterator[Waiting]:
    """Work whose last try since yesterday failed, or that takes many times as long as it did in any turn of two weeks."""
    with reading(settings) as connection:
        today = house_clock.today(connection, at)
        bounds = {"day": today - timedelta(days=1), "today": today, "least_seconds": _NOT_SLOW, "times": _TIMES}
        for row in query.rows(connection, "runs/failing", **bounds):
            how = (
                f"tried {row.tries} times, the last one failed"
                if row.what == "failing"
                else f"took {row.seconds:.0f} s, never more than {row.usual:.0f} s before"
            )
            yield Waiting(Matter(row.what), ENGINEER, row.verb, how, f"fleetbill metrics --metric {row.verb}")


def _existing(folder: Path) -> Path:
    return next(place for place in (folder, *folder.parents) if place.is_dir())


def _is_late(settings: Settings, since: datetime, at: datetime) -> bool:
    return at - since >= timedelta(hours=settings.health_hours)


def _age(span: timedelta) -> str:
    hours = int(span / timedelta(hours=1))
    return counted(hours // _ONE_DAY, "day") if hours >= 2 * _ONE_DAY else counted(hours, "hour")
