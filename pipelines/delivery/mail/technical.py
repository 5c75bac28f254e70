"""What the technical team is told: a platform's day that does not count, and one digest of findings a day (domain.md §2.5, §10)."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from pipelines.delivery.mail.digest import digest_of, is_worth_telling
from pipelines.delivery.mail.events import findings_digest, snapshot_missing
from pipelines.delivery.mail.queue import queue
from pipelines.evidence.day import DayOutcome
from pipelines.settings import Settings
from pipelines.warehouse import engine

LATE = timedelta(days=2)
"""A digest of an older day is none: its news are over."""


def tell_missing(settings: Settings, day: date, outcomes: Iterable[DayOutcome], at: datetime) -> int:
    """Queue a letter for each platform whose day has a problem, once per platform and day; the number that is new.

    None while FLEETBILL_MAIL_TECHNICAL names nobody.
    """
    if not settings.mail_technical:
        return 0
    missing = [snapshot_missing(outcome.platform, day, outcome.told) for outcome in outcomes if outcome.problem]
    with engine.transaction(settings) as connection:
        return queue(connection, missing, at)


def tell_findings(settings: Settings, day: date, at: datetime) -> int:
    """Queue the digest of a day, once, when it has something to tell; 1 when it is new.

    Nothing while FLEETBILL_MAIL_TECHNICAL names nobody, and nothing of a day that is long past: a backfill tells no news.
    """
    if not settings.mail_technical or day < at.date() - LATE:
        return 0
    with engine.transaction(settings) as connection:
        if not is_worth_telling(digest_of(connection, day), day):
            return 0
        return queue(connection, [findings_digest(day)], at)
