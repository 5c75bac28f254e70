"""
# send_mail: the letters that wait, and those that came back

**What it does.** Hands the queued letters (invoices, reminders, news of access) to the SMTP server of the Airflow connection
`fleetbill_smtp`, one at a time and each once. Without that connection, or with FLEETBILL_MAIL_DRY_RUN, it is skipped and the log says so:
the letters stay queued.
First it reads the delivery reports in `exchange/mail/in`: addresses that bounced become findings.

**When.** Every five minutes. By hand: *Trigger*.

**When it fails.** The server did not answer; what is left stays queued and goes with the next run. Letters that were refused or whose
outcome nobody knows do not fail the run: `fleetbill mail status --state unknown`, `fleetbill mail resolve`. Reports that match no
letter lie in `exchange/mail/failed`, with the reason beside.

**Backfill.** None: a letter waits in the queue until it is sent.
"""

from airflow.sdk import Connection, CronTriggerTimetable, dag, task
from airflow.sdk.exceptions import AirflowException, AirflowNotFoundException, AirflowSkipException
from orchestration.policy import DEFAULTS, NOT_BEFORE_ITS_HOUR


@dag(
    dag_id="send_mail",
    schedule=CronTriggerTimetable("*/5 * * * *", timezone="Europe/Moscow", run_immediately=NOT_BEFORE_ITS_HOUR),
    catchup=False,
    max_active_runs=1,
    tags=["billing", "delivery"],
    default_args=DEFAULTS,
    doc_md=__doc__,
)
def send_mail():
    """One task: a run of the outbox."""

    # a dead server is told once in a while, not at every run
    @task(retries=5)
    def send():
        """Read what came back, hand over what is due."""
        from dataclasses import asdict

        from pipelines import clock, settings
        from pipelines.delivery.mail.bounces import read_inbox
        from pipelines.delivery.mail.sending import CONNECTION, smtp_server
        from pipelines.delivery.mail.sending import send as send_queued

        configured = settings.load()
        read_inbox(configured, clock.now())
        if configured.mail_dry_run:
            raise AirflowSkipException("FLEETBILL_MAIL_DRY_RUN is set: nothing is sent")
        try:
            server = smtp_server(Connection.get(CONNECTION).as_json())
        except AirflowNotFoundException:
            raise AirflowSkipException(f"there is no Airflow connection {CONNECTION}: nothing is sent, letters stay queued") from None
        done = send_queued(configured, clock.now(), server=server)
        if done.stopped:
            raise AirflowException(f"{done.stopped}; what is left stays queued")
        return asdict(done)

    send()


send_mail()
