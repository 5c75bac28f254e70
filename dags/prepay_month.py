"""
# prepay_month: счета на предоплату месяца

**Что делает.** Выставляет счёт на предоплату каждому договору, который в этом месяце (ключ раздела запуска, `2026-02`) платит
вперёд и счёта ещё не имеет; затем документы и сообщение для 1С. Письма уходят с `send_mail`. В заданных пределах
(FLEETBILL_UNATTENDED_INVOICES, _TOTAL, _SHARE) человек не нужен. За любым из них не выставляется ничего: страница говорит, какой
предел превышен, и запуск ждёт в Required Actions одного из FLEETBILL_APPROVERS.

**Когда.** 1-го числа в 06:00, за начавшийся месяц. Вручную (условия согласованы позже, отложенный договор исправлен): *Trigger* с
ключом раздела месяца; `issue_date` даёт счетам другую дату вместо сегодняшней. Новый запуск выставляет только то, чего нет.

**Ответ человека.** Договоры в поле «Придержать» (номера через запятую) останутся без счёта до `fleetbill hold release`. Ответ с
ошибкой не принимается: вопрос сразу задаётся снова, ошибка стоит вверху страницы. При FLEETBILL_FOUR_EYES второй человек отвечает
на `second_approval`.

**Если не получилось.** Любой шаг можно запустить ещё раз. «have changed» в `issue`: условия, цены или реквизиты изменились, пока
страница ждала; очистите (*Clear*) `prepay` и всё после него. Договор, который нельзя рассчитать, предоплаты не получает: его
называет `fleetbill prepay --month M`. После «Отклонить» отказ записан, ничего не уходит.

**За прошлые периоды.** Нет: запустите нужный месяц.
"""

from airflow.sdk import CronPartitionTimetable, dag
from airflow.sdk.exceptions import AirflowSkipException
from orchestration.approval import ask_and_issue
from orchestration.following import documents_tasks, onec_task
from orchestration.keys import month_of
from orchestration.notes import tell
from orchestration.policy import DEFAULTS, NOT_BEFORE_ITS_HOUR, date_param
from orchestration.steps import step


@dag(
    dag_id="prepay_month",
    dag_display_name="Предоплата месяца",
    description="Счета на предоплату начавшегося месяца; за пределами одного запуска — решение человека",
    schedule=CronPartitionTimetable("0 6 1 * *", timezone="Europe/Moscow", key_format="%Y-%m", run_immediately=NOT_BEFORE_ITS_HOUR),
    catchup=False,
    max_active_runs=3,
    tags=["биллинг", "месяц"],
    default_args=DEFAULTS,
    params={"issue_date": date_param("Дата счетов", "пусто: сегодня")},
    doc_md=__doc__,
)
def prepay_month():
    """Issue within the bounds, else ask; then what follows from it."""

    @step("Выставить предоплату", "Выставляет счета на предоплату в пределах одного запуска; за ними — только черновики.", pool="month")
    def prepay(partition_key=None, params=None, ti=None):
        """Issue the advances, or draft them and say which bounds they are beyond."""
        from datetime import date

        from pipelines import clock, settings
        from pipelines.runs.outcome import drafted_words, waiting_words
        from pipelines.runs.prepay import prepay as prepay_ahead

        issued_on = date.fromisoformat(params["issue_date"]) if params["issue_date"] else None
        done = prepay_ahead(settings.load(), month_of(partition_key), approver=None, issued_on=issued_on, at=clock.now())
        tell(ti, waiting_words(done.prepared) if done.waiting else drafted_words(done.prepared))
        return {
            "digest": done.prepared.digest,
            "waiting": [reason.russian for reason in done.waiting],
            "invoices": done.issued.invoices if done.issued else 0,
            "parked": [f"{each.contract_no}: {each.russian}" for each in done.prepared.parked],
        }

    @step("Нужен ли человек", "Пропускает вопрос, если пределы одного запуска не превышены.")
    def ask(ti=None):
        """Whether a person is needed: only when a bound was passed."""
        if not ti.xcom_pull(task_ids="prepay")["waiting"]:
            raise AirflowSkipException("Пределы одного запуска не превышены: никого не спрашиваем")

    question, issuing = ask_and_issue("prepay")
    prepay() >> ask() >> question
    # nobody asked: `issue` is skipped, and `prepay` has issued
    issuing >> documents_tasks("prepay", unattended=True) >> onec_task()


prepay_month()
