"""
# correct_month: исправления закрытого месяца

**Что делает.** Рассчитывает закрытый месяц заново по сегодняшним данным (поздний или отозванный снимок, условия или тариф задним
числом, исправленная привязка), сравнивает со всем, что за него выставлено, и показывает человеку разницу. После «Одобрить»
(Required Actions, один из FLEETBILL_APPROVERS) каждая разница становится одной корректировкой; затем документы и сообщение для 1С.
Выставленные счета не меняются. После «Отклонить» отказ записан, ничего не уходит. Если разницы нет, никого не спрашивают.

**Когда.** Только вручную: *Trigger* с ключом раздела `2026-02`; `contract` — только этот договор, `issue_date` — другая дата вместо
сегодняшней.

    POST /api/v2/dags/correct_month/dagRuns  {"logical_date": null, "partition_key": "2026-02", "conf": {"contract": "МТ-24-001"}}

**Ответ человека.** Договоры в поле «Придержать» (номера через запятую) останутся без корректировки до `fleetbill hold release`.
Ответ с ошибкой не принимается: вопрос сразу задаётся снова, ошибка стоит вверху страницы. При FLEETBILL_FOUR_EYES второй человек
отвечает на `second_approval`.

**Если не получилось.** Любой шаг можно запустить ещё раз. «have changed» в `issue`: данные изменились, пока страница ждала;
очистите (*Clear*) `draft` и всё после него и посмотрите снова. Запуск после выставления: разницы нет.

**За прошлые периоды.** Нет: запустите каждый месяц, который нужно исправить.
"""

from airflow.sdk import Param, PartitionedAtRuntime, dag
from airflow.sdk.exceptions import AirflowSkipException
from orchestration.approval import ask_and_issue
from orchestration.following import documents_tasks, onec_task
from orchestration.keys import month_of
from orchestration.notes import tell
from orchestration.policy import DEFAULTS, date_param
from orchestration.steps import step


@dag(
    dag_id="correct_month",
    dag_display_name="Исправление закрытого месяца",
    description="Разница между закрытым месяцем и сегодняшними данными: решение человека, корректировки, документы, 1С",
    schedule=PartitionedAtRuntime(),
    catchup=False,
    max_active_runs=3,
    tags=["биллинг", "месяц"],
    default_args=DEFAULTS,
    params={
        "contract": Param(None, type=["null", "string"], title="Договор", description="только этот договор; пусто: все договоры месяца"),
        "issue_date": date_param("Дата корректировок", "пусто: сегодня"),
    },
    doc_md=__doc__,
)
def correct_month():
    """Draft, a person's word, and what follows from it."""

    @step("Рассчитать разницу", "Рассчитывает корректировки. Если разницы нет, никого не спрашивает.", pool="month")
    def draft(partition_key=None, params=None, ti=None):
        """Draft the adjustments; nobody is asked where nothing differs."""
        from pipelines import clock, settings
        from pipelines.runs.correct import correct
        from pipelines.runs.outcome import drafted_words, waiting_words

        configured, month = settings.load(), month_of(partition_key)
        run = correct(configured, month, contract_no=params["contract"] or None, approver=None, issued_on=None, at=clock.now()).prepared
        if not run.drafts:
            tell(ti, drafted_words(run))
            raise AirflowSkipException(f"Исправлять нечего. {drafted_words(run)}")
        tell(ti, waiting_words(run))
        return {"digest": run.digest, "drafts": len(run.drafts)}

    question, issuing = ask_and_issue("correct")
    draft() >> question
    issuing >> documents_tasks("correct") >> onec_task()


correct_month()
