"""
# onec_exchange: one turn of the exchange with 1C

**What it does.** Takes the answers of 1C from `FLEETBILL_HOME/exchange/onec/in`, then writes everything that 1C has not confirmed as
the next message into `out`. An answer that was taken moves to `done`. One that must not be taken (wrong base, a number seen before,
unreadable) moves to `failed` with the reason beside it, and you get an alert. One that is not ours, or not complete yet, stays.

**When.** Every ten minutes. By hand: *Trigger*; a turn more does no harm.

**When it fails.** Nothing is half-done: a number is used for one content only, whenever the process dies. Clear the task. What 1C has not
confirmed: `fleetbill onec status`.

**Backfill.** None: a message carries everything that is still unconfirmed.
"""

from airflow.sdk import CronTriggerTimetable, dag, task
from orchestration.policy import DEFAULTS, NOT_BEFORE_ITS_HOUR


@dag(
    dag_id="onec_exchange",
    schedule=CronTriggerTimetable("*/10 * * * *", timezone="Europe/Moscow", run_immediately=NOT_BEFORE_ITS_HOUR),
    catchup=False,
    max_active_runs=1,
    tags=["billing", "delivery"],
    default_args=DEFAULTS,
    doc_md=__doc__,
)
def onec_exchange():
    """Answers first, so that what they confirm is not sent again."""

    @task
    def receive():
        """Every message in the folder."""
        from orchestration.alerts import alert

        from pipelines import clock, settings
        from pipelines.delivery.onec.receiving import AnswerOutcome
        from pipelines.delivery.onec.receiving import receive as take

        answers = take(settings.load(), clock.now())
        for each in answers:
            if each.outcome == AnswerOutcome.REFUSED:
                alert(f"1C's message {each.file} was not taken", each.detail)
        return [f"{each.file} {each.outcome}: {each.detail}" for each in answers]

    @task
    def send():
        """The message with everything that 1C has not confirmed."""
        from pipelines import clock, settings
        from pipelines.delivery.onec.sending import send as write

        message = write(settings.load(), clock.now())
        return f"message {message.message_no}: {message.path}" if message else "1C has confirmed everything"

    receive() >> send()


onec_exchange()
