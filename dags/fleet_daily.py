"""
# fleet_daily: one day of every platform

**What it does.** For day D (the run's partition key, `2026-02-17`): lands the day file of every platform of kind `files`,
writes down which platform-days are there, and recomputes usage and findings of D's month. Then the day is *known*: its
asset `fleet_day` is emitted, and the month rolls up from its days (`close_month`).

**When.** At 00:15 for the day before. A day run again lands nothing twice: the same content is a no-op, different content
is a further snapshot of that day.

**When it fails.** A platform whose file is missing or was quarantined does not stop the others, nor the day: you get an
alert, and `fleetbill snapshot coverage --month M` names the day. What is missing parks the contracts of that platform, and only those.

- a file came late: put it in its folder and run the day again (below), or `fleetbill snapshot land`;
- a real drop was quarantined: `fleetbill snapshot accept DIGEST --by NAME --reason TEXT`;
- the day is lost for ever: `fleetbill snapshot carry --platform P --date D --by NAME --reason TEXT`.

A red `land` or `usage` is a fault of ours (disk, database): the log says which; clear the task when it is mended.

**Backfill**, here the whole of February (the end needs its hour, else the last day is missed):

    airflow backfill create --dag-id fleet_daily --from-date 2026-02-01 --to-date 2026-02-28T23:59 \\
        --max-active-runs 31 --reprocess-behavior none

With 31 runs at once every day lands first and the month is counted once, not once per day. One day again: the same with
`--reprocess-behavior completed` and the one date. A month that has rolled up is not closed again by that: trigger
`close_month` with its month.
"""

from airflow.sdk import Asset, CronPartitionTimetable, TriggerRule, dag, task
from policy import DEFAULTS, NOT_BEFORE_ITS_HOUR

FLEET_DAY = Asset("fleet_day")


@dag(
    dag_id="fleet_daily",
    schedule=CronPartitionTimetable(
        "15 0 * * *", timezone="Europe/Moscow", run_offset=-1, key_format="%Y-%m-%d", run_immediately=NOT_BEFORE_ITS_HOUR
    ),
    catchup=False,
    max_active_runs=4,
    tags=["billing", "day"],
    default_args=DEFAULTS,
    doc_md=__doc__,
)
def fleet_daily():
    """Land, look at what is there, count, and let the month know."""

    @task
    def land(partition_key=None):
        """All platforms of kind `files` in one process: the gate's library is the dear part."""
        from datetime import date

        from alerts import tell

        from pipelines import clock, settings
        from pipelines.evidence.day import land_day

        outcomes = land_day(settings.load(), date.fromisoformat(partition_key), clock.now(), progress=print)
        for outcome in outcomes:
            if outcome.problem:
                tell(f"{outcome.platform} does not count on {partition_key}", outcome.problem)

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

    @task(trigger_rule=TriggerRule.ALL_DONE, outlets=[FLEET_DAY], retries=5)
    def known():
        """The day is known, also when a platform failed: what is missing is the warehouse's knowledge."""

    land() >> usage() >> known()


fleet_daily()
