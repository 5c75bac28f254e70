"""
# fleet_daily: one day of every platform

**What it does.** For day D (the run's partition key, `2026-02-17`): lands the day file of every platform of kind `files` (a task each),
writes down which platform-days are there, recomputes usage and findings of D's month, and issues corrective invoices (with their
PDF) where a fleet has outgrown what was paid ahead. Then the day is *known*: its asset
`fleet_day` is emitted, and the month rolls up from its days (`close_month`).

**When.** At 00:15 in the time zone whose day ends last (FLEETBILL_LAST_TIME_ZONE, Kaliningrad unless set), for the day before: then the day
is over on every platform. A platform further west is told, and read by `watch_days` in the morning.
A day run again lands nothing twice: the same content is a no-op, different content is a further snapshot of that day.

**When it fails.** A platform whose file is missing or was quarantined does not stop the others, nor the day: you get an
alert, the technical team (FLEETBILL_MAIL_TECHNICAL) gets a letter, and `fleetbill snapshot coverage --month M` names the day. What is
missing parks the contracts of that platform, and only those.

- a file came late: put it in its folder; `watch_days` reads it in the morning, a run of the day (below) or
  `fleetbill snapshot land` at once;
- a real drop was quarantined: `fleetbill snapshot accept DIGEST --by NAME --reason TEXT`;
- the day is lost for ever: `fleetbill snapshot carry --platform P --date D --by NAME --reason TEXT`.

- correctives beyond the bounds of an unattended run wait for a person: the alert says which bounds; nothing was issued.
  `fleetbill watch --date D --approve-by NAME` issues them, else the month's close does.

A red `land`, `usage` or `watch` is a fault of ours (disk, database): the log says which; clear the task when it is mended.

**Backfill**, here the whole of February (the end needs its hour, else the last day is missed):

    airflow backfill create --dag-id fleet_daily --from-date 2026-02-01 --to-date 2026-02-28T23:59 \\
        --max-active-runs 31 --reprocess-behavior none

With 31 runs at once every day lands first and the month is counted once, not once per day. One day again: the same with
`--reprocess-behavior completed` and the one date. Correctives are dated today; `--dag-run-conf '{"issue_date": "2026-02-28"}'` dates
those of a backfill. A month that has rolled up is not closed again by that: trigger
`close_month` with its month.
"""

from airflow.sdk import Asset, CronPartitionTimetable, Param, TriggerRule, dag, task
from orchestration.policy import DEFAULTS, NOT_BEFORE_ITS_HOUR

from pipelines.settings import load

FLEET_DAY = Asset("fleet_day")


@dag(
    dag_id="fleet_daily",
    schedule=CronPartitionTimetable(
        "15 0 * * *", timezone=load().last_time_zone, run_offset=-1, key_format="%Y-%m-%d", run_immediately=NOT_BEFORE_ITS_HOUR
    ),
    catchup=False,
    max_active_runs=4,
    tags=["billing", "day"],
    default_args=DEFAULTS,
    params={"issue_date": Param(None, type=["null", "string"], format="date", description="date of the correctives; empty: today")},
    doc_md=__doc__,
)
def fleet_daily():
    """Land, look at what is there, count, and let the month know."""

    @task
    def platforms():
        """Every platform of kind `files`."""
        from pipelines import settings
        from pipelines.evidence.day import files_platforms

        return files_platforms(settings.load())

    @task(map_index_template="{{ task.op_kwargs['platform'] }}")
    def land(platform, partition_key=None):
        """One platform-day; what does not count is told, and holds up neither the other platforms nor the day."""
        from datetime import date

        from orchestration.alerts import alert

        from pipelines import clock, settings
        from pipelines.delivery.mail.technical import tell_missing
        from pipelines.evidence.day import land_day

        configured, day, at = settings.load(), date.fromisoformat(partition_key), clock.now()
        outcome = land_day(configured, platform, day, at)
        if outcome.problem:
            alert(f"{platform} does not count on {partition_key}", outcome.problem)
        tell_missing(configured, day, [outcome], at)
        return outcome.done or outcome.problem

    @task(trigger_rule=TriggerRule.ALL_DONE, pool="month")
    def usage(partition_key=None):
        """Usage and findings of the day's month, recomputed from the evidence."""
        from pipelines import clock, settings
        from pipelines.period import Month
        from pipelines.usage.month import compute
        from pipelines.warehouse import engine

        configured = settings.load()
        with engine.transaction(configured) as connection:
            compute(configured, connection, Month.parse(partition_key[:7]), store=True, at=clock.now())

    @task(trigger_rule=TriggerRule.ALL_DONE, pool="month")
    def watch(partition_key=None, params=None):
        """Correctives of the day, with their documents."""
        from datetime import date

        from orchestration.alerts import alert

        from pipelines import clock, settings
        from pipelines.runs.watch import watch as watch_day

        day = date.fromisoformat(partition_key)
        issued_on = date.fromisoformat(params["issue_date"]) if params["issue_date"] else None
        done = watch_day(settings.load(), day, approver=None, issued_on=issued_on, at=clock.now())
        if done.waiting:
            alert(f"the correctives of {day} wait for a person", "; ".join(one.english for one in done.waiting))
        return done.issued.invoices if done.issued else 0

    @task(trigger_rule=TriggerRule.ALL_DONE, outlets=[FLEET_DAY], retries=5)
    def known():
        """The day is known, also when a platform failed: what is missing is the warehouse's knowledge."""

    land.expand(platform=platforms()) >> usage() >> watch() >> known()


fleet_daily()
