"""How a DAG asks a person about a drafted run, and what follows from the answer: the run is issued, or the refusal is recorded.

The task that asks keeps question and answer in the warehouse itself, the answer from the record with which Airflow resumes
it. No later task believes a result that a task handed on, nor a state: both can be written by hand.
"""

from contextlib import suppress

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import Param, TriggerRule, task_group
from airflow.sdk.exceptions import AirflowSkipException, ParamValidationError

from orchestration.alerts import Waiting
from orchestration.ending import AskedAgain, Patience, ended, in_words
from orchestration.keys import month_of
from orchestration.notes import tell
from orchestration.policy import DEFAULTS, date_param
from orchestration.steps import step
from pipelines.runs.questions import APPROVE, BUTTONS, REJECT
from pipelines.settings import load

APPROVERS = [{"id": name.strip(), "name": name.strip()} for name in load().approvers.split(",") if name.strip()]
FOUR_EYES = load().four_eyes

DATE = {"issue_date": date_param("Дата счетов", "пусто: сегодняшний день организации")}
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
WORKBOOK_LINK = "/fleetbill/workbooks/{month}"
"""Where the plugin `plugins/month_workbooks.py` shows the workbook of a month."""
MOST_QUESTIONS = 100
"""How often one question may be put again after an answer with a mistake; Airflow wants a number."""


class Question(HITLOperator):
    """Shows a person the run of a month and waits for the answer; both are kept in the warehouse (`pipelines.runs.questions`)."""

    def __init__(self, *, purpose, **kwargs):
        super().__init__(**kwargs)
        self.purpose = purpose

    def execute(self, context):
        """Show the run as it is drafted now, and begin to wait; after an answer with a mistake, with the mistake on top."""
        from pipelines import clock, settings
        from pipelines.billing.model import Purpose
        from pipelines.runs.questions import ask

        with in_words():
            month = month_of(context["partition_key"])
            put = ask(
                settings.load(),
                month,
                Purpose(self.purpose),
                place(context["ti"]),
                str(context["ti"].id),
                clock.now(),
                WORKBOOK_LINK.format(month=month),
            )
        self.subject, self.body = put.page.subject, put.page.body
        for name in self.params:  # what was typed before is there to be mended, where the field can hold it
            self.params[name] = None
            with suppress(ParamValidationError):
                self.params[name] = put.fields.get(name)
        return super().execute(context)

    def validate_params_input(self, params_input):
        """Nothing here: what was typed is checked with the rest of the answer, so that a slip is asked again and no error of the task."""

    def execute_complete(self, context, event):
        """Airflow resumes the task with its own record of the answer: who, when and what."""
        from pipelines import settings
        from pipelines.runs.questions import PersonAnswer, record_answer, word_of

        given = super().execute_complete(context, event)
        who = given["responded_by_user"]
        if not who or (APPROVERS and who["id"] not in {user["id"] for user in APPROVERS}):
            raise ended(
                f"{who['id'] if who else 'Никто'} не входит в FLEETBILL_APPROVERS: ответ не считается. Очистите задачу: она спросит снова"
            )
        option, fields = BUTTONS[given["chosen_options"][0]], given["params_input"]
        answer = PersonAnswer("", option, word_of(who["name"] or who["id"], option, fields, given["responded_at"]), fields)
        otherwise = (context["params"] or {}).get("issue_date")
        with in_words():
            wrong = record_answer(settings.load(), place(context["ti"]), str(context["ti"].id), answer, who["id"], otherwise)
        if wrong:
            for line in ("Ответ не принят, вопрос задаётся снова:", *wrong):
                self.log.warning(line)
            raise AskedAgain("; ".join(wrong))
        return given["chosen_options"][0]


def question_task(task_id, purpose, title, *, may_hold=True):
    """The task that waits for a person; ``may_hold``: contracts may be left out, which makes another run of it."""
    return Question(
        task_id=task_id,
        task_display_name=title,
        doc_md="Показывает человеку расчёт и ждёт ответа в Required Actions. Ответ с ошибкой не принимается: вопрос задаётся снова.",
        purpose=purpose,
        options=list(BUTTONS),
        subject="",
        assigned_users=APPROVERS or None,
        params={**DATE, **(HOLD if may_hold else {}), **MEANT, **NOTE},
        notifiers=[Waiting()],
        # a person may take days; a timeout of the task would become one of the answer
        execution_timeout=None,
        retries=MOST_QUESTIONS,
        retry_policy=Patience(tries=DEFAULTS["retries"] + 1),
    )


def ask_and_issue(purpose):
    """The group from the question to the issued run: (the question, the issuing task). With FLEETBILL_FOUR_EYES two people are asked."""

    @task_group(
        group_id="decision", prefix_group_id=False, group_display_name="Решение", tooltip="Вопрос человеку и то, что следует из ответа"
    )
    def decision():
        question = last = question_task("approval", purpose, "Ждёт решения")
        asked = ["approval"]
        if FOUR_EYES:
            last = question_task("second_approval", purpose, "Ждёт второго решения", may_hold=False)
            asked.append("second_approval")
            question >> first_approval_task(purpose) >> last
        issuing = issue_task(asked[-1], purpose)
        last >> issuing
        [question, last] >> refusal_task(asked, purpose)
        return question, issuing

    return decision()


def first_approval_task(purpose):
    """The task that records the first of two approvals; the second person sees the run as it was approved."""

    @step(
        "Записать первое одобрение",
        "Одобряет от имени первого человека ровно то, что ему показали, без придержанных договоров.",
        task_id="first_word",
        pool="month",
    )
    def record(partition_key=None, ti=None):
        """Approve in the first person's name exactly what was shown, without what is held back."""
        from pipelines import clock, settings
        from pipelines.billing.model import Purpose
        from pipelines.runs.answered import approve_answered

        configured, month = settings.load(), month_of(partition_key)
        given = answer(configured, ti, "approval", APPROVE)
        return {"digest": approve_answered(configured, month, given.digest, given.approval(), clock.now(), Purpose(purpose)).digest}

    return record()


def issue_task(asked, purpose):
    """The task that issues the run once the last person has approved it."""

    @step(
        "Выставить счета",
        "Одобряет от имени человека ровно то, что ему показали, без придержанных договоров, и выставляет: счета получают номера.",
        task_id="issue",
        pool="month",
    )
    def record(partition_key=None, params=None, ti=None):
        """Approve in the person's name exactly what was shown, without what is held back, and issue it."""
        from pipelines import clock, settings
        from pipelines.billing.model import Purpose
        from pipelines.runs.answered import issue_answered
        from pipelines.runs.outcome import issued_words

        configured, month = settings.load(), month_of(partition_key)
        given = answer(configured, ti, asked, APPROVE)
        approval = given.approval((params or {}).get("issue_date"))
        invoices = issue_answered(configured, month, given.digest, approval, clock.now(), Purpose(purpose))
        tell(ti, issued_words(configured, month, Purpose(purpose), given.digest, given.author))
        return {"invoices": invoices}

    return record()


def refusal_task(asked, purpose):
    """The task that records a refusal, whoever of those asked refused."""

    @step(
        "Записать отказ",
        "Записывает, кто и почему отклонил расчёт. Ничего не выставляется.",
        task_id="rejected",
        # a first refusal skips the second question
        trigger_rule=TriggerRule.NONE_FAILED if FOUR_EYES else TriggerRule.ALL_SUCCESS,
    )
    def record(partition_key=None, ti=None):
        """Record the refusal, with name and reason."""
        from pipelines import settings
        from pipelines.billing.approval import reject
        from pipelines.billing.model import Purpose
        from pipelines.runs.outcome import rejected_words
        from pipelines.runs.questions import was_asked

        configured = settings.load()
        questions = [task_id for task_id in asked if was_asked(configured, place(ti, task_id))]
        if not questions:
            raise AirflowSkipException("Никого не спрашивали")
        given, month = answer(configured, ti, questions[-1], REJECT), month_of(partition_key)
        reject(configured, month, given.digest, given.author, Purpose(purpose))
        tell(ti, rejected_words(month, Purpose(purpose), given.author))

    return record()


def answer(configured, ti, task_id, option):
    """The person's answer to a task's question; skips the task that asks for another one."""
    from pipelines.runs.questions import answer_at

    given = answer_at(configured, place(ti, task_id))
    if given.option != option:
        button = next(label for label, kept in BUTTONS.items() if kept == given.option)
        raise AirflowSkipException(f"{given.author.by} ответил «{button}»")
    return given


def place(ti, task_id=None):
    """Where a question is put: in this run of this DAG; by this task unless another one is named."""
    from pipelines.runs.questions import QuestionPlace

    return QuestionPlace(ti.dag_id, ti.run_id, task_id or ti.task_id)
