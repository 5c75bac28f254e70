"""
# correct_month: adjustments of a closed month

**What it does.** Rates a closed month anew by today's facts (a late or withdrawn snapshot, back-dated terms or tariff, a mapping put
right), compares it with everything issued for it, and shows a person the differences. After **Approve** (Required Actions, by one of
FLEETBILL_APPROVERS) each becomes one `adjustment`; then documents and the message for 1C. Issued invoices stay as they are. After
**Reject** the refusal is recorded and nothing leaves. Where nothing differs, nobody is asked.

**When.** By hand only: *Trigger* with the partition key of the month, `2026-02`; `contract` for one contract alone, `issue_date` for
another date than today.

    POST /api/v2/dags/correct_month/dagRuns  {"logical_date": null, "partition_key": "2026-02", "conf": {"contract": "МТ-24-001"}}

**A word of the person.** Contracts in *Придержать* (numbers by commas) get no invoice until `fleetbill hold release`; an unknown number
fails `issue` at once: clear `approval` and answer again. With FLEETBILL_FOUR_EYES another person answers `second_approval`.

**When it fails.** Every step may be run again. *RunChanged* in `issue`: a fact has changed since the page was shown; clear `draft` and
everything after it, and look again. Run again after it was issued: nothing differs.

**Backfill.** None: trigger each month that is to be corrected.
"""

from airflow.sdk import Param, PartitionedAtRuntime, dag, task
from airflow.sdk.exceptions import AirflowSkipException
from orchestration.approval import ask_and_issue
from orchestration.following import documents_task, onec_task
from orchestration.policy import DEFAULTS


@dag(
    dag_id="correct_month",
    schedule=PartitionedAtRuntime(),
    catchup=False,
    max_active_runs=3,
    tags=["billing", "month"],
    default_args=DEFAULTS,
    params={
        "contract": Param(None, type=["null", "string"], description="only this contract; empty: all of the month"),
        "issue_date": Param(None, type=["null", "string"], format="date", description="date of the adjustments; empty: today"),
    },
    doc_md=__doc__,
)
def correct_month():
    """Draft, a person's word, and what follows from it."""

    @task(pool="month")
    def draft(partition_key=None, params=None):
        """Draft the adjustments; nobody is asked where nothing differs."""
        from pipelines import clock, settings
        from pipelines.period import Month
        from pipelines.runs.correct import correct

        configured, month = settings.load(), Month.parse(partition_key)
        run = correct(configured, month, contract_no=params["contract"] or None, approver=None, issued_on=None, at=clock.now()).prepared
        if not run.drafts:
            raise AirflowSkipException(f"nothing of {month} is to be corrected; parked contracts: {len(run.parked)}")
        return {"digest": run.digest, "drafts": len(run.drafts)}

    question, issuing = ask_and_issue("correct")
    draft() >> question
    issuing >> documents_task("correct") >> onec_task()


correct_month()
