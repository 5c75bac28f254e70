"""
# watch_days: names the days that a month is waiting for

**What it does.** Looks at the coverage of last month and of this month up to yesterday. Every platform-day that is missing or
quarantined is named in an alert, once every morning until it is landed, accepted or carried. Without it a month whose day never
ran would wait for ever in silence.

**When.** Every morning at 09:00. By hand: *Trigger*, with a `date` other than today where needed.

**What to do.** The alert names platform and day. Put the file in its folder and backfill the day (`fleet_daily`), accept a
quarantined snapshot, or carry the day before forward: `fleetbill snapshot --help`.

**When it fails.** It only reads; clear it. **Backfill.** None.
"""

from airflow.sdk import CronTriggerTimetable, Param, dag, task
from policy import DEFAULTS, NOT_BEFORE_ITS_HOUR


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
    """One look, one alert."""

    @task
    def name_missing_days(params=None):
        """Every missing or quarantined platform-day of last month and this one."""
        from datetime import date

        from alerts import tell

        from pipelines import clock, settings
        from pipelines.evidence.waiting import waiting_before

        day = date.fromisoformat(params["date"]) if params["date"] else clock.local_date(clock.now(), "Europe/Moscow")
        waiting = waiting_before(settings.load(), day)
        if waiting:
            tell(f"days are missing before {day}", "\n".join(map(str, waiting)))
        return [str(each) for each in waiting]

    name_missing_days()


watch_days()
