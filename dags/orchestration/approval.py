"""How a DAG asks a person about a drafted run, and what follows from the answer: the run is issued, or the refusal is recorded.

The task that asks keeps question and answer in the warehouse itself, the answer from the record with which Airflow resumes
it. No later task believes a result that a task handed on, nor a state: both can be written by hand.
"""

from contextlib import contextmanager

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import Param, TriggerRule, task, task_group
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from orchestration.alerts import Waiting
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
MEANT = {
    "meant": Param(
        None,
        type=["null", "string"],
        title="Да, именно",
        description="дата или месяц, из-за которых выпуск отказан: 2026-03-02 или 2026-03; несколько через запятую",
    )
}
NOTE = {
    "note": Param(None, type=["null", "string"], title="Примечание", description="останется в истории решений; при отказе — причина"),
}


class Question(HITLOperator):
    """Shows a person the run of a month and waits for the answer; both are kept in the warehouse (`pipelines.runs.questions`)."""

    def __init__(self, *, purpose, **kwargs):
        super().__init__(**kwargs)
        self.purpose = purpose

    def execute(self, context):
        """Show the run as it is drafted now, and begin to wait."""
        from pipelines import clock, settings
        from pipelines.billing.model import Purpose
        from pipelines.period import Month
        from pipelines.runs.questions import ask

        month = Month.parse(context["partition_key"])
        with final():
            page = ask(settings.load(), month, Purpose(self.purpose), place(context["ti"]), str(context["ti"].id), clock.now())
        self.subject, self.body = page.subject, page.body
        return super().execute(context)

    def execute_complete(self, context, event):
        """Airflow resumes the task with its own record of the answer: who, when and what."""
        from pipelines import settings
        from pipelines.runs.questions import record_answer

        given = super().execute_complete(context, event)
        who = given["responded_by_user"]
        if not who or (APPROVERS and who["id"] not in {user["id"] for user in APPROVERS}):
            raise AirflowFailException(f"{who or 'nobody'} is none of FLEETBILL_APPROVERS")
        [option] = given["chosen_options"]
        by = (who["id"], who["name"] or who["id"])
        with final():
            record_answer(
                settings.load(), place(context["ti"]), str(context["ti"].id), option, by, given["responded_at"], given["params_input"]
            )
        return option


def question_task(task_id, purpose, *, may_hold=True):
    """The task that waits for a person; ``may_hold``: contracts may be left out, which makes another run of it."""
    return Question(
        task_id=task_id,
        purpose=purpose,
        options=[APPROVE, REJECT],
        subject="",
        assigned_users=APPROVERS or None,
        params={**DATE, **(HOLD if may_hold else {}), **MEANT, **NOTE},
        notifiers=[Waiting()],
        # a person may take days; a timeout of the task would become one of the answer
        execution_timeout=None,
    )


def ask_and_issue(purpose):
    """The group from the question to the issued run: (the question, the issuing task). With FLEETBILL_FOUR_EYES two people are asked."""

    @task_group(group_id="decision", prefix_group_id=False)
    def decision():
        question = last = question_task("approval", purpose)
        asked = ["approval"]
        if FOUR_EYES:
            last = question_task("second_approval", purpose, may_hold=False)
            asked.append("second_approval")
            question >> first_approval_task(purpose) >> last
        issuing = issue_task(asked[-1], purpose)
        last >> issuing
        [question, last] >> refusal_task(asked, purpose)
        return question, issuing

    return decision()


def first_approval_task(purpose):
    """The task that records the first of two approvals; the second person sees the run as it was approved."""

    @task(task_id="first_word", pool="month")
    def record(partition_key=None, ti=None):
        """Approve in the first person's name exactly what was shown, without what is held back."""
        from pipelines import clock, settings
        from pipelines.billing.model import Purpose
        from pipelines.period import Month
        from pipelines.runs.answered import approve_answered

        configured, month = settings.load(), Month.parse(partition_key)
        with final():
            given = answer(configured, ti, "approval", APPROVE)
            return {"digest": approve_answered(configured, month, given.digest, given.approval(), clock.now(), Purpose(purpose)).digest}

    return record()


def issue_task(asked, purpose):
    """The task that issues the run once the last person has approved it."""

    @task(task_id="issue", pool="month")
    def record(partition_key=None, params=None, ti=None):
        """Approve in the person's name exactly what was shown, without what is held back, and issue it."""
        from pipelines import clock, settings
        from pipelines.billing.model import Purpose
        from pipelines.period import Month
        from pipelines.runs.answered import issue_answered

        configured, month = settings.load(), Month.parse(partition_key)
        with final():
            given = answer(configured, ti, asked, APPROVE)
            approval = given.approval((params or {}).get("issue_date"))
            return {"invoices": issue_answered(configured, month, given.digest, approval, clock.now(), Purpose(purpose))}

    return record()


def refusal_task(asked, purpose):
    """The task that records a refusal, whoever of those asked refused."""

    # a first refusal skips the second question
    @task(task_id="rejected", trigger_rule=TriggerRule.NONE_FAILED if FOUR_EYES else TriggerRule.ALL_SUCCESS)
    def record(partition_key=None, ti=None):
        """Record the refusal, with name and reason."""
        from pipelines import settings
        from pipelines.billing.approval import reject
        from pipelines.billing.model import Purpose
        from pipelines.period import Month
        from pipelines.runs.questions import was_asked

        configured = settings.load()
        questions = [task_id for task_id in asked if was_asked(configured, place(ti, task_id))]
        if not questions:
            raise AirflowSkipException("nobody was asked")
        with final():
            given = answer(configured, ti, questions[-1], REJECT)
            reject(configured, Month.parse(partition_key), given.digest, given.author, Purpose(purpose))

    return record()


def answer(configured, ti, task_id, option):
    """The person's answer to a task's question; skips the task that asks for another one."""
    from pipelines.runs.questions import answer_at

    given = answer_at(configured, place(ti, task_id))
    if given.option != option:
        raise AirflowSkipException(f"{given.author.by} answered {given.option}")
    return given


def place(ti, task_id=None):
    """Where a question is put: in this run of this DAG; by this task unless another one is named."""
    from pipelines.runs.questions import QuestionPlace

    return QuestionPlace(ti.dag_id, ti.run_id, task_id or ti.task_id)


@contextmanager
def final():
    """What no retry can mend fails at once: no answer of a person, an unknown contract, a date that cannot be meant,
    a second approval by the same person."""
    from pipelines.billing.approval import NothingDrafted, SecondPersonNeeded
    from pipelines.billing.unlikely_dates import NotMeant
    from pipelines.errors import BadInput
    from pipelines.runs.questions import NotAnswered, NotIssued

    try:
        yield
    except (BadInput, SecondPersonNeeded, NotMeant, NotAnswered, NotIssued, NothingDrafted) as error:
        raise AirflowFailException(str(error)) from error
