"""What the technical team is told: a platform's day that does not count (domain.md §2.5, §10)."""

from collections.abc import Iterable
from datetime import date, datetime

from pipelines.delivery.mail.events import snapshot_missing
from pipelines.delivery.mail.queue import queue
from pipelines.evidence.day import DayOutcome
from pipelines.settings import Settings
from pipelines.warehouse import engine


def tell_missing(settings: Settings, day: date, outcomes: Iterable[DayOutcome], at: datetime) -> int:
    """Queue a letter for each platform whose day has a problem, once per platform and day; the number that is new.

    None while FLEETBILL_MAIL_TECHNICAL names nobody.
    """
    if not settings.mail_technical:
        return 0
    missing = [snapshot_missing(outcome.platform, day, outcome.told) for outcome in outcomes if outcome.problem]
    with engine.transaction(settings) as connection:
        return queue(connection, missing, at)
