"""Give a consumer its export as a folder: take the newest version where something new is asked for, and write it out."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from pipelines.documents.store import DocumentStore
from pipelines.exports import folder, sources
from pipelines.exports.folder import WrittenDataset
from pipelines.exports.since import Excerpt, cursor, excerpt
from pipelines.exports.versions import newest, take, version
from pipelines.logs import verb
from pipelines.master import house_clock
from pipelines.settings import Settings
from pipelines.warehouse import engine


@dataclass(frozen=True, slots=True)
class GivenExport:
    """An export that was written: what it is, where it lies, and what it holds."""

    excerpt: Excerpt
    folder: Path
    datasets: tuple[WrittenDataset, ...]


def give(
    settings: Settings, code: str, at: datetime, *, since: str | None = None, out: Path | None = None, as_of: date | None = None
) -> GivenExport:
    """Write the export that a consumer asks for into ``out``, or a folder of its own in the exchange.

    Without ``since``, or with the newest cursor or a moment, a version is taken first; an older cursor gives the delta that it gave
    before. ``as_of``: the day of debts and statuses; None: today where the first organization is. Errors: those of `versions.take`
    and `since.excerpt`.
    """
    with verb("exports", "give", consumer=code, since=since or "") as done:
        with engine.reading(settings) as connection:
            whose = sources.consumer(connection, code)
            whose.require(as_of or house_clock.today(connection, at))
            latest = newest(connection, code)
        number = cursor(since or "")
        if number is None or latest is None or number >= latest.number or latest.rights != whose.rights:
            take(settings, code, at, as_of)
        with engine.reading(settings) as connection:
            whose = sources.consumer(connection, code)
            given = excerpt(connection, whose, since)
            target = out or folder.default_folder(settings.exchange, whose, given)
            written = folder.write(connection, DocumentStore(settings.documents), whose, given, target)
        done |= {"version": given.version.number, "rows": sum(each.rows for each in written)}
    return GivenExport(given, target, tuple(written))


def served(settings: Settings, at: datetime) -> list[str]:
    """Codes of the consumers that are served on the local day of the moment ``at``, in order."""
    with engine.reading(settings) as connection:
        day = house_clock.today(connection, at)
        return [each.code for each in sources.consumers(connection) if each.is_served(day)]


def give_news(settings: Settings, code: str, at: datetime) -> GivenExport | None:
    """Give a consumer what has changed since its version before, as a folder in the exchange; None: nothing has.

    The first time, and after its rights have changed, it is given everything. A run that was killed between taking a version and
    writing its folder is made good by the next: a folder without a manifest is written again. Errors: those of `give`.
    """
    taken = take(settings, code, at)
    with engine.reading(settings) as connection:
        before = version(connection, code, taken.number - 1)
        since = str(before.number) if before is not None and before.rights == taken.rights else None
        whose = sources.consumer(connection, code)
        target = folder.default_folder(settings.exchange, whose, excerpt(connection, whose, since))
    return None if (target / folder.MANIFEST).exists() else give(settings, code, at, since=since)
