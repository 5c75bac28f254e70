"""
# prepay_month: the advance invoices of a month

**What it does.** Issues an advance invoice to every contract that pays ahead in the month (the run's partition key, `2026-02`)
and has none yet; then documents and the message for 1C. Letters go with `send_mail`. Within the declared bounds
(FLEETBILL_UNATTENDED_INVOICES, _TOTAL, _SHARE) no person is needed. Beyond one of them nothing is issued: the page says which, and
the run waits in Required Actions for one of FLEETBILL_APPROVERS.

**When.** On the 1st at 06:00, for the month that begins. By hand (terms were agreed later, a parked contract was mended): *Trigger* with
the partition key of the month; `issue_date` gives the invoices another date than today. A run again issues only what is missing.

**A word of the person.** Contracts in *Придержать* (numbers by commas) get no invoice until `fleetbill hold release`; an unknown number
fails `issue` at once: clear `approval` and answer again. With FLEETBILL_FOUR_EYES another person answers `second_approval`.

**When it fails.** Every step may be run again. *RunChanged* in `issue`: terms, prices or requisites have changed since the page was shown;
clear `prepay` and everything after it. A contract that cannot be priced gets no advance: `fleetbill prepay --month M` names it.
After **Reject** the refusal is recorded and nothing leaves.

**Backfill.** None: trigger the month.
"""

from airflow.sdk import CronPartitionTimetable, Param, dag, task
from airflow.sdk.exceptions import AirflowSkipException
from orchestration.approval import ask_and_issue
from orchestration.following import documents_task, onec_task
from orchestration.policy import DEFAULTS, NOT_BEFORE_ITS_HOUR


@dag(
    dag_id="prepay_month",
    schedule=CronPartitionTimetable("0 6 1 * *", timezone="Europe/Moscow", key_format="%Y-%m", run_immediately=NOT_BEFORE_ITS_HOUR),
    catchup=False,
    max_active_runs=3,
    tags=["billing", "month"],
    default_args=DEFAULTS,
    params={"issue_date": Param(None, type=["null", "string"], format="date", description="date of the invoices; empty: today")},
    doc_md=__doc__,
)
def prepay_month():
    """Issue within the bounds, else ask; then what follows from it."""

    @task(pool="month")
    def prepay(partition_key=None, params=None):
        """Issue the advances, or draft them and say which bounds they are beyond."""
        from datetime import date

        from pipelines import clock, settings
        from pipelines.period import Month
        from pipelines.runs.prepay import prepay as prepay_ahead

        issued_on = date.fromisoformat(params["issue_date"]) if params["issue_date"] else None
        done = prepay_ahead(settings.load(), Month.parse(partition_key), approver=None, issued_on=issued_on, at=clock.now())
        return {
            "digest": done.prepared.digest,
            "waiting": [one.english for one in done.waiting],
            "invoices": done.issued.invoices if done.issued else 0,
            "parked": [f"{each.contract_no}: {each.detail}" for each in done.prepared.parked],
        }

    @task
    def ask(ti=None):
        """Whether a person is needed: only when a bound was passed."""
        if not ti.xcom_pull(task_ids="prepay")["waiting"]:
            raise AirflowSkipException("within the bounds of an unattended run: nobody is asked")

    question, issuing = ask_and_issue("prepay")
    prepay() >> ask() >> question
    # nobody asked: `issue` is skipped, and `prepay` has issued
    issuing >> documents_task("prepay", unattended=True) >> onec_task()


prepay_month()
