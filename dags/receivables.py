"""
# receivables: money in, debts, access

**What it does.** Reads the bank statements that lie in `FLEETBILL_HOME/exchange/bank/in`, matches the payments, then takes the
overdue ladder's steps of the date: whom to remind, whom to block, whose access comes back.
A statement that was read moves to `done`; one that cannot be read moves to `failed`, and you get an alert with every problem
in it. A payment that two statements carry is stored once.

**When.** Every morning at 08:00; between the mornings `payments_in` reads statements and gives access back.
By hand: *Trigger*, with a `date` other than today where needed.

**When it fails.** Nothing is half-done: mend the cause and clear the task. Blocking fails safe: with payment data older than
FLEETBILL_BLOCKING_DATA_HOURS, or more clients to block than FLEETBILL_BLOCKING_MAX_SHARE allows, nobody is blocked and the log says why.
A platform that could not be written is an alert; its orders stand, and the next run carries them out.
`fleetbill dunning --date D --dry-run` shows the plan of a date, `fleetbill access` what is blocked now.

**Backfill.** None: payments are imported whenever they come, and the ladder of a past date is not taken afterwards.
"""

from airflow.sdk import CronTriggerTimetable, Param, dag, task
from orchestration.following import payments_task, tell_refused_platforms, workbooks_task
from orchestration.policy import DEFAULTS, NOT_BEFORE_ITS_HOUR


@dag(
    dag_id="receivables",
    schedule=CronTriggerTimetable("0 8 * * *", timezone="Europe/Moscow", run_immediately=NOT_BEFORE_ITS_HOUR),
    catchup=False,
    max_active_runs=1,
    tags=["billing", "money"],
    default_args=DEFAULTS,
    params={"date": Param(None, type=["null", "string"], format="date", description="day of the ladder; empty: today")},
    doc_md=__doc__,
)
def receivables():
    """Payments first, so that nobody is blocked who has paid."""

    @task
    def ladder(params=None):
        """The steps of the date."""
        from datetime import date

        from pipelines import clock, settings
        from pipelines.access.dunning import dunning

        day = date.fromisoformat(params["date"]) if params["date"] else clock.local_date(clock.now(), "Europe/Moscow")
        done = dunning(settings.load(), day, clock.now())
        tell_refused_platforms(done)
        return list(done.lines)

    payments_task() >> ladder() >> workbooks_task()


receivables()
