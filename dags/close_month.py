"""
# close_month: from the days of a month to issued invoices

**What it does.** When every day of a month is known (`fleet_daily`), it drafts the month, shows a person what would be
billed, and waits. After **Approve** (Required Actions, by one of FLEETBILL_APPROVERS): numbers, documents, the message
for 1C, the finance workbook. After **Reject**: the refusal is recorded, nothing leaves. The DAG never approves for itself.

**When.** By itself, when the last day of a month becomes known. By hand (a contract was mended after the close, a refusal was
settled): *Trigger* with the partition key of the month, `2026-02`, or

    POST /api/v2/dags/close_month/dagRuns  {"logical_date": null, "partition_key": "2026-02"}

**What the approval rests on.** Its digest covers figures, evidence, prices, terms and requisites. If one vehicle-day has
changed since it was shown, `issue` fails with *RunChanged*: clear `draft` and everything after it, and look again.

**A word of the person.** Contracts in *Придержать* (numbers by commas) get no invoice until `fleetbill hold release`; an unknown number
fails `issue` at once: clear `approval` and answer again. With FLEETBILL_FOUR_EYES another person answers `second_approval`.

**Whose answer counts.** Only the one that a person gave in Required Actions, as Airflow recorded it; `approval` keeps it in the warehouse
(`billing.answers`). Marking `approval` or `issue` successful, or writing a task's result by hand, approves and issues nothing: the next
task fails and says so.

**When it fails.** Every step may be run again: issued stays issued, documents and the workbook are written anew,
the 1C message carries what is not acknowledged. *AlreadyRunning* names the other close of the same month. Contracts that cannot
be billed are parked, with reasons, on the page; the others go on. Mended, they are billed by the next run of that month.

**Backfill.** A past month is closed by backfilling its days (`fleet_daily`), or, when they are known, by triggering its month.

**If a month never starts**, `watch_days` says why every morning: a day of it is not known, or all are known and nobody drafted it (its days
were landed by hand): trigger it.
"""

from airflow.sdk import Asset, MonthWindow, PartitionedAssetTimetable, RollupMapper, StartOfMonthMapper, dag, task
from airflow.sdk.exceptions import AirflowSkipException
from orchestration.approval import ask_and_issue
from orchestration.following import documents_task, onec_task
from orchestration.policy import DEFAULTS

DAYS_OF_MONTH = RollupMapper(upstream_mapper=StartOfMonthMapper(input_format="%Y-%m-%d"), window=MonthWindow())


@dag(
    dag_id="close_month",
    schedule=PartitionedAssetTimetable(assets=Asset("fleet_day"), default_partition_mapper=DAYS_OF_MONTH),
    max_active_runs=3,
    tags=["billing", "month"],
    default_args=DEFAULTS,
    doc_md=__doc__,
)
def close_month():
    """Draft, a person's word, and what follows from it."""

    @task(pool="month")
    def draft(partition_key=None):
        """Draft the month; nobody is asked where nothing is left."""
        from pipelines import clock, settings
        from pipelines.period import Month
        from pipelines.runs.close import close

        configured, month = settings.load(), Month.parse(partition_key)
        run = close(configured, month, approver=None, issued_on=None, at=clock.now()).prepared
        if not run.drafts and not run.nothing:
            raise AirflowSkipException(f"nothing of {month} is left to approve; parked contracts: {len(run.parked)}")
        return {"digest": run.digest, "drafts": len(run.drafts), "parked": len(run.parked)}

    @task
    def workbook(partition_key=None):
        """The month's workbook for finance."""
        from pipelines import clock, settings
        from pipelines.documents.report import write_report
        from pipelines.period import Month

        return write_report(settings.load(), Month.parse(partition_key), clock.now())

    question, issuing = ask_and_issue("close")
    draft() >> question
    issuing >> documents_task("close") >> [onec_task(), workbook()]


close_month()
