"""
# watch_days: what a month is waiting for

**What it does.** Looks at the coverage of last month and of this month up to yesterday. A platform-day that is missing or quarantined is
read again: its file may have come since, or come anew; usage of its month is counted anew. What is still open is named in an alert,
once every morning until it is landed, accepted or carried. So is a month whose days are all known and that nobody has drafted (days that
were landed by hand start no `close_month`). Without it such a month would wait for ever in silence.

**When.** Every morning at 09:00. By hand: *Trigger*, with a `date` other than today where needed.

**What to do.** The alert names platform and day: put the file in its folder (the next look reads it), accept a quarantined snapshot, or
carry the day before forward: `fleetbill snapshot --help`. A complete month: trigger `close_month` with it. A day that was read after
its month was closed changes no invoice by itself: trigger `correct_month` with the month.

**When it fails.** Clear it: a day that is landed already is no news. **Backfill.** None.
"""

from airflow.sdk import CronTriggerTimetable, Param, TriggerRule, dag, task
from orchestration.policy import DEFAULTS, NOT_BEFORE_ITS_HOUR


@dag(
    dag_id="watch_days",
    schedule=CronTriggerTimetable("0 9 * * *", timezone="Europe/Moscow", run_immediately=NOT_BEFORE_ITS_HOUR),
    catchup=False,
    max_active_runs=1,
    tags=["billing", "day"],
    default_args=DEFAULTS,
    params={"date": Param(None, type=["null", "string"], format="date", description="look at the days before this one; empty: today")},
    doc_md=__doc__,
)
def watch_days():
    """Read again what came later, then one look and one alert."""

    @task(pool="month")
    def read_late_files(params=None):
        """Days that were missing or quarantined and whose file is there now; usage of their months."""
        from orchestration.alerts import alert

        from pipelines import clock, settings
        from pipelines.evidence.day import read_again
        from pipelines.period import Month
        from pipelines.usage.month import compute
        from pipelines.warehouse import engine

        configured, at = settings.load(), clock.now()
        landed = read_again(configured, _day(params, at), at)
        for month in sorted({Month.of(day) for day, _ in landed}):
            with engine.transaction(configured) as connection:
                compute(configured, connection, month, store=True, at=at)
        lines = [f"{outcome.platform} {day}: {outcome.done}" for day, outcome in landed]
        if lines:
            alert("days were read later than on their morning", "\n".join([*lines, "a month that is closed is corrected by correct_month"]))
        return lines

    @task(trigger_rule=TriggerRule.ALL_DONE)
    def name_missing_days(params=None):
        """Every missing or quarantined platform-day of last month and this one, and complete months that nobody drafted."""
        from orchestration.alerts import alert

        from pipelines import clock, settings
        from pipelines.evidence.waiting import waiting_before

        day = _day(params, clock.now())
        waiting = waiting_before(settings.load(), day)
        if waiting:
            alert(f"months wait for something before {day}", "\n".join(map(str, waiting)))
        return [str(each) for each in waiting]

    read_late_files() >> name_missing_days()


def _day(params, at):
    from datetime import date

    from pipelines import clock

    return date.fromisoformat(params["date"]) if params["date"] else clock.local_date(at, "Europe/Moscow")


watch_days()
