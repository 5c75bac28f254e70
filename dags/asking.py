"""How a DAG asks a person about a drafted run, and how the answer is taken."""

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import Param
from airflow.sdk.exceptions import AirflowSkipException
from alerts import Asked

from pipelines.settings import load

APPROVE, REJECT = "Approve", "Reject"

APPROVERS = [{"id": name.strip(), "name": name.strip()} for name in load().approvers.split(",") if name.strip()]


def approval(shown):
    """The task that waits for a person. ``shown``: id of the task whose result has the page's subject and body."""
    # ApprovalOperator forgets who refused: it skips what follows instead of handing over the answer
    return HITLOperator(
        task_id="approval",
        options=[APPROVE, REJECT],
        subject=f"{{{{ ti.xcom_pull(task_ids='{shown}')['subject'] }}}}",
        body=f"{{{{ ti.xcom_pull(task_ids='{shown}')['body'] }}}}",
        assigned_users=APPROVERS or None,
        params={
            "issue_date": Param(
                None, type=["null", "string"], format="date", title="Дата счетов", description="пусто: сегодняшний день организации"
            ),
            "note": Param(None, type=["null", "string"], title="Примечание", description="останется в истории решений"),
        },
        notifiers=[Asked()],
        # a person may take days; a timeout of the task would become one of the answer
        execution_timeout=None,
    )


def answer(ti, option, otherwise=None):
    """(author, issue date, ``otherwise`` where none was given) of the approval; skips the task when the answer was another one."""
    from datetime import date

    from pipelines.clock import Authorship

    given = ti.xcom_pull(task_ids="approval")
    if given["chosen_options"] != [option]:
        raise AirflowSkipException(f"the answer was {given['chosen_options']}")
    fields = given["params_input"] or {}
    who = given["responded_by_user"]
    note = fields.get("note") or "ответ на запрос в Airflow"
    asked = fields.get("issue_date") or otherwise
    return Authorship(who["name"] or who["id"], note, given["responded_at"]), date.fromisoformat(asked) if asked else None
