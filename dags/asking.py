"""How a DAG asks a person about a drafted run, and what follows from the answer: the run is issued, or the refusal is recorded."""

from contextlib import contextmanager

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import Param, TriggerRule, task
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException
from alerts import Asked

from pipelines.settings import load

APPROVE, REJECT = "Approve", "Reject"

APPROVERS = [{"id": name.strip(), "name": name.strip()} for name in load().approvers.split(",") if name.strip()]
FOUR_EYES = load().four_eyes


DATE = {
    "issue_date": Param(
        None, type=["null", "string"], format="date", title="Дата счетов", description="пусто: сегодняшний день организации"
    )
}
HOLD = {
    "hold": Param(None, type=["null", "string"], title="Придержать", description="номера договоров через запятую: им счёта пока не будет")
}
NOTE = {
    "note": Param(None, type=["null", "string"], title="Примечание", description="останется в истории решений; при отказе — причина"),
}


def ask_and_issue(shown, purpose):
    """The tasks from the question to the issued run, wired: (the question, the issuing task).

    ``shown``: id of the task whose result has the page's digest, subject and body. With FLEETBILL_FOUR_EYES a second
    person is asked, and sees the run as the first one has approved it.
    """
    question = last = approval(shown)
    asked, seen = ["approval"], shown
    if FOUR_EYES:
        last = approval("first_word", "second_approval", may_hold=False)
        question >> first_word(shown, purpose)() >> last
        asked, seen = ["approval", "second_approval"], "first_word"
    issuing = issue(asked[-1], seen, purpose)()
    last >> issuing
    [question, last] >> rejected(asked, shown, purpose)()
    return question, issuing


def approval(shown, task_id="approval", *, may_hold=True):
    """The task that waits for a person; ``may_hold``: contracts may be left out, which makes another run of it."""
    # ApprovalOperator forgets who refused: it skips what follows instead of handing over the answer
    return HITLOperator(
        task_id=task_id,
        options=[APPROVE, REJECT],
        subject=f"{{{{ ti.xcom_pull(task_ids='{shown}')['subject'] }}}}",
        body=f"{{{{ ti.xcom_pull(task_ids='{shown}')['body'] }}}}",
        assigned_users=APPROVERS or None,
        params={**DATE, **(HOLD if may_hold else {}), **NOTE},
        notifiers=[Asked()],
        # a person may take days; a timeout of the task would become one of the answer
        execution_timeout=None,
    )


def first_word(shown, purpose):
    """The task that records the first of two approvals; its page is what the second person sees."""

    @task(task_id="first_word", pool="month")
    def record(partition_key=None, ti=None):
        """Approve in the first person's name exactly what was shown, without what is held back."""
        from pipelines import clock, settings
        from pipelines.documents.approval import approval_page
        from pipelines.period import Month
        from pipelines.runs.answered import approve_answered

        configured, month, said = settings.load(), Month.parse(partition_key), answer(ti, APPROVE, "approval")
        with final():
            digest = approve_answered(configured, month, ti.xcom_pull(task_ids=shown)["digest"], said, clock.now(), purpose).digest
        page = approval_page(configured, month, digest, purpose)
        return {"digest": digest, "subject": page.subject, "body": page.body}

    return record


def issue(asked, shown, purpose):
    """The task that issues the run once the last person has approved it."""

    @task(task_id="issue", pool="month")
    def record(partition_key=None, params=None, ti=None):
        """Approve in the person's name exactly what was shown, without what is held back, and issue it."""
        from pipelines import clock, settings
        from pipelines.period import Month
        from pipelines.runs.answered import issue_answered

        said = answer(ti, APPROVE, asked, (params or {}).get("issue_date"))
        seen = ti.xcom_pull(task_ids=shown)["digest"]
        with final():
            return {"invoices": issue_answered(settings.load(), Month.parse(partition_key), seen, said, clock.now(), purpose)}

    return record


@contextmanager
def final():
    """What a person wrote and no retry can mend fails at once: an unknown contract, a second approval by the same person."""
    from pipelines.billing.approval import SecondPersonNeeded
    from pipelines.errors import BadInput

    try:
        yield
    except (BadInput, SecondPersonNeeded) as error:
        raise AirflowFailException(str(error)) from error


def rejected(asked, shown, purpose):
    """The task that records a refusal, whoever of those asked refused."""

    # a first refusal skips the second question
    @task(task_id="rejected", trigger_rule=TriggerRule.NONE_FAILED if FOUR_EYES else TriggerRule.ALL_SUCCESS)
    def record(partition_key=None, ti=None):
        """Record the refusal, with name and reason."""
        from pipelines import settings
        from pipelines.billing.approval import reject
        from pipelines.period import Month

        answered = [one for one in asked if ti.xcom_pull(task_ids=one)]
        if not answered:
            raise AirflowSkipException("nobody was asked")
        author = answer(ti, REJECT, answered[-1]).author
        seen = ti.xcom_pull(task_ids=shown if answered[-1] == "approval" else "first_word")["digest"]
        reject(settings.load(), Month.parse(partition_key), seen, author, purpose)

    return record


def answer(ti, option, asked, otherwise=None):
    """The answer to ``asked`` (dated ``otherwise`` where it names no day); skips the task when it was another one."""
    from datetime import date

    from pipelines.clock import Authorship
    from pipelines.runs.answered import Answer, contracts_in

    given = ti.xcom_pull(task_ids=asked)
    if given["chosen_options"] != [option]:
        raise AirflowSkipException(f"the answer was {given['chosen_options']}")
    fields = given["params_input"] or {}
    who, day = given["responded_by_user"], fields.get("issue_date") or otherwise
    note = fields.get("note") or ("ответ на запрос в Airflow" if option == APPROVE else "причина не указана")
    author = Authorship(who["name"] or who["id"], note, given["responded_at"])
    return Answer(author, date.fromisoformat(day) if day else None, contracts_in(fields.get("hold") or ""))
