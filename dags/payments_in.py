"""
# payments_in: a payment opens access again

**What it does.** Reads the bank statements that lie in `FLEETBILL_HOME/exchange/bank/in`, matches the payments, and gives access back at
once to everybody who has no blocking debt left. It never blocks: that is `receivables`, once a day. A statement that cannot be read moves
to `failed`, and you get an alert; so for a platform that could not be written.

Then the finance workbooks that lack a payment are written anew: nobody waits for them.

**When.** Every five minutes. By hand: *Trigger*.

**When it fails.** Nothing is half-done: clear the task, or wait for the next run. An order that a platform refused stands and is carried
out by the next run; `fleetbill access` shows what is blocked now.

**Backfill.** None: payments are imported whenever they come.
"""

from airflow.sdk import CronTriggerTimetable, TriggerRule, dag, task
from orchestration.following import payments_task, tell_refused_platforms, workbooks_task
from orchestration.policy import DEFAULTS, NOT_BEFORE_ITS_HOUR


@dag(
    dag_id="payments_in",
    schedule=CronTriggerTimetable("*/5 * * * *", timezone="Europe/Moscow", run_immediately=NOT_BEFORE_ITS_HOUR),
    catchup=False,
    max_active_runs=1,
    tags=["billing", "money"],
    default_args=DEFAULTS,
    doc_md=__doc__,
)
def payments_in():
    """Payments, then access."""

    @task(trigger_rule=TriggerRule.ALL_DONE)
    def restore():
        """Access for whoever has paid, also by statements that were imported elsewhere."""
        from pipelines import clock, settings
        from pipelines.access.dunning import restore as give_back

        done = give_back(settings.load(), clock.now())
        tell_refused_platforms(done)
        return list(done.lines)

    payments_task() >> restore() >> workbooks_task()


payments_in()
