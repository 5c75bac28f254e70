"""
# master_import: clients, contracts, terms, tariffs, accounts

**What it does.** Imports a workbook, a folder of CSV files or the tables of a database URL, through its gates, all or
nothing. Sheets that are not there are left alone; a row that disappears is not deleted (`fleetbill master retire`).

**When.** By hand: *Trigger* with `path` (as the Airflow machine sees it), `by` and `reason`; both stay in the history.
`dry_run` shows what would be added and changed.

**When it fails.** Nothing was applied. The log lists every problem with its place, such as
`terms.csv:14 column tariff_code: unknown tariff 'T9'`; mend the file and trigger again. Importing the same again changes nothing.

**Backfill.** None: master data carry their own dates.
"""

from airflow.sdk import Param, dag, task
from orchestration.policy import DEFAULTS


@dag(
    dag_id="master_import",
    schedule=None,
    max_active_runs=1,
    tags=["billing", "master"],
    # bad input stays bad: trying again is a person's decision
    default_args={**DEFAULTS, "retries": 0},
    params={
        "path": Param("", type="string", minLength=1, description="workbook, folder of CSV files, or database URL"),
        "by": Param("", type="string", minLength=1, description="who imports; stays in the history"),
        "reason": Param("", type="string", minLength=1, description="why; stays in the history"),
        "dry_run": Param(default=False, type="boolean", description="only show what would change"),
    },
    doc_md=__doc__,
)
def master_import():
    """One task: the import is one transaction."""

    @task
    def load(params=None):
        """Import; added, changed and unchanged rows by sheet."""
        from pipelines import clock, settings
        from pipelines.runs.import_master import import_master

        author = clock.Authorship(params["by"], params["reason"], clock.now())
        report = import_master(settings.load(), params["path"], author, dry_run=params["dry_run"])
        return str(report)

    load()


master_import()
