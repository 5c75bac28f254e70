"""
# close_month: от дней месяца до выставленных счетов

**Что делает.** Когда известны все дни месяца (`fleet_daily`), рассчитывает черновики, показывает человеку, что будет выставлено, и
ждёт. После «Одобрить» (Required Actions, отвечает один из FLEETBILL_APPROVERS): номера, документы, сообщение для 1С, книга за
месяц, письма дилерам с их отчётами (где это разрешает FLEETBILL_MAIL_DEALERS), выгрузки для других систем. После «Отклонить»: отказ
записан, ничего не уходит. Сам за себя DAG не одобряет никогда.

**Когда.** Сам, когда становится известен последний день месяца. Вручную (договор поправили после закрытия, отказ улажен): *Trigger*
с ключом раздела (partition key) `2026-02` или

    POST /api/v2/dags/close_month/dagRuns  {"logical_date": null, "partition_key": "2026-02"}

**На чём держится одобрение.** Отпечаток показанного охватывает суммы, исходные данные, цены, условия и реквизиты. Если с той минуты
изменился хоть один машино-день, `issue` откажет: «the facts … have changed». Очистите (*Clear*) `draft` и всё после него и
посмотрите снова.

**Ответ человека.** Договоры в поле «Придержать» (номера через запятую) останутся без счёта до `fleetbill hold release`. Ответ с
ошибкой (нет такого договора, дата не подходит, нужен второй человек) не принимается: вопрос сразу задаётся снова, ошибка стоит
вверху страницы, вписанное осталось в полях. При FLEETBILL_FOUR_EYES второй человек отвечает на `second_approval`.

**Чей ответ считается.** Только данный человеком в Required Actions, как его записал Airflow; `approval` хранит его в базе
(`billing.answers`). Отметить `approval` или `issue` успешными или вписать результат задачи вручную — значит не одобрить и не
выставить ничего: следующая задача откажет и скажет об этом.

**Если не получилось.** Любой шаг можно запустить ещё раз: выставленное остаётся выставленным, документы и книга пишутся заново,
сообщение для 1С несёт то, что не подтверждено. «already running» называет другое закрытие того же месяца. Договоры, которые
выставить нельзя, отложены с причинами на странице, остальные идут дальше. Исправленные войдут в следующий запуск этого месяца.

**За прошлые периоды.** Прошлый месяц закрывается загрузкой его дней (*backfill* `fleet_daily`), а если они известны — запуском
месяца.

**Если месяц не начинается,** каждое утро `watch_days` говорит почему: не известен какой-то день, или известны все, но никто не
рассчитал (дни загружены вручную): запустите месяц.
"""

from airflow.sdk import Asset, MonthWindow, PartitionedAssetTimetable, RollupMapper, StartOfMonthMapper, dag
from airflow.sdk.exceptions import AirflowSkipException
from orchestration.approval import ask_and_issue
from orchestration.following import dealer_reports_task, documents_tasks, exports_tasks, onec_task
from orchestration.keys import month_of
from orchestration.notes import tell
from orchestration.policy import DEFAULTS
from orchestration.steps import step

DAYS_OF_MONTH = RollupMapper(upstream_mapper=StartOfMonthMapper(input_format="%Y-%m-%d"), window=MonthWindow())


@dag(
    dag_id="close_month",
    dag_display_name="Закрытие месяца",
    description="Черновики счетов за месяц, решение человека, выставление, документы, 1С, книга за месяц, отчёты дилерам и выгрузки",
    schedule=PartitionedAssetTimetable(assets=Asset("fleet_day"), default_partition_mapper=DAYS_OF_MONTH),
    max_active_runs=3,
    tags=["биллинг", "месяц"],
    default_args=DEFAULTS,
    doc_md=__doc__,
)
def close_month():
    """Draft, a person's word, and what follows from it."""

    @step("Рассчитать черновики", "Рассчитывает месяц. Если выставлять нечего, никого не спрашивает.", pool="month")
    def draft(partition_key=None, ti=None):
        """Draft the month; nobody is asked where nothing is left."""
        from pipelines import clock, settings
        from pipelines.runs.close import close
        from pipelines.runs.outcome import drafted_words, waiting_words

        configured, month = settings.load(), month_of(partition_key)
        run = close(configured, month, approver=None, issued_on=None, at=clock.now()).prepared
        if not run.drafts and not run.nothing:
            tell(ti, drafted_words(run))
            raise AirflowSkipException(f"Выставлять нечего. {drafted_words(run)}")
        tell(ti, waiting_words(run))
        return {"digest": run.digest, "drafts": len(run.drafts), "parked": len(run.parked)}

    @step("Книга за месяц", "Пишет финансовую книгу месяца (xlsx).")
    def workbook(partition_key=None):
        """The month's workbook for finance."""
        from pipelines import clock, settings
        from pipelines.runs.following import write_workbook

        return write_workbook(settings.load(), month_of(partition_key), clock.now())

    question, issuing = ask_and_issue("close")
    draft() >> question
    issuing >> documents_tasks("close") >> [onec_task(), workbook(), dealer_reports_task(), exports_tasks()]


close_month()
