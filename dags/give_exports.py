"""
# give_exports: данные для других систем

**Что делает.** Каждому потребителю листа `consumers`, которого обслуживают сегодня, пишет, что изменилось с его прошлой выгрузки:
клиенты, договоры, парк по дням, состояния, долги — что ему разрешено. Папка в `FLEETBILL_HOME/exchange/exports/ПОТРЕБИТЕЛЬ`; в первый
раз и после изменения его прав — всё. Если ничего не изменилось, новой папки нет. Каждый потребитель — своя задача.

**Когда.** Каждое утро в 08:30: после дня (`fleet_daily`), платежей и лестницы (`receivables`). Кроме того, после выставления месяца
(`close_month`). Вручную: *Trigger*.

**Если не получилось.** Ничего не сделано наполовину: папка готова, когда в ней лежит `manifest.json`. Устраните причину и очистите
(*Clear*) задачу этого потребителя; другие от неё не зависят. Что выгружено: `fleetbill export taken`; всё заново — `fleetbill export
ПОТРЕБИТЕЛЬ`. Последнюю папку потребителя не удаляйте, пока не пришла следующая: пропавшая пишется снова.

**За прошлые периоды.** Нет: изменения с любого курсора даёт `fleetbill export ПОТРЕБИТЕЛЬ --since CURSOR`.
"""

from airflow.sdk import CronTriggerTimetable, dag
from orchestration.following import exports_tasks
from orchestration.policy import DEFAULTS, NOT_BEFORE_ITS_HOUR


@dag(
    dag_id="give_exports",
    dag_display_name="Выгрузки",
    description="Клиенты, договоры, парк, состояния и долги для других систем, каждой своё",
    schedule=CronTriggerTimetable("30 8 * * *", timezone="Europe/Moscow", run_immediately=NOT_BEFORE_ITS_HOUR),
    catchup=False,
    max_active_runs=1,
    tags=["биллинг", "обмен"],
    default_args=DEFAULTS,
    doc_md=__doc__,
)
def give_exports():
    """One task per consumer that is served today."""
    exports_tasks()


give_exports()
