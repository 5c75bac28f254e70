"""
# take_snapshots: the live platforms, through the day

**What it does.** Lists the vehicles and accounts of every live platform (kinds `traccar`, `wialon`, `sql`), each in a task of its
own, and lands what it listed. A snapshot belongs to the platform's local date at the moment when it is taken; nothing is ever
taken for yesterday, so there is no backfill.

**When.** At 5:20, 11:20, 17:20 and 23:50 in the time zone of each platform: the last one shortly before midnight, because
a platform tells the last contact of a vehicle alone, and one that speaks again after midnight would have lost its day.

**When it fails.** One platform stops no other. A list that is not whole is refused and the task tries again: as long as the day lasts, any
snapshot of it counts. You get an alert when the tries are over, and when the gate quarantined a list:
`fleetbill snapshot list --month M` shows it, `fleetbill snapshot accept DIGEST --by NAME --reason TEXT` lets a real drop pass.

- *no connection*, *not accepted*: the Airflow connection that the sheet `platforms` names;
  `fleetbill snapshot probe --platform P` tells more;
- *no administrator*, *may not see*: the service user's rights (docs/platforms.md says which);
- a day without any snapshot stays missing and parks the contracts of that platform:
  `fleetbill snapshot carry --platform P --date D --by NAME --reason TEXT`.

**By hand** it takes all live platforms at once, whatever the hour.
"""

from airflow.sdk import CronTriggerTimetable, dag, task
from orchestration.policy import DEFAULTS, NOT_BEFORE_ITS_HOUR


@dag(
    dag_id="take_snapshots",
    schedule=CronTriggerTimetable("20,50 * * * *", timezone="UTC", run_immediately=NOT_BEFORE_ITS_HOUR),
    catchup=False,
    max_active_runs=1,
    tags=["billing", "day"],
    default_args=DEFAULTS,
    doc_md=__doc__,
)
def take_snapshots():
    """One task per live platform whose hour it is."""

    @task
    def due(dag_run=None):
        """The live platforms whose hour it is; all of them in a run by hand."""
        from pipelines import settings
        from pipelines.evidence import taking

        return taking.due(settings.load(), dag_run.run_after if dag_run.run_type == "scheduled" else None)

    @task(map_index_template="{{ task.op_kwargs['platform'] }}", retries=3)
    def take(platform):
        """One platform, now. A quarantined list is told, for somebody must look at it."""
        from orchestration.alerts import alert
        from orchestration.secrets import of_platforms

        from pipelines import clock, settings
        from pipelines.evidence import taking

        configured = settings.load()
        landed = taking.take(configured, platform, clock.now(), secret=of_platforms(configured).get(platform))
        if landed.state == "quarantined":
            alert(f"the list of {platform} is quarantined", "; ".join(map(str, landed.failures[:5])))
        return landed.state

    take.expand(platform=due())


take_snapshots()
